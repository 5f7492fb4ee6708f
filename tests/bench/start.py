"""From the start of the program to a queue of 10,000 jobs that answers a click, with everything outside away.

Run: python -m tests.bench.start
"""

from __future__ import annotations

import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.fresh import run
from vodstudio.core.jobs import JobId, PlanKind, Rank
from vodstudio.core.ports import NewJob, Unit
from vodstudio.core.recording import Fingerprint, Recording, RecordingId
from vodstudio.core.station import CityId, Preset, PresetId
from vodstudio.store.store import SqliteStore

JOBS = 10_000
ROUNDS = 3

# A storage that is not there, a server whose port nobody listens on, and a password that nobody knows.
STATION = """
name = "Bench"
[servers.main]
name = "Away"
url = "http://127.0.0.1:9"
user = "station"
secret = "env:VODSTUDIO_BENCH_NOBODY_KNOWS"
[cities.oakdale]
name = "Oakdale"
server = "main"
[storages.flex1]
path = "/nowhere/flex-1"
cities = ["oakdale"]
marker = ".vod-studio-storage"
content_drive_of = "main"
"""

OURS = """
import asyncio, json, os, sys, time
import psutil
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from vodstudio import app as program, session
began = psutil.Process().create_time()
kept = session.Session._open_house
async def watch(self):
    while self.workplace is None or self.workplace.queue.model.count < 2:
        await asyncio.sleep(0.005)
    shown = time.time() - began
    view = self.workplace.queue.view
    for place in range(view.model().rowCount()):
        if not view.model().is_heading(place):
            break
    place += 3
    rect = view.visualRect(view.model().index(place, 0))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, rect.center())
    while not view.selected_ids() or self.workplace.counts.by_state == {}:
        await asyncio.sleep(0.005)
    answered = time.time() - began
    cpu = time.process_time()
    late, worst = time.monotonic(), 0.0
    for _ in range(200):
        await asyncio.sleep(0.01)
        now = time.monotonic()
        worst, late = max(worst, now - late - 0.01), now
    print(json.dumps({"shown_s": shown, "answered_s": answered, "cpu_s": cpu, "late_ms": worst * 1000,
                      "jobs": sum(self.workplace.counts.by_state.values())}), flush=True)
    self.end()
async def measured(self, settings):
    task = asyncio.ensure_future(watch(self))
    await kept(self, settings)
    await task
session.Session._open_house = measured
program.main([])
"""

BARE = """
import json, sys, time
import psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QTabWidget
app = QApplication(sys.argv)
window = QTabWidget()
window.show()
QTimer.singleShot(0, app.quit)
app.exec()
print(json.dumps({"answered_s": time.time() - psutil.Process().create_time(), "cpu_s": time.process_time()}))
"""


def seed(home: Path) -> None:
    """A store with jobs that wait; the queue is paused, so that nothing but the window works."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "station.toml").write_text(STATION, "utf-8")
    store = SqliteStore(home / "vodstudio.db")
    store.open()

    def fill(unit: Unit) -> None:
        unit.notes.set("queue.paused", "on")
        for number in range(JOBS):
            recording = Recording(
                id=RecordingId(f"r{number}"),
                path=Path(f"/nowhere/flex-1/Oakdale {number}.mp4"),
                fingerprint=Fingerprint(f"1-{number}"),
                size_bytes=1,
                title=f"Oakdale City Council {number}",
            )
            unit.jobs.add(
                NewJob(
                    id=JobId(f"{number:08}-0000-4000-8000-000000000000"),
                    recording=recording,
                    city_id=CityId("oakdale"),
                    preset=Preset(id=PresetId("council"), name="Council meeting"),
                    plan=PlanKind.DELIVER,
                    rank=Rank.NORMAL,
                    deadline=None,
                    added_at=datetime.now(UTC),
                )
            )

    store.call(fill)
    store.close()


def main() -> None:
    """Interleaved rounds, medians, one table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        seed(home)
        bare, ours = [], []
        for _ in range(ROUNDS):
            bare.append(run(BARE, home))
            ours.append(run(OURS, home))
    assert all(each["jobs"] == JOBS for each in ours)

    def middle(rows: list[dict[str, float]], name: str) -> float:
        return statistics.median(row[name] for row in rows)

    print(
        f"start to a click that is answered, {JOBS:,} jobs, storage, server and vault away, {ROUNDS} rounds"
    )
    print("| figure | ours | bare window | at most |\n| --- | --- | --- | --- |")
    print(f"| rows are shown, wall s | {middle(ours, 'shown_s'):.2f} | - | - |")
    print(
        f"| a click is answered, wall s | {middle(ours, 'answered_s'):.2f} |"
        f" {middle(bare, 'answered_s'):.2f} (no queue) | 2.0 |"
    )
    print(f"| CPU s until then | {middle(ours, 'cpu_s'):.2f} | {middle(bare, 'cpu_s'):.2f} | - |")
    print(f"| latest turn of the loop in the next 2 s, wall ms | {middle(ours, 'late_ms'):.0f} | - | - |")


if __name__ == "__main__":
    main()
