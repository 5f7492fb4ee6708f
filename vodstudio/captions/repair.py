"""Mends word times that cannot be true, before words become cues; every change is told."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

from vodstudio.captions.cue import Finding, Level
from vodstudio.captions.transcript import Word

SHORTEST_S = 0.02
LONGEST_S = 2.0
LIKELY_S = 0.6
_TOUCHING_S = 0.1

Region = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """The words with possible times, and what was changed."""

    words: tuple[Word, ...]
    findings: tuple[Finding, ...]


def repair_words(words: Sequence[Word], duration_s: float, speech: Sequence[Region] = ()) -> Repaired:
    """Finite, in order, inside the recording, at least 20 ms each; a word over 2 s is cut to what can be speech.

    `speech` are the regions where a voice was found, if anybody looked; the order of the words is never changed.
    """
    kept = [word for word in words if word.text.strip()]
    times = [_finite(word, duration_s) for word in kept]
    times = [_not_too_long(times, index, speech) for index in range(len(times))]
    times = _in_order(times, _ceiling(times, duration_s))
    mended = tuple(
        word if (word.start, word.end) == time else dataclasses.replace(word, start=time[0], end=time[1])
        for word, time in zip(kept, times, strict=True)
    )
    return Repaired(words=mended, findings=_findings(kept, mended))


def _finite(word: Word, duration_s: float) -> Region:
    """NaN and negative times become the nearest possible moment."""
    start = word.start if math.isfinite(word.start) else (word.end if math.isfinite(word.end) else 0.0)
    end = word.end if math.isfinite(word.end) else start
    last = duration_s if duration_s > 0 else math.inf
    return min(max(start, 0.0), last), min(max(end, 0.0), last)


def _ceiling(times: Sequence[Region], duration_s: float) -> float:
    """The end of the recording; where it is not known, the last word's end."""
    if duration_s > 0:
        return duration_s
    return max((max(time) for time in times), default=0.0) + SHORTEST_S * len(times)


def _not_too_long(times: Sequence[Region], index: int, speech: Sequence[Region]) -> Region:
    """The first word after a silence is often stretched backwards into it, the last one forwards."""
    start, end = times[index]
    if end - start <= LONGEST_S:
        return start, end
    voice = next((begin for begin, stop in speech if start < begin < end <= stop + _TOUCHING_S), None)
    if voice is not None and end - voice <= LONGEST_S:
        return voice, end
    touches_before = index > 0 and start - times[index - 1][1] < _TOUCHING_S
    touches_after = index + 1 < len(times) and times[index + 1][0] - end < _TOUCHING_S
    if touches_before and not touches_after:
        return start, start + LIKELY_S
    return end - LIKELY_S, end


def _in_order(times: Sequence[Region], ceiling_s: float) -> list[Region]:
    """Forwards, each word begins where the one before has ended; then backwards from the end of the recording."""
    least_s = min(SHORTEST_S, ceiling_s / max(1, len(times)))
    placed: list[Region] = []
    for begin, stop in times:
        start = begin
        if placed and start < placed[-1][1]:
            # The start of a word is heard more exactly than the end of the one before it.
            before = placed[-1]
            placed[-1] = (before[0], max(before[0] + least_s, start))
            start = placed[-1][1]
        placed.append((start, max(stop, start + least_s)))
    limit = ceiling_s
    for index in range(len(placed) - 1, -1, -1):
        start, end = placed[index]
        end = min(end, limit)
        start = max(0.0, min(start, end - least_s))
        placed[index] = (start, end)
        limit = start
    return placed


def _findings(before: Sequence[Word], after: Sequence[Word]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule="W2" if old.end - old.start > LONGEST_S else "W1",
            level=Level.INFORMATION,
            at_s=new.start,
            text=f"“{new.text.strip()}” was said to be at {old.start:.2f} to {old.end:.2f} s;"
            f" it now is at {new.start:.2f} to {new.end:.2f} s",
        )
        for old, new in zip(before, after, strict=True)
        if (old.start, old.end) != (new.start, new.end)
    )
