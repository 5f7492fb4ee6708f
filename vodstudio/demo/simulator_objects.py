"""The simulator's own records: one SQLite file, each change on disk before the answer leaves."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Body = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS objects (kind TEXT NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL,
                                    PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers (kind TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
"""


class Objects:
    """All records of one simulated server, by kind and id; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.executescript(_TABLES)

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction; a change inside a change joins it."""
        with self._lock:
            self._depth += 1
            try:
                if self._depth == 1:
                    self._database.execute("BEGIN IMMEDIATE")
                yield
                if self._depth == 1:
                    self._database.execute("COMMIT")
            except BaseException:
                if self._depth == 1 and self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def get(self, kind: str, number: int) -> Body | None:
        """One record, or None."""
        with self._lock:
            row = self._database.execute(
                "SELECT body FROM objects WHERE kind=? AND id=?", (kind, number)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> list[Body]:
        """Every record of a kind, oldest first."""
        with self._lock:
            rows = self._database.execute(
                "SELECT body FROM objects WHERE kind=? ORDER BY id", (kind,)
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def add(self, kind: str, body: Body, number: int | None = None) -> Body:
        """Store a new record under the next free id (or the given one) and return it with its id."""
        with self.change():
            number = number if number is not None else self._next(kind)
            self.count_from(kind, number + 1)
            stored = {key: number if key == "id" else value for key, value in {**body, "id": number}.items()}
            self._database.execute("INSERT INTO objects VALUES (?, ?, ?)", (kind, number, json.dumps(stored)))
        return stored

    def count_from(self, kind: str, number: int) -> None:
        """New records of this kind get at least this id."""
        with self.change():
            self._database.execute(
                "INSERT INTO numbers VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET last=max(last, excluded.last)",
                (kind, number - 1),
            )

    def put(self, kind: str, body: Body) -> None:
        """Replace a record by its own id; store it when it is new."""
        with self.change():
            self._database.execute(
                "INSERT INTO objects VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body=excluded.body",
                (kind, int(body["id"]), json.dumps(body)),
            )

    def remove(self, kind: str, number: int) -> None:
        """Forget a record; tests use it to play another operator."""
        with self.change():
            self._database.execute("DELETE FROM objects WHERE kind=? AND id=?", (kind, number))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _next(self, kind: str) -> int:
        row = self._database.execute("SELECT last FROM numbers WHERE kind=?", (kind,)).fetchone()
        return int(row[0]) + 1 if row else 1
