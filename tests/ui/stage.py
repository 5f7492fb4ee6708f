"""The whole window on the fakes, as tests and the gallery use it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from tests.ui.fakes import (
    NOW,
    STATION,
    FakeCities,
    FakeImporting,
    FakeJobs,
    FakeMonitoring,
    FakeReviewing,
    FakeTranscripts,
    sample_rows,
)
from tests.ui.model_fakes import FakeModels
from vodstudio.core.jobs import JobId
from vodstudio.core.rows import JobRow
from vodstudio.services.rewording import Rewording
from vodstudio.ui import theme as look
from vodstudio.ui.bridge import Bridge
from vodstudio.ui.coroutines import Coroutines
from vodstudio.ui.desk import Desk
from vodstudio.ui.main_window import MainWindow
from vodstudio.ui.notices import Notices, Toast
from vodstudio.ui.queue.face import Face
from vodstudio.ui.queue.model import QueueModel, Role
from vodstudio.ui.queue.page import QueuePage
from vodstudio.ui.workplace import Workplace


class Stage:
    """A window with everything in it."""

    def __init__(self, theme: look.Theme, app: QApplication, rows: Sequence[JobRow] | None = None) -> None:
        app.setQuitOnLastWindowClosed(False)
        look.apply(app, theme)
        self.monitoring = FakeMonitoring()
        self.cards_tried = 0
        self.window = MainWindow(theme)
        self.bridge = Bridge(self.window)
        self.jobs = FakeJobs(sample_rows() if rows is None else rows, self.bridge.post)
        self.importing = FakeImporting(self.jobs, self.bridge.post)
        self.transcripts = FakeTranscripts(self.bridge.post)
        self.cities = FakeCities(self.jobs)
        self.models = FakeModels(self.bridge.post)
        self.notices = Notices(self.window)
        self.coroutines = Coroutines(self.notices.show_problem)
        self.desk = Desk(
            station=STATION,
            jobs=self.jobs,
            importing=self.importing,
            cities=self.cities,
            monitoring=self.monitoring,
            models=self.models,
            transcripts=self.transcripts,
            rewording=Rewording(self.transcripts),  # type: ignore[arg-type]
            reviewing=FakeReviewing(),
            bridge=self.bridge,
            coroutines=self.coroutines,
            notices=self.notices,
            now=self._now,
            try_card_again=self._try_card_again,
        )
        self.workplace = Workplace(self.window, self.desk, theme)

    @property
    def page(self) -> QueuePage:
        """The Queue tab."""
        return self.workplace.queue

    @property
    def model(self) -> QueueModel:
        """The rows of the Queue tab."""
        return self.workplace.queue.model

    def titles(self) -> list[str]:
        """What the list shows, from top to bottom, headings too."""
        return [str(self.model.index(place, 0).data()) for place in range(self.model.rowCount())]

    def face(self, number: int) -> Face:
        """The words of a job's row."""
        face = self.model.index_of(JobId(f"job-{number:06}")).data(Role.FACE)
        assert isinstance(face, Face)
        return face

    def choose(self, *numbers: int) -> None:
        """Click these rows, the later ones with Ctrl."""
        for place, number in enumerate(numbers):
            rect = self.page.view.visualRect(self.model.index_of(JobId(f"job-{number:06}")))
            keys = Qt.KeyboardModifier.ControlModifier if place else Qt.KeyboardModifier.NoModifier
            QTest.mouseClick(self.page.view.viewport(), Qt.MouseButton.LeftButton, keys, rect.center())

    def toasts(self) -> list[str]:
        """The news that is shown."""
        return [toast.accessibleName() for toast in self.window.findChildren(Toast) if toast.isVisible()]

    def button(self, text: str, within: QWidget | None = None) -> QAbstractButton:
        """The visible button with this word."""
        found = [
            made
            for made in (within or self.window).findChildren(QAbstractButton)
            if made.text() == text and made.isVisible()
        ]
        assert found, f"no button {text!r}"
        return found[0]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Let the loop run until this is so; the caller's time limit decides when it never is."""
        while not is_so():
            turned = asyncio.get_running_loop().create_future()
            QTimer.singleShot(5, self.window, partial(end_wait, turned))
            await turned

    async def close(self) -> None:
        """Leave nothing behind."""
        await self.coroutines.close()
        self.window.let_close()
        self.window.close()
        await gone(self.window)

    def _try_card_again(self) -> None:
        self.cards_tried += 1

    def _now(self) -> datetime:
        return NOW


def end_wait(turned: asyncio.Future[None], *_: object) -> None:
    if not turned.done():
        turned.set_result(None)


async def gone(window: QWidget) -> None:
    """Delete it on the main thread, now: the garbage collector may run on another one."""
    ended = asyncio.get_running_loop().create_future()
    window.destroyed.connect(partial(end_wait, ended))
    window.deleteLater()
    await ended
