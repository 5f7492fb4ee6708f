"""A strip of tabs with counts, as the header and the details use it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from vodstudio.ui.theme import Theme, Tone, font


class TabButton(QAbstractButton):
    """One tab: a word, perhaps a count."""

    def __init__(self, text: str, theme: Theme, parent: QWidget, *, pad_px: int = 14) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(text)
        self._pad_px = pad_px
        self._theme = theme
        self._count: int | None = None
        self._tone = Tone.PLAIN
        self._by_keyboard = False
        self._font = font(13, QFont.Weight.DemiBold)
        self._badge_font = font(11, QFont.Weight.DemiBold)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        self.update()

    def set_count(self, count: int | None, tone: Tone = Tone.PLAIN) -> None:
        """Show how many, or nothing."""
        if (count, tone) == (self._count, self._tone):
            return
        self._count, self._tone = count, tone
        self.setAccessibleName(self.text() if count is None else f"{self.text()}, {count}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The word, the count and room around them."""
        width = QFontMetrics(self._font).horizontalAdvance(self.text()) + 2 * self._pad_px
        return QSize(width + (self._badge_width() + 7 if self._count is not None else 0), 34)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Never cut off."""
        return self.sizeHint()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The ring is for people who came by keyboard."""
        self._by_keyboard = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, metrics = self._theme, QFontMetrics(self._font)
        strong = self.isChecked() or self.underMouse()
        painter.setFont(self._font)
        painter.setPen(QColor(theme.text if strong else theme.muted))
        text_width = metrics.horizontalAdvance(self.text())
        middle = QRect(self._pad_px, 0, text_width + 2, self.height() - 1)
        painter.drawText(middle, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._count is not None:
            self._paint_badge(painter, self._pad_px + text_width + 7)
        if self.isChecked():
            painter.fillRect(0, self.height() - 3, self.width(), 3, QColor(theme.accent))
        if self.hasFocus() and self._by_keyboard:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 4, -3, -6), 5, 5)
        painter.end()

    def _badge_width(self) -> int:
        return max(20, QFontMetrics(self._badge_font).horizontalAdvance(f"{self._count:,}") + 12)

    def _paint_badge(self, painter: QPainter, left: int) -> None:
        theme, is_plain = self._theme, self._tone is Tone.PLAIN
        box = QRectF(left, (self.height() - 19) / 2, self._badge_width(), 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.track if is_plain else theme.tint(self._tone)))
        painter.drawRoundedRect(box, 9, 9)
        painter.setFont(self._badge_font)
        painter.setPen(QColor(theme.text if is_plain else theme.ink(self._tone)))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{self._count:,}")


class TabStrip(QWidget):
    """Tabs side by side; arrow keys go from one to the next."""

    chosen = Signal(int)

    def __init__(self, names: tuple[str, ...], theme: Theme, parent: QWidget, *, pad_px: int = 14) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.buttons = [TabButton(name, theme, self, pad_px=pad_px) for name in names]
        for button in self.buttons:
            row.addWidget(button)
            button.toggled.connect(self._on_toggled)
        row.addStretch(1)
        self.buttons[0].setChecked(True)

    @property
    def current(self) -> int:
        """Which tab is open."""
        return next((place for place, button in enumerate(self.buttons) if button.isChecked()), 0)

    def choose(self, place: int) -> None:
        """Open a tab."""
        self.buttons[place].setChecked(True)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        for button in self.buttons:
            button.set_theme(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Left and right."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        place = (self.current + step) % len(self.buttons)
        self.choose(place)
        self.buttons[place].setFocus(Qt.FocusReason.TabFocusReason)

    def _on_toggled(self, is_on: bool) -> None:
        if is_on:
            current = self.current
            for place, button in enumerate(self.buttons):  # Tab comes to the one that is open
                policy = Qt.FocusPolicy.StrongFocus if place == current else Qt.FocusPolicy.ClickFocus
                button.setFocusPolicy(policy)
            self.chosen.emit(current)
