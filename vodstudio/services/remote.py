"""The remote lane: the same claim, run and finish as the worker lanes, for steps that live on the event loop."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from vodstudio.core.errors import Cancelled, VodError, problem_of
from vodstudio.core.events import JobChanged, QueueStopped, StepProgressed
from vodstudio.core.jobs import (
    Checkpoint,
    Claim,
    Inputs,
    JobId,
    JobState,
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
        self._work_folder = lane.work / claim.inputs.job_id / claim.kind.value
        self._work_folder.mkdir(parents=True, exist_ok=True)

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
        if not await self._lane.store.run(
            lambda unit: unit.queue.checkpoint(claim.step_id, claim.attempt, kept)
        ):
            raise Cancelled

    async def checkpoints(self) -> Sequence[Checkpoint]:
        """What earlier attempts kept."""
        step_id = self._claim.step_id
        return await self._lane.store.run(lambda unit: unit.queue.checkpoints(step_id))


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
        self._steps: Mapping[StepKind, RemoteStep] = {}
        self._size = 1
        self._running: dict[StepId, _Running] = {}
        self._bell = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._finishing: set[asyncio.Task[None]] = set()
        self._is_closing = False

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
        """Ask the running steps of a job to stop; called on the loop."""
        for running in self._running.values():
            if running.job_id == job_id and running.reason in (None, StopReason.PAUSE):
                running.reason = reason
                running.task.cancel()

    def reason_of(self, step_id: StepId) -> StopReason | None:
        """Why this step has to stop, if it has to."""
        running = self._running.get(step_id)
        return running.reason if running else None

    async def close(self, limit_s: float = 10.0) -> None:
        """End: running steps go back to ready at their checkpoints."""
        self._is_closing = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for running in list(self._running.values()):
            running.reason = running.reason or StopReason.SHUTDOWN
            running.task.cancel()
        if self._finishing:
            await asyncio.wait(self._finishing, timeout=limit_s)
        self._loop = None

    async def _live(self) -> None:
        try:
            while True:
                await self._bell.wait()
                self._bell.clear()
                while len(self._running) < self._size:
                    claim = await self._claim()
                    if claim is None:
                        break
                    self._begin(claim)
        except Exception as error:
            log.exception("the remote lane stopped")
            self.emit(QueueStopped(problem_of(error)))

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

        claim, row = await self._write(take)
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
            await self._ask_late(claim)
            context = RemoteContext(self, claim)
            context.check()
            context.progress(0.0)
            return Done(await self._steps[claim.kind].run(context, claim.inputs))
        except (Exception, asyncio.CancelledError, Cancelled) as error:  # noqa: BLE001 the edge of a step
            return self._outcome(claim, error)

    async def _ask_late(self, claim: Claim) -> None:
        """A pause or cancel that came between the claim and now found nobody to tell."""
        row = await self.store.run(lambda unit: unit.jobs.row(claim.inputs.job_id))
        if row is None or row.state is JobState.CANCELLED:
            self._running[claim.step_id].reason = StopReason.CANCEL
        elif row.is_paused:
            self._running[claim.step_id].reason = StopReason.PAUSE

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
            attempts=claim.attempt,
            now=self.clock.now(),
            chance=random.random(),
        )

    async def _finish(self, claim: Claim, work: asyncio.Task[Outcome]) -> None:
        """Nothing cancels this: a result that exists is written."""
        try:
            outcome = await work
        except asyncio.CancelledError:
            outcome = self._outcome(claim, Cancelled())

        def write(unit: Unit) -> JobRow | None:
            owned = unit.queue.finish(claim.step_id, claim.attempt, outcome, self.clock.now())
            return unit.jobs.row(claim.inputs.job_id) if owned else None

        row = await self._write(write)
        del self._running[claim.step_id]
        if row is not None:
            self.emit(JobChanged(row))
        self._bell.set()
        self._on_finished()

    async def _write(self, work: Callable[[Unit], T]) -> T:
        """A full disk is waited for with the result in hand; only the end of the program gives up."""
        while True:
            try:
                return await self.store.run(work)
            except WAITED_FOR as error:
                tell_waiting(error, self.clock, self.emit)
                if self._is_closing:
                    raise
                await asyncio.sleep(AGAIN_AFTER_S)
