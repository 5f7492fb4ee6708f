"""Problems of captions that can be mended without changing a word: each way is tried, and kept where it helps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from vodstudio.captions.commands import merge, set_times, split
from vodstudio.captions.cue import Finding, Level
from vodstudio.captions.document import Document
from vodstudio.captions.history import Change
from vodstudio.captions.shape import characters_of, shape_findings
from vodstudio.core.errors import Conflict

_AROUND = 3
_WEIGHTS = {Level.ERROR: 10, Level.WARNING: 3, Level.INFORMATION: 1}


def mend(document: Document, row: int) -> Change | None:
    """The first way that leaves fewer problems round this caption; None where only a person can help."""
    return _mended(document.apart(), row)


def mend_all(document: Document, rows: Iterable[int]) -> tuple[Change | None, int]:
    """All that can be mended as one change, and in how many places."""
    twin = document.apart()
    firsts = [document.span(row)[0] for row in rows]
    kept = [change for word in firsts if (change := _mended(twin, twin.row_of_word(word))) and change.reach]
    if not kept:
        return None, 0
    count = len(kept)
    low = min(change.reach[0] for change in kept if change.reach)
    high = max(change.reach[1] for change in kept if change.reach)
    name = f"Mend {count:,} {'place' if count == 1 else 'places'}"
    return Change(name=name, before=document.edits, after=twin.edits, reach=(low, high)), count


def _mended(twin: Document, row: int) -> Change | None:
    """Try each way on `twin`, which keeps the one that helped."""
    first, _ = twin.span(row)
    low = twin.span(max(0, row - _AROUND))[0]
    high = twin.span(min(twin.count - 1, row + _AROUND))[1]
    before = _weight(twin, low, high)
    for way in (_let_go, _stay_longer, _close_gap, _join_next, _join_before, _divide):
        try:
            change = way(twin, row)
        except Conflict:
            continue
        if change is None:
            continue
        twin.apply(replace(change, name="Mend the caption"))
        if _weight(twin, low, high) < before:
            return replace(change, name="Mend the caption")
        twin.undo()
        row = twin.row_of_word(first)
    return None


def _weight(document: Document, low: int, high: int) -> int:
    """How much is amiss with the captions of these words."""
    return sum(_WEIGHTS[found.level] for found in _found(document, low, high))


def _found(document: Document, low: int, high: int) -> Iterator[Finding]:
    rows = range(document.row_of_word(low), document.row_of_word(high - 1) + 1)
    cues = [document.cue(row) for row in rows]
    return shape_findings(cues, document.profile, document.fps, document.duration_s)


def _let_go(document: Document, row: int) -> Change | None:
    """What a person decided about lines and times of this caption is left to the program again."""
    (first, last), edits = document.span(row), document.edits
    if first not in edits.whole and first not in edits.time_overrides:
        return None
    overrides = {word: times for word, times in edits.time_overrides.items() if word != first}
    after = replace(edits, whole=edits.whole - {first}, time_overrides=overrides)
    reach = (max(0, first - 1), min(len(document.words), last + 1))
    return Change(name="", before=edits, after=after, first=first, reach=reach)


def _stay_longer(document: Document, row: int) -> Change | None:
    cue, profile = document.cue(row), document.profile
    wanted_s = cue.start_s + max(profile.min_s, characters_of(cue) / profile.target_cps)
    end_s = min(wanted_s, cue.end_s + profile.max_hold_s, _room(document, row))
    return set_times(document, row, cue.start_s, end_s) if end_s > cue.end_s else None


def _close_gap(document: Document, row: int) -> Change | None:
    cue, end_s = document.cue(row), _room(document, row)
    is_small = 0 < end_s - cue.end_s < document.profile.close_gaps_s
    return set_times(document, row, cue.start_s, end_s) if is_small else None


def _join_next(document: Document, row: int) -> Change | None:
    return merge(document, row)


def _join_before(document: Document, row: int) -> Change | None:
    return merge(document, row - 1) if row else None


def _divide(document: Document, row: int) -> Change | None:
    return split(document, row, len(document.text(row)) // 2)


def _room(document: Document, row: int) -> float:
    """Until when it may stay: the smallest gap before the next one, or the video's end."""
    if row + 1 < document.count:
        return document.cue(row + 1).start_s - document.profile.min_gap_frames * document.frame_s
    return document.duration_s or float("inf")
