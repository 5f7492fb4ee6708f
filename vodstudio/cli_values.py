"""What stands behind the options of the command line: times, rates, lengths and numbers, or a word on what is wrong."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction

_SLOWEST_FPS, _FASTEST_FPS = 10, 120
_LONGEST_S = 1e6


def time_of(text: str) -> str:
    """A moment. Checked here, so that the sentence names the option; what the owner gets is the text."""
    try:
        datetime.fromisoformat(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 2026-03-05T18:00") from exc
    return text


def base_of(text: str) -> str:
    """A file's name without ending; where it lies is said by another option."""
    if not text.strip(". ") or any(sign in text for sign in "/\\\0"):
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of a file; --out names the folder")
    return text


def rate_of(text: str) -> Fraction:
    """Pictures a second: 25, 29.97 or 30000/1001."""
    try:
        rate = Fraction(text).limit_denominator(1001)
    except (ValueError, ZeroDivisionError) as exc:
        raise argparse.ArgumentTypeError(f"{text!r} is not a rate like 25 or 30000/1001") from exc
    near = Fraction(round(rate) * 1000, 1001)
    rate = near if abs(rate - near) < Fraction(1, 100) and rate != round(rate) else rate
    if not _SLOWEST_FPS <= rate <= _FASTEST_FPS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a rate from {_SLOWEST_FPS} to {_FASTEST_FPS}")
    return rate


def seconds_of(text: str) -> float:
    """A length in seconds."""
    value = shift_of(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a length in seconds")
    return value


def shift_of(text: str) -> float:
    """Seconds, earlier ones with a sign."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < _LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A number between these two, with both."""

    def number(text: str) -> int:
        value = int(text) if text.isdecimal() else -1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return value

    return number
