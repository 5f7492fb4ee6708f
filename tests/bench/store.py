"""Claim and finish: the cost with a million stored jobs beside that with a thousand, and beside raw sqlite3.

`python3 dev.py bench store [JOBS]` prints medians of one claim with its finish (two transactions, synchronous=FULL).
"""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, event

from tests.store.kit import TOOLS, add, after, job_id, new_job, result_of, run_to_the_end
from vodstudio.core.jobs import StepKind
from vodstudio.core.ports import Done
from vodstudio.core.rows import JobFilter
from vodstudio.core.station import CityId, Lane
from vodstudio.store.engine import connect
from vodstudio.store.store import SqliteStore

SMALL = 1_000
LARGE = 1_000_000
CYCLES = 200
ROUNDS = 3
CITIES = (
    "oakdale",
    "grant",
    "mahtomedi",
    "birchwood",
    "dellwood",
    "willernie",
    "lake-elmo",
    "hugo",
    "lino-lakes",
)
Statement = tuple[str, object]

_SERIES = "WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < :jobs) "
_JOB_COLUMNS = """recording_id, preset, plan, rank, deadline, is_paused, is_cancelled, is_acknowledged, ended_at, why,
 search, state, pips, shown_step, still, shelf, shelf_rank"""
_STEP_COLUMNS = """position, kind, state, lane, rank, is_paused, is_started, not_before, attempts, interruptions,
 owner, heartbeat_at, progress, note, facts, problem, needs_user, condition, held_at, started_at, ended_at"""
_CITY = f"(CASE n % {len(CITIES)} " + " ".join(f"WHEN {i} THEN '{c}'" for i, c in enumerate(CITIES)) + " END)"
_FILL = (
    f"""{_SERIES} INSERT INTO jobs (id, city_id, place, added_at, shelf_place, {_JOB_COLUMNS})
 SELECT printf('%s%08x', :mark, n), {_CITY}, place + n, added_at + n, shelf_place + n, {_JOB_COLUMNS}
 FROM series CROSS JOIN jobs WHERE id = :model""",
    f"""{_SERIES} INSERT INTO steps (id, job_id, city_id, place, key, {_STEP_COLUMNS})
 SELECT printf('%s%08x-%d', :mark, n, position), printf('%s%08x', :mark, n), {_CITY}, place + n,
 CASE key WHEN '' THEN '' ELSE printf('%s%08x-%d-', :mark, n, position) || key END, {_STEP_COLUMNS}
 FROM series CROSS JOIN steps WHERE job_id = :model""",
    f"""{_SERIES} INSERT INTO step_needs (step_id, needs_id)
 SELECT printf('%s%08x-%d', :mark, n, a.position), printf('%s%08x-%d', :mark, n, b.position)
 FROM series CROSS JOIN steps AS a JOIN step_needs AS need ON need.step_id = a.id
 JOIN steps AS b ON b.id = need.needs_id WHERE a.job_id = :model""",
    f"""{_SERIES} INSERT INTO outputs (step_id, name, job_id, path, size_bytes, sha256, facts)
 SELECT printf('%s%08x-%d', :mark, n, s.position), o.name, printf('%s%08x', :mark, n), o.path, o.size_bytes,
 o.sha256, o.facts FROM series CROSS JOIN outputs AS o JOIN steps AS s ON s.id = o.step_id
 WHERE o.job_id = :model AND s.kind IN ('encode', 'captions')""",
)


