"""Words as they were spoken together: up to a pause or the end of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vodstudio.captions.breaks import ends_sentence
from vodstudio.captions.transcript import Word

PAUSE_S = 0.8
_LONGEST_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words `first` to `last` of a list, and what they say from when to when."""

    first: int
    last: int
    start: float
    end: float
    text: str


def phrases_of(words: Sequence[Word]) -> list[Phrase]:
    """Every word in one phrase, in order."""
    found: list[Phrase] = []
    first = 0
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else None
        if (
            following is None
            or following.start - word.end >= PAUSE_S
            or following.end - words[first].start > _LONGEST_S
            or ends_sentence(word.text.strip(), following.text.strip())
        ):
            found.append(phrase(words, first, place + 1))
            first = place + 1
    return found


def phrase(words: Sequence[Word], first: int, last: int) -> Phrase:
    """These words as one phrase."""
    return Phrase(
        first=first,
        last=last,
        start=words[first].start,
        end=max(words[last - 1].end, words[first].start),
        text="".join(word.text for word in words[first:last]).strip(),
    )
