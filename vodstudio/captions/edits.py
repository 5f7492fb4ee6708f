"""What a person decided about captions: where cues begin and stay together, when and where they are shown, waivers."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, groupby
from typing import NamedTuple, NoReturn, TypeVar

Times = tuple[float, float]
T = TypeVar("T")
TOP, BOTTOM = "top", "bottom"
_MOST_WORDS = 10_000_000


class Part(NamedTuple):
    """Words that are replaced: from where, how many there were, how many there are."""

    first: int
    removed: int
    inserted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A finding that a person has looked at and leaves as it is, and why; `when` is an ISO time."""

    rule: str
    at_s: float
    reason: str
    by: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """Decisions by the number of a word; cues are always derived from the words and these.

    A cue begins at each of `locked_breaks`; one that begins at a `whole` word lasts until the next locked break.
    `time_overrides` are the seconds from and to when the cue of that first word is shown. `placements` are the words
    whose captions stand at the top, or at the bottom, whatever the city's usual place is: the first word of a cue
    decides, so that the place stays with what is said when lines are laid out again.
    """

    locked_breaks: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    time_overrides: Mapping[int, Times] = field(default_factory=dict)
    placements: Mapping[int, bool] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()

    def __bool__(self) -> bool:
        decided = (self.locked_breaks, self.whole, self.time_overrides, self.placements, self.waivers)
        return any(decided)


NO_EDITS = Edits()


def pinned(edits: Edits, first: int, last: int, times: Times | None) -> Edits:
    """The words from `first` up to `last` are one cue, shown at these times or when they are spoken."""
    overrides = {word: each for word, each in edits.time_overrides.items() if not first <= word < last}
    if times is not None:
        overrides[first] = times
    return replace(
        edits,
        locked_breaks=_without(edits.locked_breaks, first, last) | {first, last},
        whole=_without(edits.whole, first, last) | {first},
        time_overrides=overrides,
    )


def locked(edits: Edits, breaks: Iterable[int]) -> Edits:
    """A cue begins at each of these too."""
    return replace(edits, locked_breaks=edits.locked_breaks.union(breaks))


def placed(edits: Edits, first: int, last: int, *, is_top: bool, usual: bool) -> Edits:
    """The words from `first` up to `last` are shown at the top, or not; what is usual needs no decision."""
    others = {word: each for word, each in edits.placements.items() if not first <= word < last}
    if is_top != usual:
        others |= dict.fromkeys(range(first, last), is_top)
    return replace(edits, placements=others)


def spliced(edits: Edits, first: int, removed: int, inserted: int) -> Edits:
    """The same decisions after words were replaced; what concerned words inside that are gone, goes with them.

    New words stand where the first of those stood that they replace.
    """
    return spliced_at(edits, [Part(first, removed, inserted)])


def spliced_at(edits: Edits, parts: Sequence[Part]) -> Edits:
    """The same after words were replaced in several places, given from left to right."""
    moves = _Moves(parts)
    placements = moves.mapped(edits.placements)
    for part in parts:
        if part.removed and part.first in edits.placements:
            start = moves.border(part.first)
            is_top = edits.placements[part.first]
            placements |= dict.fromkeys(range(start, start + part.inserted), is_top)
    still = {moves.border(part.first) for part in parts if part.first in edits.locked_breaks}
    return replace(
        edits,
        locked_breaks=moves.kept(edits.locked_breaks) | still,
        whole=moves.kept(edits.whole),
        time_overrides=moves.mapped(edits.time_overrides),
        placements=placements,
    )


def borders_at(borders: Iterable[int], parts: Sequence[Part]) -> set[int]:
    """Where places between words lie after the words of these parts were replaced; none is inside a part."""
    moves = _Moves(parts)
    return {moves.border(border) for border in borders}


class _Moves:
    """Where each word lies after words were replaced."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._firsts = [part.first for part in parts]
        self._growths = [0, *accumulate(part.inserted - part.removed for part in parts)]

    def border(self, place: int) -> int:
        """The place before this word, or before what has come instead of it."""
        return place + self._growths[bisect_left(self._firsts, place)]

    def word(self, word: int) -> int | None:
        """This word's number; that of the first of several is inherited by what has come instead of them."""
        number = bisect_right(self._firsts, word)
        if number == 0:
            return word
        part = self._parts[number - 1]
        if word >= part.first + part.removed:
            return word + self._growths[number]
        return word + self._growths[number - 1] if word == part.first and part.inserted else None

    def kept(self, words: Iterable[int]) -> frozenset[int]:
        return frozenset(place for word in words if (place := self.word(word)) is not None)

    def mapped(self, of: Mapping[int, T]) -> dict[int, T]:
        return {place: each for word, each in of.items() if (place := self.word(word)) is not None}


