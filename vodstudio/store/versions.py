"""Which program a file belongs to, read without touching it; and what to do with one of a newer program."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vodstudio.core.errors import NeedsUser, Refused
from vodstudio.store.engine import uri_of
from vodstudio.store.faults import damaged
from vodstudio.store.tables import APPLICATION_ID, SCHEMA

MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_VERSION_AT = 60
_APPLICATION_AT = 68


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a database file says it is."""

    application: int
    schema: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyThere:
    """A job that only the newer file has."""

    job_id: str
    title: str
    state: str


def log_of(path: Path) -> Path:
    """The write-ahead log beside a database."""
    return path.with_name(f"{path.name}-wal")


def begins_as_database(path: Path) -> bool:
    """Whether the first bytes are those of a SQLite file."""
    return _header(path).startswith(MAGIC)


def identity_of(path: Path) -> Identity:
    """From the header alone; from a read-only look when changes still lie in the log. Writes nothing."""
    header = _header(path)
    if len(header) < _HEADER_BYTES or not begins_as_database(path):
        raise damaged(path, f"{path}: the first bytes are not those of a database")
    log = log_of(path)
    if log.exists() and log.stat().st_size > 0:
        return _looked(path)
    return Identity(application=_number(header, _APPLICATION_AT), schema=_number(header, _VERSION_AT))


def is_blank(path: Path) -> bool:
    """A file that was being made when the power went: it never held anything."""
    identity = identity_of(path)
    if identity.application or identity.schema:
        return False
    with closing(_only_reading(path)) as connection:
        return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def refuse_foreign(path: Path, identity: Identity, newest: int = SCHEMA) -> None:
    """Another program's database, or one that only a newer VOD Studio understands (A12)."""
    if identity.application != APPLICATION_ID:
        raise NeedsUser(
            f"{path.name} is not a VOD Studio database",
            hint=f"Nothing was changed. Move {path} away, or restore a backup.",
            detail=f"{path}: application_id {identity.application:#x}",
            code="VS-STORE-FOREIGN",
        )
    if identity.schema > newest:
        raise Refused(
            f"The queue was last used by a newer VOD Studio (its file is version {identity.schema},"
            f" this program knows {newest})",
            hint="Nothing was changed. Start the newer program; or go back with `vodstudio restore FILE` and the"
            " backup that was made before the update: the newer file is kept beside it.",
            detail=f"{path}: user_version {identity.schema}",
            code="VS-STORE-NEWER",
        )


def jobs_only_in(newer: Path, older: Path) -> list[OnlyThere]:
    """The jobs that would not be in the queue after going back to the older file; neither file is changed."""
    with closing(_only_reading(older)) as connection:
        known = {row[0] for row in connection.execute("SELECT id FROM jobs")}
    with closing(_only_reading(newer)) as connection:
        listed = connection.execute(
            "SELECT j.id, r.title, j.state FROM jobs AS j JOIN recordings AS r ON r.id = j.recording_id"
            " ORDER BY j.added_at"
        ).fetchall()
    return [OnlyThere(job_id=row[0], title=row[1], state=row[2]) for row in listed if row[0] not in known]


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEADER_BYTES)


def _number(header: bytes, at: int) -> int:
    return int.from_bytes(header[at : at + 4], "big")


def _looked(path: Path) -> Identity:
    with closing(_only_reading(path)) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        return Identity(
            application=application, schema=connection.execute("PRAGMA user_version").fetchone()[0]
        )


def _only_reading(path: Path) -> sqlite3.Connection:
    """A file without a log is opened as one that nobody changes, so that not even a lock is taken."""
    log = log_of(path)
    has_log = log.exists() and log.stat().st_size > 0
    uri = uri_of(path, "ro") + ("" if has_log else "&immutable=1")
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    return connection
