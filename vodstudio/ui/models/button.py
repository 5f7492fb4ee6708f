"""The button that ends a wait: `Get the speech model (1.6 GB)`, where a model is missing."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vodstudio.core.errors import Problem
from vodstudio.ui.models.offers import ModelOffers
from vodstudio.ui.parts import Button

MISSING = frozenset({"VS-NO-MODEL", "VS-MODEL-INCOMPLETE", "VS-MODEL-DAMAGED"})


class ModelButton(Button):
    """Hidden until it is attached and there is something to get."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._offers: ModelOffers | None = None
        self._name: str | None = None
        self.clicked.connect(self._on_pressed)
        self._show_words()

    def attach(self, offers: ModelOffers) -> None:
        """From now on it knows what can be had."""
        self._offers = offers
        offers.changed.connect(self._show_words)
        self._show_words()

    def show_for(self, problem: Problem | None, name: str) -> None:
        """For a job: only while it waits for this model (no name: any)."""
        self._name = name if problem is not None and problem.code in MISSING else None
        self._show_words()

    def show_always(self) -> None:
        """For a place that has no job: while no model is here at all."""
        self._name = ""
        self._show_words()

    def _show_words(self) -> None:
        offers = self._offers
        is_wanted = offers is not None and self._name is not None and (bool(self._name) or offers.is_wanting)
        text = offers.text_for(self._name or "") if offers is not None and is_wanted else ""
        self.setText(text)
        self.setAccessibleName(text or "Get the speech model")
        self.setVisible(bool(text))

    def _on_pressed(self) -> None:
        if self._offers is not None:
            self._offers.offer(self._name or "")
