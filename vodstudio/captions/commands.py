"""What a person can do to captions, each as one change with a name; what cannot be done says why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vodstudio.captions.alignment import reworded, text_of
from vodstudio.captions.breaks import ends_sentence
from vodstudio.captions.cue import clean_line
from vodstudio.captions.document import Document
from vodstudio.captions.edits import (
    BOTTOM,
    TOP,
    Edits,
    Part,
    Times,
    Waiver,
    borders_at,
    locked,
    pinned,
    placed,
    spliced,
    spliced_at,
)
from vodstudio.captions.history import Change
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.transcript import Word
from vodstudio.core.errors import Conflict

_FARTHEST_SENTENCE = 12
LEAST_S = 0.1


@dataclass(frozen=True, slots=True)
class Match:
    """A place in a caption's running text."""

    row: int
    start: int
    end: int


def edit_text(document: Document, row: int, text: str) -> Change | None:
    """Other words for a caption: its sentence is laid out again, unless a person has made it one caption."""
    if not clean_line(text):
        return delete(document, row)
    first, last = document.span(row)
    made = _reworded(document, first, last, text)
    if made == document.words[first:last]:
        return None
    edits = document.edits
    low, high = (first, last) if first in edits.whole else _sentence(document, row)
    after = spliced(edits, first, last - first, len(made))
    grown = len(made) - (last - first)
    if first in edits.whole:
        after = pinned(after, first, last + grown, edits.time_overrides.get(first))
    else:
        after = locked(after, {low, high + grown})
    return _change("Change the text", document, (first, last), made, after, (low, high))


def reword(document: Document, first: int, last: int, text: str) -> Change | None:
    """Other words from one word up to another, in one caption or in several: their sentences are laid out again."""
    made = _reworded(document, first, last, text) if clean_line(text) else []
    if made == document.words[first:last]:
        return None
    low = _sentence(document, document.row_of_word(first))[0]
    high = _sentence(document, document.row_of_word(last - 1))[1]
    grown = len(made) - (last - first)
    after = locked(spliced(document.edits, first, last - first, len(made)), {low, high + grown})
    return _change("Correct the words", document, (first, last), made, after, (low, high))


def delete(document: Document, row: int) -> Change:
    """Take a caption and its words away."""
    first, last = document.span(row)
    after = locked(spliced(document.edits, first, last - first, 0), {first})
    reach = (max(0, first - 1), min(len(document.words), last + 1))
    return _change("Delete the caption", document, (first, last), [], after, reach)


def set_times(document: Document, row: int, start_s: float, end_s: float) -> Change:
    """When a caption is shown, whatever its words say."""
    first, last = document.span(row)
    _refuse_nonsense(start_s, end_s)
    if end_s - start_s < LEAST_S:
        raise _refused(
            "A caption cannot end before it has begun", "Give it an end that is later than its beginning."
        )
    if row > 0 and start_s <= document.cue(row - 1).start_s + LEAST_S:
        raise _refused(
            "It would begin before the caption above it",
            "Change that one first, or choose a later beginning.",
        )
    if 0 < document.duration_s <= start_s:
        raise _refused("It would begin after the video has ended", "Choose an earlier beginning.")
    following = document.cue(row + 1).start_s if row + 1 < document.count else None
    if following is not None and end_s > following + document.frame_s / 2:
        raise _refused(
            "It would still be there when the caption below it begins",
            "Change that one first, or choose an earlier end.",
        )
    after = pinned(document.edits, first, last, (max(0.0, start_s), end_s))
    return _change("Change the times", document, (first, first), [], after, _around(document, first, last))


def split(document: Document, row: int, place: int) -> Change:
    """Two captions of one, at the word that is nearest to this place in its running text."""
    first, last = document.span(row)
    word = _word_at(document.spelling.words[first:last], place) + first
    if not first < word < last:
        title = "There is only one word here" if last - first == 1 else "There is nothing before this place"
        raise _refused(title, "A caption is split between two words.")
    times = document.edits.time_overrides.get(first)
    halves: tuple[Times | None, Times | None] = (None, None)
    if times is not None:
        middle = min(max(document.words[word].start, times[0] + LEAST_S), times[1] - LEAST_S)
        halves = ((times[0], middle), (middle, times[1]))
    after = pinned(pinned(document.edits, first, word, halves[0]), word, last, halves[1])
    return _change("Split the caption", document, (first, first), [], after, _around(document, first, last))


