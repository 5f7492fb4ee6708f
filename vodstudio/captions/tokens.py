"""Words as they were heard, turned into the pieces between which a caption or a line may break."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from vodstudio.captions.cea608 import columns, load_words, row_columns
from vodstudio.captions.cue import clean_line, grapheme_count, graphemes
from vodstudio.captions.transcript import Word

WITHOUT_SPACES = frozenset({"zh", "ja", "th", "lo", "km", "my", "yue"})
_PARTS = re.compile(r"[^-/.]*[-/.]+|[^-/.]+")


class Join(Enum):
    """What stands between a token and the one before it."""

    SPACE = auto()
    NOTHING = auto()
    INSIDE_A_WORD = auto()
    CUT = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text that never breaks: its seconds, its size, and the number of the word it comes from."""

    text: str
    start_s: float
    end_s: float
    join: Join
    word: int
    width: int
    characters: int
    load: float


def tokens_of(words: Sequence[Word], *, language: str, max_width: int) -> list[Token]:
    """Every letter of every word in order; a piece wider than a line is cut after - / . or, failing that, anywhere."""
    plain_join = _plain_join(words, language)
    tokens: list[Token] = []
    is_spaced = True
    for number, word in enumerate(words):
        text = clean_line(word.text)
        if text:
            is_spaced = is_spaced or word.text[0].isspace()
            join = Join.SPACE if is_spaced else plain_join
            tokens.extend(_pieces(text, word, number, join, max_width))
            is_spaced = word.text[-1].isspace()
    return tokens


def _plain_join(words: Sequence[Word], language: str) -> Join:
    """What no space between two words means: nothing in lists whose words never carry one, else one word in two."""
    if language.split("-")[0].lower() in WITHOUT_SPACES:
        return Join.NOTHING
    carries = any(word.text[:1].isspace() or word.text[-1:].isspace() for word in words)
    return Join.INSIDE_A_WORD if carries else Join.SPACE


def _pieces(text: str, word: Word, number: int, join: Join, max_width: int) -> Iterator[Token]:
    """The word, split at its own spaces and where it is wider than a line; its time is shared out by letters."""
    parts: list[tuple[str, Join]] = []
    for spaced in text.split(" "):
        parts.append((spaced, Join.SPACE if parts else join))
        if _row_width(spaced) > max_width:
            parts[-1:] = _narrow(spaced, parts[-1][1], max_width)
    total = sum(len(part) for part, _ in parts)
    each_s = (word.end - word.start) / total
    start_s = word.start
    for index, (part, part_join) in enumerate(parts):
        end_s = word.end if index + 1 == len(parts) else start_s + each_s * len(part)
        yield Token(
            part, start_s, end_s, part_join, number, _width(part), grapheme_count(part), load_words(part)
        )
        start_s = end_s


def _narrow(text: str, join: Join, max_width: int) -> list[tuple[str, Join]]:
    parts: list[tuple[str, Join]] = []
    for piece in _PARTS.findall(text):
        for index, slice_ in enumerate(_slices(piece, max_width)):
            if index == 0 and parts and _row_width(parts[-1][0] + slice_) <= max_width:
                parts[-1] = (parts[-1][0] + slice_, parts[-1][1])
            else:
                parts.append((slice_, join if not parts else Join.CUT if index else Join.INSIDE_A_WORD))
    return parts


def _slices(piece: str, max_width: int) -> list[str]:
    slices = [""]
    for grapheme in graphemes(piece):
        if slices[-1] and _row_width(slices[-1] + grapheme) > max_width:
            slices.append("")
        slices[-1] += grapheme
    return slices


def _width(text: str) -> int:
    """Columns in line 21 or characters on the web, whichever is more: one list of cues serves both."""
    return len(text) if text.isascii() else max(columns(text), grapheme_count(text))


def _row_width(text: str) -> int:
    """The same for a piece that stands alone on a line."""
    return len(text) if text.isascii() else max(row_columns(text), grapheme_count(text))
