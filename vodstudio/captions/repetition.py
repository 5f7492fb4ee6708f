"""Speech models fall into loops: the same words again and again. Councils repeat themselves too, when they vote."""

from __future__ import annotations

import itertools
import re
import zlib
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence

from vodstudio.captions.breaks import NUMBER_WORDS, TITLES
from vodstudio.captions.transcript import Mark, Word

MOST_COMPRESSED = 2.4
STRETCH_S = 30.0
_GRAM, _OFTEN, _TOO_OFTEN = 3, 4, 8
_LONGEST_VOTE = 24
_SAME_CUES = 3
_QUOTED = 8
_SIGNS = re.compile(r"[^\w']+")
# What is said while a roll is called and a vote is taken; a run of these alone is no loop until it is too long.
_ANSWERS = (
    "aye ayes yes yea yeas yeah nay nays no noes here present absent second seconded abstain abstains opposed "
    "excused council board madam how do you vote votes voting say says"
)
ROLL_CALL = TITLES | frozenset(_ANSWERS.split())
_NOT_COMPRESSED = ROLL_CALL | NUMBER_WORDS


def plain(text: str) -> str:
    """A word as it is compared: lower case, no signs around it."""
    return _SIGNS.sub("", text.replace("’", "'").lower())  # noqa: RUF001 - the typographic apostrophe


def loops(words: Sequence[Word], plains: Sequence[str]) -> Iterator[Mark]:
    """H1: three to eight words that come back four times within 30 seconds, with the same words between them.

    Forms that are filled in differently each time (names, lots, years) are how councils speak, up to a point.
    """
    yield from _long_votes(words, plains)
    seen: dict[tuple[str, ...], deque[int]] = defaultdict(lambda: deque(maxlen=_TOO_OFTEN))
    told = -1
    for place in range(len(plains) - _GRAM + 1):
        gram = (plains[place], plains[place + 1], plains[place + 2])
        places = seen[gram]
        if places and place - places[-1] < _GRAM:
            continue
        places.append(place)
        if len(places) >= _OFTEN and not ROLL_CALL.issuperset(gram):
            first = _loop_start(words, plains, places)
            if first is not None and first >= told:
                # One loop is told once, however many of its words come back.
                told = _loop_end(plains, places)
                yield _loop_mark(words, first, places[-1] - places[-2], told)


def _loop_start(words: Sequence[Word], plains: Sequence[str], places: deque[int]) -> int | None:
    """The first word of the loop, if these places are one."""
    last = list(places)[-_OFTEN:]
    if _lasts(words, last[0], last[-1]) > STRETCH_S:
        return None
    cycles = {tuple(plains[first:following]) for first, following in itertools.pairwise(last)}
    if len(cycles) == 1:
        return last[0]
    is_crowded = len(places) == _TOO_OFTEN and _lasts(words, places[0], places[-1]) <= STRETCH_S
    return places[0] if is_crowded else None


def _lasts(words: Sequence[Word], first: int, last: int) -> float:
    return words[last + _GRAM - 1].end - words[first].start


def _loop_end(plains: Sequence[str], places: deque[int]) -> int:
    """The place after the last word that still goes round."""
    cycle = places[-1] - places[-2]
    end = places[-1] + _GRAM
    while end < len(plains) and plains[end] == plains[end - cycle]:
        end += 1
    return end


def _loop_mark(words: Sequence[Word], first: int, cycle: int, end: int) -> Mark:
    said = "".join(word.text for word in words[first : first + min(cycle, _QUOTED)]).strip()
    return Mark(
        rule="H1",
        start=words[first].start,
        end=words[end - 1].end,
        text=f"“{said}” comes again and again: the speech model may have run in a circle",
    )


def _long_votes(words: Sequence[Word], plains: Sequence[str]) -> Iterator[Mark]:
    """No council calls so many answers without one name."""
    for is_vote, run in itertools.groupby(range(len(plains)), key=lambda place: plains[place] in ROLL_CALL):
        places = list(run)
        if is_vote and len(places) > _LONGEST_VOTE:
            yield Mark(
                rule="H1",
                start=words[places[0]].start,
                end=words[places[-1]].end,
                text=f"{len(places)} answers in a row without one name: more than any vote has",
            )


def same_texts(texts: Sequence[tuple[float, float, str]]) -> Iterator[Mark]:
    """H1: the same caption three times in a row, other than the answers of a vote."""
    for said, run in itertools.groupby(texts, key=lambda text: " ".join(map(plain, text[2].split())).strip()):
        cues = list(run)
        if len(cues) >= _SAME_CUES and said and not ROLL_CALL.issuperset(said.split()):
            yield Mark(
                rule="H1",
                start=cues[0][0],
                end=cues[-1][1],
                text=f"“{cues[0][2]}” stands {len(cues)} times in a row",
            )


def too_even(words: Sequence[Word], plains: Sequence[str]) -> Iterator[Mark]:
    """H2: half a minute of text that packs too well says the same thing too often."""
    first = last = 0
    after = 0.0
    while last < len(words):
        start_s = words[first].start
        while last < len(words) and words[last].start < start_s + STRETCH_S:
            last += 1
        if compression_of(words[first:last], plains[first:last]) > MOST_COMPRESSED and start_s >= after:
            after = words[last - 1].end
            yield Mark(
                rule="H2",
                start=start_s,
                end=after,
                text="This half minute repeats itself more than speech does",
            )
        middle = first
        while middle < last and words[middle].start < start_s + STRETCH_S / 2:
            middle += 1
        first = middle


def compression_of(words: Sequence[Word], plains: Sequence[str]) -> float:
    """How many times smaller zlib makes this text, without the words of roll calls and of numbers."""
    said = "".join(
        word.text for word, bare in zip(words, plains, strict=True) if bare not in _NOT_COMPRESSED
    ).encode()
    return len(said) / len(zlib.compress(said))
