"""A real X server, a person with real keys and a real mouse, and the program's look on it (needs Xvfb, xdotool)."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.stage import end_wait
from vodstudio.ui import theme as look


@contextmanager
def x_server() -> Iterator[str]:
    """A screen of its own."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


class Person:
    """Fingers: nothing here knows the program, only the screen."""

    async def do(self, *words: str) -> None:
        """One call of xdotool, then what follows from it."""
        done = await asyncio.create_subprocess_exec("xdotool", *words)
        assert await done.wait() == 0
        await self.rest()

    async def keys(self, *keys: str) -> None:
        for key in keys:
            await self.do("key", "--clearmodifiers", key)

    async def write(self, text: str) -> None:
        await self.do("type", "--clearmodifiers", "--delay", "8", text)

    async def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        await self.do("mousemove", *self._at(widget, place or widget.rect().center()), "click", "1")

    async def drag(self, widget: QWidget, start: QPoint, end: QPoint, *, let_go: bool = True) -> None:
        """Press, go there in steps, and let go."""
        await self.do("mousemove", *self._at(widget, start), "mousedown", "1")
        for step in range(1, 5):
            await self.do("mousemove", *self._at(widget, start + (end - start) * step / 4))
        if let_go:
            await self.let_go()

    async def let_go(self) -> None:
        await self.do("mouseup", "1")

    def _at(self, widget: QWidget, place: QPoint) -> tuple[str, str]:
        at = widget.mapToGlobal(place)
        return str(at.x()), str(at.y())

    async def rest(self) -> None:
        for _ in range(12):
            turned = asyncio.get_running_loop().create_future()
            QTimer.singleShot(10, lambda turned=turned: end_wait(turned))
            await turned


def on_a_screen(act: Callable[[QApplication, Path], Awaitable[None]]) -> None:
    """Let a person act there; pictures go into the folder that the command names."""
    import qasync

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)

    async def acted() -> None:
        await act(app, folder)

    with x_server() as display:
        os.environ["DISPLAY"] = display
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        app = QApplication(sys.argv)
        look.load_fonts()
        app.setStyle("Fusion")
        app.setFont(look.font())
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
            runner.run(acted())
