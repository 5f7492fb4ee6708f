"""The list of the queue with 100,000 rows: live updates, scrolling, and the first opening of each tab.

Run: python -m tests.bench.queue_view
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QApplication, QTableView

from tests.bench.frames import measured, p, show_table, turn
from tests.ui.fakes import NOW, make_row
from tests.ui.stage import Stage
from vodstudio.core.events import StepProgressed
from vodstudio.core.jobs import JobId, JobState, StepId, StepKind
from vodstudio.core.rows import JobRow
from vodstudio.ui import theme as look
from vodstudio.ui.main_window import Tab

ROWS = 100_000
LIVE = 8
TICKS = 300
FRAMES = 300
WARM_UP = 20
CITIES = ("oakdale", "lake-elmo", "mahtomedi", "grant", "birchwood")


def many_rows() -> list[JobRow]:
    """Eight that run, and the rest that waits or is done."""
    rows = [
        make_row(
            n,
            f"City Council {n}",
            CITIES[n % 5],
            JobState.WORKING,
            "dddrwww",
            current=StepKind.SPEECH,
            progress=0.1,
        )
        for n in range(LIVE)
    ]
    rows += [
        make_row(
            n, f"Planning Commission {n}", CITIES[n % 5], JobState.WAITING, "ywwwwww", why=f"{n}th in line"
        )
        for n in range(LIVE, ROWS // 2)
    ]
    rows += [
        make_row(
            n,
            f"School Board {n}",
            CITIES[n % 5],
            JobState.DONE,
            "ddddddd",
            ended_at=NOW,
            note="1,204 captions",
        )
        for n in range(ROWS // 2, ROWS)
    ]
    return rows


async def bench(app: QApplication) -> list[tuple[str, ...]]:
    """All figures."""
    stage = Stage(look.LIGHT, app, [])
    stage.window.show()
    await turn()
    rows = many_rows()
    before = time.thread_time()
    stage.workplace.queue.model.show_front(rows, has_more=False)
    filled = (time.thread_time() - before) * 1000
    stage.workplace.queue._show_list_or_hint()
    for _ in range(5):
        await turn()
    for number in range(WARM_UP):
        await measured(lambda n=number: _tick(stage, n))  # type: ignore[misc]
    ticks = [await measured(lambda n=n: _tick(stage, n)) for n in range(TICKS)]  # type: ignore[misc]
    bar = stage.workplace.queue.view.verticalScrollBar()
    frames = [await measured(lambda n=n: bar.setValue(n * 997)) for n in range(FRAMES)]  # type: ignore[misc]
    slow = [await measured(lambda n=n: bar.setValue(500_000 + n * 40)) for n in range(FRAMES)]  # type: ignore[misc]
    await stage.close()
    bare = await _bare_frames()
    opened = await _openings(app)
    return [
        ("8 rows changed, one tick", _ms(ticks, 0.5), _ms(ticks, 0.99), "2 ms"),
        ("scroll by 40 px, one frame", _ms(slow, 0.5), _ms(slow, 0.99), "16 ms"),
        ("scroll by 997 px, one frame", _ms(frames, 0.5), _ms(frames, 0.99), "16 ms"),
        ("the same in a bare QTableView of text", _ms(bare, 0.5), _ms(bare, 0.99), "-"),
        ("100,000 rows into the model, once", f"{filled:.0f} ms", "-", "-"),
        *((f"first opening of {name}", f"{cost:.0f} ms", "-", "300 ms") for name, cost in opened),
    ]


def _tick(stage: Stage, number: int) -> None:
    for place in range(LIVE):
        event = StepProgressed(
            job_id=JobId(f"job-{place:06}"),
            step_id=StepId(f"step-{place}"),
            kind=StepKind.SPEECH,
            progress=(number % 100) / 100,
            speed=6.1,
            remaining_s=600.0 - number,
        )
        stage.workplace.queue.model.progress(event)


async def _bare_frames() -> list[float]:
    view = QTableView()
    model = QStandardItemModel(2000, 6, view)
    for row in range(2000):
        for column in range(6):
            model.setData(model.index(row, column), f"row {row} column {column}")
    view.setModel(model)
    view.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    view.resize(982, 620)
    view.show()
    await turn()
    frames = [await measured(lambda n=n: view.verticalScrollBar().setValue(n * 97)) for n in range(FRAMES)]  # type: ignore[misc]
    view.close()
    return frames


async def _openings(app: QApplication) -> list[tuple[str, float]]:
    costs: dict[str, list[float]] = {}
    for _ in range(3):
        stage = Stage(look.LIGHT, app)
        stage.window.show()
        for _ in range(4):
            await turn()
        for tab in (Tab.CITIES, Tab.MONITORING):
            before = time.thread_time()
            stage.workplace.open_tab(tab)
            for _ in range(6):
                await turn()
            costs.setdefault(tab.name.title(), []).append((time.thread_time() - before) * 1000)
        await stage.close()
    # The first round pays for imports: it is the one that a person waits for.
    return [(name, max(values)) for name, values in costs.items()]


def _ms(values: Sequence[float], share: float) -> str:
    return f"{p(values, share):.2f} ms" if share != 0.5 else f"{statistics.median(values):.2f} ms"


def main() -> None:
    """Print the table."""
    show_table(bench)


if __name__ == "__main__":
    main()
