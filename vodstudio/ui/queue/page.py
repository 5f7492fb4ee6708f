"""The Queue tab: what is worked on, what comes next, what needs somebody, what is done."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from vodstudio.core.events import Event, JobAdded, JobChanged, JobRemoved, QueueSwitched, StepProgressed
from vodstudio.core.rows import Counts, JobFilter, JobRow
from vodstudio.ui.desk import Desk
from vodstudio.ui.models.offers import ModelOffers
from vodstudio.ui.parts import card
from vodstudio.ui.queue.actions import JobActions
from vodstudio.ui.queue.deeds import JobDeeds
from vodstudio.ui.queue.delegate import STILL, RowDelegate
from vodstudio.ui.queue.details import DetailsPanel
from vodstudio.ui.queue.empty import EmptyQueue
from vodstudio.ui.queue.model import QueueModel
from vodstudio.ui.queue.stills import Stills
from vodstudio.ui.queue.toolbar import QueueBar
from vodstudio.ui.queue.view import QueueView
from vodstudio.ui.theme import Theme

PAGE_ROWS = 200
SETTLE_MS = 150
DETAILS_PX = 340


class QueuePage(QWidget):
    """List and details; changes come as events, order is read again when it may have changed."""

    counts_changed = Signal(object)
    add_wanted = Signal()
    review_wanted = Signal(str)

    def __init__(self, desk: Desk, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._desk = desk
        self._wanted = JobFilter()
        self.model = QueueModel(desk.city_name, desk.now)
        self.model.setParent(self)
        self._stills = Stills(STILL, desk.coroutines, self.model.touch)
        self.actions_ = JobActions(theme, self)
        self._build(theme)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.reload)
        self._today = desk.now().astimezone().date()
        self._connect()

    def _build(self, theme: Theme) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(10)
        self.bar = QueueBar(self._desk, theme, self)
        column.addWidget(self.bar)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setHandleWidth(12)
        self._splitter.setChildrenCollapsible(False)
        frame = card(self._splitter, "Queue")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        self._stack = QStackedWidget(frame)
        inside.addWidget(self._stack)
        self.view = QueueView(self.model, self._stack)
        self._delegate = RowDelegate(theme, self._stills.of, self.view)
        self.view.setItemDelegate(self._delegate)
        self._empty = EmptyQueue(theme, self._stack)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        self.details = DetailsPanel(self._desk, theme, self.actions_, self._splitter)
        self.details.setMinimumWidth(300)
        self._splitter.addWidget(frame)
        self._splitter.addWidget(self.details)
        self._splitter.setStretchFactor(0, 5)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([982, DETAILS_PX])
        column.addWidget(self._splitter, 1)
        self.first = self.view

    def _connect(self) -> None:
        for action in self.actions_.all():
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.view.addAction(action)
            if action.shortcut().toString().startswith("Ctrl"):  # Space and Del belong to what has the focus
                self.details.addAction(action)
        self.view.rows_selected.connect(self._on_rows_selected)
        self.view.customContextMenuRequested.connect(self._on_menu_requested)
        self.model.more_wanted.connect(self._on_more_wanted)
        self.bar.filter_changed.connect(self._on_filter_changed)
        self.bar.add_wanted.connect(self.add_wanted)
        self._empty.add_wanted.connect(self.add_wanted)
        self._empty.clear_wanted.connect(self.bar.clear_filter)
        self.deeds = JobDeeds(self._desk, self, self.actions_)
        self._desk.bridge.listen(self._on_event_arrived)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._delegate.set_theme(theme)
        self.actions_.set_theme(theme)
        self.bar.set_theme(theme)
        self._empty.set_theme(theme)
        self.details.set_theme(theme)
        self.view.viewport().update()

    def offer_models(self, offers: ModelOffers) -> None:
        """From now on the places where a model is missed know what can be had."""
        for each in (self._empty.model_offer, self.details.model_offer):
            each.attach(offers)

    def reload(self) -> None:
        """Read order, counts and switches again."""
        limit = max(PAGE_ROWS, min(self.model.count, 4 * PAGE_ROWS))
        self._desk.coroutines.start(self._read_front(limit), group="queue-front")

    async def _read_front(self, limit: int) -> None:
        rows = await self._desk.jobs.rows(self._wanted, limit)
        self._keep_the_day()
        self.model.show_front(rows, has_more=len(rows) >= limit)
        self.counts_changed.emit(await self._desk.jobs.counts())
        self.bar.show_switch(await self._desk.jobs.switch())
        self._show_list_or_hint()
        if self.model.count and not self.view.selected_ids():
            self.view.select_jobs(self.model.job_ids()[:1])

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Somebody looks, perhaps on the next morning."""
        super().showEvent(event)
        self._keep_the_day()

    def _keep_the_day(self) -> None:
        """`06:28` of yesterday is `Fri 06:28` today."""
        today = self._desk.now().astimezone().date()
        if today != self._today:
            self._today = today
            self.model.refresh_words()

    async def _read_more(self) -> None:
        try:
            rows = await self._desk.jobs.rows(self._wanted, PAGE_ROWS, self.model.count)
        finally:
            self.model.page_failed()
        self.model.append(rows, has_more=len(rows) >= PAGE_ROWS)

    def _show_list_or_hint(self) -> None:
        is_filtered = self._wanted != JobFilter()
        self._empty.say(is_filtered=is_filtered)
        self._stack.setCurrentWidget(self.view if self.model.count else self._empty)

    def _on_event_arrived(self, event: Event) -> None:
        match event:
            case StepProgressed():
                self.model.progress(event)
            case JobChanged(row=row):
                self._hear_change(row)
            case JobAdded() | JobRemoved():
                self._hear_coming_or_going(event)
            case QueueSwitched():
                self.bar.show_switch(event)
            case _:
                pass

    def _hear_change(self, row: JobRow) -> None:
        held = self.model.row_of(row.id)
        if held is None and self._wanted != JobFilter():
            self._settle.start()
            return
        has_moved = self.model.put(row)
        if has_moved or held is None or held.rank is not row.rank:
            self._settle.start()
        if row.id in self.view.selected_ids():
            self._on_rows_selected()

    def _hear_coming_or_going(self, event: JobAdded | JobRemoved) -> None:
        if isinstance(event, JobRemoved):
            self.model.take(event.job_id)
        elif self._wanted == JobFilter():
            self.model.put(event.row)
        self._show_list_or_hint()
        self._settle.start()

    def _on_more_wanted(self) -> None:
        self._desk.coroutines.start(self._read_more())

    def _on_filter_changed(self, wanted: JobFilter) -> None:
        self._wanted = wanted
        self.reload()

    def _on_rows_selected(self) -> None:
        rows = self.view.selected_rows()
        self.details.show_row(rows[0] if len(rows) == 1 else None, len(rows))
        self.actions_.show_for(rows)
        self.details.show_buttons()

    def _on_menu_requested(self, place: QPoint) -> None:
        if not self.view.selected_ids():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in self.actions_.with_separators():
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)
        self.bar.add_city_menu(menu, self.deeds.set_city)
        menu.popup(self.view.viewport().mapToGlobal(place))


def total(counts: Counts) -> int:
    """All jobs."""
    return sum(counts.by_state.values())
