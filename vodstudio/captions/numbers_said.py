"""The numbers that are said in English words: where each stands, what it counts, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from vodstudio.captions.alignment import HAND
from vodstudio.captions.breaks import ends_sentence
from vodstudio.captions.cardinals import LARGE, count_of, is_number_word
from vodstudio.captions.transcript import Word

PAIRS = frozenset({"to", "and", "or", "through", "thru"})
LISTED = frozenset({
    "item", "items", "ordinance", "ordinances", "resolution", "resolutions", "section", "sections", "chapter",
    "chapters", "article", "articles", "district", "districts", "ward", "wards", "precinct", "precincts", "phase",
    "page", "pages", "exhibit", "attachment", "highway", "route", "parcel", "parcels", "room", "appendix",
})  # fmt: skip
_MOST_IN_A_ROW = 8
_HUNDREDS = frozenset({"hundred", "thousand"})
_SIGNS_SAID = frozenset({"point", "dash", "hyphen", "slash"})
# Nobody pauses within a number; captions do not reach across a pause of this length.
_PAUSE_S = 0.8
_QUOTES = "\N{LEFT DOUBLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}"
_CLOSED = "\N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
_PIECE = re.compile(rf"(\s*)([(\[\"'{_QUOTES}]*)(.*?)([.,?!;:)\]\"'{_CLOSED}]*)(\s*)", re.DOTALL)
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_ORDINAL = re.compile(
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\w+teenth|\w+ieth|\w+-\w+th|\d+(?:st|nd|rd|th))s?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One written word: `at` is its number in the list, `text` is without the signs around it."""

    at: int
    lead: str
    before: str
    text: str
    after: str
    tail: str
    is_fixed: bool
    is_glued: bool

    @property
    def digits(self) -> int | None:
        """Its number where it is written in digits alone."""
        return int(self.text.replace(",", "")) if self._is_digits else None

    @property
    def _is_digits(self) -> bool:
        return self.text.isascii() and _DIGITS.fullmatch(self.text) is not None

    @property
    def is_number(self) -> bool:
        """Written as a number or spoken as one; a part of what is written together is neither."""
        return not self.is_glued and (self._is_digits or is_number_word(self.text.lower()))


@dataclass(frozen=True, slots=True)
class Number:
    """One number in a sentence: pieces from and up to, what it counts, and whether it was spelled."""

    first: int
    last: int
    value: int
    is_spelled: bool