def merge(document: Document, row: int) -> Change:
    """One caption of this one and the one below it."""
    if row + 1 >= document.count:
        raise _refused("There is no caption below this one", "A caption is joined with the one below it.")
    (first, _), (below, last) = document.span(row), document.span(row + 1)
    lines = _lines(document, first, last)
    if lines > document.profile.max_lines:
        raise _refused(
            f"Together they would need {lines} lines",
            f"A caption has at most {document.profile.max_lines}. Shorten the text first, or split elsewhere.",
        )
    overrides = document.edits.time_overrides
    times: Times | None = None
    if first in overrides or below in overrides:
        times = (document.cue(row).start_s, document.cue(row + 1).end_s)
    after = pinned(document.edits, first, last, times)
    return _change("Join two captions", document, (first, first), [], after, _around(document, first, last))


def shift(document: Document, row: int, by_s: float) -> Change:
    """One caption earlier or later, as long as its neighbours allow it."""
    cue = document.cue(row)
    return replace(set_times(document, row, cue.start_s + by_s, cue.end_s + by_s), name="Shift the caption")


def shift_from(document: Document, row: int, by_s: float) -> Change:
    """This caption and all after it, with their words."""
    first, _ = document.span(row)
    _refuse_nonsense(by_s)
    moved = document.words[first:]
    floor_s = document.words[first - 1].end if first else 0.0
    if moved[0].start + by_s < floor_s:
        room_s = moved[0].start - floor_s
        raise _refused(
            f"There is only room for {room_s:.2f} seconds"
            if room_s >= 0.005
            else "There is no room before it",
            "Shift all captions together, or move the ones above first.",
        )
    if by_s > 0 and 0 < document.duration_s <= moved[0].start + by_s:
        raise _refused("They would begin after the video has ended", "Shift them by less.")
    made = [replace(word, start=word.start + by_s, end=word.end + by_s) for word in moved]
    overrides = {
        word: (start + by_s, end + by_s) if word >= first else (start, end)
        for word, (start, end) in document.edits.time_overrides.items()
    }
    waivers = tuple(
        replace(waiver, at_s=waiver.at_s + by_s) if waiver.at_s >= document.cue(row).start_s else waiver
        for waiver in document.edits.waivers
    )
    after = locked(replace(document.edits, time_overrides=overrides, waivers=waivers), {first})
    last = len(document.words)
    name = "Shift all captions" if first == 0 else "Shift from here on"
    return _change(name, document, (first, last), made, after, (max(0, first - 1), last))


def insert(document: Document, at_s: float, text: str, longest_s: float = 2.0) -> Change:
    """A new caption where none is shown."""
    row = document.row_at(at_s)
    if row >= 0 and document.cue(row).end_s > at_s:
        raise _refused(
            "There is a caption here already", "Move to a place without one, or change this one's text."
        )
    place = document.span(row)[1] if row >= 0 else 0
    ceiling_s = (
        document.words[place].start
        if place < len(document.words)
        else document.duration_s or at_s + longest_s
    )
    end_s = min(at_s + longest_s, ceiling_s)
    floor_s = max(at_s, document.words[place - 1].end if place else 0.0)
    if end_s - floor_s < 3 * LEAST_S:
        raise _refused("There is no room for a caption here", "Captions cannot cover one another.")
    made = reworded(text, [], (floor_s, end_s), language=document.language)
    after = spliced(document.edits, place, 0, len(made))
    after = pinned(after, place, place + len(made), (at_s, end_s))
    reach = (max(0, place - 1), min(len(document.words), place + 1))
    return _change("Add a caption", document, (place, place), made, after, reach)


def find(document: Document, needle: str, *, is_case_told: bool = False) -> list[Match]:
    """Every place where this text stands, from top to bottom."""
    wanted = needle if is_case_told else needle.casefold()
    found: list[Match] = []
    if not wanted:
        return found
    for row in range(document.count):
        text = document.text(row)
        text = text if is_case_told else _folded(text)
        place = text.find(wanted)
        while place >= 0:
            found.append(Match(row, place, place + len(wanted)))
            place = text.find(wanted, place + len(wanted))
    return found


