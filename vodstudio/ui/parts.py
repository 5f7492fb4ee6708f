"""Small building blocks that several panels use."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLayout, QPushButton, QSizePolicy, QWidget


def label(text: str, role: str, parent: QWidget, *, wraps: bool = False) -> QLabel:
    """Words with a role of the style sheet; never read as HTML."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(wraps)
    if wraps:
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return made


class Button(QPushButton):
    """Enter presses it as Space does, outside of dialogs too."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Qt leaves Enter to the default button of a dialog."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        else:
            super().keyPressEvent(event)


def button(text: str, parent: QWidget, *, role: str = "", tip: str = "", icon: QIcon | None = None) -> Button:
    """A button with a word on it."""
    made = Button(text, parent)
    made.setProperty("role", role)
    made.setToolTip(tip)
    if icon is not None:
        made.setIcon(icon)
    return made


def card(parent: QWidget, name: str) -> QFrame:
    """A white surface with a border."""
    made = QFrame(parent)
    made.setProperty("role", "card")
    made.setAccessibleName(name)
    return made


def empty(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while layout.count():
        part = layout.takeAt(0)
        widget = part.widget() if part else None
        inner = part.layout() if part else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            empty(inner)


class Facts(QWidget):
    """Names and values, one pair a line; the labels are kept and only their words change."""

    def __init__(self, parent: QWidget, *, name_px: int = 76) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, name_px)
        self._grid.setColumnStretch(1, 1)
        self._pairs: list[tuple[QLabel, QLabel]] = []

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these; empty values are left out."""
        told = [(name, value) for name, value in facts if value]
        while len(self._pairs) < len(told):
            name, value = label("", "muted", self), label("", "", self, wraps=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            place = len(self._pairs)
            self._grid.addWidget(name, place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, place, 1)
            self._pairs.append((name, value))
        for place, (name, value) in enumerate(self._pairs):
            is_told = place < len(told)
            name.setVisible(is_told)
            value.setVisible(is_told)
            if is_told:
                name.setText(told[place][0])
                value.setText(told[place][1])
