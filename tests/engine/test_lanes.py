"""The lanes at the worst moment: a full disk, a locked file, a stop that comes between a claim and its step."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run as Go
from tests.engine.kit import Engine, Gate, Plan, began, engine, made, states
from tests.engine.stores import AfterClaim, Faulty
from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import Cancelled, Locked, NoAccess, NoSpace, VodError
from vodstudio.core.events import Event, Logged, QueueStopped
from vodstudio.core.jobs import (
    Claim,
    Inputs,
    Job,
    JobId,
    JobState,
    StepKind,
    StepResult,
    StepState,
    StopReason,
)
from vodstudio.core.ports import AsyncContext, Context
from vodstudio.core.station import Lane
from vodstudio.workers.context import StepContext, Stop, Surroundings

FULL = NoSpace("The disk with the queue is full", condition="disk:/", hint="What was saved is safe.")
BUSY = Locked("Another program has the queue open", hint="It is tried again by itself.")
GONE = NoAccess("The disk with the queue does not answer", code="VS-STORE-DISK")


class Bench:
    """A context whose step really runs in a store that can be broken."""

    def __init__(self, it: Engine, claim: Claim) -> None:
        self.events: list[Event] = []
        self.store = Faulty(it.store)
        self.stop = Stop()
        house = Surroundings(
            store=self.store,
            clock=SystemClock(),
            emit=self.events.append,
            work=it.folder / "work",
            again_after_s=0.01,
        )
        self.context = StepContext(house, claim, self.stop)

    def told(self) -> list[str]:
        return [event.line.text for event in self.events if isinstance(event, Logged)]


async def bench(it: Engine) -> Bench:
    """A claim that belongs to no lane: the queue is paused for them."""
    await it.jobs.pause_queue()
    await it.add("Grant.mp4")
    claim = await it.store.run(
        lambda unit: unit.queue.claim(Lane.LIGHT, "first", it.clock.now(), {StepKind.PROBE: "1"})
    )
    assert claim is not None
    return Bench(it, claim)


@pytest.mark.parametrize("trouble", [FULL, BUSY])
def test_a03_a07_a_heartbeat_that_cannot_be_written_costs_nothing(
    tmp_path: Path, run: Go[None], trouble: VodError
) -> None:
    """How far a step is can be written later; hours of work are not thrown away for it."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            on = await bench(it)
            on.store.errors = [trouble]
            await asyncio.to_thread(on.context.progress, 0.5)
            assert on.store.errors == []
            on.context.check()

    run(scenario())


@pytest.mark.parametrize("trouble", [FULL, BUSY])
def test_a03_a07_a_checkpoint_is_waited_for_with_the_work_in_hand(
    tmp_path: Path, run: Go[None], trouble: VodError
) -> None:
    """The window that was heard is kept when there is room again, and a person reads why it waits."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            on = await bench(it)
            on.store.errors = [trouble] * 3
            await asyncio.to_thread(on.context.checkpoint, "window:1", {"words": 3})
            on.store.errors = [trouble]
            kept = await asyncio.to_thread(on.context.checkpoints)
            assert [checkpoint.key for checkpoint in kept] == ["window:1"]
            assert len(on.told()) == 4
            assert trouble.title in on.told()[0]

    run(scenario())


def test_a03_a_stop_ends_the_wait_for_a_full_disk(tmp_path: Path, run: Go[None]) -> None:
    """Pause and the end of the program need not wait for somebody to free the disk."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            on = await bench(it)
            on.store.errors = [FULL] * 100_000
            on.stop.ask(StopReason.PAUSE)
            with pytest.raises(Cancelled):
                await asyncio.to_thread(on.context.checkpoint, "window:1", {})

    run(scenario())


def test_a07_a_lock_right_after_a_claim_stops_no_lane(tmp_path: Path, run: Go[None]) -> None:
    """Whatever is asked of the store between a claim and its step is waited for."""

    async def scenario() -> None:
        async with engine(tmp_path, Plan(again_after_s=0.01)) as it:
            faulty = Faulty(it.store)

            def lock(_job_id: JobId) -> None:
                faulty.errors = [BUSY] * 3

            it.break_store(AfterClaim(faulty, Lane.LIGHT, then=lock), {})
            (job_id,) = await it.add("Grant.mp4")
            await it.until_state(JobState.DONE, job_id)
            assert not [event for event in it.events if isinstance(event, QueueStopped)]

    run(scenario())


