"""The one path from a thread to the screen: events are queued, progress is made rarer, the window hears a batch."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from vodstudio.core.events import Event, JobChanged, JobRemoved, StepProgressed
from vodstudio.core.jobs import JobId, StepKind

PROGRESS_EVERY_MS = 100


class Bridge(QObject):
    """Lives on the main thread; `post` may be called from any."""

    _posted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: deque[Event] = deque()
        self._is_rung = False
        self._progress: dict[tuple[JobId, StepKind], StepProgressed] = {}
        self._listeners: list[Callable[[Event], None]] = []
        self._since = QElapsedTimer()
        self._flush = QTimer(self)
        self._flush.setSingleShot(True)
        self._flush.timeout.connect(self._on_flush_due)
        self._posted.connect(self._on_posted, Qt.ConnectionType.QueuedConnection)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Hear every event, on the main thread."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[Event], None]) -> None:
        """Hear no more."""
        self._listeners.remove(listener)

    def post(self, event: Event) -> None:
        """From any thread: never waits, never raises because the window is closing."""
        with self._lock:
            self._waiting.append(event)
            if self._is_rung:
                return
            self._is_rung = True
        self._posted.emit()

    @Slot()
    def _on_posted(self) -> None:
        with self._lock:
            events = list(self._waiting)
            self._waiting.clear()
            self._is_rung = False
        for event in events:
            if isinstance(event, StepProgressed):
                self._progress[event.job_id, event.kind] = event
            else:
                self._forget_progress(event)
                self._tell(event)
        if self._progress and not self._flush.isActive():
            passed = self._since.elapsed() if self._since.isValid() else PROGRESS_EVERY_MS
            self._flush.start(max(0, PROGRESS_EVERY_MS - int(passed)))

    @Slot()
    def _on_flush_due(self) -> None:
        self._since.start()
        latest, self._progress = list(self._progress.values()), {}
        for event in latest:
            self._tell(event)

    def _forget_progress(self, event: Event) -> None:
        """A row that came after a progress call knows better."""
        if not isinstance(event, JobChanged | JobRemoved) or not self._progress:
            return
        job_id = event.row.id if isinstance(event, JobChanged) else event.job_id
        for key in [key for key in self._progress if key[0] == job_id]:
            del self._progress[key]

    def _tell(self, event: Event) -> None:
        for listener in list(self._listeners):
            listener(event)
