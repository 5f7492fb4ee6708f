"""The open review windows: one for each job, closed with the program; what is unsaved stays noted on disk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal

from vodstudio.core.errors import VodError
from vodstudio.core.jobs import JobId
from vodstudio.ui.coroutines import Coroutines
from vodstudio.ui.review.editor import ReviewingService
from vodstudio.ui.review.opening import Opening
from vodstudio.ui.review.window import ReviewWindow
from vodstudio.ui.theme import Theme

log = logging.getLogger(__name__)


class Reviews(QObject):
    """Opens windows, brings them forward, and lets them go."""

    _share_told = Signal(str, float)

    def __init__(
        self,
        reviewing: ReviewingService,
        coroutines: Coroutines,
        theme: Theme,
        now: Callable[[], datetime],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._reviewing = reviewing
        self._coroutines = coroutines
        self._theme = theme
        self._now = now
        self.windows: dict[JobId, ReviewWindow] = {}
        self.openings: dict[JobId, Opening] = {}
        self._share_told.connect(self._on_share_told, Qt.ConnectionType.QueuedConnection)

    def open(self, job_id: JobId) -> None:
        """Show the captions of a job; a window that is open, or is being opened, comes forward."""
        if (window := self.windows.get(job_id)) is not None:
            window.show()
            window.raise_()
            window.activateWindow()
        elif (opening := self.openings.get(job_id)) is not None:
            opening.come_forward()
        else:
            self.openings[job_id] = opening = Opening()
            opening.cancelled.connect(partial(self._coroutines.stop, _group(job_id)))
            self._coroutines.start(self._open(job_id, opening), group=_group(job_id))

    async def _open(self, job_id: JobId, opening: Opening) -> None:
        try:
            review = await self._reviewing.open(job_id, partial(self._share_told.emit, job_id))
        finally:
            self.openings.pop(job_id, None)
            opening.end()
        window = ReviewWindow(review, self._reviewing, self._theme, self._now)
        self.windows[job_id] = window
        window.gone.connect(self._on_window_gone)
        window.show()
        window.open_media()

    def _on_share_told(self, job_id: str, share: float) -> None:
        """It comes from the thread that lays out; the last may come when nobody waits any more."""
        if (opening := self.openings.get(JobId(job_id))) is not None:
            opening.show_share(share)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        for window in self.windows.values():
            window.set_theme(theme)

    async def close_all(self) -> None:
        """The program ends: what is noted is offered at the next opening."""
        for job_id in self.openings:
            self._coroutines.stop(_group(job_id))
        for window in list(self.windows.values()):
            try:
                window.cues.keep_typed()
                await window.editor.free()
                await window.editor.flush()
            except VodError as error:
                log.warning("corrections could not be noted: %s (%s)", error.title, error.detail)
            window.may_close = True
            await self._let_go(window)
            window.close()

    def _on_window_gone(self, window: ReviewWindow) -> None:
        if window.review.job.id in self.windows:
            self._coroutines.start(self._let_go(window))

    async def _let_go(self, window: ReviewWindow) -> None:
        self.windows.pop(window.review.job.id, None)
        self._reviewing.close(window.review)
        await window.coroutines.close()
        window.deleteLater()


def _group(job_id: JobId) -> str:
    """Its opening, among the coroutines of the house."""
    return f"review-{job_id}"
