"""How the station's machine is doing: checks, the activity log, throughput, and a report for support."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from vodstudio.core.errors import NotFound
from vodstudio.core.jobs import Job, JobId
from vodstudio.core.ports import Clock, Store, Unit
from vodstudio.core.rows import TRAIL, AuditNote, Check, LogLine, Verdict
from vodstudio.services.trail import words_of

Checks = Callable[[], Awaitable[tuple[Check, ...]]]


class Monitoring:
    """What the Monitoring tab shows."""

    def __init__(self, store: Store, clock: Clock, checks: Checks) -> None:
        self._store = store
        self._clock = clock
        self._checks = checks

    async def health(self) -> tuple[Check, ...]:
        """One line for each thing we depend on."""
        return await self._checks()

    async def log(self, limit: int = 200, text: str = "") -> list[LogLine]:
        """The newest lines of the activity log that are about this."""
        return await self._store.look(lambda unit: unit.notes.log_lines(limit, text))

    async def story(self, job_id: JobId, limit: int = 60) -> list[LogLine]:
        """What happened to a job, newest first: its lines of the log, and what the audit trail says of it."""

        def read(unit: Unit) -> list[LogLine]:
            noted = [_told(note, job_id) for note in unit.notes.audit_of(job_id, limit)]
            lines = unit.notes.log_of(job_id, limit) + noted
            return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]

        return await self._store.look(read)

    async def throughput(self, hours: int = 48) -> list[tuple[datetime, float]]:
        """Hours of video finished in each of the last hours, oldest first."""
        now = self._clock.now().replace(minute=0, second=0, microsecond=0)
        first = now - timedelta(hours=hours - 1)
        finished = await self._store.look(lambda unit: unit.jobs.finished_since(first))
        done = [0.0] * hours
        for at, duration_s in finished:
            slot = int((at - first).total_seconds() // 3600)
            if 0 <= slot < hours:
                done[slot] += duration_s / 3600
        return [(first + timedelta(hours=n), value) for n, value in enumerate(done)]

    async def report(self, job_id: JobId) -> str:
        """What Copy report puts on the clipboard: no words of the meeting, no secrets."""
        job = await self._store.look(lambda unit: unit.jobs.job(job_id))
        if job is None:
            raise NotFound(f"There is no job “{job_id}”", code="VS-NO-JOB")
        return json.dumps(_report(job), indent=2, default=str)


def _told(note: AuditNote, job_id: JobId) -> LogLine:
    return LogLine(at=note.at, verdict=Verdict.GOOD, where=TRAIL, text=words_of(note), job_id=job_id)


def _report(job: Job) -> dict[str, object]:
    return {
        "job": job.id,
        "plan": job.plan,
        "state": job.state,
        "recording": {"size_bytes": job.recording.size_bytes, "duration_s": job.recording.duration_s},
        "steps": [
            {
                "kind": step.kind,
                "state": step.state,
                "attempts": step.attempts,
                "condition": step.condition,
                "problem": {
                    "code": step.problem.code,
                    "title": step.problem.title,
                    "detail": step.problem.detail,
                }
                if step.problem
                else None,
            }
            for step in job.steps
        ],
    }
