"""A model that came while the program runs: what another one heard is not used in its place."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Run as Go
from tests.engine.kit import Plan, engine
from vodstudio.core.jobs import JobState, StepKind


def test_words_of_another_model_are_not_used_again(tmp_path: Path, run: Go[None]) -> None:
    async def scenario() -> None:
        async with engine(tmp_path, Plan()) as it:
            (first,) = await it.add("Grant.mp4")
            await it.until_state(JobState.DONE, first)
            it.pool.renew(StepKind.SPEECH, "another model")
            report = await it.importing.add([tmp_path / "Grant.mp4"], again=True)
            job = await it.until_state(JobState.DONE, report.added[0].id)
            reused = {step.kind for step in job.steps if step.reused}
            assert StepKind.ENCODE in reused
            assert StepKind.SPEECH not in reused

    run(scenario())
