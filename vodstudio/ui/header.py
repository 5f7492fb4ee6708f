"""The bar at the top: name, tabs, small signs of health, menu."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from vodstudio.ui.tabs import TabStrip
from vodstudio.ui.theme import Theme, font

HEADER_PX = 48


class Chip(QAbstractButton):
    """A small sign with a dot; pressing it leads to Monitoring."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._theme = theme
        self._dot = theme.muted
        self._font = font(12)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_sign(self, text: str, dot: str, tooltip: str) -> None:
        """The words and the colour of the dot."""
        self.setText(text)
        self._dot = dot
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip or text)
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Dot, words, room."""
        return QSize(QFontMetrics(self._font).horizontalAdvance(self.text()) + 33, 26)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = self._theme.accent if self.hasFocus() else self._theme.line
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(self._theme.background))
        inset = 1 if self.hasFocus() else 0
        painter.drawRoundedRect(self.rect().adjusted(inset, inset, -1 - inset, -1 - inset), 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._dot))
        painter.drawEllipse(9, self.height() // 2 - 4, 8, 8)
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(self._font)
        words = self.rect().adjusted(23, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.end()


class Header(QFrame):
    """Name, tabs, chips, menu."""

    tab_chosen = Signal(int)
    sign_pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "header")
        self.setFixedHeight(HEADER_PX)
        self._theme = theme
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 0, 16, 0)
        self._row.setSpacing(10)
        name = QLabel("VOD Studio", self)
        name.setFont(font(14, QFont.Weight.Bold))
        name.setProperty("role", "brand")
        self._row.addWidget(name)
        self._row.addSpacing(8)
        self.tabs = TabStrip(("Queue", "Cities", "Monitoring"), theme, self)
        self.tabs.chosen.connect(self.tab_chosen)
        self._row.addWidget(self.tabs)
        self._row.addStretch(1)
        self._chips: list[Chip] = []
        self.menu_button = QToolButton(self)
        self.menu_button.setText("Menu")
        self.menu_button.hide()  # until there is a menu
        self.menu_button.setProperty("role", "small")
        self.menu_button.setToolTip("Everything the program can do (F10)")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._row.addWidget(self.menu_button)

    def show_signs(self, signs: Sequence[tuple[str, str, str]]) -> None:
        """(words, colour of the dot, tooltip) for each chip."""
        while len(self._chips) < len(signs):
            chip = Chip(self, self._theme)
            chip.clicked.connect(self.sign_pressed)
            self._row.insertWidget(self._row.count() - 1, chip)
            QWidget.setTabOrder(self._chips[-1] if self._chips else self.tabs.buttons[-1], chip)
            self._chips.append(chip)
        for place, chip in enumerate(self._chips):
            chip.setVisible(place < len(signs))
            if place < len(signs):
                chip.show_sign(*signs[place])

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        self.tabs.set_theme(theme)
        for chip in self._chips:
            chip.set_theme(theme)
