"""Places between words that no caption reaches across: what lies between two of them is laid out by itself."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import attrgetter

from vodstudio.captions.edits import Edits
from vodstudio.captions.transcript import Word


class Borders:
    """The borders of these words and decisions; `inside` is the first word that no file will hold (F10)."""

    def __init__(
        self, words: Sequence[Word], edits: Edits, *, duration_s: float, hard_pause_s: float
    ) -> None:
        self._words = words
        self._edits = edits
        self._pause_s = hard_pause_s
        self._duration_s = duration_s
        self._locks = sorted({0, *edits.locked_breaks})
        self.inside = len(words)
        if duration_s > 0:
            self.inside = bisect_left(words, duration_s, key=attrgetter("start"))
            while self._is_drawn_inside():
                after = bisect_right(self._locks, self.inside)
                self.inside = self._locks[after] if after < len(self._locks) else len(words)

    def before(self, word: int) -> int:
        """The border at or before this word."""
        while word > 0 and not self._is_border(word):
            word -= 1
        return max(0, word)

    def after(self, word: int) -> int:
        """The border at or after this word."""
        while word < len(self._words) and not self._is_border(word):
            word += 1
        return min(word, len(self._words))

    def block(self, low: int, high: int) -> tuple[int, int]:
        """The words around these between which captions depend on each other."""
        return self.before(low), self.after(high)

    def _is_drawn_inside(self) -> bool:
        """Whether a person has made the words at the video's end one caption that begins before it."""
        if self.inside >= len(self._words):
            return False
        lock = self._locks[bisect_right(self._locks, self.inside) - 1]
        start_s = self._edits.time_overrides.get(lock, (self._words[lock].start, 0.0))[0]
        return lock in self._edits.whole and start_s < self._duration_s

    def _is_border(self, word: int) -> bool:
        """Whether it is locked, silent, or the video's end."""
        lock = self._locks[bisect_right(self._locks, word) - 1]
        if word in (lock, self.inside):
            return True
        pause_s = self._words[word].start - self._words[word - 1].end
        return pause_s >= self._pause_s and lock not in self._edits.whole
