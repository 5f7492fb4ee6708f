"""The review window on a real X server with real keys and clicks: `python -m tests.ui.xtrial FOLDER` (needs Xvfb, xdotool).

It works like an operator: finds a problem, corrects words, splits, plays, replaces, saves; and keeps pictures on the way.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.review_kit import JOB, ReviewStage, heard, heard_words
from tests.ui.stage import end_wait
from vodstudio.captions.transcript import Word
from vodstudio.ui import theme as look
from vodstudio.ui.review.window import ReviewWindow
from vodstudio.workers.waveform import write_peaks

LIMIT_S = 120.0


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
        at = widget.mapToGlobal(place or widget.rect().center())
        await self.do("mousemove", str(at.x()), str(at.y()), "click", "1")

    async def rest(self) -> None:
        for _ in range(12):
            turned = asyncio.get_running_loop().create_future()
            QTimer.singleShot(10, lambda turned=turned: end_wait(turned))
            await turned


async def trial(app: QApplication, folder: Path, home: Path, theme: look.Theme) -> None:
    """A correction from the first look to the saved version."""
    stage = ReviewStage(app, home, theme)
    try:
        await stage.fill(heard(tuple(_with_faults())))
        window = await stage.open()
        window.resize(QSize(1366, 768))
        window.move(0, 0)
        window.activateWindow()
        peaks = home / "meeting.peaks"
        await asyncio.to_thread(write_peaks, window.review.video.path, peaks, 123.5, lambda _: None)
        await stage.until(lambda: window.sound._peaks != b"")
        window.sound.show_peaks(peaks.read_bytes(), 50.0)
        await stage.until(lambda: window.model.wrong_count > 0 and window.player.can_play)
        await _correct(stage, Person(), window, folder, theme.name)
        version = await stage.transcripts.chosen((await stage.jobs.job(JOB)).recording.id)
        assert version is not None
        assert version.is_by_hand
    finally:
        await stage.close()


async def _correct(stage: ReviewStage, person: Person, window: ReviewWindow, folder: Path, name: str) -> None:
    def shoot(what: str) -> None:
        window.grab().save(str(folder / f"review-{what}-{name}-{window.width()}.png"))

    await person.click(window.cues.viewport(), QPoint(300, 70))
    assert window.cues.row == 1
    await person.keys("F8")
    assert window.model.findings(window.cues.row)
    shoot("problem")
    await person.keys("F2", "ctrl+a")
    await person.write("Council member Johnson is here.")
    shoot("typing")
    await person.keys("Return")
    said = " ".join(cue.text for cue in window.review.document.cues)
    assert "Council member Johnson is here." in said
    played: list[bool] = []  # a short caption may have ended before anybody looks
    window.player.playing_changed.connect(played.append)
    await person.keys("F5")
    await stage.until(lambda: played == [True, False])
    await person.keys("ctrl+z", "ctrl+shift+z", "alt+Down")
    await person.keys("ctrl+f")
    await person.write("council")
    await person.keys("Return", "Tab", "Tab", "Tab", "Tab", "Tab")
    shoot("find")
    await person.click(window.find_bar.other)
    await person.write("Council")
    await person.click(window.find_bar.replace_all)
    await person.keys("Escape", "F1")
    shoot("keys")
    await person.keys("Escape")
    window.resize(QSize(1920, 1080))
    await person.rest()
    shoot("window")
    window.resize(QSize(1366, 768))
    await person.rest()
    shoot("window")
    await person.click(window.save)
    await stage.until(lambda: not window.review.document.is_changed)


def _with_faults() -> Iterator[Word]:
    """The sample meeting, with five sentences said far too fast."""
    words = heard_words()
    for word in words:
        if 18.5 < word.start < 36.0:
            yield replace(
                word, start=18.542 + (word.start - 18.542) / 3, end=18.542 + (word.end - 18.542) / 3
            )
        else:
            yield word


def main() -> None:
    """Entry."""
    import qasync

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with x_server() as display, tempfile.TemporaryDirectory() as home:
        os.environ["DISPLAY"] = display
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        app = QApplication(sys.argv)
        look.load_fonts()
        app.setStyle("Fusion")
        app.setFont(look.font())
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
            for theme in (look.LIGHT, look.DARK):
                runner.run(asyncio.wait_for(trial(app, folder, Path(home) / theme.name, theme), LIMIT_S))
        sys.stdout.write("corrected, played, replaced and saved with real keys and clicks, twice\n")


if __name__ == "__main__":
    main()
