"""The corrections of one review window: each change is done, noted on disk, and can be taken back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from vodstudio.captions.check import CheckSetting, check
from vodstudio.captions.cue import Finding
from vodstudio.captions.document import Document, Touched
from vodstudio.captions.history import Change
from vodstudio.core.errors import VodError, problem_of
from vodstudio.services.review_journal import TYPED, Line
from vodstudio.ui.coroutines import Coroutines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vodstudio.captions.left_behind import Correction
    from vodstudio.captions.lessons import Lesson
    from vodstudio.core.jobs import JobId
    from vodstudio.core.transcripts import TranscriptVersion
    from vodstudio.services.reviewing import Review, Saved
    from vodstudio.ui.review.measuring import MeasuringService

CHECK_AFTER_MS = 400
NOTE_TYPED_AFTER_MS = 1000
MANY_WORDS = 3000


class ReviewingService(Protocol):
    """`services.reviewing.Reviewing`."""

    @property
    def measuring(self) -> MeasuringService: ...
    async def open(self, job_id: JobId, told: Callable[[float], object]) -> Review: ...
    def close(self, review: Review) -> None: ...
    async def keep(self, review: Review, changes: Sequence[Change | Line]) -> None: ...
    async def take_up(self, review: Review) -> int: ...
    async def forget(self, review: Review) -> None: ...
    async def left_corrections(self, review: Review) -> list[Correction]: ...
    async def changed_outside(self, review: Review) -> list[Path]: ...
    async def chosen_meanwhile(self, review: Review) -> TranscriptVersion | None: ...
    async def save(self, review: Review) -> Saved: ...
    def city_name(self, review: Review) -> str: ...
    async def learn(self, review: Review, lessons: Sequence[Lesson]) -> int: ...
    async def peaks(self, review: Review) -> tuple[bytes, float]: ...


class Editor(QObject):
    """Does changes one after the other; `is_busy` while a large one or a save is under way."""

    touched = Signal(object)
    refused = Signal(object)
    state_changed = Signal()
    checked = Signal(object)

    def __init__(
        self, review: Review, reviewing: ReviewingService, coroutines: Coroutines, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.review = review
        self._reviewing = reviewing
        self._coroutines = coroutines
        self._pending: list[Change | Line] = []
        self._disk = asyncio.Lock()
        self._is_checking = False
        self._busy = 0
        self._is_free = asyncio.Event()
        self._is_free.set()
        self._typed: tuple[int, str] | None = None
        self._is_typed_noted = False
        self._note_typed = QTimer(self)
        self._note_typed.setSingleShot(True)
        self._note_typed.setInterval(NOTE_TYPED_AFTER_MS)
        self._note_typed.timeout.connect(self._on_typed_due)
        self._check_soon = QTimer(self)
        self._check_soon.setSingleShot(True)
        self._check_soon.setInterval(CHECK_AFTER_MS)
        self._check_soon.timeout.connect(self._on_check_due)

    @property
    def document(self) -> Document:
        """What is corrected."""
        return self.review.document

    @property
    def is_busy(self) -> bool:
        """Whether a large change or a save is under way."""
        return self._busy > 0

    @property
    def has_unsaved(self) -> bool:
        """Whether closing would leave something unsaved."""
        return self.review.may_write and self.document.is_changed

    @property
    def is_noted(self) -> bool:
        """Whether all changes are on the disk."""
        return not self._pending and not self._disk.locked()

    def attempt(self, make: Callable[[], Change | None]) -> bool:
        """Do what a person asked for; what cannot be is refused in words."""
        if self.is_busy or not self.review.may_write:
            return False
        try:
            change = make()
        except VodError as error:
            self.refused.emit(problem_of(error))
            return False
        if change is None:
            return False
        self._note(change)
        self._put(change, lambda document: document.apply(change))
        return True

    async def attempt_aside(self, make: Callable[[], Change | None]) -> bool:
        """Do what takes long to find out: the window waits, and says so."""
        if self.is_busy or not self.review.may_write:
            return False
        self._set_busy(True)
        try:
            change = await asyncio.to_thread(make)
        finally:
            self._set_busy(False)
        return self.attempt(lambda: change)

    def undo(self) -> None:
        """Take the last change back."""
        change = self.document.undo_change
        if change is not None and not self.is_busy:
            self._note(change)
            self._put(change, Document.undo)

    def redo(self) -> None:
        """Do again what was taken back."""
        change = self.document.redo_change
        if change is not None and not self.is_busy:
            self._note(change)
            self._put(change, Document.redo)

    async def save(self) -> Saved:
        """Keep it as a version; nothing can be changed meanwhile."""
        await self.free()
        self._set_busy(True)
        try:
            await self.flush()
            return await self._reviewing.save(self.review)
        finally:
            self._set_busy(False)

    async def free(self) -> None:
        """Returns when no large change and no save is under way."""
        while self.is_busy:
            await self._is_free.wait()

    def note_typed(self, row: int, text: str) -> None:
        """What stands in an open field is noted every second, so that a crash does not take it (F07)."""
        if self.review.may_write and row < self.document.count:
            self._typed = (self.document.span(row)[0], text)
            if not self._note_typed.isActive():
                self._note_typed.start()

    def end_typed(self) -> None:
        """The field is closed: what was kept of it is a change by now."""
        self._note_typed.stop()
        self._typed = None
        if self._is_typed_noted:
            self._is_typed_noted = False
            self._keep({TYPED: None})

    async def flush(self) -> None:
        """What was changed is on the disk when this returns."""
        async with self._disk:
            while self._pending:
                batch = list(self._pending)
                await self._reviewing.keep(self.review, batch)
                del self._pending[: len(batch)]
        self.state_changed.emit()

    async def forget(self) -> None:
        """Throw away what is not saved."""
        async with self._disk:
            self._pending.clear()
            await self._reviewing.forget(self.review)

    def check_soon(self) -> None:
        """Look for problems when nothing has been typed for a moment."""
        self._check_soon.start()

    def stop(self) -> None:
        """The window closes."""
        self._check_soon.stop()
        self._note_typed.stop()

    def _note(self, change: Change) -> None:
        self._keep(change)

    def _keep(self, noted: Change | Line) -> None:
        self._pending.append(noted)
        self._coroutines.start(self.flush())

    def _on_typed_due(self) -> None:
        if self._typed is not None:
            self._is_typed_noted = True
            self._keep({TYPED: self._typed[1], "first": self._typed[0]})

    def _put(self, change: Change, put: Callable[[Document], Touched]) -> None:
        low, high = change.reach or (0, 0)
        if high - low > MANY_WORDS:
            self._set_busy(True)
            self._coroutines.start(self._put_aside(put))
            return
        self._tell(put(self.document))

    async def _put_aside(self, put: Callable[[Document], Touched]) -> None:
        """A change of the whole meeting takes seconds: it is done beside the rows that are shown, then shown at once."""
        twin = self.document.apart()
        try:
            touched = await asyncio.to_thread(put, twin)
            self.document.become(twin)
        finally:
            self._set_busy(False)
        self._tell(touched)

    def _tell(self, touched: Touched) -> None:
        self.touched.emit(touched)
        self.state_changed.emit()
        self.check_soon()

    def _set_busy(self, is_busy: bool) -> None:
        self._busy += 1 if is_busy else -1
        if self.is_busy:
            self._is_free.clear()
        else:
            self._is_free.set()
        self.state_changed.emit()

    def _on_check_due(self) -> None:
        if self._is_checking or self.is_busy:
            self._check_soon.start()
        else:
            self._coroutines.start(self._check())

    async def _check(self) -> None:
        self._is_checking = True
        began = time.perf_counter()
        document = self.document
        setting = CheckSetting(
            profile=document.profile,
            fps=self.review.video.fps,
            duration_s=document.duration_s,
            language=document.language,
            vocabulary=self.review.job.preset.vocabulary,
            waivers=document.edits.waivers,
            spelled=document.spelling.anew,
        )
        cues, heard = document.cues, document.heard()
        try:
            report = await asyncio.to_thread(check, cues, heard, None, setting)
        finally:
            self._is_checking = False
            took_ms = (time.perf_counter() - began) * 1000
            self._check_soon.setInterval(
                max(CHECK_AFTER_MS, round(took_ms))
            )  # a long meeting is left in peace
        if document.cues == cues and not self.is_busy:
            found: tuple[Finding, ...] = report.findings
            self.checked.emit(found)
        else:
            self._check_soon.start()
