"""The captions as rows of a list; it shows a document and asks for changes, it never makes one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from vodstudio.captions.cue import Finding, Level
from vodstudio.captions.document import Document, Touched
from vodstudio.captions.fidelity import unsure_words
from vodstudio.captions.shape import speed_of
from vodstudio.ui.review.stamps import seconds_of, stamp
from vodstudio.ui.wording import many

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
NAMES = ("No.", "From", "To", "Text", "Speed", "")


class Column(IntEnum):
    """From left to right."""

    NUMBER = 0
    START = 1
    END = 2
    TEXT = 3
    SPEED = 4
    MARKS = 5


class Role(IntEnum):
    """What the delegate asks for."""

    CUE = Qt.ItemDataRole.UserRole + 1
    FINDINGS = Qt.ItemDataRole.UserRole + 2
    IS_BEYOND = Qt.ItemDataRole.UserRole + 3
    UNSURE = Qt.ItemDataRole.UserRole + 4


EDITABLE = (Column.START, Column.END, Column.TEXT)


class CueModel(QAbstractTableModel):
    """Rows that read the document when somebody looks."""

    text_typed = Signal(int, str)
    times_typed = Signal(int, float, float)
    nonsense_typed = Signal(str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._count = document.count
        self._findings: dict[int, tuple[Finding, ...]] = {}
        self._wrong: list[int] = []
        self.is_read_only = False
        self._about: dict[int, Callable[[int], object]] = {
            Qt.ItemDataRole.ToolTipRole: self._tip,
            Qt.ItemDataRole.AccessibleTextRole: self._spoken,
            Role.CUE: document.cue,
            Role.FINDINGS: self.findings,
            Role.IS_BEYOND: document.is_beyond,
            Role.UNSURE: self._unsure,
        }

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """How many captions."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """How many columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The names of the columns, above their figures."""
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (Column.NUMBER, Column.START, Column.END):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return NAMES[section] if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Times and text can be typed over."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() in EDITABLE and not self.is_read_only:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words, times, and what is found amiss."""
        if not index.isValid() or index.row() >= self._count:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            is_typed = role == Qt.ItemDataRole.EditRole and index.column() == Column.TEXT
            return self._document.text(index.row()) if is_typed else self._shown(index.row(), index.column())
        about = self._about.get(role)
        return about(index.row()) if about else None

    def setData(  # noqa: N802 - Qt's name
        self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Ask for what was typed; the row changes when it has been done."""
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        row, cue = index.row(), self._document.cue(index.row())
        if index.column() == Column.TEXT:
            self.text_typed.emit(row, str(value))
            return True
        seconds = seconds_of(str(value))
        if seconds is None:
            self.nonsense_typed.emit(str(value).strip())
        if seconds is None or stamp(seconds) == index.data():
            return False
        is_start = index.column() == Column.START
        self.times_typed.emit(row, seconds if is_start else cue.start_s, cue.end_s if is_start else seconds)
        return True

    def findings(self, row: int) -> tuple[Finding, ...]:
        """What is amiss with a caption."""
        return self._findings.get(row, ())

    @property
    def wrong_count(self) -> int:
        """How many captions want a look."""
        return len(self._wrong)

    @property
    def mendable(self) -> list[int]:
        """The captions with a problem that the program may mend."""
        return [row for row in self._wrong if any(each.can_fix for each in self._findings[row])]

    def show_findings(self, found: Iterable[Finding]) -> None:
        """These are amiss now; what is information alone marks no row."""
        by_row: dict[int, list[Finding]] = {}
        for each in found:
            if each.level is not Level.INFORMATION:
                row = self._document.row_at(each.at_s) if each.cue is None else each.cue
                if 0 <= row < self._count:
                    by_row.setdefault(row, []).append(each)
        changed = by_row.keys() | self._findings.keys()
        self._findings = {row: tuple(each) for row, each in by_row.items()}
        self._wrong = sorted(self._findings)
        if changed:
            self._tell(min(changed), max(changed))

    def next_wrong(self, row: int) -> int:
        """The next caption that wants a look, round the end; -1 when there is none."""
        if not self._wrong:
            return -1
        return self._wrong[bisect_right(self._wrong, row) % len(self._wrong)]

    def previous_wrong(self, row: int) -> int:
        """The one before, round the beginning."""
        return self._wrong[bisect_left(self._wrong, row) - 1] if self._wrong else -1

    def reload(self) -> None:
        """The document is another one than before."""
        self.beginResetModel()
        self._count = self._document.count
        self._findings, self._wrong = {}, []
        self.endResetModel()

    def hear(self, touched: Touched) -> None:
        """The document has replaced these rows."""
        both = min(touched.removed, touched.inserted)
        after, growth = touched.first + both, touched.inserted - touched.removed
        self._move_findings(touched)
        if growth > 0:
            self.beginInsertRows(ROOT, after, after + growth - 1)
            self._count += growth
            self.endInsertRows()
        elif growth < 0:
            self.beginRemoveRows(ROOT, after, after - growth - 1)
            self._count += growth
            self.endRemoveRows()
        self._tell(touched.first, self._count - 1 if growth else after - 1)

    def _move_findings(self, touched: Touched) -> None:
        """What was found about rows that are made anew is not true any more."""
        end, growth = touched.first + touched.removed, touched.inserted - touched.removed
        self._findings = {
            row if row < touched.first else row + growth: each
            for row, each in self._findings.items()
            if not touched.first <= row < end
        }
        self._wrong = sorted(self._findings)

    def _tell(self, first: int, last: int) -> None:
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))

    def _shown(self, row: int, column: int) -> str:
        cue = self._document.cue(row)
        if column == Column.TEXT:
            return "\n".join(cue.lines)
        if column in (Column.START, Column.END):
            return stamp(cue.start_s if column == Column.START else cue.end_s)
        if column == Column.SPEED:
            return f"{speed_of(cue):.0f}"
        if column == Column.NUMBER:
            return f"{row + 1:,}"
        return " ".join(dict.fromkeys(found.rule for found in self.findings(row)))

    def _tip(self, row: int) -> str:
        told = [found.text for found in self.findings(row)]
        if unsure := self._unsure(row):
            told.append(f"Heard with little certainty: {', '.join(unsure)}")
        return "\n".join(told)

    def _unsure(self, row: int) -> tuple[str, ...]:
        """The words that were heard with less than half certainty."""
        first, last = self._document.span(row)
        return tuple(word.text.strip() for word in unsure_words(self._document.words[first:last]) or ())

    def _spoken(self, row: int) -> str:
        cue, found = self._document.cue(row), self.findings(row)
        wrong = f", {many(len(found), 'problem')}: {found[0].text}" if found else ""
        speed = f"{speed_of(cue):.0f} characters a second"
        place = ", at the top" if cue.is_top else ""
        return f"Caption {row + 1}, {stamp(cue.start_s)} to {stamp(cue.end_s)}{place}: {cue.text}, {speed}{wrong}"
