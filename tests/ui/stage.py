"""The whole window on the fakes, as tests and the gallery use it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtWidgets import QApplication

from tests.ui.fakes import NOW, STATION, FakeCities, FakeImporting, FakeJobs, FakeMonitoring, sample_rows
from vodstudio.core.rows import JobRow
from vodstudio.ui import theme as look
from vodstudio.ui.bridge import Bridge
from vodstudio.ui.coroutines import Coroutines
from vodstudio.ui.desk import Desk
from vodstudio.ui.main_window import MainWindow
from vodstudio.ui.notices import Notices
from vodstudio.ui.workplace import Workplace


class Stage:
    """A window with everything in it."""

    def __init__(self, theme: look.Theme, app: QApplication, rows: Sequence[JobRow] | None = None) -> None:
        look.apply(app, theme)
        self.bridge = Bridge()
        self.jobs = FakeJobs(sample_rows() if rows is None else rows, self.bridge.post)
        self.importing = FakeImporting(self.jobs, self.bridge.post)
        self.monitoring = FakeMonitoring()
        self.window = MainWindow(theme)
        self.notices = Notices(self.window)
        self.coroutines = Coroutines(self.notices.show_problem)
        self.desk = Desk(
            station=STATION,
            jobs=self.jobs,
            importing=self.importing,
            cities=FakeCities(self.jobs),
            monitoring=self.monitoring,
            bridge=self.bridge,
            coroutines=self.coroutines,
            notices=self.notices,
            now=self._now,
        )
        self.workplace = Workplace(self.window, self.desk, theme)

    async def close(self) -> None:
        """Leave nothing behind."""
        await self.coroutines.close()
        self.window.let_close()
        self.window.close()
        self.window.deleteLater()

    def _now(self) -> datetime:
        return NOW
