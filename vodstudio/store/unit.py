"""One transaction, as the core's protocol: its repositories live exactly as long as it does."""

from __future__ import annotations

from sqlalchemy import Connection

from vodstudio.core.ports import Jobs, Notes, Queue, Recordings, Samples, Transcripts
from vodstudio.store.jobs import SqlJobs
from vodstudio.store.notes import SqlNotes
from vodstudio.store.queue import SqlQueue
from vodstudio.store.recordings import SqlRecordings
from vodstudio.store.samples import SqlSamples
from vodstudio.store.transcripts import SqlTranscripts


class SqlUnit:
    """`core.ports.Unit` over one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self.jobs: Jobs = SqlJobs(connection)
        self.queue: Queue = SqlQueue(connection)
        self.recordings: Recordings = SqlRecordings(connection)
        self.transcripts: Transcripts = SqlTranscripts(connection)
        self.samples: Samples = SqlSamples(connection)
        self._notes = SqlNotes(connection)

    @property
    def notes(self) -> Notes:
        """Switches, log and audit trail."""
        return self._notes

    @property
    def has_audited(self) -> bool:
        """Whether the audit trail got longer."""
        return self._notes.has_audited