def stored(folder: Path, jobs: int) -> Path:
    """A queue with so many jobs: nine in ten are done, one waits; and some real ones that are measured."""
    path = folder / f"{jobs}.db"
    store = SqliteStore(path)
    store.open()
    add(store, 1)
    run_to_the_end(store)
    add(store, 2)
    with closing(connect(path, "rw")) as raw:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("PRAGMA cache_size = -500000")
        for mark, model, number in (("d", job_id(1), jobs * 9 // 10), ("w", job_id(2), jobs // 10)):
            raw.execute("BEGIN IMMEDIATE")
            for statement in _FILL:
                raw.execute(statement, {"mark": mark, "model": model, "jobs": number})
            raw.execute("COMMIT")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for number in range(100, 100 + CYCLES * (ROUNDS + 2)):
        job = new_job(number, CITIES[number % len(CITIES)], added_at=after(10_000_000 + number))
        store.call(lambda unit, job=job: unit.jobs.add(job))  # type: ignore[misc]
    store.close()
    return path


def cycle(store: SqliteStore, number: int) -> None:
    """One claim and its finish, as a worker does them."""
    now = after(20_000_000 + number)
    claimed = store.call(lambda unit: unit.queue.claim(Lane.LIGHT, "one", now, TOOLS))
    assert claimed is not None
    assert claimed.kind in {StepKind.PROBE, StepKind.STILLS}
    result = result_of(claimed.kind, number)
    ended = store.call(lambda unit: unit.queue.finish(claimed.step_id, claimed.attempt, Done(result), now))
    assert ended


def measured(work: Callable[[int], None], numbers: Sequence[int]) -> tuple[list[float], list[float]]:
    """Wall and CPU microseconds of each piece of work."""
    walls, cpus = [], []
    for number in numbers:
        wall, cpu = time.perf_counter(), time.process_time()
        work(number)
        cpus.append((time.process_time() - cpu) * 1e6)
        walls.append((time.perf_counter() - wall) * 1e6)
    return walls, cpus


def recorded(path: Path, numbers: Sequence[int]) -> list[list[Statement]]:
    """The statements of each cycle, with their values."""
    store = SqliteStore(path)
    store.open()
    taken: list[Statement] = []
    cycles: list[list[Statement]] = []

    def hear(_: object, __: object, statement: str, values: object, *___: object) -> None:
        if statement.startswith("BEGIN") and taken:
            taken.append(("COMMIT", ()))
        taken.append((statement, values))

    event.listen(Engine, "before_cursor_execute", hear)
    for number in numbers:
        taken.clear()
        cycle(store, number)
        cycles.append([*taken, ("COMMIT", ())])
    event.remove(Engine, "before_cursor_execute", hear)
    store.close()
    return cycles


def replay(raw: sqlite3.Connection, statements: list[Statement]) -> None:
    """The same statements with nothing around them."""
    for statement, values in statements:
        raw.execute(statement, values).fetchall()  # type: ignore[arg-type]


def against_raw(path: Path) -> tuple[float, float]:
    """Median CPU of a cycle through the store, and of its statements on a bare connection."""
    copies = [path.with_name(f"{name}.db") for name in ("recorded", "ours", "raw")]
    for copy in copies:
        shutil.copy(path, copy)
    numbers = range(CYCLES)
    cycles = recorded(copies[0], numbers)
    store = SqliteStore(copies[1])
    store.open()
    with closing(connect(copies[2], "rw")) as raw:
        ours, bare = [], []
        for start in range(0, CYCLES, 20):
            some = numbers[start : start + 20]
            ours += measured(lambda number: cycle(store, number), some)[1]
            bare += measured(lambda number: replay(raw, cycles[number]), some)[1]
    store.close()
    return statistics.median(ours), statistics.median(bare)


def screen(path: Path) -> tuple[float, float]:
    """CPU milliseconds of the first 200 rows, and of the counts."""
    store = SqliteStore(path)
    store.open()
    rows = measured(lambda _: _drop(store.call(lambda unit: unit.jobs.rows(JobFilter(), 200))), range(9))[1]
    city = JobFilter(city_id=CityId("grant"))
    some = measured(lambda _: _drop(store.call(lambda unit: unit.jobs.rows(city, 200))), range(9))[1]
    counts = measured(lambda _: _drop(store.call(lambda unit: unit.jobs.counts())), range(9))[1]
    store.close()
    return max(statistics.median(rows), statistics.median(some)) / 1000, statistics.median(counts) / 1000


def _drop(_: object) -> None:
    """The answer was only asked for its cost."""


def main(large: int) -> None:
    """Fill two queues, measure them in turns, print the table."""
    with tempfile.TemporaryDirectory(prefix="vs-bench-") as folder:
        paths = {jobs: stored(Path(folder), jobs) for jobs in (SMALL, large)}
        ours, bare = against_raw(paths[SMALL])
        stores = {jobs: SqliteStore(path) for jobs, path in paths.items()}
        costs: dict[int, tuple[list[float], list[float]]] = {jobs: ([], []) for jobs in stores}
        for store in stores.values():
            store.open()
        for turn in range(ROUNDS):
            for jobs, store in stores.items():
                numbers = range(turn * CYCLES, (turn + 1) * CYCLES)
                walls, cpus = measured(lambda number, store=store: cycle(store, number), numbers)  # type: ignore[misc]
                costs[jobs][0].extend(walls)
                costs[jobs][1].extend(cpus)
        for store in stores.values():
            store.close()
        print(
            f"{'stored jobs':>12} {'wall us':>9} {'p99 us':>9} {'cpu us':>9} {'rows ms':>9} {'counts ms':>10}"
        )
        for jobs, (walls, cpus) in costs.items():
            rows_ms, counts_ms = screen(paths[jobs])
            p99 = statistics.quantiles(walls, n=100)[98]
            wall, cpu = statistics.median(walls), statistics.median(cpus)
            print(f"{jobs:>12,} {wall:>9.0f} {p99:>9.0f} {cpu:>9.0f} {rows_ms:>9.1f} {counts_ms:>10.2f}")
        small, big = costs[SMALL], costs[large]
        wall_ratio = statistics.median(big[0]) / statistics.median(small[0])
        cpu_ratio = statistics.median(big[1]) / statistics.median(small[1])
        print(f"claim + finish, {large:,} : {SMALL:,} stored jobs: wall x {wall_ratio:.2f}, CPU x {cpu_ratio:.2f}"
              f" (at most 1.5)")  # fmt: skip
        print(
            f"CPU beside raw sqlite3, same statements: {ours:.0f} us : {bare:.0f} us = x {ours / bare:.2f} (at most 4)"
        )


if __name__ == "__main__":
    main(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else LARGE)
