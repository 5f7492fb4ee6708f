"""The open review windows: one for each job, closed with the program; what is unsaved stays noted on disk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject

from vodstudio.core.errors import VodError
from vodstudio.core.jobs import JobId
from vodstudio.ui.coroutines import Coroutines
from vodstudio.ui.review.editor import ReviewingService
from vodstudio.ui.review.window import ReviewWindow
from vodstudio.ui.theme import Theme

log = logging.getLogger(__name__)


class Reviews(QObject):
    """Opens windows, brings them forward, and lets them go."""

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

    def open(self, job_id: JobId) -> None:
        """Show the captions of a job; a window that is open comes forward."""
        if (window := self.windows.get(job_id)) is not None:
            window.show()
            window.raise_()
            window.activateWindow()
        else:
            self._coroutines.start(self._open(job_id), group=f"review-{job_id}")

    async def _open(self, job_id: JobId) -> None:
        review = await self._reviewing.open(job_id)
        window = ReviewWindow(review, self._reviewing, self._theme, self._now)
        self.windows[job_id] = window
        window.gone.connect(self._on_window_gone)
        window.show()
        window.open_media()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        for window in self.windows.values():
            window.set_theme(theme)

    async def close_all(self) -> None:
        """The program ends: what is noted is offered at the next opening."""
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
