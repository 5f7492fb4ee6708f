"""Switches and small facts of the queue, the activity log, and the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from vodstudio.core.jobs import JobId, Json
from vodstudio.core.rows import LEAST_OF_AN_ID, AuditNote, LogLine, Verdict
from vodstudio.store import audit
from vodstudio.store.values import city_of, city_text, clean, micros, moment, one_line

_GET = "SELECT value FROM notes WHERE key = ?"
_SET = "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
_LOG = """
INSERT INTO activity (at, verdict, place, text, job_id, city_id, search) VALUES (?, ?, ?, ?, ?, ?, ?)"""
_LINE = "SELECT at, verdict, place, text, job_id, city_id FROM activity"
_LINES = f"""
{_LINE} WHERE :text = '' OR instr(search, :text) > 0
 OR (length(:text) >= {LEAST_OF_AN_ID} AND substr(job_id, 1, length(:text)) = :text) ORDER BY no DESC LIMIT :limit"""
LINES_OF_JOB = f"{_LINE} WHERE job_id = ? ORDER BY no DESC LIMIT ?"
_TRIM = "DELETE FROM activity WHERE no <= (SELECT max(no) FROM activity) - ?"
KEEP_LINES = 100_000


class SqlNotes:
    """`core.ports.Notes` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.has_audited = False

    def get(self, key: str) -> str | None:
        """A stored switch or fact."""
        row = self._connection.exec_driver_sql(_GET, (key,)).first()
        return None if row is None else str(row[0])

    def set(self, key: str, value: str) -> None:
        """Store it."""
        self._connection.exec_driver_sql(_SET, (key, clean(value)))

    def log(self, line: LogLine) -> None:
        """Append to the activity log."""
        where, text, city = one_line(line.where), one_line(line.text), city_text(line.city_id)
        search = f"{where} {text} {city}".casefold()
        self._connection.exec_driver_sql(
            _LOG, (micros(line.at), line.verdict.value, where, text, line.job_id, city, search)
        )

    def log_lines(self, limit: int, text: str = "") -> list[LogLine]:
        """The newest lines; `text` is searched as it is, in any case."""
        wanted = {"limit": limit, "text": clean(text).casefold()}
        return [_line(row) for row in self._connection.exec_driver_sql(_LINES, wanted).fetchall()]

    def log_of(self, job_id: JobId, limit: int) -> list[LogLine]:
        """The newest lines of one job."""
        found = self._connection.exec_driver_sql(LINES_OF_JOB, (job_id, limit))
        return [_line(row) for row in found.fetchall()]

    def trim_log(self) -> None:
        """Keep the newest lines only."""
        self._connection.exec_driver_sql(_TRIM, (KEEP_LINES,))

    def audit(self, what: str, body: Json, now: datetime) -> None:
        """Append to the tamper-evident trail."""
        audit.append(self._connection, what, body, now)
        self.has_audited = True

    def audit_of(self, job_id: JobId, limit: int) -> list[AuditNote]:
        """The newest rows of the trail that name this job."""
        return audit.naming(self._connection, job_id, limit)


def _line(row: Sequence[Any]) -> LogLine:
    at, verdict, where, words, job_id, city = row
    return LogLine(
        at=moment(at),
        verdict=Verdict(verdict),
        where=where,
        text=words,
        job_id=JobId(job_id) if job_id else None,
        city_id=city_of(city),
    )
