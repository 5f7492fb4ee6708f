"""Watches what steps wait for: looks at each condition once a minute, and wakes the queue when it is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from vodstudio.core.errors import problem_of
from vodstudio.core.events import HoldsChanged, JobChanged, QueueStopped
from vodstudio.core.patience import AGAIN_AFTER_S, WAITED_FOR, tell_waiting
from vodstudio.core.ports import Clock, Emit, Store, Unit
from vodstudio.core.rows import HeldCondition, JobRow

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=60)
LOOK_FIRST = timedelta(seconds=2)
IsOver = Callable[[str], Awaitable[bool]]


class Holds:
    """One task that sleeps until something is due; with nothing held it does not wake at all."""

    def __init__(
        self, store: Store, clock: Clock, emit: Emit, *, is_over: IsOver, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._emit = emit
        self._is_over = is_over
        self._wake = wake
        self._bell = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._due: dict[str, datetime] = {}
        self._is_asked = True
        self._first_seen: dict[str, datetime] = {}
        self._shown: tuple[HeldCondition, ...] = ()

    def open(self) -> None:
        """Begin to watch; called on the loop."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._live(), name="holds")
        self._task.add_done_callback(self._on_ended)
        self._bell.set()

    def ring(self) -> None:
        """Something may be held now; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._bell.set)

    @property
    def has_looked(self) -> bool:
        """Whether what was held at the start, or a person asked about, has been looked at."""
        return not self._is_asked

    async def check_now(self) -> None:
        """A person does not want to wait a minute."""
        self._is_asked = True
        self.ring()

    async def close(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._loop = None

    def _on_ended(self, task: asyncio.Task[None]) -> None:
        """Nothing dies in silence: without this watch, what is held would wait for ever."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("the watch over what is held stopped", exc_info=error)
            self._emit(QueueStopped(problem_of(error)))

    async def _live(self) -> None:
        while True:
            try:
                await self._turn()
            except WAITED_FOR as error:
                tell_waiting(error, self._clock, self._emit)
                await asyncio.sleep(AGAIN_AFTER_S)

    async def _turn(self) -> None:
        held, retry_at = await self._store.run(
            lambda unit: (unit.queue.held(), unit.queue.next_retry(self._clock.now()))
        )
        self._tell(tuple(held))
        await self._look(held)
        await self._sleep(held, retry_at)

    def _tell(self, held: tuple[HeldCondition, ...]) -> None:
        if held != self._shown:
            self._shown = held
            self._emit(HoldsChanged(held))

    async def _look(self, held: list[HeldCondition]) -> None:
        """Each condition that is due, side by side: a share that hangs delays no other."""
        now = self._clock.now()
        self._due = {
            c.condition: self._due.get(c.condition, now + self._pause(c.condition, now)) for c in held
        }
        is_asked = self._is_asked
        due = [c for c in held if is_asked or self._due[c.condition] <= now]
        await asyncio.gather(*(self._look_at(condition) for condition in due))
        if is_asked:
            self._is_asked = False
            self._emit(HoldsChanged(self._shown))

    def _pause(self, condition: str, now: datetime) -> timedelta:
        """A minute; what a server is working on is looked at sooner while it is young."""
        if not condition.startswith("wait:"):
            return LOOK_EVERY
        return min(max(LOOK_FIRST, now - self._first_seen.setdefault(condition, now)), LOOK_EVERY)

    async def _look_at(self, held: HeldCondition) -> None:
        condition = held.condition
        if await self._is_over(condition):
            rows = await self._store.run(lambda unit: self._release(unit, condition))
            for row in rows:
                self._emit(JobChanged(row))
            self._due.pop(condition, None)
            log.info("%s is over: %d jobs go on", condition, len(rows))
            self._wake()
            return
        now = self._clock.now()
        await self._store.run(lambda unit: unit.queue.checked(condition, held.title, now))
        self._due[condition] = now + self._pause(condition, now)

    def _release(self, unit: Unit, condition: str) -> list[JobRow]:
        ids = unit.queue.release(condition, self._clock.now())
        return [row for job_id in ids if (row := unit.jobs.row(job_id))]

    async def _sleep(self, held: list[HeldCondition], retry_at: datetime | None) -> None:
        times = [self._due[c.condition] for c in held if c.condition in self._due]
        times += [retry_at] if retry_at else []
        wait_s = max(0.0, (min(times) - self._clock.now()).total_seconds()) if times else None
        try:
            async with asyncio.timeout(wait_s):
                await self._bell.wait()
        except TimeoutError:
            if retry_at is not None and retry_at <= self._clock.now():
                self._wake()
        self._bell.clear()
