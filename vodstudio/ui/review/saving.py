"""How corrections are kept: saved as a version, kept for later, taken up after a crash, or thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vodstudio.ui.review.asking import STAY, Choice, Question
from vodstudio.ui.wording import clock, many

if TYPE_CHECKING:
    from vodstudio.ui.review.window import ReviewWindow


class Saving(QObject):
    """Asks where an answer is needed; nothing is lost without a person saying so."""

    def __init__(self, window: ReviewWindow) -> None:
        super().__init__(window)
        self._window = window
        self._editor = window.editor
        window.actions_["save"].triggered.connect(self._on_save_chosen)
        window.save.clicked.connect(window.actions_["save"].trigger)

    def offer_recovery(self) -> None:
        """What an earlier window left is offered, never taken up by itself (F07)."""
        if self._window.review.kept is not None:
            self._window.coroutines.start(self._recover())

    def ask_and_close(self) -> None:
        """The one question at the end."""
        self._window.coroutines.start(self._leave(), group="leave")

    async def _recover(self) -> None:
        window, kept = self._window, self._window.review.kept
        assert kept is not None
        count = many(len(kept.changes), "change")
        question = Question(
            "There are unsaved changes",
            f"{count} from {clock(kept.at)} were noted when the window or the computer stopped. "
            "They can be taken up where they ended, or thrown away.",
            (Choice("take", "Take them up"), Choice("throw", "Throw them away")),
            window,
        )
        answer = await question.asked()
        if answer == "throw":
            await window.reviewing.forget(window.review)
            return
        done = await window.reviewing.take_up(window.review)
        window.reload()
        window.notices.say(f"{many(done, 'change')} taken up", "They are not saved yet.")

    async def _leave(self) -> None:
        window = self._window
        question = Question(
            "The corrections are not saved",
            "Save makes the captions again. Keep for later leaves them noted on this computer until you open this window again.",
            (
                Choice("save", "Save and make again"),
                Choice("keep", "Keep for later"),
                Choice("throw", "Throw away"),
                Choice(STAY, "Stay"),
            ),
            window,
        )
        answer = await question.asked()
        if answer == STAY or (answer == "save" and not await self._save()):
            return
        if answer == "throw":
            await self._editor.forget()
        else:
            await self._editor.flush()
        window.may_close = True
        window.close()

    async def _save(self) -> bool:
        """Whether it was saved; captions that another program changed are shown before they are replaced (F09)."""
        window = self._window
        changed = await window.reviewing.changed_outside(window.review)
        if changed:
            names = ", ".join(path.name for path in changed)
            question = Question(
                "Another program changed the captions",
                f"{names} is not what was made here. When the captions are made again, those changes are gone.",
                (Choice(STAY, "Do not save"), Choice("save", "Replace them")),
                window,
            )
            if await question.asked() != "save":
                return False
        saved = await self._editor.save()
        window.notices.say(
            "The corrections are saved as a version of their own",
            saved.later or "The captions are made, published and verified again.",
        )
        window.show_state()
        return True

    def _on_save_chosen(self) -> None:
        if self._editor.has_unsaved and not self._editor.is_busy:
            self._window.coroutines.start(self._save())
