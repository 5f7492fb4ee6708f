"""Tabs of the panel beside the queue that are read from top to bottom: what happened to a job, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from vodstudio.core.jobs import Job
from vodstudio.core.rows import TRAIL, LogLine
from vodstudio.ui.parts import button, empty, label
from vodstudio.ui.wording import size


class Page(QScrollArea):
    """A tab whose content may be longer than the panel."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.inner = QWidget(self)
        self.inner.setProperty("role", "clear")
        self.lines = QVBoxLayout(self.inner)
        self.lines.setContentsMargins(14, 12, 14, 12)
        self.lines.setSpacing(4)
        self.setWidget(self.inner)

    def clear(self) -> None:
        """Take everything out."""
        empty(self.lines)


class StoryPage(Page):
    """What happened to a job, newest first; what the audit trail keeps says so."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Log", parent)

    def show_lines(self, lines: Sequence[LogLine]) -> None:
        """Tell these."""
        self.clear()
        for line in lines:
            at = f"{line.at.astimezone():%d %b %H:%M:%S}"
            head = f"{at} · {line.where}" if line.where == TRAIL else at
            self.lines.addWidget(label(head, "small", self.inner))
            self.lines.addWidget(label(line.text, "", self.inner, wraps=True))
            self.lines.addSpacing(6)
        if not lines:
            self.lines.addWidget(label("Nothing was logged for this job yet.", "muted", self.inner))
        self.lines.addStretch(1)


class FilesPage(Page):
    """The recording and what was made of it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Files", parent)
        self._folder: Path | None = None

    def show_files(self, job: Job) -> None:
        """Where they lie and how large they are."""
        self.clear()
        self._folder = job.recording.path.parent
        whole = [("Recording", job.recording.path, job.recording.size_bytes)]
        whole += [(output.name, output.path, output.size_bytes) for output in job.outputs.values()]
        for name, path, size_bytes in whole:
            self.lines.addWidget(label(f"{name} · {size(size_bytes)}", "strong", self.inner))
            shown = label(str(path), "small", self.inner, wraps=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.lines.addWidget(shown)
            self.lines.addSpacing(6)
        opening = button("Open the recording's folder", self.inner, role="small")
        opening.clicked.connect(self._on_folder_pressed)
        self.lines.addWidget(opening, 0, Qt.AlignmentFlag.AlignLeft)
        self.lines.addStretch(1)

    def _on_folder_pressed(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
