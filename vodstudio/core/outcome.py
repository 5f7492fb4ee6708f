"""What becomes of a step: the outcomes that there are, and the one of a step that did not end well."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from vodstudio.core.errors import Cancelled, Problem, TryLater, problem_of
from vodstudio.core.jobs import GiveUp, HoldUntil, RetryAt, StepResult, StopReason, retry


@dataclass(frozen=True, slots=True)
class Done:
    """The step ended well."""

    result: StepResult


@dataclass(frozen=True, slots=True)
class Held:
    """The step waits for a condition; its checkpoints stay, no attempt is counted."""

    condition: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Failed:
    """A person has to look."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Again:
    """Back to ready: tried again by itself, not before `at`."""

    at: datetime
    problem: Problem


@dataclass(frozen=True, slots=True)
class PutBack:
    """Back to ready at its checkpoint: paused or shut down, nobody's fault, no attempt counted."""


@dataclass(frozen=True, slots=True)
class CancelledByUser:
    """The operator cancelled it."""


Outcome = Done | Held | Failed | Again | PutBack | CancelledByUser


def outcome_of(
    error: BaseException, reason: StopReason | None, *, attempts: int, now: datetime, chance: float
) -> Outcome:
    """Cancelled is not failed, held is not failed, failed is not broken."""
    if isinstance(error, Cancelled):
        return CancelledByUser() if reason is StopReason.CANCEL else PutBack()
    problem = problem_of(error)
    match retry(error, attempts, now, chance):
        case HoldUntil(condition):
            return Held(condition, problem)
        case RetryAt(at):
            return Again(at, problem)
        case GiveUp():
            return Failed(_given_up(problem, attempts) if isinstance(error, TryLater) else problem)
        case other:
            assert_never(other)


def _given_up(problem: Problem, attempts: int) -> Problem:
    """What it was promised while it was tried by itself is not true any more."""
    hint = (
        f"It was tried {attempts} times, and all that was finished is kept. Press Retry: it goes on from there."
        " If that fails too, send us the report of the job."
    )
    return replace(problem, hint=hint)
