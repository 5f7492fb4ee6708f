"""What people do with jobs, each inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from vodstudio.core.approval import APPROVED
from vodstudio.core.crash import crash_point
from vodstudio.core.errors import Conflict
from vodstudio.core.jobs import (
    LANE_OF,
    Job,
    JobId,
    Rank,
    StepId,
    StepKind,
    StepState,
    check_transition,
)
from vodstudio.core.order import natural_place
from vodstudio.core.plan import PlannedStep, steps_for
from vodstudio.core.ports import NewJob, TakenOut
from vodstudio.core.recording import Fingerprint
from vodstudio.core.rows import Counts, JobFilter, JobRow
from vodstudio.core.station import CityId, Lane, Preset
from vodstudio.store import listing, retention, taking_out
from vodstudio.store.recordings import SqlRecordings
from vodstudio.store.redoing import redo
from vodstudio.store.standing import refresh
from vodstudio.store.values import (
    city_text,
    clean,
    micros,
    micros_or_none,
    moment,
    path_text,
    preset_of,
    preset_text,
)

_ADD_JOB = """
INSERT INTO jobs (id, recording_id, city_id, preset, plan, rank, place, deadline, added_at, search,
 state, shelf, shelf_rank, shelf_place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 1, 0, 0)"""
_ADD_STEP = """
INSERT INTO steps (id, job_id, position, kind, state, lane, city_id, rank, place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_ADD_NEED = "INSERT INTO step_needs (step_id, needs_id) VALUES (?, ?)"
_PREFIX = "SELECT id FROM jobs WHERE id >= ? AND id < ? ORDER BY id LIMIT 50"
OPEN_JOB = """
SELECT j.id FROM recordings AS r JOIN jobs AS j ON j.recording_id = r.id
 WHERE r.fingerprint = ? AND j.state <> 'cancelled' ORDER BY j.added_at DESC LIMIT 1"""
JOB_AT = """
SELECT j.id FROM recordings AS r JOIN jobs AS j ON j.recording_id = r.id
 WHERE r.fingerprint = ? AND r.path = ? ORDER BY j.added_at DESC LIMIT 1"""
_PAUSE = (
    "UPDATE jobs SET is_paused = ? WHERE id = ? AND is_paused <> ? AND state NOT IN ('done', 'cancelled')"
)
_PAUSE_STEPS = "UPDATE steps SET is_paused = ? WHERE job_id = ?"
_RUNNING = "SELECT id, job_id, lane FROM steps INDEXED BY steps_running WHERE state = 'running'"
_RUNNING_OF = "SELECT id, job_id, lane FROM steps WHERE job_id = ? AND state = 'running' ORDER BY position"
_ASK_CANCEL = "UPDATE jobs SET is_cancelled = 1 WHERE id = ? AND is_cancelled = 0 AND state <> 'done'"
_CANCEL = """
UPDATE steps SET state = 'cancelled', condition = '', last_condition = '', not_before = NULL, waits_for_key = NULL,
 ended_at = ? WHERE job_id = ? AND state IN ('waiting', 'ready', 'held', 'failed')"""
_RETRY_JOB = "UPDATE jobs SET is_cancelled = 0, is_acknowledged = 0 WHERE id = ?"
_CLEAN = """condition = '', last_condition = '', problem = NULL, needs_user = 0, not_before = NULL, ended_at = NULL,
 attempts = 0, cut_off = 0, interruptions = 0"""
_RETRY = f"""
UPDATE steps SET state = 'ready', {_CLEAN} WHERE job_id = ?
 AND (state IN ('failed', 'held') OR (state = 'ready' AND not_before IS NOT NULL))"""
_RETRY_CANCELLED = f"""
UPDATE steps SET {_CLEAN}, state = CASE WHEN EXISTS (
  SELECT 1 FROM step_needs AS n JOIN steps AS other ON other.id = n.needs_id
  WHERE n.step_id = steps.id AND other.state <> 'done') THEN 'waiting' ELSE 'ready' END
 WHERE job_id = ? AND state = 'cancelled'"""
_FORGET_HOLDS = """
DELETE FROM holds WHERE NOT EXISTS (
 SELECT 1 FROM steps WHERE state = 'held' AND steps.condition = holds.condition)"""
_LISTED = "IN (SELECT value FROM json_each(?))"
RECORDINGS_OF = f"SELECT DISTINCT recording_id FROM jobs WHERE id {_LISTED}"
# Each would go with its job, at twice the cost.
REMOVE = (
    f"DELETE FROM step_needs WHERE step_id IN (SELECT id FROM steps WHERE job_id {_LISTED})",
    f"DELETE FROM steps WHERE job_id {_LISTED}",
    f"DELETE FROM jobs WHERE id {_LISTED}",
)
_APPROVE = """
INSERT INTO checkpoints (step_id, key, body, at)
 SELECT id, ?, '{}', ? FROM steps
 WHERE job_id = ? AND kind = 'publish' AND state NOT IN ('done', 'cancelled')
 ON CONFLICT DO NOTHING"""
_ACKNOWLEDGE = "UPDATE jobs SET is_acknowledged = 1 WHERE id = ? AND is_acknowledged = 0"
_PLACE = "UPDATE jobs SET rank = ?, place = ?, deadline = coalesce(?, deadline) WHERE id = ?"
_PLACE_STEPS = "UPDATE steps SET rank = ?, place = ? WHERE job_id = ? AND state <> 'done'"
PINNED = """
SELECT id, place FROM jobs INDEXED BY jobs_pinned
 WHERE rank = 0 AND state NOT IN ('done', 'cancelled') ORDER BY place, id"""
_SET_CITY = "UPDATE jobs SET city_id = ? WHERE id = ?"
_SET_CITY_STEPS = "UPDATE steps SET city_id = ? WHERE job_id = ?"
_UNHEARD = """
SELECT j.id, j.preset FROM jobs j JOIN steps s ON s.job_id = j.id AND s.kind = 'speech'
 WHERE j.city_id = ? AND j.state NOT IN ('done', 'cancelled') AND s.state IN ('waiting', 'ready', 'held')
 AND NOT EXISTS (SELECT 1 FROM checkpoints c WHERE c.step_id = s.id) ORDER BY j.added_at, j.id"""
_SET_PRESET = "UPDATE jobs SET preset = ? WHERE id = ?"
OLD = """
SELECT id FROM jobs WHERE ended_at IS NOT NULL AND ended_at < ?
 AND (state IN ('done', 'cancelled') OR is_acknowledged = 1) ORDER BY ended_at"""
CAPTIONED = """
SELECT coalesce(sum(j.state = 'done' AND EXISTS (
  SELECT 1 FROM outputs AS o JOIN steps AS s ON s.id = o.step_id
  WHERE o.job_id = j.id AND s.kind = 'captions')), 0), count(*)
 FROM jobs AS j WHERE j.city_id = ? AND j.ended_at >= ? AND j.state <> 'cancelled'"""
FINISHED = """
SELECT j.ended_at, coalesce(r.duration_s, 0) FROM jobs AS j JOIN recordings AS r ON r.id = j.recording_id
 WHERE j.ended_at >= ? AND j.state = 'done' ORDER BY j.ended_at"""
_LAST_CHARACTER = "\U0010ffff"


class SqlJobs:
    """`core.ports.Jobs` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, job: NewJob) -> None:
        """Store recording, job and steps; the first steps are ready."""
        crash_point("store.add.before")
        recording_id = SqlRecordings(self._connection).keep(job.recording)
        place = natural_place(job.recording.recorded_on, job.added_at, job.rank, job.deadline)
        city, added_at = city_text(job.city_id), micros(job.added_at)
        head = (job.id, recording_id, city, preset_text(job.preset), job.plan.value, job.rank.value, place)
        search = clean(f"{job.recording.title} {job.recording.path.name} {city}").casefold()
        self._connection.exec_driver_sql(_ADD_JOB, (*head, micros_or_none(job.deadline), added_at, search))
        self._add_steps(job, steps_for(job.plan), place)
        refresh(self._connection, job.id, job.added_at)

    def _add_steps(self, job: NewJob, planned: tuple[PlannedStep, ...], place: float) -> None:
        ids = {step.kind: StepId(str(uuid5(NAMESPACE_URL, f"{job.id}/{step.kind}"))) for step in planned}
        for position, step in enumerate(planned):
            state = StepState.WAITING if step.needs else StepState.READY
            head = (ids[step.kind], job.id, position, step.kind.value, state.value)
            line = (LANE_OF[step.kind].value, city_text(job.city_id), job.rank.value, place)
            self._connection.exec_driver_sql(_ADD_STEP, head + line)
        for step in planned:
            for need in step.needs:
                self._connection.exec_driver_sql(_ADD_NEED, (ids[step.kind], ids[need]))

    def job(self, job_id: JobId) -> Job | None:
        """Everything about one job."""
        return listing.whole_job(self._connection, job_id)

    def row(self, job_id: JobId) -> JobRow | None:
        """The row of one job."""
        return listing.one_row(self._connection, job_id)

    def rows(self, wanted: JobFilter, limit: int, offset: int = 0) -> list[JobRow]:
        """Rows as the queue shows them: working, next, needs somebody, then finished, newest first."""
        return listing.rows(self._connection, wanted, limit, offset)

    def counts(self) -> Counts:
        """How many jobs are where."""
        return listing.counts(self._connection)

    def find_prefix(self, text: str) -> list[JobId]:
        """Jobs whose id begins with this text."""
        begin = clean(text).lower()
        if not begin:
            return []
        rows = self._connection.exec_driver_sql(_PREFIX, (begin, begin + _LAST_CHARACTER)).fetchall()
        return [JobId(row[0]) for row in rows]

    def open_job_of(self, fingerprint: Fingerprint) -> JobId | None:
        """The newest job of the same content that is not cancelled."""
        row = self._connection.exec_driver_sql(OPEN_JOB, (fingerprint,)).first()
        return None if row is None else JobId(row[0])

    def job_at(self, fingerprint: Fingerprint, path: Path) -> JobId | None:
        """The newest job of this content in this place."""
        row = self._connection.exec_driver_sql(JOB_AT, (fingerprint, path_text(path))).first()
        return None if row is None else JobId(row[0])

    def pause(self, job_id: JobId, is_paused: bool, now: datetime) -> bool:
        """Set or clear the operator's own flag; True when something changed."""
        if not self._change(_PAUSE, (is_paused, job_id, is_paused)):
            return False
        self._connection.exec_driver_sql(_PAUSE_STEPS, (is_paused, job_id))
        refresh(self._connection, job_id, now)
        crash_point("store.pause.written")
        return True

    def cancel(self, job_id: JobId, now: datetime) -> tuple[list[StepId], bool]:
        """Cancel what waits; the running steps that have to be stopped, and whether anything changed."""
        running = [step_id for step_id, _, _ in self.running_steps(job_id)]
        for state in (StepState.WAITING, StepState.READY, StepState.HELD, StepState.FAILED):
            check_transition(state, StepState.CANCELLED)
        was_asked = self._change(_ASK_CANCEL, (job_id,))
        has_changed = self._change(_CANCEL, (micros(now), job_id)) or was_asked
        if has_changed:
            self._connection.exec_driver_sql(_FORGET_HOLDS)
            refresh(self._connection, job_id, now)
            crash_point("store.cancel.written")
        return running, has_changed

    def retry(self, job_id: JobId, now: datetime) -> bool:
        """Failed, cancelled and held steps go on with their stored parameters; True when something changed."""
        for state in (StepState.FAILED, StepState.HELD, StepState.CANCELLED):
            check_transition(state, StepState.READY)
        changed = [self._change(statement, (job_id,)) for statement in (_RETRY, _RETRY_CANCELLED)]
        if not any(changed):
            return False
        self._connection.exec_driver_sql(_RETRY_JOB, (job_id,))
        self._connection.exec_driver_sql(_FORGET_HOLDS)
        refresh(self._connection, job_id, now)
        crash_point("store.retry.written")
        return True

    def redo(self, job_id: JobId, kind: StepKind, now: datetime, forget: Collection[str] = ()) -> bool:
        """A step that is done, and all that follow it, are done again; False when it is not done."""
        job = self.job(job_id)
        if job is None or not redo(self._connection, job, kind, now, forget):
            return False
        self._connection.exec_driver_sql(_FORGET_HOLDS)
        return True

    def approve(self, job_id: JobId, now: datetime, key: str = APPROVED) -> bool:
        """A person says yes to its publishing; False when that is over or was said before."""
        return self._change(_APPROVE, (key, micros(now), job_id))

    def remove(self, job_id: JobId) -> None:
        """Forget a job that does not run (with steps, checkpoints, outputs)."""
        self.remove_all([job_id])

    def remove_all(self, job_ids: Sequence[JobId]) -> None:
        """The same for several, or for none when one of them runs."""
        wanted = set(job_ids)
        if any(running in wanted for _, running, _ in self.running_steps()):
            raise Conflict(
                "A job that is being worked on cannot be removed",
                hint="Nothing was removed. Cancel it first; its recording is safe.",
                code="VS-JOB-RUNS",
            )
        listed = (json.dumps(sorted(wanted)),)
        held = self._connection.exec_driver_sql(RECORDINGS_OF, listed).fetchall()
        for statement in REMOVE:
            self._connection.exec_driver_sql(statement, listed)
        recordings = SqlRecordings(self._connection)
        for (recording_id,) in held:
            recordings.forget(recording_id)
        self._connection.exec_driver_sql(_FORGET_HOLDS)
        crash_point("store.remove.written")

    def take_out(self, job_ids: Sequence[JobId]) -> TakenOut:
        """Remove them, and give back everything that went."""
        taken = taking_out.copies_of(self._connection, job_ids)
        self.remove_all(job_ids)
        return taken

    def put_back(self, taken: TakenOut) -> list[JobId]:
        """As they were; those that are there again already are left alone."""
        back = taking_out.put_back(self._connection, taken)
        crash_point("store.put-back.written")
        return back

    def acknowledge(self, job_id: JobId, now: datetime) -> bool:
        """A person has seen that it failed."""
        return self._change(_ACKNOWLEDGE, (job_id,))

    def place(self, job_id: JobId, rank: Rank, place: float, deadline: datetime | None = None) -> None:
        """Put the waiting steps of a job somewhere in the line."""
        if self._change(_PLACE, (rank.value, place, micros_or_none(deadline), job_id)):
            self._connection.exec_driver_sql(_PLACE_STEPS, (rank.value, place, job_id))
            refresh(self._connection, job_id, None)

    def pinned(self) -> list[tuple[JobId, float]]:
        """Pinned jobs that are not finished, in order."""
        return [(JobId(row[0]), row[1]) for row in self._connection.exec_driver_sql(PINNED).fetchall()]

    def set_city(self, job_id: JobId, city_id: CityId | None) -> None:
        """A person corrected the city."""
        for statement in (_SET_CITY, _SET_CITY_STEPS):
            self._connection.exec_driver_sql(statement, (city_text(city_id), job_id))

    def unheard(self, city_id: CityId) -> list[tuple[JobId, Preset]]:
        """Jobs of a city whose words nobody has begun to hear, with the presets that they carry."""
        rows = self._connection.exec_driver_sql(_UNHEARD, (city_id,)).fetchall()
        return [(JobId(job_id), preset_of(preset)) for job_id, preset in rows]

    def set_preset(self, job_id: JobId, preset: Preset) -> None:
        """From now on the job carries this one."""
        self._connection.exec_driver_sql(_SET_PRESET, (preset_text(preset), job_id))

    def running_steps(self, job_id: JobId | None = None) -> list[tuple[StepId, JobId, Lane]]:
        """What runs now."""
        rows = (
            self._connection.exec_driver_sql(_RUNNING)
            if job_id is None
            else self._connection.exec_driver_sql(_RUNNING_OF, (job_id,))
        )
        return [(StepId(step_id), JobId(of), Lane(lane)) for step_id, of, lane in rows.fetchall()]

    def old(self, ended_before: datetime) -> list[JobId]:
        """Finished jobs, and failed ones that were acknowledged, that ended before this time."""
        rows = self._connection.exec_driver_sql(OLD, (micros(ended_before),)).fetchall()
        return [JobId(row[0]) for row in rows]

    def may_forget(self, now: datetime) -> bool:
        """Whether `old` may be acted on by itself: not for two days after the clock has leapt forward."""
        return retention.may_forget(self._connection, now)

    def of_city(self, city_id: CityId, limit: int) -> list[JobRow]:
        """The newest jobs of a city."""
        return listing.of_city(self._connection, city_id, limit)

    def finished_since(self, since: datetime) -> list[tuple[datetime, float]]:
        """(when a job was finished, how many seconds of video it was), oldest first."""
        rows = self._connection.exec_driver_sql(FINISHED, (micros(since),)).fetchall()
        return [(moment(ended_at), duration_s) for ended_at, duration_s in rows]

    def captioned_share(self, city_id: CityId, since: datetime) -> tuple[int, int]:
        """(finished with captions, all finished or failed) of a city since then."""
        row = self._connection.exec_driver_sql(CAPTIONED, (city_id, micros(since))).one()
        return int(row[0]), int(row[1])

    def _change(self, statement: str, values: tuple[object, ...]) -> bool:
        return self._connection.exec_driver_sql(statement, values).rowcount > 0
