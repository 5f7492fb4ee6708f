"""The words of a meeting as a list of paragraphs: flat for twelve hours, followed while they are heard."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from vodstudio.core.transcripts import Passage
from vodstudio.ui.theme import Theme, font
from vodstudio.ui.wording import duration

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
TIME_PX = 58
SIDE_PX = 14
PAD_PX = 6
NEAR_END_PX = 8
AT_ONCE = 25
DOUBTS = Qt.ItemDataRole.UserRole + 1
TIME = Qt.ItemDataRole.UserRole


def _time(passage: Passage) -> str:
    return duration(int(passage.start_s))


def _doubts(passage: Passage) -> str:
    return "; ".join(passage.doubts)


def _spoken(passage: Passage) -> str:
    return " ".join((_time(passage), passage.text, _doubts(passage))).strip()


_TOLD: dict[int, Callable[[Passage], str]] = {
    Qt.ItemDataRole.DisplayRole: lambda passage: passage.text,
    TIME: _time,
    DOUBTS: _doubts,
    Qt.ItemDataRole.AccessibleTextRole: _spoken,
}


class PassageModel(QAbstractListModel):
    """Paragraphs, one a row."""

    def __init__(self) -> None:
        super().__init__()
        self._passages: list[Passage] = []

    def show(self, passages: Sequence[Passage]) -> None:
        """Show these."""
        self.beginResetModel()
        self._passages = list(passages)
        self.endResetModel()

    def append(self, passages: Sequence[Passage]) -> None:
        """These came; what is known already is not shown twice."""
        heard_s = self._passages[-1].start_s if self._passages else -1.0
        fresh = [passage for passage in passages if passage.start_s > heard_s]
        if fresh:
            first = len(self._passages)
            self.beginInsertRows(ROOT, first, first + len(fresh) - 1)
            self._passages += fresh
            self.endInsertRows()

    @property
    def passages(self) -> Sequence[Passage]:
        """All of them."""
        return self._passages

    def row_at(self, at_s: float) -> int:
        """The row in which this second lies."""
        return max(0, bisect_right(self._passages, at_s, key=lambda passage: passage.start_s) - 1)

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """How many."""
        return 0 if parent.isValid() else len(self._passages)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words, their time, and why somebody should listen."""
        if not index.isValid():
            return None
        told = _TOLD.get(role)
        return told(self._passages[index.row()]) if told else None


class PassageDelegate(QStyledItemDelegate):
    """A time, words that may take several lines, and below them what was doubted."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font, self._small = font(13), font(12)
        self._metrics, self._small_metrics = QFontMetrics(self._font), QFontMetrics(self._small)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme

    def height(self, index: Index, width_px: int) -> int:
        """As many lines as the words need."""
        text, doubts = str(index.data()), str(index.data(DOUBTS) or "")
        room_px = max(80, width_px - TIME_PX - 2 * SIDE_PX)
        height = self._lines_px(self._metrics, room_px, text)
        return (
            height + (self._lines_px(self._small_metrics, room_px, doubts) + 3 if doubts else 0) + 2 * PAD_PX
        )

    @staticmethod
    def _lines_px(metrics: QFontMetrics, width_px: int, text: str) -> int:
        return metrics.boundingRect(QRect(0, 0, width_px, 20_000), Qt.TextFlag.TextWordWrap, text).height()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """For whoever asks Qt."""
        return QSize(option.rect.width(), self.height(index, option.rect.width()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw it."""
        theme, rect = self._theme, option.rect
        doubts = str(index.data(DOUBTS) or "")
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(theme.row))
        if doubts:
            painter.fillRect(rect.left(), rect.top() + 2, 3, rect.height() - 4, QColor(theme.look))
        inside = rect.adjusted(SIDE_PX, PAD_PX, -SIDE_PX, 0)
        painter.setFont(self._small)
        painter.setPen(QColor(theme.muted))
        painter.drawText(inside.adjusted(0, 1, 0, 0), Qt.AlignmentFlag.AlignTop, str(index.data(TIME)))
        words = inside.adjusted(TIME_PX, 0, 0, 0)
        painter.setFont(self._font)
        painter.setPen(QColor(theme.text))
        painter.drawText(words, Qt.TextFlag.TextWordWrap, str(index.data()))
        if doubts:
            below_px = self._lines_px(self._metrics, words.width(), str(index.data())) + 3
            painter.setFont(self._small)
            painter.setPen(QColor(theme.look))
            painter.drawText(words.adjusted(0, below_px, 0, 0), Qt.TextFlag.TextWordWrap, doubts)


