"""One city: its storages, its newest meeting, how much of it is captioned."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from vodstudio.core.jobs import JobState
from vodstudio.core.measured import NOT_MEASURED
from vodstudio.core.rows import CityCard, JobRow, StorageView
from vodstudio.core.station import CityId
from vodstudio.ui.queue.face import TONE_OF, face_of
from vodstudio.ui.theme import Theme, font
from vodstudio.ui.wording import STATE_NAMES, many, short_day, size

MENU_TOLD = "The right button, or the menu key, changes how its captions write numbers."
EDGE_PX = 14
HEIGHT_PX = 196
NEARLY_FULL_BYTES = 50_000_000_000
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
MIDDLE = Qt.AlignmentFlag.AlignCenter

TITLE = (15, QFont.Weight.DemiBold)
STRONG = (13, QFont.Weight.DemiBold)
WORDS = (12, QFont.Weight.DemiBold)
PLAIN = (12, QFont.Weight.Normal)
NUMBER = (22, QFont.Weight.Bold)
Style = tuple[int, QFont.Weight]


class CityCardView(QAbstractButton):
    """Painted; pressing it shows the city's recordings in the queue."""

    def __init__(self, card: CityCard, now: datetime, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMinimumSize(QSize(300, HEIGHT_PX))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._theme = theme
        self.show_card(card, now)

    @property
    def card(self) -> CityCard:
        """What it shows."""
        return self._card

    @property
    def city_id(self) -> CityId:
        """Whose card this is."""
        return self._card.city_id

    def show_card(self, card: CityCard, now: datetime) -> None:
        """New content."""
        self._card, self._now = card, now
        self.setAccessibleName(f"{card.name}: {latest_words(card, now)[0]}, {share_words(card)}")
        self.setToolTip(f"Show the recordings of this city. {MENU_TOLD}\n{accuracy_words(card)}")
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        has_focus = self.hasFocus()
        edge = theme.accent if has_focus or self.underMouse() else theme.line
        painter.setPen(QPen(QColor(edge), 2 if has_focus else 1))
        painter.setBrush(QColor(theme.panel))
        inset = 1.0 if has_focus else 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 8, 8)
        left, right = EDGE_PX, self.width() - EDGE_PX
        taken = self._paint_storages(painter, right)
        self._write(
            painter, QRect(left, 13, right - left - taken - 10, 24), TITLE, theme.text, self._card.name
        )
        self._paint_latest(painter, left, right)
        if self._card.latest is not None:
            self._paint_share(painter, left, right)
            self._paint_recent(painter, left, right)
        painter.end()

    def _paint_storages(self, painter: QPainter, right: int) -> int:
        edge = right
        for view in self._card.storages[:2]:
            text, dot = storage_words(view, self._theme)
            width = _metrics(PLAIN).horizontalAdvance(text) + 32
            if edge - width < self.width() * 0.32:
                break
            box = QRectF(edge - width + 0.5, 12.5, width - 1, 24)
            painter.setPen(QColor(self._theme.line))
            painter.setBrush(QColor(self._theme.background))
            painter.drawRoundedRect(box, 5, 5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(dot))
            painter.drawEllipse(QRectF(box.left() + 9, box.center().y() - 4, 8, 8))
            inside = QRect(int(box.left()) + 23, 13, width - 26, 24)
            self._write(painter, inside, PLAIN, self._theme.muted, text)
            edge -= width + 6
        return right - edge

    def _paint_latest(self, painter: QPainter, left: int, right: int) -> None:
        theme, latest = self._theme, self._card.latest
        words, ink = latest_words(self._card, self._now)[1], theme.muted
        if latest is not None:
            ink = theme.ink(TONE_OF[latest.state])
        title = meeting(latest) if latest else "No recording yet"
        self._write(
            painter, QRect(left, 42, right - left, 20), STRONG, theme.text if latest else theme.muted, title
        )
        self._write(painter, QRect(left, 61, right - left, 18), WORDS, ink, words)

    def _paint_share(self, painter: QPainter, left: int, right: int) -> None:
        theme, share = self._theme, self._card.captioned_share
        number = f"{round(share * 100)} %" if share is not None else ""
        self._write(painter, QRect(left, 84, 90, 30), NUMBER, theme.text, number)
        after = left + (_metrics(NUMBER).horizontalAdvance(number) + 7 if number else 0)
        text = "captioned" if number else "Nothing finished yet"
        self._write(painter, QRect(after, 88, right - after - 80, 26), PLAIN, theme.muted, text)
        for place, part in enumerate(reversed(self._card.captioned_by_month[-4:])):
            box = QRectF(right - 14 - place * 17, 87, 14, 26)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.track))
            painter.drawRoundedRect(box, 2.5, 2.5)
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(box.adjusted(0, 26 * (1 - min(1.0, part)), 0, 0), 2.5, 2.5)
        self._write(painter, QRect(left, 117, right - left, 18), PLAIN, theme.muted, both_words(self._card))

    def _paint_recent(self, painter: QPainter, left: int, right: int) -> None:
        theme = self._theme
        painter.fillRect(left, 142, right - left, 1, QColor(theme.line))
        for place, row in enumerate(self._card.recent[:2]):
            top = 148 + place * 20
            word = "on demand" if row.state is JobState.DONE else STATE_NAMES[row.state].lower()
            width = _metrics(PLAIN).horizontalAdvance(word) + 4
            self._write(
                painter, QRect(left, top, right - left - width - 10, 18), PLAIN, theme.muted, meeting(row)
            )
            self._write(
                painter,
                QRect(right - width, top, width, 18),
                PLAIN,
                theme.ink(TONE_OF[row.state]),
                word,
                RIGHT,
            )
        if not self._card.recent:
            self._write(
                painter, QRect(left, 148, right - left, 18), PLAIN, theme.muted, "Nothing before that"
            )

    def _write(
        self,
        painter: QPainter,
        rect: QRect,
        style: Style,
        ink: str,
        text: str,
        where: Qt.AlignmentFlag = LEFT,
    ) -> None:
        painter.setFont(font(*style))
        painter.setPen(QColor(ink))
        fitting = _metrics(style).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, where | Qt.TextFlag.TextSingleLine, fitting)


