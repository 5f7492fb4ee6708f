"""The overlay behind F1: what to do, and every key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from vodstudio.ui.parts import button, empty, label

INTRODUCTION = (
    "Drop recordings anywhere on the window: they are checked, encoded, captioned and published by themselves. "
    "What is held waits by itself; only “Needs somebody” wants you."
)


class HelpOverlay(QFrame):
    """In the middle of the window; Escape or the button closes it."""

    def __init__(self, window: QWidget, introduction: str = INTRODUCTION, *, height_px: int = 560) -> None:
        super().__init__(window)
        self._introduction = introduction
        self._height_px = height_px
        self.setProperty("role", "panel")
        self.setObjectName("help")
        self.setAccessibleName("Help and keys")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(28, 22, 28, 20)
        self._column.setSpacing(12)
        self._before: QWidget | None = None
        window.installEventFilter(self)
        self.hide()

    def show_keys(self, groups: Sequence[tuple[str, list[tuple[str, str]]]]) -> None:
        """Open it."""
        if not self.isVisible():
            self._before = self.window().focusWidget()
        empty(self._column)
        self._column.addWidget(label("Help and keys", "title", self))
        self._column.addWidget(label(self._introduction, "muted", self, wraps=True))
        grid = QHBoxLayout()
        grid.setSpacing(36)
        left, right = QVBoxLayout(), QVBoxLayout()
        for side in (left, right):
            side.setSpacing(4)
        for title, pairs in groups:
            side = right if len(pairs) > 6 else left
            heading = label(title.upper(), "heading", self)
            heading.setFixedHeight(20)
            side.addWidget(heading)
            side.addLayout(self._keys(pairs))
            side.addSpacing(10)
        for side in (left, right):
            side.addStretch(1)
            grid.addLayout(side, 1)
        self._column.addLayout(grid)
        self._column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        close = button("Close", self, role="primary")
        close.clicked.connect(self.leave)
        row.addWidget(close)
        self._column.addLayout(row)
        self._place()
        self.show()
        self.raise_()
        close.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Go; the keyboard is again where it was."""
        self.hide()
        if self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.TabFocusReason)
        self._before = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay in the middle when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def focusNextPrevChild(self, _is_next: bool) -> bool:  # noqa: N802 - Qt's name
        """Tab stays here: what lies below cannot be seen."""
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _keys(self, pairs: list[tuple[str, str]]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(0, 1)
        for place, (what, keys) in enumerate(pairs):
            grid.setRowMinimumHeight(place, 25)
            grid.addWidget(label(what, "", self), place, 0)
            grid.addWidget(label(keys, "key", self), place, 1, Qt.AlignmentFlag.AlignRight)
        return grid

    def _place(self) -> None:
        host = self.parentWidget()
        if host is None:
            return
        width = min(760, host.width() - 60)
        height = min(max(self._height_px, self._column.heightForWidth(width)), host.height() - 60)
        self.setGeometry((host.width() - width) // 2, (host.height() - height) // 2, width, height)
