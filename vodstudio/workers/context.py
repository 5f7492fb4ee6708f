"""What a step on a worker is given: a way to stop, to tell how far it is, and to keep what it has finished."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from vodstudio.core.errors import Cancelled
from vodstudio.core.events import StepProgressed
from vodstudio.core.files import make_work_folder
from vodstudio.core.jobs import Checkpoint, Claim, Json, StopReason
from vodstudio.core.patience import AGAIN_AFTER_S, WAITED_FOR, tell_waiting
from vodstudio.core.ports import Clock, Emit, Store, Unit
from vodstudio.core.station import Lane
from vodstudio.workers.live_words import LiveWords

TELL_EVERY_S = 0.1
WRITE_EVERY_S = 5.0
T = TypeVar("T")


class Stop:
    """Set from any thread; the first reason stays, except that a cancel beats a pause."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = threading.Event()
        self.reason: StopReason | None = None

    def ask(self, reason: StopReason) -> None:
        """Tell the step to stop at its next check."""
        with self._lock:
            if self.reason is None or reason is StopReason.CANCEL:
                self.reason = reason
        self._asked.set()

    def wait(self, limit_s: float) -> bool:
        """Whether the step has to stop, at the latest when the time is over."""
        return self._asked.wait(limit_s)


@dataclass(slots=True)
class Pace:
    """How far a running step is, and when that was last told and written."""

    started_at: float
    done: float = 0.0
    first_done: float | None = None
    told_at: float = float("-inf")
    written_at: float = float("-inf")

    def remaining_s(self, now: float) -> float | None:
        """What is left at the speed of this attempt; None while there is nothing to go by."""
        if self.first_done is None or self.done <= self.first_done:
            return None
        return (now - self.started_at) / (self.done - self.first_done) * (1.0 - self.done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every context needs from the house around it."""

    store: Store
    clock: Clock
    emit: Emit
    work: Path
    again_after_s: float = AGAIN_AFTER_S
    may_begin: Callable[[Lane], None] = lambda _lane: None

    def write(self, work: Callable[[Unit], T], give_up: Callable[[float], bool]) -> T:
        """A full disk or a busy file is waited for with the work in hand, until `give_up` says that it is the end."""
        while True:
            try:
                return self.store.call(work)
            except WAITED_FOR as error:
                tell_waiting(error, self.clock, self.emit)
                if give_up(self.again_after_s):
                    raise


class StepContext:
    """`core.ports.Context` over the store."""

    def __init__(self, house: Surroundings, claim: Claim, stop: Stop) -> None:
        self._house = house
        self._claim = claim
        self._stop = stop
        self._pace = Pace(started_at=house.clock.monotonic())
        self._words = LiveWords(claim, house.emit)
        self._work_folder = make_work_folder(house.work, claim.inputs.job_id, claim.kind.value)

    @property
    def work_folder(self) -> Path:
        """A folder of this step alone; a repeated attempt gets the same one."""
        return self._work_folder

    def check(self) -> None:
        """Raise Cancelled when somebody asked this step to stop."""
        if self._stop.reason is not None:
            raise Cancelled

    def progress(
        self, done: float, *, speed: float | None = None, note: str = "", remaining_s: float | None = None
    ) -> None:
        """Tell the screen at most ten times a second, and the store every five seconds."""
        pace, now = self._pace, self._house.clock.monotonic()
        pace.done = min(max(done, 0.0), 1.0)
        if pace.first_done is None:
            pace.first_done = pace.done
        if now - pace.told_at >= TELL_EVERY_S or pace.done in (0.0, 1.0):
            pace.told_at = now
            self._house.emit(
                StepProgressed(
                    job_id=self._claim.inputs.job_id,
                    step_id=self._claim.step_id,
                    kind=self._claim.kind,
                    progress=pace.done,
                    speed=speed,
                    remaining_s=pace.remaining_s(now) if remaining_s is None else remaining_s,
                    note=note,
                )
            )
        self._words.tell(now, is_end=pace.done == 1.0)
        if now - pace.written_at >= WRITE_EVERY_S:
            pace.written_at = now
            self._beat()

    def _beat(self) -> None:
        """A missed beat is not worth an hour of work: the next one follows."""
        claim, now = self._claim, self._house.clock.now()
        with suppress(*WAITED_FOR):
            self._house.store.call(
                lambda unit: unit.queue.heartbeat([(claim.step_id, claim.attempt, self._pace.done)], now)
            )

    def checkpoint(self, key: str, body: Json) -> None:
        """Keep finished work; returns after the commit. A worker that lost its step stops here."""
        claim = self._claim
        kept = Checkpoint(key=key, body=body, at=self._house.clock.now())
        if not self._patiently(lambda unit: unit.queue.checkpoint(claim.step_id, claim.attempt, kept)):
            raise Cancelled
        self._words.hear(body)
        self._words.tell(self._house.clock.monotonic())

    def checkpoints(self) -> Sequence[Checkpoint]:
        """What earlier attempts kept, in order."""
        step_id = self._claim.step_id
        return self._patiently(lambda unit: unit.queue.checkpoints(step_id))

    def _patiently(self, work: Callable[[Unit], T]) -> T:
        """What was finished is not thrown away for a full disk; only a stop gives up."""
        try:
            return self._house.write(work, self._stop.wait)
        except WAITED_FOR as error:
            raise Cancelled from error
