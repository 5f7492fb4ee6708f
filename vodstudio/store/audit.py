"""The audit trail: each row carries the hash of the one before, so a change by hand shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from vodstudio.core.jobs import Json
from vodstudio.core.rows import AuditNote
from vodstudio.store.values import clean, dump, micros, moment

_HEAD = "SELECT no, at, hash FROM audit ORDER BY no DESC LIMIT 1"
_APPEND = "INSERT INTO audit (no, at, what, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?)"
_ALL = "SELECT no, at, what, body, previous, hash FROM audit ORDER BY no"
# An id is a text that is nowhere else; the trail grows by a handful of rows a job, so it is read through.
_NAMING = "SELECT at, what, body FROM audit WHERE instr(body, ?) > 0 ORDER BY no DESC LIMIT ?"
_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest row of the trail."""

    no: int
    at: datetime
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLink:
    """The first row of the trail that does not fit."""

    no: int
    reason: str


def head(connection: Connection) -> Head | None:
    """The newest row, if there is one."""
    row = connection.exec_driver_sql(_HEAD).first()
    return None if row is None else Head(no=row[0], at=moment(row[1]), hash=row[2])


def append(connection: Connection, what: str, body: Json, now: datetime) -> None:
    """One more row, in the transaction of what it tells about."""
    last = head(connection)
    no, previous = (last.no + 1, last.hash) if last else (1, "")
    at, text, words = micros(now), dump(body), clean(what)
    digest = _digest(previous, (no, at, words, text))
    connection.exec_driver_sql(_APPEND, (no, at, words, text, previous, digest))


def verify(connection: Connection) -> BrokenLink | None:
    """Read the whole trail; the first row that was changed, removed or put in, or None."""
    expected_no, previous = 1, ""
    for no, at, what, body, before, digest in connection.exec_driver_sql(_ALL).yield_per(_BATCH):
        if no != expected_no:
            return BrokenLink(no=expected_no, reason=f"row {expected_no} is missing")
        if before != previous:
            return BrokenLink(no=no, reason=f"row {no} does not follow the row before it")
        if digest != _digest(previous, (no, at, what, body)):
            return BrokenLink(no=no, reason=f"row {no} was changed")
        expected_no, previous = no + 1, digest
    return None


def naming(connection: Connection, text: str, limit: int) -> list[AuditNote]:
    """The newest rows that have this text in what they tell."""
    rows = connection.exec_driver_sql(_NAMING, (text, limit)).fetchall()
    return [AuditNote(at=moment(at), what=what, body=json.loads(body)) for at, what, body in rows]


def _digest(previous: str, row: tuple[int, int, str, str]) -> str:
    no, at, what, body = row
    text = dump({"no": no, "at": at, "what": what, "body": body, "previous": previous})
    return hashlib.sha256(text.encode()).hexdigest()
