"""The picture of the video with the caption drawn in its place of 32 columns and 15 rows."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtMultimedia import QVideoFrame
from PySide6.QtWidgets import QSizePolicy, QWidget

from vodstudio.captions.cue import Cue, graphemes
from vodstudio.ui.theme import font

ROWS = 15
SAFE = 0.8  # the part of the picture that captions may cover, in the middle
BLACK, WHITE, GROUND = QColor("#000000"), QColor("#ffffff"), QColor(0, 0, 0, 215)
WORDS = QColor("#a5b2bf")


class Screen(QWidget):
    """Paints the newest picture; what is not seen is not converted."""

    def __init__(self, columns: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Video with the caption in its place")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(320, 180))
        self._columns = columns
        self._frame: QVideoFrame | None = None
        self._image = QImage()
        self._cue: Cue | None = None
        self._hint = ""
        self._letters = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)

    @property
    def cue(self) -> Cue | None:
        """The caption that is drawn."""
        return self._cue

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """As wide a picture as televisions have."""
        return width * 9 // 16

    def show_frame(self, frame: QVideoFrame) -> None:
        """The next picture."""
        self._frame = frame
        self.update()

    def show_cue(self, cue: Cue | None) -> None:
        """The caption that is shown now."""
        if cue != self._cue:
            self._cue = cue
            self.update()

    def say(self, hint: str) -> None:
        """Why there is no picture."""
        self._hint = hint
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Black, the picture, the caption."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), BLACK)
        if self._frame is not None:
            if self._frame.isValid():
                self._image = self._frame.toImage()
            self._frame = None
        picture = self.picture()
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(picture, self._image)
        elif self._hint:
            painter.setPen(WORDS)
            painter.setFont(font())
            words = picture.adjusted(24, 16, -24, -picture.height() / 3)
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint)
        if self._cue is not None:
            self._paint_cue(painter, picture, self._cue)
        painter.end()

    def picture(self) -> QRectF:
        """Where the picture lies: whole, in the middle."""
        size = self._image.size() if not self._image.isNull() else QSize(16, 9)
        fitting = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - fitting.width()) / 2, (self.height() - fitting.height()) / 2
        return QRectF(left, top, fitting.width(), fitting.height())

    def cells(self, picture: QRectF, cue: Cue) -> list[tuple[QRectF, str]]:
        """Each sign with its cell, as a decoder of line 21 places it: centred, on the lowest rows or the highest."""
        width = picture.width() * SAFE / self._columns
        height = picture.height() * SAFE / ROWS
        left, top = (
            picture.left() + picture.width() * (1 - SAFE) / 2,
            picture.top() + picture.height() * (1 - SAFE) / 2,
        )
        first = 0 if cue.is_top else ROWS - len(cue.lines)
        found = []
        for row, line in enumerate(cue.lines, start=first):
            signs = graphemes(line)
            indent = max(0, self._columns - len(signs)) // 2
            for column, sign in enumerate(signs, start=indent):
                found.append((QRectF(left + column * width, top + row * height, width, height), sign))
        return found

    def _paint_cue(self, painter: QPainter, picture: QRectF, cue: Cue) -> None:
        cells = self.cells(picture, cue)
        if not cells:
            return
        letters = QFont(self._letters)
        letters.setPixelSize(max(7, round(cells[0][0].height() * 0.82)))
        wide = QFontMetricsF(letters).horizontalAdvance("n")
        letters.setStretch(min(200, max(100, round(90 * cells[0][0].width() / max(1.0, wide)))))
        painter.setFont(letters)
        for rect, _ in cells:
            painter.fillRect(rect.adjusted(-0.5, 0, 0.5, 0.5), GROUND)
        painter.setPen(WHITE)
        for rect, sign in cells:
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, sign)
