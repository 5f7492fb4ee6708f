"""Mends word times that cannot be true, before words become cues; every change is told."""

from __future__ import annotations

import dataclasses
import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vodstudio.captions.breaks import ends_sentence
from vodstudio.captions.cue import Finding, Level
from vodstudio.captions.transcript import Word

SHORTEST_S = 0.02
LONGEST_S = 2.0
LIKELY_S = 0.6
_TOUCHING_S = 0.1
_PAUSE_S = 0.8
# Four words in a row without a length were said somewhere near: when, nobody has heard. Times come in steps of 20 ms.
_CROWD, _NO_LENGTH_S, _CROWD_S = 4, 0.021, 0.5
_LETTERS_A_SECOND = 15
_CARRIED_WORDS = 8
_LEAST_ROOM_S = 0.05

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
    together = _with_their_sentence(kept, times, speech)
    apart = _out_of_crowds(kept, together, speech, _ceiling(together, duration_s))
    rules = dict.fromkeys(_changed(together, apart), "W4") | dict.fromkeys(_changed(times, together), "W5")
    times = _in_order(apart, _ceiling(together, duration_s))
    mended = tuple(
        word if (word.start, word.end) == time else dataclasses.replace(word, start=time[0], end=time[1])
        for word, time in zip(kept, times, strict=True)
    )
    return Repaired(words=mended, findings=_findings(kept, mended, rules))


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


def _with_their_sentence(
    words: Sequence[Word], times: list[Region], speech: Sequence[Region]
) -> list[Region]:
    """The first word of a sentence, heard where the one before ends and stretched over the end of that voice.

    It is said with the words after the silence, where the next voice begins: else a caption would end with it.
    """
    ends = [end for _, end in speech]
    placed = list(times)
    for place in range(1, len(times) - 1):
        (start, end), following_s = times[place], times[place + 1][0]
        gap = bisect_left(ends, start)
        is_apart = following_s - end >= _PAUSE_S and start - times[place - 1][1] < _PAUSE_S
        if not is_apart or gap + 1 >= len(ends) or not ends[gap] < end <= speech[gap + 1][0] <= following_s:
            continue
        text, before = words[place].text.strip(), words[place - 1].text.strip()
        if text[:1].isupper() and ends_sentence(before, text) and not ends_sentence(text):
            placed[place] = following_s - min(end - start, LIKELY_S / 2), following_s
    return placed


def _out_of_crowds(
    words: Sequence[Word], times: Sequence[Region], speech: Sequence[Region], ceiling_s: float
) -> list[Region]:
    """Words without a length take the quiet after them; what touches them at the other end is carried along.

    Measured against what was really said: such words are put too early, at the end of what was heard before them.
    Only where the recording ends with them, what they lack is the quiet before them.
    """
    placed = list(times)
    place = 0
    while place < len(placed):
        last = _crowd_end(times, place)
        if last - place < _CROWD:
            place += 1
            continue
        after = _touching_end(times, last)
        lasts_s = [(len(word.text.strip()) + 1) / _LETTERS_A_SECOND for word in words[place:last]]
        room_s = max(0.0, min(_quiet_after(times, after, speech, ceiling_s), sum(lasts_s)))
        earlier_s = 0.0
        if last == len(placed):
            earlier_s = min(_quiet_before(placed, place, speech), sum(lasts_s) - room_s)
            room_s += earlier_s
        if room_s > _LEAST_ROOM_S:
            at_s, share = times[place][0] - earlier_s, room_s / sum(lasts_s)
            for number, each_s in enumerate(lasts_s, start=place):
                placed[number] = at_s, at_s + each_s * share
                at_s = placed[number][1]
            placed[last:after] = [(start + room_s, end + room_s) for start, end in times[last:after]]
        place = after
    return placed


def _crowd_end(times: Sequence[Region], first: int) -> int:
    """The first word after this one that has a length, or was heard later."""
    begin_s, last = times[first][0], first
    while last < len(times) and times[last][1] - times[last][0] < _NO_LENGTH_S:
        if not 0 <= times[last][0] - begin_s < _CROWD_S:
            break
        last += 1
    return last


def _touching_end(times: Sequence[Region], first: int) -> int:
    """The words that follow without a pause, some of them."""
    last = first
    while (
        last < min(len(times), first + _CARRIED_WORDS) and times[last][0] - times[last - 1][1] < _TOUCHING_S
    ):
        last += 1
    return last


def _quiet_after(times: Sequence[Region], place: int, speech: Sequence[Region], ceiling_s: float) -> float:
    """How much later the words before this one may end: not in the next one, nor after the voice has gone."""
    end_s = times[place - 1][1]
    limit_s = times[place][0] - _TOUCHING_S if place < len(times) else ceiling_s
    voice = bisect_right(speech, end_s, key=_start) - 1
    if voice >= 0:
        limit_s = min(limit_s, speech[voice][1])
    return limit_s - end_s


def _quiet_before(times: Sequence[Region], place: int, speech: Sequence[Region]) -> float:
    """How much earlier this word may begin: after the one before it, and not before the voice begins."""
    start_s = times[place][0]
    voice = bisect_right(speech, start_s, key=_start) - 1
    floor_s = max(times[place - 1][1] if place else 0.0, speech[voice][0] if voice >= 0 else 0.0)
    return max(0.0, start_s - floor_s)


def _start(region: Region) -> float:
    return region[0]


def _changed(before: Sequence[Region], after: Sequence[Region]) -> list[int]:
    return [place for place, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]


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


def _findings(before: Sequence[Word], after: Sequence[Word], rules: Mapping[int, str]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule=rules.get(place) or ("W2" if old.end - old.start > LONGEST_S else "W1"),
            level=Level.INFORMATION,
            at_s=new.start,
            text=f"“{new.text.strip()}” was said to be at {old.start:.2f} to {old.end:.2f} s;"
            f" it now is at {new.start:.2f} to {new.end:.2f} s",
        )
        for place, (old, new) in enumerate(zip(before, after, strict=True))
        if (old.start, old.end) != (new.start, new.end)
    )
