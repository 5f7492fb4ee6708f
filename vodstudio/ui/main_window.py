"""The window: header, pages, footer. It can be painted before anything else of the program is loaded."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from vodstudio.ui.header import Header
from vodstudio.ui.skeleton import Skeleton
from vodstudio.ui.theme import Theme

SMALLEST = QSize(1024, 620)
USUAL = QSize(1366, 768)
FRAME = QSize(2, 40)  # what a desktop puts around a window
FOOTER_PX = 34


class Tab(IntEnum):
    """The tabs, from left to right."""

    QUEUE = 0
    CITIES = 1
    MONITORING = 2


class MainWindow(QWidget):
    """Shows one page at a time; what a page is for is decided outside."""

    closing = Signal()
    paths_hovered = Signal(object)
    paths_left = Signal()
    paths_dropped = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("main-window")
        self.setWindowTitle("VOD Studio")
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(SMALLEST)
        self.resize(USUAL)
        self._may_close = False
        self._takes_files = False
        self._build(theme)

    def _build(self, theme: Theme) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.header = Header(theme, self)
        self.header.tabs.setEnabled(False)
        self.stack = QStackedWidget(self)
        self.skeleton = Skeleton(theme, self.stack)
        self.stack.addWidget(self.skeleton)
        column.addWidget(self.header)
        column.addWidget(self.stack, 1)
        self.footer = QFrame(self)
        self.footer.setProperty("role", "footer")
        self.footer.setFixedHeight(FOOTER_PX)
        row = QHBoxLayout(self.footer)
        row.setContentsMargins(16, 0, 16, 0)
        self.promise = QLabel(self.footer)
        self.promise.setTextFormat(Qt.TextFormat.RichText)
        self.promise.setProperty("role", "small")
        self.summary = QLabel(self.footer)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setProperty("role", "small")
        row.addWidget(self.promise)
        row.addStretch(1)
        row.addWidget(self.summary)
        column.addWidget(self.footer)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self.header.set_theme(theme)
        self.skeleton.set_theme(theme)

    def show_page(self, page: QWidget) -> None:
        """Show this page in the middle."""
        if self.stack.indexOf(page) < 0:
            self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)

    def take_files(self, is_on: bool) -> None:
        """Whether recordings may be dropped now."""
        self._takes_files = is_on
        self.setAcceptDrops(is_on)

    def let_close(self) -> None:
        """The house is closed: the next close is real."""
        self._may_close = True

    def restore_place(self, told: str) -> None:
        """Where the window stood; what is damaged is ignored. Without one, nothing may be cut off."""
        if told and self.restoreGeometry(QByteArray.fromBase64(told.encode("ascii", "ignore"))):
            return
        room = self.screen().availableSize()
        if room.width() < USUAL.width() + FRAME.width() or room.height() < USUAL.height() + FRAME.height():
            self.resize(room.boundedTo(USUAL) - FRAME)
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def place(self) -> str:
        """Where the window stands, to be kept."""
        return bytes(self.saveGeometry().toBase64().data()).decode("ascii")

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Closing is a question to the program; it ends the window when it is ready."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.closing.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Files over the window: say where they will go."""
        paths = _local_paths(event)
        if paths and self._takes_files:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.paths_hovered.emit(paths)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802 - Qt's name
        """Anywhere is right."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """They went away again."""
        self.paths_left.emit()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Bring them in; the files stay where they are."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.paths_left.emit()
        self.paths_dropped.emit(_local_paths(event))


def _local_paths(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
