"""Paints the rows of the review and gives the fields to type in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from vodstudio.captions.cue import Cue, Finding, Level
from vodstudio.captions.profile import Profile
from vodstudio.captions.shape import speed_of
from vodstudio.ui.review.model import Column, Role
from vodstudio.ui.theme import Theme, font

Index = QModelIndex | QPersistentModelIndex
ROW_PX = 50
BAR_PX = 5
AT_TOP = "top"


class CueDelegate(QStyledItemDelegate):
    """One row: number, times, two lines of text, reading speed, marks."""

    split_wanted = Signal(int, str, int)
    typed = Signal(int, str)

    def __init__(self, theme: Theme, profile: Profile, parent: QWidget) -> None:
        super().__init__(parent)
        self._profile = profile
        self._text, self._small, self._strong = font(13), font(12), font(12, font().Weight.DemiBold)
        self._flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        self._inks = {name: QColor(getattr(theme, name)) for name in _INKS}

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        """All rows are equally high."""
        return QSize(60, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        inks = self._inks
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(option.rect, inks["row"] if is_chosen else inks["panel"])
        painter.fillRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1, inks["line"])
        cue = index.data(Role.CUE)
        if not isinstance(cue, Cue):
            return
        rect = option.rect.adjusted(8, 0, -6, -1)
        match index.column():
            case Column.TEXT:
                self._paint_text(painter, rect, index)
                self._paint_focus(painter, option)
            case Column.SPEED:
                self._paint_speed(painter, rect, speed_of(cue))
            case Column.MARKS:
                self._paint_marks(painter, rect, index)
            case Column.NUMBER:
                if is_chosen:
                    painter.fillRect(option.rect.left(), option.rect.top(), 3, ROW_PX - 1, inks["accent"])
                self._paint_number(painter, rect, index, cue)
            case _:
                self._paint_small(painter, rect, index, "muted")

    def _paint_small(self, painter: QPainter, rect: QRect, index: Index, ink: str) -> None:
        painter.setFont(self._small)
        painter.setPen(self._inks[ink])
        painter.drawText(rect, self._flags | Qt.AlignmentFlag.AlignRight, str(index.data()))

    def _paint_number(self, painter: QPainter, rect: QRect, index: Index, cue: Cue) -> None:
        """Its number, and where it stands when that is not where captions are looked for."""
        self._paint_small(painter, rect.adjusted(0, -9, 0, -9) if cue.is_top else rect, index, "faint")
        if cue.is_top:
            painter.setPen(self._inks["accent"])
            painter.drawText(rect.adjusted(0, 9, 0, 9), self._flags | Qt.AlignmentFlag.AlignRight, AT_TOP)

    def _paint_text(self, painter: QPainter, rect: QRect, index: Index) -> None:
        painter.setFont(self._text)
        painter.setPen(self._inks["faint" if index.data(Role.IS_BEYOND) else "text"])
        text = str(index.data())
        painter.drawText(rect, self._flags, text)
        if unsure := index.data(Role.UNSURE):
            self._paint_unsure(painter, rect, text.split("\n"), unsure)

    def _paint_unsure(
        self, painter: QPainter, rect: QRect, lines: Sequence[str], unsure: Sequence[str]
    ) -> None:
        """A dotted line under each word that was heard with less than half certainty."""
        metrics = painter.fontMetrics()
        painter.setPen(QPen(self._inks["held"], 2, Qt.PenStyle.DotLine))
        below = rect.top() + (rect.height() - metrics.lineSpacing() * len(lines)) // 2 + metrics.ascent() + 3
        left = list(unsure)
        for number, line in enumerate(lines):
            at = 0
            while left and (found := line.find(left[0], at)) >= 0:
                word = left.pop(0)
                at = found + len(word)
                start = rect.left() + metrics.horizontalAdvance(line[:found])
                y = below + number * metrics.lineSpacing()
                painter.drawLine(start, y, start + metrics.horizontalAdvance(word), y)

    def _paint_focus(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._inks["accent"])
            painter.drawRoundedRect(QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -2.5), 4, 4)

    def _paint_speed(self, painter: QPainter, rect: QRect, cps: float) -> None:
        """A bar as full as the reader is busy; the figure says the same without colour."""
        profile = self._profile
        ink = "failed" if cps > profile.error_cps else "held" if cps > profile.warn_cps else "done"
        painter.setFont(self._small)
        painter.setPen(self._inks["muted" if ink == "done" else ink])
        painter.drawText(rect.adjusted(0, -8, 0, -8), self._flags, f"{cps:.0f} /s")
        bar = QRectF(rect.left(), rect.center().y() + 8, rect.width() - 2, BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._inks["track"])
        painter.drawRoundedRect(bar, 2.5, 2.5)
        bar.setWidth(max(BAR_PX, bar.width() * min(1.0, cps / profile.error_cps)))
        painter.setBrush(self._inks[ink])
        painter.drawRoundedRect(bar, 2.5, 2.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_marks(self, painter: QPainter, rect: QRect, index: Index) -> None:
        found: tuple[Finding, ...] = index.data(Role.FINDINGS)
        if not found:
            return
        is_error = any(each.level is Level.ERROR for each in found)
        ground, ink = ("failed_tint", "failed") if is_error else ("held_tint", "held")
        chip = QRectF(rect.left(), rect.center().y() - 10, rect.width(), 21)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._inks[ground])
        painter.drawRoundedRect(chip, 5, 5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(self._strong)
        painter.setPen(self._inks[ink])
        more = f" +{len(found) - 1}" if len(found) > 1 else ""
        painter.drawText(
            chip, Qt.AlignmentFlag.AlignCenter, f"{'!' if is_error else '?'} {found[0].rule}{more}"
        )

    def createEditor(  # noqa: N802 - Qt's name
        self, parent: QWidget, _option: QStyleOptionViewItem, index: Index
    ) -> QWidget:
        """A field for a time, or for the words."""
        if index.column() == Column.TEXT:
            words = QPlainTextEdit(parent)
            words.setFont(self._text)
            words.setTabChangesFocus(True)
            words.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            words.setAccessibleName("Text of the caption; Enter keeps it, Ctrl+Enter splits it here")
            words.setProperty("row", index.row())
            words.textChanged.connect(partial(self._on_text_changed, words))
            return words
        field = QLineEdit(parent)
        field.setProperty("role", "small")
        field.setAccessibleName("Time of the caption, hours:minutes:seconds")
        return field

    def _on_text_changed(self, words: QPlainTextEdit) -> None:
        if words.document().isModified():
            self.typed.emit(int(words.property("row")), words.toPlainText())

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802 - Qt's name
        """What is there now; for text the cursor stands at the end."""
        told = str(index.data(Qt.ItemDataRole.EditRole))
        if isinstance(editor, QPlainTextEdit):
            editor.setPlainText(told)
            editor.document().setModified(False)
            editor.moveCursor(editor.textCursor().MoveOperation.End)
        elif isinstance(editor, QLineEdit):
            editor.setText(told)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QObject, index: Index) -> None:  # noqa: N802 - Qt's name
        """What was typed."""
        text = editor.toPlainText() if isinstance(editor, QPlainTextEdit) else ""
        if isinstance(editor, QLineEdit):
            text = editor.text()
        model.setData(index, text)  # type: ignore[attr-defined]

    def updateEditorGeometry(  # noqa: N802 - Qt's name
        self, editor: QWidget, option: QStyleOptionViewItem, _index: Index
    ) -> None:
        """The whole cell."""
        editor.setGeometry(option.rect.adjusted(1, 1, -1, -2))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter keeps what was typed; with Ctrl the words are kept and split at the cursor."""
        if not isinstance(event, QKeyEvent) or event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return super().eventFilter(editor, event)
        is_split = (
            isinstance(editor, QPlainTextEdit) and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        )
        if is_split and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress or not isinstance(editor, QWidget):
            return super().eventFilter(editor, event)
        if is_split and isinstance(editor, QPlainTextEdit):
            place = editor.textCursor().position()
            self.split_wanted.emit(int(editor.property("row")), editor.toPlainText(), place)
        else:
            self.commitData.emit(editor)
        self.closeEditor.emit(editor, self.EndEditHint.NoHint)
        return True


_INKS = (
    "accent failed failed_tint faint held held_tint done line muted panel row text track".split()  # noqa: SIM905
)
