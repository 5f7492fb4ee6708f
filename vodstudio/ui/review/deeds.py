"""What is corrected in the review window when a key, a menu or a button says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vodstudio.captions import commands
from vodstudio.captions.alignment import text_of
from vodstudio.captions.cue import Finding
from vodstudio.captions.edits import Waiver
from vodstudio.captions.history import Change
from vodstudio.core.transcripts import OPERATOR
from vodstudio.ui.review.asking import STAY, ReasonQuestion, ShiftQuestion
from vodstudio.ui.review.finding import Finder
from vodstudio.ui.review.model import Column

if TYPE_CHECKING:
    from vodstudio.ui.review.window import ReviewWindow

NUDGE_S = 0.1
NEW_TEXT = "[INDISTINCT]"


class ReviewDeeds(QObject):
    """Each slot asks the editor for one change, or the list for a field to type in."""

    def __init__(self, window: ReviewWindow) -> None:
        super().__init__(window)
        self._window = window
        self._editor, self._player = window.editor, window.player
        self._document, self._cues = window.review.document, window.cues
        self.finder = Finder(window)
        slots = {
            "find": self.finder.open,
            "find_next": self.finder.next,
            "find_previous": self.finder.previous,
            "text": self._on_text_chosen,
            "start": self._on_start_chosen,
            "end": self._on_end_chosen,
            "start_here": self._on_start_here_chosen,
            "end_here": self._on_end_here_chosen,
            "earlier": self._on_earlier_chosen,
            "later": self._on_later_chosen,
            "shift": self._on_shift_chosen,
            "split": self._on_split_chosen,
            "merge": self._on_merge_chosen,
            "insert": self._on_insert_chosen,
            "delete": self._on_delete_chosen,
            "place": self._on_place_chosen,
            "waive": self._on_waive_chosen,
            "undo": self._editor.undo,
            "redo": self._editor.redo,
            "keys": self._on_keys_chosen,
            "close": window.close,
        }
        for action in window.actions_.writing():
            action.triggered.connect(window.cues.keep_typed)
        for key, slot in slots.items():
            window.actions_[key].triggered.connect(slot)
        window.undo.clicked.connect(window.actions_["undo"].trigger)
        window.redo.clicked.connect(window.actions_["redo"].trigger)
        window.find_button.clicked.connect(window.actions_["find"].trigger)
        window.model.text_typed.connect(self._on_text_typed)
        window.model.times_typed.connect(self._on_times_typed)
        window.model.nonsense_typed.connect(self._on_nonsense_typed)
        window.delegate.split_wanted.connect(self._on_split_typed)
        window.delegate.typed.connect(self._editor.note_typed)
        window.cues.typing_ended.connect(self._editor.end_typed)

    def _at(self) -> int:
        return self._cues.row

    def _do(self, change_of: object, *values: object) -> bool:
        """A command on the chosen caption."""
        row = self._at()
        if row < 0 or not callable(change_of):
            return False
        return self._editor.attempt(lambda: change_of(self._document, row, *values))

    def _on_text_typed(self, row: int, text: str) -> None:
        self._editor.attempt(lambda: commands.edit_text(self._document, row, text))

    def _on_times_typed(self, row: int, start_s: float, end_s: float) -> None:
        self._editor.attempt(lambda: commands.set_times(self._document, row, start_s, end_s))

    def _on_nonsense_typed(self, text: str) -> None:
        self._window.notices.say(
            f"“{text}” is no time", "Nothing was changed. Type for example 0:02:41.350, 2:41.35 or 161.35."
        )

    def _on_split_typed(self, row: int, text: str, place: int) -> None:
        """What was typed is kept first; the caption may lie on another row then."""
        if not text[:place].strip() or not text[place:].strip():
            self._on_text_typed(row, text)
            return
        first, _ = self._document.span(row)
        words = len(text[:place].split())
        self._on_text_typed(row, text)
        place = self._document.spelling.place_after(first, words)
        now = self._document.row_of_word(min(place, max(0, len(self._document.words) - 1)))
        start, _ = self._document.span(now)
        before = text_of(self._document.spelling.words[start:place])
        self._editor.attempt(lambda: commands.split(self._document, now, len(before) + 1))

    def _on_split_chosen(self) -> None:
        """At the word that is said at the play head; where that is elsewhere, in the middle."""
        row, at_s = self._at(), self._player.at_s
        if row < 0:
            return
        first, last = self._document.span(row)
        words = self._document.spelling.words[first:last]
        is_here = words[0].end <= at_s <= words[-1].start
        count = sum(word.start <= at_s for word in words) if is_here else (len(words) + 1) // 2
        self._do(commands.split, len(text_of(words[:count])) + 1)

    def _on_merge_chosen(self) -> None:
        self._do(commands.merge)

    def _on_delete_chosen(self) -> None:
        self._do(commands.delete)

    def _on_place_chosen(self) -> None:
        self._do(commands.place)

    def _on_insert_chosen(self) -> None:
        at_s = self._player.at_s
        if self._editor.attempt(lambda: commands.insert(self._document, at_s, NEW_TEXT)):
            self._cues.choose(self._document.row_at(at_s + self._document.frame_s))
            self._cues.type_in(Column.TEXT)

    def _on_start_here_chosen(self) -> None:
        row = self._at()
        if row >= 0:
            self._do(commands.set_times, self._player.at_s, self._document.cue(row).end_s)

    def _on_end_here_chosen(self) -> None:
        row = self._at()
        if row >= 0:
            self._do(commands.set_times, self._document.cue(row).start_s, self._player.at_s)

    def _on_earlier_chosen(self) -> None:
        self._do(commands.shift, -NUDGE_S)

    def _on_later_chosen(self) -> None:
        self._do(commands.shift, NUDGE_S)

    def _on_shift_chosen(self) -> None:
        if self._at() >= 0:
            self._window.coroutines.start(self._shift(self._at()), group="ask")

    async def _shift(self, row: int) -> None:
        question = ShiftQuestion(self._window)
        if await question.asked() == STAY:
            return
        by_s, scope = question.by_s, question.scope
        if by_s is None:
            self._window.notices.say(
                "That is no number of seconds", "Nothing was changed. Type for example -0.35."
            )
            return

        def change() -> Change:
            if scope == "one":
                return commands.shift(self._document, row, by_s)
            return commands.shift_from(self._document, row if scope == "from" else 0, by_s)

        self._editor.attempt(change)

    def _on_waive_chosen(self) -> None:
        found = self._window.model.findings(self._at())
        if found:
            self._window.coroutines.start(self._waive(found[0]), group="ask")

    async def _waive(self, found: Finding) -> None:
        question = ReasonQuestion(f"{found.rule}: {found.text}.", self._window)
        answer, reason = await question.asked(), question.reason.text().strip()
        if answer == STAY:
            return
        if not reason:
            self._window.notices.say("A reason is needed", "Nothing was changed.")
            return
        when = self._window.now().isoformat(timespec="seconds")
        waiver = Waiver(rule=found.rule, at_s=found.at_s, reason=reason, by=OPERATOR, when=when)
        self._editor.attempt(lambda: commands.waive(self._document, waiver))

    def _on_text_chosen(self) -> None:
        self._cues.type_in(Column.TEXT)

    def _on_start_chosen(self) -> None:
        self._cues.type_in(Column.START)

    def _on_end_chosen(self) -> None:
        self._cues.type_in(Column.END)

    def _on_keys_chosen(self) -> None:
        self._window.keys.show_keys(self._window.actions_.all_keys())
