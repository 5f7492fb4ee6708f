"""What is painted before the store is open: the shape of the queue, without a word that could be wrong."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from vodstudio.ui.theme import Theme, font

ROW_PX = 68


class Skeleton(QWidget):
    """Grey rows; tells when it was first painted."""

    painted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Opening the queue")
        self._theme = theme
        self._text = "Opening the queue …"
        self._was_painted = False

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        self.update()

    def say(self, text: str) -> None:
        """What is being done now."""
        self._text = text
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the shape of what comes."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.fillRect(self.rect(), QColor(theme.background))
        painter.setPen(QColor(theme.line))
        painter.setBrush(QColor(theme.panel))
        card = QRectF(16.5, 52.5, self.width() - 33, self.height() - 65)
        painter.drawRoundedRect(card, 8, 8)
        painter.setPen(QColor(theme.muted))
        painter.setFont(font(12, QFont.Weight.Medium))
        painter.drawText(QRectF(17, 16, 600, 22), Qt.AlignmentFlag.AlignVCenter, self._text)
        top = card.top() + 31
        while top + ROW_PX < card.bottom():
            self._paint_row(painter, card, top)
            top += ROW_PX
        painter.end()
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def _paint_row(self, painter: QPainter, card: QRectF, top: float) -> None:
        painter.fillRect(QRectF(card.left(), top, card.width(), 1), QColor(self._theme.line))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.background))
        left, width = card.left() + 14, card.width()
        for box in (
            QRectF(left, top + 10, 84, 47),
            QRectF(left + 96, top + 17, width * 0.22, 12),
            QRectF(left + 96, top + 38, width * 0.16, 12),
            QRectF(card.right() - 270, top + 17, 250, 12),
            QRectF(card.right() - 270, top + 42, 250, 6),
        ):
            painter.drawRoundedRect(box, 4, 4)
