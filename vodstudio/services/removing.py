"""Jobs leave the queue: at once for the queue, with their files only when nobody can want them back."""

from __future__ import annotations

import re
import shutil
from asyncio import to_thread
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from vodstudio.core.errors import Conflict, NoSpace
from vodstudio.core.events import JobAdded, JobRemoved
from vodstudio.core.jobs import JobId, JobState
from vodstudio.core.ports import Clock, Emit, Store, TakenOut, Unit
from vodstudio.core.rows import JobRow

AT_ONCE = 200
_ENDED = (JobState.DONE, JobState.CANCELLED)
_JOB_FOLDER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Removal:
    """Jobs that left together; their files are kept until `Removing.clear`, where `may_come_back`."""

    taken: tuple[TakenOut, ...]
    may_come_back: bool = True

    @property
    def job_ids(self) -> list[JobId]:
        """Which ones."""
        return [job_id for part in self.taken for job_id in part.job_ids]


class Removing:
    """The recording itself and what was published are never touched.

    When the program ends between the removal and the end of its files, the next start sweeps them up.
    """

    def __init__(self, store: Store, clock: Clock, emit: Emit, work: Path) -> None:
        self._store = store
        self._clock = clock
        self._emit = emit
        self._work = work
        self._pending: set[Removal] = set()

    async def remove(self, ids: Iterable[JobId]) -> list[JobId]:
        """For good, with their files."""
        wanted = await self._idle(ids)
        gone: list[JobId] = []
        for some in _batches(wanted):
            change = partial(_forget, some, self._clock.now())
            try:
                gone += await self._store.run(change)
            except NoSpace:
                await self._make_room(wanted)
                gone += await self._store.run(change)
        await to_thread(self._remove_work, gone)
        for job_id in gone:
            self._emit(JobRemoved(job_id))
        return gone

    async def take_out(self, ids: Iterable[JobId]) -> Removal:
        """Out of the queue, and for a while on the way back if a person did not mean it."""
        wanted, may_come_back = await self._idle(ids), True
        taken: list[TakenOut] = []
        for some in _batches(wanted):
            change = partial(_take_out, some, self._clock.now())
            try:
                taken.append(await self._store.run(change))
            except NoSpace:
                # Their own files may be what fills the disk; without them there is nothing to bring back.
                await self._make_room(wanted)
                may_come_back = False
                taken.append(await self._store.run(change))
        removal = Removal(taken=tuple(taken), may_come_back=may_come_back)
        self._pending.add(removal)
        for job_id in removal.job_ids:
            self._emit(JobRemoved(job_id))
        return removal

    async def put_back(self, removal: Removal) -> list[JobRow]:
        """As if nothing had happened."""
        self._pending.discard(removal)
        rows: list[JobRow] = []
        for part in removal.taken:
            rows += await self._store.run(partial(_put_back, part, self._clock.now()))
        for row in rows:
            self._emit(JobAdded(row))
        return rows

    async def clear(self, removal: Removal) -> None:
        """Nobody wants them back: their files go; what was put back keeps them."""
        if removal in self._pending:
            self._pending.discard(removal)
            await to_thread(self._remove_work, removal.job_ids)

    async def clear_all(self) -> None:
        """The program ends, and with it the time to think again."""
        for removal in list(self._pending):
            await self.clear(removal)

    async def _idle(self, ids: Iterable[JobId]) -> list[JobId]:
        wanted = list(ids)
        if await self.is_running(wanted):
            raise Conflict(
                "A job that is being worked on cannot be removed",
                hint="Nothing was removed. Cancel it first; its recording is safe.",
                code="VS-JOB-RUNS",
            )
        return wanted

    async def is_running(self, ids: Sequence[JobId]) -> bool:
        """Whether one of these is worked on now."""
        wanted = set(ids)
        running = await self._store.run(lambda unit: unit.jobs.running_steps())
        return any(job_id in wanted for _, job_id, _ in running)

    async def sweep(self) -> int:
        """At start: work folders of jobs that were removed when the power went out."""
        names = await to_thread(_folders, self._work)
        known = await self._store.look(
            lambda unit: {name for name in names if unit.jobs.row(JobId(name)) is not None}
        )
        left = [JobId(name) for name in names if name not in known]
        await to_thread(self._remove_work, left)
        return len(left)

    async def _make_room(self, ids: Sequence[JobId]) -> None:
        """Only of what is over: one that may go on needs its files if it stays after all."""

        def ended(unit: Unit) -> list[JobId]:
            return [i for i in ids if (row := unit.jobs.row(i)) is not None and row.state in _ENDED]

        await to_thread(self._remove_work, await self._store.look(ended))

    def _remove_work(self, ids: Sequence[JobId]) -> None:
        for job_id in ids:
            shutil.rmtree(self._work / job_id, ignore_errors=True)


def _batches(ids: Sequence[JobId]) -> list[Sequence[JobId]]:
    """A few hundred at once let others have their turn."""
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def _forget(ids: Sequence[JobId], now: datetime, unit: Unit) -> list[JobId]:
    gone = _noted(ids, now, unit)
    unit.jobs.remove_all(gone)
    return gone


def _take_out(ids: Sequence[JobId], now: datetime, unit: Unit) -> TakenOut:
    return unit.jobs.take_out(_noted(ids, now, unit))


def _noted(ids: Sequence[JobId], now: datetime, unit: Unit) -> list[JobId]:
    """What runs by now stays: somebody pressed Retry in between."""
    running = {job_id for _, job_id, _ in unit.jobs.running_steps()}
    gone = [job_id for job_id in ids if job_id not in running]
    titles = {job_id: row.title for job_id in gone if (row := unit.jobs.row(job_id))}
    if titles:
        unit.notes.audit("jobs.removed", {"jobs": titles}, now)
    return gone


def _put_back(taken: TakenOut, now: datetime, unit: Unit) -> list[JobRow]:
    rows = [row for job_id in unit.jobs.put_back(taken) if (row := unit.jobs.row(job_id))]
    if rows:
        unit.notes.audit("jobs.put-back", {"jobs": {row.id: row.title for row in rows}}, now)
    return rows


def _folders(work: Path) -> list[str]:
    """Folders that are named by a job."""
    if not work.is_dir():
        return []
    return [path.name for path in work.iterdir() if path.is_dir() and _JOB_FOLDER.fullmatch(path.name)]
