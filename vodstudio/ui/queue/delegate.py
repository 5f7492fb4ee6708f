"""Paints a row of the queue: picture, title, steps, state and progress."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QLinearGradient,
    QPainter,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from vodstudio.ui import icons
from vodstudio.ui.queue.face import Face, Mark
from vodstudio.ui.queue.model import Role
from vodstudio.ui.theme import Theme, font

ROW_PX = 68
HEADING_PX = 31
STILL = QSize(84, 47)
PIP_PX = 22
PIP_STEP_PX = 26
EDGE_PX = 14
Index = QModelIndex | QPersistentModelIndex
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class RowDelegate(QStyledItemDelegate):
    """Paints; what a row says was worked out before."""

    def __init__(self, theme: Theme, still_of: Callable[[Face], QPixmap | None], parent: QWidget) -> None:
        super().__init__(parent)
        self._still_of = still_of
        self._title = font(13, QFont.Weight.DemiBold)
        self._plain = font(12)
        self._chip = font(11, QFont.Weight.DemiBold)
        self._heading = font(11, QFont.Weight.DemiBold)
        self._heading.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.3)
        self._length = font(11, QFont.Weight.Medium)
        self._state = font(12, QFont.Weight.DemiBold)
        self._metrics = {
            id(made): QFontMetrics(made)
            for made in (self._title, self._plain, self._chip, self._length, self._state)
        }
        self._rise = {key: made.ascent() - made.descent() for key, made in self._metrics.items()}
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        self._colours: dict[str, QColor] = {}
        self._elided: dict[tuple[str, int, int], str] = {}
        self._blank: QPixmap | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Rows are all the same."""
        is_heading = index.data(Role.SECTION) is not None
        return QSize(option.rect.width(), HEADING_PX if is_heading else ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a heading or a row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        section = index.data(Role.SECTION)
        if section is not None:
            self._paint_heading(painter, option.rect, str(section))
        else:
            self._paint_row(painter, option, index.data(Role.FACE))
        painter.restore()

    def helpEvent(  # noqa: N802 - Qt's name
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """A pip says its step and state; the rest of the row says everything it had no room for."""
        face = index.data(Role.FACE)
        if event.type() != QEvent.Type.ToolTip or not isinstance(face, Face):
            return False
        mark = mark_at(face, option.rect, event.pos())
        QToolTip.showText(event.globalPos(), mark.tooltip if mark else face.tooltip, view)
        return True

    def _paint_heading(self, painter: QPainter, rect: QRect, section: str) -> None:
        painter.setFont(self._heading)
        painter.setPen(self._colour(self._theme.muted))
        painter.drawText(rect.adjusted(EDGE_PX, 0, -EDGE_PX, 0), LEFT, section.upper())
        self._paint_line(painter, rect)

    def _paint_line(self, painter: QPainter, rect: QRect) -> None:
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, self._colour(self._theme.line))

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, face: Face) -> None:
        rect = option.rect
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._paint_ground(painter, rect, is_selected, bool(option.state & QStyle.StateFlag.State_MouseOver))
        self._paint_line(painter, rect)
        self._paint_still(painter, rect, face)
        self._paint_titles(painter, rect, face)
        for place, mark in zip(mark_places(rect, len(face.marks)), face.marks, strict=True):
            self._paint_mark(painter, place, mark)
        self._paint_state(painter, rect, face)
        if option.state & QStyle.StateFlag.State_HasFocus and _shows_focus(option):
            painter.setPen(QPen(self._colour(self._theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)  # the bar left one: it would cover the row
            painter.drawRoundedRect(QRectF(rect).adjusted(4, 2, -2, -3), 5, 5)

    def paint_progress(
        self, painter: QPainter, rect: QRect, face: Face, is_selected: bool, is_hovered: bool
    ) -> None:
        """The words about the state and the bar alone, as `paint` draws them in this row."""
        self._paint_ground(painter, rect, is_selected, is_hovered)
        self._paint_state(painter, rect, face)

    def _paint_ground(self, painter: QPainter, rect: QRect, is_selected: bool, is_hovered: bool) -> None:
        if is_selected:
            painter.fillRect(rect, self._colour(self._theme.row))
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), self._colour(self._theme.accent))
        elif is_hovered:
            painter.fillRect(rect, self._colour(self._theme.hover))

    def _paint_still(self, painter: QPainter, rect: QRect, face: Face) -> None:
        place = QRect(QPoint(rect.left() + EDGE_PX, rect.top() + 10), STILL)
        painter.drawPixmap(
            place, self._still_of(face) or self._blank_still(painter.device().devicePixelRatio())
        )
        if not face.length:
            return
        width = self._metrics[id(self._length)].horizontalAdvance(face.length) + 8
        badge = QRectF(place.right() - width - 2, place.bottom() - 17, width, 15)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(10, 16, 22, 205))
        painter.drawRoundedRect(badge, 3, 3)
        painter.setPen(QColor("#ffffff"))
        painter.setFont(self._length)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, face.length)

    def _paint_titles(self, painter: QPainter, rect: QRect, face: Face) -> None:
        left = rect.left() + EDGE_PX + STILL.width() + 12
        right = _marks_left(rect, len(face.marks)) - 16
        painter.setFont(self._title)
        painter.setPen(self._colour(self._theme.text))
        self._text(painter, QRect(left, rect.top() + 13, right - left, 20), self._title, face.title)
        ink, ground = (
            self._theme.city(face.city_id) if face.city_id else (self._theme.muted, self._theme.background)
        )
        width = min(self._metrics[id(self._chip)].horizontalAdvance(face.city) + 12, right - left)
        chip = QRect(left, rect.top() + 36, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour(ground))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(self._colour(ink))
        painter.setFont(self._chip)
        self._text(painter, chip.adjusted(6, 0, -5, 0), self._chip, face.city)
        rest = QRect(chip.right() + 8, chip.top(), right - chip.right() - 8, chip.height())
        painter.setPen(self._colour(self._theme.muted))
        painter.setFont(self._plain)
        self._text(painter, rest, self._plain, face.about)

    def _paint_mark(self, painter: QPainter, place: QRect, mark: Mark) -> None:
        ink = self._theme.ink(mark.tone) if mark.is_filled else self._theme.faint
        box = QRectF(place).adjusted(0.75, 0.75, -0.75, -0.75)
        if mark.is_ringed:
            painter.setPen(QPen(self._colour(ink), 1.5))
        elif mark.is_filled:
            painter.setPen(Qt.PenStyle.NoPen)
        else:
            painter.setPen(QPen(self._colour(self._theme.track), 1))
        painter.setBrush(self._colour(self._theme.tint(mark.tone) if mark.is_filled else self._theme.panel))
        painter.drawRoundedRect(box, 5, 5)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(place.topLeft() + QPoint(4, 4), icons.pixmap(mark.icon, ink, 14, ratio))

    def _paint_state(self, painter: QPainter, rect: QRect, face: Face) -> None:
        left, width = state_column(rect)
        top = rect.top() + 18
        painter.setFont(self._state)
        painter.setPen(self._colour(self._theme.ink(face.tone)))
        if face.progress is None:
            self._text(painter, QRect(left, rect.top() + 13, width, 20), self._state, face.headline)
            painter.setFont(self._plain)
            painter.setPen(self._colour(self._theme.muted))
            self._text(painter, QRect(left, rect.top() + 35, width, 20), self._plain, face.second)
            return
        self._text(painter, QRect(left, top, width, 20), self._state, face.headline)
        track = QRectF(left, top + 24, width, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour(self._theme.track))
        painter.drawRoundedRect(track, 3, 3)
        if face.progress > 0:
            painter.setBrush(self._colour(self._theme.accent))
            track.setWidth(max(6.0, width * min(1.0, face.progress)))
            painter.drawRoundedRect(track, 3, 3)

    def _text(self, painter: QPainter, rect: QRect, made: QFont, text: str) -> None:
        key = (text, rect.width(), id(made))
        fitting = self._elided.get(key)
        if fitting is None:
            if len(self._elided) > 4096:
                self._elided.clear()
            fitting = self._metrics[id(made)].elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
            self._elided[key] = fitting
        foot = rect.top() + (rect.height() + self._rise[id(made)]) // 2
        painter.drawText(rect.left(), foot, fitting)

    def _colour(self, name: str) -> QColor:
        made = self._colours.get(name)
        if made is None:
            made = self._colours[name] = QColor(name)
        return made

    def _blank_still(self, ratio: float) -> QPixmap:
        if self._blank is None or self._blank.devicePixelRatio() != ratio:
            self._blank = blank_still(self._theme, ratio)
        return self._blank


