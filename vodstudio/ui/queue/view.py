"""The list of the queue: scrolls by pixel, paints only what it must, keeps headings apart from rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QCursor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from vodstudio.core.jobs import JobId
from vodstudio.core.rows import JobRow
from vodstudio.ui.queue.delegate import HEADING_PX, ROW_PX, RowDelegate, state_column
from vodstudio.ui.queue.model import QueueModel, Role

Index = QModelIndex | QPersistentModelIndex


class QueueView(QTableView):
    """Rows of jobs under headings."""

    rows_selected = Signal()

    def __init__(self, model: QueueModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("queue-rows")
        self.setProperty("role", "rows")
        self.setAccessibleName("Queue")
        self.setAccessibleDescription("Recordings and how far they are; arrow keys move, Space pauses")
        self.setModel(model)
        self._model = model
        self._due: dict[int, QRect] = {}
        self._due_region = QRegion()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        lines = self.verticalHeader()
        lines.hide()
        lines.setMinimumSectionSize(HEADING_PX)
        lines.setDefaultSectionSize(ROW_PX)
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalScrollBar().setSingleStep(24)
        model.rowsInserted.connect(self._on_rows_inserted)
        model.rowsMoved.connect(self._on_rows_moved)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def dataChanged(  # noqa: N802 - Qt's name
        self, first: Index, last: Index, roles: Sequence[int] = ()
    ) -> None:
        """Progress repaints the words about it and the bar alone, not the whole row."""
        if list(roles) != [Role.PROGRESS]:
            super().dataChanged(first, last, list(roles))
            return
        rect = self.visualRect(first)
        if rect.intersects(self.viewport().rect()):
            left, width = state_column(rect)
            wanted = QRect(left, rect.top() + 10, width + 1, 46)
            self._due[first.row()] = rect
            self._due_region += wanted
            self.viewport().update(wanted)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Rows that only got further are painted here, without asking the model and the style about each."""
        if self._due and (event.region() - self._due_region).isEmpty():
            self._paint_progress()
        else:
            super().paintEvent(event)
        self._due.clear()
        self._due_region = QRegion()

    def _paint_progress(self) -> None:
        delegate, none = self._delegate(), QModelIndex()
        ranges = self.selectionModel().selection()
        parts = [ranges.at(number) for number in range(ranges.count())]
        chosen = [range(part.top(), part.bottom() + 1) for part in parts]
        under = self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())) if self.underMouse() else none
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, rect in self._due.items():
            face = self._model.face_at(place)
            if face is not None:
                is_chosen = any(place in rows for rows in chosen)
                delegate.paint_progress(painter, rect, face, is_chosen, place == under.row())
        painter.end()

    def _delegate(self) -> RowDelegate:
        delegate = self.itemDelegate()
        assert isinstance(delegate, RowDelegate)
        return delegate

    def selected_ids(self) -> list[JobId]:
        """The chosen jobs, from top to bottom."""
        return [row.id for row in self.selected_rows()]

    def selected_rows(self) -> list[JobRow]:
        """The chosen rows, from top to bottom."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        found = [self._model.index(place, 0).data(Role.ROW) for place in places]
        return [row for row in found if isinstance(row, JobRow)]

    def select_jobs(self, ids: list[JobId]) -> None:
        """Choose these and show the first."""
        self.clearSelection()
        chosen = self.selectionModel()
        for place, job_id in enumerate(ids):
            index = self._model.index_of(job_id)
            if not index.isValid():
                continue
            flags = chosen.SelectionFlag.Select | chosen.SelectionFlag.Rows
            chosen.select(index, flags)
            if place == 0:
                chosen.setCurrentIndex(index, chosen.SelectionFlag.NoUpdate)
                self.scrollTo(index)

    def select_near(self, place: int) -> None:
        """Choose the job nearest to this place: where a removed one stood."""
        last = self._model.rowCount() - 1
        below = range(max(0, place), last + 1)
        above = range(min(place, last), -1, -1)
        for near in (*below, *above):
            if not self._model.is_heading(near):
                self.selectRow(near)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Who uses the keyboard sees where the focus is."""
        self._by_keyboard(True)
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Who uses the mouse does not need the ring."""
        self._by_keyboard(False)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Tab leads here: show where."""
        by_tab = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._by_keyboard(by_tab)
        if by_tab and not self.currentIndex().isValid() and self._model.count:
            self.setCurrentIndex(self._model.index_of(self._model.job_ids()[0]))
        super().focusInEvent(event)

    def _by_keyboard(self, is_so: bool) -> None:
        if bool(self.property("by_keyboard")) != is_so:
            self.setProperty("by_keyboard", is_so)
            self.viewport().update()

    def _on_rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        for place in range(first, last + 1):
            if self._model.is_heading(place):
                self.setRowHeight(place, HEADING_PX)

    def _on_rows_moved(self) -> None:
        for place in range(self._model.rowCount()):
            is_heading = self._model.is_heading(place)
            height = HEADING_PX if is_heading else ROW_PX
            if self.rowHeight(place) != height:
                self.setRowHeight(place, height)

    def _on_selection_changed(self) -> None:
        self.rows_selected.emit()
