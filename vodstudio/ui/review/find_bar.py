"""Find and replace: what is looked for, how often it is there, and what stands there instead."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QToolButton, QWidget

from vodstudio.ui.parts import button, label
from vodstudio.ui.wording import many


class FindBar(QFrame):
    """Two fields and their buttons; Escape closes it."""

    searched = Signal()
    stepped = Signal(int)
    replace_wanted = Signal()
    replace_all_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.setAccessibleName("Find and replace")
        self._build()
        self._connect()
        self.show_count(0, -1)

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(6)
        self.needle = self._field("Find", "Text to find")
        self.other = self._field("Replace with", "Text to put there instead")
        self.case = QToolButton(self)
        self.case.setText("Aa")
        self.case.setCheckable(True)
        self.case.setToolTip("Capital and small letters are different")
        self.case.setAccessibleName("Capital and small letters are different")
        self.count = label("", "small", self)
        self.count.setMinimumWidth(92)
        self.next = button("Next", self, tip="Next place found (F3)")
        self.previous = button("Previous", self, tip="Previous place found (Shift+F3)")
        self.replace = button("Replace", self, tip="Replace this place and go to the next")
        self.replace_all = button("Replace all", self, tip="Replace every place, as one change")
        self.close_button = button("Close", self, tip="Close (Escape)")
        for column, widget in enumerate((self.needle, self.case, self.count, self.previous, self.next)):
            grid.addWidget(widget, 0, column)
        grid.addWidget(self.other, 1, 0)
        grid.addWidget(self.replace, 1, 1, 1, 2)
        grid.addWidget(self.replace_all, 1, 3)
        grid.addWidget(self.close_button, 1, 4)
        grid.setColumnStretch(0, 1)

    def _connect(self) -> None:
        self.needle.textChanged.connect(self.searched)
        self.case.toggled.connect(self.searched)
        self.needle.returnPressed.connect(self._on_next_pressed)
        self.next.clicked.connect(self._on_next_pressed)
        self.previous.clicked.connect(self._on_previous_pressed)
        self.replace.clicked.connect(self.replace_wanted)
        self.other.returnPressed.connect(self.replace_wanted)
        self.replace_all.clicked.connect(self.replace_all_wanted)
        self.close_button.clicked.connect(self.closed)

    def show_count(self, count: int, place: int) -> None:
        """How many places there are, and at which we are."""
        if not self.needle.text():
            words = ""
        elif place >= 0:
            words = f"{place + 1:,} of {count:,}"
        else:
            words = many(count, "place")
        self.count.setText(words)
        for made in (self.next, self.previous, self.replace, self.replace_all):
            made.setEnabled(count > 0)

    def allow_writing(self, is_allowed: bool) -> None:
        """In a read-only window one can only look."""
        for widget in (self.other, self.replace, self.replace_all):
            widget.setVisible(is_allowed)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _field(self, hint: str, name: str) -> QLineEdit:
        made = QLineEdit(self)
        made.setPlaceholderText(hint)
        made.setAccessibleName(name)
        return made

    def _on_next_pressed(self) -> None:
        self.stepped.emit(1)

    def _on_previous_pressed(self) -> None:
        self.stepped.emit(-1)
