"""Stores in which something happens at the worst moment; what they keep is kept by the real one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from vodstudio.core.errors import NoSpace, VodError
from vodstudio.core.jobs import JobId
from vodstudio.core.ports import Store, Unit
from vodstudio.core.station import Lane

T = TypeVar("T")


async def nothing() -> None:
    """Nothing happens."""


class Faulty:
    """A store that raises as often as it is told to, for the next writes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.errors: list[VodError] = []

    def call(self, work: Callable[[Unit], T]) -> T:
        if self.errors:
            raise self.errors.pop()
        return self._store.call(work)

    async def run(self, work: Callable[[Unit], T]) -> T:
        if self.errors:
            raise self.errors.pop()
        return await self._store.run(work)

    async def look(self, work: Callable[[Unit], T]) -> T:
        return await self._store.look(work)


class FilledDisk:
    """A store that cannot forget a job as long as this folder fills its disk."""

    def __init__(self, store: Store, filling: Path) -> None:
        self._store = store
        self._filling = filling

    def call(self, work: Callable[[Unit], T]) -> T:
        return self._store.call(lambda unit: self._seen(unit, work))

    async def run(self, work: Callable[[Unit], T]) -> T:
        return await self._store.run(lambda unit: self._seen(unit, work))

    async def look(self, work: Callable[[Unit], T]) -> T:
        return await self._store.look(work)

    def _seen(self, unit: Unit, work: Callable[[Unit], T]) -> T:
        before = unit.jobs.counts()
        result = work(unit)
        if self._filling.exists() and unit.jobs.counts() != before:
            raise NoSpace("The disk with the queue is full", condition="disk:home")
        return result


class AfterClaim:
    """A store that does something once, when a step of a lane was claimed and the lane does not know it yet."""

    def __init__(
        self,
        store: Store,
        lane: Lane,
        *,
        then: Callable[[JobId], None] = lambda _job_id: None,
        then_await: Callable[[], Awaitable[None]] = nothing,
    ) -> None:
        self._store = store
        self._lane = lane
        self._then = then
        self._then_await = then_await
        self.is_armed = True

    def call(self, work: Callable[[Unit], T]) -> T:
        result, claimed = self._store.call(lambda unit: self._seen(unit, work))
        if claimed and self.is_armed:
            self.is_armed = False
            self._then(claimed[0])
        return result

    async def run(self, work: Callable[[Unit], T]) -> T:
        result, claimed = await self._store.run(lambda unit: self._seen(unit, work))
        if claimed and self.is_armed:
            self.is_armed = False
            await self._then_await()
        return result

    async def look(self, work: Callable[[Unit], T]) -> T:
        return await self._store.look(work)

    def _seen(self, unit: Unit, work: Callable[[Unit], T]) -> tuple[T, list[JobId]]:
        before = set(unit.jobs.running_steps())
        result = work(unit)
        new = set(unit.jobs.running_steps()) - before
        return result, [job_id for _, job_id, lane in new if lane is self._lane]
