"""The job engine as an operator knows it: four outcomes, pause, cancel, order, reuse, restart."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar

import psutil
import pytest

from tests.conftest import Run as Go
from tests.engine.kit import Gate, Plan, began, engine, kinds, made, quick, states
from tests.engine.stores import FilledDisk
from vodstudio.core.approval import APPROVED, ASK_FIRST, HAS_CAPTIONS, MAY_REPLACE
from vodstudio.core.errors import (
    BadMedia,
    ChildCrashed,
    Conflict,
    NeedsUser,
    NoSpace,
    NotFound,
    StorageAway,
)
from vodstudio.core.events import JobRemoved, Logged, QueueSwitched
from vodstudio.core.jobs import Inputs, JobId, JobState, Rank, StepKind, StepResult, StepState
from vodstudio.core.ports import AsyncContext, Context, Store, Unit
from vodstudio.core.rows import JobFilter
from vodstudio.core.station import CityId, Lane
from vodstudio.services.removing import Removing
from vodstudio.workers.power import check_power, is_on_battery

T = TypeVar("T")


def test_a_recording_goes_through_all_steps(tmp_path: Path, run: Go[None]) -> None:
    """File, recording, plan, steps, outputs: and each step knows the outputs of those before it."""
    seen: dict[str, list[str]] = {}

    def look(context: Context, inputs: Inputs) -> StepResult:
        seen["outputs"] = sorted(inputs.outputs)
        seen["facts"] = sorted(inputs.facts)
        return made(context, inputs, "captions")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.CAPTIONS: look})) as it:
            (job_id,) = await it.add("21413-1-Birchwood Council Me.mp4")
            job = await it.until_state(JobState.DONE, job_id)
            assert job.city_id == "birchwood"
            assert job.recording.show_number == 21413
            assert sorted(job.outputs) == ["captions", "encode", "probe", "speech", "stills"]
            assert all(step.attempts == 1 for step in job.steps)

    run(scenario())
    assert seen == {"outputs": ["encode", "probe", "speech"], "facts": ["encode", "probe", "speech"]}


def test_b30_a_known_recording_is_answered_not_stored_twice(tmp_path: Path, run: Go[None]) -> None:
    """The same content under another name is the same recording."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            (first,) = await it.add("Grant.mp4")
            copy = tmp_path / "other.mp4"
            copy.write_bytes(b"Grant.mp4")
            report = await it.importing.add([copy])
            assert [known.job_id for known in report.known] == [first]
            assert not report.added

    run(scenario())


def test_a_failure_that_a_person_can_mend_needs_a_look_and_nothing_else_stops(
    tmp_path: Path, run: Go[None]
) -> None:
    """Failed is one job's matter; retry goes on with what was stored."""
    bad = {"Grant.mp4"}

    def probe(context: Context, inputs: Inputs) -> StepResult:
        if inputs.recording.path.name in bad:
            raise BadMedia("Not a recording", hint="Look at it", code="VS-TEST")
        return made(context, inputs, "probe")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.PROBE: probe})) as it:
            broken, fine = await it.add("Grant.mp4", "Oakdale.mp4")
            job = await it.until_state(JobState.NEEDS_A_LOOK, broken)
            problem = job.steps[0].problem
            assert problem is not None
            assert (problem.code, problem.hint, problem.needs_user) == ("VS-TEST", "Look at it", True)
            await it.until_state(JobState.DONE, fine)
            bad.clear()
            await it.jobs.retry([broken])
            await it.until_state(JobState.DONE, broken)

    run(scenario())


def test_held_is_not_failed_counts_no_attempt_and_goes_on_by_itself(tmp_path: Path, run: Go[None]) -> None:
    """One probe for a condition frees all that wait for it; checkpoints stay."""
    away = {"yes"}
    kept: list[int] = []

    def speech(context: Context, inputs: Inputs) -> StepResult:
        kept.append(len(context.checkpoints()))
        context.checkpoint("window:1", {"words": 3})
        if away:
            raise StorageAway("Storage flex3 is away", condition="storage:flex3")
        return made(context, inputs, "speech")

    async def scenario() -> None:
        plan = Plan(local={StepKind.SPEECH: speech}, is_over=lambda condition: not away)
        async with engine(tmp_path, plan) as it:
            (job_id,) = await it.add("Grant.mp4")
            job = await it.until(lambda j: states(j)[StepKind.SPEECH] is StepState.HELD, job_id)
            job = await it.until_state(JobState.HELD, job_id)
            assert "flex3" in job.why or any("flex3" in (s.condition or "") for s in job.steps)
            away.clear()
            await it.holds.check_now()
            job = await it.until_state(JobState.DONE, job_id)
            assert next(s.attempts for s in job.steps if s.kind is StepKind.SPEECH) == 1

    run(scenario())
    assert kept == [0, 1]


