"""The Monitoring tab: health, what gets done, this computer, and the log."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QHBoxLayout, QListView, QVBoxLayout, QWidget

from vodstudio.core.events import Event, HoldsChanged, JobAdded, JobChanged, JobRemoved
from vodstudio.core.jobs import JobState
from vodstudio.core.rows import Counts
from vodstudio.ui.desk import Desk
from vodstudio.ui.monitoring.chart import AreaChart, Bar, BarChart
from vodstudio.ui.monitoring.health import HealthDelegate, HealthModel
from vodstudio.ui.monitoring.log import LogCard
from vodstudio.ui.parts import button, card, label
from vodstudio.ui.queue.face import TONE_OF
from vodstudio.ui.theme import Theme, Tone
from vodstudio.ui.wording import STATE_NAMES, clock, many, size, span

HOURS = 48
SAMPLES = 60
SAMPLE_MS = 2000
SETTLE_MS = 500
HEALTH_PX = 350


class MonitoringPage(QWidget):
    """Reads when somebody looks; measures this computer only while it is shown."""

    def __init__(self, desk: Desk, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._desk = desk
        self._loads: list[tuple[float, float]] = []
        self._build(theme)
        self._sampling = QTimer(self)
        self._sampling.setInterval(SAMPLE_MS)
        self._sampling.timeout.connect(self._on_sample_due)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._read_queue_later)
        desk.bridge.listen(self._on_event_arrived)

    def _build(self, theme: Theme) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(12)
        row.addWidget(self._build_health(theme))
        right = QVBoxLayout()
        right.setSpacing(12)
        grid = QGridLayout()
        grid.setSpacing(12)
        self.finished = AreaChart("Video finished per hour", Tone.ACCENT, theme, self)
        self.load = AreaChart("This computer", Tone.DONE, theme, self)
        self.states = BarChart("The queue now", theme, self)
        self.cities = BarChart("Open by city", theme, self)
        for place, chart in enumerate((self.finished, self.load, self.states, self.cities)):
            grid.addWidget(chart, place // 2, place % 2)
        right.addLayout(grid, 5)
        self.log = LogCard(self._desk, theme, self)
        self.log.setMinimumHeight(190)
        right.addWidget(self.log, 2)
        row.addLayout(right, 1)
        self.first = self.log.view

    def _build_health(self, theme: Theme) -> QWidget:
        frame = card(self, "Health")
        frame.setFixedWidth(HEALTH_PX)
        column = QVBoxLayout(frame)
        column.setContentsMargins(1, 3, 1, 1)
        column.setSpacing(3)
        head = QHBoxLayout()
        head.setContentsMargins(13, 0, 8, 0)
        head.addWidget(label("HEALTH", "heading", frame))
        head.addStretch(1)
        self.again = button("Check again", frame, role="link")
        self.again.clicked.connect(self._on_check_pressed)
        head.addWidget(self.again)
        column.addLayout(head)
        self.health = HealthModel()
        self.health.setParent(self)
        self._list = QListView(frame)
        self._list.setAccessibleName("Health")
        self._list.setModel(self.health)
        self._health_delegate = HealthDelegate(theme, self._desk.now(), self._list)
        self._list.setItemDelegate(self._health_delegate)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._list, 1)
        return frame

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        for chart in (self.finished, self.load, self.states, self.cities):
            chart.set_theme(theme)
        self.log.set_theme(theme)
        self._health_delegate.set_theme(theme)
        self._list.viewport().update()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Somebody looks: read and measure."""
        super().showEvent(event)
        self._on_check_pressed()
        self._read_queue_later()
        self._on_sample_due()
        self._sampling.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nobody looks: no timer runs."""
        self._sampling.stop()
        super().hideEvent(event)

    def _on_check_pressed(self) -> None:
        self.again.setText("Checking …")
        self._desk.coroutines.start(self._read_health(), group="monitoring-health")

    async def _read_health(self) -> None:
        try:
            self.health.show_checks(await self._desk.monitoring.health())
        finally:
            self.again.setText("Check again")

    def _read_queue_later(self) -> None:
        self._desk.coroutines.start(self._read_queue(), group="monitoring-queue")

    async def _read_queue(self) -> None:
        history = await self._desk.monitoring.throughput(HOURS)
        now = self._desk.now()
        labels = [f"{clock(at, now)}: {span(timedelta(hours=value))} of video" for at, value in history]
        day = sum(value for _, value in history[-24:])
        values = [value for _, value in history]
        self.finished.show_values(
            values if any(values) else [],
            labels,
            figure=f"{span(timedelta(hours=day))} in 24 hours" if day else "none in 24 hours",
            hint="Nothing was finished in the last two days",
        )
        self._show_counts(await self._desk.jobs.counts())

    def _show_counts(self, counts: Counts) -> None:
        most = max(counts.by_state.values(), default=0) or 1
        bars = [
            Bar(name=STATE_NAMES[state], share=count / most, words=f"{count:,}", tone=TONE_OF[state])
            for state in JobState
            if (count := counts.by_state.get(state, 0))
        ]
        total = sum(counts.by_state.values())
        self.states.show_bars(bars, figure=many(total, "job"), hint="The queue is empty")
        cities = sorted(counts.open_by_city.items(), key=lambda pair: -pair[1])
        most = max((count for _, count in cities), default=0) or 1
        named = [
            Bar(name=self._desk.city_name(city) or "No city yet", share=count / most, words=f"{count:,}")
            for city, count in cities
            if count
        ]
        self.cities.show_bars(
            named, figure=many(len(named), "city", "cities") if named else "", hint="Nothing is open"
        )

    def _on_sample_due(self) -> None:
        import psutil

        memory = psutil.virtual_memory()
        self._loads = [*self._loads[1 - SAMPLES :], (psutil.cpu_percent(), float(memory.used))]
        values = [cpu for cpu, _ in self._loads]
        labels = [f"CPU {cpu:.0f} % · memory {size(int(used))}" for cpu, used in self._loads]
        figure = f"CPU {values[-1]:.0f} % · {size(int(memory.used))} of {size(int(memory.total))}"
        self.load.show_values([0.0] * (SAMPLES - len(values)) + values, [""] * (SAMPLES - len(values)) + labels,
                              figure=figure, top=100.0)  # fmt: skip

    def _on_event_arrived(self, event: Event) -> None:
        if not self.isVisible():
            return
        if isinstance(event, JobAdded | JobChanged | JobRemoved):
            self._settle.start()
        elif isinstance(event, HoldsChanged):
            self._on_check_pressed()
