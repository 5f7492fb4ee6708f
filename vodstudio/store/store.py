"""The store: one thread with the one writing connection, and one thread that only reads."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import Connection, exc

from vodstudio.core.clock import SystemClock
from vodstudio.core.crash import crash_point
from vodstudio.core.ports import Clock, Unit
from vodstudio.store import audit
from vodstudio.store.backup import KEEP, back_up, backups_in, thin_out
from vodstudio.store.engine import engine_of
from vodstudio.store.faults import error_of
from vodstudio.store.opening import Files, Opened, close_well, keep_head, prepare
from vodstudio.store.unit import SqlUnit

T = TypeVar("T")
LOOK_LIMIT_S = 30.0
BACKUP_EVERY = timedelta(hours=23)
DAILY = "daily"
_STEPS_BETWEEN_LOOKS_AT_THE_CLOCK = 200_000


class WroteWhileLooking(AssertionError):
    """A bug: a read tried to write."""


class _Line:
    """One thread with one connection, which no other thread ever sees (A19).

    One line writes: before SQLite 3.51.3 two connections that write or checkpoint could damage the file (A21).
    """

    def __init__(self, files: Files, *, is_writer: bool, limit_s: float | None = None) -> None:
        self._files = files
        self._is_writer = is_writer
        self._limit_s = limit_s
        self._thread_id = 0
        self._thread = ThreadPoolExecutor(
            max_workers=1,
            thread_name_prefix="store" if is_writer else "store-look",
            initializer=self._remember_thread,
        )
        self._connection: Connection | None = None

    def _remember_thread(self) -> None:
        self._thread_id = threading.get_ident()

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Something on this thread; from this thread itself it would wait for itself for ever."""
        if threading.get_ident() == self._thread_id:
            raise AssertionError("a transaction inside a transaction")
        return self._thread.submit(work)

    def transaction(self, work: Callable[[Unit], T]) -> T:
        """On this thread: all of it, or nothing."""
        try:
            return self._transaction(work)
        except (exc.DBAPIError, sqlite3.Error) as error:
            original = error.orig if isinstance(error, exc.DBAPIError) else error
            if not self._is_writer and getattr(original, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY:
                raise WroteWhileLooking(str(original)) from error
            ours = error_of(error, self._files.path)
            if ours is None:
                raise
            raise ours from error

    def _transaction(self, work: Callable[[Unit], T]) -> T:
        connection = self._open()
        head: audit.Head | None = None
        with connection.begin():
            unit = SqlUnit(connection)
            result = work(unit)
            if unit.has_audited:
                head = audit.head(connection)
            crash_point("store.commit.before")
        crash_point("store.commit.after")
        if head is not None:
            keep_head(self._files, head)
        return result

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = engine_of(self._files.path, is_writer=self._is_writer).connect()
        if self._limit_s is not None:
            self._end_after(self._connection, time.monotonic() + self._limit_s)
        return self._connection

    def _end_after(self, connection: Connection, end: float) -> None:
        """A read that never ends would keep the write-ahead log from shrinking (A18)."""
        driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
        driver.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_LOOKS_AT_THE_CLOCK)

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

    def __init__(
        self,
        path: Path,
        *,
        backups: Path | None = None,
        clock: Clock | None = None,
        keep: int = KEEP,
        look_limit_s: float = LOOK_LIMIT_S,
    ) -> None:
        self.files = Files(path=path, backups=backups or path.parent / "backups")
        self.opened = Opened()
        self._clock = clock or SystemClock()
        self._keep = keep
        self._is_open = False
        self._writer = _Line(self.files, is_writer=True)
        self._reader = _Line(self.files, is_writer=False, limit_s=look_limit_s)

    def open(self) -> Opened:
        """Refuse, check, migrate or make the file on the store thread; blocks, raises what a person has to know."""
        try:
            self.opened = self._writer.submit(lambda: prepare(self.files, self._clock.now())).result()
        except BaseException:
            self.close()
            raise
        self._is_open = True
        return self.opened

    def close(self) -> None:
        """End both threads; what is left is one whole file."""
        self._reader.close()
        self._writer.close()
        if self._is_open:
            close_well(self.files)
            self._is_open = False

    async def run(self, work: Callable[[Unit], T]) -> T:
        """From the loop: await one transaction."""
        return await asyncio.wrap_future(self._writer.submit(lambda: self._writer.transaction(work)))

    def call(self, work: Callable[[Unit], T]) -> T:
        """From a worker: block for one transaction."""
        return self._writer.submit(lambda: self._writer.transaction(work)).result()

    async def look(self, work: Callable[[Unit], T]) -> T:
        """From the loop: a long read on a read-only connection, on a thread of its own."""
        return await asyncio.wrap_future(self._reader.submit(lambda: self._reader.transaction(work)))

    async def backup(self, reason: str) -> Path:
        """A verified copy, made while the queue goes on; the reason becomes a part of its name."""
        return await asyncio.to_thread(self._back_up, reason)

    async def backup_daily(self) -> Path | None:
        """The same, when the newest one is a day old."""
        now = self._clock.now()
        daily = [found for found in backups_in(self.files.backups) if found.reason == DAILY]
        if any(timedelta(0) <= now - found.made_at < BACKUP_EVERY for found in daily):
            return None
        return await self.backup(DAILY)

    def _back_up(self, reason: str) -> Path:
        now = self._clock.now()
        made = back_up(self.files.path, self.files.backups, now, reason)
        thin_out(self.files.backups, now, self._keep)
        return made
