"""A cue is what is shown from when to when; here are the laws that every list of cues keeps, and what is found amiss."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from vodstudio.core.errors import NeedsUser

# Letters and signs of Western captions, none of which joins another.
_SINGLE = re.compile("[\\0-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u2100-\u2bff]*")
_PLAIN = re.compile("[ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u2100-\u2bff]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One caption: its lines, and the seconds of the video from which and until which it is shown."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]
    is_top: bool = False

    @property
    def text(self) -> str:
        """The lines as one running text."""
        return " ".join(self.lines)


class Level(StrEnum):
    """How bad a finding is: an error has to be looked at, a warning may be, information wants nothing."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about captions that a person should know; `rule` is the number of the check.

    `cue` counts from 0, where it is about one cue; `can_fix` where the program can mend it without changing a word.
    """

    rule: str
    level: Level
    at_s: float
    text: str
    cue: int | None = None
    can_fix: bool = False


def check_cues(cues: Sequence[Cue]) -> None:
    """Refuse a list that no file can say truly: unsorted, overlapping, without duration or without text."""
    before_s = 0.0
    for number, cue in enumerate(cues, start=1):
        fault = _time_fault(cue, before_s) or _text_fault(cue)
        if fault:
            raise NeedsUser(
                f"Caption {number} cannot be written: it {fault}",
                hint="No file was changed. Correct the caption, or make the captions again from the words.",
                detail=repr(cue),
                code="VS-CUE-BROKEN",
            )
        before_s = cue.end_s


def _time_fault(cue: Cue, before_s: float) -> str:
    if not (math.isfinite(cue.start_s) and math.isfinite(cue.end_s)):
        return "has a time that is not a number"
    # Files know milliseconds: what is closer than half of one is the same moment.
    if cue.start_s < before_s - 0.0005:
        return "begins before the one before it has ended"
    if milliseconds(cue.end_s) <= milliseconds(cue.start_s):
        return "ends before it begins"
    return ""


def _text_fault(cue: Cue) -> str:
    if not cue.lines:
        return "has no text"
    if any(line != clean_line(line) or not line for line in cue.lines):
        return "has an empty line or a character that is no text"
    return ""


def milliseconds(seconds: float) -> int:
    """The nearest millisecond, halves upwards."""
    return math.floor(seconds * 1000 + 0.5)


def clean_line(text: str) -> str:
    """Composed (NFC), one space between words, no control characters: text as all our files can keep it."""
    if (text.isascii() and text.isprintable()) or _is_plain(text):
        return " ".join(text.split())
    kept = "".join(_clean_character(character) for character in text)
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def _is_plain(text: str) -> bool:
    """Whether nothing in it has to be composed, replaced or left out."""
    return _PLAIN.fullmatch(text) is not None and unicodedata.is_normalized("NFC", text)


def _clean_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs" or character in "\ufffe\uffff":
        return "\N{REPLACEMENT CHARACTER}"
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if character in "\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{SOFT HYPHEN}":
        return ""
    return character


def graphemes(text: str) -> list[str]:
    """The characters as a reader counts them: marks, joined emoji and flags belong to what is before them."""
    if text.isascii():
        return list(text)
    clusters: list[str] = []
    for character in text:
        if clusters and _joins(clusters[-1], character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def grapheme_count(text: str) -> int:
    """How many characters a reader sees."""
    return len(text) if _SINGLE.fullmatch(text) else len(graphemes(text))


def _joins(cluster: str, character: str) -> bool:
    if character == "\N{ZERO WIDTH JOINER}" or cluster[-1] == "\N{ZERO WIDTH JOINER}":
        return True
    if unicodedata.category(character) in ("Mn", "Me", "Mc") or "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    return len(cluster) == 1 and _is_flag_half(cluster) and _is_flag_half(character)


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
