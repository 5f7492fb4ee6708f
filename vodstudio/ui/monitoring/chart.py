"""Small charts, painted: an area over time, and bars side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from vodstudio.ui.theme import Theme, Tone, font

EDGE_PX = 14
TOP_PX = 44
LEAST_BAR_PX = 18
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar with its name and its number in words."""

    name: str
    share: float
    words: str
    tone: Tone = Tone.ACCENT


class _Chart(QWidget):
    """Title, a figure at the right, and what is drawn under them."""

    def __init__(self, title: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMinimumHeight(140)
        self.setMouseTracking(True)
        self._title = title
        self._figure = ""
        self._hint = "…"
        self._theme = theme
        self.setAccessibleName(title)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        self.update()

    def _tell(self, figure: str, hint: str) -> None:
        self._figure, self._hint = figure, hint
        self.setAccessibleName(f"{self._title}: {figure or hint}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setPen(QColor(theme.line))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        head = QRect(EDGE_PX, 10, self.width() - 2 * EDGE_PX, 22)
        painter.setFont(font(13, QFont.Weight.DemiBold))
        painter.setPen(QColor(theme.text))
        painter.drawText(head, LEFT, self._title)
        painter.setFont(font(12))
        painter.setPen(QColor(theme.muted))
        painter.drawText(head, RIGHT, self._figure)
        if self._hint:
            painter.drawText(self._room(), Qt.AlignmentFlag.AlignCenter, self._hint)
        else:
            self._draw(painter, self._room())
        painter.end()

    def _room(self) -> QRect:
        return QRect(EDGE_PX, TOP_PX, self.width() - 2 * EDGE_PX, self.height() - TOP_PX - 12)

    def _draw(self, painter: QPainter, room: QRect) -> None:
        raise NotImplementedError


class AreaChart(_Chart):
    """A line over time with its ground; the mouse reads a value."""

    def __init__(self, title: str, tone: Tone, theme: Theme, parent: QWidget) -> None:
        super().__init__(title, theme, parent)
        self._tone = tone
        self._values: list[float] = []
        self._labels: list[str] = []
        self._top = 1.0

    def show_values(
        self,
        values: Sequence[float],
        labels: Sequence[str],
        *,
        figure: str,
        top: float | None = None,
        hint: str = "Nothing yet",
    ) -> None:
        """Values from old to new, and what the mouse says for each."""
        self._values, self._labels = list(values), list(labels)
        self._top = top or max(1e-9, max(values, default=0.0)) * 1.15
        self._tell(figure, "" if values else hint)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Say the value under the mouse."""
        room = self._room()
        if self._labels and room.contains(event.position().toPoint()):
            share = (event.position().x() - room.left()) / max(1, room.width())
            place = min(len(self._labels) - 1, max(0, round(share * (len(self._labels) - 1))))
            QToolTip.showText(event.globalPosition().toPoint(), self._labels[place], self)

    def _draw(self, painter: QPainter, room: QRect) -> None:
        theme = self._theme
        step = room.width() / max(1, len(self._values) - 1)
        foot = QRectF(room).bottom()
        line = [
            QPointF(room.left() + place * step, foot - room.height() * min(1.0, value / self._top))
            for place, value in enumerate(self._values)
        ]
        painter.setPen(QPen(QColor(theme.line), 1))
        for part in (0.0, 0.5, 1.0):
            y = foot - room.height() * part
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tint(self._tone)))
        painter.drawPolygon(QPolygonF([QPointF(line[0].x(), foot), *line, QPointF(line[-1].x(), foot)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.ink(self._tone)), 2))
        painter.drawPolyline(QPolygonF(line))


class BarChart(_Chart):
    """Bars under one another."""

    def __init__(self, title: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(title, theme, parent)
        self._bars: list[Bar] = []

    def show_bars(self, bars: Sequence[Bar], *, figure: str, hint: str = "Nothing yet") -> None:
        """Show as many as fit, from the top."""
        self._bars = list(bars)
        self._tell(figure, "" if bars else hint)

    def _draw(self, painter: QPainter, room: QRect) -> None:
        theme, metrics = self._theme, QFontMetrics(font(12))
        painter.setFont(font(12))
        fitting = self._bars[: max(1, room.height() // LEAST_BAR_PX)]
        step = min(30.0, room.height() / max(1, len(fitting)))
        name_px = min(150, max(metrics.horizontalAdvance(bar.name) for bar in fitting) + 12)
        word_px = max(metrics.horizontalAdvance(bar.words) for bar in fitting) + 10
        for place, bar in enumerate(fitting):
            top = room.top() + place * step
            line = QRect(room.left(), int(top), room.width(), int(step))
            painter.setPen(QColor(theme.muted))
            name = metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, name_px - 6)
            painter.drawText(line, LEFT, name)
            painter.setPen(QColor(theme.text))
            painter.drawText(line, RIGHT, bar.words)
            track = QRectF(room.left() + name_px, top + step / 2 - 4, room.width() - name_px - word_px, 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.background))
            painter.drawRoundedRect(track, 4, 4)
            painter.setBrush(QColor(theme.ink(bar.tone)))
            if bar.share > 0:
                track.setWidth(max(8.0, track.width() * min(1.0, bar.share)))
                painter.drawRoundedRect(track, 4, 4)
