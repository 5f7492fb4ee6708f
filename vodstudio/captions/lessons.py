"""What corrections teach: names that a person wrote in the place of what was heard, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from vodstudio.captions.transcript import Word
from vodstudio.core.vocabulary import Offer, offers

_LONGEST_ISLAND = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A correction that may help the next meeting, and in how many places it was made."""

    offer: Offer
    count: int


def lessons_of(
    before: Sequence[Word], after: Sequence[Word], known: Iterable[str] = ()
) -> tuple[Lesson, ...]:
    """The names that were corrected, the most frequent first; words that only moved in time teach nothing."""
    familiar = tuple(known)
    counts = Counter(
        offer
        for old, new in islands(before, after)
        for offer in offers([word.text for word in old], [word.text for word in new], familiar)
    )
    return tuple(Lesson(offer=offer, count=count) for offer, count in counts.most_common())


def islands(before: Sequence[Word], after: Sequence[Word]) -> Iterator[tuple[list[Word], list[Word]]]:
    """The places that differ, each with the word in front of it, which says whether a sentence begins there."""
    shared = set(before) & set(after)
    at = place = 0
    while at < len(before) or place < len(after):
        end, stop = _next(before, at, shared), _next(after, place, shared)
        old, new = before[at:end], after[place:stop]
        lead = after[max(0, place - 1) : place]
        if max(len(old), len(new)) <= _LONGEST_ISLAND:
            yield [*lead, *old], [*lead, *new]
        elif len(old) == len(new):
            yield from _runs(old, new, lead)
        at, place = end + 1, stop + 1


def _runs(
    old: Sequence[Word], new: Sequence[Word], lead: Sequence[Word]
) -> Iterator[tuple[list[Word], list[Word]]]:
    """Of words that were moved in time, those next to each other that are other words now."""
    for is_other, places in groupby(range(len(old)), lambda at: old[at].text != new[at].text):
        at, *_ = run = list(places)
        front = [*lead, *new][max(0, at + len(lead) - 1) : at + len(lead)]
        if is_other and len(run) <= _LONGEST_ISLAND:
            yield [*front, *old[at : at + len(run)]], [*front, *new[at : at + len(run)]]


def _next(words: Sequence[Word], at: int, shared: set[Word]) -> int:
    """The next word from here on that both have."""
    return next((place for place in range(at, len(words)) if words[place] in shared), len(words))
