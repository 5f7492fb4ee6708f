"""What the benches of the window share: one turn of the loop, the main thread's CPU time, and the table that is printed."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from vodstudio.app import make_application

Rows = Sequence[tuple[str, ...]]


def p(values: Sequence[float], share: float) -> float:
    """A percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def turn(after_ms: int = 0) -> None:
    """Let Qt deliver what waits, repaints too."""
    ended = asyncio.get_running_loop().create_future()
    QTimer.singleShot(after_ms, lambda: ended.set_result(None))
    await ended
    await asyncio.sleep(0)


async def measured(work: Callable[[], object]) -> float:
    """CPU ms of the main thread for the work and the repaint that it causes."""
    before = time.thread_time()
    work()
    await turn()
    await turn()
    return (time.thread_time() - before) * 1000


async def stretch(work: Callable[[], object], is_over: Callable[[], bool]) -> tuple[float, float]:
    """The longest CPU ms of the main thread in one turn of the loop until it is over, and the whole in ms of wall."""
    began, before = time.perf_counter(), time.thread_time()
    work()
    longest = 0.0
    while True:
        await turn(5)  # what works beside the window needs the time more than we do
        now = time.thread_time()
        longest, before = max(longest, (now - before) * 1000), now
        if is_over():
            return longest, (time.perf_counter() - began) * 1000


def show_table(
    bench: Callable[[QApplication], Awaitable[Rows]], first: str = "median", second: str = "p99"
) -> None:
    """Run it on the loop of the window and print its rows."""
    import qasync

    async def rows() -> Rows:
        return await bench(app)

    app = make_application()
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        found = runner.run(rows())
    print(f"| figure (CPU of the main thread) | {first} | {second} | at most |\n| --- | --- | --- | --- |")
    for row in found:
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()
