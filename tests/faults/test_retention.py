"""What is forgotten takes nothing with it that another job still needs."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from tests.conftest import Run as Go
from tests.engine.kit import Plan, engine
from tests.store.kit import add, finish, job_id, must_claim, recording, run_to_the_end
from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import Inputs, JobState, StepKind, StepResult
from vodstudio.core.ports import AsyncContext, Done
from vodstudio.core.station import Lane
from vodstudio.store.store import SqliteStore


def test_files_that_another_job_reuses_survive_the_first_job(tmp_path: Path, run: Go[None]) -> None:
    """Each job has links or copies of its own, so the work folder of the first may go at any time."""

    async def trial() -> None:
        reached, may_publish = asyncio.Event(), asyncio.Event()
        may_publish.set()

        async def publish(_context: AsyncContext, _inputs: Inputs) -> StepResult:
            reached.set()
            await may_publish.wait()
            return StepResult()

        async with engine(tmp_path, Plan(remote={StepKind.PUBLISH: publish})) as it:
            (first,) = await it.add("Grant.mp4")
            await it.until_state(JobState.DONE, first)
            reached.clear()
            may_publish.clear()
            report = await it.importing.add([tmp_path / "Grant.mp4"], again=True)
            second = report.added[0].id
            await reached.wait()
            assert await it.jobs.cleanup(timedelta(0)) == [first]
            assert [folder.name for folder in (tmp_path / "work").iterdir()] == [second]
            may_publish.set()
            job = await it.until_state(JobState.DONE, second)
        assert [step.kind for step in job.steps if step.reused] == list(StepKind)[:5]
        assert len(job.outputs) == 5
        for output in job.outputs.values():
            assert output.path.is_relative_to(tmp_path / "work" / second)
            assert sha256_of(output.path) == output.sha256

    run(trial())


def test_a_twin_that_is_removed_while_it_is_reused_breaks_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "vodstudio.db")
    store.open()
    try:
        add(store, 1)
        run_to_the_end(store)
        add(store, 2, recording=recording(1))
        probe = must_claim(store, Lane.LIGHT)
        assert probe.reuse is not None
        store.call(lambda unit: unit.jobs.remove(job_id(1)))
        assert finish(store, probe, Done(probe.reuse))
        add(store, 3, recording=recording(1))
        kinds = {claimed.kind: claimed.reuse for claimed in (must_claim(store, Lane.LIGHT) for _ in range(2))}
        assert kinds[StepKind.PROBE] == probe.reuse
    finally:
        store.close()
