"""What a claimed step is given: its inputs, the key of its work, and the twin that has done it before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection

from vodstudio.core.jobs import Inputs, JobId, Json, Output, PlanKind, StepId, StepKind, StepResult
from vodstudio.core.plan import (
    StepIdentity,
    may_be_reused,
    needs_of,
    parameters_of,
    step_key,
    words_parameter,
)
from vodstudio.store.samples import SqlSamples
from vodstudio.store.transcripts import SqlTranscripts
from vodstudio.store.values import (
    RECORDING_COLUMNS,
    city_of,
    load,
    path_of,
    preset_of,
    recording_of,
)

_STEP = f"""
SELECT s.kind, s.job_id, j.plan, j.city_id, j.preset, {RECORDING_COLUMNS}
 FROM steps AS s JOIN jobs AS j ON j.id = s.job_id JOIN recordings AS r ON r.id = j.recording_id
 WHERE s.id = ?"""
_FACTS = "SELECT kind, facts FROM steps WHERE job_id = ? AND state = 'done'"
OUTPUTS = """
SELECT s.kind, o.name, o.path, o.size_bytes, o.sha256, o.facts
 FROM outputs AS o JOIN steps AS s ON s.id = o.step_id WHERE o.job_id = ? ORDER BY s.position, o.name"""
_OUTPUTS_OF_STEP = """
SELECT '', o.name, o.path, o.size_bytes, o.sha256, o.facts FROM outputs AS o WHERE o.step_id = ? ORDER BY o.name"""
RUNNING_TWIN = "SELECT id FROM steps WHERE key = ? AND state = 'running'"
DONE_TWIN = "SELECT id, facts, note FROM steps WHERE key = ? AND state = 'done' AND key <> '' LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A step that may be claimed: what it is given and what makes it the same as another."""

    kind: StepKind
    inputs: Inputs
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """An identical step that is done."""

    step_id: StepId
    result: StepResult


def work_of(connection: Connection, step_id: StepId, tools: Mapping[StepKind, str]) -> Work:
    """Everything the step needs, read in the transaction of its claim."""
    row = connection.exec_driver_sql(_STEP, (step_id,)).one()
    kind, job_id, plan = StepKind(row[0]), JobId(row[1]), PlanKind(row[2])
    preset, recording = preset_of(row[4]), recording_of(tuple(row[5:]))
    needed = needs_of(plan, kind)
    outputs = outputs_of_job(connection, job_id, needed)
    transcript = SqlTranscripts(connection).chosen(recording.id) if kind is StepKind.CAPTIONS else None
    city_id = city_of(row[3])
    inputs = Inputs(
        job_id=job_id,
        step_id=step_id,
        recording=recording,
        plan=plan,
        city_id=city_id,
        preset=preset,
        outputs=outputs,
        facts=_facts(connection, job_id, needed),
        transcript=transcript,
        measured=SqlSamples(connection).measured(city_id) if city_id and kind is StepKind.CAPTIONS else (),
    )
    identity = StepIdentity(
        kind=kind,
        fingerprint=recording.fingerprint,
        parameters=parameters_of(kind, preset) | words_parameter(transcript),
        tools=tools.get(kind, ""),
        inputs=tuple(outputs.values()),
    )
    return Work(kind=kind, inputs=inputs, key=step_key(identity, job_id))


def outputs_of_job(
    connection: Connection, job_id: JobId, kinds: frozenset[StepKind] | None = None
) -> dict[str, Output]:
    """The files of a job by name; only of these kinds of steps, when kinds are given."""
    rows = connection.exec_driver_sql(OUTPUTS, (job_id,)).fetchall()
    return {row[1]: _output(tuple(row)) for row in rows if kinds is None or row[0] in kinds}


def has_running_twin(connection: Connection, key: str) -> bool:
    """Whether the same work is being done right now."""
    return connection.exec_driver_sql(RUNNING_TWIN, (key,)).first() is not None


def done_twin(connection: Connection, work: Work) -> Twin | None:
    """The same work, if it has been done and need not be done again."""
    if not may_be_reused(work.kind):
        return None
    row = connection.exec_driver_sql(DONE_TWIN, (work.key,)).first()
    return None if row is None else Twin(step_id=row[0], result=result_of(connection, row[0], row[1], row[2]))


def result_of(connection: Connection, step_id: StepId, facts: str, note: str) -> StepResult:
    """What a step gave back when it was done."""
    rows = connection.exec_driver_sql(_OUTPUTS_OF_STEP, (step_id,)).fetchall()
    return StepResult(outputs=tuple(_output(tuple(row)) for row in rows), facts=load(facts), note=note)


def _facts(connection: Connection, job_id: JobId, kinds: frozenset[StepKind]) -> dict[StepKind, Json]:
    rows = connection.exec_driver_sql(_FACTS, (job_id,)).fetchall()
    return {StepKind(kind): load(facts) for kind, facts in rows if kind in kinds}


def _output(row: tuple[object, ...]) -> Output:
    _, name, path, size_bytes, sha256, facts = cast("tuple[str, str, str, int, str, str]", row)
    return Output(name=name, path=path_of(path), size_bytes=size_bytes, sha256=sha256, facts=load(facts))
