"""Jobs taken out of the queue whole, so that a person who did not mean it gets them back as they were."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Connection

from vodstudio.core.jobs import JobId
from vodstudio.core.ports import TakenOut
from vodstudio.store.tables import metadata

Row = dict[str, Any]
Content = dict[str, list[Row]]

_LISTED = "IN (SELECT value FROM json_each(?))"
_OF_STEPS = f"step_id IN (SELECT id FROM steps WHERE job_id {_LISTED})"
# In an order in which they can be put back.
_WHICH = {
    "recordings": f"id IN (SELECT recording_id FROM jobs WHERE id {_LISTED})",
    "jobs": f"id {_LISTED}",
    "steps": f"job_id {_LISTED}",
    "step_needs": _OF_STEPS,
    "checkpoints": f"{_OF_STEPS} ORDER BY no",
    "outputs": f"job_id {_LISTED}",
}
# The number of a checkpoint may have been given to another one since; their order is kept.
_LEFT_OUT = {"checkpoints": "no"}
_IS_KNOWN = "SELECT id FROM recordings WHERE id = ?"
_SAME = "SELECT id FROM recordings WHERE fingerprint = ? AND path = ?"
_IS_THERE = "SELECT 1 FROM jobs WHERE id = ?"


def copies_of(connection: Connection, job_ids: Sequence[JobId]) -> TakenOut:
    """Everything that goes when these jobs are removed."""
    listed = (json.dumps(sorted(job_ids)),)
    content: Content = {}
    for table, which in _WHICH.items():
        names = _columns(table)
        rows = connection.exec_driver_sql(f"SELECT {', '.join(names)} FROM {table} WHERE {which}", listed)
        content[table] = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return TakenOut(tuple(JobId(row["id"]) for row in content["jobs"]), content)


def put_back(connection: Connection, taken: TakenOut) -> list[JobId]:
    """The jobs as they were; those that are there again already are left alone."""
    content = cast("Content", taken.content)
    back = [job for job in taken.job_ids if connection.exec_driver_sql(_IS_THERE, (job,)).first() is None]
    ids = {row["id"]: _recording(connection, row) for row in content["recordings"]}
    steps = {row["id"] for row in content["steps"] if row["job_id"] in back}
    for row in content["jobs"]:
        if row["id"] in back:
            # A row that the window has seen before must not look older than itself.
            changed = {"recording_id": ids[row["recording_id"]], "revision": row["revision"] + 1}
            _insert(connection, "jobs", row | changed)
    for row in content["steps"]:
        if row["id"] in steps:
            _insert(connection, "steps", row | {"waits_for_key": None})
    for table in ("step_needs", "checkpoints", "outputs"):
        for row in content[table]:
            if row["step_id"] in steps:
                _insert(connection, table, row)
    return back


def _recording(connection: Connection, row: Row) -> str:
    """It may still be there, or be known again under another id."""
    for statement, values in ((_IS_KNOWN, (row["id"],)), (_SAME, (row["fingerprint"], row["path"]))):
        found = connection.exec_driver_sql(statement, values).scalar()
        if found is not None:
            return str(found)
    _insert(connection, "recordings", row)
    return str(row["id"])


def _columns(table: str) -> list[str]:
    return [column.name for column in metadata.tables[table].columns if column.name != _LEFT_OUT.get(table)]


def _insert(connection: Connection, table: str, row: Row) -> None:
    names, places = ", ".join(row), ", ".join("?" * len(row))
    connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(row.values()))
