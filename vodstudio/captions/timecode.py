"""SMPTE time labels as captions carry them: with and without dropped numbers, from any first label."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from vodstudio.core.errors import Refused

NTSC = Fraction(30000, 1001)
WHOLE = Fraction(30)
RATE = 30000 / 1001
_FRAMES_IN_10_MINUTES = 17982
_FRAMES_IN_A_DROP_MINUTE = 1798
_LABEL = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.,])(\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timebase:
    """How frames are counted: their rate, whether numbers are dropped, and the frame of the first label."""

    drop_frame: bool = True
    rate: Fraction = NTSC
    offset_frames: int = 0

    def frame_at(self, seconds: float) -> int:
        """The number of the nearest frame."""
        # Whole numbers first: a product of floats would put halves on either side.
        return math.floor(seconds * self.rate.numerator / self.rate.denominator + 0.5)

    def seconds_at(self, frame: int) -> float:
        """When a frame begins."""
        return frame * self.rate.denominator / self.rate.numerator


DROP_FRAME = Timebase()


def timebase_for(fps: Fraction, *, counting: str = "df", first_label: str = "00:00:00:00") -> Timebase:
    """The base of a video: dropped numbers keep to the clock at any rate, undropped ones count its own pictures."""
    if counting not in ("df", "ndf"):
        raise Refused(
            f"“{counting}” is no way to count caption frames",
            hint="Write df (drop-frame, the usual one) or ndf. Nothing was changed.",
            code="VS-TIMEBASE",
        )
    drop_frame = counting == "df"
    # 29.97, 59.94 and 23.976 are slower than the clock by the thousandth that 30, 25 and 24 are not.
    is_slowed = drop_frame or fps.denominator == NTSC.denominator
    offset = frame_of(first_label[:8] + (";" if drop_frame else ":") + first_label[9:])
    if offset is None:
        raise Refused(
            f"“{first_label}” is no time label that captions can begin with",
            hint="Write it like 00:00:00:00 or 01:00:00:00. Nothing was changed.",
            code="VS-TIMEBASE",
        )
    return Timebase(drop_frame=drop_frame, rate=NTSC if is_slowed else WHOLE, offset_frames=offset)


def frame_at(seconds: float) -> int:
    """The number of the nearest frame of line 21 in its usual rate."""
    return DROP_FRAME.frame_at(seconds)


def seconds_at(frame: int) -> float:
    """When a frame of line 21 begins in its usual rate."""
    return DROP_FRAME.seconds_at(frame)


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


def is_drop_frame(label: str) -> bool:
    """Whether the label says that numbers are dropped."""
    return label[8:9] in (";", ",")


def frame_of(label: str) -> int | None:
    """The frame that a label names; None where no such label exists."""
    match = _LABEL.fullmatch(label)
    if match is None:
        return None
    hour, minute, second, frames = (int(match[group]) for group in (1, 2, 3, 5))
    if hour > 23 or minute > 59 or second > 59 or frames > 29:
        return None
    number = ((hour * 60 + minute) * 60 + second) * 30 + frames
    if not is_drop_frame(label):
        return number
    if minute % 10 and second == 0 and frames < 2:
        return None
    minutes = hour * 60 + minute
    return number - 2 * (minutes - minutes // 10)
