"""Names that were written as the city's list says: listed by kind, reached with one press, taken back, and undone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from vodstudio.core.errors import Conflict
from vodstudio.core.jobs import Job
from vodstudio.ui.desk import Desk
from vodstudio.ui.parts import Button, button, empty, label
from vodstudio.ui.wording import TIMES, duration, many

if TYPE_CHECKING:
    from vodstudio.captions.rewording import Rewritten
    from vodstudio.core.transcripts import TranscriptVersion
    from vodstudio.services.rewording import TakenBack

Kind = tuple[str, str]
MOST_PLACES = 60
MADE_AGAIN = "The captions are made, published and verified again."
TALLEST_PX, LINE_PX = 190, 26


class RewrittenPanel(QWidget):
    """A line that says how many there are; opened, it lists them. `emptied` when the last one was taken back here."""

    place_wanted = Signal(float)
    emptied = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._job: Job | None = None
        self._version: TranscriptVersion | None = None
        self._found: tuple[Rewritten, ...] = ()
        self._buttons: list[Button] = []
        self._is_taking = False
        self.toggle = button(
            "",
            self,
            role="link",
            tip="Written as the city's list says. Press to see the places, and to take them back",
        )
        self.toggle.setCheckable(True)
        self.toggle.toggled.connect(self._on_toggled)
        self._build_list()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.addSpacing(-4)
        row.addWidget(self.toggle)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._list)
        self._list.hide()
        self.hide()

    def _build_list(self) -> None:
        self._list = QScrollArea(self)
        self._list.setWidgetResizable(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setAccessibleName("Names that were put right")
        inner = QFrame(self._list)
        inner.setProperty("role", "clear")
        self._lines = QVBoxLayout(inner)
        self._lines.setContentsMargins(0, 2, 6, 4)
        self._lines.setSpacing(2)
        self._list.setWidget(inner)

    def show_found(
        self, job: Job | None, version: TranscriptVersion | None, found: Sequence[Rewritten]
    ) -> None:
        """These, of this version; nothing where no name was put right."""
        had_focus = self.isAncestorOf(self.window().focusWidget() or self.window())
        is_other = job is None or self._job is None or job.id != self._job.id
        self._job, self._version, self._found = job, version, tuple(found)
        if is_other:
            self.toggle.setChecked(False)
        self.setVisible(bool(found))
        kinds = len(by_kind(found))
        self.toggle.setText(f"{many(kinds, 'name')} put right in {many(len(found), 'place')}")
        if self.toggle.isChecked():
            self._fill()
        if had_focus and found:
            self.toggle.setFocus(Qt.FocusReason.OtherFocusReason)
        elif had_focus:
            self.emptied.emit()

    def _on_toggled(self, is_open: bool) -> None:
        self._list.setVisible(is_open)
        if is_open:
            self._fill()

    def _fill(self) -> None:
        """The kinds that occur most are in front; of very many places the first are listed."""
        empty(self._lines)
        self._buttons = []
        left = MOST_PLACES
        for kind, places in by_kind(self._found).items():
            self._add_kind(kind, places)
            for each in places[: max(0, left)]:
                self._add_place(each)
            left -= len(places)
        if left < 0:
            told = f"{-left:,} more places are not listed one by one."
            self._lines.addWidget(label(told, "small", self._list, wraps=True))
        self._lines.addStretch(1)
        for one, following in pairwise([self.toggle, *self._buttons]):
            self.setTabOrder(one, following)
        self._list.setFixedHeight(min(TALLEST_PX, LINE_PX * self._lines.count()))

    def _add_kind(self, kind: Kind, places: Sequence[Rewritten]) -> None:
        heard, written = kind
        told = label(f"{heard} → {written} ({len(places):,}{TIMES})", "strong", self._list, wraps=True)
        row = QHBoxLayout()
        row.addWidget(told, 1)
        if len(places) > 1:
            row.addWidget(
                self._taking("Take back all", f"“{written}”, heard as “{heard}”, everywhere", places)
            )
        self._lines.addLayout(row)

    def _add_place(self, each: Rewritten) -> None:
        at = duration(int(each.start_s))
        show = button(at, self._list, role="link", tip=each.said)
        show.setAccessibleName(f"Show {at}: {each.said}")
        self._buttons.append(show)
        show.clicked.connect(partial(self._on_place_pressed, each.start_s))
        row = QHBoxLayout()
        row.addWidget(show)
        row.addWidget(label(each.said, "small", self._list, wraps=True), 1)
        row.addWidget(self._taking("Take back", f"“{each.place.written}” at {at}", [each]))
        self._lines.addLayout(row)

    def _taking(self, text: str, what: str, places: Sequence[Rewritten]) -> Button:
        made = button(text, self._list, role="link", tip="Write what was heard, and make the captions again")
        made.setAccessibleName(f"{text}: {what}")
        self._buttons.append(made)
        made.clicked.connect(partial(self._on_taking_pressed, tuple(places)))
        return made

    def _on_place_pressed(self, start_s: float, *_: bool) -> None:
        self.place_wanted.emit(start_s)

    def _on_taking_pressed(self, places: tuple[Rewritten, ...], *_: bool) -> None:
        if self._job is not None and self._version is not None and not self._is_taking:
            self._is_taking = True
            self._desk.coroutines.start(self._take(self._job, self._version, places))

    async def _take(self, job: Job, version: TranscriptVersion, places: tuple[Rewritten, ...]) -> None:
        """One at a time: the next press is about the version that this one makes."""
        try:
            await TakingBack(self._desk, job, self).take(version, places)
        finally:
            self._is_taking = False


class TakingBack(QObject):
    """One deed with its way back."""

    def __init__(self, desk: Desk, job: Job, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._job = job
        self._done: TakenBack | None = None
        self._title = ""

    async def take(self, version: TranscriptVersion, places: Sequence[Rewritten]) -> None:
        """Write what was heard in these places, and offer the way back."""
        self._done = await self._desk.rewording.take_back(self._job, version, [each.place for each in places])
        self._title = f"{many(len(places), 'place says', 'places say')} what was heard again"
        if self._done.later:
            self._offer_again(self._done.later)
        else:
            self._desk.notices.offer_undo(self._title, MADE_AGAIN, self._on_undo_pressed)

    def _offer_again(self, later: str) -> None:
        """The words are kept; their captions could not be made right now."""
        toast = self._desk.notices.say(self._title, later, stays=True)
        toast.add_button("Undo", self._on_undo_pressed)
        toast.add_button("Make captions again", self._on_again_pressed)
        toast.add_button("Close")

    def _on_again_pressed(self) -> None:
        self._desk.coroutines.start(self._again())

    async def _again(self) -> None:
        try:
            await self._desk.transcripts.captions_again(self._job.id)
        except Conflict as error:
            self._offer_again(f"{error.title}. {error.hint}")
            return
        self._desk.notices.say("The captions are made again", "They are published and verified after that.")

    def _on_undo_pressed(self) -> None:
        self._desk.coroutines.start(self._undo())

    async def _undo(self) -> None:
        assert self._done is not None
        back = await self._desk.rewording.undo(self._job, self._done)
        self._desk.notices.say(
            "The names are written as before",
            back.later or "The captions are made, published and verified again.",
        )
        self.deleteLater()


def by_kind(found: Sequence[Rewritten]) -> dict[Kind, list[Rewritten]]:
    """What was heard and what was written, the most frequent first, each with its places in order."""
    kinds: dict[Kind, list[Rewritten]] = {}
    for each in found:
        kinds.setdefault((each.place.heard, each.place.written), []).append(each)
    return dict(sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0])))
