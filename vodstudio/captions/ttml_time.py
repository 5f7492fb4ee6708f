"""The times of TTML: clock time, frames, ticks and lengths with a unit, in the clock that a document declares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from vodstudio.captions.timecode import NTSC, frame_of

_PARAMETER = "http://www.w3.org/ns/ttml#parameter "
_CLOCK = re.compile(r"(\d{2,6}):(\d\d):(\d\d)(?:\.(\d+)|:(\d{2,3})(?:\.\d+)?)?", re.ASCII)
_LENGTH = re.compile(r"(\d{1,12}(?:\.\d+)?)(h|ms|m|s|f|t)", re.ASCII)
_UNIT_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@dataclass(frozen=True, slots=True, kw_only=True)
class TtmlClock:
    """How many frames and ticks a second has, and whether frames are labels with dropped numbers."""

    frame_rate: Fraction = Fraction(30)
    tick_rate: Fraction = Fraction(1)
    drop_frame: bool = False

    def seconds_of(self, text: str) -> float | None:
        """The seconds that a time expression names; None where it is none."""
        match = _CLOCK.fullmatch(text)
        if match is not None:
            return self._clock_seconds(match)
        match = _LENGTH.fullmatch(text)
        if match is None:
            return None
        if match[2] in _UNIT_S:
            return float(match[1]) * _UNIT_S[match[2]]
        return float(Fraction(match[1]) / (self.frame_rate if match[2] == "f" else self.tick_rate))

    def _clock_seconds(self, match: re.Match[str]) -> float | None:
        hours, minutes, seconds = (int(match[group]) for group in (1, 2, 3))
        if minutes > 59 or seconds > 59:
            return None
        whole = (hours * 60 + minutes) * 60 + seconds
        if match[4]:
            return whole + float(f"0.{match[4]}")
        if self.drop_frame:
            frame = frame_of(f"{match[1]}:{match[2]}:{match[3]};{match[5] or '00'}")
            return None if frame is None else float(frame / NTSC)
        return whole + float(int(match[5] or 0) / self.frame_rate)


def clock_of(told: Mapping[str, str]) -> TtmlClock:
    """The clock that the root element declares; what cannot be read counts as the usual one."""
    rate = _number(told.get(f"{_PARAMETER}frameRate"), Fraction(30))
    parts = told.get(f"{_PARAMETER}frameRateMultiplier", "1 1").replace(":", " ").split()
    above, below = (_number(part, Fraction(1)) for part in (parts * 2)[:2])
    frame_rate = rate * above / below
    is_smpte = told.get(f"{_PARAMETER}timeBase") == "smpte"
    is_dropping = told.get(f"{_PARAMETER}dropMode", "nonDrop") != "nonDrop"
    tick_rate = frame_rate if f"{_PARAMETER}frameRate" in told else Fraction(1)
    return TtmlClock(
        frame_rate=frame_rate,
        tick_rate=_number(told.get(f"{_PARAMETER}tickRate"), tick_rate),
        drop_frame=is_smpte and is_dropping,
    )


def _number(text: str | None, otherwise: Fraction) -> Fraction:
    try:
        number = Fraction(text or "0")
    except (ValueError, ZeroDivisionError):
        return otherwise
    return number if number > 0 else otherwise
