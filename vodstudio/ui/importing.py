"""Bringing files in from the window: no dialog, a toast to undo, one panel for what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from vodstudio.core.jobs import JobId
from vodstudio.ui.desk import Desk
from vodstudio.ui.wording import many

if TYPE_CHECKING:
    from vodstudio.services.importing import ImportReport


class Importer(QObject):
    """From paths to the queue, with what became of them said."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._folder = ""

    def choose_files(self) -> None:
        """Let the person choose; the answer comes later."""
        self._open(QFileDialog.FileMode.ExistingFiles, "Add recordings")

    def choose_folder(self) -> None:
        """The same for a whole folder."""
        self._open(QFileDialog.FileMode.Directory, "Add all recordings of a folder")

    def bring(self, paths: Sequence[Path]) -> None:
        """Import these."""
        if paths:
            self._desk.coroutines.start(self._bring(list(paths)))

    def _open(self, mode: QFileDialog.FileMode, title: str) -> None:
        dialog = QFileDialog(self._window, title)
        dialog.setFileMode(mode)
        if mode is QFileDialog.FileMode.ExistingFiles:
            from vodstudio.services.gathering import MEDIA_ENDINGS

            endings = " ".join(f"*{ending}" for ending in sorted(MEDIA_ENDINGS))
            dialog.setNameFilters([f"Recordings ({endings})", "All files (*)"])
            dialog.setOption(QFileDialog.Option.HideNameFilterDetails)
        dialog.setDirectory(self._folder or QDir.homePath())
        dialog.filesSelected.connect(self._on_files_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_files_chosen(self, names: list[str]) -> None:
        self._folder = str(Path(names[0]).parent) if names else self._folder
        self.bring([Path(name) for name in names])

    async def _bring(self, paths: list[Path]) -> None:
        report = await self._desk.importing.add(paths)
        self._say(report)

    def _say(self, report: ImportReport) -> None:
        added = report.added
        if added:
            title = f"Added {added[0].title}" if len(added) == 1 else f"Added {many(len(added), 'recording')}"
            undo = _Undo(self._desk, [row.id for row in added], self)
            self._desk.notices.offer_undo(title, self._where(report), undo.take_back)
        elif report.known:
            known = report.known[0]
            more = len(report.known) - 1
            title = f"{known.title} is in the queue already"
            self._desk.notices.say(title if not more else f"{title}, and {more:,} more")
        elif not report.refused:
            self._desk.notices.say(
                "No recordings were found there", "Folders are searched with all folders in them."
            )
        if report.refused:
            title = f"{many(len(report.refused), 'file')} could not be added"
            self._desk.notices.show_refused(title, [(str(one.path), one.problem) for one in report.refused])

    def _where(self, report: ImportReport) -> str:
        names = dict.fromkeys(self._desk.city_name(row.city_id) or "no city yet" for row in report.added)
        shown = list(names)
        more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
        known = f" · {many(len(report.known), 'was', 'were')} there already" if report.known else ""
        return ", ".join(shown[:3]) + more + known


class _Undo(QObject):
    """Takes back one import."""

    def __init__(self, desk: Desk, ids: list[JobId], parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._ids = ids

    def take_back(self) -> None:
        self._desk.coroutines.start(self._undo())

    async def _undo(self) -> None:
        await self._desk.importing.undo(self._ids)
        self._desk.notices.say("Taken back", "The recordings themselves are untouched.")
        self.deleteLater()
