"""The Cities tab: every member city as a card."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from vodstudio.core.events import Event, JobAdded, JobChanged, JobRemoved
from vodstudio.core.rows import CityCard, JobRow, StorageView
from vodstudio.core.station import CityId, Numbers, StorageId
from vodstudio.ui.cities.card import CityCardView, meeting
from vodstudio.ui.cities.style_menu import StyleMenu
from vodstudio.ui.desk import Desk
from vodstudio.ui.parts import button, label
from vodstudio.ui.theme import Theme
from vodstudio.ui.wording import many

CARD_PX = 400
GAP_PX = 12
TALLEST_PX = 220
SETTLE_MS = 400


class CitiesPage(QWidget):
    """Cards in as many columns as fit; read when somebody looks."""

    city_chosen = Signal(str)

    def __init__(self, desk: Desk, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._desk = desk
        self._theme = theme
        self._cards: tuple[CityCard, ...] = ()
        self._storages: dict[StorageId, StorageView] = {}
        self.views: list[CityCardView] = []
        self._columns = 0
        self._build()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.reload)
        desk.bridge.listen(self._on_event_arrived)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(10)
        column.addLayout(self._build_bar())
        self._area = QScrollArea(self)
        self._area.setProperty("role", "ground")
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inner = QWidget(self._area)
        self._grid = QGridLayout(self._inner)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP_PX)
        self._area.setWidget(self._inner)
        self._area.setAccessibleName("Cities")
        self._hint = label("", "muted", self)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._hint)
        column.addWidget(self._area, 1)
        self._hint.hide()
        self.first = self._area

    def _build_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(label("All cities", "strong", self))
        chip = QFrame(self)
        chip.setProperty("role", "chip")
        inside = QHBoxLayout(chip)
        inside.setContentsMargins(9, 3, 9, 3)
        self._count = label("", "small", chip)
        inside.addWidget(self._count)
        row.addWidget(chip)
        row.addStretch(1)
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("Find a city or a meeting…")
        self.filter.setAccessibleName("Find a city or a meeting")
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(230)
        self.filter.textChanged.connect(self._on_filter_changed)
        row.addWidget(self.filter)
        self._again = button("Check storages", self, tip="Look at every storage again")
        self._again.clicked.connect(self._on_check_pressed)
        row.addWidget(self._again)
        return row

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        for view in self.views:
            view.set_theme(theme)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as there is room."""
        return QSize(1366, 680)

    def reload(self) -> None:
        """Read the cards again."""
        self._desk.coroutines.start(self._read(), group="cities")

    async def _read(self) -> None:
        self._cards = await self._desk.cities.cards()
        self._show()

    async def _read_storages(self) -> None:
        self._storages = await self._desk.cities.storages()
        self._show()

    def _show(self) -> None:
        cards = [self._with_storages(card) for card in self._cards]
        while len(self.views) > len(cards):
            view = self.views.pop()
            view.hide()
            view.deleteLater()
        for place, card in enumerate(cards):
            if place < len(self.views):
                self.views[place].show_card(card, self._desk.now())
            else:
                view = CityCardView(card, self._desk.now(), self._theme, self._inner)
                view.setMaximumHeight(TALLEST_PX)
                view.clicked.connect(self._on_card_pressed)
                view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
                view.customContextMenuRequested.connect(self._on_menu_wanted)
                self.views.append(view)
        spare = sum(not storage.cities for storage in self._desk.station.storages)
        words = f"{many(len(cards), 'city', 'cities')} · {many(len(self._desk.station.storages), 'storage')}"
        self._count.setText(words + (f" · {spare} spare" if spare else ""))
        self._arrange()

    def _with_storages(self, card: CityCard) -> CityCard:
        return replace(card, storages=tuple(self._storages.get(view.id, view) for view in card.storages))

    def _arrange(self) -> None:
        wanted = self.filter.text().strip().lower()
        shown = [
            view
            for view, card in zip(self.views, self._cards, strict=True)
            if wanted in " ".join((card.name, *(meeting(row) for row in _rows(card)))).lower()
        ]
        self._columns = max(1, (self._area.viewport().width() + GAP_PX) // (CARD_PX + GAP_PX))
        while self._grid.count():
            self._grid.takeAt(0)
        for view in self.views:
            view.setVisible(view in shown)
        for place, view in enumerate(shown):
            self._grid.addWidget(view, place // self._columns, place % self._columns)
        for column in range(12):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)
        rows = -(-len(shown) // self._columns)
        for row in range(self._grid.rowCount() + 1):
            self._grid.setRowStretch(row, 1000 if row < rows else 1 if row == rows else 0)
        self._hint.setVisible(not shown)
        self._hint.setText(
            "No city fits these words."
            if self._desk.station.cities
            else "The station file names no city yet."
        )

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """More or fewer columns."""
        super().resizeEvent(event)
        if self.views and self._columns != (self._area.viewport().width() + GAP_PX) // (CARD_PX + GAP_PX):
            self._arrange()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Somebody looks: read."""
        super().showEvent(event)
        self.reload()
        self._on_check_pressed()

    def _on_check_pressed(self) -> None:
        self._desk.coroutines.start(self._read_storages(), group="storages")

    def _on_filter_changed(self) -> None:
        self._arrange()

    def _on_card_pressed(self) -> None:
        view = self.sender()
        if isinstance(view, CityCardView):
            self.city_chosen.emit(view.city_id)

    def _on_menu_wanted(self, place: QPoint) -> None:
        view = self.sender()
        if isinstance(view, CityCardView):
            menu = StyleMenu(view.card, self)
            menu.numbers_chosen.connect(self._on_numbers_chosen)
            menu.popup(view.mapToGlobal(place))

    def _on_numbers_chosen(self, city_id: CityId, numbers: Numbers | None) -> None:
        self._desk.coroutines.start(self._set_numbers(city_id, numbers))

    async def _set_numbers(self, city_id: CityId, numbers: Numbers | None) -> None:
        """Jobs that are there keep what they began with."""
        await self._desk.cities.set_numbers(city_id, numbers)
        self._desk.notices.say(
            "The style of numbers was changed",
            "It counts for recordings that are added from now on; captions that are there stay as they are.",
        )
        await self._read()

    def _on_event_arrived(self, event: Event) -> None:
        if isinstance(event, JobAdded | JobChanged | JobRemoved) and self.isVisible():
            self._settle.start()


def _rows(card: CityCard) -> list[JobRow]:
    return [*([card.latest] if card.latest else []), *card.recent]
