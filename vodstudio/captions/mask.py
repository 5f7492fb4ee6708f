"""Where a voice was heard, as stretches in order that do not touch: how much of a time is speech, and what lies outside."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

Region = tuple[float, float]


def merged(stretches: Iterable[Region], join_s: float = 0.0) -> tuple[Region, ...]:
    """In order, each with a length; what overlaps, touches or is no further apart than `join_s` becomes one."""
    together: list[Region] = []
    for start, end in sorted(stretch for stretch in stretches if stretch[1] > stretch[0]):
        if together and start <= together[-1][1] + join_s:
            together[-1] = (together[-1][0], max(together[-1][1], end))
        else:
            together.append((start, end))
    return tuple(together)


@dataclass(frozen=True, slots=True)
class Mask:
    """Merged stretches with their lengths added up, so that any question takes a look-up and no walk."""

    stretches: tuple[Region, ...]
    starts: tuple[float, ...]
    ends: tuple[float, ...]
    lengths: tuple[float, ...]

    @property
    def total_s(self) -> float:
        """How many seconds of it there are."""
        return self.lengths[-1]

    def seconds_before(self, at_s: float) -> float:
        """How many seconds of it lie before this moment."""
        place = bisect_right(self.starts, at_s)
        if place == 0:
            return 0.0
        return self.lengths[place - 1] + min(at_s, self.ends[place - 1]) - self.starts[place - 1]

    def covered_s(self, start_s: float, end_s: float) -> float:
        """How many seconds of this time lie in it."""
        return self.seconds_before(end_s) - self.seconds_before(start_s) if end_s > start_s else 0.0

    def within(self, start_s: float, end_s: float) -> tuple[Region, ...]:
        """Its stretches between two moments, cut off there."""
        first, last = bisect_right(self.ends, start_s), bisect_left(self.starts, end_s)
        return tuple((max(start, start_s), min(end, end_s)) for start, end in self.stretches[first:last])


def mask_of(stretches: Iterable[Region], *, join_s: float = 0.0, pad_s: float = 0.0) -> Mask:
    """The mask of stretches in any order, each made longer by `pad_s` on both sides (or shorter)."""
    padded = merged(((start - pad_s, end + pad_s) for start, end in stretches), join_s)
    return Mask(
        stretches=padded,
        starts=tuple(start for start, _ in padded),
        ends=tuple(end for _, end in padded),
        lengths=(0.0, *itertools.accumulate(end - start for start, end in padded)),
    )


def without(stretches: Iterable[Region], taken: Mask) -> tuple[Region, ...]:
    """What is left of the stretches where `taken` is cut out of them."""
    left: list[Region] = []
    for start, end in stretches:
        at = start
        for begin, stop in taken.within(start, end):
            if begin > at:
                left.append((at, begin))
            at = stop
        if end > at:
            left.append((at, end))
    return tuple(left)
