"""A whole engine with a real store and real lanes; only what a step does inside is written by the test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from vodstudio.core.clock import SystemClock
from vodstudio.core.events import Event, QueueStopped, StepProgressed
from vodstudio.core.files import sha256_of, write_atomically
from vodstudio.core.jobs import Inputs, Job, JobId, Output, StepKind, StepResult, StepState
from vodstudio.core.patience import AGAIN_AFTER_S
from vodstudio.core.ports import AsyncContext, Context, Store
from vodstudio.core.station import City, CityId, Lane, Numbers, Station
from vodstudio.services.all_workers import AllWorkers
from vodstudio.services.holds import Holds
from vodstudio.services.importing import Importing
from vodstudio.services.jobs import JobControl
from vodstudio.services.remote import AsyncRun, RemoteLane, RemoteStep
from vodstudio.store.store import SqliteStore
from vodstudio.workers.context import Surroundings
from vodstudio.workers.pool import Pool, Run, StepType

LANES = {Lane.MEDIA: 1, Lane.SPEECH: 1, Lane.LIGHT: 1, Lane.FETCH: 1}
LOCAL = (StepKind.PROBE, StepKind.ENCODE, StepKind.STILLS, StepKind.SPEECH, StepKind.CAPTIONS)
STATION = Station(
    cities=tuple(City(id=CityId(name.lower()), name=name) for name in ("Birchwood", "Grant", "Oakdale"))
)


class AsThePreset:
    """A station file in which no city has a style of its own."""

    def numbers(self) -> dict[CityId, Numbers | None]:
        return {}

    def set_numbers(self, city_id: CityId, numbers: Numbers | None) -> None:
        raise AssertionError("nobody asked for a style")


def made(context: Context, inputs: Inputs, name: str) -> StepResult:
    """What a real step gives back: a file in its folder, and its identity."""
    path = context.work_folder / f"{name}.txt"
    write_atomically(path, f"{name} of {inputs.recording.fingerprint}".encode())
    output = Output(name=name, path=path, size_bytes=path.stat().st_size, sha256=sha256_of(path))
    return StepResult(outputs=(output,), facts={"made": name}, note=f"{name} made")


def quick(kind: StepKind) -> Run:
    """A step that is done at once."""
    return lambda context, inputs: made(context, inputs, kind.value)


class Gate:
    """A step that says that it began, and goes on when it is let; it looks for a stop all the time."""

    def __init__(self, name: str = "gated") -> None:
        self.name = name
        self.began = threading.Event()
        self.go = threading.Event()
        self.times = 0

    def __call__(self, context: Context, inputs: Inputs) -> StepResult:
        self.times += 1
        self.began.set()
        while not self.go.wait(0.005):
            context.check()
            context.progress(0.5)
        return made(context, inputs, self.name)


async def published(context: AsyncContext, inputs: Inputs) -> StepResult:
    """A remote step that is done at once."""
    context.progress(1.0)
    return StepResult(note="told")


@dataclass(kw_only=True)
class Plan:
    """What each kind of step does in this test; what is not named is done at once."""

    local: dict[StepKind, Run] = field(default_factory=dict)
    remote: dict[StepKind, AsyncRun] = field(default_factory=dict)
    is_over: Callable[[str], bool] = lambda _condition: False
    again_after_s: float = AGAIN_AFTER_S
    look: Callable[[str], Awaitable[bool]] | None = None
    may_begin: Callable[[Lane], None] = lambda _lane: None


class Engine:
    """The house without its tools."""

    def __init__(self, folder: Path, plan: Plan, worker: str) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.store = SqliteStore(folder / "vodstudio.db")
        self.clock = SystemClock()
        self.workers = AllWorkers()
        self._plan = plan
        self._worker = worker
        work = folder / "work"
        self.jobs = JobControl(self.store, self.clock, self.hear, self.workers, work, self._look_again)
        self.importing = Importing(STATION, self.store, self.clock, self.hear, self.workers, self.jobs)
        self.holds = Holds(self.store, self.clock, self.hear, is_over=self._is_over, wake=self.workers.wake)
        self.remote = RemoteLane(
            self.store, self.clock, self.hear, work, worker=worker, on_finished=self._finished
        )
        self.remote.again_after_s = plan.again_after_s
        self.pool = self._pool(self.store, plan.local)

    def _pool(self, store: Store, local: Mapping[StepKind, Run]) -> Pool:
        return Pool(
            Surroundings(
                store=store,
                clock=self.clock,
                emit=self.hear,
                work=self.folder / "work",
                again_after_s=self._plan.again_after_s,
                may_begin=self._plan.may_begin,
            ),
            {kind: StepType(local.get(kind, quick(kind)), "1") for kind in LOCAL},
            LANES,
            worker=self._worker,
            on_finished=self._finished,
        )

    def break_store(self, store: Store, local: Mapping[StepKind, Run]) -> None:
        """From now on the lanes have this store and these steps."""
        self.pool.close()
        self.pool = self._pool(store, local)
        self.workers.join(self.pool, self.remote)
        self.pool.open()

    async def _look_again(self) -> None:
        await self.holds.check_now()

    async def _is_over(self, condition: str) -> bool:
        return await self._plan.look(condition) if self._plan.look else self._plan.is_over(condition)

    def _finished(self) -> None:
        self.workers.wake()
        self.holds.ring()

    def hear(self, event: Event) -> None:
        """From any thread."""
        if not isinstance(event, StepProgressed):
            self.events.append(event)
        self._loop.call_soon_threadsafe(self._changed.set)

    async def open(self) -> None:
        """As bootstrap does it."""
        await asyncio.to_thread(self.store.open)
        await self.store.run(
            lambda unit: unit.queue.recover(lambda owner: owner == self._worker, self.clock.now())
        )
        self.workers.join(self.pool, self.remote)
        remote = {
            kind: RemoteStep(run=self._plan.remote.get(kind, published), tools="1")
            for kind in (StepKind.PUBLISH, StepKind.VERIFY)
        }
        self.remote.open(remote, 2)
        self.pool.open()
        self.holds.open()

    async def close(self) -> None:
        """As bootstrap does it."""
        await self.holds.close()
        assert await asyncio.to_thread(self.pool.close)
        await self.remote.close()
        await asyncio.to_thread(self.store.close)

    async def add(self, *names: str, city: str | None = None) -> list[JobId]:
        """Recordings with these names; the content is the name."""
        paths = []
        for name in names:
            path = self.folder / name
            path.write_bytes(name.encode())
            paths.append(path)
        report = await self.importing.add(paths, city_id=CityId(city) if city else None)
        assert not report.refused
        return [row.id for row in report.added]

    async def until(self, is_so: Callable[[Job], bool], job_id: JobId) -> Job:
        """Wait until this is so for a job; the time limit of the test ends a wait that is in vain."""
        while True:
            self._changed.clear()
            job = await self.jobs.job(job_id)
            if is_so(job):
                return job
            await self._changed.wait()

    async def until_true(self, is_so: Callable[[], bool]) -> None:
        """Wait for something that an event tells of."""
        while not is_so():
            self._changed.clear()
            if not is_so():
                await self._changed.wait()

    async def until_stopped(self) -> QueueStopped:
        """Wait until a person would read that the queue stopped."""
        while True:
            self._changed.clear()
            told = [event for event in self.events if isinstance(event, QueueStopped)]
            if told:
                return told[0]
            await self._changed.wait()

    async def until_state(self, state: str, job_id: JobId) -> Job:
        """Wait until an operator would read this word."""
        return await self.until(lambda job: job.state == state, job_id)


def states(job: Job) -> dict[StepKind, StepState]:
    """The state of each step."""
    return {step.kind: step.state for step in job.steps}


def kinds(job: Job, *wanted: StepState) -> list[StepKind]:
    """The steps in any of these states."""
    return [step.kind for step in job.steps if step.state in wanted]


@asynccontextmanager
async def engine(folder: Path, plan: Plan | None = None, worker: str = "first") -> AsyncIterator[Engine]:
    """An engine that runs inside the block."""
    it = Engine(folder, plan or Plan(), worker)
    await it.open()
    try:
        yield it
    finally:
        await it.close()


async def began(*gates: Gate) -> None:
    """Wait until these steps run."""
    for gate in gates:
        assert await asyncio.to_thread(gate.began.wait, 20.0)
