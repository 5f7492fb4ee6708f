"""What a job is, computed from its steps in the same transaction that changed one of them."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Connection

from vodstudio.core.jobs import JobId, JobState, StepKind, StepState, job_state
from vodstudio.store.values import micros, pips_text

_SHELVES = {
    JobState.WORKING: 0,
    JobState.WAITING: 1,
    JobState.PAUSED: 1,
    JobState.HELD: 1,
    JobState.NEEDS_A_LOOK: 2,
    JobState.FAILED: 2,
    JobState.DONE: 3,
    JobState.CANCELLED: 3,
}
_FIRST_OPEN_SHELF = 2
_SPOKEN_OF = (
    StepState.RUNNING,
    StepState.FAILED,
    StepState.HELD,
    StepState.READY,
    StepState.WAITING,
    StepState.CANCELLED,
)

_JOB = "SELECT rank, place, is_paused, ended_at, state FROM jobs WHERE id = ?"
_STEPS = "SELECT id, kind, state, needs_user FROM steps WHERE job_id = ? ORDER BY position"
_WRITE = """UPDATE jobs SET state = ?, pips = ?, shown_step = ?, ended_at = ?, shelf = ?, shelf_rank = ?,
 shelf_place = ? WHERE id = ?"""


def refresh(connection: Connection, job_id: JobId, now: datetime | None) -> JobState:
    """Compute state, marks and place of a job from its steps, and write them; `now` when a step may have ended."""
    rank, place, is_paused, ended_at, _ = connection.exec_driver_sql(_JOB, (job_id,)).one()
    found = cast("list[tuple[str, str, str, int]]", connection.exec_driver_sql(_STEPS, (job_id,)).fetchall())
    steps = [(step_id, StepKind(kind), StepState(state), bool(n)) for step_id, kind, state, n in found]
    state = job_state([(state, needs_user) for _, _, state, needs_user in steps], bool(is_paused))
    shelf = _SHELVES[state]
    has_ended = shelf >= _FIRST_OPEN_SHELF
    if has_ended and ended_at is None and now is not None:
        ended_at = micros(now)
    connection.exec_driver_sql(
        _WRITE,
        (
            state.value,
            pips_text([(kind, state, needs_user) for _, kind, state, needs_user in steps]),
            _spoken_of([(step_id, state) for step_id, _, state, _ in steps]),
            ended_at if has_ended else None,
            shelf,
            0 if has_ended else rank,
            -float(ended_at or 0) if has_ended else place,
            job_id,
        ),
    )
    return state


def _spoken_of(steps: list[tuple[str, StepState]]) -> str | None:
    """The step a row speaks of; of a job that is done, the last one."""
    for wanted in _SPOKEN_OF:
        for step_id, state in steps:
            if state is wanted:
                return step_id
    return steps[-1][0] if steps else None