def blank_still(theme: Theme, ratio: float) -> QPixmap:
    """What stands where no picture is yet."""
    made = QPixmap(STILL * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    slope = QLinearGradient(0, 0, STILL.width(), STILL.height())
    slope.setColorAt(0, QColor(theme.still_top))
    slope.setColorAt(1, QColor(theme.still_bottom))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(slope)
    painter.drawRoundedRect(QRectF(0, 0, STILL.width(), STILL.height()), 4, 4)
    painter.setOpacity(0.35)
    painter.drawPixmap(QPoint(8, 8), icons.pixmap("film", "#ffffff", 16, ratio))
    painter.end()
    return made


def state_column(rect: QRect) -> tuple[int, int]:
    """Left edge and width of the words about the state."""
    width = max(220, min(420, int(rect.width() * 0.3)))
    return rect.right() - EDGE_PX - width, width


def _marks_left(rect: QRect, count: int) -> int:
    return state_column(rect)[0] - 24 - max(count, 7) * PIP_STEP_PX + (PIP_STEP_PX - PIP_PX)


def mark_places(rect: QRect, count: int) -> list[QRect]:
    """Where the pips of a row lie."""
    left, top = _marks_left(rect, count), rect.top() + (rect.height() - PIP_PX) // 2
    return [QRect(left + place * PIP_STEP_PX, top, PIP_PX, PIP_PX) for place in range(count)]


def mark_at(face: Face, rect: QRect, point: QPoint) -> Mark | None:
    """The pip under the mouse."""
    places = zip(mark_places(rect, len(face.marks)), face.marks, strict=True)
    return next((mark for place, mark in places if place.contains(point)), None)


def _shows_focus(option: QStyleOptionViewItem) -> bool:
    """The ring is for people who came by keyboard."""
    view = option.widget
    return isinstance(view, QWidget) and bool(view.property("by_keyboard"))
