"""The review window on a real X server with real keys and clicks: `python -m tests.ui.xtrial FOLDER` (needs Xvfb, xdotool).

It works like an operator: finds a problem, corrects words, splits, plays, replaces, saves; and keeps pictures on the way.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QApplication

from tests.ui.review_kit import JOB, ReviewStage, heard, heard_words
from tests.ui.xscreen import Person, on_a_screen
from vodstudio.captions.document import Document
from vodstudio.captions.transcript import Word
from vodstudio.ui import theme as look
from vodstudio.ui.notices import Toast
from vodstudio.ui.review.window import ReviewWindow
from vodstudio.workers.waveform import write_peaks

LIMIT_S = 120.0


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
        for toast in window.findChildren(Toast):
            toast.hide()
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
    await _pull(person, window, shoot)
    await person.keys("ctrl+p")
    assert window.screen_.cue is not None
    assert window.screen_.cue.is_top
    shoot("top")
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


async def _pull(person: Person, window: ReviewWindow, shoot: Callable[[str], None]) -> None:
    """The end of a caption is pulled back, and then given up with Escape half way."""
    document, sound = window.review.document, window.sound
    row = next(row for row in range(window.cues.row + 1, document.count) if _seconds(document, row) > 2.5)
    window.cues.choose(row)
    await person.rest()
    cue = document.cue(row)
    edge, target = round(sound.x_of(cue.end_s)) - 2, round(sound.x_of(cue.end_s - 0.8))
    await person.drag(sound, QPoint(edge, 10), QPoint(target, 10), let_go=False)
    shoot("pull")
    await person.do("key", "Escape")  # clearing modifiers would let the button go
    await person.let_go()
    assert document.cue(row) == cue
    await person.drag(sound, QPoint(edge, 10), QPoint(target, 10))
    assert document.undo_name == "Pull the caption"
    assert document.cue(row).end_s < cue.end_s - 0.5


def _seconds(document: Document, row: int) -> float:
    return document.cue(row).end_s - document.cue(row).start_s


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


async def show(app: QApplication, folder: Path, home: Path) -> None:
    """In both colours."""
    for theme in (look.LIGHT, look.DARK):
        await asyncio.wait_for(trial(app, folder, home / theme.name, theme), LIMIT_S)


def main() -> None:
    """Entry."""
    with tempfile.TemporaryDirectory() as home:
        on_a_screen(partial(show, home=Path(home)))
    sys.stdout.write("corrected, pulled, played, replaced and saved with real keys and clicks, twice\n")


if __name__ == "__main__":
    main()
