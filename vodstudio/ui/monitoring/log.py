"""The activity log: newest first, filtered, followed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPainter, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from vodstudio.core.events import Event, Logged
from vodstudio.core.rows import LogLine
from vodstudio.ui.desk import Desk
from vodstudio.ui.monitoring.health import dot_of
from vodstudio.ui.parts import button, label
from vodstudio.ui.theme import Theme, font

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
LINES = 500
ROW_PX = 30
TYPING_MS = 200
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class LogModel(QAbstractListModel):
    """Lines, newest first; never more than a screenful of history."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[LogLine] = []

    def show_lines(self, lines: Sequence[LogLine]) -> None:
        """Show these."""
        self.beginResetModel()
        self._lines = list(lines)
        self.endResetModel()

    def add(self, line: LogLine) -> None:
        """A new line came."""
        self.beginInsertRows(ROOT, 0, 0)
        self._lines.insert(0, line)
        self.endInsertRows()
        if len(self._lines) > LINES:
            self.beginRemoveRows(ROOT, LINES, len(self._lines) - 1)
            del self._lines[LINES:]
            self.endRemoveRows()

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """How many."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{line.at.astimezone():%H:%M:%S} {line.where} {line.text}"
            case Qt.ItemDataRole.UserRole:
                return line
            case Qt.ItemDataRole.ToolTipRole:
                return f"{line.at.astimezone():%d %b %H:%M:%S}\n{line.where}\n{line.text}"
            case _:
                return None


class _LineDelegate(QStyledItemDelegate):
    """Time, dot, where, what."""

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme
        self._small, self._strong, self._plain = font(12), font(12, QFont.Weight.DemiBold), font(12)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """All the same."""
        return QSize(300, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw it."""
        line = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(line, LogLine):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect, theme = option.rect, self._theme
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(theme.row))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(dot_of(line.verdict, theme)))
        painter.drawEllipse(QRectF(rect.left() + 94, rect.center().y() - 3, 8, 8))
        texts = (
            (QRect(rect.left() + 14, rect.top(), 76, ROW_PX), self._small, theme.muted,
             f"{line.at.astimezone():%H:%M:%S}"),
            (QRect(rect.left() + 118, rect.top(), 196, ROW_PX), self._strong, theme.text, line.where),
            (QRect(rect.left() + 318, rect.top(), rect.width() - 332, ROW_PX), self._plain, theme.text, line.text),
        )  # fmt: skip
        for room, made, ink, text in texts:
            painter.setFont(made)
            painter.setPen(QColor(ink))
            fitting = QFontMetrics(made).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, LEFT, fitting)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(theme.line))
        painter.restore()


class LogCard(QFrame):
    """The log with its filter; follows what happens while it is switched on."""

    def __init__(self, desk: Desk, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName("Log")
        self._desk = desk
        self.model = LogModel()
        self.model.setParent(self)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self.reload)
        self._build(theme)
        desk.bridge.listen(self._on_event_arrived)

    def _build(self, theme: Theme) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 1)
        column.setSpacing(8)
        column.addLayout(self._build_bar())
        self.view = QListView(self)
        self.view.setAccessibleName("Lines of the log")
        self.view.setModel(self.model)
        self._delegate = _LineDelegate(theme, self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setUniformItemSizes(True)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self.view, 1)

    def _build_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(13, 0, 13, 0)
        row.setSpacing(8)
        row.addWidget(label("Log", "strong", self))
        row.addStretch(1)
        self.filter = QLineEdit(self)
        self.filter.setProperty("role", "small")
        self.filter.setPlaceholderText("Filter by job, city, words…")
        self.filter.setAccessibleName("Filter the log")
        self.filter.setFixedWidth(230)
        self.filter.textChanged.connect(self._on_text_changed)
        self.follow = button("Follow", self, role="small", tip="Show new lines as they come")
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
        self.follow.toggled.connect(self._on_follow_toggled)
        self.copy = button(
            "Copy report", self, role="small", tip="Of the job of the chosen line, or these lines"
        )
        self.copy.clicked.connect(self._on_copy_pressed)
        for widget in (self.filter, self.follow, self.copy):
            row.addWidget(widget)
        return row

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._delegate.set_theme(theme)
        self.view.viewport().update()

    def reload(self) -> None:
        """Read the lines again."""
        self._desk.coroutines.start(self._read(), group="log")

    async def _read(self) -> None:
        self.model.show_lines(await self._desk.monitoring.log(LINES, self.filter.text().strip()))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Somebody looks: read."""
        super().showEvent(event)
        self.reload()

    def _on_text_changed(self) -> None:
        self._typing.start()

    def _on_follow_toggled(self, is_on: bool) -> None:
        if is_on:
            self.reload()
            self.view.scrollToTop()

    def _on_event_arrived(self, event: Event) -> None:
        is_followed = self.isVisible() and self.follow.isChecked()
        if isinstance(event, Logged) and is_followed and event.line.is_about(self.filter.text().strip()):
            self.model.add(event.line)

    def _on_copy_pressed(self) -> None:
        self._desk.coroutines.start(self._copy())

    async def _copy(self) -> None:
        line = self.view.currentIndex().data(Qt.ItemDataRole.UserRole)
        if isinstance(line, LogLine) and line.job_id is not None:
            text = await self._desk.monitoring.report(line.job_id)
        else:
            places = range(self.model.rowCount())
            text = "\n".join(str(self.model.index(place, 0).data()) for place in places)
        QGuiApplication.clipboard().setText(text)
        self._desk.notices.say(
            "The report is on the clipboard", "It holds no words of the meeting and no passwords."
        )
