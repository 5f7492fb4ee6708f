"""The review window with 20,000 captions: scrolling, correcting, and opening.

Run: python -m tests.bench.review
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from tests.bench.queue_view import measured, p, turn
from tests.captions.council import council_words
from tests.ui.review_kit import ReviewStage, heard
from vodstudio.app import make_application
from vodstudio.captions.commands import edit_text, merge, set_times, split
from vodstudio.captions.document import Document
from vodstudio.captions.history import Change
from vodstudio.ui.review.window import ReviewWindow

CUES = 20_000
FRAMES = 300
EDITS = 60


def _frames(values: Sequence[float]) -> tuple[str, str]:
    return f"{statistics.median(values):.2f} ms", f"{p(values, 0.99):.2f} ms"


def _correct(window: ReviewWindow, number: int) -> Change | None:
    """The four things that are done most, all over the meeting."""
    document = window.review.document
    row = (number * 331) % (document.count - 2)
    match number % 4:
        case 0:
            return edit_text(document, row, f"{document.text(row)} indeed")
        case 1:
            cue = document.cue(row)
            return set_times(document, row, cue.start_s, cue.end_s - 0.05)
        case 2:
            return split(document, row, len(document.text(row)) // 2)
        case _:
            return merge(document, row) if len(document.cue(row).lines) == 1 else None


async def bench(app: QApplication, folder: Path) -> list[tuple[str, ...]]:
    """All figures."""
    words, _ = council_words(1, CUES)
    stage = ReviewStage(app, folder)
    video = folder / "nothing.mp4"
    video.write_bytes(b"")
    await stage.fill(heard(tuple(words)), video=video)
    video.unlink()
    before = time.thread_time()
    opened = time.perf_counter()
    window = await _open(stage)
    opened = time.perf_counter() - opened
    shown = time.thread_time() - before
    window.editor.stop()
    bar = window.cues.verticalScrollBar()
    for number in range(20):
        await measured(partial(bar.setValue, number * 997))
    slow = [await measured(partial(bar.setValue, 400_000 + n * 40)) for n in range(FRAMES)]
    far = [await measured(partial(bar.setValue, n * 2971)) for n in range(FRAMES)]
    edits = []
    for number in range(EDITS):
        edits.append(await measured(partial(window.editor.attempt, partial(_correct, window, number))))
        window.editor.stop()
    await stage.until(lambda: window.editor.is_noted)
    whole = _whole(window.review.document)
    count = window.review.document.count
    await stage.close()
    return [
        ("scroll by 40 px, one frame", *_frames(slow), "16 ms"),
        ("scroll by 2,971 px, one frame", *_frames(far), "16 ms"),
        ("one correction, with its repaint", *_frames(edits), "-"),
        ("the same made of all words again", f"{whole:.0f} ms", "-", "-"),
        (f"open {count:,} captions", f"{opened * 1000:.0f} ms wall", f"{shown * 1000:.0f} ms of the window's thread", "-"),
    ]  # fmt: skip


async def _open(stage: ReviewStage) -> ReviewWindow:
    window = await stage.open()
    for _ in range(4):
        await turn()
    return window


def _whole(document: Document) -> float:
    """CPU ms to lay out everything, as a list without blocks would after each correction."""
    before = time.thread_time()
    document._derive(0, len(document.words), 0)
    return (time.thread_time() - before) * 1000


def main() -> None:
    """Print the table."""
    import qasync

    app = make_application()
    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner,
    ):
        rows = runner.run(bench(app, Path(folder)))
    print("| figure (CPU of the main thread) | median | p99 | at most |\n| --- | --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
