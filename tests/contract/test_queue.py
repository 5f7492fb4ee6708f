"""The queue as a contract: what holds for the store holds for the twin in memory that other tests use."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.kit import (
    START,
    TOOLS,
    TROUBLE,
    Transactions,
    add,
    after,
    claim,
    finish,
    finish_well,
    job_id,
    must_claim,
    new_job,
    recording,
    result_of,
    run_to_the_end,
    run_until,
)
from vodstudio.core.approval import APPROVED
from vodstudio.core.errors import Conflict, Problem
from vodstudio.core.jobs import Checkpoint, Job, JobState, Json, PlanKind, Rank, StepKind, StepState
from vodstudio.core.ports import Again, CancelledByUser, Done, Failed, Held, PutBack
from vodstudio.core.rows import HeldCondition, JobFilter, LogLine, Verdict
from vodstudio.core.station import CityId, Lane

AWAY = Problem(code="VS-STORAGE-AWAY", title="Storage flex-3 is not there")


def the_job(store: Transactions, number: int = 1) -> Job:
    found = store.call(lambda unit: unit.jobs.job(job_id(number)))
    assert found is not None
    return found


def states(store: Transactions, number: int = 1) -> dict[StepKind, StepState]:
    return {step.kind: step.state for step in the_job(store, number).steps}


def state_of(store: Transactions, number: int = 1) -> JobState:
    row = store.call(lambda unit: unit.jobs.row(job_id(number)))
    assert row is not None
    assert row.state is the_job(store, number).state
    return row.state


def test_a_job_goes_through_all_of_its_steps_in_the_order_of_its_graph(store: Transactions) -> None:
    add(store, 1)
    assert states(store) == {
        kind: StepState.READY if kind is StepKind.PROBE else StepState.WAITING for kind in StepKind
    }
    ran = run_to_the_end(store)
    assert sorted(ran) == sorted(StepKind)
    assert ran[0] is StepKind.PROBE
    assert ran[-3:] == [StepKind.CAPTIONS, StepKind.PUBLISH, StepKind.VERIFY]
    assert state_of(store) is JobState.DONE
    assert set(the_job(store).outputs) == {f"{kind}.out" for kind in StepKind}


def test_captions_in_place_encode_nothing(store: Transactions) -> None:
    add(store, 1, plan=PlanKind.CAPTION_IN_PLACE)
    assert run_to_the_end(store) == [
        StepKind.PROBE,
        StepKind.SPEECH,
        StepKind.CAPTIONS,
        StepKind.PUBLISH,
        StepKind.VERIFY,
    ]


def test_a_claim_carries_the_outputs_and_facts_of_all_it_needs(store: Transactions) -> None:
    add(store, 1)
    claimed = run_until(store, StepKind.CAPTIONS)
    assert set(claimed.inputs.outputs) == {"probe.out", "encode.out", "speech.out"}
    assert set(claimed.inputs.facts) == {StepKind.PROBE, StepKind.ENCODE, StepKind.SPEECH}
    assert claimed.inputs.recording.duration_s == 61.5
    assert claimed.inputs.preset == new_job(1).preset
    assert (claimed.attempt, claimed.lane, claimed.reuse) == (1, Lane.LIGHT, None)


def test_the_cities_take_turns_and_the_newest_goes_first(store: Transactions) -> None:
    for number, city in enumerate(["oakdale", "oakdale", "oakdale", "grant", None], start=1):
        add(store, number, city)
    order = [must_claim(store, Lane.LIGHT, after(10 + n)) for n in range(5)]
    assert [claimed.inputs.job_id for claimed in order] == [
        job_id(5),
        job_id(4),
        job_id(3),
        job_id(2),
        job_id(1),
    ]
    assert [claimed.inputs.city_id for claimed in order] == [None, "grant", "oakdale", "oakdale", "oakdale"]
    assert claim(store, Lane.LIGHT) is None


def test_a_city_served_while_the_clock_was_ahead_is_not_starved(store: Transactions) -> None:
    add(store, 1, "grant")
    must_claim(store, Lane.LIGHT, START + timedelta(days=730))
    for number in range(2, 5):
        add(store, number, "grant")
        add(store, number + 3, "oakdale")
    served = [must_claim(store, Lane.LIGHT, after(10 + n)).inputs.city_id for n in range(6)]
    assert served == ["oakdale", "grant"] * 3


def test_pinned_then_deadline_then_normal_then_backlog(store: Transactions) -> None:
    add(store, 1, rank=Rank.BACKLOG)
    add(store, 2)
    add(store, 3, rank=Rank.DEADLINE, deadline=after(7200))
    add(store, 4, rank=Rank.DEADLINE, deadline=after(3600))
    add(store, 5)
    store.call(lambda unit: unit.jobs.place(job_id(1), Rank.PINNED, -1.0))
    claims = [must_claim(store, Lane.LIGHT, after(10 + n)) for n in range(5)]
    assert [found.inputs.job_id for found in claims] == [job_id(n) for n in (1, 4, 3, 5, 2)]
    assert claims[0].why == "you moved it to the top"
    assert claims[1].why.startswith("needed ")
    assert the_job(store, 1).why == "you moved it to the top"
    assert store.call(lambda unit: unit.jobs.pinned()) == [(job_id(1), -1.0)]


def test_the_last_steps_of_a_job_go_before_the_first_look_at_new_ones(store: Transactions) -> None:
    add(store, 1)
    waiting = run_until(store, StepKind.CAPTIONS)
    assert finish(store, waiting, PutBack())
    for number in range(2, 6):
        add(store, number)
        add(store, number + 10, "grant")
    promised = store.call(lambda unit: unit.queue.waiting_reasons(after(5)))
    assert promised[job_id(1)].startswith("2nd: ")
    claims = [must_claim(store, Lane.LIGHT, after(10 + n)) for n in range(3)]
    assert [found.inputs.city_id for found in claims] == ["grant", "oakdale", "grant"]
    assert (claims[1].inputs.job_id, claims[1].kind) == (job_id(1), StepKind.CAPTIONS)


def test_a_new_job_at_the_top_goes_before_one_that_has_begun(store: Transactions) -> None:
    add(store, 1)
    assert finish(store, run_until(store, StepKind.CAPTIONS), PutBack())
    add(store, 2)
    for number, place in ((2, -2.0), (1, -1.0)):
        store.call(lambda unit, n=number, p=place: unit.jobs.place(job_id(n), Rank.PINNED, p))  # type: ignore[misc]
    assert [must_claim(store, Lane.LIGHT).inputs.job_id for _ in range(2)] == [job_id(2), job_id(1)]


def test_the_reasons_promise_the_order_in_which_they_go(store: Transactions) -> None:
    for number, city in enumerate(["oakdale", "oakdale", "grant"], start=1):
        add(store, number, city)
    reasons = store.call(lambda unit: unit.queue.waiting_reasons(after(5)))
    promised = sorted(reasons, key=lambda job: reasons[job])
    assert [text[:4] for text in sorted(reasons.values())] == ["1st:", "2nd:", "3rd:"]
    assert [must_claim(store, Lane.LIGHT, after(10 + n)).inputs.job_id for n in range(3)] == promised


def test_a_late_worker_changes_nothing(store: Transactions) -> None:
    add(store, 1)
    late = must_claim(store, Lane.LIGHT)
    store.call(lambda unit: unit.queue.recover(lambda _owner: False, after(1)))
    owner = must_claim(store, Lane.LIGHT, after(2))
    kept = Checkpoint(key="a", body={}, at=after(3))
    assert not store.call(lambda unit: unit.queue.checkpoint(late.step_id, late.attempt, kept))
    assert not finish_well(store, late)
    assert store.call(lambda unit: unit.queue.checkpoints(late.step_id)) == []
    assert states(store)[StepKind.PROBE] is StepState.RUNNING
    assert finish_well(store, owner)
    assert not finish_well(store, owner)


def test_checkpoints_are_kept_in_order_and_never_replaced(store: Transactions) -> None:
    add(store, 1)
    claimed = must_claim(store, Lane.LIGHT)
    pieces = [Checkpoint(key=f"{n}", body={"n": n, "loud": float(n)}, at=after(n)) for n in (3, 1, 2)]
    for piece in pieces:
        assert store.call(lambda unit, p=piece: unit.queue.checkpoint(claimed.step_id, claimed.attempt, p))  # type: ignore[misc]
    again = Checkpoint(key="1", body={"n": "other"}, at=after(9))
    assert store.call(lambda unit: unit.queue.checkpoint(claimed.step_id, claimed.attempt, again))
    assert store.call(lambda unit: unit.queue.checkpoints(claimed.step_id)) == pieces
    assert finish(store, claimed, PutBack())
    repeated = must_claim(store, Lane.LIGHT)
    assert repeated.checkpoint_count == 3
    assert finish_well(store, repeated)
    assert store.call(lambda unit: unit.queue.checkpoints(claimed.step_id)) == []


def test_put_back_counts_no_attempt_and_again_does(store: Transactions) -> None:
    add(store, 1)
    first = must_claim(store, Lane.LIGHT)
    assert finish(store, first, PutBack())
    second = must_claim(store, Lane.LIGHT)
    assert second.attempt == 1
    busy = Problem(code="VS-SERVER-BUSY", title="The server is busy")
    assert finish(store, second, Again(after(60), busy), after(1))
    assert store.call(lambda unit: unit.queue.next_retry(after(1))) == after(60)
    assert the_job(store).steps[0].problem == busy
    assert claim(store, Lane.LIGHT, after(59)) is None
    third = must_claim(store, Lane.LIGHT, after(60))
    assert third.attempt == 2
    assert the_job(store).steps[0].problem is None
    assert store.call(lambda unit: unit.queue.next_retry(after(60))) is None


def test_a_held_step_waits_for_its_condition_and_nothing_else_does(store: Transactions) -> None:
    add(store, 1)
    add(store, 2)
    for number in (2, 1):
        claimed = must_claim(store, Lane.LIGHT, after(number))
        assert claimed.inputs.job_id == job_id(number)
        assert finish(store, claimed, Held("storage:flex3", AWAY), after(10 - number))
    add(store, 3)
    assert state_of(store) is JobState.HELD
    assert the_job(store).steps[0].attempts == 0
    assert must_claim(store, Lane.LIGHT).inputs.job_id == job_id(3)
    (held,) = store.call(lambda unit: unit.queue.held())
    assert (held.condition, held.steps, held.since, held.title) == ("storage:flex3", 2, after(8), AWAY.title)
    store.call(lambda unit: unit.queue.checked("storage:flex3", "Still away", after(20)))
    (held,) = store.call(lambda unit: unit.queue.held())
    assert (held.checked_at, held.title) == (after(20), "Still away")
    assert sorted(store.call(lambda unit: unit.queue.release("storage:flex3", after(30)))) == [
        job_id(1),
        job_id(2),
    ]
    assert store.call(lambda unit: unit.queue.held()) == []
    assert state_of(store) is JobState.WAITING
    assert must_claim(store, Lane.LIGHT).attempt == 1


def test_a_step_that_looks_again_and_again_waits_since_the_first_time(store: Transactions) -> None:
    add(store, 1)
    busy = Problem(code="VS-NOT-YET", title="The server is still at work")

    def look(number: int, condition: str) -> HeldCondition:
        claimed = must_claim(store, Lane.LIGHT, after(number))
        beat = (claimed.step_id, claimed.attempt, number / 100)
        store.call(lambda unit: unit.queue.heartbeat([beat], after(number)))
        assert finish(store, claimed, Held(condition, busy), after(number))
        (held,) = store.call(lambda unit: unit.queue.held())
        store.call(lambda unit: unit.queue.release(condition, after(number)))
        return held

    def said() -> int:
        return len(store.call(lambda unit: unit.notes.log_lines(100)))

    assert [look(number, "wait:reel:1").since for number in range(1, 20)] == [after(1)] * 19
    assert said() == 1
    assert [look(number, "wait:vod:2").since for number in range(20, 30)] == [after(20)] * 10
    assert said() == 2
    store.call(lambda unit: unit.jobs.cancel(job_id(1), after(30)))
    store.call(lambda unit: unit.jobs.retry(job_id(1), after(31)))
    assert look(32, "wait:vod:2").since == after(32)
    assert said() == 3


def test_a_step_that_got_on_and_is_held_again_waits_anew(store: Transactions) -> None:
    add(store, 1)
    for number, progress in ((1, 0.0), (2, 0.0), (3, 0.5), (4, 0.5)):
        claimed = must_claim(store, Lane.LIGHT, after(number))
        beat = (claimed.step_id, claimed.attempt, progress)
        store.call(lambda unit, beat=beat: unit.queue.heartbeat([beat], START))  # type: ignore[misc]
        finish(store, claimed, Held("storage:flex3", AWAY), after(number))
        (held,) = store.call(lambda unit: unit.queue.held())
        assert held.since == after(1 if number < 3 else 3)
        store.call(lambda unit: unit.queue.release("storage:flex3", START))
    assert len(store.call(lambda unit: unit.notes.log_lines(100))) == 2


def test_a_failed_job_waits_for_a_person_and_goes_on_when_asked(store: Transactions) -> None:
    add(store, 1)
    claimed = must_claim(store, Lane.LIGHT)
    assert finish(store, claimed, Failed(TROUBLE), after(5))
    assert state_of(store) is JobState.NEEDS_A_LOOK
    row = store.call(lambda unit: unit.jobs.row(job_id(1)))
    assert row is not None
    assert (row.problem, row.current, row.ended_at) == (TROUBLE, StepKind.PROBE, after(5))
    assert claim(store, Lane.LIGHT) is None
    assert store.call(lambda unit: unit.jobs.acknowledge(job_id(1), after(6)))
    assert not store.call(lambda unit: unit.jobs.acknowledge(job_id(1), after(6)))
    assert store.call(lambda unit: unit.jobs.retry(job_id(1), after(7)))
    assert not store.call(lambda unit: unit.jobs.retry(job_id(1), after(7)))
    assert not the_job(store).is_acknowledged
    assert sorted(run_to_the_end(store)) == sorted(StepKind)


def test_a_yes_is_kept_for_the_publish_step_and_said_once(store: Transactions) -> None:
    add(store, 1)
    assert store.call(lambda unit: unit.jobs.approve(job_id(1), after(1)))
    assert not store.call(lambda unit: unit.jobs.approve(job_id(1), after(2)))
    assert store.call(lambda unit: unit.jobs.approve(job_id(1), after(2), "may-replace:now"))
    publish = run_until(store, StepKind.PUBLISH)
    assert store.call(lambda unit: unit.queue.checkpoints(publish.step_id)) == [
        Checkpoint(key=APPROVED, body={}, at=after(1)),
        Checkpoint(key="may-replace:now", body={}, at=after(2)),
    ]
    assert finish_well(store, publish)
    assert not store.call(lambda unit: unit.jobs.approve(job_id(1), after(3)))
    assert not store.call(lambda unit: unit.jobs.approve(job_id(9), after(3)))
    add(store, 2)
    store.call(lambda unit: unit.jobs.cancel(job_id(2), after(4)))
    assert not store.call(lambda unit: unit.jobs.approve(job_id(2), after(5)))


def test_a_bug_is_failed_and_not_a_look(store: Transactions) -> None:
    add(store, 1)
    bug = Problem(code="VS-UNEXPECTED", title="Something unexpected happened")
    assert finish(store, must_claim(store, Lane.LIGHT), Failed(bug))
    assert state_of(store) is JobState.FAILED


def test_pause_is_a_flag_that_the_claim_respects(store: Transactions) -> None:
    add(store, 1)
    assert store.call(lambda unit: unit.jobs.pause(job_id(1), True, START))
    assert not store.call(lambda unit: unit.jobs.pause(job_id(1), True, START))
    assert state_of(store) is JobState.PAUSED
    assert claim(store, Lane.LIGHT) is None
    assert store.call(lambda unit: unit.jobs.pause(job_id(1), False, START))
    claimed = must_claim(store, Lane.LIGHT)
    assert store.call(lambda unit: unit.jobs.pause(job_id(1), True, START))
    assert state_of(store) is JobState.WORKING
    assert finish_well(store, claimed)
    assert state_of(store) is JobState.PAUSED
    assert all(claim(store, lane) is None for lane in Lane)
    assert store.call(lambda unit: unit.jobs.pause(job_id(1), False, START))
    assert len(run_to_the_end(store)) == 6
    assert not store.call(lambda unit: unit.jobs.pause(job_id(1), True, START))


def test_cancel_stops_what_waits_and_names_what_runs(store: Transactions) -> None:
    add(store, 1)
    finish_well(store, must_claim(store, Lane.LIGHT))
    running = must_claim(store, Lane.MEDIA)
    stop, changed = store.call(lambda unit: unit.jobs.cancel(job_id(1), after(1)))
    assert (stop, changed) == ([running.step_id], True)
    assert state_of(store) is JobState.CANCELLED
    assert finish(store, running, CancelledByUser(), after(2))
    assert store.call(lambda unit: unit.jobs.cancel(job_id(1), after(3))) == ([], False)
    assert set(states(store).values()) == {StepState.DONE, StepState.CANCELLED}
    assert store.call(lambda unit: unit.jobs.retry(job_id(1), after(4)))
    assert states(store)[StepKind.ENCODE] is StepState.READY
    assert states(store)[StepKind.CAPTIONS] is StepState.WAITING
    assert len(run_to_the_end(store)) == 6


@pytest.mark.parametrize(
    "outcome", [PutBack(), Held("battery", AWAY), Again(after(9), AWAY), Failed(TROUBLE)]
)
def test_a_cancelled_job_does_not_come_back(
    store: Transactions, outcome: PutBack | Held | Again | Failed
) -> None:
    add(store, 1)
    running = must_claim(store, Lane.LIGHT)
    store.call(lambda unit: unit.jobs.cancel(job_id(1), after(1)))
    assert finish(store, running, outcome)
    assert set(states(store).values()) == {StepState.CANCELLED}


def test_what_finished_before_the_cancel_is_done(store: Transactions) -> None:
    add(store, 1)
    running = must_claim(store, Lane.LIGHT)
    store.call(lambda unit: unit.jobs.cancel(job_id(1), after(1)))
    assert finish_well(store, running)
    assert states(store)[StepKind.PROBE] is StepState.DONE
    assert states(store)[StepKind.ENCODE] is StepState.CANCELLED
    assert state_of(store) is JobState.CANCELLED


def test_a_retry_overtakes_the_cancel_of_a_step_that_has_not_stopped_yet(store: Transactions) -> None:
    add(store, 1)
    running = must_claim(store, Lane.LIGHT)
    store.call(lambda unit: unit.jobs.cancel(job_id(1), after(1)))
    assert store.call(lambda unit: unit.jobs.retry(job_id(1), after(2)))
    assert finish(store, running, CancelledByUser())
    assert states(store)[StepKind.PROBE] is StepState.READY
    assert len(run_to_the_end(store)) == 7


def test_a_restart_puts_steps_back_and_gives_up_after_two_in_a_row(store: Transactions) -> None:
    add(store, 1)
    first = must_claim(store, Lane.LIGHT, worker="gone")
    assert store.call(lambda unit: unit.queue.recover(lambda owner: owner != "gone", START)) == [job_id(1)]
    assert states(store)[StepKind.PROBE] is StepState.READY
    second = must_claim(store, Lane.LIGHT, worker="gone")
    assert second.attempt == first.attempt + 1
    store.call(lambda unit: unit.queue.recover(lambda _owner: False, after(3)))
    assert state_of(store) is JobState.NEEDS_A_LOOK
    problem = the_job(store).steps[0].problem
    assert problem is not None
    assert (problem.code, problem.title) == ("VS-INTERRUPTED", "The program ended while working on this")
    assert store.call(lambda unit: unit.jobs.retry(job_id(1), after(4)))
    assert len(run_to_the_end(store)) == 7


def test_who_is_alive_keeps_its_steps(store: Transactions) -> None:
    add(store, 1)
    claimed = must_claim(store, Lane.LIGHT, worker="here")
    assert store.call(lambda unit: unit.queue.recover(lambda owner: owner == "here", START)) == []
    assert finish_well(store, claimed)


def test_a_checkpoint_shows_that_the_step_gets_on(store: Transactions) -> None:
    add(store, 1)
    for number in range(4):
        claimed = must_claim(store, Lane.LIGHT)
        kept = Checkpoint(key=str(number), body={}, at=START)
        assert store.call(lambda unit, c=claimed, k=kept: unit.queue.checkpoint(c.step_id, c.attempt, k))  # type: ignore[misc]
        store.call(lambda unit: unit.queue.recover(lambda _owner: False, START))
        assert states(store)[StepKind.PROBE] is StepState.READY


def test_a_power_cut_is_no_attempt_of_the_step_and_yet_no_late_worker_gets_in(store: Transactions) -> None:
    add(store, 1)
    for number in range(6):
        late = must_claim(store, Lane.LIGHT)
        kept = Checkpoint(key=str(number), body={}, at=START)
        store.call(lambda unit, c=late, k=kept: unit.queue.checkpoint(c.step_id, c.attempt, k))  # type: ignore[misc]
        assert late.tries == 1
        store.call(lambda unit: unit.queue.recover(lambda _owner: False, START))
    owner = must_claim(store, Lane.LIGHT)
    assert owner.tries == 1
    assert not finish_well(store, late)
    assert finish(store, owner, Again(START, AWAY))
    assert must_claim(store, Lane.LIGHT, after(1)).tries == 2
    store.call(lambda unit: unit.jobs.cancel(job_id(1), after(2)))
    store.call(lambda unit: unit.queue.recover(lambda _owner: False, after(3)))
    store.call(lambda unit: unit.jobs.retry(job_id(1), after(4)))
    assert must_claim(store, Lane.LIGHT, after(5)).tries == 1


def test_a_cancel_survives_the_end_of_the_program(store: Transactions) -> None:
    add(store, 1)
    must_claim(store, Lane.LIGHT)
    store.call(lambda unit: unit.jobs.cancel(job_id(1), after(1)))
    store.call(lambda unit: unit.queue.recover(lambda _owner: False, after(2)))
    assert set(states(store).values()) == {StepState.CANCELLED}


def test_stop_after_current_goes_on_with_what_has_begun(store: Transactions) -> None:
    add(store, 1)
    assert finish_well(store, must_claim(store, Lane.LIGHT))
    add(store, 2)
    assert claim(store, Lane.SPEECH, started_only=True) is not None
    stills = claim(store, Lane.LIGHT, started_only=True)
    assert stills is not None
    assert stills.kind is StepKind.STILLS
    assert claim(store, Lane.LIGHT, started_only=True) is None
    new = must_claim(store, Lane.LIGHT)
    assert new.inputs.job_id == job_id(2)
    assert finish(store, new, PutBack())
    assert claim(store, Lane.LIGHT, started_only=True) is not None


def test_the_same_work_never_runs_twice_at_once_and_is_reused_when_done(store: Transactions) -> None:
    add(store, 1)
    add(store, 2, recording=recording(1))
    first = must_claim(store, Lane.LIGHT)
    assert claim(store, Lane.LIGHT) is None
    assert finish_well(store, first)
    twin = next(c for n in range(2) if (c := must_claim(store, Lane.LIGHT, after(n))).kind is StepKind.PROBE)
    assert twin.key == first.key
    assert twin.reuse is not None
    assert twin.reuse.outputs == result_of(StepKind.PROBE, int(first.inputs.job_id[:8], 16)).outputs
    assert finish(store, twin, Done(twin.reuse))
    reused = next(
        s for s in the_job(store, int(twin.inputs.job_id[:8], 16)).steps if s.kind is StepKind.PROBE
    )
    assert reused.reused


def test_work_made_anew_is_not_called_reused(store: Transactions) -> None:
    add(store, 1)
    run_to_the_end(store)
    add(store, 2, recording=recording(1))
    probe = must_claim(store, Lane.LIGHT)
    assert probe.reuse is not None
    assert finish(store, probe, Done(result_of(StepKind.PROBE, 99)))
    assert not the_job(store, 2).steps[0].reused


@pytest.mark.parametrize("outcome", [PutBack(), Failed(TROUBLE), Held("battery", AWAY)])
def test_a_twin_goes_when_the_first_did_not_end_well(
    store: Transactions, outcome: PutBack | Failed | Held
) -> None:
    add(store, 1)
    add(store, 2, recording=recording(1))
    first = must_claim(store, Lane.LIGHT)
    assert claim(store, Lane.LIGHT) is None
    assert finish(store, first, outcome)
    assert must_claim(store, Lane.LIGHT, after(1)).reuse is None


def test_b30_one_recording_is_published_by_one_job_at_a_time(store: Transactions) -> None:
    """Side by side, neither of two jobs would see the show of the other, and the server would get two."""
    add(store, 1)
    add(store, 2, recording=recording(1))
    first = run_until(store, StepKind.PUBLISH)
    while claims := [found for lane in Lane if (found := claim(store, lane))]:
        for claimed in claims:
            assert claimed.kind is not StepKind.PUBLISH
            assert finish_well(store, claimed)
    assert finish_well(store, first)
    second = run_until(store, StepKind.PUBLISH)
    assert second.inputs.job_id != first.inputs.job_id
    assert second.reuse is None, "what a server shows is looked at each time"


def test_published_work_is_never_reused(store: Transactions) -> None:
    add(store, 1)
    add(store, 2, recording=recording(1))
    ran = run_to_the_end(store)
    assert ran.count(StepKind.PUBLISH) == 2


def test_another_tool_version_is_other_work(store: Transactions) -> None:
    add(store, 1)
    run_to_the_end(store)
    add(store, 2, recording=recording(1))
    newer = {**TOOLS, StepKind.PROBE: "probe 2.0"}
    claimed = store.call(lambda unit: unit.queue.claim(Lane.LIGHT, "one", START, newer))
    assert claimed is not None
    assert claimed.reuse is None


def test_heartbeats_carry_progress_and_a_promise(store: Transactions) -> None:
    add(store, 1)
    claimed = must_claim(store, Lane.LIGHT, START)
    store.call(lambda unit: unit.queue.heartbeat([(claimed.step_id, claimed.attempt, 0.25)], after(60)))
    store.call(lambda unit: unit.queue.heartbeat([(claimed.step_id, claimed.attempt + 1, 0.99)], after(60)))
    row = store.call(lambda unit: unit.jobs.row(job_id(1)))
    assert row is not None
    assert (row.current, row.progress) == (StepKind.PROBE, 0.25)
    assert row.finish_at == after(240)


def test_rows_come_as_the_queue_shows_them(store: Transactions) -> None:
    for number in range(1, 6):
        add(store, number, f"city{number}")
    working = must_claim(store, Lane.LIGHT, after(10))
    failed = must_claim(store, Lane.LIGHT, after(11))
    finish(store, failed, Failed(TROUBLE), after(12))
    cancelled = job_id(1)
    store.call(lambda unit: unit.jobs.cancel(cancelled, after(13)))
    rows = store.call(lambda unit: unit.jobs.rows(JobFilter(), 10))
    waiting = [row.id for row in rows if row.state is JobState.WAITING]
    assert [row.id for row in rows] == [working.inputs.job_id, *waiting, failed.inputs.job_id, cancelled]
    assert waiting == sorted(waiting, reverse=True)
    assert [row.id for row in store.call(lambda unit: unit.jobs.rows(JobFilter(), 2, 1))] == waiting
    counts = store.call(lambda unit: unit.jobs.counts())
    assert counts.by_state == {
        JobState.WORKING: 1,
        JobState.WAITING: 2,
        JobState.NEEDS_A_LOOK: 1,
        JobState.CANCELLED: 1,
    }
    assert counts.open_by_city == {CityId(f"city{n}"): 1 for n in range(2, 6)}


def test_rows_are_filtered(store: Transactions) -> None:
    add(store, 1, "oakdale")
    add(store, 2, "grant", recording=recording(2, title="Planning Commission"))
    run_to_the_end(store)
    add(store, 3, "grant")

    def found(wanted: JobFilter) -> list[str]:
        return [row.id for row in store.call(lambda unit: unit.jobs.rows(wanted, 10))]

    assert found(JobFilter(text="  PLANNING ")) == [job_id(2)]
    assert found(JobFilter(city_id=CityId("grant"))) == [job_id(3), job_id(2)]
    assert found(JobFilter(states=frozenset({JobState.DONE}), city_id=CityId("grant"))) == [job_id(2)]
    assert (
        found(JobFilter(states=frozenset({JobState.DONE, JobState.WAITING})))
        == [job_id(n) for n in (3, 2, 1)]
        or len(found(JobFilter(states=frozenset({JobState.DONE, JobState.WAITING})))) == 3
    )


@pytest.mark.parametrize(
    "words", ["'; DROP TABLE jobs; --", "100%", "a_b", '"', "*", "NEAR(", "\\", "é", "["]
)
def test_a20_what_a_person_types_is_searched_as_it_is(store: Transactions, words: str) -> None:
    add(store, 1, recording=recording(1, title=f"Meeting {words} of May"))
    add(store, 2, recording=recording(2, title="Meeting of June 100 axb"))
    found = store.call(lambda unit: unit.jobs.rows(JobFilter(text=words.upper()), 10))
    assert [row.title for row in found] == [f"Meeting {words} of May"]
    line = LogLine(at=START, verdict=Verdict.GOOD, where="here", text=f"said {words}")
    store.call(lambda unit: unit.notes.log(line))
    store.call(lambda unit: unit.notes.set("key", words))
    assert store.call(lambda unit: unit.notes.log_lines(5, words)) == [line]
    assert store.call(lambda unit: unit.notes.get("key")) == words


def test_the_log_is_searched_by_words_city_and_job(store: Transactions) -> None:
    said = [
        LogLine(at=after(1), verdict=Verdict.GOOD, where="Grant", text="begins", job_id=job_id(1)),
        LogLine(at=after(2), verdict=Verdict.BAD, where="Oakdale", text="failed", city_id=CityId("oak")),
        LogLine(at=after(3), verdict=Verdict.GOOD, where="Grant", text="done", job_id=job_id(1)),
        LogLine(at=after(4), verdict=Verdict.GOOD, where="Grant", text="done", job_id=job_id(0x1F)),
    ]
    for line in said:
        store.call(lambda unit, line=line: unit.notes.log(line))  # type: ignore[misc]

    def found(text: str) -> list[LogLine]:
        return store.call(lambda unit: unit.notes.log_lines(9, text))[::-1]

    assert found("") == said
    assert found("GRANT") == [said[0], said[2], said[3]]
    assert found("oak") == [said[1]]
    assert found(job_id(1)) == [said[0], said[2]]
    assert found(job_id(1)[:8].upper()) == [said[0], said[2]]
    assert found("0000") == [said[0], said[2], said[3]]
    assert found("000") == []
    assert store.call(lambda unit: unit.notes.log_of(job_id(1), 9)) == [said[2], said[0]]
    assert store.call(lambda unit: unit.notes.log_of(job_id(1), 1)) == [said[2]]
    assert store.call(lambda unit: unit.notes.log_of(job_id(9), 9)) == []


def test_the_audit_trail_tells_of_one_job(store: Transactions) -> None:
    bodies: list[Json] = [
        {"job": job_id(1), "title": "Grant"},
        {"jobs": {job_id(1): "Grant", job_id(2): "Oakdale"}},
        {"job": job_id(2)},
    ]
    for number, body in enumerate(bodies):
        store.call(lambda unit, n=number, b=body: unit.notes.audit(f"thing {n}", b, after(n)))  # type: ignore[misc]
    told = store.call(lambda unit: unit.notes.audit_of(job_id(1), 9))
    assert [(note.what, note.at, note.body) for note in told] == [
        ("thing 1", after(1), bodies[1]),
        ("thing 0", after(0), bodies[0]),
    ]
    assert [note.what for note in store.call(lambda unit: unit.notes.audit_of(job_id(2), 1))] == ["thing 2"]
    assert store.call(lambda unit: unit.notes.audit_of(job_id(3), 9)) == []


def test_a_job_is_found_by_the_first_letters_of_its_id(store: Transactions) -> None:
    add(store, 1)
    add(store, 0x1F)
    assert store.call(lambda unit: unit.jobs.find_prefix("00000001")) == [job_id(1)]
    assert len(store.call(lambda unit: unit.jobs.find_prefix("000000"))) == 2
    assert store.call(lambda unit: unit.jobs.find_prefix("%")) == []
    assert store.call(lambda unit: unit.jobs.find_prefix("")) == []


def test_a_recording_is_known_by_its_content(store: Transactions) -> None:
    add(store, 1)
    known = recording(1)
    assert the_job(store).recording == known
    assert store.call(lambda unit: unit.jobs.open_job_of(known.fingerprint)) == job_id(1)
    store.call(lambda unit: unit.recordings.moved(known.id, Path("/media/new/place.mp4")))
    assert the_job(store).recording.path == Path("/media/new/place.mp4")
    store.call(lambda unit: unit.recordings.measured(known.id, 5.5, {"height": 1080}))
    row = store.call(lambda unit: unit.jobs.row(job_id(1)))
    assert row is not None
    assert (row.duration_s, row.picture) == (5.5, "1080p")
    store.call(lambda unit: unit.jobs.cancel(job_id(1), START))
    assert store.call(lambda unit: unit.jobs.open_job_of(known.fingerprint)) is None
    assert store.call(lambda unit: unit.jobs.open_job_of(recording(9).fingerprint)) is None


def test_the_job_of_a_content_in_a_place_is_the_newest(store: Transactions) -> None:
    elsewhere = recording(1, id=recording(5).id, path=Path("/media/elsewhere.mp4"))
    add(store, 1)
    add(store, 2, recording=recording(1))
    add(store, 3, recording=elsewhere)
    at = {
        path: store.call(lambda unit, p=path: unit.jobs.job_at(recording(1).fingerprint, p))  # type: ignore[misc]
        for path in (recording(1).path, elsewhere.path, Path("/media/nowhere.mp4"))
    }
    assert list(at.values()) == [job_id(2), job_id(3), None]
    assert store.call(lambda unit: unit.jobs.job_at(recording(4).fingerprint, recording(1).path)) is None


def test_a_moved_recording_is_followed_to_a_place_where_it_is_known(store: Transactions) -> None:
    there = Path("/media/content/meeting.mp4")
    add(store, 1, recording=recording(1))
    add(store, 2, recording=recording(2, path=there, fingerprint=recording(1).fingerprint))
    run_to_the_end(store)
    store.call(lambda unit: unit.recordings.moved(recording(1).id, there))
    assert the_job(store, 1).recording == the_job(store, 2).recording
    row = store.call(lambda unit: unit.jobs.row(job_id(1)))
    assert row is not None
    assert (row.path, row.duration_s, row.picture) == (there, 61.5, "720p")


def test_what_was_measured_moves_with_a_recording(store: Transactions) -> None:
    there = Path("/media/content/meeting.mp4")
    add(store, 1, recording=recording(1))
    run_to_the_end(store)
    add(store, 2, recording=recording(2, path=there, fingerprint=recording(1).fingerprint))
    store.call(lambda unit: unit.recordings.moved(recording(1).id, there))
    assert the_job(store, 2).recording.duration_s == 61.5
    assert the_job(store, 1).recording.path == there
    store.call(lambda unit: unit.recordings.moved(recording(2).id, recording(1).path))
    assert {the_job(store, number).recording.path for number in (1, 2)} == {recording(1).path}


def test_a_job_is_removed_whole_but_never_while_it_runs(store: Transactions) -> None:
    add(store, 1)
    claimed = must_claim(store, Lane.LIGHT)
    with pytest.raises(Conflict) as refused:
        store.call(lambda unit: unit.jobs.remove(job_id(1)))
    assert refused.value.code == "VS-JOB-RUNS"
    finish(store, claimed, PutBack())
    store.call(lambda unit: unit.jobs.remove(job_id(1)))
    assert store.call(lambda unit: unit.jobs.job(job_id(1))) is None
    assert store.call(lambda unit: unit.jobs.row(job_id(1))) is None
    assert store.call(lambda unit: unit.jobs.counts()).by_state == {}
    assert claim(store, Lane.LIGHT) is None


def test_many_jobs_are_removed_at_once_or_none_of_them(store: Transactions) -> None:
    add(store, 1)
    running = must_claim(store, Lane.LIGHT)
    for number in range(2, 6):
        add(store, number)
    add(store, 6, recording=recording(5))
    some = [job_id(number) for number in (1, 2, 3, 4, 5)]
    with pytest.raises(Conflict):
        store.call(lambda unit: unit.jobs.remove_all(some))
    assert store.call(lambda unit: unit.jobs.counts()).of(JobState.WAITING) == 5
    finish(store, running, Held("storage:flex3", AWAY))
    store.call(lambda unit: unit.jobs.remove_all([*some, job_id(99)]))
    store.call(lambda unit: unit.jobs.remove_all([]))
    assert [row.id for row in store.call(lambda unit: unit.jobs.rows(JobFilter(), 9))] == [job_id(6)]
    assert store.call(lambda unit: unit.queue.held()) == []
    assert len(run_to_the_end(store)) == 7


def test_a_job_that_was_taken_out_comes_back_as_it_was(store: Transactions) -> None:
    add(store, 1)
    publish = run_until(store, StepKind.PUBLISH)
    kept = [Checkpoint(key=key, body={"n": key}, at=after(3)) for key in ("b", "a")]
    for each in kept:
        store.call(lambda unit, e=each: unit.queue.checkpoint(publish.step_id, publish.attempt, e))  # type: ignore[misc]
    assert finish(store, publish, Held("storage:flex3", AWAY))
    add(store, 2, "grant")
    before = the_job(store)
    row = store.call(lambda unit: unit.jobs.row(job_id(1)))
    counts = store.call(lambda unit: unit.jobs.counts())
    taken = store.call(lambda unit: unit.jobs.take_out([job_id(1), job_id(2), job_id(9)]))
    assert sorted(taken.job_ids) == [job_id(1), job_id(2)]
    assert store.call(lambda unit: unit.jobs.rows(JobFilter(), 10)) == []
    add(store, 3)
    other = must_claim(store, Lane.LIGHT)
    store.call(lambda unit: unit.queue.checkpoint(other.step_id, other.attempt, kept[0]))
    assert sorted(store.call(lambda unit: unit.jobs.put_back(taken))) == [job_id(1), job_id(2)]
    assert the_job(store) == before
    again = store.call(lambda unit: unit.jobs.row(job_id(1)))
    assert again is not None
    assert row is not None
    assert again.revision > row.revision
    assert store.call(lambda unit: unit.queue.checkpoints(publish.step_id)) == kept
    assert [held.condition for held in store.call(lambda unit: unit.queue.held())] == ["storage:flex3"]
    assert store.call(lambda unit: unit.jobs.put_back(taken)) == []
    store.call(lambda unit: unit.jobs.remove(job_id(2)))
    assert finish(store, other, Failed(TROUBLE))
    store.call(lambda unit: unit.jobs.remove(job_id(3)))
    assert store.call(lambda unit: unit.jobs.counts()).by_state == {JobState.HELD: 1}
    assert counts.by_state == {JobState.HELD: 1, JobState.WAITING: 1}
    store.call(lambda unit: unit.queue.release("storage:flex3", after(9)))
    assert {StepKind.PUBLISH, StepKind.VERIFY} <= set(run_to_the_end(store))


def test_a_job_comes_back_to_a_recording_that_was_added_again_meanwhile(store: Transactions) -> None:
    add(store, 1)
    taken = store.call(lambda unit: unit.jobs.take_out([job_id(1)]))
    known = recording(1, id=recording(7).id)
    add(store, 2, recording=known)
    assert store.call(lambda unit: unit.jobs.put_back(taken)) == [job_id(1)]
    assert the_job(store).recording.id == the_job(store, 2).recording.id == known.id


def test_what_runs_is_not_taken_out(store: Transactions) -> None:
    add(store, 1)
    must_claim(store, Lane.LIGHT)
    with pytest.raises(Conflict):
        store.call(lambda unit: unit.jobs.take_out([job_id(1)]))
    assert state_of(store) is JobState.WORKING


def test_retention_leaves_a_failed_job_until_somebody_has_seen_it(store: Transactions) -> None:
    add(store, 1)
    run_to_the_end(store)
    add(store, 2)
    finish(store, must_claim(store, Lane.LIGHT), Failed(TROUBLE), after(2))
    add(store, 3)
    later = after(100)
    assert store.call(lambda unit: unit.jobs.old(later)) == [job_id(1)]
    store.call(lambda unit: unit.jobs.acknowledge(job_id(2), START))
    assert store.call(lambda unit: unit.jobs.old(later)) == [job_id(1), job_id(2)]
    assert store.call(lambda unit: unit.jobs.old(START)) == []


def asked_to_forget(store: Transactions, days: float) -> bool:
    return store.call(lambda unit: unit.jobs.may_forget(START + timedelta(days=days)))


def test_a_clock_that_leaps_forward_empties_no_queue(store: Transactions) -> None:
    add(store, 1)
    run_to_the_end(store)
    lines = len(store.call(lambda unit: unit.notes.log_lines(100)))
    assert [asked_to_forget(store, days) for days in (0.5, 1.0)] == [True, True]
    assert [asked_to_forget(store, days) for days in (40.0, 40.1, 41.9)] == [False, False, False]
    told = store.call(lambda unit: unit.notes.log_lines(100))
    assert len(told) == lines + 1
    assert "last used 39 days ago" in told[0].text
    assert asked_to_forget(store, 42.5)


def test_a_clock_that_was_set_back_is_believed_at_once_and_its_next_leap_is_not(store: Transactions) -> None:
    assert [asked_to_forget(store, days) for days in (0.0, 40.0, 0.2, 1.1)] == [True, False, True, True]
    assert [asked_to_forget(store, days) for days in (35.0, 40.5, 43.0)] == [False, False, False]


def test_an_idle_queue_is_no_leap_and_a_new_one_has_nothing_to_forget(store: Transactions) -> None:
    assert [asked_to_forget(store, float(day)) for day in range(10)] == [True] * 10
    assert store.call(lambda unit: unit.notes.log_lines(100)) == []


def test_a_corrected_city_takes_its_own_turn(store: Transactions) -> None:
    add(store, 1, None)
    store.call(lambda unit: unit.jobs.set_city(job_id(1), CityId("grant")))
    assert must_claim(store, Lane.LIGHT).inputs.city_id == "grant"
    assert store.call(lambda unit: unit.jobs.counts()).open_by_city == {CityId("grant"): 1}
    assert [row.id for row in store.call(lambda unit: unit.jobs.of_city(CityId("grant"), 5))] == [job_id(1)]


def test_the_captioned_share_of_a_city(store: Transactions) -> None:
    add(store, 1, "grant")
    run_to_the_end(store, after(50))
    add(store, 2, "grant")
    finish(store, must_claim(store, Lane.LIGHT, after(51)), Failed(TROUBLE), after(60))
    add(store, 3, "grant")
    store.call(lambda unit: unit.jobs.cancel(job_id(3), after(61)))
    assert store.call(lambda unit: unit.jobs.captioned_share(CityId("grant"), START)) == (1, 2)
    assert store.call(lambda unit: unit.jobs.captioned_share(CityId("grant"), after(55))) == (0, 1)
    assert store.call(lambda unit: unit.jobs.finished_since(START)) == [(after(50), 61.5)]
    assert store.call(lambda unit: unit.jobs.finished_since(after(51))) == []


def test_what_runs_is_known(store: Transactions) -> None:
    add(store, 1)
    add(store, 2)
    claimed = must_claim(store, Lane.LIGHT)
    one = (claimed.step_id, claimed.inputs.job_id, Lane.LIGHT)
    assert store.call(lambda unit: unit.jobs.running_steps()) == [one]
    assert store.call(lambda unit: unit.jobs.running_steps(claimed.inputs.job_id)) == [one]
    other = job_id(1) if claimed.inputs.job_id == job_id(2) else job_id(2)
    assert store.call(lambda unit: unit.jobs.running_steps(other)) == []


def test_each_end_of_a_step_leaves_a_line_for_people(store: Transactions) -> None:
    add(store, 1, "grant")
    finish(store, must_claim(store, Lane.LIGHT), Held("storage:flex3", AWAY), after(1))
    store.call(lambda unit: unit.queue.release("storage:flex3", after(2)))
    finish(store, must_claim(store, Lane.LIGHT), Again(after(3), AWAY), after(2))
    finish(store, must_claim(store, Lane.LIGHT, after(4)), Failed(TROUBLE), after(5))
    store.call(lambda unit: unit.jobs.retry(job_id(1), after(6)))
    finish_well(store, must_claim(store, Lane.LIGHT, after(7)), after(8))
    lines = store.call(lambda unit: unit.notes.log_lines(10))
    assert [line.verdict for line in lines] == [Verdict.GOOD, Verdict.BAD, Verdict.CARE, Verdict.CARE]
    assert all((line.job_id, line.city_id) == (job_id(1), "grant") for line in lines)
    assert lines[0].at == after(8)
    assert TROUBLE.title in lines[1].text


def test_nothing_of_a_transaction_that_raises_is_kept(store: Transactions) -> None:
    def broken(unit: object) -> None:
        unit.jobs.add(new_job(1))  # type: ignore[attr-defined]
        raise Conflict("no")

    with pytest.raises(Conflict):
        store.call(broken)
    assert store.call(lambda unit: unit.jobs.row(job_id(1))) is None
    assert store.call(lambda unit: unit.jobs.counts()).by_state == {}


def test_a_move_in_the_line_keeps_what_is_done(store: Transactions) -> None:
    add(store, 1)
    add(store, 2)
    store.call(lambda unit: unit.jobs.place(job_id(1), Rank.DEADLINE, 5.0, after(3600)))
    row = store.call(lambda unit: unit.jobs.row(job_id(1)))
    assert row is not None
    assert (row.rank, row.deadline) == (Rank.DEADLINE, after(3600))
    assert [row.id for row in store.call(lambda unit: unit.jobs.rows(JobFilter(), 5))] == [
        job_id(1),
        job_id(2),
    ]
    assert START + timedelta(hours=1) == after(3600)


def test_jobs_that_nobody_has_begun_to_hear_are_known_and_take_another_preset(store: Transactions) -> None:
    city = CityId("oakdale")
    add(store, 1)
    ((first, preset),) = store.call(lambda unit: unit.jobs.unheard(city))
    assert first == job_id(1)
    taught = replace(preset, vocabulary=("Kohn",))
    store.call(lambda unit: unit.jobs.set_preset(first, taught))
    assert store.call(lambda unit: unit.jobs.unheard(city)) == [(first, taught)]
    hearing = run_until(store, StepKind.SPEECH)
    assert hearing.inputs.preset == taught
    add(store, 2, "grant")
    assert store.call(lambda unit: unit.jobs.unheard(city)) == []
    finish(store, hearing, Held("model:small", TROUBLE))
    assert store.call(lambda unit: unit.jobs.unheard(city)) == [(first, taught)]
    store.call(lambda unit: unit.jobs.cancel(first, after(9)))
    assert store.call(lambda unit: unit.jobs.unheard(city)) == []
