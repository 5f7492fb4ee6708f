"""Everything that can be done with the chosen jobs, once: for the menus, the keys and the help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from vodstudio.core.approval import waits_for_a_yes
from vodstudio.core.jobs import JobState, StepKind, StepState
from vodstudio.core.rows import JobRow
from vodstudio.ui import icons
from vodstudio.ui.theme import Theme

_OPEN = frozenset({JobState.WAITING, JobState.WORKING, JobState.PAUSED, JobState.HELD})
_LINE = frozenset({JobState.WAITING, JobState.PAUSED, JobState.HELD})
_WRONG = frozenset({JobState.FAILED, JobState.NEEDS_A_LOOK})
_RETRY = _WRONG | {JobState.CANCELLED, JobState.HELD, JobState.WAITING}
_GONE = _WRONG | {JobState.DONE, JobState.CANCELLED} | _LINE
_ANY = frozenset(JobState)
_NO_WORDS = "There are no words yet. The captions can be reviewed when the speech step is done."
_ONE_ALONE = "Choose one job alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something a person can do with jobs; `on_button` is its word where there is little room."""

    key: str
    text: str
    on_button: str = ""
    about: str = ""
    icon: str
    keys: str = ""
    states: frozenset[JobState] = _ANY
    ends_group: bool = False
    single: bool = False
    needs_yes: bool = False
    needs_words: bool = False

    def fits(self, row: JobRow) -> bool:
        """Whether it makes sense for this job."""
        if self.needs_words and not has_words(row):
            return False
        return row.state in self.states and (not self.needs_yes or waits_for_a_yes(row.problem))

    def why_not(self, rows: Sequence[JobRow]) -> str:
        """What keeps it from being done with these; nothing when they fit."""
        if self.single and len(rows) != 1:
            return _ONE_ALONE
        return _NO_WORDS if self.needs_words and not any(has_words(row) for row in rows) else ""


def has_words(row: JobRow) -> bool:
    """Whether the recording was heard to its end."""
    return any(pip.kind is StepKind.SPEECH and pip.state is StepState.DONE for pip in row.pips)


DEEDS: tuple[Deed, ...] = (
    Deed(key="pause", text="Pause", icon="pause", keys="Space", states=_OPEN),
    Deed(key="now", text="This one now", icon="now", keys="Ctrl+Shift+N", states=_OPEN, single=True),
    Deed(key="approve", text="Approve", icon="check", keys="Ctrl+Shift+A", states=_WRONG, needs_yes=True),
    Deed(key="retry", text="Retry", icon="retry", keys="Ctrl+R", states=_RETRY),
    Deed(key="cancel", text="Cancel", icon="cancel", keys="Ctrl+Backspace", states=_OPEN, ends_group=True),
    Deed(key="to_top", text="Move to top", icon="top", keys="Ctrl+T", states=_OPEN),
    Deed(key="up", text="Move up", icon="up", keys="Ctrl+Up", states=_OPEN),
    Deed(key="down", text="Move down", icon="down", keys="Ctrl+Down", states=_OPEN),
    Deed(key="to_bottom", text="Move to bottom", icon="bottom", keys="Ctrl+B", states=_OPEN),
    Deed(
        key="to_normal",
        text="Back to the fair order",
        icon="settings",
        keys="Ctrl+Shift+T",
        states=_OPEN,
        ends_group=True,
    ),
    Deed(key="acknowledge", text="Mark as seen", icon="look", keys="Ctrl+M", states=_WRONG),
    Deed(
        key="review",
        text="Review captions…",
        on_button="Captions…",
        about="Read and correct the captions beside the video",
        icon="captions",
        keys="Ctrl+E",
        single=True,
        needs_words=True,
    ),
    Deed(key="report", text="Copy report", icon="copy", keys="Ctrl+Shift+C", single=True),
    Deed(key="folder", text="Open its folder", icon="folder", keys="Ctrl+I", single=True, ends_group=True),
    Deed(key="remove", text="Remove from the queue", icon="remove", keys="Del", states=_GONE),
)


class JobActions(QObject):
    """The deeds as Qt actions, enabled for what is chosen."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._of = {deed.key: QAction(deed.text, self) for deed in DEEDS}
        for deed in DEEDS:
            action = self._of[deed.key]
            if deed.on_button:
                action.setIconText(deed.on_button)
            action.setShortcut(QKeySequence(deed.keys))
            action.setObjectName(f"job-{deed.key}")
        self.set_theme(theme)
        self.show_for([])

    def __getitem__(self, key: str) -> QAction:
        return self._of[key]

    def all(self) -> list[QAction]:
        """In the order of the menu."""
        return list(self._of.values())

    def with_separators(self) -> list[QAction | None]:
        """The same, with None where a line belongs."""
        found: list[QAction | None] = []
        for deed in DEEDS:
            found.append(self._of[deed.key])
            if deed.ends_group:
                found.append(None)
        return found

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in these colours."""
        for deed in DEEDS:
            self._of[deed.key].setIcon(icons.icon(deed.icon, theme.muted, disabled=theme.track))

    def show_for(self, rows: list[JobRow]) -> None:
        """Allow what makes sense for these, and say why not."""
        paused = bool(rows) and all(row.is_paused for row in rows)
        self._of["pause"].setText("Resume" if paused else "Pause")
        for deed in DEEDS:
            fits = any(deed.fits(row) for row in rows)
            action, why_not = self._of[deed.key], deed.why_not(rows)
            action.setEnabled(fits and not why_not)
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(why_not or f"{deed.about or action.text()} ({keys})")
