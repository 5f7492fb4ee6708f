"""States, transitions, and what follows an error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vodstudio.core.errors import (
    BadMedia,
    Cancelled,
    ChildCrashed,
    Problem,
    Refused,
    ServerBusy,
    StorageAway,
    TryLater,
    problem_from_json,
    problem_of,
)
from vodstudio.core.jobs import (
    GiveUp,
    HoldUntil,
    JobId,
    JobState,
    RetryAt,
    Step,
    StepId,
    StepKind,
    StepState,
    StopReason,
    UnlistedTransition,
    check_transition,
    current_step,
    job_state,
    retry,
)
from vodstudio.core.outcome import outcome_of
from vodstudio.core.ports import Again, CancelledByUser, Failed, Held, PutBack

NOW = datetime(2026, 11, 21, tzinfo=UTC)
W, R, X, H, F, C, D = (
    StepState.WAITING,
    StepState.READY,
    StepState.RUNNING,
    StepState.HELD,
    StepState.FAILED,
    StepState.CANCELLED,
    StepState.DONE,
)


@pytest.mark.parametrize(
    ("states", "needs_user", "paused", "expected"),
    [
        ([D, D], False, False, JobState.DONE),
        ([R, W], False, False, JobState.WAITING),
        ([X, W], False, True, JobState.WORKING),
        ([R, W], False, True, JobState.PAUSED),
        ([D, H, W], False, False, JobState.HELD),
        ([R, H, W], False, False, JobState.WAITING),
        ([X, F, W], False, False, JobState.FAILED),
        ([D, F, W], True, False, JobState.NEEDS_A_LOOK),
        ([D, C, C], False, False, JobState.CANCELLED),
    ],
)
def test_the_word_for_a_job(
    states: list[StepState], needs_user: bool, paused: bool, expected: JobState
) -> None:
    """Computed from the steps: what is wrong first, then what happens, then what waits."""
    assert job_state([(state, needs_user) for state in states], paused) is expected


def test_only_listed_transitions_exist() -> None:
    """What is done is never failed or cancelled, and nothing runs that was not ready."""
    check_transition(R, X)
    for before, after in ((D, C), (D, X), (W, X), (H, X), (X, W)):
        with pytest.raises(UnlistedTransition):
            check_transition(before, after)


def test_what_follows_an_error() -> None:
    """Who can help decides: time, the world, or a person."""
    assert retry(StorageAway("away", condition="storage:flex3"), 1, NOW, 1.0) == HoldUntil("storage:flex3")
    assert retry(TryLater("busy"), 1, NOW, 0.5) == RetryAt(NOW + timedelta(seconds=2))
    assert retry(TryLater("busy"), 5, NOW, 0.5) == GiveUp()
    assert retry(TryLater("busy"), 4, NOW, 1.0) == RetryAt(NOW + timedelta(seconds=32))
    assert retry(ChildCrashed("crash"), 1, NOW, 0.0) == RetryAt(NOW)
    assert retry(ChildCrashed("crash"), 2, NOW, 0.0) == GiveUp()
    assert retry(BadMedia("bad"), 1, NOW, 1.0) == GiveUp()
    assert retry(ValueError("bug"), 1, NOW, 1.0) == GiveUp()


@pytest.mark.parametrize(("asked", "waits"), [(30.0, 30.0), (-5.0, 1.0), (999_999.0, 900.0)])
def test_g11_a_server_that_asks_to_wait_is_obeyed_within_reason(asked: float, waits: float) -> None:
    """Retry-After is clamped to a second and a quarter of an hour."""
    assert retry(ServerBusy("429", wait_s=asked), 1, NOW, 1.0) == RetryAt(NOW + timedelta(seconds=waits))


def test_four_outcomes_are_four_things() -> None:
    """Cancelled is not failed, held is not failed, put back is not cancelled."""

    def outcome(error: BaseException, reason: StopReason | None = None) -> object:
        return outcome_of(error, reason, attempts=1, now=NOW, chance=1.0)

    assert outcome(Cancelled(), StopReason.CANCEL) == CancelledByUser()
    assert outcome(Cancelled(), StopReason.PAUSE) == PutBack()
    assert outcome(Cancelled(), StopReason.SHUTDOWN) == PutBack()
    assert isinstance(outcome(StorageAway("away", condition="storage:x")), Held)
    assert isinstance(outcome(TryLater("later")), Again)
    assert isinstance(outcome(Refused("no")), Failed)


def test_what_was_given_up_promises_no_further_try() -> None:
    """A person reads it in the morning: what is safe, and what to do."""
    crash = ChildCrashed("FFmpeg ended", hint="It is tried once more.", detail="exit status 1")
    first, second = (outcome_of(crash, None, attempts=tries, now=NOW, chance=1.0) for tries in (1, 2))
    assert isinstance(first, Again)
    assert first.problem.hint == "It is tried once more."
    assert isinstance(second, Failed)
    assert (second.problem.title, second.problem.detail) == ("FFmpeg ended", "exit status 1")
    assert "tried 2 times" in second.problem.hint
    assert "Press Retry" in second.problem.hint
    refused = outcome_of(Refused("no", hint="Ask the station"), None, attempts=1, now=NOW, chance=1.0)
    assert isinstance(refused, Failed)
    assert refused.problem.hint == "Ask the station"


def test_a_problem_is_a_value_that_comes_back() -> None:
    """What the store keeps is what was raised; a bug never shows its insides as a title."""
    problem = problem_of(BadMedia("Not a video", hint="Look at it", detail="x", code="VS-X"))
    assert problem == Problem(
        code="VS-X", title="Not a video", hint="Look at it", detail="x", needs_user=True
    )
    stored = {"code": "VS-X", "title": "Not a video", "hint": "Look at it", "detail": "x", "needs_user": True}
    assert problem_from_json(stored) == problem
    assert problem_of(ValueError("secret")).title == "Something unexpected happened"
    assert problem_of(ServerBusy("busy", wait_s=3)).code == "VS-SERVER-BUSY"


def test_a_row_speaks_of_the_step_that_matters() -> None:
    """What runs, else what needs somebody, else what is next."""

    def step(number: int, state: StepState) -> Step:
        return Step(id=StepId(str(number)), job_id=JobId("j"), kind=StepKind.PROBE, state=state)

    assert current_step([step(1, D), step(2, R), step(3, X)]) == step(3, X)
    assert current_step([step(1, D), step(2, F), step(3, R)]) == step(2, F)
    assert current_step([step(1, D)]) is None
