"""The window as a process: QApplication, the loop, the order of start and stop, one instance, last chance."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtWidgets import QApplication

from vodstudio import paths
from vodstudio.core.errors import Problem, VodError, problem_of
from vodstudio.paths import Places
from vodstudio.ui import theme as look
from vodstudio.ui.main_window import MainWindow

if TYPE_CHECKING:
    from vodstudio.owner import Ownership
    from vodstudio.session import Start


def main(argv: list[str], *, is_demo: bool = False) -> int:
    """Open the window, or let the one that is open come forward with these files."""
    files = tuple(Path(each).absolute() for each in argv)
    where = paths.places(os.environ)
    trouble: Problem | None = None
    ownership: Ownership | None = None
    try:
        ownership = own(where, files)
        if ownership is None:
            return 0
    except VodError as error:
        trouble = problem_of(error)
    app = make_application()
    choice, geometry, tab = _remembered(where)
    theme = look.chosen(choice, app)
    look.apply(app, theme)
    window = MainWindow(theme)
    window.restore_place(geometry)
    window.header.tabs.choose(tab)
    window.show()
    wait_for_paint(window)

    from vodstudio.session import Start

    start = Start(
        app=app,
        window=window,
        places=where,
        choice=choice,
        ownership=ownership,
        trouble=trouble,
        files=files,
        is_demo=is_demo,
    )
    return _run(start)


def own(where: Places, files: tuple[Path, ...]) -> Ownership | None:
    """The folders and the lock; None when another window took the files and came forward."""
    from vodstudio.owner import Owner, ask, take_or_find

    paths.make(where)
    found = take_or_find(where)
    if isinstance(found, Owner):
        ask(found, "raise", {"paths": [str(path) for path in files]})
        return None
    return found


def make_application() -> QApplication:
    """The application with our font; the look follows."""
    QApplication.setDesktopFileName("vod-studio")
    QApplication.setApplicationName("VOD Studio")
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    app.setStyle("Fusion")
    look.load_fonts()
    app.setFont(look.font())
    return app


def wait_for_paint(window: MainWindow) -> None:
    """Let Qt alone run until the window was painted once: only then is the rest of the program loaded.

    This is no nested loop: nothing else runs yet, and the real loop begins after it.
    """
    first = QEventLoop()
    window.skeleton.painted.connect(first.quit, Qt.ConnectionType.QueuedConnection)
    first.exec()


def _remembered(where: Places) -> tuple[look.Choice, str, int]:
    from vodstudio.config import read_window_settings

    told = read_window_settings(where)
    return look.Choice(told.theme.value), told.geometry, told.tab if told.tab in (0, 1, 2) else 0


def _run(start: Start) -> int:
    """The loop, from here to the end."""
    import asyncio

    import qasync

    from vodstudio.session import run

    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(start.app)) as runner:
        return runner.run(run(start))
