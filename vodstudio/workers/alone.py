"""One step without a queue: its checkpoints and its result lie in a small SQLite file in the folder it works in."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from vodstudio.core.errors import Cancelled, Conflict, NoAccess
from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import Checkpoint, Json, Output, StepKind, StepResult
from vodstudio.core.ports import Clock
from vodstudio.workers.process import Children, end_leftovers

FILE_NAME = "step.db"
_APPLICATION_ID = 0x56535453
_TABLES = """
CREATE TABLE IF NOT EXISTS steps(
    kind TEXT PRIMARY KEY, key TEXT NOT NULL, result TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkpoints(
    place INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL,
    UNIQUE(kind, key)) STRICT;
"""

Tell = Callable[[float, float | None, str], None]


@contextlib.contextmanager
def own_children(run_folder: Path) -> Iterator[Children]:
    """Children of a process that does not own the queue: recorded apart, so that an owner that starts ends none."""
    import psutil

    for left in run_folder.glob("alone-*"):
        if not psutil.pid_exists(int(left.name.partition("-")[2])):
            end_leftovers(left)
            shutil.rmtree(left, ignore_errors=True)
    mine = run_folder / f"alone-{os.getpid()}"
    children = Children(mine)
    try:
        yield children
    finally:
        children.close()
        shutil.rmtree(mine, ignore_errors=True)


class Bench:
    """The folder of `--out`: what was finished in it, for each kind of step; one process at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._connection = _open(folder)

    def close(self) -> None:
        """Let another process use the folder."""
        self._connection.close()

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def begin(self, kind: StepKind, key: str) -> StepResult | None:
        """Open this work; gives its result when it was finished before and its files are still what they were."""
        with self._writing() as connection:
            connection.execute("INSERT OR IGNORE INTO steps(kind, key) VALUES(?, ?)", (kind.value, key))
            known, result = connection.execute(
                "SELECT key, result FROM steps WHERE kind = ?", (kind.value,)
            ).fetchone()
        if known != key:
            raise Conflict(
                f"{self.folder} holds the work of another recording or of other settings",
                hint="Name another folder with --out, or empty this one. Nothing was changed.",
                detail=f"kind={kind} known={known} wanted={key}",
                code="VS-OUT-OTHER-WORK",
            )
        done = _result(json.loads(result)) if result else None
        return done if done and all(_is_whole(output) for output in done.outputs) else None

    def finish(self, kind: StepKind, result: StepResult) -> None:
        """Keep what the step gave."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE steps SET result = ? WHERE kind = ?",
                (json.dumps(asdict(result), default=str), kind.value),
            )

    def checkpoint(self, kind: StepKind, kept: Checkpoint) -> None:
        """Keep it; a key that exists already is kept as it is."""
        with self._writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO checkpoints(kind, key, body, at) VALUES(?, ?, ?, ?)",
                (kind.value, kept.key, json.dumps(kept.body), kept.at.isoformat()),
            )

    def checkpoints(self, kind: StepKind) -> list[Checkpoint]:
        """What was kept, in order."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT key, body, at FROM checkpoints WHERE kind = ? ORDER BY place", (kind.value,)
            ).fetchall()
        return [Checkpoint(key=k, body=json.loads(b), at=datetime.fromisoformat(a)) for k, b, a in rows]


def _open(folder: Path) -> sqlite3.Connection:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            folder / FILE_NAME, isolation_level=None, check_same_thread=False, timeout=1.0
        )
    except (OSError, sqlite3.Error) as exc:
        raise _cannot_use(folder, exc) from exc
    try:
        # Exclusive from the first write to the end of the process: a second one on this folder is refused.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA synchronous = FULL")
        identity = connection.execute("PRAGMA application_id").fetchone()[0]
        if identity not in (0, _APPLICATION_ID):
            raise sqlite3.DatabaseError("the file belongs to another program")
        connection.executescript(
            f"BEGIN EXCLUSIVE; PRAGMA application_id = {_APPLICATION_ID}; {_TABLES} COMMIT;"
        )
    except sqlite3.Error as exc:
        connection.close()
        raise _cannot_use(folder, exc) from exc
    return connection


def _cannot_use(folder: Path, exc: Exception) -> Conflict | NoAccess:
    if getattr(exc, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
        return Conflict(
            f"Another step is working in {folder}",
            hint="Wait for it, or name another folder with --out. Nothing was changed.",
            detail=str(exc),
            code="VS-OUT-BUSY",
        )
    return NoAccess(
        f"{folder} cannot be used for a step",
        hint="Name a folder that you may write, with --out. Nothing was changed.",
        detail=str(exc),
        code="VS-OUT-NO-ACCESS",
    )


def _is_whole(output: Output) -> bool:
    try:
        return output.path.stat().st_size == output.size_bytes and sha256_of(output.path) == output.sha256
    except OSError:
        return False


def _result(body: dict[str, Any]) -> StepResult:
    outputs = tuple(Output(**{**each, "path": Path(each["path"])}) for each in body["outputs"])
    return StepResult(outputs=outputs, facts=body["facts"], note=body["note"])


class AloneContext:
    """`core.ports.Context` of a step without a queue."""

    def __init__(self, bench: Bench, kind: StepKind, clock: Clock, stop: threading.Event, tell: Tell) -> None:
        self._bench = bench
        self._kind = kind
        self._clock = clock
        self._stop = stop
        self._tell = tell
        self._told_at = float("-inf")

    @property
    def work_folder(self) -> Path:
        """The folder of `--out` itself: what the step makes lies there under its final name."""
        return self._bench.folder

    def check(self) -> None:
        """Raise Cancelled when somebody pressed Ctrl+C."""
        if self._stop.is_set():
            raise Cancelled

    def progress(
        self, done: float, *, speed: float | None = None, note: str = "", remaining_s: float | None = None
    ) -> None:
        """Tell the terminal, at most ten times a second, and always the beginning and the end."""
        now = self._clock.monotonic()
        if done in (0.0, 1.0) or now - self._told_at >= 0.1:
            self._told_at = now
            self._tell(min(max(done, 0.0), 1.0), speed, note)

    def checkpoint(self, key: str, body: Json) -> None:
        """Keep finished work; returns after the commit."""
        self._bench.checkpoint(self._kind, Checkpoint(key=key, body=body, at=self._clock.now()))

    def checkpoints(self) -> Sequence[Checkpoint]:
        """What earlier runs in this folder kept."""
        return self._bench.checkpoints(self._kind)
