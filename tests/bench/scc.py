"""Two thousand captions of a council, hurried ones and every sign of line 21, read back by three decoders that are not ours."""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

import pycaption

from tests.captions.council import council_cues, hurried_cues
from tests.captions.readers import by_ffmpeg, by_pycaption, by_ttconv, differences, plain, repertoire_cues
from vodstudio.captions.cue import Cue
from vodstudio.captions.scc import SccFile, write_scc
from vodstudio.captions.schedule import ALLOWED_DELAY_FRAMES
from vodstudio.captions.srt import write_srt
from vodstudio.captions.timecode import RATE

COUNCIL = 2200
HURRIED = 300


def pycaption_writes(cues: Sequence[Cue]) -> str:
    """The named alternative: pycaption's own writer."""
    captions = pycaption.SRTReader().read(write_srt(cues).replace("\r\n", "\n"))
    with redirect_stdout(io.StringIO()):
        return str(pycaption.SCCWriter().write(captions))


def exact(cues: Sequence[Cue], read: Sequence[str], reader: str) -> int:
    """How many captions the reader shows as they were meant; one that is lost is counted as wrong."""
    if len(read) == len(cues):
        return len(cues) - len(differences(cues, read, reader))
    left = list(read)
    found = 0
    for cue in cues:
        for text in left[:3]:
            if not differences([cue], [text], reader):
                found += 1
                del left[: left.index(text) + 1]
                break
    return found


def row(name: str, writer: str, cues: Sequence[Cue], scc: str, folder: Path) -> int:
    """One line of the table; gives the number of captions that some reader shows otherwise."""
    readers: tuple[tuple[str, Callable[[], Sequence[str]]], ...] = (
        ("ttconv", lambda: [plain(cue.text) for cue in by_ttconv(scc)]),
        ("pycaption", lambda: by_pycaption(scc)),
        ("ffmpeg", lambda: by_ffmpeg(scc, folder / "trial.scc")),
    )
    counts = [exact(cues, read(), reader) for reader, read in readers]
    shares = "".join(f"{count:>7} {count / len(cues):>6.1%}" for count in counts)
    sys.stdout.write(f"{name:12}{writer:12}{len(cues):>8}{shares}\n")
    return sum(len(cues) - count for count in counts)


def times(name: str, cues: Sequence[Cue], written: SccFile) -> int:
    """Starts as ttconv reads them, against what was wanted and what the check promised."""
    read = by_ttconv(written.text)
    off = [(seen.start_s - cue.start_s) * RATE for cue, seen in zip(cues, read, strict=True)]
    within = sum(abs(frames) < 1 for frames in off)
    late = [frames for frames in written.late_frames if frames]
    unforeseen = sum(abs(frames - told) >= 1 for frames, told in zip(off, written.late_frames, strict=True))
    told = sum(frames > ALLOWED_DELAY_FRAMES for frames in late)
    sys.stdout.write(
        f"starts of {name} in ttconv: {within} of {len(cues)} within 1 frame; {len(cues) - within} later, "
        f"at most {max(written.late_frames)} frames ({told} over the {ALLOWED_DELAY_FRAMES} that are allowed); "
        f"not foreseen by the check: {unforeseen}\n"
    )
    return unforeseen


def main() -> int:
    """Print the table; anything but whole and foreseen is a failure."""
    council, hurried, signs = council_cues(2026, COUNCIL), hurried_cues(3, HURRIED), repertoire_cues()
    wrong = 0
    began = time.process_time()
    sys.stdout.write(
        f"{'captions':12}{'written by':12}{'count':>8}{'ttconv':>14}{'pycaption':>14}{'ffmpeg':>14}\n"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what, cues in (("council", council), ("hurried", hurried), ("every sign", signs)):
            wrong += row(what, "us", cues, write_scc(cues).text, folder)
            if cues is not hurried:
                # Its own reader refuses the hurried file: a caption in it ends before it begins.
                row(what, "pycaption", cues, pycaption_writes(cues), folder)
    for what, cues in (("council", council), ("hurried", hurried)):
        wrong += times(what, cues, write_scc(cues))
    sys.stdout.write(
        f"{time.process_time() - began:.0f} CPU s; {'all exact' if not wrong else 'NOT EXACT'}\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