class Line:
    """All words as pieces, and the numbers among them."""

    def __init__(self, words: Sequence[Word], breaks: Set[int]) -> None:
        self.words = words
        self._breaks = breaks
        self.pieces = _pieces(words)
        self._lows = [piece.text.lower().replace(_APOSTROPHE, "'") for piece in self.pieces]
        texts = [f"{piece.text}{piece.after}" for piece in self.pieces]
        self._stops = [*map(ends_sentence, texts, [*texts[1:], ""])]
        self.found = {number.first: number for number in self._all_numbers()}
        self.by_end = {number.last: number for number in self.found.values()}

    def partner(self, number: Number) -> Number | None:
        """The other number of `5 to 10`, `two or three`."""
        after = self.found.get(number.last + 1) if self.low(number.last) in PAIRS else None
        if after is not None and not self.ends_clause(number.last - 1):
            return after
        before = self.by_end.get(number.first - 1) if self.low(number.first - 1) in PAIRS else None
        return before if before is not None and not self.ends_clause(before.last - 1) else None

    def low(self, place: int) -> str:
        """The word here in small letters, without the signs around it."""
        return self._lows[place] if 0 <= place < len(self._lows) else ""

    def text(self, place: int) -> str:
        """The same with its capitals."""
        return self.pieces[place].text if 0 <= place < len(self.pieces) else ""

    def begins_sentence(self, place: int) -> bool:
        """Whether a sentence, or another speaker, begins with this word."""
        return place == 0 or self._stops[place - 1] or self._lows[place - 1] == ">>"

    def ends_sentence(self, place: int) -> bool:
        """Whether a sentence ends with this word."""
        return self._stops[place]

    def ends_clause(self, place: int) -> bool:
        """Whether some sign stands after this word."""
        return place + 1 >= len(self.pieces) or bool(self.pieces[place].after)

    def is_capital(self, place: int) -> bool:
        """Whether it is a name: the first word of a sentence has a capital too."""
        return self.text(place)[:1].isupper() and not self.begins_sentence(place)

    def is_within_a_name(self, number: Number) -> bool:
        """`3 Rivers`."""
        return self.is_capital(number.last) and not self.ends_clause(number.last - 1)

    def is_number(self, place: int) -> bool:
        """Whether a number stands here, or a part of one."""
        return 0 <= place < len(self.pieces) and self.pieces[place].is_number

    def is_cut(self, first: int, last: int) -> bool:
        """Whether these pieces are not one after the other, or something must not be written into one."""
        pieces = self.pieces[first:last]
        return (
            len(pieces) < last - first
            or any(piece.is_fixed for piece in pieces)
            or any(piece.after or following.before for piece, following in pairwise(pieces))
            or any(
                self.words[following.at].start - self.words[piece.at].end >= _PAUSE_S
                for piece, following in pairwise(pieces)
            )
            or any(at in self._breaks for at in range(pieces[0].at + 1, pieces[-1].at + 1))
        )

    def _all_numbers(self) -> list[Number]:
        found: list[Number] = []
        place = 0
        while place < len(self.pieces):
            last = place
            while last < len(self.pieces) and self.pieces[last].is_number:
                last += 1
            if last > place:
                found += self._numbers_in(place, last)
            place = last + 1
        return found

    def _numbers_in(self, first: int, last: int) -> list[Number]:
        """One number of all these pieces, or several items with commas between them; none where it is not sure."""
        if last - first > _MOST_IN_A_ROW or self._goes_on(first, last):
            return []
        ends = [place + 1 for place in range(first, last) if place + 1 == last or self.pieces[place].after]
        found = [self._number(begin, end) for begin, end in pairwise([first, *ends])]
        sure = [number for number in found if number is not None]
        is_list = self.low(first - 1) in LISTED and len(sure) == len(found)
        return sure if len(found) == 1 or is_list else []

    def _goes_on(self, first: int, last: int) -> bool:
        """`one hundred and five`, `twenty fifth`, `two point five`, `24 dash 7`: the number is told in another way too."""
        following, before = self.low(last), self.low(first - 1)
        is_open = not self.pieces[last - 1].after
        has_hundreds = not _HUNDREDS.isdisjoint(self._lows[first:last])
        return (
            (is_open and (following in _SIGNS_SAID or _ORDINAL.fullmatch(following) is not None))
            or (is_open and following == "and" and has_hundreds and is_number_word(self.low(last + 1)))
            or before in _SIGNS_SAID
            or (before == "and" and self.low(first - 2) in _HUNDREDS)
        )

    def _number(self, first: int, last: int) -> Number | None:
        pieces = self.pieces[first:last]
        if self.is_cut(first, last):
            return None
        if pieces[-1].text in LARGE and len(pieces) > 1:
            last, pieces = last - 1, pieces[:-1]
        if len(pieces) == 1 and (value := pieces[0].digits) is not None:
            if pieces[0].text.startswith("0") and value:  # `007`: a sign by which something is called
                return None
            return Number(first, last, value, is_spelled=False)
        counted = count_of([piece.text for piece in pieces])
        return None if counted is None else Number(first, last, counted, is_spelled=True)


def _pieces(words: Sequence[Word]) -> list[Piece]:
    """What is written with spaces around it; a word that is written together with others is none of ours."""
    carries = any(word.text[:1].isspace() or word.text[-1:].isspace() for word in words)
    places = [at for at, word in enumerate(words) if word.text.strip()]
    glued = set()
    for at, following in pairwise(places) if carries else ():
        if not (words[at].text[-1:].isspace() or words[following].text[:1].isspace()):
            glued |= {at, following}
    return [_piece(words[at], at, is_glued=at in glued) for at in places]


def _piece(word: Word, at: int, *, is_glued: bool) -> Piece:
    match = _PIECE.fullmatch(word.text)
    assert match is not None
    lead, before, text, after, tail = match.groups()
    return Piece(at, lead, before, text, after, tail, is_fixed=word.source == HAND, is_glued=is_glued)
