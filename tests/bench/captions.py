"""Twelve hours of words into captions: CPU seconds of each part; and how well lines are broken, on real sentences.

`python3 dev.py bench captions [FILE…]`: words.json of the speech step, or truth.json of a made meeting, are broken too.
"""

from __future__ import annotations

import io
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from tests.captions.council import SENTENCES, council_words, plain_words
from tests.captions.fakes import MemoryContext, inputs_for
from vodstudio.captions.cue import Cue, grapheme_count
from vodstudio.captions.formats import FORMATS, SET, CaptionSet, Options, write_set
from vodstudio.captions.lint import LINTS
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.repair import repair_words
from vodstudio.captions.scc import write_scc
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.shape import bad_breaks, breaks_of
from vodstudio.captions.srt import write_srt
from vodstudio.captions.transcript import Transcript, Word, transcript_from_json, transcript_to_json
from vodstudio.paths import resource
from vodstudio.workers.captions import make_captions

T = TypeVar("T")
HOURS = 12
WORDS = 90_000
MOST_BAD = 1.0
SAMPLE = resource("demo", "meeting.truth.json")
HANGING = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "for",
        "in",
        "on",
        "at",
        "by",
        "with",
        "from",
        "into",
        "and",
        "or",
        "but",
        "my",
        "our",
        "your",
        "their",
        "his",
        "its",
        "this",
        "these",
        "no",
        "not",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "will",
        "would",
        "shall",
        "should",
        "can",
        "could",
        "may",
        "might",
        "must",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "i",
        "we",
        "they",
        "he",
        "she",
        "mr.",
        "mrs.",
        "ms.",
        "dr.",
        "item",
    ]
)
HANGING_NAME = re.compile("Mayor|Member|Councilmember|Chair|Commissioner|Ordinance|Resolution|District|Item")
NUMBER = re.compile(r"\$?[\d,.]*\d")
UNITS = frozenset(
    ["percent", "dollars", "million", "acres", "feet", "miles", "minutes", "years", "hours", "p.m", "a.m"]
)
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


def broken() -> list[tuple[str, Sequence[Word], float]]:
    """Meetings whose lines are looked at: real sentences, odd ones, the sample voice, and the files that were named."""
    found: list[tuple[str, Sequence[Word], float]] = [
        ("English, 10 readings", *_together(plain_words(seed) for seed in range(10)))
    ]
    found.append(("odd signs, 420 captions", *council_words(7, 420)))
    for path in (SAMPLE, *map(Path, sys.argv[1:])):
        if path.name.endswith("truth.json"):
            found.append((f"truth of {path.name.partition('.')[0]}", *_truth_words(path)))
        else:
            heard = transcript_from_json(path.read_text("utf-8"))
            mended = repair_words(heard.words, heard.duration, heard.regions)
            found.append((f"heard in {path.parent.name}", mended.words, heard.duration))
    return found


def _together(readings: Iterable[tuple[list[Word], float]]) -> tuple[list[Word], float]:
    words: list[Word] = []
    at = 0.0
    for spoken, length in readings:
        words += [replace(word, start=word.start + at, end=word.end + at) for word in spoken]
        at += length
    return words, at


def _truth_words(path: Path) -> tuple[list[Word], float]:
    """The words of each sentence, spread over its time by their letters."""
    body = json.loads(path.read_text("utf-8"))
    words: list[Word] = []
    for sentence in body["sentences"]:
        texts = sentence["text"].split()
        each = (sentence["end"] - sentence["start"]) / sum(len(text) + 1 for text in texts)
        at = sentence["start"]
        for text in texts:
            words.append(Word(text=f" {text}", start=at, end=at + each * len(text)))
            at += each * (len(text) + 1)
    return words, body["duration"]


def breaks_badly(left: str, right: str) -> bool:
    """A second opinion that shares no list with ours: does a line that ends so leave its reader hanging?"""
    word = left.lower()
    is_hanging = word in HANGING or bool(HANGING_NAME.fullmatch(left) and right[:1].isupper())
    return is_hanging or bool(NUMBER.fullmatch(left) and right.lower().strip(".,") in UNITS)


def breaking() -> bool:
    """The table of R1, R5 and R14; whether all of it is as it should be."""
    sys.stdout.write(f"{'lines broken':28}{'words':>8}{'cues':>7}{'breaks':>8}{'R1':>4}{'R14':>5}")
    sys.stdout.write(f"{'bad pairs in 100':>18}{'by short lists':>16}\n")
    is_good = True
    for name, words, length in broken():
        cues = segment(words, BROADCAST_32, Setting(duration_s=length)).cues
        wrong = sum(
            len(cue.lines) > BROADCAST_32.max_lines
            or any(grapheme_count(line) > BROADCAST_32.max_columns for line in cue.lines)
            or cue.end_s - cue.start_s > BROADCAST_32.max_s + 0.001
            for cue in cues
        )
        lost = " ".join(cue.text for cue in cues).split() != "".join(word.text for word in words).split()
        count = breaks_of(cues)
        bad = sum(1 for _ in bad_breaks(cues)) * 100 / count
        ends = [line.split() for cue in cues for line in cue.lines]
        hanging = sum(breaks_badly(one[-1], other[0]) for one, other in pairwise(ends)) * 100 / count
        sys.stdout.write(
            f"{name:28}{len(words):>8}{len(cues):>7}{count:>8}{wrong:>4}{'no' if lost else 'ok':>5}"
        )
        sys.stdout.write(f"{bad:>18.2f}{hanging:>16.2f}\n")
        is_good &= not wrong and not lost and bad <= MOST_BAD and hanging <= MOST_BAD
    return is_good


def main() -> int:
    """Print both tables."""
    is_good = breaking()
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
    return 0 if whole <= 20 and is_good else 1


if __name__ == "__main__":
    sys.exit(main())
