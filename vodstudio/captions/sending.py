"""What line 21 can carry: a caption is on its way for a time, and all formats wait for the one that is sent last."""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from fractions import Fraction

from vodstudio.captions.cea608 import COLUMNS, encode_row, map_text, place_row
from vodstudio.captions.timecode import NTSC

# More than this after its words a caption would be a fault of its own: there it stays, and line 21 is late.
LATEST_S = 1.0
_LOAD, _SHOW = 4, 2
_LAST_ROW = 15
# Two frames of a code against a half of one: what a late caption is sent with when its own signs take too long.
_FASTER = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "«": '"', "»": '"'})  # noqa: RUF001


def faster(line: str) -> str:
    """The line with signs that look alike and take less time."""
    return line.translate(_FASTER)


def least_frames(lines: Sequence[str]) -> int:
    """The frames of line 21 from one caption's beginning to this one's, when it is sent as fast as it can be."""
    words = _LOAD + _SHOW
    for line in lines:
        row = " ".join(map_text(faster(line)).text.split())[:COLUMNS]
        words += sum(map(len, place_row(_LAST_ROW, (COLUMNS - len(row)) // 2)))
        words += sum(map(len, encode_row(row)))
    return words


def sent_in_time(
    starts: Sequence[int], frames: Sequence[int], fps: Fraction, fixed: Set[int], last: float = math.inf
) -> list[int]:
    """The first pictures of all captions, each as little later as line 21 needs to send it after the one before.

    `frames` are those of line 21 that each takes; `fixed` are not moved, and none goes beyond them or `last`.
    """
    latest = math.floor(LATEST_S * fps)
    limits: list[float] = []
    for number in range(len(starts) - 1, -1, -1):
        limit = min(starts[number] + (0 if number in fixed else latest), last)
        limits.append(max(starts[number], min(limit, limits[-1] - 1) if limits else limit))
    placed: list[int] = []
    for start, needed, limit in zip(starts, frames, reversed(limits), strict=True):
        soonest = placed[-1] + max(1, math.ceil(needed * fps / NTSC)) if placed else start
        placed.append(int(max(start, min(soonest, limit))))
    return placed
