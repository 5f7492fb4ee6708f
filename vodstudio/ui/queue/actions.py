"""Everything that can be done with the chosen jobs, once: for the menus, the keys and the help."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from vodstudio.core.approval import waits_for_a_yes
from vodstudio.core.jobs import JobState
from vodstudio.core.rows import JobRow
from vodstudio.ui import icons
from vodstudio.ui.theme import Theme

_OPEN = frozenset({JobState.WAITING, JobState.WORKING, JobState.PAUSED, JobState.HELD})
_LINE = frozenset({JobState.WAITING, JobState.PAUSED, JobState.HELD})
_WRONG = frozenset({JobState.FAILED, JobState.NEEDS_A_LOOK})
_RETRY = _WRONG | {JobState.CANCELLED, JobState.HELD, JobState.WAITING}
_GONE = _WRONG | {JobState.DONE, JobState.CANCELLED} | _LINE
_ANY = frozenset(JobState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something a person can do with jobs."""

    key: str
    text: str
    icon: str
    keys: str = ""
    states: frozenset[JobState] = _ANY
    ends_group: bool = False
    single: bool = False
    needs_yes: bool = False

    def fits(self, row: JobRow) -> bool:
        """Whether it makes sense for this job."""
        return row.state in self.states and (not self.needs_yes or waits_for_a_yes(row.problem))


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
    Deed(key="review", text="Review captions…", icon="captions", keys="Ctrl+E", single=True),
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
        """Allow what makes sense for these."""
        for deed in DEEDS:
            fits = any(deed.fits(row) for row in rows)
            self._of[deed.key].setEnabled(fits and (len(rows) == 1 or not deed.single))
        paused = bool(rows) and all(row.is_paused for row in rows)
        self._of["pause"].setText("Resume" if paused else "Pause")
