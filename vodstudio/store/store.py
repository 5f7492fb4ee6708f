"""The store: one thread with the one writing connection, and one thread that only reads."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, exc

from vodstudio.core.crash import crash_point
from vodstudio.core.ports import Unit
from vodstudio.store import opening
from vodstudio.store.engine import engine_of
from vodstudio.store.faults import error_of
from vodstudio.store.unit import SqlUnit

T = TypeVar("T")


class _Lane:
    """One thread with one connection, which no other thread ever sees."""

    def __init__(self, path: Path, *, is_writer: bool) -> None:
        self._path = path
        self._is_writer = is_writer
        name = "store" if is_writer else "store-look"
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._connection: Connection | None = None

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Something on this thread; from this thread itself it would wait for itself for ever."""
        if threading.current_thread() in self._thread._threads:
            raise AssertionError("a transaction inside a transaction")
        return self._thread.submit(work)

    def transaction(self, work: Callable[[Unit], T]) -> T:
        """On this thread: all of it, or nothing."""
        try:
            with self._open().begin():
                result = work(SqlUnit(self._open()))
                crash_point("store.commit.before")
            crash_point("store.commit.after")
        except (exc.DBAPIError, sqlite3.Error) as error:
            ours = error_of(error, self._path)
            if ours is None:
                raise
            raise ours from error
        return result

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = engine_of(self._path, is_writer=self._is_writer).connect()
        return self._connection

    def close(self) -> None:
        """Close the connection on its own thread, and end the thread."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection.engine.dispose()
            self._connection = None


class SqliteStore:
    """`core.ports.Store` on one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = _Lane(path, is_writer=True)
        self._reader = _Lane(path, is_writer=False)

    def open(self) -> None:
        """Make or check the file; blocks, and raises what a person has to know."""
        self._writer.submit(lambda: opening.prepare(self._path)).result()

    def close(self) -> None:
        """End both threads; the last one out leaves a whole file without a log beside it."""
        self._reader.close()
        self._writer.close()

    async def run(self, work: Callable[[Unit], T]) -> T:
        """From the loop: await one transaction."""
        return await asyncio.wrap_future(self._writer.submit(lambda: self._writer.transaction(work)))

    def call(self, work: Callable[[Unit], T]) -> T:
        """From a worker: block for one transaction."""
        return self._writer.submit(lambda: self._writer.transaction(work)).result()

    async def look(self, work: Callable[[Unit], T]) -> T:
        """From the loop: a long read on a read-only connection, on a thread of its own."""
        return await asyncio.wrap_future(self._reader.submit(lambda: self._reader.transaction(work)))
