"""What workers do with steps: claim, heartbeat, checkpoint, and what people never see of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from vodstudio.core.crash import crash_point
from vodstudio.core.jobs import Checkpoint, Claim, JobId, StepId, StepKind, StepState, check_transition
from vodstudio.core.ports import Outcome
from vodstudio.core.rows import HeldCondition
from vodstudio.core.station import Lane
from vodstudio.store import front
from vodstudio.store.claiming import done_twin, has_running_twin, work_of
from vodstudio.store.finishing import finish
from vodstudio.store.recovery import recover
from vodstudio.store.standing import refresh
from vodstudio.store.values import clean, dump, load, micros, moment, moment_or_none, one_line

_CLAIM = """
UPDATE steps SET state = 'running', attempts = attempts + 1, owner = ?, heartbeat_at = ?, started_at = ?,
 ended_at = NULL, key = ?, reuse_of = ?, is_started = 1, claimed_progress = progress,
 problem = NULL, needs_user = 0
 WHERE id = ? AND state = 'ready'
 RETURNING attempts, cut_off, (SELECT count(*) FROM checkpoints WHERE step_id = steps.id)"""
_WAIT_FOR_TWIN = "UPDATE steps SET waits_for_key = ? WHERE id = ?"
_WHY = "UPDATE jobs SET why = ? WHERE id = ?"
_JOB_HAS_STARTED = "UPDATE steps SET is_started = 1 WHERE job_id = ? AND is_started = 0"
_OWNS = "id = ? AND attempts = ? AND state = 'running'"
_HEARTBEAT = f"UPDATE steps SET heartbeat_at = ?, progress = ? WHERE {_OWNS}"
_SURVIVED = f"UPDATE steps SET interruptions = 0 WHERE {_OWNS} RETURNING id"
_CHECKPOINT = "INSERT INTO checkpoints (step_id, key, body, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_CHECKPOINTS = "SELECT key, body, at FROM checkpoints WHERE step_id = ? ORDER BY no"
HELD = """
SELECT s.condition, count(*), min(s.held_at), h.checked_at, coalesce(h.title, '')
 FROM steps AS s INDEXED BY steps_held LEFT JOIN holds AS h ON h.condition = s.condition
 WHERE s.state = 'held' GROUP BY s.condition"""
_CHECKED = """
INSERT INTO holds (condition, title, checked_at) VALUES (?, ?, ?)
 ON CONFLICT DO UPDATE SET title = excluded.title, checked_at = excluded.checked_at"""
RELEASE = """
UPDATE steps SET state = 'ready', condition = '', problem = NULL, needs_user = 0
 WHERE state = 'held' AND condition = ? RETURNING job_id"""
_FORGET_HOLD = "DELETE FROM holds WHERE condition = ?"


class SqlQueue:
    """`core.ports.Queue` in one transaction.

    Statements are text: built expressions cost several times as much here, at each claim and finish.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(
        self,
        lane: Lane,
        worker: str,
        now: datetime,
        tools: Mapping[StepKind, str],
        started_only: bool = False,
    ) -> Claim | None:
        """The next step of this lane, now running."""
        crash_point("store.claim.before")
        front.promote(self._connection, now)
        while choice := front.choose_next(self._connection, lane, now, started_only=started_only):
            step = choice.candidate
            work = work_of(self._connection, step.step_id, tools)
            if has_running_twin(self._connection, work.key):
                self._connection.exec_driver_sql(_WAIT_FOR_TWIN, (work.key, step.step_id))
                continue
            twin = done_twin(self._connection, work)
            check_transition(StepState.READY, StepState.RUNNING)
            at, twin_id = micros(now), twin.step_id if twin else None
            attempt, cut_off, kept = self._connection.exec_driver_sql(
                _CLAIM, (clean(worker), at, at, work.key, twin_id, step.step_id)
            ).one()
            self._connection.exec_driver_sql(_WHY, (choice.why, step.job_id))
            if not step.is_started:
                self._connection.exec_driver_sql(_JOB_HAS_STARTED, (step.job_id,))
            front.take_turn(self._connection, lane, step.city_id, now)
            refresh(self._connection, step.job_id, now)
            return Claim(
                step_id=step.step_id,
                attempt=attempt,
                kind=work.kind,
                lane=lane,
                inputs=work.inputs,
                key=work.key,
                why=choice.why,
                reuse=twin.result if twin else None,
                checkpoint_count=kept,
                cut_off=cut_off,
            )
        return None

    def heartbeat(self, claims: Iterable[tuple[StepId, int, float]], now: datetime) -> None:
        """These (step, attempt, progress) are alive."""
        for step_id, attempt, progress in claims:
            self._connection.exec_driver_sql(_HEARTBEAT, (micros(now), progress, step_id, attempt))

    def checkpoint(self, step_id: StepId, attempt: int, checkpoint: Checkpoint) -> bool:
        """Keep it if this attempt still owns the step; what was kept under this key before stays."""
        at = micros(checkpoint.at)
        owned = self._connection.exec_driver_sql(_SURVIVED, (step_id, attempt)).first()
        if owned is None:
            return False
        self._connection.exec_driver_sql(_CHECKPOINT, (step_id, checkpoint.key, dump(checkpoint.body), at))
        crash_point("store.checkpoint.before")
        return True

    def checkpoints(self, step_id: StepId) -> list[Checkpoint]:
        """What was kept, in order."""
        rows = self._connection.exec_driver_sql(_CHECKPOINTS, (step_id,)).fetchall()
        return [Checkpoint(key=key, body=load(body), at=moment(at)) for key, body, at in rows]

    def finish(self, step_id: StepId, attempt: int, outcome: Outcome, now: datetime) -> bool:
        """Outputs, new state and `next step ready` at once; False when a late worker no longer owns the step."""
        return finish(self._connection, (step_id, attempt), outcome, now)

    def recover(self, is_alive: Callable[[str], bool], now: datetime) -> list[JobId]:
        """Running steps of owners that are gone become ready, or failed after two interruptions in a row."""
        return recover(self._connection, is_alive, now)

    def held(self) -> list[HeldCondition]:
        """Each condition that steps wait for."""
        rows = self._connection.exec_driver_sql(HELD).fetchall()
        return [
            HeldCondition(
                condition=condition,
                steps=steps,
                since=moment(since),
                checked_at=moment_or_none(checked_at),
                title=title,
            )
            for condition, steps, since, checked_at, title in rows
        ]

    def checked(self, condition: str, title: str, now: datetime) -> None:
        """The condition was looked at and still holds."""
        self._connection.exec_driver_sql(_CHECKED, (condition, one_line(title), micros(now)))

    def release(self, condition: str, now: datetime) -> list[JobId]:
        """All steps that waited for it become ready in one update."""
        check_transition(StepState.HELD, StepState.READY)
        crash_point("store.release.before")
        rows = self._connection.exec_driver_sql(RELEASE, (condition,)).fetchall()
        self._connection.exec_driver_sql(_FORGET_HOLD, (condition,))
        released = [JobId(job_id) for job_id in dict.fromkeys(row[0] for row in rows)]
        for job_id in released:
            refresh(self._connection, job_id, now)
        return released

    def next_retry(self, now: datetime) -> datetime | None:
        """When the earliest step that still waits for its time may run."""
        return moment_or_none(self._connection.exec_driver_sql(front.NEXT_TIMED, (micros(now),)).scalar())

    def waiting_reasons(self, now: datetime, limit: int = 50) -> dict[JobId, str]:
        """For the first jobs in line: `2nd: this city waited longest`."""
        return front.reasons(self._connection, now, limit)
