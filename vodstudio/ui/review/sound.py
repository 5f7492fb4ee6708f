"""A picture of the sound round the play head: how loud, where a voice was found, where the captions lie."""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vodstudio.captions.document import Document
from vodstudio.captions.edits import Times
from vodstudio.ui.review.stamps import stamp
from vodstudio.ui.theme import Theme, font

SHORTEST_S, LONGEST_S = 4.0, 60.0
CUES_PX, SCALE_PX = 22, 16


class SoundPicture(QWidget):
    """Paints only the seconds that are seen, whatever the length of the meeting."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Sound round the play head, with speech and captions")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._document = document
        self._peaks, self._rate = b"", 50.0
        self._regions = document.heard().regions
        self._at_s, self._shown_s, self._row = 0.0, 16.0, -1
        self._hint = ""
        self._held_s: Times | None = None
        self._pulled: tuple[int, Times] | None = None
        self.set_theme(theme)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One height."""
        return QSize(400, 112)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._inks = {
            name: QColor(getattr(theme, name))
            for name in ("accent", "accent_tint", "done", "done_tint", "faint", "held_tint", "line", "muted", "panel", "text", "track", "failed")
        }  # fmt: skip
        self.update()

    def show_peaks(self, peaks: bytes, rate: float) -> None:
        """How loud it is, one byte for each of `rate` parts of a second."""
        self._peaks, self._rate = peaks, rate
        self.update()

    def say(self, hint: str) -> None:
        """Why there is no picture of the sound."""
        self._hint = hint
        self.update()

    def go(self, at_s: float, row: int) -> None:
        """The play head is here, this caption is chosen."""
        if (at_s, row) != (self._at_s, self._row):
            self._at_s, self._row = at_s, row
            self.update()

    @property
    def window_s(self) -> tuple[float, float]:
        """The seconds that are seen: the play head stays a third from the left; under a pressed mouse nothing moves."""
        if self._held_s is not None:
            return self._held_s
        start = max(0.0, self._at_s - self._shown_s / 3)
        return start, start + self._shown_s

    def x_of(self, at_s: float) -> float:
        """Where a time lies."""
        start, end = self.window_s
        return (at_s - start) / (end - start) * self.width()

    def s_at(self, x: float) -> float:
        """The time at this place."""
        return self.window_s[0] + self.s_of(x)

    def s_of(self, width_px: float) -> float:
        """How many seconds are so wide."""
        start, end = self.window_s
        return width_px / max(1, self.width()) * (end - start)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """See more or less of it."""
        factor = 0.8 if event.angleDelta().y() > 0 else 1.25
        self._shown_s = min(max(SHORTEST_S, self._shown_s * factor), LONGEST_S)
        self.update()
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Voice, sound, captions, play head."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._inks["panel"])
        band = QRectF(0, CUES_PX + 4, self.width(), self.height() - CUES_PX - SCALE_PX - 6)
        self._paint_voice(painter, band)
        self._paint_sound(painter, band)
        self._paint_cues(painter)
        self._paint_scale(painter)
        if self._pulled is not None:
            self._paint_pulled(painter, band, *self._pulled[1])
        x = self.x_of(self._at_s)
        painter.fillRect(QRectF(x - 1, 0, 2, self.height() - SCALE_PX), self._inks["failed"])
        painter.end()

    def _paint_pulled(self, painter: QPainter, band: QRectF, begin: float, stop: float) -> None:
        """Where the edges of the caption that is pulled would be, through the sound, and as figures."""
        for at_s in (begin, stop):
            painter.fillRect(QRectF(self.x_of(at_s), 2, 1, band.bottom()), self._inks["accent"])
        told = f"{stamp(begin)} to {stamp(stop)}"
        painter.setFont(font(11))
        width = painter.fontMetrics().horizontalAdvance(told) + 12
        left = min(max(0.0, self.x_of(begin)), max(0.0, self.width() - width))
        box = QRectF(left, band.top() + 2, width, 18)
        painter.fillRect(box, self._inks["panel"])
        painter.setPen(self._inks["text"])
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, told)

    def _paint_voice(self, painter: QPainter, band: QRectF) -> None:
        start, end = self.window_s
        first = max(0, bisect_right(self._regions, (start, start)) - 1)
        for begin, stop in self._regions[first:]:
            if begin > end:
                break
            left, right = self.x_of(max(begin, start)), self.x_of(min(stop, end))
            if right > left:
                painter.fillRect(
                    QRectF(left, band.top(), right - left, band.height()), self._inks["done_tint"]
                )

    def _paint_sound(self, painter: QPainter, band: QRectF) -> None:
        if not self._peaks:
            painter.setPen(self._inks["muted"])
            painter.setFont(font(12))
            painter.drawText(band, Qt.AlignmentFlag.AlignCenter, self._hint)
            return
        start, end = self.window_s
        first, last = int(start * self._rate), min(len(self._peaks), int(end * self._rate) + 1)
        step = max(1, (last - first) // max(1, self.width()))
        middle, half = band.center().y(), band.height() / 2 - 2
        upper, lower = [], []
        for place in range(first, last, step):
            x = self.x_of(place / self._rate)
            height = max(0.6, max(self._peaks[place : place + step]) / 255 * half)
            upper.append(QPointF(x, middle - height))
            lower.append(QPointF(x, middle + height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._inks["accent"])
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_cues(self, painter: QPainter) -> None:
        start, end = self.window_s
        painter.setFont(font(11))
        row = max(0, self._document.row_at(start))
        while row < self._document.count and self._document.cue(row).start_s < end:
            cue = self._document.cue(row)
            pulled = self._pulled[1] if self._pulled is not None and self._pulled[0] == row else None
            begin, stop = pulled or (cue.start_s, cue.end_s)
            left, right = self.x_of(begin), self.x_of(stop)
            rect = QRectF(left, 2, max(2.0, right - left), CUES_PX - 2)
            is_chosen = pulled is not None or row == self._row
            painter.setPen(self._inks["accent" if is_chosen else "track"])
            painter.setBrush(self._inks["accent_tint" if is_chosen else "line"])
            painter.drawRoundedRect(rect, 3, 3)
            painter.setPen(self._inks["text"])
            inner = rect.adjusted(4, 0, -3, 0)
            text = painter.fontMetrics().elidedText(cue.text, Qt.TextElideMode.ElideRight, int(inner.width()))
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, text)
            row += 1
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_scale(self, painter: QPainter) -> None:
        start, end = self.window_s
        step = next(each for each in (1, 2, 5, 10, 20, 60) if each * self.width() / (end - start) >= 70)
        painter.setFont(font(11))
        at = int(start / step) * step
        while at <= end:
            x = self.x_of(at)
            painter.fillRect(QRectF(x, self.height() - SCALE_PX, 1, 4), self._inks["track"])
            painter.setPen(self._inks["muted"])
            painter.drawText(QPointF(x + 4, self.height() - 3), stamp(at).removesuffix(".000"))
            at += step
