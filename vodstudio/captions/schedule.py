"""When each code of pop-on captions is sent: one word a frame, loaded before it is shown, none ever dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vodstudio.captions.cea608 import EDM, ENM, EOC, PAD, RCL, Unit

ALLOWED_DELAY_FRAMES = 6
LONGEST_OVERSTAY_FRAMES = 45
_LEAST_SHOWN_FRAMES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What is to be shown: the wanted first frame, the wanted frame of its erasure, and the units of its rows."""

    show: int
    erase: int
    rows: tuple[Unit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Words that are sent one a frame, without a gap, from this frame on."""

    frame: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The whole stream, and how many frames each caption comes late because its load takes time."""

    entries: tuple[Entry, ...]
    late_frames: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is on the screen: since when, and when it is to be erased."""

    since: int
    erase: int


def schedule(captions: Iterable[Caption]) -> Schedule:
    """Place every caption: on time where the load fits, otherwise as little late as possible."""
    entries: list[Entry] = []
    late: list[int] = []
    before: _Shown | None = None
    for caption in captions:
        units = ((RCL, RCL), (ENM, ENM), *caption.rows)
        show, load, erased_inside = _place(units, caption.show, before)
        if before and not erased_inside and before.erase + 2 <= load.frame:
            entries.append(Entry(frame=before.erase, words=(EDM, EDM)))
        entries.append(Entry(frame=load.frame, words=(*load.words, EOC, EOC)))
        late.append(show - caption.show)
        least = min(max(2, caption.erase - caption.show), _LEAST_SHOWN_FRAMES)
        before = _Shown(show, max(caption.erase, show + least))
    if before:
        entries.append(Entry(frame=before.erase, words=(EDM, EDM)))
    return Schedule(entries=tuple(entries), late_frames=tuple(late))


def _place(units: Sequence[Unit], wanted: int, before: _Shown | None) -> tuple[int, Entry, bool]:
    """The frame on which it can be shown, its load before it, and whether the erasure lies inside the load."""
    floor = before.since + 2 if before else 0
    size = sum(len(unit) for unit in units)
    hole = before.erase if before and before.erase + 2 <= wanted else None
    attempts = _attempts(wanted, floor + size, hole)
    loads = ((show, gap, _load_before(units, show, gap)) for show, gap in attempts)
    show, gap, load = next(attempt for attempt in loads if attempt[2].frame >= floor)
    return show, load, gap is not None and load.frame <= gap


def _attempts(wanted: int, earliest: int, hole: int | None) -> Iterator[tuple[int, int | None]]:
    """On time; on time with the new picture replacing the old one; then later and later."""
    yield wanted, hole
    may_replace = hole is None or wanted - hole <= LONGEST_OVERSTAY_FRAMES
    gap = None if may_replace else hole
    show = max(wanted, earliest)
    while True:
        yield show, gap
        show += 1


def _load_before(units: Sequence[Unit], show: int, gap: int | None) -> Entry:
    """The units on the latest frames before `show`, around the erasure at `gap`, no doubled code torn apart."""
    backwards: list[str] = []
    frame = show - 1
    for unit in reversed(units):
        if gap is not None and frame - len(unit) + 1 <= gap + 1 and frame >= gap:
            backwards.extend([PAD] * (frame - gap - 1))
            backwards.extend((EDM, EDM))
            frame = gap - 1
        backwards.extend(reversed(unit))
        frame -= len(unit)
    return Entry(frame=frame + 1, words=tuple(reversed(backwards)))
