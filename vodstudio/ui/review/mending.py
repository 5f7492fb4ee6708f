"""What the program mends by itself when a person says so: one caption, or all of them as one change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vodstudio.captions.history import Change
from vodstudio.captions.mending import mend, mend_all
from vodstudio.ui.wording import many

if TYPE_CHECKING:
    from vodstudio.ui.review.window import ReviewWindow


class Mending(QObject):
    """Two keys; nothing is mended without being asked, and Ctrl+Z takes it back."""

    def __init__(self, window: ReviewWindow) -> None:
        super().__init__(window)
        self._window = window
        window.actions_["mend"].triggered.connect(self._on_mend_chosen)
        window.actions_["mend_all"].triggered.connect(self._on_mend_all_chosen)

    def _on_mend_chosen(self) -> None:
        window = self._window
        row = window.cues.row
        if row not in window.model.mendable:
            window.notices.say("Nothing here can be mended without a person", "Nothing was changed.")
        elif not window.editor.attempt(lambda: mend(window.review.document, row)):
            window.notices.say(
                "No way was found that makes it better",
                "Nothing was changed. Shorten the text, or change its times.",
            )

    def _on_mend_all_chosen(self) -> None:
        if not self._window.editor.is_busy:
            self._window.coroutines.start(self._mend_all())

    async def _mend_all(self) -> None:
        window, counts = self._window, [0]
        rows = window.model.mendable
        document = window.review.document.apart()

        def change() -> Change | None:
            made, counts[0] = mend_all(document, rows)
            return made

        await window.editor.attempt_aside(change)
        left = len(rows) - counts[0]
        window.notices.say(
            f"{many(counts[0], 'caption')} mended",
            f"{many(left, 'caption wants', 'captions want')} a person." if left else "Ctrl+Z takes it back.",
        )