def _metrics(style: Style) -> QFontMetrics:
    return QFontMetrics(font(*style))


def meeting(row: JobRow) -> str:
    """`City Council, 18 Nov`."""
    return f"{row.title}, {short_day(row.recorded_on)}" if row.recorded_on else row.title


def latest_words(card: CityCard, now: datetime) -> tuple[str, str]:
    """The newest meeting, and how it stands."""
    if card.latest is None:
        return "no recording yet", "Drop one on the window"
    return meeting(card.latest), face_of(card.latest, "", now).headline


def share_words(card: CityCard) -> str:
    """How much is captioned."""
    return "nothing finished yet" if card.captioned_share is None else f"{card.captioned_share:.0%} captioned"


def care_words(card: CityCard) -> str:
    """Who is wanted."""
    parts = [
        many(card.needs_a_look, "needs a look", "need a look") if card.needs_a_look else "",
        f"{card.held} held" if card.held else "",
    ]
    return " · ".join(part for part in parts if part) or "Nobody is needed"


def both_words(card: CityCard) -> str:
    """Who is wanted, and how right the words are where somebody has measured it."""
    if not card.measured:
        return care_words(card)
    newest = card.measured[0]
    return f"{care_words(card)} · measured: {newest.right_percent:.1f} % of {newest.words:,} words right"


def accuracy_words(card: CityCard) -> str:
    """Each measured model with what its figure rests on."""
    told = "; ".join(f"{each.model}: {each.sentence}" for each in card.measured) or NOT_MEASURED
    return f"Accuracy of the words: {told}"


def storage_words(view: StorageView, theme: Theme) -> tuple[str, str]:
    """`flex-7 · 612 GB free` and the colour of its dot."""
    name = f"{view.id}, shared" if view.shared else str(view.id)
    if not view.is_present:
        return f"{name} · {view.problem or 'away'}"[:34], theme.held
    if view.free_bytes is None:
        return name, theme.faint
    is_low = view.free_bytes < NEARLY_FULL_BYTES
    return f"{name} · {size(view.free_bytes)} free", theme.held if is_low else theme.done


def needs_somebody(card: CityCard) -> bool:
    """Whether this city should stand out."""
    return bool(card.needs_a_look) or (card.latest is not None and card.latest.state is JobState.FAILED)
