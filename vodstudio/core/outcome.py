"""What becomes of a step that did not end well: the same answer for worker lanes and the remote lane."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from vodstudio.core.errors import Cancelled, problem_of
from vodstudio.core.jobs import GiveUp, HoldUntil, RetryAt, StopReason, retry
from vodstudio.core.ports import Again, CancelledByUser, Failed, Held, Outcome, PutBack


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
