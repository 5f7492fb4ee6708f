"""Times of captions as a person reads and types them: `0:02:41.350`."""

from __future__ import annotations

import re

_TYPED = re.compile(r"(?:(?:(\d+):)?(\d{1,4}):)?(\d{1,5})(?:[.,](\d{1,3}))?")


def stamp(seconds: float) -> str:
    """Hours, minutes, seconds and thousandths."""
    total = round(max(0.0, seconds) * 1000)
    whole, thousandths = divmod(total, 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}.{thousandths:03}"


def seconds_of(text: str) -> float | None:
    """What was typed, as seconds: `161.35`, `2:41.35` and `0:02:41.350` are the same; None when it is no time."""
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds, part = match.groups()
    thousandths = int((part or "").ljust(3, "0"))
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds) + thousandths / 1000
