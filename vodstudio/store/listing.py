"""What the screens read: rows, one whole job, and counts, at a cost that does not grow with the queue."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Connection

from vodstudio.core.jobs import Job, JobId, Json, PlanKind, Rank, Step, StepId, StepKind, StepState
from vodstudio.core.jobs import JobState as State
from vodstudio.core.rows import Counts, JobFilter, JobRow
from vodstudio.core.station import CityId
from vodstudio.store.claiming import outputs_of_job
from vodstudio.store.values import (
    RECORDING_COLUMNS,
    city_of,
    clean,
    day_or_none,
    load,
    moment,
    moment_or_none,
    path_of,
    pips_of,
    preset_of,
    problem_of_text,
    recording_of,
)

_LEAST_PROGRESS = 0.005
_ENDED = frozenset({State.DONE, State.CANCELLED})
_CURRENT = frozenset(
    {StepState.RUNNING, StepState.FAILED, StepState.HELD, StepState.READY, StepState.WAITING}
)
_ROW = """
SELECT j.id, r.title, j.city_id, j.plan, j.state, r.path, r.recorded_on, r.size_bytes, r.duration_s, r.picture,
 j.still, j.pips, j.why, j.rank, j.deadline, j.is_paused, j.is_acknowledged, j.added_at, j.ended_at,
 j.revision, s.kind, s.state, s.progress, s.claimed_progress, s.started_at, s.heartbeat_at, s.note, s.problem
 FROM jobs AS j JOIN recordings AS r ON r.id = j.recording_id LEFT JOIN steps AS s ON s.id = j.shown_step"""
ONE_ROW = f"{_ROW} WHERE j.id = ?"
_ORDER = "ORDER BY j.shelf, j.shelf_rank, j.shelf_place, j.id LIMIT :limit OFFSET :offset"
OF_CITY = f"{_ROW} WHERE j.city_id = ? ORDER BY j.added_at DESC LIMIT ?"
_JOB = f"""
SELECT j.id, j.city_id, j.preset, j.plan, j.rank, j.deadline, j.is_paused, j.is_acknowledged, j.added_at,
 j.ended_at, j.why, {RECORDING_COLUMNS}
 FROM jobs AS j JOIN recordings AS r ON r.id = j.recording_id WHERE j.id = ?"""
_STEPS = """
SELECT id, kind, state, attempts, progress, note, facts, problem, condition, not_before, started_at, ended_at,
 is_reused FROM steps WHERE job_id = ? ORDER BY position"""
COUNTS = "SELECT city_id, state, jobs FROM job_counts WHERE jobs > 0"


def one_row(connection: Connection, job_id: JobId) -> JobRow | None:
    """The row of one job."""
    row = connection.exec_driver_sql(ONE_ROW, (job_id,)).first()
    return None if row is None else _row_of(tuple(row))


def rows(connection: Connection, wanted: JobFilter, limit: int, offset: int) -> list[JobRow]:
    """Working, next, needs somebody, then finished, newest first."""
    statement, values = rows_statement(wanted)
    values |= {"limit": limit, "offset": offset}
    return [_row_of(tuple(row)) for row in connection.exec_driver_sql(statement, values).fetchall()]


def rows_statement(wanted: JobFilter) -> tuple[str, dict[str, object]]:
    """The statement for a filter, with its values; what a person typed is only ever a value."""
    where: list[str] = []
    values: dict[str, object] = {}
    if wanted.text.strip():
        where.append("instr(j.search, :text) > 0")
        values["text"] = clean(wanted.text.strip()).casefold()
    if wanted.city_id is not None:
        where.append("j.city_id = :city")
        values["city"] = wanted.city_id
    if wanted.states:
        names = {f"state{index}": state.value for index, state in enumerate(sorted(wanted.states))}
        where.append(f"j.state IN ({', '.join(f':{name}' for name in names)})")
        values |= names
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    return f"{_ROW}{condition} {_ORDER}", values


def of_city(connection: Connection, city_id: CityId, limit: int) -> list[JobRow]:
    """The newest jobs of a city."""
    return [_row_of(tuple(row)) for row in connection.exec_driver_sql(OF_CITY, (city_id, limit)).fetchall()]


def counts(connection: Connection) -> Counts:
    """How many jobs are where; counted as they change, not when asked."""
    by_state: dict[State, int] = {}
    open_by_city: dict[CityId | None, int] = {}
    for city, state_text, jobs in connection.exec_driver_sql(COUNTS).fetchall():
        state, city_id = State(state_text), city_of(city)
        by_state[state] = by_state.get(state, 0) + jobs
        if state not in _ENDED:
            open_by_city[city_id] = open_by_city.get(city_id, 0) + jobs
    return Counts(by_state=by_state, open_by_city=open_by_city)


def whole_job(connection: Connection, job_id: JobId) -> Job | None:
    """Everything about one job."""
    row = connection.exec_driver_sql(_JOB, (job_id,)).first()
    if row is None:
        return None
    return Job(
        id=JobId(row[0]),
        recording=recording_of(tuple(row[11:])),
        city_id=city_of(row[1]),
        preset=preset_of(row[2]),
        plan=PlanKind(row[3]),
        rank=Rank(row[4]),
        deadline=moment_or_none(row[5]),
        is_paused=bool(row[6]),
        is_acknowledged=bool(row[7]),
        added_at=moment(row[8]),
        ended_at=moment_or_none(row[9]),
        why=row[10],
        steps=tuple(_steps(connection, job_id)),
        outputs=outputs_of_job(connection, job_id),
    )


def _steps(connection: Connection, job_id: JobId) -> list[Step]:
    found = connection.exec_driver_sql(_STEPS, (job_id,)).fetchall()
    return [
        Step(
            id=StepId(row[0]),
            job_id=job_id,
            kind=StepKind(row[1]),
            state=StepState(row[2]),
            attempts=row[3],
            progress=row[4],
            speed=_speed(load(row[6])),
            note=row[5],
            facts=load(row[6]),
            problem=problem_of_text(row[7]),
            condition=row[8],
            not_before=moment_or_none(row[9]),
            started_at=moment_or_none(row[10]),
            ended_at=moment_or_none(row[11]),
            reused=bool(row[12]),
        )
        for row in found
    ]


def _speed(facts: Json) -> float | None:
    speed = facts.get("speed")
    return float(speed) if isinstance(speed, int | float) else None


def _row_of(row: tuple[object, ...]) -> JobRow:
    (
        job_id,
        title,
        city,
        plan,
        state,
        path,
        recorded_on,
        size_bytes,
        duration_s,
        picture,
        still,
        pips,
        why,
    ) = cast(
        "tuple[str, str, str, str, str, str, str | None, int, float | None, str, str | None, str, str]",
        row[:13],
    )
    rank, deadline, is_paused, is_acknowledged, added_at, ended_at, revision = cast(
        "tuple[int, int | None, int, int, int, int | None, int]", row[13:20]
    )
    shown = _Shown(row[20:])
    return JobRow(
        id=JobId(job_id),
        title=title,
        city_id=city_of(city),
        plan=PlanKind(plan),
        state=State(state),
        path=path_of(path),
        recorded_on=day_or_none(recorded_on),
        size_bytes=size_bytes,
        duration_s=duration_s,
        picture=picture,
        still=path_of(still) if still else None,
        pips=pips_of(pips),
        current=shown.current,
        progress=shown.progress,
        finish_at=shown.finish_at,
        note=shown.note,
        why=why,
        problem=shown.problem,
        rank=Rank(rank),
        deadline=moment_or_none(deadline),
        is_paused=bool(is_paused),
        is_acknowledged=bool(is_acknowledged),
        added_at=moment(added_at),
        ended_at=moment_or_none(ended_at),
        revision=revision,
    )


class _Shown:
    """The step that a row speaks of."""

    def __init__(self, row: tuple[object, ...]) -> None:
        kind, state, progress, claimed, started_at, beat_at, note, problem = cast(
            "tuple[str | None, str, float, float, int | None, int | None, str | None, str | None]", row
        )
        is_current = kind is not None and StepState(state) in _CURRENT
        self.current = StepKind(kind) if kind is not None and is_current else None
        self.progress = progress if is_current else None
        self.note = note or ""
        self.problem = problem_of_text(problem) if is_current else None
        self.finish_at: datetime | None = None
        if state == StepState.RUNNING.value and started_at is not None and beat_at is not None:
            self.finish_at = _finish_at(started_at, beat_at, progress - claimed, 1.0 - progress)


def _finish_at(started_at: int, beat_at: int, done: float, left: float) -> datetime | None:
    """At the speed of this attempt; nothing is promised before it has one."""
    if done < _LEAST_PROGRESS:
        return None
    return moment(beat_at + int((beat_at - started_at) / done * left))
