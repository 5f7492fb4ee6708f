"""Everything that can be done in the review window, once: for the menu, the keys, the tips and the sheet of keys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

NATIVE = QKeySequence.SequenceFormat.NativeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something a person can do; `writes` is what a read-only window may not."""

    key: str
    text: str
    keys: str
    also: str = ""
    writes: bool = False


GROUPS: tuple[tuple[str, tuple[Deed, ...]], ...] = (
    (
        "Listen",
        (
            Deed(key="play", text="Play or pause", keys="Ctrl+Space"),
            Deed(key="play_line", text="Play this caption", keys="F5"),
            Deed(key="loop", text="Repeat this caption", keys="F6"),
            Deed(key="back", text="2 seconds back", keys="Alt+Left"),
            Deed(key="forward", text="2 seconds on", keys="Alt+Right"),
            Deed(key="slower", text="Slower", keys="Ctrl+-"),
            Deed(key="faster", text="Faster", keys="Ctrl+=", also="Ctrl++"),
            Deed(key="normal", text="Normal speed", keys="Ctrl+0"),
        ),
    ),
    (
        "Go",
        (
            Deed(key="next_problem", text="Next problem", keys="F8"),
            Deed(key="previous_problem", text="Previous problem", keys="Shift+F8"),
            Deed(key="here", text="The caption at the play head", keys="Ctrl+L"),
            Deed(key="find", text="Find and replace", keys="Ctrl+F", also="Ctrl+H"),
            Deed(key="find_next", text="Next place found", keys="F3"),
            Deed(key="find_previous", text="Previous place found", keys="Shift+F3"),
        ),
    ),
    (
        "Correct",
        (
            Deed(key="text", text="Change the text", keys="F2", writes=True),
            Deed(key="start", text="Type the beginning", keys="Ctrl+Shift+B", writes=True),
            Deed(key="end", text="Type the end", keys="Ctrl+Shift+E", writes=True),
            Deed(key="split", text="Split", keys="Ctrl+Return", writes=True),
            Deed(key="merge", text="Join with the next", keys="Ctrl+M", writes=True),
            Deed(key="insert", text="Add a caption at the play head", keys="Ins", writes=True),
            Deed(key="delete", text="Delete the caption", keys="Ctrl+Del", writes=True),
            Deed(key="mend", text="Mend it", keys="Ctrl+E", writes=True),
            Deed(key="mend_all", text="Mend all that can be mended", keys="Ctrl+Shift+R", writes=True),
            Deed(key="place", text="Show it at the top or at the bottom", keys="Ctrl+P", writes=True),
            Deed(key="waive", text="Leave it as it is…", keys="Ctrl+K", writes=True),
        ),
    ),
    (
        "Times",
        (
            Deed(key="start_here", text="Begin at the play head", keys="F9", writes=True),
            Deed(key="end_here", text="End at the play head", keys="Shift+F9", writes=True),
            Deed(key="earlier", text="A tenth of a second earlier", keys="Alt+Up", writes=True),
            Deed(key="later", text="A tenth of a second later", keys="Alt+Down", writes=True),
            Deed(key="start_earlier", text="Begin a frame earlier", keys="Ctrl+Shift+Left", writes=True),
            Deed(key="start_later", text="Begin a frame later", keys="Ctrl+Shift+Right", writes=True),
            Deed(key="end_earlier", text="End a frame earlier", keys="Alt+Shift+Left", writes=True),
            Deed(key="end_later", text="End a frame later", keys="Alt+Shift+Right", writes=True),
            Deed(key="shift", text="Shift…", keys="Ctrl+T", writes=True),
        ),
    ),
    (
        "Window",
        (
            Deed(key="undo", text="Undo", keys="Ctrl+Z", writes=True),
            Deed(key="redo", text="Redo", keys="Ctrl+Shift+Z", also="Ctrl+Y", writes=True),
            Deed(key="save", text="Save and make the captions again", keys="Ctrl+S", writes=True),
            Deed(key="measure", text="Measure accuracy…", keys="Ctrl+Shift+A"),
            Deed(key="decide", text="Unsaved changes of an earlier window…", keys="Ctrl+Shift+U"),
            Deed(key="left_behind", text="Corrections of other words…", keys="Ctrl+Shift+L"),
            Deed(key="keys", text="Keys", keys="F1"),
            Deed(key="close", text="Close", keys="Ctrl+W"),
        ),
    ),
)


class ReviewActions(QObject):
    """The deeds as Qt actions of one window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._of: dict[str, QAction] = {}
        self.menu = QMenu(window)
        for title, deeds in GROUPS:
            part = self.menu.addMenu(title)
            for deed in deeds:
                self._of[deed.key] = action = QAction(deed.text, window)
                action.setShortcuts([QKeySequence(keys) for keys in (deed.keys, deed.also) if keys])
                action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
                action.setObjectName(f"review-{deed.key}")
                window.addAction(action)
                part.addAction(action)

    def __getitem__(self, key: str) -> QAction:
        return self._of[key]

    def tip(self, key: str) -> str:
        """What a button of this deed says: the deed and its key."""
        action = self._of[key]
        return f"{action.text().rstrip('…')} ({action.shortcut().toString(NATIVE)})"

    def tell_mendable(self, count: int) -> None:
        """How many captions the program may mend, in the menu."""
        self._of["mend_all"].setText(f"Mend all that can be mended ({count:,})")

    def writing(self) -> list[QAction]:
        """Those that change the captions."""
        return [self._of[deed.key] for _, deeds in GROUPS for deed in deeds if deed.writes]

    def allow_writing(self, is_allowed: bool) -> None:
        """In a read-only window nothing can be changed."""
        for action in self.writing():
            action.setEnabled(is_allowed)

    def all_keys(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """For the sheet of keys."""
        return [
            (title, [(d.text.rstrip("…"), self._of[d.key].shortcut().toString(NATIVE)) for d in deeds])
            for title, deeds in GROUPS
        ]
