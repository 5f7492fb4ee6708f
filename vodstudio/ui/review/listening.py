"""How a person hears and goes through the captions: playing, repeating, speed, and from problem to problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

if TYPE_CHECKING:
    from vodstudio.ui.review.window import ReviewWindow

JUMP_S = 2.0


class Listening(QObject):
    """Each slot asks the player or the list for one thing; nothing is changed here."""

    def __init__(self, window: ReviewWindow) -> None:
        super().__init__(window)
        self._window = window
        self._player, self._cues, self._document = window.player, window.cues, window.review.document
        slots = {
            "play": self._player.toggle,
            "play_line": self._on_play_line_chosen,
            "loop": self._on_loop_chosen,
            "back": self._on_back_chosen,
            "forward": self._on_forward_chosen,
            "slower": self._on_slower_chosen,
            "faster": self._on_faster_chosen,
            "normal": self._on_normal_chosen,
            "next_problem": self._on_next_problem_chosen,
            "previous_problem": self._on_previous_problem_chosen,
            "here": self._on_here_chosen,
        }
        for key, slot in slots.items():
            window.actions_[key].triggered.connect(slot)
        window.cues.play_wanted.connect(self._player.toggle)

    def _on_play_line_chosen(self) -> None:
        if self._cues.row >= 0:
            cue = self._document.cue(self._cues.row)
            self._player.play_part(cue.start_s, cue.end_s)

    def _on_loop_chosen(self) -> None:
        self._player.is_looping = not self._player.is_looping
        self._window.transport.loop.setChecked(self._player.is_looping)
        if self._player.is_looping:
            self._on_play_line_chosen()

    def _on_back_chosen(self) -> None:
        self._player.seek(self._player.at_s - JUMP_S)

    def _on_forward_chosen(self) -> None:
        self._player.seek(self._player.at_s + JUMP_S)

    def _on_slower_chosen(self) -> None:
        self._player.change_speed(-1)

    def _on_faster_chosen(self) -> None:
        self._player.change_speed(1)

    def _on_normal_chosen(self) -> None:
        self._player.set_speed(1.0)

    def _on_next_problem_chosen(self) -> None:
        self._go_to_problem(self._window.model.next_wrong(self._cues.row))

    def _on_previous_problem_chosen(self) -> None:
        self._go_to_problem(self._window.model.previous_wrong(self._cues.row))

    def _go_to_problem(self, row: int) -> None:
        if row < 0:
            self._window.notices.say("Nothing is found amiss")
            return
        self._cues.choose(row)
        self._cues.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_here_chosen(self) -> None:
        self._cues.choose(self._document.row_at(self._player.at_s))
