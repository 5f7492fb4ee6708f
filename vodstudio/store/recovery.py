"""What a restart does with steps that were running: back to ready, or to a person after two in a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import Problem
from vodstudio.core.jobs import MAX_INTERRUPTIONS, JobId, StepState, check_transition
from vodstudio.store.finishing import FREE_TWINS
from vodstudio.store.standing import refresh
from vodstudio.store.values import micros, problem_text

RUNNING = """
SELECT s.id, s.job_id, s.owner, s.key, s.interruptions, j.is_cancelled
 FROM steps AS s INDEXED BY steps_running JOIN jobs AS j ON j.id = s.job_id WHERE s.state = 'running'"""
_BACK = """
UPDATE steps SET state = ?, owner = NULL, cut_off = cut_off + 1, interruptions = ?, problem = ?, needs_user = ?, ended_at = ?
 WHERE id = ? AND state = 'running'"""

INTERRUPTED = Problem(
    code="VS-INTERRUPTED",
    title="The program ended while working on this",
    hint="The recording is safe, and what was finished is kept. Press Retry to go on; if it happens again,"
    " send us the report of the job.",
    needs_user=True,
)


def recover(connection: Connection, is_alive: Callable[[str], bool], now: datetime) -> list[JobId]:
    """Give back the steps of owners that are gone."""
    crash_point("store.recover.before")
    touched: dict[JobId, None] = {}
    for step_id, job_id, owner, key, interruptions, is_cancelled in connection.exec_driver_sql(
        RUNNING
    ).fetchall():
        if is_alive(owner):
            continue
        state = _after(interruptions + 1, bool(is_cancelled))
        check_transition(StepState.RUNNING, state)
        has_failed, has_ended = state is StepState.FAILED, state is not StepState.READY
        problem = problem_text(INTERRUPTED) if has_failed else None
        at = micros(now) if has_ended else None
        values = (state.value, interruptions + 1, problem, has_failed, at, step_id)
        connection.exec_driver_sql(_BACK, values)
        connection.exec_driver_sql(FREE_TWINS, (key,))
        touched[JobId(job_id)] = None
    for job_id in touched:
        refresh(connection, job_id, now)
    return list(touched)


def _after(interruptions: int, is_cancelled: bool) -> StepState:
    if is_cancelled:
        return StepState.CANCELLED
    return StepState.FAILED if interruptions >= MAX_INTERRUPTIONS else StepState.READY
