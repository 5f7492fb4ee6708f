"""Do these captions belong to this recording: by its words, by where a voice is, or at least by its length?"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from vodstudio.captions.cue import Cue
from vodstudio.captions.transcript import Word

Stretch = tuple[float, float]
Phrase = tuple[str, ...]

LATE_FROM_S = 1.0
LABEL_HOUR_S = 3600.0
_WORD = re.compile(r"[^\W_]+")
# Three words in a row that are rare on both sides hardly ever meet by chance.
_RARE = 3
_FEWEST_PHRASES = 20
_OURS_FROM = 0.15
_OTHER_BELOW = 0.04
_BIN_S = 1.0
_STEP_S = 0.25
_REACH_S = 900.0
_LIKE = 0.25
_UNLIKE = 0.12
_CLEARLY_BETTER = 0.12
_LEAST_SILENCE = 0.08
_LEAST_LENGTH_S = 300.0
_FEWEST_CUES = 30
_OVERHANG_S = 10.0
_SECONDS_A_WORD = 0.33
_HOUR = "its time labels begin at 01:00:00"


class Fit(StrEnum):
    """What a comparison says."""

    FITS = "fits"
    LATE = "late"
    OTHER = "another recording"
    UNKNOWN = "cannot be told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a recording: its length, where a voice is, its words; any of them may be missing."""

    duration_s: float | None = None
    speech: tuple[Stretch, ...] = ()
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """The answer, how late the captions come (early: below zero), and why, in words."""

    fit: Fit
    offset_s: float = 0.0
    reason: str = ""


def fitting(cues: Sequence[Cue], evidence: Evidence) -> Fitting:
    """The best comparison that the evidence allows: words, else the voice, else the length.

    Words that are not heard say nothing against captions that lie on the voice: those are a translation.
    """
    found = by_words(cues, evidence.words)
    if found.fit in (Fit.UNKNOWN, Fit.OTHER):
        spoken = by_speech(cues, evidence.speech)
        is_decided = spoken.fit in (Fit.FITS, Fit.LATE) or found.fit is Fit.UNKNOWN
        found = spoken if is_decided else found
    return by_length(cues, evidence.duration_s) if found.fit is Fit.UNKNOWN else found


def by_words(cues: Sequence[Cue], words: Sequence[Word]) -> Fitting:
    """Phrases of three words that both have, and the one distance in time at which most of them lie."""
    ours = _phrases(_cue_words(cues))
    heard = _phrases(_heard_words(words))
    if min(len(ours), len(heard)) < _FEWEST_PHRASES:
        return Fitting(fit=Fit.UNKNOWN)
    pairs = [
        (shown - said, phrase)
        for phrase, times in ours.items()
        for shown in times
        for said in heard.get(phrase, ())
    ]
    together = _densest(pairs)
    share = len({phrase for _, phrase in together}) / min(len(ours), len(heard))
    if share >= _OURS_FROM:
        return _placed(
            median(lag for lag, _ in together), f"{share:.0%} of its phrases are heard in the recording"
        )
    if share < _OTHER_BELOW:
        return Fitting(fit=Fit.OTHER, reason=f"only {share:.0%} of its phrases are heard in this recording")
    return Fitting(fit=Fit.UNKNOWN)


def _placed(offset_s: float, reason: str) -> Fitting:
    if abs(offset_s - LABEL_HOUR_S) <= 2 * LATE_FROM_S:
        return Fitting(fit=Fit.LATE, offset_s=LABEL_HOUR_S, reason=_HOUR)
    fit = Fit.LATE if abs(offset_s) >= LATE_FROM_S else Fit.FITS
    return Fitting(fit=fit, offset_s=round(offset_s, 2), reason=reason)


def _cue_words(cues: Sequence[Cue]) -> Iterator[tuple[str, float]]:
    """Each word with a time within its cue: captions know when they appear, not when each word is said."""
    for cue in cues:
        found = _WORD.findall(cue.text.casefold())
        pace_s = min(_SECONDS_A_WORD, (cue.end_s - cue.start_s) / max(1, len(found)))
        for place, word in enumerate(found):
            yield word, cue.start_s + pace_s * place


def _heard_words(words: Sequence[Word]) -> Iterator[tuple[str, float]]:
    return ((part, word.start) for word in words for part in _WORD.findall(word.text.casefold()))


def _phrases(words: Iterable[tuple[str, float]]) -> dict[Phrase, list[float]]:
    """Where each rare phrase stands."""
    listed = list(words)
    found: dict[Phrase, list[float]] = defaultdict(list)
    for (one, at_s), (two, _), (three, _) in zip(listed, listed[1:], listed[2:], strict=False):
        found[one, two, three].append(at_s)
    return {phrase: times for phrase, times in found.items() if len(times) <= _RARE}