def replace_matches(document: Document, matches: Sequence[Match], text: str) -> Change | None:
    """Other text at these places, as one change."""
    rows = sorted({match.row for match in matches})
    if not rows:
        return None
    texts = {row: document.text(row) for row in rows}
    for match in sorted(matches, key=lambda match: (match.row, -match.start)):
        texts[match.row] = texts[match.row][: match.start] + text + texts[match.row][match.end :]
    changed = [row for row in rows if clean_line(texts[row]) != document.text(row)]
    if not changed:
        return None
    reaches = [_sentence(document, row) for row in changed]
    low, high = min(reach[0] for reach in reaches), max(reach[1] for reach in reaches)
    made: list[Word] = []
    parts: list[Part] = []
    locks: set[int] = set()
    at = low
    for row, reach in zip(changed, reaches, strict=True):
        first, last = document.span(row)
        if first < at:  # a word that is cut in several captions
            continue
        new = _reworded(document, first, last, texts[row]) if clean_line(texts[row]) else []
        made += [*document.words[at:first], *new]
        parts.append(Part(first, last - first, len(new)))
        locks |= {first} if not new else set()
        locks |= set(reach) if first not in document.edits.whole else set()
        at = last
    made += document.words[at:high]
    after = locked(spliced_at(document.edits, parts), borders_at(locks, parts))
    count = len(matches)
    name = f"Replace {count:,} {'place' if count == 1 else 'places'}"
    return _change(name, document, (low, high), made, after, (low, high))


def place(document: Document, row: int) -> Change:
    """At the top of the picture what stands at the bottom, and the other way round: a title may be under it (Q26)."""
    first, last = document.span(row)
    is_top = not document.cue(row).is_top
    after = placed(document.edits, first, last, is_top=is_top, usual=document.is_usually_top)
    name = f"Show it at the {TOP if is_top else BOTTOM}"
    return _change(name, document, (first, first), [], after, (first, last))


def waive(document: Document, waiver: Waiver) -> Change:
    """Leave a finding as it is, with the reason."""
    after = replace(document.edits, waivers=(*document.edits.waivers, waiver))
    return Change(name="Waive the finding", before=document.edits, after=after)


def _reworded(document: Document, first: int, last: int, text: str) -> list[Word]:
    words = document.words
    room = (
        words[first - 1].end if first else 0.0,
        words[last].start if last < len(words) else max(document.duration_s, words[-1].end),
    )
    shown = document.spelling.words[first:last]
    return reworded(text, words[first:last], room, language=document.language, shown=shown)


def _change(
    name: str,
    document: Document,
    replaced: tuple[int, int],
    made: Sequence[Word],
    after: Edits,
    reach: tuple[int, int],
) -> Change:
    first, last = replaced
    return Change(
        name=name,
        before=document.edits,
        after=after,
        first=first,
        removed=tuple(document.words[first:last]),
        inserted=tuple(made),
        reach=reach,
    )


def _around(document: Document, first: int, last: int) -> tuple[int, int]:
    return max(0, first - 1), min(len(document.words), last + 1)


def _sentence(document: Document, row: int) -> tuple[int, int]:
    """The words of the captions that this one's sentences reach into, and of one caption more on each side."""
    first = last = row
    while first > max(0, row - _FARTHEST_SENTENCE) and not _ends(document, first - 1):
        first -= 1
    while last < min(document.count - 1, row + _FARTHEST_SENTENCE) and not _ends(document, last):
        last += 1
    first, last = max(0, first - 1), min(document.count - 1, last + 1)
    return document.span(first)[0], document.span(last)[1]


def _ends(document: Document, row: int) -> bool:
    words, (_, last) = document.words, document.span(row)
    following = words[last].text.strip() if last < len(words) else ""
    return ends_sentence(words[last - 1].text.strip(), following)


def _word_at(words: Sequence[Word], place: int) -> int:
    """The number of the word whose beginning is nearest to this place in the running text."""
    starts = {number: len(text_of(words[:number])) for number, word in enumerate(words) if word.text}
    return min(starts, key=lambda number: abs(starts[number] - place))


def _lines(document: Document, first: int, last: int) -> int:
    words = document.spelling.words[first:last]
    setting = Setting(duration_s=words[-1].end + 1, language=document.language, whole=frozenset({0}))
    return len(segment(words, document.profile, setting).cues[0].lines)


def _refuse_nonsense(*seconds: float) -> None:
    if not all(map(math.isfinite, seconds)):
        raise _refused("That is no time", "Type seconds, for example 12.5.")


def _folded(text: str) -> str:
    """Without capitals, as long as it was: places stay true."""
    folded = text.casefold()
    return folded if len(folded) == len(text) else "".join(sign.lower()[:1] for sign in text)


def _refused(title: str, hint: str) -> Conflict:
    return Conflict(title, hint=f"Nothing was changed. {hint}", code="VS-CAPTION-EDIT")