def test_a_crash_of_a_child_is_tried_once_more(tmp_path: Path, run: Go[None]) -> None:
    """A passing fault is nobody's business."""
    crashes = [ChildCrashed("it crashed")]

    def encode(context: Context, inputs: Inputs) -> StepResult:
        if crashes:
            raise crashes.pop()
        return made(context, inputs, "encode")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.ENCODE: encode})) as it:
            (job_id,) = await it.add("Grant.mp4")
            job = await it.until_state(JobState.DONE, job_id)
            assert next(s.attempts for s in job.steps if s.kind is StepKind.ENCODE) == 2

    run(scenario())


def test_a_bug_in_a_step_is_told_and_stops_no_lane(
    tmp_path: Path, run: Go[None], allowed_logs: list[str]
) -> None:
    """An unexpected error fails its job with words a person can use, and is not retried."""
    allowed_logs.append("unexpected error in a step")

    def stills(context: Context, inputs: Inputs) -> StepResult:
        raise ZeroDivisionError("inside")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.STILLS: stills})) as it:
            (job_id,) = await it.add("Grant.mp4")
            job = await it.until_state(JobState.FAILED, job_id)
            (problem,) = [step.problem for step in job.steps if step.problem]
            assert (problem.code, problem.title) == ("VS-UNEXPECTED", "Something unexpected happened")

    run(scenario())


def test_pause_ends_the_step_at_its_checkpoint_and_frees_the_lane(tmp_path: Path, run: Go[None]) -> None:
    """The operator's own flag: what is paused waits, what is behind it goes."""
    gate = Gate("speech")

    def speech(context: Context, inputs: Inputs) -> StepResult:
        if inputs.recording.path.name == "Grant.mp4":
            return gate(context, inputs)
        return made(context, inputs, "speech")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.SPEECH: speech})) as it:
            (job_id,) = await it.add("Grant.mp4")
            await began(gate)
            await it.jobs.pause([job_id])
            job = await it.until_state(JobState.PAUSED, job_id)
            assert states(job)[StepKind.SPEECH] is StepState.READY
            (other,) = await it.add("Oakdale.mp4")
            await it.until_state(JobState.DONE, other)
            gate.go.set()
            await it.jobs.resume([job_id])
            job = await it.until_state(JobState.DONE, job_id)
            assert next(s.attempts for s in job.steps if s.kind is StepKind.SPEECH) == 1

    run(scenario())


def test_cancel_stops_what_runs_and_what_waits(tmp_path: Path, run: Go[None]) -> None:
    """Cancelled is its own word, and a person may take it back."""
    gate = Gate("encode")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.ENCODE: gate})) as it:
            (job_id,) = await it.add("Grant.mp4")
            await began(gate)
            await it.jobs.cancel([job_id])
            job = await it.until(lambda j: not kinds(j, StepState.RUNNING), job_id)
            assert job.state is JobState.CANCELLED
            assert states(job)[StepKind.ENCODE] is StepState.CANCELLED
            gate.go.set()
            await it.jobs.retry([job_id])
            await it.until_state(JobState.DONE, job_id)

    run(scenario())


def test_remove_forgets_the_job_and_its_work_and_never_the_recording(tmp_path: Path, run: Go[None]) -> None:
    """A running job is refused with a sentence; a finished one goes with its work files."""
    gate = Gate("encode")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.ENCODE: gate})) as it:
            (job_id,) = await it.add("Grant.mp4")
            await began(gate)
            with pytest.raises(Conflict, match="being worked on"):
                await it.jobs.remove([job_id])
            gate.go.set()
            await it.until_state(JobState.DONE, job_id)
            assert (tmp_path / "work" / job_id).is_dir()
            await it.jobs.remove([job_id])
            assert not (tmp_path / "work" / job_id).exists()
            assert (tmp_path / "Grant.mp4").read_bytes() == b"Grant.mp4"
            assert JobRemoved(job_id) in it.events
            with pytest.raises(NotFound):
                await it.jobs.job(job_id)

    run(scenario())


