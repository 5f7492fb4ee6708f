"""What is seen while the captions of a long meeting are opened: how far it is, and a way to leave it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout

from vodstudio.ui.parts import button, label

SHOW_AFTER_MS = 400
READING = "The words are read."


class Opening(QDialog):
    """Beside the other windows, which go on; nothing is seen of it where opening takes a moment only."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__(None)
        self.setWindowTitle("Opening the captions")
        self.setMinimumWidth(420)
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 22, 26, 20)
        column.setSpacing(8)
        column.addWidget(label("Opening the captions", "title", self))
        self.words = label(READING, "muted", self, wraps=True)
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName("How much is laid out")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.cancel = button("Cancel", self)
        self.cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel)
        column.addWidget(self.words)
        column.addWidget(self.bar)
        column.addSpacing(8)
        column.addLayout(row)
        self.rejected.connect(self.cancelled)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.come_forward)
        self._soon.start(SHOW_AFTER_MS)

    def show_share(self, share: float) -> None:
        """So much of the meeting is laid out."""
        self.bar.setRange(0, 100)
        self.bar.setValue(round(share * 100))
        self.words.setText(
            f"The captions of a long meeting are laid out: {share:.0%}. You can go on meanwhile."
        )

    def come_forward(self) -> None:
        """Above the other windows."""
        self.show()
        self.raise_()

    def end(self) -> None:
        """The captions are open, or nobody waits for them any more."""
        self._soon.stop()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.hide()
        self.deleteLater()
