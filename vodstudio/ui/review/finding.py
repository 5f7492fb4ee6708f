"""Find and replace in the captions of one window: places, steps between them, and other text at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from vodstudio.captions.commands import Match, find, replace_matches

if TYPE_CHECKING:
    from vodstudio.ui.review.window import ReviewWindow

MANY_PLACES = 200


class Finder(QObject):
    """Joins the bar to the list; places are looked for again when the captions have changed."""

    def __init__(self, window: ReviewWindow) -> None:
        super().__init__(window)
        self._window = window
        self._bar, self._document = window.find_bar, window.review.document
        self._matches: list[Match] = []
        self._place = -1
        self._bar.searched.connect(self._on_searched)
        self._bar.stepped.connect(self._step)
        self._bar.replace_wanted.connect(self._on_replace_wanted)
        self._bar.replace_all_wanted.connect(self._on_replace_all_wanted)
        self._bar.closed.connect(self.close)
        window.editor.touched.connect(self._on_touched)

    def open(self) -> None:
        """Show the bar and type there."""
        self._bar.show()
        self._bar.needle.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._bar.needle.selectAll()
        self._search()

    def close(self) -> None:
        """Hide it; the keyboard is in the list again."""
        self._bar.hide()
        self._window.cues.setFocus(Qt.FocusReason.OtherFocusReason)

    def next(self) -> None:
        """The next place."""
        self._step(1)

    def previous(self) -> None:
        """The one before."""
        self._step(-1)

    def _on_searched(self) -> None:
        self._place = -1
        self._search()

    def _on_touched(self) -> None:
        if self._bar.isVisible():
            self._search()

    def _search(self) -> None:
        self._matches = find(self._document, self._bar.needle.text(), is_case_told=self._bar.case.isChecked())
        self._place = min(self._place, len(self._matches) - 1)
        self._bar.show_count(len(self._matches), self._place)

    def _step(self, by: int) -> None:
        """From the place where we are; the first time from the chosen caption on."""
        if not self._matches:
            return
        if self._place < 0:
            row = self._window.cues.row
            below = next((n for n, match in enumerate(self._matches) if match.row >= row), 0)
            self._place = below if by > 0 else below - 1
        else:
            self._place += by
        self._place %= len(self._matches)
        self._bar.show_count(len(self._matches), self._place)
        self._window.cues.choose(self._matches[self._place].row)

    def _on_replace_wanted(self) -> None:
        """This place; then the next one is shown."""
        if self._place < 0:
            self._step(1)
            return
        place, text = self._place, self._bar.other.text()
        matches, before = [self._matches[place]], len(self._matches)
        if self._window.editor.attempt(lambda: replace_matches(self._document, matches, text)):
            self._place = place + len(self._matches) - before  # what was put there may be found again
        self._step(1)

    def _on_replace_all_wanted(self) -> None:
        matches, text = list(self._matches), self._bar.other.text()
        count = len(matches)
        if count > MANY_PLACES:
            self._window.coroutines.start(self._replace_many(matches, text))
        elif self._window.editor.attempt(lambda: replace_matches(self._document, matches, text)):
            self._say_replaced(count)

    async def _replace_many(self, matches: list[Match], text: str) -> None:
        """Thousands of places are laid out beside the window."""
        editor, twin = self._window.editor, self._document.apart()
        if await editor.attempt_aside(lambda: replace_matches(twin, matches, text)):
            await editor.free()
            self._say_replaced(len(matches))

    def _say_replaced(self, count: int) -> None:
        self._window.notices.say(
            f"{count:,} {'place' if count == 1 else 'places'} replaced", "Ctrl+Z takes it back."
        )
