"""Changes of the line, each as part of one transaction: to the top, one place up or down, back, and right now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from vodstudio.core.jobs import LANE_OF, JobId, Rank, StepState
from vodstudio.core.order import natural_place
from vodstudio.core.ports import Unit
from vodstudio.core.station import Lane


def to_top(ids: Sequence[JobId], unit: Unit) -> None:
    """Before everything else, in this order."""
    first = _first(unit)
    for index, job_id in enumerate(ids):
        unit.jobs.place(job_id, Rank.PINNED, first - len(ids) + index)


def to_rank(ids: Sequence[JobId], rank: Rank, deadline: datetime | None, unit: Unit) -> None:
    """Where a job belongs by itself in a rank."""
    for job_id in ids:
        job = unit.jobs.job(job_id)
        if job is not None:
            place = natural_place(job.recording.recorded_on, job.added_at, rank, deadline)
            unit.jobs.place(job_id, rank, place, deadline)


def shift(ids: Sequence[JobId], by: int, unit: Unit) -> None:
    """One place up (-1) or down (+1) among the pinned; at the ends one joins them, or leaves them."""
    moved = set(ids)
    line = [job_id for job_id, _ in unit.jobs.pinned()]
    leaving = line[-1:] if by > 0 and line and line[-1] in moved and len(moved) == 1 else []
    line += [job_id for job_id in ids if job_id not in line and by < 0]
    for index in range(len(line))[:: 1 if by < 0 else -1]:
        other = index + by
        if line[index] in moved and 0 <= other < len(line) and line[other] not in moved:
            line[index], line[other] = line[other], line[index]
    for index, job_id in enumerate(line):
        unit.jobs.place(job_id, Rank.PINNED, float(index))
    to_rank(leaving, Rank.NORMAL, None, unit)


def right_now(job_id: JobId, unit: Unit) -> set[JobId]:
    """Before all, and right behind it what it stops: those jobs are given back."""
    first, stopped = _first(unit), _in_the_way(unit, job_id)
    for other in stopped:
        unit.jobs.place(other, Rank.PINNED, first - 1)
    unit.jobs.place(job_id, Rank.PINNED, first - 2)
    return stopped


def _first(unit: Unit) -> float:
    return min((place for _, place in unit.jobs.pinned()), default=0.0)


def _in_the_way(unit: Unit, job_id: JobId) -> set[JobId]:
    """One running job for each slow lane that this job could use at once; what is quick is not worth stopping."""
    job = unit.jobs.job(job_id)
    ready = {LANE_OF[step.kind] for step in job.steps if step.state is StepState.READY} if job else set()
    wanted = ready & {Lane.MEDIA, Lane.SPEECH}
    one_for_lane = {lane: of for _, of, lane in unit.jobs.running_steps() if lane in wanted and of != job_id}
    return set(one_for_lane.values())