def test_a_removed_job_comes_back_with_its_files_until_they_are_cleared(
    tmp_path: Path, run: Go[None]
) -> None:
    """Undo within the toast; afterwards, or when the program ends, the work files go."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            (first,) = await it.add("Grant.mp4")
            (second,) = await it.add("Oakdale.mp4")
            for job_id in (first, second):
                await it.until_state(JobState.DONE, job_id)
            before = await it.jobs.job(first)
            removing = it.jobs.removing
            removal = await removing.take_out([first, second])
            assert removal.may_come_back
            assert sorted(removal.job_ids) == sorted([first, second])
            assert await it.jobs.rows(JobFilter()) == []
            assert {JobRemoved(first), JobRemoved(second)} <= set(it.events)
            assert all((tmp_path / "work" / job_id).is_dir() for job_id in removal.job_ids)
            await removing.put_back(removal)
            await removing.clear(removal)
            assert await it.jobs.job(first) == before
            assert all(output.path.exists() for output in before.outputs.values())
            await removing.clear(await removing.take_out([first]))
            assert not (tmp_path / "work" / first).exists()
            await removing.take_out([second])
            await removing.clear_all()
            assert not (tmp_path / "work" / second).exists()
            assert _trail(it.store.files.path) == [
                "jobs.removed",
                "jobs.put-back",
                "jobs.removed",
                "jobs.removed",
            ]

    run(scenario())


def _trail(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT what FROM audit ORDER BY no")]


@pytest.mark.parametrize("verb", ["remove", "take_out"])
def test_a03_a_finished_job_can_be_removed_while_its_files_fill_the_disk(
    tmp_path: Path, run: Go[None], verb: str
) -> None:
    """Its work files go first; one that may go on keeps them, and nothing is promised back."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            (done,) = await it.add("Grant.mp4")
            await it.until_state(JobState.DONE, done)
            await it.jobs.pause_queue()
            (open_job,) = await it.add("Oakdale.mp4")
            (tmp_path / "work" / open_job).mkdir()
            store = FilledDisk(it.store, tmp_path / "work" / done)
            removing = Removing(store, it.clock, it.hear, tmp_path / "work")
            if verb == "remove":
                assert sorted(await removing.remove([done, open_job])) == sorted([done, open_job])
            else:
                removal = await removing.take_out([done, open_job])
                assert not removal.may_come_back
                assert (tmp_path / "work" / open_job).exists()
                await removing.clear(removal)
            assert not (tmp_path / "work" / open_job).exists()
            assert await it.jobs.rows(JobFilter()) == []

    run(scenario())


