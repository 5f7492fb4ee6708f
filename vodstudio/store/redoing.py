"""A step that was done is done again, because a person changed what it was made of."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from vodstudio.core.crash import crash_point
from vodstudio.core.jobs import Job, StepKind, StepState, check_transition, refuse_redo
from vodstudio.core.plan import followers_of
from vodstudio.store.standing import refresh

_LISTED = "IN (SELECT value FROM json_each(?))"
REDO = f"""
UPDATE steps SET state = ?, condition = '', last_condition = '', problem = NULL, needs_user = 0, not_before = NULL,
 ended_at = NULL, attempts = 0, cut_off = 0, interruptions = 0, progress = 0, note = '', is_reused = 0,
 waits_for_key = NULL
 WHERE job_id = ? AND kind {_LISTED} AND state <> 'waiting'"""
FORGET_KEPT = f"""
DELETE FROM checkpoints WHERE step_id IN (SELECT id FROM steps WHERE job_id = ? AND kind {_LISTED})
 AND EXISTS (SELECT 1 FROM json_each(?) WHERE checkpoints.key GLOB json_each.value)"""
_FORGET_SIGHT = "UPDATE jobs SET is_acknowledged = 0 WHERE id = ?"


def redo(connection: Connection, job: Job, kind: StepKind, now: datetime, forget: Collection[str]) -> bool:
    """This step becomes ready, what follows it waits; False when it is not done."""
    states = {step.kind: step.state for step in job.steps}
    if states.get(kind) is not StepState.DONE:
        return False
    after = followers_of(job.plan, kind)
    refuse_redo(states, after)
    check_transition(StepState.DONE, StepState.READY)
    for state in {states[other] for other in after} - {StepState.WAITING}:
        check_transition(state, StepState.WAITING)
    for to, kinds in ((StepState.READY, {kind}), (StepState.WAITING, after)):
        connection.exec_driver_sql(REDO, (to.value, job.id, json.dumps(sorted(kinds))))
    keys, steps = json.dumps(sorted(forget)), json.dumps(sorted({kind, *after}))
    connection.exec_driver_sql(FORGET_KEPT, (job.id, steps, keys))
    connection.exec_driver_sql(_FORGET_SIGHT, (job.id,))
    refresh(connection, job.id, now)
    crash_point("store.redo.written")
    return True
