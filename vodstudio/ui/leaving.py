"""How the program is left: the one question, and the tray in which it can keep working."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QDialog, QHBoxLayout, QMenu, QSystemTrayIcon, QVBoxLayout, QWidget

from vodstudio.core.rows import Counts
from vodstudio.ui.parts import button, label
from vodstudio.ui.wording import many
from vodstudio.ui.workplace import summary_of


class LeaveDialog(QDialog):
    """Asked once, only while something is being worked on."""

    tray_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, working: int, *, has_tray: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Close VOD Studio")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 22, 26, 20)
        column.setSpacing(8)
        column.addWidget(
            label(f"{many(working, 'recording is', 'recordings are')} being worked on", "title", self)
        )
        words = label(
            "Nothing is lost either way: what is paused goes on from where it stopped.", "muted", self
        )
        words.setWordWrap(True)
        column.addWidget(words)
        column.addSpacing(12)
        row = QHBoxLayout()
        self.tray = button("Keep working in the tray", self, role="primary")
        self.quit = button("Pause and quit", self)
        self.stay = button("Stay", self)
        self.tray.setVisible(has_tray)
        self.tray.clicked.connect(self._on_tray_pressed)
        self.quit.clicked.connect(self._on_quit_pressed)
        self.stay.clicked.connect(self.reject)
        for each in (self.tray, self.quit, self.stay):
            row.addWidget(each)
        row.addStretch(1)
        column.addLayout(row)
        (self.tray if has_tray else self.stay).setDefault(True)

    def _on_tray_pressed(self) -> None:
        self.accept()
        self.tray_wanted.emit()

    def _on_quit_pressed(self) -> None:
        self.accept()
        self.quit_wanted.emit()


class Tray(QObject):
    """The sign in the tray: shows the window again, pauses, ends."""

    show_wanted = Signal()
    pause_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, icon: QIcon, window: QWidget) -> None:
        super().__init__(window)
        self._sign = QSystemTrayIcon(icon, self)
        menu = QMenu(window)
        for text, signal in (
            ("Show VOD Studio", self.show_wanted),
            ("Pause or resume the queue", self.pause_wanted),
            ("Quit", self.quit_wanted),
        ):
            action = QAction(text, menu)
            action.triggered.connect(signal)
            menu.addAction(action)
        self._sign.setContextMenu(menu)
        self._sign.activated.connect(self._on_activated)

    @staticmethod
    def is_possible() -> bool:
        """Whether this desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self, words: str) -> None:
        """Be there."""
        self.say(words)
        self._sign.show()

    def hear(self, counts: Counts) -> None:
        """How the queue stands now."""
        self.say(summary_of(counts))

    def say(self, words: str) -> None:
        """The words of the sign."""
        self._sign.setToolTip(f"VOD Studio: {words}" if words else "VOD Studio")

    def hide(self) -> None:
        """Be gone."""
        self._sign.hide()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.show_wanted.emit()
