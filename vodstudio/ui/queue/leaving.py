"""A removal that a person may take back as long as its toast stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from vodstudio.ui.desk import Desk
from vodstudio.ui.wording import many

if TYPE_CHECKING:
    from vodstudio.services.removing import Removal


class Leaving(QObject):
    """Says that jobs are gone; Undo brings them back, and when the toast has left their files go."""

    came_back = Signal(list)

    def __init__(self, desk: Desk, removal: Removal, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._removal = removal

    def say(self) -> None:
        """Offer the way back, where there is one."""
        title = f"{many(len(self._removal.job_ids), 'job')} removed from the queue"
        if self._removal.may_come_back:
            hint = "The recordings themselves are untouched."
            toast = self._desk.notices.offer_undo(title, hint, self._on_undo_pressed)
            toast.left.connect(self._on_toast_left)
            return
        self._desk.notices.say(
            title, "The disk was full, so their work files went first. No recording is touched."
        )
        self._on_toast_left()

    def _on_undo_pressed(self) -> None:
        self._desk.coroutines.start(self._undo())

    async def _undo(self) -> None:
        rows = await self._desk.jobs.removing.put_back(self._removal)
        self.came_back.emit([row.id for row in rows])
        self._desk.notices.say(f"{many(len(rows), 'job')} put back", "Everything is as it was.")

    def _on_toast_left(self) -> None:
        self._desk.coroutines.start(self._clear())

    async def _clear(self) -> None:
        """After Undo nothing is left to clear."""
        await self._desk.jobs.removing.clear(self._removal)
        self.deleteLater()
