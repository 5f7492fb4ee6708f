"""Asks for a password once when publishing waits for it: a notice with a button, never a dialog by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from vodstudio.core.events import Event, HoldsChanged
from vodstudio.core.station import Server
from vodstudio.ui.desk import Desk
from vodstudio.ui.parts import button, label

Keep = Callable[[str, str], Awaitable[bool]]


class PasswordDialog(QDialog):
    """One line for the secret; it is never shown, stored or logged by the window."""

    given = Signal(str)

    def __init__(self, server: Server, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Password")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(440)
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 22, 26, 20)
        column.setSpacing(8)
        column.addWidget(label(f"Password of {server.user or 'our user'} on {server.name}", "title", self))
        words = label("It goes into the password vault of this computer, and nowhere else.", "muted", self)
        words.setWordWrap(True)
        column.addWidget(words)
        self.line = QLineEdit(self)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setAccessibleName(f"Password for {server.name}")
        self.line.textChanged.connect(self._on_text_changed)
        column.addWidget(self.line)
        row = QHBoxLayout()
        self.keep = button("Keep", self, role="primary")
        self.keep.setDefault(True)
        self.keep.setEnabled(False)
        self.keep.clicked.connect(self._on_keep_pressed)
        leave = button("Not now", self)
        leave.clicked.connect(self.reject)
        row.addStretch(1)
        row.addWidget(leave)
        row.addWidget(self.keep)
        column.addLayout(row)

    def _on_text_changed(self, text: str) -> None:
        self.keep.setEnabled(bool(text))

    def _on_keep_pressed(self) -> None:
        secret = self.line.text()
        self.line.clear()
        self.accept()
        self.given.emit(secret)


class PasswordAsker(QObject):
    """Hears what is held; a vault that is locked or a login that was refused is asked about once."""

    def __init__(self, desk: Desk, keep: Keep, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._keep_secret = keep
        self._window = window
        self._asked: set[str] = set()
        self.dialog: PasswordDialog | None = None
        desk.bridge.listen(self._on_event_arrived)

    def _on_event_arrived(self, event: Event) -> None:
        if not isinstance(event, HoldsChanged):
            return
        waiting = {held.condition: held.title for held in event.held}
        self._asked &= waiting.keys()
        for condition, title in waiting.items():
            server = self._server_of(condition)
            if server is not None and condition not in self._asked:
                self._asked.add(condition)
                toast = self._desk.notices.say(
                    title, "Publishing waits for it; everything else goes on.", stays=True
                )
                toast.add_button("Enter password …", partial(self.ask, server))
                toast.add_button("Not now")

    def _server_of(self, condition: str) -> Server | None:
        """The server whose password may be given here: only what lies in the vault."""
        kind, _, what = condition.partition(":")
        for server in self._desk.station.servers:
            is_meant = (kind == "vault" and what == server.secret) or (kind == "login" and what == server.id)
            if is_meant and server.secret.startswith("vault:"):
                return server
        return None

    def ask(self, server: Server) -> None:
        """Open the dialog."""
        self.dialog = PasswordDialog(server, self._window)
        self.dialog.given.connect(partial(self._keep, server))
        self.dialog.open()

    def _keep(self, server: Server, secret: str) -> None:
        self._desk.coroutines.start(self._kept(server, secret))

    async def _kept(self, server: Server, secret: str) -> None:
        name = server.secret.removeprefix("vault:")
        if await self._keep_secret(name, secret):
            self._desk.notices.say("The password is kept", "Publishing goes on by itself.")
        else:
            self._desk.notices.say(
                "The password is kept until the program ends",
                "This computer has no password vault that may be used. Publishing goes on by itself.",
            )
