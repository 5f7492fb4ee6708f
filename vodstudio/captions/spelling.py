"""The words of a document as its captions write them, kept in step with each change of the words."""

from __future__ import annotations

from collections.abc import Sequence, Set
from copy import copy

from vodstudio.captions.numerals import REACH, spelled
from vodstudio.captions.transcript import Word
from vodstudio.core.station import Numbers


class Spelling:
    """As many words as there are; a number of several words stands in its first one, the others are empty."""

    def __init__(self, words: Sequence[Word], breaks: Set[int], numbers: Numbers, language: str) -> None:
        self._numbers = numbers
        self._language = language
        self.words = list(self._spelled(words, breaks, 0, len(words)))

    @property
    def anew(self) -> tuple[Word, ...] | None:
        """All of them, where the style may make them other ones than were heard."""
        return None if self._numbers is Numbers.AS_HEARD else tuple(self.words)

    def place_after(self, first: int, count: int) -> int:
        """The word that follows so many written ones, from `first` on."""
        written = [at for at in range(first, len(self.words)) if self.words[at].text.strip()]
        return written[count] if count < len(written) else len(self.words)

    def apart(self) -> Spelling:
        """The same a second time."""
        twin = copy(self)
        twin.words = list(self.words)
        return twin

    def replaced(
        self,
        words: Sequence[Word],
        breaks: Set[int],
        place: tuple[int, int, int],
        reach: tuple[int, int],
    ) -> tuple[int, int]:
        """Words were replaced: from where, how many, by how many. The words, as they were numbered before, whose
        captions change with it: those of `reach`, and other numbers that are written differently now."""
        first, removed, inserted = place
        self.words[first : first + removed] = words[first : first + inserted]
        begin, stop = max(0, first - REACH), min(len(words), first + inserted + REACH)
        found = self._spelled(words, breaks, begin, stop)
        changed = [at for at in range(begin, stop) if self.words[at] != found[at - begin]]
        self.words[begin:stop] = found
        low, high = reach
        if not changed:
            return low, high
        return min(low, changed[0]), max(high, changed[-1] + 1 - (inserted - removed))

    def _spelled(self, words: Sequence[Word], breaks: Set[int], begin: int, stop: int) -> Sequence[Word]:
        low, high = max(0, begin - REACH), min(len(words), stop + REACH)
        near = {word - low for word in breaks if low < word < high}
        return spelled(words[low:high], self._numbers, self._language, near)[begin - low : stop - low]
