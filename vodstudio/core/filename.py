"""What a file name tells: show number, reel, date and title, as stations really write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_PREFIX = re.compile(r"^(?P<show>\d{3,7})(?:-(?P<reel>\d{1,2}))?\s*-\s*(?P<rest>.+)$")
_COMPACT = re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)")
_COMPACT_US = re.compile(r"(?<!\d)(?P<m>\d\d)(?P<d>\d\d)(?P<y>20\d\d)(?!\d)")
_ISO = re.compile(r"(?<!\d)(?P<y>20\d\d)[-_.](?P<m>\d{1,2})[-_.](?P<d>\d{1,2})(?!\d)")
_US = re.compile(r"(?<!\d)(?P<m>\d{1,2})[ _.\-/](?P<d>\d{1,2})[ _.\-/](?P<y>(?:20)?\d\d)(?!\d)")
_WORDS = re.compile(
    rf"\b(?P<month>{'|'.join(m[:3] for m in _MONTHS)})[a-z]*\.?\s+(?P<d>\d{{1,2}}),?\s+(?P<y>20\d\d)\b",
    re.IGNORECASE,
)
_RECORDER_STAMP = re.compile(r"_20\d\d-\d\d-\d\d(?:_\d\d){3}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameParts:
    """What was read from a file name; what it does not say is None."""

    title: str
    show_number: int | None = None
    reel: int | None = None
    recorded_on: date | None = None


def read_name(stem: str) -> NameParts:
    """Read a file's name without its ending; never fails, in doubt the whole name is the title."""
    show = reel = None
    rest = stem
    prefix = _PREFIX.match(stem)
    if prefix:
        show = int(prefix["show"])
        reel = int(prefix["reel"]) if prefix["reel"] else None
        rest = prefix["rest"]
    rest = _RECORDER_STAMP.sub("", rest)
    when, rest = _take_date(rest)
    title = re.sub(r"[\s_]+", " ", re.sub(r"\(\s*\)", " ", rest)).strip(" -_.,")
    return NameParts(title=title or stem, show_number=show, reel=reel, recorded_on=when)


def _take_date(text: str) -> tuple[date | None, str]:
    """The first date that can exist, and the text without it."""
    for pattern in (_ISO, _COMPACT, _COMPACT_US, _WORDS, _US):
        for match in pattern.finditer(text):
            when = _as_date(match)
            if when:
                return when, text[: match.start()] + " " + text[match.end() :]
    return None, text


def _as_date(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    month = int(parts["m"]) if "m" in parts else 1 + [m[:3] for m in _MONTHS].index(parts["month"].lower())
    year = int(parts["y"])
    try:
        return date(year if year >= 100 else 2000 + year, month, int(parts["d"]))
    except ValueError:
        return None