def sliced(edits: Edits, first: int, last: int) -> Edits:
    """What concerns these words, counted from the first of them; waivers are about times and stay."""
    return replace(
        edits,
        locked_breaks=frozenset(word - first for word in edits.locked_breaks if first <= word < last),
        whole=frozenset(word - first for word in edits.whole if first <= word < last),
        time_overrides={
            word - first: times for word, times in edits.time_overrides.items() if first <= word < last
        },
        placements={word - first: each for word, each in edits.placements.items() if first <= word < last},
    )


def numbered_from(edits: Edits, first: int) -> Edits:
    """The same decisions where so many words stand in front."""
    return replace(
        edits,
        locked_breaks=frozenset(word + first for word in edits.locked_breaks),
        whole=frozenset(word + first for word in edits.whole),
        time_overrides={word + first: times for word, times in edits.time_overrides.items()},
        placements={word + first: each for word, each in edits.placements.items()},
    )


def later(edits: Edits, by_s: float) -> Edits:
    """All times moved, as when the beginning of the video is cut off or put back."""
    return replace(
        edits,
        time_overrides={
            word: (start + by_s, end + by_s) for word, (start, end) in edits.time_overrides.items()
        },
        waivers=tuple(replace(waiver, at_s=waiver.at_s + by_s) for waiver in edits.waivers),
    )


def edits_to_json(edits: Edits) -> dict[str, object]:
    """The part of words.json that holds them; the same decisions always give the same."""
    return {
        "locked_breaks": sorted(edits.locked_breaks),
        "whole": sorted(edits.whole),
        "time_overrides": [[word, *times] for word, times in sorted(edits.time_overrides.items())],
        "placements": [list(run) for run in _runs(edits.placements)],
        "waivers": [
            {"rule": each.rule, "at_s": each.at_s, "reason": each.reason, "by": each.by, "when": each.when}
            for each in edits.waivers
        ],
    }


def edits_from_json(body: object) -> Edits:
    """Read them back; ValueError says what cannot be."""
    if not isinstance(body, Mapping):
        _refuse("edits are not an object")
    return Edits(
        locked_breaks=frozenset(_word(word) for word in _list(body, "locked_breaks")),
        whole=frozenset(_word(word) for word in _list(body, "whole")),
        time_overrides=dict(_override(row) for row in _list(body, "time_overrides")),
        placements={word: is_top for row in _list(body, "placements") for word, is_top in _placement(row)},
        waivers=tuple(_waiver(each) for each in _list(body, "waivers")),
    )


def _runs(placements: Mapping[int, bool]) -> Iterator[tuple[int, int, str]]:
    """Words next to each other in one place: from, up to, where."""
    words = sorted(placements)
    for (_, is_top), run in groupby(enumerate(words), lambda pair: (pair[1] - pair[0], placements[pair[1]])):
        numbers = [word for _, word in run]
        yield numbers[0], numbers[-1] + 1, TOP if is_top else BOTTOM


def _without(words: frozenset[int], first: int, last: int) -> frozenset[int]:
    return frozenset(word for word in words if not first <= word < last)


def _list(body: Mapping[str, object], key: str) -> list[object]:
    value = body.get(key, [])
    return value if isinstance(value, list) else _refuse(f"{key} is not a list")


def _word(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        _refuse(f"{value!r} is not the number of a word")
    return value


def _override(row: object) -> tuple[int, Times]:
    if not isinstance(row, list) or len(row) != 3:
        _refuse("a time override is not a word and two times")
    return _word(row[0]), (_seconds(row[1]), _seconds(row[2]))


def _placement(row: object) -> Iterator[tuple[int, bool]]:
    if not isinstance(row, list) or len(row) != 3 or row[2] not in (TOP, BOTTOM):
        _refuse("a placement is not two words and a place")
    first, last = _word(row[0]), _word(row[1])
    if last - first > _MOST_WORDS:
        _refuse("a placement is not of so many words")
    for word in range(first, last):
        yield word, row[2] == TOP


def _waiver(body: object) -> Waiver:
    if not isinstance(body, Mapping):
        _refuse("a waiver is not an object")
    return Waiver(
        rule=str(body.get("rule") or ""),
        at_s=_seconds(body.get("at_s")),
        reason=str(body.get("reason") or ""),
        by=str(body.get("by") or ""),
        when=str(body.get("when") or ""),
    )


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        _refuse(f"{value!r} is not a time")
    return float(value)


def _refuse(detail: str) -> NoReturn:
    raise ValueError(detail)
