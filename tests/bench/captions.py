"""Twelve hours of words into captions: CPU seconds of each part, beside pycaption writing the same cues."""

from __future__ import annotations

import io
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import TypeVar

from tests.captions.council import SENTENCES
from tests.captions.fakes import MemoryContext, inputs_for
from vodstudio.captions.cue import Cue
from vodstudio.captions.formats import FORMATS, SET, CaptionSet, Options, write_set
from vodstudio.captions.lint import LINTS
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.repair import repair_words
from vodstudio.captions.scc import write_scc
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.srt import write_srt
from vodstudio.captions.transcript import Transcript, Word, transcript_from_json, transcript_to_json
from vodstudio.workers.captions import make_captions

T = TypeVar("T")
HOURS = 12
WORDS = 90_000
PLAIN = (
    "The Maplewood city council will come to order.",
    "I move to approve the water main.",
    "The city manager presented the annual budget and explained that the general fund would grow by 3.2 percent.",
    "We received forty-two letters from residents who live within five hundred feet of the proposed project.",
    "Is there a second?",
)


def transcript() -> Transcript:
    """Words at the pace of a meeting, spread over twelve hours; one sentence in ten is full of odd signs."""
    rng = random.Random(12)
    words: list[Word] = []
    at = 5.0
    while len(words) < WORDS:
        for text in rng.choice(SENTENCES if rng.random() < 0.1 else PLAIN).split():
            length = 0.09 + 0.045 * len(text)
            words.append(
                Word(text=f" {text}", start=at, end=at + length, probability=0.9, window=len(words) // 80)
            )
            at += length + 0.02
        at += max(0.0, HOURS * 3600 * len(words) / WORDS - at) + rng.random()
    return Transcript(language="en", duration=at + 5, words=tuple(words))


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and the CPU seconds it took."""
    began = time.process_time()
    made = work()
    return made, time.process_time() - began


def pycaption_writes(cues: tuple[Cue, ...]) -> str:
    """The named alternative: pycaption's own SCC writer on the same cues."""
    import pycaption

    captions = pycaption.SRTReader().read(write_srt(cues).replace("\r\n", "\n"))
    with redirect_stdout(io.StringIO()):
        return str(pycaption.SCCWriter().write(captions))


def read_again(files: CaptionSet) -> None:
    """As anybody would, from the bytes; each says the same number of captions."""
    for name in LINTS:
        form = FORMATS[name]
        assert form.read is not None
        assert len(form.read(files.files[name].data, Options()).cues) == len(files.files[name].cues)


def linted(files: CaptionSet) -> None:
    """No breach in any of them."""
    assert set(files.files) == set(SET)
    for name, lint in LINTS.items():
        assert lint(files.files[name].data.decode()) == ()


def measure() -> list[tuple[str, float]]:
    """Each part alone, then the whole step with its files."""
    heard = transcript()
    rows: list[tuple[str, float]] = []

    def row(name: str, work: Callable[[], T]) -> T:
        made, seconds = timed(work)
        rows.append((name, seconds))
        return made

    text = row("words.json written", lambda: transcript_to_json(heard))
    row("words.json read", lambda: transcript_from_json(text))
    words = row("repair", lambda: repair_words(heard.words, heard.duration)).words
    cues = row("words to cues", lambda: segment(words, BROADCAST_32, Setting(duration_s=heard.duration))).cues
    scc = row("SCC written", lambda: write_scc(cues))
    files = row("five files written and proven", lambda: write_set(cues))
    row("four files read again", lambda: read_again(files))
    row("the second opinion on four files", lambda: linted(files))
    rows.append(("words to cues to five files, re-read", sum(seconds for _, seconds in rows[2:])))
    row("SCC by pycaption (the alternative)", lambda: pycaption_writes(cues))
    with tempfile.TemporaryDirectory() as folder:
        inputs = inputs_for(Path(folder), heard)
        row("the whole step", lambda: make_captions(MemoryContext(Path(folder)), inputs))
    sys.stdout.write(f"{HOURS} h, {len(words)} words, {len(cues)} cues; captions late: ")
    sys.stdout.write(f"{sum(late > 0 for late in scc.late_frames)}, most {max(scc.late_frames)} frames\n")
    return rows


def main() -> int:
    """Print the table."""
    rows = measure()
    for name, seconds in rows:
        sys.stdout.write(f"{name:36}{seconds:8.2f} s CPU\n")
    known = dict(rows)
    ratio = known["SCC written"] / known["SCC by pycaption (the alternative)"]
    sys.stdout.write(f"{'SCC written, ours to pycaption':36}{ratio:8.2f} x\n")
    if sys.platform != "win32":
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(f"{'peak memory of this process':36}{peak:8.0f} MiB\n")
    whole = known["the whole step"]
    sys.stdout.write(f"{'target for the whole step: 20 s':36}{'met' if whole <= 20 else 'MISSED':>8}\n")
    return 0 if whole <= 20 else 1


if __name__ == "__main__":
    sys.exit(main())