def test_a03_the_remote_lane_waits_for_a_full_disk_with_the_result_in_hand(
    tmp_path: Path, run: Go[None]
) -> None:
    """Neither an intent nor a result is lost; nothing is done twice."""
    times: list[int] = []

    async def scenario() -> None:
        faulty: Faulty | None = None

        async def publish(context: AsyncContext, inputs: Inputs) -> StepResult:
            assert faulty is not None
            times.append(1)
            faulty.errors = [FULL] * 2
            await context.checkpoint("intent", {})
            faulty.errors = [FULL] * 2
            return StepResult(note="told")

        plan = Plan(remote={StepKind.PUBLISH: publish}, again_after_s=0.01)
        async with engine(tmp_path, plan) as it:
            it.remote.store = faulty = Faulty(it.store)
            (job_id,) = await it.add("Grant.mp4")
            await it.until_state(JobState.DONE, job_id)

    run(scenario())
    assert times == [1]


def test_a_remote_result_that_cannot_be_written_stops_the_lane_and_says_so(
    tmp_path: Path, run: Go[None], allowed_logs: list[str]
) -> None:
    """Nothing dies in silence; the next start does the step again."""
    allowed_logs.append("the remote lane stopped")

    async def scenario() -> None:
        faulty: Faulty | None = None

        async def publish(context: AsyncContext, inputs: Inputs) -> StepResult:
            assert faulty is not None
            faulty.errors = [GONE]
            return StepResult(note="told")

        async with engine(tmp_path, Plan(remote={StepKind.PUBLISH: publish})) as it:
            it.remote.store = faulty = Faulty(it.store)
            (job_id,) = await it.add("Grant.mp4")
            assert (await it.until_stopped()).problem.code == "VS-STORE-DISK"
        async with engine(tmp_path, worker="second") as it:
            await it.until_state(JobState.DONE, job_id)

    run(scenario())


def test_a_result_of_a_worker_that_cannot_be_written_stops_the_lanes_and_says_so(
    tmp_path: Path, run: Go[None], allowed_logs: list[str]
) -> None:
    """The same off the loop."""
    allowed_logs.append("lane light stopped")

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            faulty = Faulty(it.store)

            def probe(context: Context, inputs: Inputs) -> StepResult:
                faulty.errors = [GONE]
                return made(context, inputs, "probe")

            it.break_store(faulty, {StepKind.PROBE: probe})
            (job_id,) = await it.add("Grant.mp4")
            assert (await it.until_stopped()).problem.code == "VS-STORE-DISK"
        async with engine(tmp_path, worker="second") as it:
            await it.until_state(JobState.DONE, job_id)

    run(scenario())


def asked_from_a_lane(it: Engine, ask: Callable[[], Coroutine[Any, Any, object]]) -> Callable[[JobId], None]:
    """What a person presses, at a moment that only a lane knows; the lane waits until it is done."""
    loop = asyncio.get_running_loop()
    return lambda _job_id: void(asyncio.run_coroutine_threadsafe(ask(), loop).result(10.0))


def void(_: object) -> None:
    """Nothing of it is needed."""


def test_a_pause_of_the_queue_between_a_claim_and_its_step_is_heard(tmp_path: Path, run: Go[None]) -> None:
    """Paused means that nothing runs, also what was claimed a moment ago."""
    encode = Gate("encode")

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            broken = AfterClaim(it.store, Lane.MEDIA, then=asked_from_a_lane(it, it.jobs.pause_queue))
            it.break_store(broken, {StepKind.ENCODE: encode})
            (job_id,) = await it.add("Grant.mp4")
            await it.until(lambda _job: not broken.is_armed, job_id)
            await it.until(lambda job: states(job)[StepKind.ENCODE] is not StepState.RUNNING, job_id)
            assert encode.times == 0
            encode.go.set()
            await it.jobs.resume_queue()
            await it.until_state(JobState.DONE, job_id)

    run(scenario())
    assert encode.times == 1


def test_this_one_now_between_a_claim_and_its_step_is_heard(tmp_path: Path, run: Go[None]) -> None:
    """The one in its way stops although it had only been claimed, and comes right after."""
    first, order = Gate("encode"), list[str]()

    def encode(context: Context, inputs: Inputs) -> StepResult:
        name = inputs.recording.path.name
        if name == "Grant.mp4":
            return first(context, inputs)
        order.append(name)
        return made(context, inputs, "encode")

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            wanted: list[JobId] = []
            broken = AfterClaim(
                it.store, Lane.MEDIA, then=asked_from_a_lane(it, lambda: it.jobs.now(wanted[0]))
            )
            broken.is_armed = False
            it.break_store(broken, {StepKind.ENCODE: encode})
            (running,) = await it.add("Grant.mp4")
            await began(first)
            in_the_way, now = await it.add("Oakdale.mp4", "Birchwood.mp4")
            await it.jobs.to_top([in_the_way])
            for job_id in (in_the_way, now):
                await it.until(lambda job: states(job)[StepKind.ENCODE] is StepState.READY, job_id)
            wanted.append(now)
            broken.is_armed = True
            first.go.set()
            for job_id in (running, in_the_way, now):
                await it.until_state(JobState.DONE, job_id)

    run(scenario())
    assert order == ["Birchwood.mp4", "Oakdale.mp4"]


