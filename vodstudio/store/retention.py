"""Whether the clock can be believed before old jobs are forgotten: a wrong date must not empty the queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from vodstudio.core.rows import LogLine, Verdict
from vodstudio.store.notes import SqlNotes
from vodstudio.store.values import micros, moment_or_none

LEAP = timedelta(days=2)
_ASKED = "retention.asked-at"
_LEAPT = "retention.leapt-at"


def may_forget(connection: Connection, now: datetime) -> bool:
    """False for two days after a leap of more than two days: time enough to set a clock, and no harm in waiting.

    Asked at each start and each day. What was written since tells nothing: it has the date of the wrong clock.
    """
    notes = SqlNotes(connection)
    asked, leapt = _moment(notes, _ASKED), _moment(notes, _LEAPT)
    notes.set(_ASKED, str(micros(now)))
    if asked is not None and now - asked > LEAP:
        notes.set(_LEAPT, str(micros(now)))
        notes.log(leap_told(now, now - asked))
        return False
    return leapt is None or not timedelta(0) <= now - leapt < LEAP


def leap_told(now: datetime, leap: timedelta) -> LogLine:
    """For the activity log."""
    text = (
        f"By the date of this computer, the program was last used {leap.days} days ago. If the date is wrong,"
        " set it: for two days no old job is removed."
    )
    return LogLine(at=now, verdict=Verdict.CARE, where="Old jobs", text=text)


def _moment(notes: SqlNotes, key: str) -> datetime | None:
    stored = notes.get(key)
    return moment_or_none(int(stored) if stored else None)
