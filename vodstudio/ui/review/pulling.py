"""Captions pulled along the sound with the mouse or a key: each time one change, and Escape while the mouse is down."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vodstudio.captions.commands import set_times
from vodstudio.captions.edits import Times
from vodstudio.captions.history import Change
from vodstudio.captions.pulling import Grip, pull

if TYPE_CHECKING:
    from vodstudio.ui.review.window import ReviewWindow

KEYS = (
    "start_here",
    "end_here",
    "start_earlier",
    "start_later",
    "end_earlier",
    "end_later",
    "earlier",
    "later",
)


class Pulling(QObject):
    """What the hand does on the strip becomes a change of the list."""

    def __init__(self, window: ReviewWindow) -> None:
        super().__init__(window)
        self._window = window
        self._document, self._editor = window.review.document, window.editor
        sound, actions = window.sound, window.actions_
        sound.pull_begun.connect(window.cues.keep_typed)
        sound.pulled.connect(self._on_pulled)
        window.editor.touched.connect(sound.let_go)
        sound.tell_keys("; ".join(actions.tip(key) for key in KEYS))
        for key, grip, frames in (
            ("start_earlier", Grip.START, -1),
            ("start_later", Grip.START, 1),
            ("end_earlier", Grip.END, -1),
            ("end_later", Grip.END, 1),
        ):
            actions[key].triggered.connect(partial(self._nudge, grip, frames))

    def _on_pulled(self, row: int, start_s: float, end_s: float) -> None:
        first, _ = self._document.span(row)
        if self._editor.attempt(partial(self._change, row, (start_s, end_s), "Pull the caption")):
            self._window.cues.choose(self._document.row_of_word(first))

    def _nudge(self, grip: Grip, frames: int) -> None:
        """One frame, as far as the neighbours let it go."""
        row = self._window.cues.row
        if row < 0 or self._editor.is_busy:
            return
        held = pull(self._document, row, grip)
        times = held.to(frames * held.frame_s)
        if times == held.to(0.0):
            self._window.notices.say(
                "There is no room for that",
                "Nothing was changed. The caption beside it is in the way, or it would be too short.",
            )
            return
        self._editor.attempt(partial(self._change, row, times, "Change the times"))

    def _change(self, row: int, times: Times, name: str) -> Change:
        return replace(set_times(self._document, row, *times), name=name)
