"""What becomes of a step: the outcomes that there are, and the one of a step that did not end well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from vodstudio.core.errors import Cancelled, Problem, problem_of
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
            return Failed(problem)
        case other:
            assert_never(other)
