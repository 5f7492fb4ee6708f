"""The list of what the station depends on, and how each of it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from vodstudio.core.rows import Check, Verdict
from vodstudio.ui.theme import Theme, font
from vodstudio.ui.wording import clock

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
ROW_PX = 52
WORDS = {Verdict.GOOD: "good", Verdict.CARE: "take care", Verdict.BAD: "wrong", Verdict.OFF: "not used"}
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ORDER = (Verdict.BAD, Verdict.CARE, Verdict.GOOD, Verdict.OFF)


def dot_of(verdict: Verdict, theme: Theme) -> str:
    """The colour of the dot."""
    return {
        Verdict.GOOD: theme.done,
        Verdict.CARE: theme.held,
        Verdict.BAD: theme.failed,
        Verdict.OFF: theme.faint,
    }[verdict]


class HealthModel(QAbstractListModel):
    """Checks, what is wrong first."""

    def __init__(self) -> None:
        super().__init__()
        self._checks: list[Check] = []

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show these."""
        self.beginResetModel()
        self._checks = sorted(checks, key=lambda check: ORDER.index(check.verdict))
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """How many."""
        return 0 if parent.isValid() else len(self._checks)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words."""
        if not index.isValid():
            return None
        check = self._checks[index.row()]
        told: dict[int, object] = {
            Qt.ItemDataRole.DisplayRole: check.name,
            Qt.ItemDataRole.UserRole: check,
            Qt.ItemDataRole.AccessibleTextRole: f"{check.name}: {WORDS[check.verdict]}, {check.text}. {check.fix}",
            Qt.ItemDataRole.ToolTipRole: f"{check.name}: {check.text}\n{check.fix}".strip(),
        }
        return told.get(role)


class HealthDelegate(QStyledItemDelegate):
    """Dot, name, words; under what is wrong stands what to do."""

    def __init__(self, theme: Theme, now: datetime, parent: QListView) -> None:
        super().__init__(parent)
        self._theme, self._now = theme, now
        self._strong, self._plain = font(13, QFont.Weight.DemiBold), font(12)
        self._metrics = QFontMetrics(self._plain)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Taller when there is something to do."""
        check = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(check, Check) or not _has_fix(check):
            return QSize(200, ROW_PX)
        view = option.widget
        width = (view.width() if isinstance(view, QListView) else 340) - 40 - 14 - 14
        room = QRect(0, 0, width, 400)
        height = self._metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, check.fix).height()
        return QSize(200, ROW_PX + height + 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw it."""
        check = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(check, Check):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect, theme = option.rect, self._theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(dot_of(check.verdict, theme)))
        painter.drawEllipse(QRectF(rect.left() + 18, rect.top() + 21, 8, 8))
        right = WORDS[check.verdict] if check.verdict is not Verdict.GOOD else ""
        if check.at is not None:
            right = f"{right} · {clock(check.at, self._now)}" if right else clock(check.at, self._now)
        width = self._metrics.horizontalAdvance(right) + 4
        left = rect.left() + 40
        inner = rect.width() - 40 - 14
        painter.setFont(self._strong)
        painter.setPen(QColor(theme.text))
        painter.drawText(QRect(left, rect.top() + 8, inner - width - 8, 18), LEFT, check.name)
        painter.setFont(self._plain)
        painter.setPen(QColor(theme.muted))
        text = self._metrics.elidedText(check.text, Qt.TextElideMode.ElideRight, inner)
        painter.drawText(QRect(left, rect.top() + 27, inner, 17), LEFT, text)
        painter.drawText(QRect(left, rect.top() + 8, inner, 18), RIGHT, right)
        if _has_fix(check):
            painter.setPen(QColor(dot_of(check.verdict, theme)))
            fix = QRect(left, rect.top() + 46, inner, rect.height() - ROW_PX + 4)
            painter.drawText(fix, Qt.TextFlag.TextWordWrap, check.fix)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(theme.line))
        painter.restore()


def _has_fix(check: object) -> bool:
    return isinstance(check, Check) and bool(check.fix) and check.verdict in (Verdict.BAD, Verdict.CARE)
