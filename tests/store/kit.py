"""What the tests of the queue are made of: jobs, results, and a way to run a step to its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID

from vodstudio.core.errors import Problem
from vodstudio.core.jobs import Claim, JobId, Output, PlanKind, Rank, StepKind, StepResult
from vodstudio.core.ports import Done, NewJob, Outcome, Unit
from vodstudio.core.recording import Fingerprint, Recording, RecordingId
from vodstudio.core.station import CityId, Lane, Preset, PresetId

T = TypeVar("T")
START = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
TOOLS = {kind: f"{kind} 1.0" for kind in StepKind}
TROUBLE = Problem(code="VS-BAD-MEDIA", title="The file is not a recording", needs_user=True)


class Transactions(Protocol):
    """A store as these tests use it."""

    def call(self, work: Callable[[Unit], T]) -> T:
        """One transaction."""
        ...


def after(seconds: float) -> datetime:
    """A time of the trial."""
    return START + timedelta(seconds=seconds)


def job_id(number: int) -> JobId:
    """The id of the trial's n-th job."""
    return JobId(str(UUID(int=number << 96 | number)))


def recording(number: int, **changes: object) -> Recording:
    """The n-th recording."""
    made = {
        "id": RecordingId(str(UUID(int=number << 64))),
        "path": Path(f"/media/drop/{number}-City Council.mp4"),
        "fingerprint": Fingerprint(f"1000-{number:032x}"),
        "size_bytes": 1000,
        "title": f"City Council {number}",
    }
    return Recording(**{**made, **changes})  # type: ignore[arg-type]


def new_job(number: int, city: str | None = "oakdale", **changes: object) -> NewJob:
    """The n-th job, added n seconds after the start."""
    made = {
        "id": job_id(number),
        "recording": recording(number),
        "city_id": CityId(city) if city else None,
        "preset": Preset(id=PresetId("council"), name="Council meeting", vocabulary=("Mahtomedi",)),
        "plan": PlanKind.DELIVER,
        "rank": Rank.NORMAL,
        "deadline": None,
        "added_at": after(number),
    }
    return NewJob(**{**made, **changes})  # type: ignore[arg-type]


def add(store: Transactions, number: int, city: str | None = "oakdale", **changes: object) -> JobId:
    """Put the n-th job into the queue."""
    job = new_job(number, city, **changes)
    store.call(lambda unit: unit.jobs.add(job))
    return job.id


def claim(
    store: Transactions, lane: Lane, now: datetime = START, *, worker: str = "one", started_only: bool = False
) -> Claim | None:
    """Ask for a step."""
    return store.call(lambda unit: unit.queue.claim(lane, worker, now, TOOLS, started_only))


def must_claim(store: Transactions, lane: Lane, now: datetime = START, **more: str) -> Claim:
    """Ask for a step that has to be there."""
    claimed = claim(store, lane, now, **more)  # type: ignore[arg-type]
    assert claimed is not None
    return claimed


def finish(store: Transactions, claimed: Claim, outcome: Outcome, now: datetime = START) -> bool:
    """End a step."""
    return store.call(lambda unit: unit.queue.finish(claimed.step_id, claimed.attempt, outcome, now))


def result_of(kind: StepKind, number: int = 0) -> StepResult:
    """What a step of this kind might give back."""
    output = Output(
        name=f"{kind}.out", path=Path(f"/srv/{kind}-{number}"), size_bytes=7, sha256=f"{kind}{number}"
    )
    return StepResult(outputs=(output,), facts={"duration_s": 61.5, "height": 720}, note=f"{kind} went well")


def finish_well(store: Transactions, claimed: Claim, now: datetime = START) -> bool:
    """End a step with a result of its own."""
    return finish(store, claimed, Done(result_of(claimed.kind, int(claimed.inputs.job_id[:8], 16))), now)


def run_to_the_end(store: Transactions, now: datetime = START) -> list[StepKind]:
    """Claim and finish whatever may run, lane by lane, until nothing waits."""
    ran: list[StepKind] = []
    while True:
        claims = [found for lane in Lane if (found := claim(store, lane, now))]
        if not claims:
            return ran
        for claimed in claims:
            assert finish_well(store, claimed, now)
            ran.append(claimed.kind)


def run_until(store: Transactions, kind: StepKind, now: datetime = START) -> Claim:
    """Finish steps until one of this kind is claimed."""
    while True:
        claims = [found for lane in Lane if (found := claim(store, lane, now))]
        assert claims, f"no {kind} came"
        wanted = next((found for found in claims if found.kind is kind), None)
        for claimed in claims:
            if claimed is not wanted:
                assert finish_well(store, claimed, now)
        if wanted:
            return wanted
