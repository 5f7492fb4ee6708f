"""How the database is opened: one profile for every connection, one kind of transaction."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

BUSY_S = 5.0

_PROFILE = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA synchronous = FULL",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA wal_autocheckpoint = 1000",
)


def uri_of(path: Path, mode: str) -> str:
    """A file URI; a name with `?`, `#` or `%` in it stays a name."""
    text = path.as_posix()
    return f"file:{quote(text if text.startswith('/') else '/' + text)}?mode={mode}"


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection with the profile of the house; `mode` is ro, rw or rwc. One thread alone may use it."""
    connection = sqlite3.connect(uri_of(path, mode), uri=True, timeout=BUSY_S, isolation_level=None)
    try:
        for pragma in _PROFILE:
            connection.execute(pragma)
        connection.execute("PRAGMA query_only = ON" if mode == "ro" else "PRAGMA journal_mode = WAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def engine_of(path: Path, *, is_writer: bool) -> Engine:
    """An engine whose transactions are explicit: writers begin IMMEDIATE, so nothing is ever upgraded (A08)."""
    engine = create_engine(
        "sqlite+pysqlite://", creator=lambda: connect(path, "rw" if is_writer else "ro"), poolclass=NullPool
    )
    begin = "BEGIN IMMEDIATE" if is_writer else "BEGIN"
    event.listen(engine, "begin", lambda connection: _begin(connection, begin))
    return engine


def _begin(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
