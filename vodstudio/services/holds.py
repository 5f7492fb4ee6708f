"""Watches what steps wait for: looks at each condition once a minute, and wakes the queue when it is over."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from vodstudio.core.errors import is_patience, problem_of
from vodstudio.core.events import HoldsChanged, JobChanged, QueueStopped
from vodstudio.core.patience import AGAIN_AFTER_S, WAITED_FOR, tell_waiting
from vodstudio.core.ports import Clock, Emit, Store, Unit
from vodstudio.core.rows import HeldCondition, JobRow

log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
LOOK_FIRST_S = 2.0
MOST_REMEMBERED = 1_000
IsOver = Callable[[str], Awaitable[bool]]


class Holds:
    """One task that sleeps until something is due; with nothing held it does not wake at all.

    Each look is a task of its own: a share that hangs delays no other look and no retry. What is due is counted
    in monotonic seconds, so that a clock that is set back makes nobody wait.
    """

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
        self._looks: dict[str, asyncio.Task[None]] = {}
        self._due: dict[str, float] = {}
        self._first_seen: dict[str, float] = {}
        self._is_asked = True
        self._is_answer_owed = True
        self._last_turn = datetime.min.replace(tzinfo=UTC)
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
        return not self._is_asked and not self._looks

    async def check_now(self) -> None:
        """A person does not want to wait a minute."""
        self._is_asked = self._is_answer_owed = True
        self.ring()

    async def close(self) -> None:
        """Stop watching."""
        tasks = [task for task in (self._task, *self._looks.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
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
        """A retry that fell due since the last turn wakes the lanes, whatever woke this turn."""
        last, now = min(self._last_turn, self._clock.now()), self._clock.now()
        held, due_at, retry_at = await self._store.run(
            lambda unit: (unit.queue.held(), unit.queue.next_retry(last), unit.queue.next_retry(now))
        )
        self._last_turn = now
        if due_at is not None and due_at <= now:
            self._wake()
        self._look(held)
        self._tell(tuple(held))
        await self._sleep(held, (retry_at - now).total_seconds() if retry_at else None)

    def _tell(self, held: tuple[HeldCondition, ...]) -> None:
        is_answer = self._is_answer_owed and self.has_looked
        if held != self._shown or is_answer:
            self._is_answer_owed = self._is_answer_owed and not is_answer
            self._shown = held
            self._emit(HoldsChanged(held))

    def _look(self, held: list[HeldCondition]) -> None:
        """Begin to look at each condition that is due and is not being looked at."""
        now = self._clock.monotonic()
        self._due = {c.condition: self._due.get(c.condition, now + self._pause_s(c.condition)) for c in held}
        for condition in held:
            name = condition.condition
            if name not in self._looks and (self._is_asked or self._due[name] <= now):
                look = asyncio.create_task(self._look_at(condition), name=f"look at {name}")
                self._looks[name] = look
                look.add_done_callback(partial(self._on_looked, name))
        self._is_asked = False

    def _pause_s(self, condition: str) -> float:
        """A minute; what a server is working on is looked at sooner while it is young."""
        if not is_patience(condition):
            return LOOK_EVERY_S
        now = self._clock.monotonic()
        if len(self._first_seen) > MOST_REMEMBERED:
            self._first_seen.clear()
        return min(max(LOOK_FIRST_S, now - self._first_seen.setdefault(condition, now)), LOOK_EVERY_S)

    async def _look_at(self, held: HeldCondition) -> None:
        condition = held.condition
        if not await self._is_over(condition):
            await self._store.run(lambda unit: unit.queue.checked(condition, held.title, self._clock.now()))
            return
        rows = await self._store.run(lambda unit: self._release(unit, condition))
        for row in rows:
            self._emit(JobChanged(row))
        log.info("%s is over: %d jobs go on", condition, len(rows))
        self._wake()

    def _on_looked(self, condition: str, look: asyncio.Task[None]) -> None:
        """One look that failed is a condition that still holds; the others are not concerned."""
        del self._looks[condition]
        self._due[condition] = self._clock.monotonic() + self._pause_s(condition)
        error = None if look.cancelled() else look.exception()
        if error is not None:
            log.error("could not look at %s", condition, exc_info=error)
        self._bell.set()

    def _release(self, unit: Unit, condition: str) -> list[JobRow]:
        ids = unit.queue.release(condition, self._clock.now())
        return [row for job_id in ids if (row := unit.jobs.row(job_id))]

    async def _sleep(self, held: list[HeldCondition], retry_in_s: float | None) -> None:
        now = self._clock.monotonic()
        waits = [self._due[c.condition] - now for c in held if c.condition not in self._looks]
        waits += [retry_in_s] if retry_in_s is not None else []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, min(waits)) if waits else None):
                await self._bell.wait()
        self._bell.clear()
