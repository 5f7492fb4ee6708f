"""What a person can do with the jobs of the queue; each change is one transaction, told after it."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from vodstudio.core.approval import APPROVED, key_of_yes, waits_for_a_yes
from vodstudio.core.errors import Conflict, NotFound
from vodstudio.core.events import JobChanged, QueueSwitched
from vodstudio.core.jobs import Job, JobId, JobState, Rank, StepKind, StepState, StopReason
from vodstudio.core.ports import Clock, Emit, Store, Unit, Workers
from vodstudio.core.rows import Counts, JobFilter, JobRow
from vodstudio.core.station import CityId
from vodstudio.core.switches import PAUSED, STOP_AFTER_CURRENT, is_on, turn
from vodstudio.services import ordering
from vodstudio.services.removing import Removing

KEEP_FINISHED = timedelta(days=30)
ENDS_WITHIN_S = 15.0
LOOK_AGAIN_S = 0.05
Change = Callable[[Unit, JobId], object]


class JobControl:
    """Pause, cancel, retry, remove, order; rows and details."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        emit: Emit,
        workers: Workers,
        work: Path,
        look_again: Callable[[], Awaitable[None]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._emit = emit
        self._workers = workers
        self.removing = Removing(store, clock, emit, work)
        self._look_again = look_again

    async def rows(self, wanted: JobFilter, limit: int = 200, offset: int = 0) -> list[JobRow]:
        """Rows as the queue shows them, with the place in the line of those that wait."""
        now = self._clock.now()
        return await self._store.look(
            lambda unit: _with_reasons(unit, unit.jobs.rows(wanted, limit, offset), now)
        )

    async def row(self, job_id: JobId) -> JobRow | None:
        """One row."""
        return await self._store.look(lambda unit: unit.jobs.row(job_id))

    async def job(self, job_id: JobId) -> Job:
        """Everything about one job."""
        job = await self._store.look(lambda unit: unit.jobs.job(job_id))
        if job is None:
            raise unknown_job(job_id)
        return job

    async def find(self, text: str) -> JobId:
        """The one job whose id begins with this text."""
        found = await self._store.look(lambda unit: unit.jobs.find_prefix(text))
        if len(found) == 1:
            return found[0]
        if not found:
            raise unknown_job(text)
        raise Conflict(
            f"“{text}” is the beginning of {len(found)} jobs",
            hint="Nothing was changed. Type more letters of the id.",
        )

    async def counts(self) -> Counts:
        """How many jobs are where."""
        return await self._store.look(lambda unit: unit.jobs.counts())

    async def pause(self, ids: Iterable[JobId]) -> list[JobRow]:
        """The operator's own flag; a running step ends at its checkpoint."""
        now = self._clock.now()
        rows = await self._change(ids, lambda unit, job_id: unit.jobs.pause(job_id, True, now))
        for row in rows:
            self._workers.stop(row.id, StopReason.PAUSE)
        return rows

    async def resume(self, ids: Iterable[JobId]) -> list[JobRow]:
        """Go on from the checkpoint."""
        now = self._clock.now()
        return await self._change(ids, lambda unit, job_id: unit.jobs.pause(job_id, False, now))

    async def cancel(self, ids: Iterable[JobId]) -> list[JobRow]:
        """Stop for good; what was finished is kept until the job is removed."""
        now = self._clock.now()
        rows = await self._change(ids, lambda unit, job_id: unit.jobs.cancel(job_id, now))
        for row in rows:
            self._workers.stop(row.id, StopReason.CANCEL)
        return rows

    async def retry(self, ids: Iterable[JobId]) -> list[JobRow]:
        """Failed, held and cancelled steps go on as they were; a person is here, so what is held is looked at now."""
        now = self._clock.now()
        rows = await self._change(ids, lambda unit, job_id: unit.jobs.retry(job_id, now))
        await self._look_again()
        return rows

    async def approve(self, ids: Iterable[JobId]) -> list[JobRow]:
        """A person has looked and lets these be published; what waits for that goes on."""
        now = self._clock.now()

        def change(unit: Unit, job_id: JobId) -> None:
            row = unit.jobs.row(job_id)
            key = key_of_yes(row.problem if row else None, now)
            if unit.jobs.approve(job_id, now, key):
                what = "approved" if key == APPROVED else "approved.replacing"
                unit.notes.audit(what, {"job": job_id, "title": row.title if row else ""}, now)
            if row is not None and waits_for_a_yes(row.problem):
                unit.jobs.retry(job_id, now)

        return await self._change(ids, change)

    async def acknowledge(self, ids: Iterable[JobId]) -> list[JobRow]:
        """A person has seen it: from now on retention may remove it."""
        now = self._clock.now()
        return await self._change(ids, lambda unit, job_id: unit.jobs.acknowledge(job_id, now))

    async def set_city(self, ids: Iterable[JobId], city_id: CityId | None) -> list[JobRow]:
        """Correct a wrong guess; what failed because no city was known goes on."""
        now = self._clock.now()

        def change(unit: Unit, job_id: JobId) -> None:
            unit.jobs.set_city(job_id, city_id)
            job = unit.jobs.job(job_id)
            if job and any(step.problem and step.problem.code == "VS-NO-CITY" for step in job.steps):
                unit.jobs.retry(job_id, now)

        return await self._change(ids, change)

    async def remove(self, ids: Iterable[JobId]) -> list[JobId]:
        """Forget jobs and their work files; the recording itself and published files are never touched."""
        return await self.removing.remove(ids)

    async def take_back(self, ids: Iterable[JobId]) -> list[JobId]:
        """Undo an import: cancelled, ended and removed; refused once publishing has begun."""
        wanted = list(ids)
        await self._store.look(partial(_check_unpublished, wanted))
        await self.cancel(wanted)
        for _ in range(int(ENDS_WITHIN_S / LOOK_AGAIN_S)):
            if not await self.removing.is_running(wanted):
                break
            await sleep(LOOK_AGAIN_S)
        return await self.remove(wanted)

    async def cleanup(self, keep: timedelta = KEEP_FINISHED) -> list[JobId]:
        """Retention: finished jobs after 30 days; a failed or held one only after a person has seen it."""
        before = self._clock.now() - keep
        return await self.remove(await self._store.look(lambda unit: unit.jobs.old(before)))

    async def to_top(self, ids: Sequence[JobId]) -> list[JobRow]:
        """Before everything else, in this order."""
        return await self._order(ids, partial(ordering.to_top, ids))

    async def to_bottom(self, ids: Sequence[JobId]) -> list[JobRow]:
        """After everything else: backlog."""
        return await self.set_rank(ids, Rank.BACKLOG)

    async def set_rank(
        self, ids: Sequence[JobId], rank: Rank, deadline: datetime | None = None
    ) -> list[JobRow]:
        """Normal, backlog, pinned, or needed by a time."""
        if rank is Rank.PINNED:
            return await self.to_top(ids)
        return await self._order(ids, partial(ordering.to_rank, ids, rank, deadline))

    async def to_normal(self, ids: Sequence[JobId]) -> list[JobRow]:
        """Back to the fair order."""
        return await self.set_rank(ids, Rank.NORMAL)

    async def up(self, ids: Sequence[JobId]) -> list[JobRow]:
        """One place up among the pinned; one that is not pinned joins them at the end."""
        return await self._order(ids, partial(ordering.shift, ids, -1))

    async def down(self, ids: Sequence[JobId]) -> list[JobRow]:
        """One place down among the pinned; the last one goes back to the fair order."""
        return await self._order(ids, partial(ordering.shift, ids, +1))

    async def now(self, job_id: JobId) -> list[JobRow]:
        """This one now: it goes first, and what runs in its way stops at its checkpoint and comes right after it."""
        stopped = await self._store.run(partial(ordering.right_now, job_id))
        rows = await self._change([job_id, *stopped], lambda _unit, _job_id: None)
        for other in stopped:
            self._workers.stop(other, StopReason.PAUSE)
        if rows and rows[0].is_paused:
            rows = await self.resume([job_id])
        return rows

    async def pause_queue(self) -> QueueSwitched:
        """Nothing new begins; what runs stops at its checkpoint."""
        switched = await self._switch(PAUSED, True)
        running = await self._store.look(lambda unit: unit.jobs.running_steps())
        for job_id in {of for _, of, _ in running}:
            self._workers.stop(job_id, StopReason.PAUSE)
        return switched

    async def resume_queue(self) -> QueueSwitched:
        """Go on."""
        await self._store.run(lambda unit: turn(unit, STOP_AFTER_CURRENT, False))
        switched = await self._switch(PAUSED, False)
        self._workers.wake()
        return switched

    async def stop_after_current(self, on: bool) -> QueueSwitched:
        """Jobs that have begun are finished; no other begins."""
        switched = await self._switch(STOP_AFTER_CURRENT, on)
        self._workers.wake()
        return switched

    async def switch(self) -> QueueSwitched:
        """How the switches stand."""
        return await self._store.look(_switched)

    async def _switch(self, name: str, on: bool) -> QueueSwitched:
        def write(unit: Unit) -> QueueSwitched:
            turn(unit, name, on)
            return _switched(unit)

        switched = await self._store.run(write)
        self._emit(switched)
        return switched

    async def _order(self, ids: Sequence[JobId], change: Callable[[Unit], None]) -> list[JobRow]:
        return await self._write(ids, change)

    async def _change(self, ids: Iterable[JobId], change: Change) -> list[JobRow]:
        wanted = list(ids)

        def each(unit: Unit) -> None:
            for job_id in wanted:
                change(unit, job_id)

        return await self._write(wanted, each)

    async def _write(self, ids: Sequence[JobId], change: Callable[[Unit], None]) -> list[JobRow]:
        """One transaction with the change and the rows as it left them; told after it."""
        now = self._clock.now()

        def write(unit: Unit) -> list[JobRow]:
            for job_id in ids:
                if unit.jobs.row(job_id) is None:
                    raise unknown_job(job_id)
            change(unit)
            rows = [row for job_id in ids if (row := unit.jobs.row(job_id))]
            return _with_reasons(unit, rows, now)

        rows = await self._store.run(write)
        for row in rows:
            self._emit(JobChanged(row))
        self._workers.wake()
        return rows


def _check_unpublished(ids: Sequence[JobId], unit: Unit) -> None:
    untouched = (StepState.WAITING, StepState.READY, StepState.CANCELLED)
    steps = [step for job_id in ids if (job := unit.jobs.job(job_id)) for step in job.steps]
    if any(step.kind is StepKind.PUBLISH and step.state not in untouched for step in steps):
        raise Conflict(
            "Publishing has begun, so the import cannot be taken back",
            hint="Nothing was changed. Cancel the job, or remove it when it is done.",
            code="VS-PUBLISHING-BEGAN",
        )


def _with_reasons(unit: Unit, rows: list[JobRow], now: datetime) -> list[JobRow]:
    if not any(row.state is JobState.WAITING for row in rows):
        return rows
    reasons = unit.queue.waiting_reasons(now)
    return [
        replace(row, why=reasons[row.id]) if row.state is JobState.WAITING and row.id in reasons else row
        for row in rows
    ]


def _switched(unit: Unit) -> QueueSwitched:
    return QueueSwitched(is_paused=is_on(unit, PAUSED), stop_after_current=is_on(unit, STOP_AFTER_CURRENT))


def unknown_job(text: str) -> NotFound:
    return NotFound(
        f"There is no job “{text}”",
        hint="Nothing was changed. `vodstudio jobs` lists them.",
        code="VS-NO-JOB",
    )
