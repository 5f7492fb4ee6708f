"""Kills a process at each place where the store writes, and looks at what the next start finds (A01, A13).

Run as a program of its own, because it forks: `python -m tests.store.crash_trial FOLDER`. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.store.kit import (
    TROUBLE,
    add,
    after,
    finish,
    finish_well,
    job_id,
    must_claim,
    recording,
    run_to_the_end,
)
from vodstudio.core import crash
from vodstudio.core.errors import Problem
from vodstudio.core.jobs import Checkpoint, JobState, StepKind
from vodstudio.core.ports import Again, Failed, Held, PutBack
from vodstudio.core.station import Lane
from vodstudio.core.transcripts import OPERATOR, TranscriptId, TranscriptVersion
from vodstudio.store.audit import verify
from vodstudio.store.backup import back_up, backups_in, prove, restore
from vodstudio.store.engine import engine_of
from vodstudio.store.store import SqliteStore

AWAY = Problem(code="VS-STORAGE-AWAY", title="away")
Said = Callable[[str], None]


def work(folder: Path, said: Said) -> None:
    """A day of the queue; `said` is called when an operation has been acknowledged."""
    store = SqliteStore(folder / "vodstudio.db")
    store.open()
    for number in (1, 2, 3):
        add(store, number)
        said(f"added {number}")
    probe = must_claim(store, Lane.LIGHT, after(10))
    said(f"claimed {probe.inputs.job_id}")
    for key in ("a", "b"):
        kept = Checkpoint(key=key, body={"key": key}, at=after(11))
        assert store.call(lambda unit, kept=kept: unit.queue.checkpoint(probe.step_id, probe.attempt, kept))  # type: ignore[misc]
        said(f"kept {probe.step_id} {key}")
    finish(store, probe, PutBack())
    again = must_claim(store, Lane.LIGHT, after(12))
    finish_well(store, again)
    said(f"done {again.step_id}")
    store.call(lambda unit: unit.notes.audit("published", {"show": 21442}, after(13)))
    said("audited 1")
    held = must_claim(store, Lane.LIGHT, after(14))
    finish(store, held, Held("storage:flex3", AWAY))
    store.call(lambda unit: unit.queue.release("storage:flex3", after(15)))
    retried = must_claim(store, Lane.LIGHT, after(16))
    finish(store, retried, Again(after(17), AWAY))
    failed = must_claim(store, Lane.LIGHT, after(18))
    finish(store, failed, Failed(TROUBLE))
    store.call(lambda unit: unit.jobs.pause(job_id(2), True, after(19)))
    store.call(lambda unit: unit.jobs.pause(job_id(2), False, after(19)))
    store.call(lambda unit: unit.jobs.cancel(job_id(1), after(20)))
    said("cancelled 1")
    for number in (1, 2, 3):
        store.call(lambda unit, number=number: unit.jobs.retry(job_id(number), after(21)))  # type: ignore[misc]
    said("retried 1")
    version = TranscriptVersion(
        id=TranscriptId("version"),
        recording_id=recording(3).id,
        parent_id=None,
        path=Path("/data/words.mine.json"),
        sha256="mine",
        author=OPERATOR,
        is_chosen=True,
        made_at=after(21),
    )
    store.call(lambda unit: unit.transcripts.add(version))
    said("chosen mine")
    assert store.call(lambda unit: unit.jobs.redo(again.inputs.job_id, StepKind.PROBE, after(21)))
    said("redone 1")
    add(store, 4)
    taken = store.call(lambda unit: unit.jobs.take_out([job_id(4)]))
    assert store.call(lambda unit: unit.jobs.put_back(taken)) == [job_id(4)]
    said("added 4")
    made = back_up(store.files.path, store.files.backups, after(22), "by hand")
    said(f"backup {made}")
    store.close()
    restore(made, store.files.path, after(23))
    store = SqliteStore(folder / "vodstudio.db")
    store.open()
    store.call(lambda unit: unit.queue.recover(lambda _owner: False, after(24)))
    said("restored 1")
    store.close()


def look(folder: Path, acknowledged: list[str]) -> None:
    """What the next start finds: a whole file, everything that was acknowledged, and work that goes on."""
    path = folder / "vodstudio.db"
    backups = backups_in(folder / "backups")
    if not path.exists() and backups:
        restore(backups[0].path, path, after(25))
    store = SqliteStore(path)
    store.open()
    assert not store.opened.findings, store.opened.findings
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    with engine_of(path, is_writer=False).connect() as reading:
        assert verify(reading) is None
    _prove_acknowledged(store, acknowledged)
    for backup in backups:
        prove(backup.path)
    assert not list(folder.rglob(".vs-*.tmp*"))
    store.call(lambda unit: unit.queue.recover(lambda _owner: False, after(100)))
    for number in (1, 2, 3):
        store.call(lambda unit, number=number: unit.jobs.pause(job_id(number), False, after(101)))  # type: ignore[misc]
        store.call(lambda unit, number=number: unit.jobs.retry(job_id(number), after(101)))  # type: ignore[misc]
    run_to_the_end(store, after(200))
    states = store.call(lambda unit: unit.jobs.counts()).by_state
    assert set(states) <= {JobState.DONE}, states
    store.close()


def _prove_acknowledged(store: SqliteStore, acknowledged: list[str]) -> None:
    done = {line.split()[1] for line in acknowledged if line.startswith("done")}
    for line in acknowledged:
        what, which, *rest = line.split(" ")
        match what:
            case "added":
                assert store.call(lambda unit, n=int(which): unit.jobs.job(job_id(n))), line  # type: ignore[misc]
            case "kept" if which not in done:
                kept = store.call(lambda unit, s=which: unit.queue.checkpoints(s))  # type: ignore[misc]
                with closing(sqlite3.connect(store.files.path)) as raw:
                    state = raw.execute("SELECT state FROM steps WHERE id = ?", (which,)).fetchone()[0]
                assert state == "done" or rest[0] in [piece.key for piece in kept], line
            case "chosen":
                chosen = store.call(lambda unit: unit.transcripts.chosen(recording(3).id))
                assert chosen is not None, line
                assert chosen.sha256 == which, line
            case "backup":
                assert Path(which).exists(), line
            case _:
                pass


def child(task: Callable[[], None], **environ: str) -> int:
    """Run a task in a fork; how it ended."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    crash._visits.clear()
    os.environ.update(environ)
    try:
        task()
    except BaseException:  # noqa: BLE001 - the edge of a process
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def one_death(folder: Path, point: str) -> str | None:
    """Die at one point, then look; what was wrong, or None."""
    folder.mkdir()
    told = folder / "acknowledged.txt"

    def said(line: str) -> None:
        with told.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    if child(lambda: work(folder, said), VS_CRASH_AT=point) != -signal.SIGKILL:
        return f"{point}: did not die"
    acknowledged = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return None if child(lambda: look(folder, acknowledged)) == 0 else f"{point}: what was found is wrong"


def main(folder: Path) -> None:
    """List the points, die at each, look each time."""
    listing = folder / "points.txt"
    (folder / "dry").mkdir()
    assert child(lambda: work(folder / "dry", lambda _: None), VS_CRASH_LIST=str(listing)) == 0
    visits: Counter[str] = Counter()
    points = []
    for name in listing.read_text(encoding="ascii").split():
        visits[name] += 1
        points.append(f"{name}:{visits[name]}")
    faults = [fault for n, point in enumerate(points) if (fault := one_death(folder / str(n), point))]
    sys.stdout.write(json.dumps({"points": points, "names": sorted(visits), "faults": faults}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