def test_a_stop_between_a_remote_claim_and_its_step_is_heard(tmp_path: Path, run: Go[None]) -> None:
    """The same on the loop: nothing is told to a server after the queue was paused."""
    times: list[int] = []

    async def publish(context: AsyncContext, inputs: Inputs) -> StepResult:
        times.append(1)
        return StepResult(note="told")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(remote={StepKind.PUBLISH: publish})) as it:

            async def pause() -> None:
                await it.jobs.pause_queue()
                # The lanes hand a stop to the loop, which carries it out at its next turn.
                await asyncio.sleep(0)

            it.remote.store = broken = AfterClaim(it.store, Lane.REMOTE, then_await=pause)
            (job_id,) = await it.add("Grant.mp4")
            await it.until(lambda _job: not broken.is_armed, job_id)
            await it.until(lambda job: states(job)[StepKind.PUBLISH] is not StepState.RUNNING, job_id)
            assert times == []
            await it.jobs.resume_queue()
            await it.until_state(JobState.DONE, job_id)

    run(scenario())
    assert times == [1]


def test_h02_the_end_during_a_remote_claim_leaves_nothing_running(tmp_path: Path, run: Go[None]) -> None:
    """A claim that commits while the lane closes is put back: a clean end is no interruption."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            claimed, go = asyncio.Event(), asyncio.Event()

            async def wait() -> None:
                claimed.set()
                await go.wait()

            it.remote.store = AfterClaim(it.store, Lane.REMOTE, then_await=wait)
            (job_id,) = await it.add("Grant.mp4")
            await claimed.wait()
            closing = asyncio.create_task(it.remote.close())
            await asyncio.sleep(0)
            go.set()
            await closing
            assert states(await it.jobs.job(job_id))[StepKind.PUBLISH] is StepState.READY

    run(scenario())


def test_the_end_is_waited_for_once_and_not_for_each_lane(tmp_path: Path, run: Go[None]) -> None:
    """Steps that do not stop share one limit, so that the end of the program keeps its own."""
    deaf = {kind: Deaf() for kind in (StepKind.ENCODE, StepKind.SPEECH, StepKind.STILLS)}

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local=dict(deaf))) as it:
            await it.add("Grant.mp4")
            for step in deaf.values():
                assert await asyncio.to_thread(step.began.wait, 10.0)
            began_at = time.monotonic()
            assert not await asyncio.to_thread(it.pool.close, 0.5)
            assert time.monotonic() - began_at < 1.4
            for step in deaf.values():
                step.go.set()

    run(scenario())


class Deaf:
    """A step that never looks whether it should stop."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.go = threading.Event()

    def __call__(self, context: Context, inputs: Inputs) -> StepResult:
        self.began.set()
        assert self.go.wait(20.0)
        return made(context, inputs, context.work_folder.name)


@pytest.mark.parametrize("kind", [StepKind.PROBE, StepKind.PUBLISH])
def test_b01_a_work_folder_that_cannot_be_made_is_told_in_words(
    tmp_path: Path, run: Go[None], kind: StepKind
) -> None:
    """Not as a bug of ours: the words are those of every other file that cannot be written."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            await it.jobs.pause_queue()
            (job_id,) = await it.add("Grant.mp4")
            folder = tmp_path / "work" / job_id
            folder.mkdir(parents=True)
            (folder / kind.value).write_text("in the way")
            await it.jobs.resume_queue()
            job = await it.until(
                lambda job: states(job)[kind] is not StepState.RUNNING and was_tried(job, kind), job_id
            )
            (step,) = [step for step in job.steps if step.kind is kind]
            assert step.problem is not None
            assert step.problem.code == "VS-WRITE-FAILED"

    run(scenario())


def was_tried(job: Job, kind: StepKind) -> bool:
    """Whether the step has had its first attempt."""
    return any(step.attempts > 0 for step in job.steps if step.kind is kind)
