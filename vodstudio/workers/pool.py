"""The lanes of work off the event loop: claim a step, run it, finish it in one transaction, then tell."""

from __future__ import annotations

import logging
import random
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from PySide6.QtCore import QRunnable, QThreadPool

from vodstudio.core.errors import VodError, problem_of
from vodstudio.core.events import JobChanged, QueueStopped
from vodstudio.core.jobs import Claim, Inputs, JobId, StepId, StepKind, StepResult, StopReason
from vodstudio.core.outcome import outcome_of
from vodstudio.core.patience import WAITED_FOR
from vodstudio.core.ports import Context, Done, Outcome, Unit
from vodstudio.core.rows import JobRow
from vodstudio.core.station import Lane
from vodstudio.core.switches import may_claim
from vodstudio.logs import about
from vodstudio.workers.context import StepContext, Stop, Surroundings
from vodstudio.workers.reuse import reuse

log = logging.getLogger(__name__)

CLOSED_WITHIN_S = 12.0
T = TypeVar("T")
Run = Callable[[Context, Inputs], StepResult]


@dataclass(frozen=True, slots=True)
class StepType:
    """How a kind of step is run, and the versions of the tools that its result depends on."""

    run: Run
    tools: str


@dataclass(slots=True, eq=False)
class _Claiming:
    """A claim that is in the store now, and whom somebody asked to stop meanwhile."""

    asked: list[tuple[JobId, StopReason]] = field(default_factory=list)


class _Worker(QRunnable):
    """One worker of a lane: works until its lane has nothing for it."""

    def __init__(self, pool: Pool, lane: Lane) -> None:
        super().__init__()
        self._pool = pool
        self._lane = lane

    def run(self) -> None:
        """Coverage and debuggers do not see threads that Qt starts, so hand them ours."""
        tracer = threading.gettrace()
        if tracer is not None:
            sys.settrace(tracer)
        self._pool.work(self._lane)