class PassageView(QTableView):
    """Follows the newest words unless the reader has scrolled up; heights are worked out a few rows at a time."""

    following_changed = Signal(bool)

    def __init__(self, model: PassageModel, delegate: PassageDelegate, parent: QWidget) -> None:
        super().__init__(parent)
        self._delegate = delegate
        self._follows = False
        self._next_row = 0
        self._kept_row = 0
        self._layout = QTimer(self)
        self._layout.timeout.connect(self._on_layout_due)
        self.setAccessibleName("Words of the meeting")
        self.setItemDelegate(delegate)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(84)
        self.setModel(model)
        # After the header has heard of the rows: a row that it does not know yet has no height.
        model.modelReset.connect(self._on_model_reset)
        model.rowsInserted.connect(self._on_rows_inserted)
        self.verticalScrollBar().actionTriggered.connect(self._on_scrolled)

    @property
    def follows(self) -> bool:
        """Whether new words are brought into view."""
        return self._follows

    def follow(self, follows: bool = True) -> None:
        """Show the newest words from now on, or stay where the reader is."""
        if follows != self._follows:
            self._follows = follows
            self.following_changed.emit(follows)
        if follows:
            self._show_end()

    @property
    def top_row(self) -> int:
        """The first paragraph in view."""
        return max(0, self.rowAt(0))

    def bring_to_top(self, row: int) -> None:
        """Show this paragraph first."""
        self._finish_layout()
        self.updateGeometries()
        self.scrollTo(self.model().index(row, 0), QAbstractItemView.ScrollHint.PositionAtTop)

    def show_row(self, row: int) -> None:
        """Bring a paragraph to the top, and choose it; from now on the reader is somewhere else than at the end."""
        self.follow(False)
        self.setCurrentIndex(self.model().index(row, 0))
        self.bring_to_top(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Ctrl+C takes the chosen paragraphs with their times."""
        if event.matches(QKeySequence.StandardKey.Copy):
            chosen = sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)
            lines = [f"{index.data(TIME)}  {index.data()}" for index in chosen]
            QGuiApplication.clipboard().setText("\n".join(lines))
            return
        super().keyPressEvent(event)
        self._follow_from(self.verticalScrollBar().value())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The words wrap anew."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._begin_layout()
        if self._follows:
            self._show_end()

    def _on_model_reset(self) -> None:
        self._begin_layout()

    def _begin_layout(self) -> None:
        self._next_row, self._kept_row = 0, self.top_row
        self._layout.start(0)

    def _on_layout_due(self) -> None:
        """A few rows, then the loop has its turn; the row at the top stays there."""
        self._lay_out(self._next_row + AT_ONCE)
        if self._follows:
            self._show_end()
        elif self._kept_row and not self._layout.isActive():
            self.scrollTo(self.model().index(self._kept_row, 0), QAbstractItemView.ScrollHint.PositionAtTop)

    def _finish_layout(self) -> None:
        """Somebody wants to see a place now."""
        if self._layout.isActive():
            self._lay_out(self.model().rowCount())

    def _lay_out(self, until: int) -> None:
        count, width_px = self.model().rowCount(), self.viewport().width()
        for row in range(self._next_row, min(until, count)):
            self.setRowHeight(row, self._delegate.height(self.model().index(row, 0), width_px))
        self._next_row = min(until, count)
        if self._next_row >= count:
            self._layout.stop()

    def _on_rows_inserted(self, _parent: QModelIndex, first: int, _last: int) -> None:
        if not self._layout.isActive():
            self._next_row = first
            self._lay_out(self.model().rowCount())
        if self._follows:
            self._show_end()

    def _show_end(self) -> None:
        self.updateGeometries()
        self.scrollToBottom()

    def _on_scrolled(self, _action: int) -> None:
        """Wheel, slider and page keys: scrolled up, stay; back at the end, follow again."""
        self._follow_from(self.verticalScrollBar().sliderPosition())

    def _follow_from(self, place: int) -> None:
        follows = place >= self.verticalScrollBar().maximum() - NEAR_END_PX
        if follows != self._follows:
            self._follows = follows
            self.following_changed.emit(follows)
