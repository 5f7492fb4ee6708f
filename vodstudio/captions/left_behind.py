"""Corrections of words that do not count any more, and where each of them belongs in the words that do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from vodstudio.captions.alignment import text_of
from vodstudio.captions.breaks import bare_word
from vodstudio.captions.commands import reword
from vodstudio.captions.document import Document
from vodstudio.captions.history import Change
from vodstudio.captions.lessons import islands
from vodstudio.captions.transcript import Word
from vodstudio.core.errors import Conflict

NEAR_S, ALONE_NEAR_S = 20.0, 2.0
_MOST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What stood there and what a person wrote instead, each with the word in front; seconds of the video."""

    at_s: float
    before: tuple[str, ...]
    after: tuple[str, ...]


def corrections_of(before: Sequence[Word], after: Sequence[Word]) -> tuple[Correction, ...]:
    """The places where other words were written; words that only moved in time are the same."""
    found = []
    for old, new in islands(before, after):
        texts = _texts(old), _texts(new)
        if texts[0] != texts[1] and max(map(len, texts)) <= _MOST_WORDS:
            found.append(Correction(at_s=(old or new)[0].start, before=texts[0], after=texts[1]))
    return tuple(found)


def is_here(document: Document, correction: Correction) -> bool:
    """Whether these words say already what was written."""
    is_there = _place(document, correction.after, correction.at_s, NEAR_S) is not None
    if len(correction.after) >= len(correction.before):
        return is_there
    return is_there and _place(document, correction.before, correction.at_s, NEAR_S) is None


def apply_here(document: Document, correction: Correction) -> Change | None:
    """The same correction of the words that count now; refused where what it corrected does not stand near."""
    for skipped, near_s in (
        (0, NEAR_S),
        (1, ALONE_NEAR_S),
    ):  # the word in front may have been heard otherwise
        before, after = correction.before[skipped:], correction.after[skipped:]
        place = _place(document, before, correction.at_s, near_s)
        if place is not None and correction.before[:skipped] == correction.after[:skipped]:
            return reword(document, place, place + len(before), " ".join(after))
    raise Conflict(
        f"“{' '.join(correction.before)}” does not stand here any more",
        hint="Nothing was changed. The caption of that time is chosen: type the correction there, or leave it.",
        code="VS-CAPTION-EDIT",
    )


def _place(document: Document, texts: Sequence[str], at_s: float, near_s: float) -> int | None:
    """The first of these words, nearest to a time, whatever their capitals and signs."""
    words, wanted = document.words, [_bare(text) for text in texts]
    low = bisect_left(words, at_s - near_s, key=attrgetter("start"))
    high = bisect_left(words, at_s + near_s, key=attrgetter("start"))
    said = [_bare(word.text) for word in words[low : high + len(wanted)]]
    return min(
        (low + at for at in _found(said, wanted)), key=lambda at: abs(words[at].start - at_s), default=None
    )


def _found(said: Sequence[str], wanted: Sequence[str]) -> Iterator[int]:
    size = len(wanted)
    return (at for at in range(len(said) - size + 1) if size and list(said[at : at + size]) == list(wanted))


def _bare(text: str) -> str:
    return bare_word(text.strip()) or text.strip()


def _texts(words: Sequence[Word]) -> tuple[str, ...]:
    return tuple(text_of([word]) for word in words)
