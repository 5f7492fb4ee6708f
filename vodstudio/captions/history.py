"""What was done to captions, in order: what can be taken back, what can be done again, and whether all is saved."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

from vodstudio.captions.edits import Edits
from vodstudio.captions.transcript import Word

MOST_UNDO = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that a person did: words replaced by others at one place, and what was decided before and after.

    `reach` are the words, before the change, whose captions may change with it; None when none can.
    """

    name: str
    before: Edits
    after: Edits
    first: int = 0
    removed: tuple[Word, ...] = ()
    inserted: tuple[Word, ...] = ()
    reach: tuple[int, int] | None = None

    @property
    def growth(self) -> int:
        """How many words more there are afterwards."""
        return len(self.inserted) - len(self.removed)

    def undone(self) -> Change:
        """The change that takes this one back."""
        return Change(
            name=self.name,
            before=self.after,
            after=self.before,
            first=self.first,
            removed=self.inserted,
            inserted=self.removed,
            reach=None if self.reach is None else (self.reach[0], self.reach[1] + self.growth),
        )


class History:
    """The changes of one document; the oldest are forgotten, and cannot be taken back any more."""

    def __init__(self) -> None:
        self._done: list[Change] = []
        self._undone: list[Change] = []
        self._forgotten: Change | None = None
        self._saved: Change | None = None

    @property
    def back(self) -> Change | None:
        """The change that takes the last one back."""
        return self._done[-1].undone() if self._done else None

    @property
    def again(self) -> Change | None:
        """The change that was taken back last."""
        return self._undone[-1] if self._undone else None

    @property
    def is_changed(self) -> bool:
        """Whether something was done or taken back since all was saved."""
        return self._newest is not self._saved

    def did(self, change: Change) -> None:
        """This was done; what was taken back before it is gone."""
        self._undone.clear()
        self._done.append(change)
        if len(self._done) > MOST_UNDO:
            self._forgotten = self._done.pop(0)

    def go_back(self) -> Change | None:
        """The last change is taken back; what is to be done for that."""
        back = self.back
        if back is not None:
            self._undone.append(self._done.pop())
        return back

    def go_on(self) -> Change | None:
        """What was taken back is done again."""
        again = self.again
        if again is not None:
            self._done.append(self._undone.pop())
        return again

    def mark_saved(self) -> None:
        """What is there now is saved."""
        self._saved = self._newest

    def apart(self) -> History:
        """The same a second time."""
        twin = copy(self)
        twin._done, twin._undone = list(self._done), list(self._undone)
        return twin

    @property
    def _newest(self) -> Change | None:
        """The change that led to what is there now; None at the beginning."""
        return self._done[-1] if self._done else self._forgotten
