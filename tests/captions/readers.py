"""Three readers of SCC that share no code with us, and what each calls by another name."""

# ruff: noqa: RUF001 - signs that look alike are told apart here.

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import pycaption
import ttconv.scc.reader
import ttconv.srt.writer

from tests.captions.council import same_signs
from vodstudio.captions.cea608 import REPERTOIRE
from vodstudio.captions.cue import Cue
from vodstudio.captions.scc import shown_lines
from vodstudio.captions.srt import read_srt

# What a reader calls by another name, or does not know at all: its own table, each seen alone. All else is exact.
OTHER_NAMES = {
    "ttconv": ("¦┌┐└┘", "┃┏┓┗┛"),
    "pycaption": ("|¦█", "¦|"),
    "ffmpeg": ("—•‘", "-·´"),
}


def plain(text: str) -> str:
    return same_signs(re.sub(r"<[^>]*>|\{\\an\d\}", "", text.replace(r"\h", " ")))


def by_ttconv(scc: str) -> tuple[Cue, ...]:
    document = ttconv.scc.reader.to_model(scc)
    return read_srt(ttconv.srt.writer.from_model(document).encode()).cues


def by_pycaption(scc: str) -> list[str]:
    captions = pycaption.SCCReader().read(scc).get_captions("en-US")
    return [plain(caption.get_text().replace("\n", " ")) for caption in captions]


def by_ffmpeg(scc: str, path: Path) -> list[str]:
    path.write_bytes(scc.encode("ascii"))
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", f"file:{path}", "-c:s", "srt", "-f", "srt", "-"]
    shown = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    return [plain(cue.text) for cue in read_srt(shown).cues]


def repertoire_cues() -> tuple[Cue, ...]:
    """Every sign that line 21 has, thirty in a row between letters, then each between two letters of its own."""
    signs = "".join(sorted(REPERTOIRE - {" "}))
    rows = [f"x{signs[place : place + 29]}x" for place in range(0, len(signs), 29)]
    rows += [f"a{sign}b {sign} c" for sign in signs]
    return tuple(
        Cue(start_s=20 + 8 * place, end_s=27 + 8 * place, lines=(row,)) for place, row in enumerate(rows)
    )


def differences(cues: Sequence[Cue], read: Sequence[str], reader: str) -> list[tuple[str, str]]:
    """Captions in which the reader shows anything else than what was meant, in its own names."""
    ours, theirs = OTHER_NAMES[reader]
    names = dict(zip_longest(ours, theirs, fillvalue=""))
    meant = ["".join(names.get(sign, sign) for sign in " ".join(shown_lines(cue))) for cue in cues]
    return [
        (expected, shown)
        for expected, shown in zip(map(plain, meant), read, strict=True)
        if expected != shown
    ]
