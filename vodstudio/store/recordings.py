"""Recordings we know: one row for one content in one place."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from vodstudio.core.jobs import Json
from vodstudio.core.recording import Recording, RecordingId
from vodstudio.store.values import dump, one_line, path_text

_ADD = """
INSERT INTO recordings (id, path, fingerprint, size_bytes, title, recorded_on, show_number, reel, duration_s)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT DO UPDATE SET path = excluded.path, title = excluded.title,
  recorded_on = excluded.recorded_on, show_number = excluded.show_number, reel = excluded.reel,
  duration_s = coalesce(excluded.duration_s, duration_s)
 RETURNING id"""
_MEASURED = "UPDATE recordings SET duration_s = ?, picture = ?, facts = ? WHERE id = ?"
_MOVED = "UPDATE recordings SET path = ? WHERE id = ?"
THERE = """
SELECT other.id FROM recordings AS r JOIN recordings AS other ON other.fingerprint = r.fingerprint
 WHERE r.id = ? AND other.path = ? AND other.id <> r.id"""
_FOLLOW = "UPDATE jobs SET recording_id = ? WHERE recording_id = ?"
_FOLLOW_TOO = "UPDATE transcripts SET recording_id = ? WHERE recording_id = ?"
_TAKE_OVER = """
UPDATE recordings SET (duration_s, picture, facts) =
 (SELECT duration_s, picture, facts FROM recordings WHERE id = ?) WHERE id = ? AND duration_s IS NULL"""
FORGET = """
DELETE FROM recordings WHERE id = ?
 AND NOT EXISTS (SELECT 1 FROM jobs WHERE recording_id = recordings.id)
 AND NOT EXISTS (SELECT 1 FROM transcripts WHERE recording_id = recordings.id)"""


class SqlRecordings:
    """`core.ports.Recordings` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, recording: Recording) -> RecordingId:
        """Store it, or what is new about it when it is known; the id it is known by."""
        day = recording.recorded_on.isoformat() if recording.recorded_on else None
        row = self._connection.exec_driver_sql(
            _ADD,
            (
                recording.id,
                path_text(recording.path),
                recording.fingerprint,
                recording.size_bytes,
                one_line(recording.title),
                day,
                recording.show_number,
                recording.reel,
                recording.duration_s,
            ),
        ).one()
        return RecordingId(row[0])

    def measured(self, recording_id: RecordingId, duration_s: float, facts: Json) -> None:
        """What probe found."""
        height = facts.get("height")
        picture = f"{height}p" if isinstance(height, int) and height > 0 else ""
        self._connection.exec_driver_sql(_MEASURED, (duration_s, picture, dump(facts), recording_id))

    def moved(self, recording_id: RecordingId, path: Path) -> None:
        """The same content was seen elsewhere; where it is known in that place already, its jobs and words go over."""
        there = self._connection.exec_driver_sql(THERE, (recording_id, path_text(path))).scalar()
        if there is None:
            self._connection.exec_driver_sql(_MOVED, (path_text(path), recording_id))
            return
        for statement in (_FOLLOW, _FOLLOW_TOO):
            self._connection.exec_driver_sql(statement, (there, recording_id))
        self._connection.exec_driver_sql(_TAKE_OVER, (recording_id, there))
        self.forget(recording_id)

    def forget(self, recording_id: RecordingId) -> None:
        """Nobody needs it any more, unless a job or a transcript does."""
        self._connection.exec_driver_sql(FORGET, (recording_id,))
