"""From time in the samples to time in the recording: sound may begin late and have holes, the picture goes on.

Samples are kept as they were decoded, one after the other. FFmpeg fills holes of more than a tenth of a second with
silence when it encodes, so a word is where the viewer hears it only when its time is moved by the same holes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from vodstudio.workers.timeline import JUMP_S

Mark = tuple[float, float]
# FFmpeg's own: a smaller difference is the rounding of a container, and moves nothing.
_HOLE_S = 0.1
_NOTHING_S = 0.001
# Sound whose stamps are nonsense would have one for each frame; they are not believed for ever.
_MOST_MARKS = 5000


class SoundClock:
    """Each mark says: what lies at this second of the samples belongs to that second of the recording."""

    def __init__(self, marks: Iterable[Sequence[float]] = ()) -> None:
        self.marks: tuple[Mark, ...] = tuple((float(mark[0]), float(mark[1])) for mark in marks)
        whole = self.marks if self.marks and self.marks[0][0] == 0.0 else ((0.0, 0.0), *self.marks)
        self._begins = [begin for begin, _ in whole]
        self._shifts = [at_s - begin for begin, at_s in whole]
        ends = (end + shift for end, shift in zip(self._begins[1:], self._shifts, strict=False))
        self._floors = list(accumulate(ends, max, initial=0.0))

    def moment(self, spool_s: float) -> float:
        """The moment of the recording; what overlaps with sound before it is where that ends."""
        if not self.marks:
            return spool_s
        piece = max(0, bisect_right(self._begins, spool_s) - 1)
        return round(max(self._floors[piece], spool_s + self._shifts[piece]), 3)


@dataclass(slots=True, kw_only=True)
class Timekeeper:
    """Collects the marks while sound is decoded. A recorder that was restarted begins its clock again: such pieces
    follow each other without a hole, as FFmpeg plays them."""

    starts_at_s: float = 0.0
    joins: bool = False
    marks: list[Mark] = field(default_factory=list)
    _moved_s: float = 0.0
    _last: Mark | None = None

    def see(self, spool_s: float, stamp_s: float | None) -> None:
        """A frame that will lie at `spool_s` of the samples says when it is to be heard."""
        if stamp_s is None:
            return
        at_s = stamp_s - self.starts_at_s + self._moved_s
        if self._last is None:
            self._last = (spool_s, 0.0 if abs(at_s) < _NOTHING_S else at_s)
            if self._last[1] != spool_s:
                self.marks.append(self._last)
            return
        late_s = at_s - (self._last[1] + spool_s - self._last[0])
        if self.joins and abs(late_s) > JUMP_S:
            self._moved_s -= late_s
        elif abs(late_s) > _HOLE_S and len(self.marks) < _MOST_MARKS:
            self._last = (spool_s, at_s)
            self.marks.append(self._last)
