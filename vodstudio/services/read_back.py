"""What a viewer's captions say, compared with ours: the same words, at the same times."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_TIMING = re.compile(r"^(?:(\d+):)?(\d\d):(\d\d)[.,](\d{3})\s*-->")
_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^>]*>")
LATEST_S = 2.0

Shown = tuple[float, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Empty `problem` means equal."""

    words: int
    problem: str = ""
    detail: str = ""


def cues_of_pieces(pieces: Iterable[str]) -> list[Shown]:
    """Start and text of each cue; one that stands in two neighbouring pieces counts once."""
    seen: list[Shown] = []
    for piece in pieces:
        before = set(seen[-20:])
        seen.extend(cue for cue in _cues(piece) if cue not in before)
    return seen


def compare(ours: Sequence[Shown], seen: Sequence[Shown]) -> Difference:
    """Word by word after folding case, accents and punctuation; then the times of the first and last words."""
    expected = [(at_s, word) for at_s, text in ours for word in words_of(text)]
    found = [(at_s, word) for at_s, text in seen for word in words_of(text)]
    for place, (one, other) in enumerate(zip(expected, found, strict=False)):
        if one[1] != other[1]:
            return Difference(
                words=place,
                problem=f"at {_clock(one[0])} viewers read “{other[1]}” instead of “{one[1]}”",
                detail=f"word {place} of {len(expected)}",
            )
    if len(expected) != len(found):
        return Difference(
            words=min(len(expected), len(found)),
            problem=f"viewers get {len(found)} of {len(expected)} words",
        )
    late_s = max((abs(a[0] - b[0]) for a, b in zip(expected, found, strict=True)), default=0.0)
    if late_s > LATEST_S:
        return Difference(words=len(found), problem=f"captions are {late_s:.1f} s away from the speech")
    return Difference(words=len(found))


def words_of(text: str) -> list[str]:
    """Words without case, accents and punctuation; an apostrophe does not part a word."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _WORD.findall(re.sub("['\u2019\u2018]", "", plain))


def _cues(piece: str) -> Iterable[Shown]:
    for block in re.split(r"\r?\n\s*\r?\n", piece):
        lines = block.splitlines()
        for number, line in enumerate(lines):
            match = _TIMING.match(line.strip())
            if match:
                text = " ".join(lines[number + 1 :])
                yield _seconds(match), html.unescape(_TAG.sub("", text))
                break


def _seconds(match: re.Match[str]) -> float:
    return int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3]) + int(match[4]) / 1000


def _clock(at_s: float) -> str:
    return f"{int(at_s) // 3600:d}:{int(at_s) // 60 % 60:02d}:{int(at_s) % 60:02d}"
