"""The overlay behind F1: what to do, and every key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from vodstudio.ui.parts import button, empty, label

INTRODUCTION = (
    "Drop recordings anywhere on the window: they are checked, encoded, captioned and published by themselves. "
    "What is held waits by itself; only “Needs somebody” wants you."
)


AROUND_PX, COLUMN_PX = 168, 360
STEPS = {Qt.Key.Key_Up: -40, Qt.Key.Key_Down: 40, Qt.Key.Key_PageUp: -300, Qt.Key.Key_PageDown: 300}
Group = tuple[str, list[tuple[str, str]]]


def shared_out(groups: Sequence[Group], columns: int) -> list[list[Group]]:
    """The groups in so many columns of about the same length; in each they keep their order."""
    parts: list[list[int]] = [[] for _ in range(columns)]
    for place in sorted(range(len(groups)), key=lambda place: -len(groups[place][1])):
        min(parts, key=lambda part: sum(len(groups[each][1]) + 1 for each in part)).append(place)
    return [
        [groups[place] for place in sorted(part)]
        for part in sorted(parts, key=lambda part: min(part, default=0))
    ]


class HelpOverlay(QFrame):
    """In the middle of the window; Escape or the button closes it."""

    def __init__(self, window: QWidget, introduction: str = INTRODUCTION, *, columns: int = 2) -> None:
        super().__init__(window)
        self._introduction = introduction
        self._columns = columns
        self._sheet = QWidget()
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
        area = QScrollArea(self)  # a small window shows a part, never squashed lines
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sheet = self._all_keys(groups)
        area.setWidget(self._sheet)
        for ground in (area.viewport(), self._sheet):
            ground.setAutoFillBackground(False)
        self._column.addWidget(area, 1)
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

    def _all_keys(self, groups: Sequence[Group]) -> QWidget:
        """Side by side, each column about as long as the others."""
        sheet = QWidget(self)
        grid = QHBoxLayout(sheet)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(36)
        room = (self.window().width() - 60) // COLUMN_PX
        for part in shared_out(groups, max(1, min(self._columns, room))):
            side = QVBoxLayout()
            side.setSpacing(4)
            for title, pairs in part:
                heading = label(title.upper(), "heading", sheet)
                heading.setFixedHeight(20)
                side.addWidget(heading)
                side.addLayout(self._keys(pairs, sheet))
                side.addSpacing(10)
            side.addStretch(1)
            grid.addLayout(side, 1)
        return sheet

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
        """Escape closes; what does not fit is scrolled to."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif (by_px := STEPS.get(Qt.Key(event.key()))) is not None:
            for area in self.findChildren(QScrollArea):
                area.verticalScrollBar().setValue(area.verticalScrollBar().value() + by_px)
        else:
            super().keyPressEvent(event)

    def _keys(self, pairs: list[tuple[str, str]], sheet: QWidget) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(0, 1)
        for place, (what, keys) in enumerate(pairs):
            grid.setRowMinimumHeight(place, 25)
            grid.addWidget(label(what, "", sheet), place, 0)
            grid.addWidget(label(keys, "key", sheet), place, 1, Qt.AlignmentFlag.AlignRight)
        return grid

    def _place(self) -> None:
        host = self.parentWidget()
        if host is None:
            return
        width = min((COLUMN_PX + 20) * self._columns, host.width() - 60)
        wanted = self._sheet.sizeHint().height() + AROUND_PX
        height = min(wanted, host.height() - 40)
        self.setGeometry((host.width() - width) // 2, (host.height() - height) // 2, width, height)
