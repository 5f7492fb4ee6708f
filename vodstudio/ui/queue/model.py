"""The queue as a Qt model: plain rows under headings, changed one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from itertools import islice

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from vodstudio.core.events import StepProgressed
from vodstudio.core.jobs import JobId, JobState, StepKind
from vodstudio.core.rows import JobRow
from vodstudio.ui.queue.face import Face, face_of, further_face

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class Section(StrEnum):
    """The headings, in the order in which they stand."""

    WORKING = "Working"
    NEXT = "Next"
    NEEDS_SOMEBODY = "Needs somebody"
    DONE = "Done"


class Role(IntEnum):
    """What the delegate asks for."""

    FACE = Qt.ItemDataRole.UserRole
    SECTION = Qt.ItemDataRole.UserRole + 1
    ROW = Qt.ItemDataRole.UserRole + 2
    PROGRESS = Qt.ItemDataRole.UserRole + 3


SECTION_OF: dict[JobState, Section] = {
    JobState.WORKING: Section.WORKING,
    JobState.WAITING: Section.NEXT,
    JobState.PAUSED: Section.NEXT,
    JobState.HELD: Section.NEXT,
    JobState.NEEDS_A_LOOK: Section.NEEDS_SOMEBODY,
    JobState.FAILED: Section.NEEDS_SOMEBODY,
    JobState.CANCELLED: Section.DONE,
    JobState.DONE: Section.DONE,
}
SPOKEN_OF_FIRST = (
    StepKind.SPEECH,
    StepKind.ENCODE,
    StepKind.PUBLISH,
    StepKind.VERIFY,
    StepKind.CAPTIONS,
    StepKind.STILLS,
    StepKind.PROBE,
)

Key = JobId | Section


def _newer(held: JobRow | None, row: JobRow) -> JobRow:
    """A page is read on another thread than events are told on: what was told since stays."""
    return held if held is not None and held.revision > row.revision else row


class QueueModel(QAbstractTableModel):
    """Rows as the store orders them; more are asked for as the view scrolls."""

    more_wanted = Signal()

    def __init__(self, city_name: Callable[[str | None], str], now: Callable[[], datetime]) -> None:
        super().__init__()
        self._city_name = city_name
        self._now = now
        self._keys: list[Key] = []
        self._rows: dict[JobId, JobRow] = {}
        self._faces: dict[JobId, Face] = {}
        self._further: set[JobId] = (
            set()
        )  # their faces are of an earlier progress; put right when they are seen
        self._places: dict[Key, int] | None = {}
        self._has_more = False
        self._is_asking = False

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Headings and rows."""
        return 0 if parent.isValid() else len(self._keys)

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """One wide column."""
        return 0 if parent.isValid() else 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be selected."""
        if not index.isValid() or isinstance(self._keys[index.row()], Section):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words of a row."""
        if not index.isValid():
            return None
        key = self._keys[index.row()]
        if isinstance(key, Section):
            is_word = role in (Qt.ItemDataRole.DisplayRole, Role.SECTION)
            return key.value if is_word else None
        if role == Role.ROW:
            return self._rows[key]
        return _told(self._face(key), role)

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802 - Qt's name
        """Whether the store has more rows than we hold."""
        return not parent.isValid() and self._has_more and not self._is_asking

    def fetchMore(self, parent: Index) -> None:  # noqa: N802 - Qt's name
        """Ask for the next page; it comes later."""
        if self.canFetchMore(parent):
            self._is_asking = True
            self.more_wanted.emit()

    @property
    def count(self) -> int:
        """How many jobs are here, without headings."""
        return len(self._rows)

    def is_heading(self, place: int) -> bool:
        """Whether a heading stands here."""
        return isinstance(self._keys[place], Section)

    def face_at(self, place: int) -> Face | None:
        """What the row here says; None for a heading."""
        key = self._keys[place] if place < len(self._keys) else Section.DONE
        return None if isinstance(key, Section) else self._face(key)

    def job_ids(self) -> list[JobId]:
        """All jobs here, from top to bottom."""
        return [key for key in self._keys if not isinstance(key, Section)]

    def working_ids(self) -> list[JobId]:
        """The jobs under the first heading, when they are worked on."""
        return _under_first(Section.WORKING, self._keys)

    def row_of(self, job_id: JobId) -> JobRow | None:
        """The row of a job, if it is here."""
        return self._rows.get(job_id)

    def index_of(self, job_id: JobId) -> QModelIndex:
        """Where a job stands."""
        place = self._place(job_id)
        return QModelIndex() if place is None else self.index(place, 0)

    def show_front(self, rows: Sequence[JobRow], has_more: bool) -> None:
        """These are the first rows now; without more, they are all."""
        self._has_more = has_more
        rows = [_newer(self._rows.get(row.id), row) for row in rows]
        fresh = {row.id: row for row in rows}
        kept = [self._rows[key] for key in self.job_ids() if key not in fresh] if has_more else []
        self._arrange([*rows, *kept])

    def append(self, rows: Sequence[JobRow], has_more: bool) -> None:
        """The next page."""
        self._has_more = has_more
        self._is_asking = False
        held = [self._rows[key] for key in self.job_ids()]
        self._arrange([*held, *(row for row in rows if row.id not in self._rows)])

    def page_failed(self) -> None:
        """The page did not come; the next scroll asks again."""
        self._is_asking = False

    def put(self, row: JobRow) -> bool:
        """A row was added or changed; True when it came or went to another section."""
        held = self._rows.get(row.id)
        if _newer(held, row) is held:
            return False
        if held is not None and held.why and not row.why and row.state is JobState.WAITING is held.state:
            row = replace(row, why=held.why)
        if held is not None and SECTION_OF[held.state] is SECTION_OF[row.state]:
            self._replace(row)
            return False
        rest = [self._rows[key] for key in self.job_ids() if key != row.id]
        is_last = SECTION_OF[row.state] in (Section.WORKING, Section.NEXT)
        self._arrange([*rest, row] if is_last else [row, *rest])
        return True

    def take(self, job_id: JobId) -> None:
        """A job is gone."""
        self._arrange([self._rows[key] for key in self.job_ids() if key != job_id])

    def progress(self, event: StepProgressed) -> None:
        """A running step got further."""
        row = self._rows.get(event.job_id)
        if row is None or row.state is not JobState.WORKING or not _speaks_for(row, event.kind):
            return
        left_s = event.remaining_s
        further = replace(
            row,
            current=event.kind,
            progress=event.progress,
            speed=event.speed,
            note=event.note or row.note,
            finish_at=None if left_s is None else self._now() + timedelta(seconds=left_s),
        )
        if further == row:
            return
        self._rows[row.id] = further
        self._further.add(row.id)
        index = self.index_of(row.id)
        self.dataChanged.emit(index, index, [Role.PROGRESS])

    def refresh_words(self) -> None:
        """Names of cities or the day have changed."""
        self._faces.clear()
        if self._keys:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._keys) - 1, 0))

    def touch(self, job_id: JobId) -> None:
        """Paint this row again: its picture came."""
        index = self.index_of(job_id)
        if index.isValid():
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def _replace(self, row: JobRow) -> None:
        if self._rows[row.id] == row:
            return
        self._rows[row.id] = row
        self._faces.pop(row.id, None)
        index = self.index_of(row.id)
        self.dataChanged.emit(index, index, [Role.FACE])

    def _face(self, job_id: JobId) -> Face:
        face = self._faces.get(job_id)
        if face is None:
            row = self._rows[job_id]
            face = self._faces[job_id] = face_of(row, self._city_name(row.city_id), self._now())
        elif job_id in self._further:
            face = self._faces[job_id] = further_face(face, self._rows[job_id], self._now())
        self._further.discard(job_id)
        return face

    def _place(self, key: Key) -> int | None:
        if self._places is None:
            self._places = {held: place for place, held in enumerate(self._keys)}
        return self._places.get(key)

    def _arrange(self, rows: Iterable[JobRow]) -> None:
        """Come to this order with the fewest changes, so that selection and scroll position stay."""
        by_section: dict[Section, list[JobRow]] = {section: [] for section in Section}
        for row in rows:
            by_section[SECTION_OF[row.state]].append(row)
        target: list[Key] = []
        wanted: dict[JobId, JobRow] = {}
        for section, members in by_section.items():
            if members:
                target.append(section)
                target.extend(row.id for row in members)
                wanted.update((row.id, row) for row in members)
        changed = [row for key, row in wanted.items() if key in self._rows and self._rows[key] != row]
        self._drop(set(target))
        for row in changed:
            self._faces.pop(row.id, None)
        self._rows.update(wanted)
        self._settle(target)
        for row in changed:
            index = self.index_of(row.id)
            self.dataChanged.emit(index, index, [Role.FACE])

    def _drop(self, wanted: set[Key]) -> None:
        last = len(self._keys) - 1
        while last >= 0:
            if self._keys[last] in wanted:
                last -= 1
                continue
            first = last
            while first > 0 and self._keys[first - 1] not in wanted:
                first -= 1
            self.beginRemoveRows(ROOT, first, last)
            for key in self._keys[first : last + 1]:
                if not isinstance(key, Section):
                    self._rows.pop(key)
                    self._faces.pop(key, None)
            del self._keys[first : last + 1]
            self._places = None
            self.endRemoveRows()
            last = first - 1

    def _settle(self, target: list[Key]) -> None:
        here = set(self._keys)
        place = 0
        while place < len(target):
            key = target[place]
            if place < len(self._keys) and self._keys[place] == key:
                place += 1
            elif key in here:
                self._move(self._keys.index(key, place), place)
                place += 1
            else:
                end = place
                while end < len(target) and target[end] not in here:
                    end += 1
                self._insert(place, target[place:end])
                place = end

    def _move(self, source: int, place: int) -> None:
        self.beginMoveRows(ROOT, source, source, ROOT, place)
        self._keys.insert(place, self._keys.pop(source))
        self._places = None
        self.endMoveRows()

    def _insert(self, place: int, keys: list[Key]) -> None:
        self.beginInsertRows(ROOT, place, place + len(keys) - 1)
        self._keys[place:place] = keys
        self._places = None
        self.endInsertRows()


def _under_first(section: Section, keys: Sequence[Key]) -> list[JobId]:
    """The jobs under the first heading, if it is this one; looks no further, as there may be 100,000."""
    found: list[JobId] = []
    for key in islice(keys, 1, None) if keys[:1] == [section] else ():
        if isinstance(key, Section):
            break
        found.append(key)
    return found


def _speaks_for(row: JobRow, kind: StepKind) -> bool:
    """Of two steps that run at once the row speaks of the longer one."""
    if kind is row.current:
        return True
    running = {pip.kind for pip in row.pips if pip.state == "running"} | {kind}
    return kind is next(each for each in SPOKEN_OF_FIRST if each in running)


def _told(face: Face, role: int) -> object:
    match role:
        case Role.FACE:
            return face
        case Qt.ItemDataRole.DisplayRole:
            return face.title
        case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.AccessibleDescriptionRole:
            return face.spoken
        case Qt.ItemDataRole.ToolTipRole:
            return face.tooltip
        case _:
            return None
