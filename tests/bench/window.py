"""What the window costs: first paint against a bare window of Qt, memory at rest, wake-ups at rest.

Run: python -m tests.bench.window
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from tests.bench.fresh import run

ROUNDS = 5

BARE = """
import json, sys, time
from PySide6.QtCore import QTimer
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import *
app = QApplication(sys.argv)
class Window(QMainWindow):
    def __init__(self):
        super().__init__()
        tabs = QTabWidget()
        self.setCentralWidget(tabs)
        for name in ("Queue", "Cities", "Monitoring"):
            page = QWidget()
            column = QVBoxLayout(page)
            for part in (QLineEdit(), QComboBox(), QProgressBar()):
                column.addWidget(part)
            table = QTableView()
            table.setModel(QStandardItemModel(20, 6, table))
            column.addWidget(table)
            tabs.addTab(page, name)
        self.resize(1366, 768)
    def paintEvent(self, event):
        QTimer.singleShot(0, app.quit)
window = Window()
window.show()
app.exec()
print(json.dumps({"cpu_ms": time.process_time() * 1000, "rss": int(open("/proc/self/statm").read().split()[1]) * 4096}))
"""

OURS = """
import json, os, sys, time
from vodstudio import app as program
kept = program.wait_for_paint
def painted(window):
    kept(window)
    cpu_ms = time.process_time() * 1000
    loaded = sorted({name.partition(".")[0] for name in sys.modules} & set(
        ("asyncio", "qasync", "sqlalchemy", "pydantic", "httpx", "av", "numpy", "tomlkit")))
    print(json.dumps({"cpu_ms": cpu_ms, "loaded": loaded}), flush=True)
    os._exit(0)
program.wait_for_paint = painted
program.main([])
"""

REST = """
import asyncio, json, os, sys, time
from pathlib import Path
from vodstudio import app as program, paths
from vodstudio.first_station import write_first_station
where = paths.places(os.environ)
paths.make(where)
write_first_station(where.station_file, "Bench", ["Oakdale", "Grant"], "")
from vodstudio import session
kept = session.Session._open_house
def switches():
    return sum(int(line.split()[1]) for task in Path("/proc/self/task").iterdir()
               for line in (task / "status").read_text().splitlines() if line.startswith("voluntary_ctxt_switches"))
async def measured(self, settings):
    await kept(self, settings)
    await asyncio.sleep(6)
    before, cpu = switches(), time.process_time()
    await asyncio.sleep(10)
    after, used = switches(), time.process_time() - cpu
    rss = int(open("/proc/self/statm").read().split()[1]) * 4096
    print(json.dumps({"wakeups": after - before, "cpu_ms": used * 1000, "rss": rss}), flush=True)
    self.end()
session.Session._open_house = measured
program.main([])
"""


def measured(code: str) -> dict[str, float]:
    """In an empty home."""
    with tempfile.TemporaryDirectory() as home:
        return run(code, Path(home))


def main() -> None:
    """Interleaved rounds, medians, one table."""
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(measured(BARE))
        ours.append(measured(OURS))
    bare_ms = statistics.median(each["cpu_ms"] for each in bare)
    ours_ms = statistics.median(each["cpu_ms"] for each in ours)
    bare_mib = statistics.median(each["rss"] for each in bare) / 2**20
    rest = measured(REST)
    rows = (
        ("first painted window, CPU ms", f"{ours_ms:.0f}", f"{bare_ms:.0f}", f"{ours_ms / bare_ms:.2f}", "1.40"),
        ("memory at rest, MiB", f"{rest['rss'] / 2**20:.0f}", f"{bare_mib:.0f}",
         f"{rest['rss'] / 2**20 / bare_mib:.2f}", "3.00"),
        ("wake-ups in 10 s at rest, all threads", f"{rest['wakeups']:.0f}", "-", "-", "0 + 2 of the measurement"),
        ("CPU ms in 10 s at rest", f"{rest['cpu_ms']:.1f}", "-", "-", "-"),
    )  # fmt: skip
    print("| figure | ours | bare window | ratio | at most |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(f"loaded before the first paint, of what is heavy: {ours[-1]['loaded'] or 'nothing'}")


if __name__ == "__main__":
    main()