def _densest(pairs: Sequence[tuple[float, Phrase]]) -> list[tuple[float, Phrase]]:
    """Those around the most usual lag."""
    if not pairs:
        return []
    bins = Counter(int(lag // _BIN_S) for lag, _ in pairs)
    best = max(bins, key=lambda place: sum(bins[near] for near in (place - 1, place, place + 1)))
    return [pair for pair in pairs if best - 1 <= pair[0] // _BIN_S <= best + 1]


def by_speech(cues: Sequence[Cue], speech: Sequence[Stretch]) -> Fitting:
    """Where captions are shown and where a voice is, laid over each other at every distance."""
    if len(cues) < _FEWEST_CUES or not speech or cues[-1].end_s - cues[0].start_s < _LEAST_LENGTH_S:
        return Fitting(fit=Fit.UNKNOWN)
    size = int(max(cues[-1].end_s, speech[-1][1]) / _STEP_S) + 1
    first = int(cues[0].start_s / _STEP_S)
    shown = _bits(((cue.start_s, cue.end_s) for cue in cues), size) >> first
    likeness = _Likeness(shown, shown.bit_length(), _bits(speech, size), first)
    if not (likeness.has_pauses and _LEAST_SILENCE < 1 - _share(speech) < 1 - _LEAST_SILENCE):
        return Fitting(fit=Fit.UNKNOWN)
    return _laid_over(likeness)


def _share(speech: Sequence[Stretch]) -> float:
    """How much of the time between the first and the last word is speech."""
    return sum(end - start for start, end in speech) / (speech[-1][1] - speech[0][0])


def _laid_over(likeness: _Likeness) -> Fitting:
    reach, hour, near = (int(span_s / _STEP_S) for span_s in (_REACH_S, LABEL_HOUR_S, LATE_FROM_S))
    steps = [*range(-reach, reach + 1), *range(hour - near, hour + near + 1)]
    found = {step: likeness.at(step) for step in steps}
    best = max(steps, key=lambda step: found[step])
    here = max(found[step] for step in range(-near, near + 1))
    if found[best] >= max(_LIKE, here + _CLEARLY_BETTER):
        return _placed(best * _STEP_S, "there they lie on the voice")
    if here >= _LIKE:
        return Fitting(fit=Fit.FITS, reason="they lie on the voice")
    if found[best] < _UNLIKE:
        return Fitting(fit=Fit.OTHER, reason="its captions do not lie on the voice of this recording")
    return Fitting(fit=Fit.UNKNOWN)


def _bits(stretches: Iterable[Stretch], size: int) -> int:
    """A number with a bit for each step of time: such numbers are shifted and counted at once."""
    marks = bytearray(b"0" * size)
    for start_s, end_s in stretches:
        first, last = max(0, round(start_s / _STEP_S)), min(size, round(end_s / _STEP_S))
        marks[first:last] = b"1" * max(0, last - first)
    # Binary digits of any count are read in one go; only decimal ones have a limit.
    return int(marks[::-1].decode(), 2)


@dataclass(frozen=True, slots=True)
class _Likeness:
    """Captions from the first to the last one, and the voice of the whole recording, both as bits."""

    shown: int
    size: int
    voice: int
    first: int

    @property
    def has_pauses(self) -> bool:
        """Captions that never pause lie on any voice."""
        return 1 - self.shown.bit_count() / self.size >= _LEAST_SILENCE

    def at(self, step: int) -> float:
        """How captions that come `step` too late agree: 1 always, 0 as chance would, below where they avoid it."""
        place = self.first - step
        voice = self.voice >> place if place >= 0 else self.voice << -place
        voice &= (1 << self.size) - 1
        one, other = self.shown.bit_count() / self.size, voice.bit_count() / self.size
        both = (self.shown & voice).bit_count() / self.size
        spread = one * (1 - one) * other * (1 - other)
        return (both - one * other) / spread**0.5 if spread > 0 else 0.0


def by_length(cues: Sequence[Cue], duration_s: float | None) -> Fitting:
    """All that a length can say: captions after the end are of another recording, or begin at another label."""
    if not cues or not duration_s:
        return Fitting(fit=Fit.UNKNOWN)
    over_s = cues[-1].end_s - duration_s
    if over_s <= _OVERHANG_S:
        return Fitting(fit=Fit.UNKNOWN)
    if cues[0].start_s >= LABEL_HOUR_S - 1 and over_s <= LABEL_HOUR_S + _OVERHANG_S:
        return Fitting(fit=Fit.LATE, offset_s=LABEL_HOUR_S, reason=_HOUR)
    return Fitting(
        fit=Fit.OTHER, reason=f"its captions go on for {over_s / 60:.0f} min after the end of the recording"
    )
