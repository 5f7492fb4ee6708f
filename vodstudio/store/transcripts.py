"""The versions of what was heard: they belong to the content of a recording, wherever its file lies."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection

from vodstudio.core.crash import crash_point
from vodstudio.core.recording import RecordingId
from vodstudio.core.transcripts import TranscriptId, TranscriptVersion
from vodstudio.store.values import clean, micros, moment, path_of, path_text

_COLUMNS = "t.id, t.recording_id, t.parent_id, t.path, t.sha256, t.author, t.is_chosen, t.made_at"
_SAME = """
 FROM recordings AS r JOIN recordings AS same ON same.fingerprint = r.fingerprint
 JOIN transcripts AS t ON t.recording_id = same.id"""
_ADD = """
INSERT INTO transcripts (id, recording_id, parent_id, path, sha256, author, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT DO NOTHING"""
ONE = f"SELECT {_COLUMNS} FROM transcripts AS t WHERE t.id = ?"
OF_CONTENT = f"SELECT {_COLUMNS} {_SAME} WHERE r.id = ? ORDER BY t.made_at DESC, t.rowid DESC"
CHOSEN = f"SELECT {_COLUMNS} {_SAME} WHERE r.id = ? AND t.is_chosen = 1"
DROP_CHOICE = f"""
UPDATE transcripts SET is_chosen = 0 WHERE is_chosen = 1 AND id IN (SELECT t.id {_SAME} WHERE r.id = ?)"""
_CHOOSE = "UPDATE transcripts SET is_chosen = 1 WHERE id = ?"


class SqlTranscripts:
    """`core.ports.Transcripts` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, version: TranscriptVersion) -> None:
        """Know this version; one that is known already stays as it is. A chosen one takes the place of the other."""
        self._connection.exec_driver_sql(
            _ADD,
            (
                version.id,
                version.recording_id,
                version.parent_id,
                path_text(version.path),
                version.sha256,
                clean(version.author),
                micros(version.made_at),
            ),
        )
        if version.is_chosen:
            self.choose(version.id)
        crash_point("store.transcript.written")

    def version(self, transcript_id: TranscriptId) -> TranscriptVersion | None:
        """The version with this id."""
        row = self._connection.exec_driver_sql(ONE, (transcript_id,)).first()
        return None if row is None else _version(tuple(row))

    def of(self, recording_id: RecordingId) -> list[TranscriptVersion]:
        """All versions of this content, newest first."""
        rows = self._connection.exec_driver_sql(OF_CONTENT, (recording_id,)).fetchall()
        return [_version(tuple(row)) for row in rows]

    def chosen(self, recording_id: RecordingId) -> TranscriptVersion | None:
        """The one that captions are made of."""
        row = self._connection.exec_driver_sql(CHOSEN, (recording_id,)).first()
        return None if row is None else _version(tuple(row))

    def choose(self, transcript_id: TranscriptId) -> None:
        """From now on this one counts, for every file with this content."""
        version = self.version(transcript_id)
        if version is not None:
            self._connection.exec_driver_sql(DROP_CHOICE, (version.recording_id,))
            self._connection.exec_driver_sql(_CHOOSE, (transcript_id,))


def _version(row: tuple[object, ...]) -> TranscriptVersion:
    made = cast("tuple[str, str, str | None, str, str, str, int, int]", row)
    return TranscriptVersion(
        id=TranscriptId(made[0]),
        recording_id=RecordingId(made[1]),
        parent_id=TranscriptId(made[2]) if made[2] else None,
        path=path_of(made[3]),
        sha256=made[4],
        author=made[5],
        is_chosen=bool(made[6]),
        made_at=moment(made[7]),
    )
