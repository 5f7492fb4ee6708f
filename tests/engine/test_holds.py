"""The watch over what is held: hung looks, failed looks, retries that fall due meanwhile, a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.conftest import Run as Go
from tests.engine.kit import Plan, engine, made, states
from vodstudio.core.errors import StorageAway, TryLater
from vodstudio.core.events import HoldsChanged
from vodstudio.core.jobs import Inputs, JobState, StepKind, StepResult, StepState
from vodstudio.core.ports import Context
from vodstudio.services.holds import LOOK_EVERY_S, Holds


def away(name: str, storage: str, is_away: Callable[[], bool]) -> Callable[[Context, Inputs], StepResult]:
    """A step of one recording that needs a storage."""

    def step(context: Context, inputs: Inputs) -> StepResult:
        if inputs.recording.path.name == name and is_away():
            raise StorageAway(f"{storage} is away", condition=f"storage:{storage}")
        return made(context, inputs, "speech")

    return step


def test_a_retry_that_falls_due_while_a_share_hangs_is_not_lost(tmp_path: Path, run: Go[None]) -> None:
    """A look that never answers delays its own condition alone."""
    faults = [TryLater("busy")]
    hangs = asyncio.Event

    def stills(context: Context, inputs: Inputs) -> StepResult:
        if faults:
            raise faults.pop()
        return made(context, inputs, "stills")

    async def look(_condition: str) -> bool:
        return await hangs().wait()

    async def scenario() -> None:
        speech = away("Grant.mp4", "flex3", lambda: True)
        plan = Plan(local={StepKind.SPEECH: speech, StepKind.STILLS: stills}, look=look)
        async with engine(tmp_path, plan) as it:
            (job_id,) = await it.add("Grant.mp4")
            await it.until(lambda job: states(job)[StepKind.SPEECH] is StepState.HELD, job_id)
            await it.holds.check_now()
            await it.until(lambda job: states(job)[StepKind.STILLS] is StepState.DONE, job_id)

    run(scenario())


def test_a_look_that_fails_is_a_condition_that_still_holds(
    tmp_path: Path, run: Go[None], allowed_logs: list[str]
) -> None:
    """The others go on, and the watch lives."""
    allowed_logs.append("could not look at storage:broken")
    is_away = [True]

    async def look(condition: str) -> bool:
        if condition == "storage:broken" and is_away:
            raise OSError("a file vanished")
        return not is_away

    async def scenario() -> None:
        plan = Plan(local={StepKind.SPEECH: away("Grant.mp4", "broken", lambda: bool(is_away))}, look=look)
        async with engine(tmp_path, plan) as it:
            (job_id,) = await it.add("Grant.mp4")
            await it.until_state(JobState.HELD, job_id)
            await it.holds.check_now()
            await it.until_true(lambda: it.holds.has_looked)
            assert (await it.jobs.job(job_id)).state is JobState.HELD
            is_away.clear()
            await it.holds.check_now()
            await it.until_state(JobState.DONE, job_id)

    run(scenario())


class JumpingClock:
    """Wall time that a person sets back; seconds that only go on."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds


def test_h08_a_clock_that_is_set_back_makes_nobody_wait(tmp_path: Path, run: Go[None]) -> None:
    """What is due is counted in seconds that never jump."""
    looks: list[str] = []

    async def scenario() -> None:
        speech = away("Grant.mp4", "flex3", lambda: True)
        async with engine(tmp_path, Plan(local={StepKind.SPEECH: speech})) as it:
            (job_id,) = await it.add("Grant.mp4")
            await it.until_state(JobState.HELD, job_id)
            clock = JumpingClock()

            async def look(condition: str) -> bool:
                looks.append(condition)
                it.hear(HoldsChanged(()))
                return False

            holds = Holds(it.store, clock, it.hear, is_over=look, wake=lambda: None)
            holds.open()
            await it.until_true(lambda: bool(looks) and holds.has_looked)
            clock.wall -= timedelta(hours=5)
            clock.seconds += LOOK_EVERY_S + 1
            holds.ring()
            await it.until_true(lambda: len(looks) >= 2)
            await holds.close()

    run(scenario())
