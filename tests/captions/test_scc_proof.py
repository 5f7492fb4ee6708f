"""Decoders that share no code with us read our SCC back: the same words, at the same time."""

# ruff: noqa: RUF001 - signs that look alike are told apart here.

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import pycaption
import pytest
import ttconv.scc.reader
import ttconv.srt.writer

from tests.captions.council import SENTENCES, council_cues, same_signs
from vodstudio.captions.cea608 import REPERTOIRE
from vodstudio.captions.cue import Cue
from vodstudio.captions.scc import SccFile, parse_scc, shown_lines, write_scc
from vodstudio.captions.srt import read_srt
from vodstudio.captions.timecode import RATE


def hurried_cues(seed: int, count: int) -> tuple[Cue, ...]:
    """Captions that come faster than line 21 can always send them, written by hand and not by our segmentation."""
    rng = random.Random(seed)
    rows = [text for text in SENTENCES if len(text) <= 32]
    cues: list[Cue] = []
    at_s = 1.5
    for _ in range(count):
        length_s = rng.choice((0.4, 0.7, 1.1, 1.6, 2.5, 4.0))
        lines = tuple(rng.choice(rows) for _ in range(rng.choice((1, 2))))
        cues.append(Cue(start_s=at_s, end_s=at_s + length_s, lines=lines, is_top=rng.random() < 0.1))
        at_s += length_s + rng.choice((0.0, 2 / RATE, 0.3, 1.0, 3.0))
    return tuple(cues)


MEETING = council_cues(7, 420)
HURRIED = hurried_cues(3, 300)


def plain(text: str) -> str:
    return same_signs(re.sub(r"<[^>]*>|\{\\an\d\}", "", text.replace(r"\h", " ")))


def wanted(cues: Sequence[Cue]) -> list[str]:
    return [plain(" ".join(shown_lines(cue))) for cue in cues]


def read_by_ttconv(written: SccFile) -> tuple[Cue, ...]:
    document = ttconv.scc.reader.to_model(written.text)
    return read_srt(ttconv.srt.writer.from_model(document).encode()).cues


@pytest.mark.parametrize("cues", [MEETING, HURRIED], ids=["meeting", "hurried"])
def test_ttconv_reads_every_word_at_its_time(cues: tuple[Cue, ...]) -> None:
    written = write_scc(cues)
    read = read_by_ttconv(written)
    assert [plain(cue.text) for cue in read] == wanted(cues)
    for cue, seen, late in zip(cues, read, written.late_frames, strict=True):
        assert abs((seen.start_s - cue.start_s) * RATE - late) < 1


@pytest.mark.parametrize("cues", [MEETING, HURRIED], ids=["meeting", "hurried"])
def test_pycaption_reads_every_word(cues: tuple[Cue, ...]) -> None:
    assert differences(cues, by_pycaption(write_scc(cues)), "pycaption") == []


@pytest.mark.parametrize("cues", [MEETING, HURRIED], ids=["meeting", "hurried"])
def test_ffmpeg_reads_every_word(cues: tuple[Cue, ...], tmp_path: Path) -> None:
    assert differences(cues, by_ffmpeg(write_scc(cues), tmp_path / "meeting.scc"), "ffmpeg") == []


@pytest.mark.parametrize("cues", [MEETING, HURRIED], ids=["meeting", "hurried"])
def test_our_own_reader_finds_no_fault(cues: tuple[Cue, ...]) -> None:
    written = write_scc(cues)
    read = parse_scc(written.text)
    assert [plain(cue.text) for cue in read] == wanted(cues)
    for cue, seen, late in zip(cues, read, written.late_frames, strict=True):
        assert abs((seen.start_s - cue.start_s) * RATE - late) <= 0.51
        assert seen.is_top == cue.is_top


def test_the_meeting_is_long_and_on_time() -> None:
    assert len(MEETING) >= 400
    assert max(write_scc(MEETING).late_frames) <= 6


def test_f02_a_load_that_takes_too_long_is_told_and_nothing_is_lost() -> None:
    written = write_scc(HURRIED)
    late = [frames for frames in written.late_frames if frames > 6]
    assert late
    assert len([finding for finding in written.findings if finding.rule == "Q18"]) == len(late)
    assert written.text.count("942f 942f") == len(HURRIED)


def by_pycaption(written: SccFile) -> list[str]:
    captions = pycaption.SCCReader().read(written.text).get_captions("en-US")
    return [plain(caption.get_text().replace("\n", " ")) for caption in captions]


def by_ffmpeg(written: SccFile, path: Path) -> list[str]:
    path.write_bytes(written.text.encode("ascii"))
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


# What a reader calls by another name, or does not know at all: its own table, each seen alone. All else is exact.
OTHER_NAMES = {
    "ttconv": ("¦┌┐└┘", "┃┏┓┗┛"),
    "pycaption": ("|¦█", "¦|"),
    "ffmpeg": ("—•‘", "-·´"),
}


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


def test_every_sign_of_line_21_is_read_by_three_that_are_not_ours(tmp_path: Path) -> None:
    cues = repertoire_cues()
    written = write_scc(cues)
    assert written.findings == ()
    read = {
        "ttconv": [plain(cue.text) for cue in read_by_ttconv(written)],
        "pycaption": by_pycaption(written),
        "ffmpeg": by_ffmpeg(written, tmp_path / "signs.scc"),
    }
    for reader, texts in read.items():
        assert differences(cues, texts, reader) == [], reader


def test_two_thousand_council_captions_are_exact_in_three_readers(tmp_path: Path) -> None:
    cues = council_cues(2026, 2200)
    assert len(cues) >= 2000
    written = write_scc(cues)
    seen = read_by_ttconv(written)
    assert differences(cues, [plain(cue.text) for cue in seen], "ttconv") == []
    assert differences(cues, by_pycaption(written), "pycaption") == []
    assert differences(cues, by_ffmpeg(written, tmp_path / "council.scc"), "ffmpeg") == []
    for cue, shown, late in zip(cues, seen, written.late_frames, strict=True):
        assert abs((shown.start_s - cue.start_s) * RATE - late) < 1