class Pool:
    """QThreadPool lanes over the queue. The database is the queue; this only asks it for more."""

    def __init__(
        self,
        surroundings: Surroundings,
        steps: Mapping[StepKind, StepType],
        lanes: Mapping[Lane, int],
        *,
        worker: str,
        on_finished: Callable[[], None],
    ) -> None:
        self._house = surroundings
        self._steps = steps
        self._tools = {kind: step.tools for kind, step in steps.items()}
        self._worker = worker
        self._on_finished = on_finished
        self._lock = threading.Lock()
        self._sizes = dict(lanes)
        self._busy: dict[Lane, int] = dict.fromkeys(lanes, 0)
        self._bells: dict[Lane, int] = dict.fromkeys(lanes, 0)
        self._running: dict[StepId, tuple[JobId, Stop]] = {}
        self._claiming: set[_Claiming] = set()
        self._is_open = False
        self._closing = threading.Event()
        self._threads = {lane: QThreadPool() for lane in lanes}
        for lane, threads in self._threads.items():
            threads.setMaxThreadCount(lanes[lane])

    def renew(self, kind: StepKind, tools: str) -> None:
        """A tool of this kind of step is another one now: what the old one made is not used in its place."""
        self._tools = {**self._tools, kind: tools}

    def open(self) -> None:
        """Begin to work."""
        self._closing.clear()
        self._is_open = True
        self.wake()

    def wake(self) -> None:
        """The doorbell of every lane: there may be something to do."""
        for lane in self._sizes:
            self._ring(lane)

    def _ring(self, lane: Lane) -> None:
        """A worker that is about to leave sees the count and asks once more, so no ring is lost."""
        with self._lock:
            self._bells[lane] += 1
            if not self._is_open or self._busy[lane] >= self._sizes[lane]:
                return
            self._busy[lane] += 1
        self._threads[lane].start(_Worker(self, lane))

    def stop(self, job_id: JobId, reason: StopReason) -> None:
        """Ask the running steps of a job to stop, and those that are just being claimed."""
        with self._lock:
            for claiming in self._claiming:
                claiming.asked.append((job_id, reason))
            stops = [stop for of, stop in self._running.values() if of == job_id]
        for stop in stops:
            stop.ask(reason)

    def close(self, limit_s: float = CLOSED_WITHIN_S) -> bool:
        """End: running steps go back to ready at their checkpoints; False when one did not stop in time."""
        self._is_open = False
        self._closing.set()
        with self._lock:
            stops = [stop for _, stop in self._running.values()]
        for stop in stops:
            stop.ask(StopReason.SHUTDOWN)
        now = self._house.clock.monotonic
        until = now() + limit_s
        ended = [
            threads.waitForDone(max(0, int((until - now()) * 1000))) for threads in self._threads.values()
        ]
        return all(ended)

    def work(self, lane: Lane) -> None:
        """The whole life of one worker; an error here is ours, and stops the pool with a message."""
        try:
            while self._work_once(lane):
                pass
        except WAITED_FOR as error:
            # Only the end of the program gives up; the step goes on at its checkpoint at the next start.
            log.warning("lane %s ended with something not written: %s", lane, error.detail)
            with self._lock:
                self._busy[lane] -= 1
        except Exception as error:
            log.exception("lane %s stopped", lane)
            self._is_open = False
            with self._lock:
                self._busy[lane] -= 1
            self._house.emit(QueueStopped(problem_of(error)))

    def _work_once(self, lane: Lane) -> bool:
        with self._lock:
            heard = self._bells[lane]
        taken = self._take(lane) if self._is_open else None
        if taken is not None:
            self._ring(lane)
            self._run(*taken)
            return True
        with self._lock:
            if self._is_open and self._bells[lane] != heard:
                return True
            self._busy[lane] -= 1
        return False

    def _take(self, lane: Lane) -> tuple[Claim, Stop] | None:
        """Claim a step so that whoever stops it is heard at every moment from the claim on."""
        claiming = _Claiming()
        with self._lock:
            self._claiming.add(claiming)
        claim: Claim | None = None
        try:
            claim, row = self._claim(lane)
        finally:
            stop = self._enter(claim, claiming)
        if claim is None:
            return None
        if row is not None:
            self._house.emit(JobChanged(row))
        return claim, stop

    def _claim(self, lane: Lane) -> tuple[Claim | None, JobRow | None]:
        def take(unit: Unit) -> tuple[Claim | None, JobRow | None]:
            permission = may_claim(unit)
            if not permission.any_job and not permission.started_jobs:
                return None, None
            claim = unit.queue.claim(
                lane, self._worker, self._house.clock.now(), self._tools, started_only=not permission.any_job
            )
            return claim, unit.jobs.row(claim.inputs.job_id) if claim else None

        return self._write(take)

    def _enter(self, claim: Claim | None, claiming: _Claiming) -> Stop:
        """From now on the step is among those that run; what was asked during the claim is asked of it."""
        stop = Stop()
        with self._lock:
            self._claiming.discard(claiming)
            if claim is not None:
                job_id = claim.inputs.job_id
                self._running[claim.step_id] = (job_id, stop)
                for reason in [reason for of, reason in claiming.asked if of == job_id]:
                    stop.ask(reason)
        if not self._is_open:
            stop.ask(StopReason.SHUTDOWN)
        return stop

    def _run(self, claim: Claim, stop: Stop) -> None:
        with about(job=claim.inputs.job_id, step=claim.kind.value, city=claim.inputs.city_id or ""):
            log.info("attempt %d begins", claim.attempt)
            try:
                outcome = self._outcome(claim, stop)
            finally:
                with self._lock:
                    del self._running[claim.step_id]
            log.info("attempt %d ends: %s", claim.attempt, type(outcome).__name__)
        self._finish(claim, outcome)

    def _outcome(self, claim: Claim, stop: Stop) -> Outcome:
        extra = {"job": claim.inputs.job_id, "step": claim.kind.value, "city": claim.inputs.city_id}
        try:
            context = StepContext(self._house, claim, stop)
            context.check()
            self._house.may_begin(claim.lane)
            context.progress(0.0)
            result = reuse(claim.reuse, context.work_folder) if claim.reuse else None
            if result is None:
                result = self._steps[claim.kind].run(context, claim.inputs)
            context.progress(1.0)
            return Done(result)
        except BaseException as error:  # the edge where a step's outcome is decided
            if isinstance(error, VodError):
                log.info("%s: %s %s", error.code, error.title, error.detail, extra=extra)
            elif isinstance(error, Exception):
                log.exception("unexpected error in a step", extra=extra)
            return outcome_of(
                error,
                stop.reason,
                attempts=claim.tries,
                now=self._house.clock.now(),
                chance=random.random(),
            )

    def _finish(self, claim: Claim, outcome: Outcome) -> None:
        job_id = claim.inputs.job_id

        def write(unit: Unit) -> JobRow | None:
            owned = unit.queue.finish(claim.step_id, claim.attempt, outcome, self._house.clock.now())
            return unit.jobs.row(job_id) if owned else None

        row = self._write(write)
        if row is not None:
            self._house.emit(JobChanged(row))
        self._on_finished()

    def _write(self, work: Callable[[Unit], T]) -> T:
        """Waits with the result in hand; only the end of the program gives up."""
        return self._house.write(work, self._closing.wait)