def test_undo_of_an_import_takes_it_back(tmp_path: Path, run: Go[None]) -> None:
    """The toast's button: also while the first step runs, nothing of it stays queued."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            await it.jobs.pause_queue()
            (job_id,) = await it.add("Grant.mp4")
            await it.importing.undo([job_id])
            assert await it.jobs.rows(JobFilter()) == []

    run(scenario())


def test_this_one_now_pauses_one_job_and_comes_back_to_it(tmp_path: Path, run: Go[None]) -> None:
    """Nothing running is pre-empted, except by this."""
    first = Gate("speech")
    order: list[str] = []

    def speech(context: Context, inputs: Inputs) -> StepResult:
        name = inputs.recording.path.name
        if name == "Grant.mp4" and not first.go.is_set():
            return first(context, inputs)
        order.append(name)
        return made(context, inputs, "speech")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.SPEECH: speech})) as it:
            (running,) = await it.add("Grant.mp4")
            await began(first)
            (urgent,) = await it.add("Oakdale.mp4")
            await it.until(lambda j: states(j)[StepKind.SPEECH] is StepState.READY, urgent)
            await it.jobs.now(urgent)
            await it.until_state(JobState.DONE, urgent)
            first.go.set()
            job = await it.until_state(JobState.DONE, running)
            assert not job.is_paused

    run(scenario())
    assert order[0] == "Oakdale.mp4"


def test_identical_work_is_reused_after_it_was_proven(tmp_path: Path, run: Go[None]) -> None:
    """Another job of the same content does nothing again; a damaged file is made anew."""
    speech = quick(StepKind.SPEECH)
    heard: list[str] = []

    def counting(context: Context, inputs: Inputs) -> StepResult:
        heard.append(inputs.job_id)
        return speech(context, inputs)

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.SPEECH: counting})) as it:
            (first,) = await it.add("Grant.mp4")
            job = await it.until_state(JobState.DONE, first)
            await it.jobs.cancel([first])
            second = await _again(it.importing, tmp_path / "Grant.mp4", it.jobs, first)
            job = await it.until_state(JobState.DONE, second)
            reused = {step.kind for step in job.steps if step.reused}
            assert StepKind.SPEECH in reused
            assert StepKind.PUBLISH not in reused

    async def _again(importing: object, path: Path, jobs: object, first: JobId) -> JobId:
        from vodstudio.services.importing import Importing

        assert isinstance(importing, Importing)
        report = await importing.add([path], again=True)
        return report.added[0].id

    run(scenario())
    assert len(heard) == 1


def test_the_queue_pauses_and_stops_after_the_current_job(tmp_path: Path, run: Go[None]) -> None:
    """Paused: nothing begins. Stop after current: what has begun is finished, nothing else begins."""
    gate = Gate("speech")

    def speech(context: Context, inputs: Inputs) -> StepResult:
        return gate(context, inputs)

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.SPEECH: speech})) as it:
            assert (await it.jobs.pause_queue()).is_paused
            (first,) = await it.add("Grant.mp4")
            assert kinds(await it.jobs.job(first), StepState.DONE, StepState.RUNNING) == []
            await it.jobs.resume_queue()
            await began(gate)
            await it.jobs.stop_after_current(True)
            (second,) = await it.add("Oakdale.mp4")
            gate.go.set()
            await it.until_state(JobState.DONE, first)
            assert kinds(await it.jobs.job(second), StepState.DONE, StepState.RUNNING) == []
            assert (await it.jobs.switch()) == QueueSwitched(is_paused=False, stop_after_current=True)
            await it.jobs.stop_after_current(False)
            await it.until_state(JobState.DONE, second)

    run(scenario())


def test_order_by_hand_and_why(tmp_path: Path, run: Go[None]) -> None:
    """To the top, up, down, to the bottom; each waiting row says its place and the reason."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            await it.jobs.pause_queue()
            a, b, c = await it.add("Grant.mp4", "Oakdale.mp4", "Birchwood.mp4")
            await it.jobs.to_top([c])
            await it.jobs.to_top([b])
            reasons = {row.id: row.why for row in await it.jobs.rows(JobFilter())}
            assert reasons[b].startswith("1st")
            assert reasons[c].startswith("2nd")
            await it.jobs.up([c])
            reasons = {row.id: row.why for row in await it.jobs.rows(JobFilter())}
            assert reasons[c].startswith("1st")
            await it.jobs.down([b])
            assert (await it.jobs.job(b)).rank is Rank.NORMAL
            await it.jobs.to_bottom([a])
            assert (await it.jobs.job(a)).rank is Rank.BACKLOG
            await it.jobs.set_city([a], CityId("birchwood"))
            assert (await it.jobs.job(a)).city_id == "birchwood"
            with pytest.raises(NotFound):
                await it.jobs.find("zz")
            assert await it.jobs.find(a[:8]) == a

    run(scenario())


def test_a_shutdown_puts_steps_back_and_the_next_start_goes_on(tmp_path: Path, run: Go[None]) -> None:
    """A step that was running is ready again at its checkpoint; nothing is counted against it."""
    gate = Gate("speech")
    kept: list[int] = []

    def speech(context: Context, inputs: Inputs) -> StepResult:
        kept.append(len(context.checkpoints()))
        context.checkpoint("window:1", {"words": 2})
        return gate(context, inputs)

    async def scenario() -> None:
        plan = Plan(local={StepKind.SPEECH: speech})
        async with engine(tmp_path, plan) as it:
            (job_id,) = await it.add("Grant.mp4")
            await began(gate)
        gate.go.set()
        async with engine(tmp_path, plan, worker="second") as it:
            job = await it.until_state(JobState.DONE, job_id)
            assert next(s.attempts for s in job.steps if s.kind is StepKind.SPEECH) == 1

    run(scenario())
    assert kept == [0, 1]


