"""What the queue says when nothing is in it: what to do first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from vodstudio.ui import icons
from vodstudio.ui.models.button import ModelButton
from vodstudio.ui.parts import button, label
from vodstudio.ui.theme import Theme


class EmptyQueue(QWidget):
    """One sentence, one button, and the speech model while none is here."""

    add_wanted = Signal()
    clear_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        middle = Qt.AlignmentFlag.AlignHCenter
        self._picture = QLabel(self)
        self._title = label("", "title", self)
        self._hint = label("", "muted", self)
        self._add = button("Add recordings", self)
        self._clear = button("Show all recordings", self)
        self.model_offer = ModelButton(self)
        self.model_offer.show_always()
        self._add.clicked.connect(self.add_wanted)
        self._clear.clicked.connect(self.clear_wanted)
        column.addStretch(2)
        for widget in (self._picture, self._title, self._hint):
            column.addWidget(widget, 0, middle)
        column.addSpacing(8)
        column.addWidget(self._add, 0, middle)
        column.addWidget(self._clear, 0, middle)
        column.addWidget(self.model_offer, 0, middle)
        column.addStretch(3)
        self.set_theme(theme)
        self.say(is_filtered=False)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._picture.setPixmap(icons.pixmap("publish", theme.faint, 40, 2.0))

    def say(self, *, is_filtered: bool) -> None:
        """Nothing at all, or nothing that fits the filter."""
        self._title.setText("No recording fits this filter" if is_filtered else "Drop recordings here")
        self._hint.setText(
            "Other words or another city may."
            if is_filtered
            else "Files or whole folders, anywhere on this window. City and preset are found by themselves."
        )
        self._add.setVisible(not is_filtered)
        self._clear.setVisible(is_filtered)
