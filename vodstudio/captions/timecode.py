"""SMPTE time labels at 29.97 frames a second, with and without dropped numbers."""

from __future__ import annotations

import math
import re

RATE = 30000 / 1001
_FRAMES_IN_10_MINUTES = 17982
_FRAMES_IN_A_DROP_MINUTE = 1798
_LABEL = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.,])(\d\d)")


def frame_at(seconds: float) -> int:
    """The number of the nearest frame."""
    return math.floor(seconds * 30000 / 1001 + 0.5)


def seconds_at(frame: int) -> float:
    """When a frame begins."""
    return frame * 1001 / 30000


def frames_in_a_day(*, drop_frame: bool) -> int:
    """How many different labels there are."""
    return 24 * 6 * (_FRAMES_IN_10_MINUTES if drop_frame else 18000)


def label_of(frame: int, *, drop_frame: bool = True) -> str:
    """The label of a frame: `;` before the frames where numbers are dropped, `:` where they are not."""
    number = frame
    if drop_frame:
        tens, rest = divmod(frame, _FRAMES_IN_10_MINUTES)
        number += 18 * tens
        if rest >= 1800:
            number += 2 * (1 + (rest - 1800) // _FRAMES_IN_A_DROP_MINUTE)
    seconds, frames = divmod(number, 30)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}{';' if drop_frame else ':'}{frames:02d}"


def frame_of(label: str) -> int | None:
    """The frame that a label names; None where no such label exists."""
    match = _LABEL.fullmatch(label)
    if match is None:
        return None
    hour, minute, second, frames = (int(match[group]) for group in (1, 2, 3, 5))
    if hour > 23 or minute > 59 or second > 59 or frames > 29:
        return None
    number = ((hour * 60 + minute) * 60 + second) * 30 + frames
    if match[4] not in ";,":
        return number
    if minute % 10 and second == 0 and frames < 2:
        return None
    minutes = hour * 60 + minute
    return number - 2 * (minutes - minutes // 10)
