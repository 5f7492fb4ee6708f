"""The menu of a city's card: how its captions write numbers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from vodstudio.core.rows import CityCard
from vodstudio.core.station import Numbers

STYLES: tuple[tuple[Numbers | None, str], ...] = (
    (None, "As its preset says"),
    (Numbers.AS_HEARD, "As they are heard"),
    (Numbers.DIGITS, "In digits: 3 people, 25 chairs"),
    (Numbers.WORDS_TO_TEN, "One to ten in words: three people, 25 chairs"),
)


class StyleMenu(QMenu):
    """One of the styles is ticked; votes, money, dates and items have digits in all but the second."""

    numbers_chosen = Signal(str, object)

    def __init__(self, card: CityCard, parent: QWidget) -> None:
        super().__init__(parent)
        self._city_id = card.city_id
        self._styles: dict[QAction, Numbers | None] = {}
        self.addAction(f"Numbers in the captions of {card.name}:").setEnabled(False)
        group = QActionGroup(self)
        for style, text in STYLES:
            action = self.addAction(text)
            action.setCheckable(True)
            action.setChecked(card.numbers is style)
            group.addAction(action)
            self._styles[action] = style
        self.triggered.connect(self._on_triggered)
        self.aboutToHide.connect(self.deleteLater)

    def _on_triggered(self, action: QAction) -> None:
        self.numbers_chosen.emit(self._city_id, self._styles[action])
