"""From a step's progress call on a worker to the changed cell on the screen.

Run: python -m tests.bench.progress
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from tests.bench.frames import turn
from tests.bench.queue_view import many_rows
from tests.ui.stage import Stage
from vodstudio.app import make_application
from vodstudio.core.clock import SystemClock
from vodstudio.core.jobs import Claim, JobId, PlanKind, Rank, StepKind
from vodstudio.core.ports import NewJob
from vodstudio.core.recording import Fingerprint, Recording, RecordingId
from vodstudio.core.station import Lane, Preset, PresetId
from vodstudio.store.store import SqliteStore
from vodstudio.ui import theme as look
from vodstudio.workers.context import StepContext, Stop, Surroundings

CALLS = 200
BETWEEN_S = 0.11


@dataclass(slots=True)
class Sample:
    """One progress call: CPU of the worker and of the main thread, and the wall time until the cell."""

    worker_ms: float = 0.0
    main_ms: float = 0.0
    wall_ms: float = 0.0


def claimed(store: SqliteStore) -> Claim:
    """A step that really runs, so that its heartbeat is really written; it is the first row of the list."""
    recording = Recording(
        id=RecordingId("r"),
        path=Path("/nowhere/a.mp4"),
        fingerprint=Fingerprint("1-a"),
        size_bytes=1,
        title="A",
    )
    now = datetime.now(UTC)
    job = NewJob(
        id=JobId("job-000000"),
        recording=recording,
        city_id=None,
        preset=Preset(id=PresetId("council"), name="Council"),
        plan=PlanKind.DELIVER,
        rank=Rank.NORMAL,
        deadline=None,
        added_at=now,
    )
    store.call(lambda unit: unit.jobs.add(job))
    claim = store.call(lambda unit: unit.queue.claim(Lane.LIGHT, "bench", now, {StepKind.PROBE: "1"}))
    assert claim is not None
    return claim


async def bench(app: QApplication, folder: Path) -> list[Sample]:
    """One call after the other, with a queue of 100,000 jobs behind the list."""
    stage = Stage(look.LIGHT, app, many_rows())
    stage.window.show()
    model = stage.workplace.queue.model
    while model.count == 0:
        await turn()
    store = SqliteStore(folder / "bench.db")
    await asyncio.to_thread(store.open)
    changed = asyncio.Event()

    def on_changed(*_: object) -> None:
        changed.set()

    stage.workplace.queue.model.dataChanged.connect(on_changed)
    claim = await asyncio.to_thread(claimed, store)
    speaking = StepKind.SPEECH
    claim = Claim(**{name: getattr(claim, name) for name in Claim.__slots__} | {"kind": speaking})
    surroundings = Surroundings(
        store=store, clock=SystemClock(), emit=stage.bridge.post, work=folder / "work"
    )
    context = StepContext(surroundings, claim, Stop())
    samples = []
    for number in range(CALLS):
        await asyncio.sleep(BETWEEN_S)
        changed.clear()
        sample = Sample()
        main_before, began = time.thread_time(), time.perf_counter()
        threading.Thread(target=_call, args=(context, number, sample)).start()
        await asyncio.wait_for(changed.wait(), 5)
        sample.wall_ms = (time.perf_counter() - began) * 1000
        await turn()
        sample.main_ms = (time.thread_time() - main_before) * 1000
        samples.append(sample)
    await asyncio.to_thread(store.close)
    await stage.close()
    return samples


def _call(context: StepContext, number: int, sample: Sample) -> None:
    before = time.thread_time()
    context.progress(0.1 + number / CALLS * 0.8, speed=6.1, note="window 138 of 322")
    sample.worker_ms = (time.thread_time() - before) * 1000


def main() -> None:
    """Print the table."""
    import qasync

    app = make_application()
    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner,
    ):
        samples = runner.run(bench(app, Path(folder)))
    rows = {
        "on the worker, CPU": [sample.worker_ms for sample in samples],
        "on the main thread with its repaint, CPU": [sample.main_ms for sample in samples],
        "both together, CPU": [sample.worker_ms + sample.main_ms for sample in samples],
        "until the cell has changed, wall": [sample.wall_ms for sample in samples],
    }
    print(
        "| from the progress call to the changed cell | median | p99 | at most |\n| --- | --- | --- | --- |"
    )
    for name, values in rows.items():
        p99 = sorted(values)[int(len(values) * 0.99)]
        limit = "10 ms" if name.startswith("both") else "-"
        print(f"| {name} | {statistics.median(values):.2f} ms | {p99:.2f} ms | {limit} |")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
