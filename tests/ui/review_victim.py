"""A process with a review window that somebody types in until it is killed; each text is told before it is typed."""

from __future__ import annotations

import asyncio
import sys
import time
from itertools import count
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from tests.ui.review_kit import ReviewStage
from vodstudio.app import make_application

TYPE_EVERY_MS = 50


async def live(app: QApplication, home: Path) -> None:
    """Correct one caption, then type in another for ever."""
    stage = ReviewStage(app, home)
    await stage.fill()
    window = await stage.open()
    window.actions_["later"].trigger()
    window.cues.choose(2)
    window.actions_["text"].trigger()
    (field,) = window.cues.viewport().findChildren(QPlainTextEdit)
    field.selectAll()
    numbers = count()

    def type_on() -> None:
        text = f"n{next(numbers)} "
        QTest.keyClicks(field, text)
        sys.stdout.write(f"{time.monotonic()} {text}\n")
        sys.stdout.flush()

    keys = QTimer(window)
    keys.timeout.connect(type_on)
    keys.start(TYPE_EVERY_MS)
    await asyncio.get_running_loop().create_future()


def main() -> None:
    """Until it is killed."""
    import qasync

    app = make_application()
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        runner.run(live(app, Path(sys.argv[1])))


if __name__ == "__main__":
    main()