def test_remote_steps_are_stopped_by_pause_and_cancel(tmp_path: Path, run: Go[None]) -> None:
    """The remote lane has the same four outcomes; an intent is kept before anything is sent."""
    intended = asyncio.Event()
    began_at: list[int] = []
    may_go: list[bool] = []

    async def publish(context: AsyncContext, inputs: Inputs) -> StepResult:
        began_at.append(len(await context.checkpoints()))
        await context.checkpoint("intent:show:1", {"title": inputs.recording.title})
        intended.set()
        if not may_go:
            await asyncio.Event().wait()
        return StepResult(note="told")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(remote={StepKind.PUBLISH: publish})) as it:
            (job_id,) = await it.add("Grant.mp4")
            await intended.wait()
            await it.jobs.pause([job_id])
            await it.until_state(JobState.PAUSED, job_id)
            intended.clear()
            await it.jobs.resume([job_id])
            await intended.wait()
            await it.jobs.cancel([job_id])
            await it.until(lambda j: not kinds(j, StepState.RUNNING), job_id)
            assert (await it.jobs.job(job_id)).state is JobState.CANCELLED
            may_go.append(True)
            await it.jobs.retry([job_id])
            await it.until_state(JobState.DONE, job_id)

    run(scenario())
    assert began_at == [0, 1, 1]


