"""The words of a meeting as they stand in its captions, with their times."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from vodstudio.captions.cue import Cue
from vodstudio.core.jobs import Job, StepKind, StepState
from vodstudio.ui.desk import Desk
from vodstudio.ui.parts import label
from vodstudio.ui.theme import font
from vodstudio.ui.wording import duration

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
TIME_PX = 62


class CueModel(QAbstractListModel):
    """Captions, one a row."""

    def __init__(self) -> None:
        super().__init__()
        self._cues: tuple[Cue, ...] = ()

    def show_cues(self, cues: tuple[Cue, ...]) -> None:
        """Show these."""
        self.beginResetModel()
        self._cues = cues
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """How many."""
        return 0 if parent.isValid() else len(self._cues)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words, and the time as the decoration."""
        if not index.isValid():
            return None
        cue = self._cues[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cue.text
        if role == Qt.ItemDataRole.UserRole:
            return duration(int(cue.start_s))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{duration(int(cue.start_s))} {cue.text}"
        return None


class _CueDelegate(QStyledItemDelegate):
    """A time, and words that may take several lines."""

    def __init__(self, parent: QListView) -> None:
        super().__init__(parent)
        self._view = parent
        self._font, self._small = font(13), font(12)
        self._metrics = QFontMetrics(self._font)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """As many lines as the words need."""
        room = QRect(0, 0, max(80, self._view.viewport().width() - TIME_PX - 28), 2000)
        lines = self._metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, str(index.data()))
        return QSize(room.width(), lines.height() + 11)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw it."""
        rect = option.rect.adjusted(14, 5, -14, -6)
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        painter.setFont(self._small)
        painter.drawText(rect, Qt.AlignmentFlag.AlignTop, str(index.data(Qt.ItemDataRole.UserRole)))
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        painter.setFont(self._font)
        painter.drawText(rect.adjusted(TIME_PX, -1, 0, 4), Qt.TextFlag.TextWordWrap, str(index.data()))
        painter.fillRect(
            rect.left(), option.rect.bottom(), rect.width(), 1, option.palette.color(QPalette.ColorRole.Mid)
        )


class _CueView(QListView):
    """Lines are laid out again when the width changes."""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The words wrap anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class WordsTab(QWidget):
    """Reads the captions when somebody looks."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        self._hint = label("", "muted", self, wraps=True)
        self._hint.setContentsMargins(14, 6, 14, 0)
        column.addWidget(self._hint)
        self._model = CueModel()
        self._view = _CueView(self)
        self._view.setAccessibleName("Words of the meeting")
        self._view.setModel(self._model)
        self._view.setItemDelegate(_CueDelegate(self._view))
        self._view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._view.setLayoutMode(QListView.LayoutMode.Batched)
        column.addWidget(self._view, 1)

    async def show_job(self, job: Job) -> None:
        """The captions of this job, or why there are none yet."""
        from asyncio import get_running_loop

        path = next((out.path for out in job.outputs.values() if out.path.suffix == ".srt"), None)
        cues: tuple[Cue, ...] = ()
        if path is not None:
            cues = await get_running_loop().run_in_executor(None, read_cues, path)
        self._model.show_cues(cues)
        self._hint.setVisible(not cues)
        self._hint.setText(_why_no_words(job, path))


def read_cues(path: Path) -> tuple[Cue, ...]:
    """The captions in a file; a file that went away holds none. Runs off the main thread."""
    from vodstudio.captions.srt import read_srt

    try:
        return read_srt(path.read_bytes()).cues
    except OSError:
        return ()


def _why_no_words(job: Job, path: Path | None) -> str:
    if path is not None:
        return "The captions of this job hold no words, or their file has been moved away."
    speech = next((step for step in job.steps if step.kind is StepKind.SPEECH), None)
    if speech is not None and speech.state is StepState.RUNNING:
        return "The words are being heard. They appear here when the captions are made."
    return "The words appear here when the captions are made."
