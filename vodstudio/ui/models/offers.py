"""Offers the speech model that is missing wherever it is missed, and opens the sheet in which it comes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from vodstudio.core.events import Event, HoldsChanged, ModelsChanged
from vodstudio.core.models import CONDITION, ModelRow, Standing, first_to_get
from vodstudio.ui.desk import Desk
from vodstudio.ui.models.sheet import ModelSheet
from vodstudio.ui.wording import size


class ModelOffers(QObject):
    """Knows what can be had; `changed` says that a button may read otherwise now."""

    changed = Signal()

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._rows: list[ModelRow] = []
        self._asked: set[str] = set()
        self.sheet: ModelSheet | None = None
        desk.bridge.listen(self._on_event_arrived)
        self.refresh()

    def refresh(self) -> None:
        """Look again at what is here."""
        self._desk.coroutines.start(self._read(), group="models")

    @property
    def is_wanting(self) -> bool:
        """Whether no model is here that could hear a real meeting."""
        real = [row for row in self._rows if not row.is_demo_voice]
        return bool(real) and not any(row.standing is Standing.HERE for row in real)

    def text_for(self, name: str = "") -> str:
        """`Get the speech model (1.6 GB)` for a preset that names this model; nothing where it cannot be got."""
        row = first_to_get(self._rows, name)
        if row is None or row.standing is Standing.HERE:
            return "" if name else "Speech models…"
        if row.standing is Standing.COMING:
            return "The speech model is on its way…"
        return f"Get the speech model ({size(row.size_bytes)})"

    def open(self) -> None:
        """Show the sheet."""
        if self.sheet is None:
            self.sheet = sheet = ModelSheet(self._desk, self._window)
            sheet.get_wanted.connect(self.get)
            sheet.folder_chosen.connect(self.bring)
            sheet.remove_wanted.connect(self._on_remove_wanted)
            sheet.cancel_wanted.connect(self._on_cancel_wanted)
            sheet.finished.connect(self._on_sheet_finished)
            sheet.open()

    def offer(self, name: str = "") -> None:
        """A button was pressed that promises the model: the sheet shows how it comes."""
        self.open()
        row = first_to_get(self._rows, name)
        if row is not None and row.standing not in (Standing.HERE, Standing.COMING):
            self.get(str(row.name))

    def get(self, name: str) -> None:
        """Bring it from the hub."""
        self._desk.coroutines.start(self._get(name))

    def bring(self, folder: Path) -> None:
        """Copy it from a folder."""
        self._desk.coroutines.start(self._bring(folder))

    async def _read(self) -> None:
        self._rows = await self._desk.models.rows()
        self.changed.emit()

    async def _get(self, name: str) -> None:
        if await self._desk.models.get(name):
            self._say_came(name)

    async def _bring(self, folder: Path) -> None:
        if await self._desk.models.bring(folder):
            self._say_came(folder.name)

    def _say_came(self, name: str) -> None:
        self._desk.notices.say(f"The speech model {name} is here", "What waited for it goes on by itself.")

    def _on_remove_wanted(self, name: str) -> None:
        self._desk.coroutines.start(self._desk.models.remove(name))

    def _on_cancel_wanted(self) -> None:
        self._desk.models.stop()

    def _on_sheet_finished(self) -> None:
        self.sheet = None

    def _on_event_arrived(self, event: Event) -> None:
        if isinstance(event, ModelsChanged):
            self.refresh()
        elif isinstance(event, HoldsChanged):
            waiting = {
                held.condition: held.title for held in event.held if held.condition.startswith(CONDITION)
            }
            self._asked &= waiting.keys()
            for condition, title in waiting.items():
                if condition not in self._asked:
                    self._asked.add(condition)
                    self._desk.coroutines.start(self._ask(condition, title))

    async def _ask(self, condition: str, title: str) -> None:
        """Once for each model that is waited for: a notice with the button that ends the waiting."""
        await self._read()
        text = self.text_for(condition)
        toast = self._desk.notices.say(
            title or "No speech model", "Hearing waits for it; everything else goes on.", stays=True
        )
        if text:
            toast.add_button(text, partial(self.offer, condition))
        else:
            toast.add_button("Speech models…", self.open)
        toast.add_button("Not now")
