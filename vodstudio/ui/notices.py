"""The one place that shows errors and small news: toasts that leave by themselves, a panel for refused files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from vodstudio.core.errors import Problem
from vodstudio.ui.parts import Button, label

UNDO_MS = 10_000
NEWS_MS = 6_000
MOST_TOASTS = 3
GAP_PX = 10


class Toast(QFrame):
    """One piece of news."""

    left = Signal(object)

    def __init__(self, parent: QWidget, title: str, hint: str = "", *, stays_ms: int = NEWS_MS) -> None:
        super().__init__(parent)
        self.about: Problem | None = None
        self.is_passing = stays_ms > 0
        self.setProperty("role", "toast")
        self.setAccessibleName(f"{title}. {hint}" if hint else title)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 10, 10, 10)
        self._row.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(2)
        for text, role in ((title, "strong"), (hint, "")):
            if text:
                label = QLabel(text, self)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setWordWrap(True)
                label.setMinimumWidth(min(460, label.fontMetrics().horizontalAdvance(text) + 14))
                label.setProperty("role", role)
                words.addWidget(label)
        self._row.addLayout(words, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.leave)
        if stays_ms:
            self._timer.start(stays_ms)

    def add_button(self, text: str, pressed: Callable[[], None] | None = None) -> QPushButton:
        """A button that also sends the toast away."""
        button = Button(text, self)
        if pressed is not None:
            button.clicked.connect(pressed)
        button.clicked.connect(self.leave)
        self._row.addWidget(button)
        return button

    def leave(self) -> None:
        """Go."""
        self._timer.stop()
        self.hide()
        self.left.emit(self)
        self.deleteLater()


class Notices(QObject):
    """Shows news at the lower edge of a window, never in the way of an answer."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self._toasts: list[Toast] = []
        self._panel: _RefusedPanel | None = None
        host.installEventFilter(self)

    def say(self, title: str, hint: str = "", *, stays: bool = False) -> Toast:
        """Small news; what wants an answer stays."""
        return self._show(Toast(self._host, title, hint, stays_ms=0 if stays else NEWS_MS))

    def offer_undo(self, title: str, hint: str, undo: Callable[[], None]) -> Toast:
        """News that can be taken back for ten seconds."""
        toast = Toast(self._host, title, hint, stays_ms=UNDO_MS)
        toast.add_button("Undo", undo)
        return self._show(toast)

    def show_problem(self, problem: Problem) -> Toast:
        """What went wrong, and what to do; stays until it is closed."""
        for same in [toast for toast in self._toasts if toast.about == problem]:
            same.leave()
        toast = Toast(self._host, problem.title, problem.hint, stays_ms=0)
        toast.about = problem
        toast.add_button("Copy report", _Copier(problem, toast).copy)
        toast.add_button("Close")
        return self._show(toast)

    def show_refused(self, title: str, files: Sequence[tuple[str, Problem]]) -> None:
        """One panel for all files that could not be brought in, each with its reason."""
        if self._panel is not None:
            self._close_panel()
        self._panel = _RefusedPanel(self._host, title, files, self._close_panel)
        self._panel.show()
        self._place()
        self._panel.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay at the edge when the window changes its size."""
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _show(self, toast: Toast) -> Toast:
        room = [
            *(each for each in self._toasts if each.is_passing),
            *(each for each in self._toasts if not each.is_passing),
        ]
        for older in room[: max(0, len(room) + 1 - MOST_TOASTS)]:  # what wants an answer stays longest
            older.leave()
        self._toasts.append(toast)
        toast.left.connect(self._on_toast_left)
        toast.show()
        self._place()
        return toast

    def _on_toast_left(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
        self._place()

    def _close_panel(self) -> None:
        if self._panel is not None:
            self._panel.hide()
            self._panel.deleteLater()
            self._panel = None

    def _place(self) -> None:
        bottom = self._host.height() - 46
        for toast in reversed(self._toasts):
            toast.adjustSize()
            width = min(toast.width(), self._host.width() - 40)
            toast.resize(width, toast.heightForWidth(width) if toast.hasHeightForWidth() else toast.height())
            bottom -= toast.height()
            toast.move((self._host.width() - width) // 2, bottom)
            toast.raise_()
            bottom -= GAP_PX
        if self._panel is not None:
            width, height = min(640, self._host.width() - 40), min(420, self._host.height() - 160)
            height = min(height, self._panel.heightForWidth(width))
            self._panel.setGeometry((self._host.width() - width) // 2, 100, width, height)
            self._panel.raise_()


class _Copier(QObject):
    """Puts a problem on the clipboard."""

    def __init__(self, problem: Problem, parent: QObject) -> None:
        super().__init__(parent)
        self._problem = problem

    def copy(self) -> None:
        told = self._problem
        QGuiApplication.clipboard().setText(f"{told.code}\n{told.title}\n{told.hint}\n\n{told.detail}\n")


class _RefusedPanel(QFrame):
    """As high as its words, at most as high as there is room; Escape or the button closes it."""

    def __init__(
        self, host: QWidget, title: str, files: Sequence[tuple[str, Problem]], close: Callable[[], None]
    ) -> None:
        super().__init__(host)
        self._close = close
        self.setProperty("role", "panel")
        self.setAccessibleName(title)
        self.setObjectName("refused")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        heading = label(title, "title", self)
        column.addWidget(heading)
        self._area = _reasons(self, files)
        column.addWidget(self._area, 1)
        self.close_button = Button("Close", self)
        self.close_button.clicked.connect(close)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.close_button)
        column.addLayout(row)

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Heading, words and button."""
        inner = self._area.widget()
        return 120 + (inner.heightForWidth(width - 60) if inner is not None else 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)


def _reasons(panel: QWidget, files: Sequence[tuple[str, Problem]]) -> QScrollArea:
    area = QScrollArea(panel)
    area.setWidgetResizable(True)
    inner = QWidget(area)
    inner.setProperty("role", "clear")
    lines = QVBoxLayout(inner)
    lines.setContentsMargins(0, 0, 8, 0)
    lines.setSpacing(2)
    for name, problem in files:
        for text, role in ((name, "strong"), (problem.title, "bad"), (problem.hint, "small")):
            label = QLabel(text, inner)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("role", role)
            lines.addWidget(label)
        lines.addSpacing(10)
    lines.addStretch(1)
    area.setWidget(inner)
    return area
