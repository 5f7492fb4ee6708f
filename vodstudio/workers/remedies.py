"""Hearing a doubtful stretch again in another way, and keeping the better result by a rule that can be told.

Nothing is deleted silently: words stay unless another hearing of the same stretch has words too and raises fewer
doubts. What was tried, why, and what was kept goes into the checkpoint; what is still doubtful is marked for a person.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from vodstudio.captions.suspicion import HeardStretch, doubts_of_stretch
from vodstudio.captions.transcript import Mark, Word
from vodstudio.workers.hearing import Answer, Ear, HeardWindow, HeardWord, PlaceWord, Stretch
from vodstudio.workers.windows import SAMPLE_RATE, Clock, Region, Speech

# Whether words stand outside the voice, are uncertain or oddly timed (H4, H6, H7) can be seen from the words at any
# time, and a small model is often unsure of words that are right: that alone is no reason to hear them again.
WORTH_AGAIN = frozenset({"H1", "H2", "H3", "H5", "H8", "H9"})
DISAGREEMENT = "D1"
_DISAGREE_FROM = 0.2
_MOSTLY_SPEECH = 0.97
FIRST, GAPS, PAUSES, ALONE = "first", "its gaps by themselves", "with its pauses", "by itself"
_MISSING = "H9"
_GAP_MARGIN_S = 0.2
_THE_SAME = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One hearing of a stretch, with the doubts that it raises."""

    way: str
    stretch: Stretch
    doubts: tuple[Mark, ...]

    @property
    def worth_again(self) -> tuple[Mark, ...]:
        """Doubts for which it is heard again."""
        return tuple(doubt for doubt in self.doubts if doubt.rule in WORTH_AGAIN)

    def is_better_than(self, other: Attempt) -> bool:
        """Fewer doubts worth a second hearing, or as many and fewer in all; words never give way to none."""
        if other.stretch.words and not self.stretch.words:
            return False
        mine, theirs = len(self.worth_again), len(other.worth_again)
        return (mine, len(self.doubts)) < (theirs, len(other.doubts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reheard:
    """A stretch that was heard more than once: why, what was tried, and what was kept."""

    start: float
    end: float
    why: tuple[str, ...]
    tried: tuple[tuple[str, tuple[str, ...]], ...]
    kept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A window after its doubts were looked at."""

    window: HeardWindow
    marks: tuple[Mark, ...]
    reheard: tuple[Reheard, ...]


class Remedies:
    """Looks at each window, and hears again what is doubtful."""

    def __init__(
        self, ear: Ear, spool: Path, regions: Callable[[], Sequence[Region]], *, is_batched: bool
    ) -> None:
        self._ear = ear
        self._spool = spool
        self._regions = regions
        self._is_batched = is_batched
        self._longest = int(ear.model.feature_extractor.chunk_length) * SAMPLE_RATE

    def examined(self, window: HeardWindow, *, is_on: bool) -> Examined:
        """The window with the better of its hearings; with remedies off the doubts are told and nothing is changed."""
        kept, marks, reheard = [], [], []
        for number, stretch in enumerate(window.stretches):
            attempts = [self._judged(FIRST, stretch)]
            if is_on and attempts[0].worth_again:
                attempts += self._again(attempts[0], f"{window.index}.{number}")
            best = attempts[0]
            for attempt in attempts[1:]:
                best = attempt if attempt.is_better_than(best) else best
            kept.append(best.stretch)
            marks += [*best.worth_again, *disagreement(best, attempts)]
            reheard += [_told(attempts, best)] if len(attempts) > 1 else []
        return Examined(
            window=dataclasses.replace(window, stretches=tuple(kept)),
            marks=tuple(marks),
            reheard=tuple(reheard),
        )

    def _again(self, first: Attempt, seed: str) -> Iterator[Attempt]:
        """One way after the other, until one raises no doubt that is worth another."""
        for way, hear in ((GAPS, self._gaps), (PAUSES, self._with_pauses), (ALONE, self._alone)):
            stretch = hear(first, f"{seed}:{way}")
            if stretch is None:
                continue
            attempt = self._judged(way, stretch)
            yield attempt
            if not attempt.worth_again:
                return

    def _judged(self, way: str, stretch: Stretch) -> Attempt:
        words = tuple(
            Word(text=word.text, start=word.start, end=word.end, probability=word.probability)
            for word in stretch.words
        )
        heard = HeardStretch(
            start=stretch.start_s,
            end=stretch.end_s,
            words=words,
            avg_logprob=stretch.avg_logprob,
            no_speech_prob=stretch.no_speech_prob,
            compression_ratio=stretch.compression_ratio,
        )
        near = [(region.start / SAMPLE_RATE, region.end / SAMPLE_RATE) for region in self._near(stretch)]
        return Attempt(way=way, stretch=stretch, doubts=doubts_of_stretch(heard, near, self._ear.language))

    def _near(self, stretch: Stretch) -> list[Region]:
        """Regions of speech that this stretch touches, and one on each side."""
        regions = self._regions()
        first = bisect_left(regions, stretch.start_s * SAMPLE_RATE, key=lambda region: region.end)
        last = bisect_left(regions, stretch.end_s * SAMPLE_RATE, key=lambda region: region.start)
        return list(regions[max(0, first - 1) : last + 1])

    def _gaps(self, first: Attempt, seed: str) -> Stretch | None:
        """The words that were heard, and those of each voice without a word when it is heard by itself."""
        words = list(first.stretch.words)
        for doubt in first.doubts:
            is_gap = doubt.rule == _MISSING and not any(
                word.end > doubt.start and word.start < doubt.end for word in first.stretch.words
            )
            if is_gap:
                words += self._gap(doubt, first.stretch, f"{seed}:{doubt.start}")
        if len(words) == len(first.stretch.words):
            return None
        return dataclasses.replace(first.stretch, words=tuple(sorted(words, key=lambda word: word.start)))

    def _gap(self, gap: Mark, stretch: Stretch, seed: str) -> list[HeardWord]:
        """Words that lie in the gap; what repeats the words beside it was heard before, at a wrong time."""
        start = max(0, round((gap.start - _GAP_MARGIN_S) * SAMPLE_RATE))
        end = round((gap.end + _GAP_MARGIN_S) * SAMPLE_RATE)
        heard = self._raw(start, min(end, start + self._longest), stretch, seed)
        found = [word for word in heard.words if gap.start <= (word.start + word.end) / 2 <= gap.end]
        before = [word for word in stretch.words if word.end <= gap.start][-len(found) :]
        after = [word for word in stretch.words if word.start >= gap.end][: len(found)]
        return [] if any(_likeness(found, beside) > _THE_SAME for beside in (before, after)) else found

    def _with_pauses(self, first: Attempt, seed: str) -> Stretch | None:
        """The recording as it is, with the silence that was left out; only where there is some and it all fits."""
        stretch = first.stretch
        start, end = round(stretch.start_s * SAMPLE_RATE), round(stretch.end_s * SAMPLE_RATE)
        spoken = sum(
            max(0, min(end, region.end) - max(start, region.start)) for region in self._near(stretch)
        )
        if not 0 < end - start <= self._longest or spoken > _MOSTLY_SPEECH * (end - start):
            return None
        return self._raw(start, end, stretch, seed)

    def _raw(self, start: int, end: int, stretch: Stretch, seed: str) -> Stretch:
        """Samples of the recording as they are, with no silence left out."""
        samples = Speech(self._spool, [Region(start, end)])
        offset_s = start / SAMPLE_RATE
        return self._heard(
            samples.read(0, samples.length),
            stretch,
            seed,
            place=lambda first, last: (round(offset_s + first, 3), round(offset_s + last, 3)),
        )

    def _alone(self, first: Attempt, seed: str) -> Stretch:
        """The same speech without what is around it, without hints, and in the other way of choosing words."""
        stretch = first.stretch
        hop = int(self._ear.model.feature_extractor.hop_length)
        regions = self._regions()
        clock, offset_s = Clock(regions), stretch.first * hop / SAMPLE_RATE
        samples = Speech(self._spool, regions).read(stretch.first * hop, stretch.last * hop)
        return self._heard(
            samples, stretch, seed, place=lambda first, last: clock.word(offset_s + first, offset_s + last)
        )

    def _heard(self, samples: Any, stretch: Stretch, seed: str, place: PlaceWord) -> Stretch:
        ear = self._ear
        features = ear.model.feature_extractor(samples)[..., :-1]
        size = min(features.shape[-1], ear.longest_frames)
        answer: Answer = ear.ask(features, seed, self._options())
        words = () if ear.is_silence(answer) else ear.words(ear.placed(answer, 0, size, 0.0)[0], place)
        return answer.stretch((stretch.first, stretch.last), (stretch.start_s, stretch.end_s), words)

    def _options(self) -> Any:
        """Batches never try higher temperatures, windows do: the second hearing does what the first did not."""
        options = dataclasses.replace(self._ear.options, hotwords=None)
        return options if self._is_batched else dataclasses.replace(options, temperatures=[0.0])


def disagreement(best: Attempt, attempts: Sequence[Attempt]) -> tuple[Mark, ...]:
    """Two hearings that share fewer than four words in five: a person should look, whichever was kept."""
    first = attempts[0].stretch.words
    agree = min((_likeness(first, attempt.stretch.words) for attempt in attempts[1:]), default=1.0)
    if 1.0 - agree <= _DISAGREE_FROM:
        return ()
    stretch = best.stretch
    text = f"Heard {len(attempts)} times with different words ({agree:.0%} alike): the words are not certain"
    return (Mark(rule=DISAGREEMENT, start=stretch.start_s, end=stretch.end_s, text=text),)


def _likeness(one: Sequence[HeardWord], other: Sequence[HeardWord]) -> float:
    """The share of words that two hearings have in common, in their order."""
    texts = [[word.text.strip().lower() for word in words] for words in (one, other)]
    return SequenceMatcher(None, texts[0], texts[1], autojunk=False).ratio()


def _told(attempts: Sequence[Attempt], best: Attempt) -> Reheard:
    first = attempts[0]
    return Reheard(
        start=first.stretch.start_s,
        end=first.stretch.end_s,
        why=tuple(doubt.text for doubt in first.worth_again),
        tried=tuple((attempt.way, tuple(doubt.rule for doubt in attempt.doubts)) for attempt in attempts),
        kept=best.way,
    )
