"""The review window with 20,000 captions: scrolling, correcting, and opening.

Run: python -m tests.bench.review [words.json]
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from tests.bench.frames import Rows, measured, p, show_table, stretch, turn
from tests.captions.council import council_words
from tests.ui.review_kit import JOB, ReviewStage, heard
from vodstudio.captions.commands import edit_text, merge, set_times, split
from vodstudio.captions.document import Document
from vodstudio.captions.history import Change
from vodstudio.captions.transcript import read_transcript
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


async def bench_file(app: QApplication, folder: Path, words: Path) -> Rows:
    """The longest stretch of the window's thread for each thing that is done to a long meeting."""
    stage = ReviewStage(app, folder)
    video = folder / "nothing.mp4"
    video.write_bytes(b"")
    await stage.fill(read_transcript(words), video=video)
    rows: list[tuple[str, ...]] = []

    async def told(name: str, work: Callable[[], object], is_over: Callable[[], bool], limit: str) -> None:
        longest, wall_ms = await stretch(work, is_over)
        rows.append((name, f"{longest:.0f} ms", f"{wall_ms:.0f} ms wall", limit))

    await told("open", partial(stage.reviews.open, JOB), lambda: JOB in stage.reviews.windows, "100 ms")
    window = stage.reviews.windows[JOB]
    editor, bar, find = window.editor, window.cues.verticalScrollBar(), window.find_bar
    await told("first check", window.show, lambda: window.model.wrong_count > 0, "100 ms")
    await told("next problem", window.actions_["next_problem"].trigger, lambda: True, "100 ms")
    await told("scroll far", partial(bar.setValue, 300_000), lambda: True, "100 ms")
    await told(
        "jump to the end", partial(window.cues.choose, window.model.rowCount() - 1), lambda: True, "100 ms"
    )
    window.cues.choose(6000)
    text = f"{window.review.document.text(6000)} indeed"
    correct = partial(editor.attempt, lambda: edit_text(window.review.document, 6000, text))
    await told("correct a caption", correct, lambda: editor.is_noted, "100 ms")
    find.show()
    await told("type what is looked for", partial(find.needle.setText, "the"), lambda: True, "100 ms")
    find.other.setText("thee")
    count = len(window.deeds.finder._matches)
    await told(
        f"replace {count:,} places", find.replace_all.click, lambda: _is_done(window, "Replace"), "300 ms"
    )
    await told("take that back", window.actions_["undo"].trigger, lambda: _is_done(window, ""), "300 ms")
    rows.append(("noted on disk", f"{_noted_bytes(folder):,} bytes", "-", "-"))
    await stage.close()
    return rows


def _noted_bytes(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*.jsonl"))


def _is_done(window: ReviewWindow, name: str) -> bool:
    """Whether the last change is one of this name and stands on the disk."""
    is_there = window.review.document.undo_name.startswith(name or "Change the text")
    return is_there and window.editor.is_noted and not window.editor.is_busy


def main() -> None:
    """Print the table; with a file of words, that of a meeting as long as its own."""
    with tempfile.TemporaryDirectory() as folder:
        if len(sys.argv) > 1:
            long = partial(bench_file, folder=Path(folder), words=Path(sys.argv[1]))
            show_table(long, "longest stretch", "until it is done")
        else:
            show_table(partial(bench, folder=Path(folder)))


if __name__ == "__main__":
    main()