def test_on_battery_nothing_heavy_begins_and_it_goes_on_by_itself(
    tmp_path: Path, run: Go[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look is done, the hours of work wait; an operator may also say that they shall not."""
    battery: list[object] = [SimpleNamespace(power_plugged=False)]
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery[0], raising=False)
    check_power(Lane.MEDIA, True)
    check_power(Lane.LIGHT, False)

    async def scenario() -> None:
        plan = Plan(
            may_begin=lambda lane: check_power(lane, False), is_over=lambda _condition: not is_on_battery()
        )
        async with engine(tmp_path, plan) as it:
            (job_id,) = await it.add("Grant.mp4")
            job = await it.until_state(JobState.HELD, job_id)
            assert {step.condition for step in job.steps if step.state is StepState.HELD} == {"battery"}
            assert job.steps[0].state is StepState.DONE
            battery[0] = None
            await it.holds.check_now()
            await it.until_state(JobState.DONE, job_id)

    run(scenario())


def test_only_approving_lets_it_be_published(tmp_path: Path, run: Go[None]) -> None:
    """A city that wants to be asked: another try asks again, and a yes may be said before."""

    async def publish(context: AsyncContext, inputs: Inputs) -> StepResult:
        if not any(kept.key == APPROVED for kept in await context.checkpoints()):
            raise NeedsUser("Recordings of Grant wait for a person", code=ASK_FIRST)
        return StepResult(note="told")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(remote={StepKind.PUBLISH: publish})) as it:
            (asking,) = await it.add("Grant.mp4")
            await it.until_state(JobState.NEEDS_A_LOOK, asking)
            await it.jobs.retry([asking])
            await it.until_state(JobState.NEEDS_A_LOOK, asking)
            (row,) = await it.jobs.approve([asking])
            assert row.state in (JobState.WAITING, JobState.WORKING)
            await it.until_state(JobState.DONE, asking)
            await it.jobs.pause_queue()
            (early,) = await it.add("Oakdale.mp4")
            await it.jobs.approve([early])
            await it.jobs.resume_queue()
            await it.until_state(JobState.DONE, early)

    run(scenario())


def test_a_yes_to_replace_captions_is_kept_each_time_it_is_said(tmp_path: Path, run: Go[None]) -> None:
    """What was asked about first is not what lies there now: the second question needs a second yes."""

    async def publish(context: AsyncContext, inputs: Inputs) -> StepResult:
        said = [kept.key for kept in await context.checkpoints()]
        assert APPROVED not in said
        if sum(key.startswith(MAY_REPLACE) for key in said) < 2:
            raise Conflict("Council.scc holds captions that somebody else made", code=HAS_CAPTIONS)
        return StepResult(note="told")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(remote={StepKind.PUBLISH: publish})) as it:
            (job_id,) = await it.add("Grant.mp4")
            for _ in range(2):
                await it.until_state(JobState.NEEDS_A_LOOK, job_id)
                await it.jobs.approve([job_id])
            await it.until_state(JobState.DONE, job_id)
            trail = await it.store.look(lambda unit: unit.notes.audit_of(job_id, 9))
            assert [note.what for note in trail] == ["approved.replacing"] * 2

    run(scenario())


def test_retention_removes_what_is_finished_and_keeps_what_nobody_has_seen(
    tmp_path: Path, run: Go[None]
) -> None:
    """A failed job stays until a person acknowledged it."""

    def probe(context: Context, inputs: Inputs) -> StepResult:
        if inputs.recording.path.name == "Grant.mp4":
            raise BadMedia("Not a recording")
        return made(context, inputs, "probe")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.PROBE: probe})) as it:
            bad, good = await it.add("Grant.mp4", "Oakdale.mp4")
            await it.until_state(JobState.NEEDS_A_LOOK, bad)
            await it.until_state(JobState.DONE, good)
            assert await it.jobs.cleanup(timedelta(days=1)) == []
            assert await it.jobs.cleanup(timedelta(seconds=-5)) == [good]
            await it.jobs.acknowledge([bad])
            assert await it.jobs.cleanup(timedelta(seconds=-5)) == [bad]

    run(scenario())


def test_b31_a_recording_that_was_moved_is_followed(tmp_path: Path, run: Go[None]) -> None:
    """Dropping the moved file again is all that a person has to do."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            await it.jobs.pause_queue()
            (job_id,) = await it.add("Grant.mp4")
            moved = (tmp_path / "Grant.mp4").rename(tmp_path / "moved.mp4")
            report = await it.importing.add([moved])
            assert [known.job_id for known in report.known] == [job_id]
            assert (await it.jobs.job(job_id)).recording.path == moved

    run(scenario())


def test_the_same_content_in_two_places_keeps_two_places(tmp_path: Path, run: Go[None]) -> None:
    """A second job of the same content speaks of its own file."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            await it.jobs.pause_queue()
            (first,) = await it.add("Grant.mp4")
            copy = tmp_path / "100-1-Oakdale.mp4"
            copy.write_bytes(b"Grant.mp4")
            (row,) = (await it.importing.add([copy], again=True)).added
            assert (await it.jobs.job(row.id)).recording.path == copy
            assert (await it.jobs.job(first)).recording.path == tmp_path / "Grant.mp4"

    run(scenario())


class FullDisk:
    """A store that has no space for a while."""

    def __init__(self, store: Store, times: int) -> None:
        self._store = store
        self.times = times

    def call(self, work: Callable[[Unit], T]) -> T:
        if self.times > 0:
            self.times -= 1
            raise NoSpace("The disk is full", condition="disk:/", hint="What was saved is safe.")
        return self._store.call(work)

    async def run(self, work: Callable[[Unit], T]) -> T:
        return await self._store.run(work)

    async def look(self, work: Callable[[Unit], T]) -> T:
        return await self._store.look(work)


def test_a03_a_full_disk_is_waited_for_with_the_result_in_hand(tmp_path: Path, run: Go[None]) -> None:
    """The lane does not die and the work is not done again: it is written when there is space."""
    times: list[int] = []

    async def scenario() -> None:
        async with engine(tmp_path, Plan(again_after_s=0.01)) as it:
            full = FullDisk(it.store, 0)

            def encode(context: Context, inputs: Inputs) -> StepResult:
                times.append(1)
                result = made(context, inputs, "encode")
                full.times = 3
                return result

            it.break_store(full, {StepKind.ENCODE: encode})
            (job_id,) = await it.add("Grant.mp4")
            await it.until_state(JobState.DONE, job_id)
            told = [event for event in it.events if isinstance(event, Logged)]
            assert "What was saved is safe" in told[0].line.text

    run(scenario())
    assert times == [1]


def test_undo_takes_an_import_back_also_while_it_is_checked(tmp_path: Path, run: Go[None]) -> None:
    """The toast's button is pressed when the first step runs: the row and the work folder go."""
    gate = Gate("probe")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.PROBE: gate})) as it:
            (job_id,) = await it.add("Grant.mp4")
            await began(gate)
            await it.importing.undo([job_id])
            assert await it.jobs.rows(JobFilter()) == []
            assert not (tmp_path / "work" / job_id).exists()

    run(scenario())


