"""What a person decided about captions: where cues begin, what stays together, when it is shown, what is waived."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn

Times = tuple[float, float]


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
    `time_overrides` are the seconds from and to when the cue of that first word is shown.
    """

    locked_breaks: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    time_overrides: Mapping[int, Times] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.locked_breaks or self.whole or self.time_overrides or self.waivers)


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


def spliced(edits: Edits, first: int, removed: int, inserted: int) -> Edits:
    """The same decisions after words were replaced; what concerned words inside that are gone, goes with them."""

    def kept(word: int) -> int | None:
        if word < first or (word == first and removed and inserted):
            return word
        return word + inserted - removed if word >= first + removed else None

    return replace(
        edits,
        locked_breaks=_moved(edits.locked_breaks, kept) | ({first} & edits.locked_breaks),
        whole=_moved(edits.whole, kept),
        time_overrides={
            place: times for word, times in edits.time_overrides.items() if (place := kept(word)) is not None
        },
    )


def sliced(edits: Edits, first: int, last: int) -> Edits:
    """What concerns these words, counted from the first of them; waivers are about times and stay."""
    return replace(
        edits,
        locked_breaks=frozenset(word - first for word in edits.locked_breaks if first <= word < last),
        whole=frozenset(word - first for word in edits.whole if first <= word < last),
        time_overrides={
            word - first: times for word, times in edits.time_overrides.items() if first <= word < last
        },
    )


def numbered_from(edits: Edits, first: int) -> Edits:
    """The same decisions where so many words stand in front."""
    return replace(
        edits,
        locked_breaks=frozenset(word + first for word in edits.locked_breaks),
        whole=frozenset(word + first for word in edits.whole),
        time_overrides={word + first: times for word, times in edits.time_overrides.items()},
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
        waivers=tuple(_waiver(each) for each in _list(body, "waivers")),
    )


def _without(words: frozenset[int], first: int, last: int) -> frozenset[int]:
    return frozenset(word for word in words if not first <= word < last)


def _moved(words: Iterable[int], kept: object) -> frozenset[int]:
    assert callable(kept)
    return frozenset(place for word in words if (place := kept(word)) is not None)


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
