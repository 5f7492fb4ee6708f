"""The remote lane: the same claim, run and finish as the worker lanes, for steps that live on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from vodstudio.core.errors import Cancelled, VodError, problem_of
from vodstudio.core.events import JobChanged, QueueStopped, StepProgressed
from vodstudio.core.files import make_work_folder
from vodstudio.core.jobs import (
    Checkpoint,
    Claim,
    Inputs,
    JobId,
    Json,
    StepId,
    StepKind,
    StepResult,
    StopReason,
)
from vodstudio.core.outcome import outcome_of
from vodstudio.core.patience import AGAIN_AFTER_S, WAITED_FOR, tell_waiting
from vodstudio.core.ports import AsyncContext, Clock, Done, Emit, Outcome, Store, Unit
from vodstudio.core.rows import JobRow
from vodstudio.core.station import Lane
from vodstudio.core.switches import may_claim
from vodstudio.logs import about

log = logging.getLogger(__name__)

TELL_EVERY_S = 0.1
CLOSED_WITHIN_S = 6.0
T = TypeVar("T")
AsyncRun = Callable[[AsyncContext, Inputs], Awaitable[StepResult]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStep:
    """How a kind of remote step is run, and what its result depends on."""

    run: AsyncRun
    tools: str


@dataclass(slots=True)
class _Running:
    """A step that is a task now."""

    task: asyncio.Task[Outcome]
    job_id: JobId
    reason: StopReason | None = None


class RemoteContext:
    """`core.ports.AsyncContext` over the store."""

    def __init__(self, lane: RemoteLane, claim: Claim) -> None:
        self._lane = lane
        self._claim = claim
        self._told_at = float("-inf")
        self._work_folder = make_work_folder(lane.work, claim.inputs.job_id, claim.kind.value)

    @property
    def work_folder(self) -> Path:
        """A folder of this step alone."""
        return self._work_folder

    def check(self) -> None:
        """Raise Cancelled when the step has to stop."""
        if self._lane.reason_of(self._claim.step_id) is not None:
            raise Cancelled

    def progress(self, done: float, *, speed: float | None = None, note: str = "") -> None:
        """Tell how far we are, at most ten times a second."""
        now = self._lane.clock.monotonic()
        if now - self._told_at < TELL_EVERY_S and done not in (0.0, 1.0):
            return
        self._told_at = now
        claim = self._claim
        self._lane.emit(
            StepProgressed(
                job_id=claim.inputs.job_id,
                step_id=claim.step_id,
                kind=claim.kind,
                progress=min(max(done, 0.0), 1.0),
                speed=speed,
                note=note,
            )
        )

    async def checkpoint(self, key: str, body: Json) -> None:
        """Keep an intent or finished work; returns after the commit."""
        claim = self._claim
        kept = Checkpoint(key=key, body=body, at=self._lane.clock.now())
        if not await self._patiently(lambda unit: unit.queue.checkpoint(claim.step_id, claim.attempt, kept)):
            raise Cancelled

    async def checkpoints(self) -> Sequence[Checkpoint]:
        """What earlier attempts kept."""
        step_id = self._claim.step_id
        return await self._patiently(lambda unit: unit.queue.checkpoints(step_id))

    async def _patiently(self, work: Callable[[Unit], T]) -> T:
        try:
            return await self._lane.write(work)
        except WAITED_FOR as error:
            raise Cancelled from error


class RemoteLane:
    """Claims remote steps as long as there are free places, and runs each as a task."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        emit: Emit,
        work: Path,
        *,
        worker: str,
        on_finished: Callable[[], None],
    ) -> None:
        self.store = store
        self.clock = clock
        self.emit = emit
        self.work = work
        self._worker = worker
        self._on_finished = on_finished
        self.again_after_s = AGAIN_AFTER_S
        self._steps: Mapping[StepKind, RemoteStep] = {}
        self._size = 1
        self._running: dict[StepId, _Running] = {}
        self._bell = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._finishing: set[asyncio.Task[None]] = set()
        self._is_claiming = False
        self._asked: list[tuple[JobId, StopReason]] = []
        self._is_broken = False
        self._closing = asyncio.Event()

    def open(self, steps: Mapping[StepKind, RemoteStep], size: int) -> None:
        """Begin to work; called on the loop."""
        self._steps = steps
        self._size = size
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._live(), name="remote lane")
        self._bell.set()

    def wake(self) -> None:
        """The doorbell; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._bell.set)

    def stop(self, job_id: JobId, reason: StopReason) -> None:
        """Ask the running steps of a job to stop, and one that is just being claimed; called on the loop."""
        if self._is_claiming:
            self._asked.append((job_id, reason))
        for running in self._running.values():
            if running.job_id == job_id and running.reason in (None, StopReason.PAUSE):
                running.reason = reason
                running.task.cancel()

    def reason_of(self, step_id: StepId) -> StopReason | None:
        """Why this step has to stop, if it has to."""
        running = self._running.get(step_id)
        return running.reason if running else None

    async def close(self, limit_s: float = CLOSED_WITHIN_S) -> None:
        """End: running steps go back to ready at their checkpoints, also one that is just being claimed."""
        self._closing.set()
        self._bell.set()
        until = self.clock.monotonic() + limit_s
        if self._task is not None:
            # Cancelled, it would leave a claim that commits with nobody who knows of it.
            await asyncio.wait({self._task}, timeout=limit_s)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for running in list(self._running.values()):
            running.reason = running.reason or StopReason.SHUTDOWN
            running.task.cancel()
        if self._finishing:
            await asyncio.wait(self._finishing, timeout=max(0.0, until - self.clock.monotonic()))
        self._loop = None

    async def _live(self) -> None:
        try:
            while not self._has_ended:
                await self._bell.wait()
                self._bell.clear()
                while not self._has_ended and len(self._running) < self._size:
                    if not await self._take():
                        break
        except Exception as error:  # noqa: BLE001 the edge of the lane
            self._break(error)

    @property
    def _has_ended(self) -> bool:
        return self._is_broken or self._closing.is_set()

    def _break(self, error: Exception) -> None:
        """Nothing dies in silence: no more is claimed, and a person is told."""
        self._is_broken = True
        log.error("the remote lane stopped", exc_info=error)
        self.emit(QueueStopped(problem_of(error)))

    async def _take(self) -> bool:
        """Claim a step and begin it; whoever asks meanwhile that it stops is heard."""
        self._is_claiming = True
        try:
            claim = await self._claim()
        finally:
            self._is_claiming = False
            asked, self._asked = self._asked, []
        if claim is None:
            return False
        self._begin(claim)
        for job_id, reason in asked:
            self.stop(job_id, reason)
        if self._closing.is_set():
            self.stop(claim.inputs.job_id, StopReason.SHUTDOWN)
        return True

    def _begin(self, claim: Claim) -> None:
        work = asyncio.create_task(self._work(claim), name=f"{claim.kind} {claim.inputs.job_id}")
        self._running[claim.step_id] = _Running(work, claim.inputs.job_id)
        finish = asyncio.create_task(self._finish(claim, work), name=f"finish {claim.inputs.job_id}")
        self._finishing.add(finish)
        finish.add_done_callback(self._finishing.discard)

    async def _claim(self) -> Claim | None:
        tools = {kind: step.tools for kind, step in self._steps.items()}

        def take(unit: Unit) -> tuple[Claim | None, JobRow | None]:
            permission = may_claim(unit)
            if not permission.started_jobs:
                return None, None
            claim = unit.queue.claim(
                Lane.REMOTE, self._worker, self.clock.now(), tools, started_only=not permission.any_job
            )
            return claim, unit.jobs.row(claim.inputs.job_id) if claim else None

        try:
            claim, row = await self.write(take)
        except WAITED_FOR:
            # Only the end of the program gives up, and then nothing is begun.
            return None
        if row is not None:
            self.emit(JobChanged(row))
        return claim

    async def _work(self, claim: Claim) -> Outcome:
        with about(job=claim.inputs.job_id, step=claim.kind.value, city=claim.inputs.city_id or ""):
            log.info("attempt %d begins", claim.attempt)
            outcome = await self._attempt(claim)
            log.info("attempt %d ends: %s", claim.attempt, type(outcome).__name__)
        return outcome

    async def _attempt(self, claim: Claim) -> Outcome:
        try:
            context = RemoteContext(self, claim)
            context.check()
            context.progress(0.0)
            return Done(await self._steps[claim.kind].run(context, claim.inputs))
        except (Exception, asyncio.CancelledError, Cancelled) as error:  # noqa: BLE001 the edge of a step
            return self._outcome(claim, error)

    def _outcome(self, claim: Claim, error: BaseException) -> Outcome:
        """The edge where a remote step's outcome is decided; a cancelled task is a step that was stopped."""
        extra = {"job": claim.inputs.job_id, "step": claim.kind.value, "city": claim.inputs.city_id}
        if isinstance(error, asyncio.CancelledError):
            error = Cancelled()
        elif isinstance(error, VodError):
            log.info("%s: %s %s", error.code, error.title, error.detail, extra=extra)
        elif isinstance(error, Exception):
            log.error("unexpected error in a step", exc_info=error, extra=extra)
        return outcome_of(
            error,
            self.reason_of(claim.step_id),
            attempts=claim.tries,
            now=self.clock.now(),
            chance=random.random(),
        )

    async def _finish(self, claim: Claim, work: asyncio.Task[Outcome]) -> None:
        """Nothing cancels this: a result that exists is written, and its place is free afterwards in any case."""
        try:
            row = await self._written(claim, work)
        except WAITED_FOR as error:
            # Only the end of the program gives up; the step goes on at its checkpoint at the next start.
            log.warning("the remote lane ended with something not written: %s", error.detail)
            return
        except Exception as error:  # noqa: BLE001 a task that nobody waits for: what it raises is told here
            self._break(error)
            return
        finally:
            del self._running[claim.step_id]
            self._bell.set()
        if row is not None:
            self.emit(JobChanged(row))
        self._on_finished()

    async def _written(self, claim: Claim, work: asyncio.Task[Outcome]) -> JobRow | None:
        try:
            outcome = await work
        except asyncio.CancelledError:
            outcome = self._outcome(claim, Cancelled())

        def write(unit: Unit) -> JobRow | None:
            owned = unit.queue.finish(claim.step_id, claim.attempt, outcome, self.clock.now())
            return unit.jobs.row(claim.inputs.job_id) if owned else None

        return await self.write(write)

    async def write(self, work: Callable[[Unit], T]) -> T:
        """A full disk is waited for with the result in hand; only the end of the program gives up."""
        while True:
            try:
                return await self.store.run(work)
            except WAITED_FOR as error:
                tell_waiting(error, self.clock, self.emit)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), self.again_after_s)
                if self._closing.is_set():
                    raise
