"""English numbers in words: what "two hundred twenty-five" counts, and how one to ten are written."""

from __future__ import annotations

from collections.abc import Sequence

TO_TEN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TEENS = (
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_SMALL = {word: value for value, word in enumerate((*TO_TEN, *_TEENS))}
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_HUNDRED, _THOUSAND = "hundred", "thousand"
LARGE = frozenset({"million", "billion", "trillion"})
# Said among digits, and never a number of its own: "one oh five".
_PARTS = frozenset({"oh", "dozen", "hundreds", "thousands", "millions"})


def is_number_word(text: str) -> bool:
    """Whether this is said as a number or as a part of one, in small letters."""
    return (
        text in _SMALL
        or text in _TENS
        or text in LARGE
        or text in _PARTS
        or text in (_HUNDRED, _THOUSAND)
        or _hyphened(text) is not None
    )


def count_of(words: Sequence[str]) -> int | None:
    """The number that these words say, up to 999,999; None where they do not say exactly one."""
    if _THOUSAND in words:
        place = words.index(_THOUSAND)
        upper, lower = _below_1000(words[:place]), _below_1000(words[place + 1 :])
        if not upper or (lower is None and len(words) > place + 1):
            return None
        return upper * 1000 + (lower or 0)
    return _below_1000(words)


def _below_1000(words: Sequence[str]) -> int | None:
    if _HUNDRED in words:
        place = words.index(_HUNDRED)
        upper, lower = _below_100(words[:place]), _below_100(words[place + 1 :])
        if not upper or upper > 9 or (lower is None and len(words) > place + 1):
            return None
        return upper * 100 + (lower or 0)
    return _below_100(words)


def _below_100(words: Sequence[str]) -> int | None:
    if len(words) == 1:
        word = words[0]
        return _SMALL.get(word, _TENS.get(word, _hyphened(word)))
    if len(words) == 2 and words[0] in _TENS and 0 < _SMALL.get(words[1], 0) < 10:
        return _TENS[words[0]] + _SMALL[words[1]]
    return None


def _hyphened(text: str) -> int | None:
    """`twenty-five`."""
    tens, hyphen, unit = text.partition("-")
    if hyphen and tens in _TENS and 0 < _SMALL.get(unit, 0) < 10:
        return _TENS[tens] + _SMALL[unit]
    return None
