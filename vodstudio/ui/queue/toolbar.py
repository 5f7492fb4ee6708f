"""The bar above the queue: add, pause, stop after what runs, filter, cities."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QWidget

from vodstudio.core.events import QueueSwitched
from vodstudio.core.rows import JobFilter
from vodstudio.core.station import CityId
from vodstudio.ui import icons
from vodstudio.ui.desk import Desk
from vodstudio.ui.parts import button
from vodstudio.ui.theme import Theme

TYPING_MS = 200


class QueueBar(QWidget):
    """Controls that are about the whole queue."""

    filter_changed = Signal(object)
    add_wanted = Signal()

    def __init__(self, desk: Desk, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._city: CityId | None = None
        self._is_paused = False
        self._build()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._on_typing_ended)
        self.filter.textChanged.connect(self._on_text_changed)
        self.add.clicked.connect(self.add_wanted)
        self.pause.clicked.connect(self.toggle_pause)
        self.stop_after.clicked.connect(self._on_stop_after_pressed)
        self._build_cities()
        self.set_theme(theme)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.add = button(
            "Add recordings", self, role="primary", tip="Choose files (Ctrl+O), or drop them anywhere"
        )
        self.pause = button(
            "Pause queue", self, tip="What runs stops where it is and goes on from there (Ctrl+Enter)"
        )
        self.stop_after = button("Stop after current", self, tip="Finish what has begun, begin nothing else")
        self.stop_after.setCheckable(True)
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("Filter: city, state, words…")
        self.filter.setAccessibleName("Filter the queue")
        self.filter.setToolTip("Show only recordings with these words (Ctrl+F)")
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(230)
        self.cities = button("All cities", self, tip="Show one city alone")
        self.cities.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        for widget in (self.add, self.pause, self.stop_after):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.filter)
        row.addWidget(self.cities)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in these colours."""
        self._theme = theme
        self.add.setIcon(icons.icon("add", theme.on_accent))
        self.pause.setIcon(icons.icon("play" if self._is_paused else "pause", theme.text))
        self.stop_after.setIcon(icons.icon("stop-after", theme.muted))
        self.cities.setIcon(icons.icon("chevron", theme.muted))

    def show_switch(self, switched: QueueSwitched) -> None:
        """How the queue stands."""
        self._is_paused = switched.is_paused
        self.pause.setText("Resume queue" if switched.is_paused else "Pause queue")
        self.pause.setProperty("role", "primary" if switched.is_paused else "")
        self.add.setProperty("role", "" if switched.is_paused else "primary")
        for widget in (self.pause, self.add):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        ink = self._theme.on_accent if switched.is_paused else self._theme.text
        self.pause.setIcon(icons.icon("play" if switched.is_paused else "pause", ink))
        self.add.setIcon(icons.icon("add", self._theme.text if switched.is_paused else self._theme.on_accent))
        self.stop_after.setChecked(switched.stop_after_current)

    def toggle_pause(self) -> None:
        """Pause the whole queue, or let it go on."""
        jobs = self._desk.jobs
        self._desk.coroutines.start(jobs.resume_queue() if self._is_paused else jobs.pause_queue())

    def choose_city(self, city_id: str) -> None:
        """Show this city alone."""
        for action in self._group.actions():
            if str(action.data()) == city_id:
                action.setChecked(True)
                self._on_city_chosen(action)

    def clear_filter(self) -> None:
        """Show everything again."""
        self.filter.clear()
        self.choose_city("")

    def add_city_menu(self, menu: QMenu, chosen: Callable[[], None]) -> None:
        """A submenu that gives the chosen jobs a city."""
        if not self._desk.station.cities:
            return
        menu.addSeparator()
        inner = menu.addMenu("Belongs to")
        for city in self._desk.station.cities:
            action = inner.addAction(city.name)
            action.setData(city.id)
            action.triggered.connect(chosen)

    @staticmethod
    def city_of_action(action: QObject | None) -> str | None:
        """Which city a menu entry stands for."""
        data = action.data() if isinstance(action, QAction) else None
        return str(data) if data else None

    def _build_cities(self) -> None:
        menu = QMenu(self.cities)
        menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # the button alone has its icon on the right
        self._group = group = QActionGroup(menu)
        for name, city_id in (("All cities", ""), *((c.name, c.id) for c in self._desk.station.cities)):
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(not city_id)
            action.setData(city_id)
            group.addAction(action)
        group.triggered.connect(self._on_city_chosen)
        self.cities.setMenu(menu)

    def _on_city_chosen(self, action: QAction) -> None:
        self._city = CityId(str(action.data())) if action.data() else None
        self.cities.setText(action.text())
        self._on_typing_ended()

    def _on_text_changed(self) -> None:
        self._typing.start()

    def _on_typing_ended(self) -> None:
        self._typing.stop()
        self.filter_changed.emit(JobFilter(text=self.filter.text().strip(), city_id=self._city))

    def _on_stop_after_pressed(self, is_on: bool) -> None:
        self._desk.coroutines.start(self._desk.jobs.stop_after_current(is_on))
