"""How corrections are kept: saved as a version, kept for later, taken up after a crash, or thrown away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vodstudio.ui.review.asking import STAY, Choice, LessonsQuestion, Question
from vodstudio.ui.wording import clock, many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vodstudio.captions.lessons import Lesson
    from vodstudio.ui.review.window import ReviewWindow


class Saving(QObject):
    """Asks where an answer is needed; nothing is lost without a person saying so."""

    def __init__(self, window: ReviewWindow) -> None:
        super().__init__(window)
        self._window = window
        self._editor = window.editor
        self._is_over = asyncio.Event()
        self._is_over.set()
        window.actions_["save"].triggered.connect(self._on_save_chosen)
        window.actions_["decide"].triggered.connect(self.decide)
        window.save.clicked.connect(window.actions_["save"].trigger)

    def offer_recovery(self) -> None:
        """What an earlier window left is offered, never taken up by itself (F07)."""
        review = self._window.review
        if review.left_behind is not None:
            self._window.notices.say(
                "Other words of this recording have corrections that were never saved",
                f"They are from {clock(review.left_behind)}, of words that do not count any more. "
                f"{self._window.actions_.tip('left_behind')} shows them; they stay noted on this computer.",
            )
        self.decide()

    def decide(self) -> None:
        """Ask what becomes of the changes that an earlier window left."""
        self._window.actions_["decide"].setEnabled(self._window.review.is_undecided)
        if self._window.review.is_undecided:
            self._window.coroutines.start(self._recover(), group="ask")

    def close_when_free(self) -> None:
        """What is under way is brought to its end first."""
        self._window.coroutines.start(self._close_when_free(), group="close")

    async def _close_when_free(self) -> None:
        await self._is_over.wait()
        await self._editor.free()
        self._window.close()

    def ask_and_close(self) -> None:
        """The one question at the end."""
        self._window.coroutines.start(self._leave(), group="leave")

    async def _recover(self) -> None:
        window, kept = self._window, self._window.review.kept
        assert kept is not None
        count = many(kept.count, "change")
        question = Question(
            "There are unsaved changes",
            f"{count} from {clock(kept.at)} were noted when the window or the computer stopped. "
            "They can be taken up where they ended, or thrown away. Escape decides later: they stay as they are, and "
            "until then the captions can be read and played, not changed.",
            (
                Choice("take", "Take them up"),
                Choice("throw", "Throw them away"),
                Choice(STAY, "Decide later"),
            ),
            window,
        )
        answer = await question.asked()
        if answer == "throw":
            await window.reviewing.forget(window.review)
        elif answer == "take":
            done = await window.reviewing.take_up(window.review)
            window.reload()
            window.notices.say(f"{many(done, 'change')} taken up", "They are not saved yet.")
        window.allow_writing(window.review.may_write)
        window.actions_["decide"].setEnabled(window.review.is_undecided)
        window.show_state()

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

    @property
    def is_saving(self) -> bool:
        """Whether a save has begun and is not over."""
        return not self._is_over.is_set()

    async def _save(self) -> bool:
        """Whether it was saved."""
        self._is_over.clear()
        try:
            return await self._asked_and_saved()
        finally:
            self._is_over.set()

    async def _asked_and_saved(self) -> bool:
        """What others have done meanwhile is shown before it is replaced (F09)."""
        window = self._window
        changed = await window.reviewing.changed_outside(window.review)
        if changed and not await self._is_replaced(
            "Another program changed the captions",
            f"{', '.join(path.name for path in changed)} is not what was made here. When the captions are made again, "
            "those changes are gone.",
        ):
            return False
        if await window.reviewing.chosen_meanwhile(window.review) is not None and not await self._is_replaced(
            "Other words were chosen while this window was open",
            "When you save, your corrections count from now on. The other words stay and can be chosen again.",
        ):
            return False
        saved = await self._editor.save()
        window.notices.say(
            "The corrections are saved as a version of their own",
            saved.later or "The captions are made, published and verified again.",
        )
        window.show_state()
        await self._offer_lessons(saved.lessons)
        return True

    async def _offer_lessons(self, lessons: Sequence[Lesson]) -> None:
        """Names that were corrected are offered for the next meetings; nothing is learnt by itself."""
        window = self._window
        city = window.reviewing.city_name(window.review)
        if not (lessons and city):
            return
        question = LessonsQuestion(lessons, city, window)
        if await question.asked() == STAY or not (wanted := question.wanted):
            return
        waiting = await window.reviewing.learn(window.review, wanted)
        window.notices.say(
            f"{many(len(wanted), 'name')} added to the words of {city}",
            f"{many(waiting, 'recording')} that nobody has heard yet will be heard with them."
            if waiting
            else "",
        )

    async def _is_replaced(self, title: str, words: str) -> bool:
        choices = (Choice(STAY, "Do not save"), Choice("save", "Replace them"))
        return await Question(title, words, choices, self._window).asked() == "save"

    def _on_save_chosen(self) -> None:
        """One at a time, from this moment on: a second press and the closing of the window find it begun."""
        if self._editor.has_unsaved and not (self._editor.is_busy or self.is_saving):
            self._is_over.clear()
            self._window.coroutines.start(self._save())