def test_what_is_being_published_is_not_taken_back(tmp_path: Path, run: Go[None]) -> None:
    """Undo never touches what a viewer may have seen."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            (job_id,) = await it.add("Grant.mp4")
            await it.until_state(JobState.DONE, job_id)
            with pytest.raises(Conflict, match="cannot be taken back"):
                await it.importing.undo([job_id])
            assert (await it.jobs.job(job_id)).state is JobState.DONE

    run(scenario())


def test_this_one_now_comes_right_back_to_what_it_stopped(tmp_path: Path, run: Go[None]) -> None:
    """Not to the end of the fair order: what was stopped is the next one."""
    gate = Gate("speech")
    order: list[str] = []

    def speech(context: Context, inputs: Inputs) -> StepResult:
        name = inputs.recording.path.stem
        result = gate(context, inputs) if name == "Grant 1" else made(context, inputs, "speech")
        order.append(name)
        return result

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.SPEECH: speech})) as it:
            (first,) = await it.add("Grant 1.mp4")
            await began(gate)
            urgent, other = await it.add("Birchwood 2.mp4", "Oakdale 1.mp4")
            for job_id in (urgent, other):
                await it.until(lambda j: kinds(j, StepState.READY) == [StepKind.SPEECH], job_id)
                await it.until(lambda j: not kinds(j, StepState.RUNNING), job_id)
            await it.jobs.now(urgent)
            await it.until_state(JobState.DONE, urgent)
            gate.go.set()
            for job_id in (first, other):
                await it.until_state(JobState.DONE, job_id)

    run(scenario())
    assert order == ["Birchwood 2", "Grant 1", "Oakdale 1"]


def test_choosing_the_city_lets_go_on_what_failed_for_want_of_it(tmp_path: Path, run: Go[None]) -> None:
    """The correction is the retry."""

    async def publish(context: AsyncContext, inputs: Inputs) -> StepResult:
        if inputs.city_id is None:
            raise NeedsUser("No city is known for this recording", code="VS-NO-CITY")
        return StepResult(note="told")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(remote={StepKind.PUBLISH: publish})) as it:
            (job_id,) = await it.add("meeting.mp4")
            await it.until_state(JobState.NEEDS_A_LOOK, job_id)
            await it.jobs.set_city([job_id], CityId("grant"))
            await it.until_state(JobState.DONE, job_id)

    run(scenario())


def test_b08_one_bad_path_stops_no_other(tmp_path: Path, run: Go[None]) -> None:
    """A name that is too long, one that cannot be, and one that is not there: each refused with its reason."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            good = tmp_path / "Grant.mp4"
            good.write_bytes(b"Grant")
            bad = [tmp_path / ("x" * 300), tmp_path / "nul\0.mp4", tmp_path / "gone.mp4"]
            report = await it.importing.add([bad[0], bad[1], good, bad[2]])
            assert [row.path for row in report.added] == [good]
            assert [refused.path for refused in report.refused] == bad
            assert all(refused.problem.hint.startswith("Nothing was added") for refused in report.refused)

    run(scenario())


def test_work_folders_without_a_job_are_swept_at_the_start(tmp_path: Path, run: Go[None]) -> None:
    """The power went out between the removal and the deletion of the files; nothing else is touched."""
    orphan = tmp_path / "work" / "0f8fad5b-d9cb-469f-a165-70867728950e"
    mine = tmp_path / "work" / "my own folder"

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            (job_id,) = await it.add("Grant.mp4")
            await it.until_state(JobState.DONE, job_id)
            orphan.mkdir()
            mine.mkdir()
            assert await it.jobs.removing.sweep() == 1
            assert (tmp_path / "work" / job_id).is_dir()

    run(scenario())
    assert not orphan.exists()
    assert mine.exists()
