"""One transaction of the store, and what can be done in it: protocols, and the values that go in and out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from vodstudio.core.approval import APPROVED
from vodstudio.core.jobs import (
    Checkpoint,
    Claim,
    Job,
    JobId,
    Json,
    PlanKind,
    Rank,
    StepId,
    StepKind,
)
from vodstudio.core.measured import Measured, Sample
from vodstudio.core.outcome import Outcome
from vodstudio.core.recording import Fingerprint, Recording, RecordingId
from vodstudio.core.rows import AuditNote, Counts, HeldCondition, JobFilter, JobRow, LogLine
from vodstudio.core.station import CityId, Lane, Preset
from vodstudio.core.transcripts import TranscriptId, TranscriptVersion

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be added in one transaction with its recording and steps."""

    id: JobId
    recording: Recording
    city_id: CityId | None
    preset: Preset
    plan: PlanKind
    rank: Rank
    deadline: datetime | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Jobs that were removed, whole: what is in it is known to the store alone."""

    job_ids: tuple[JobId, ...]
    content: object


class Queue(Protocol):
    """What workers do with steps. Each call is part of one transaction on the store thread."""

    def claim(
        self,
        lane: Lane,
        worker: str,
        now: datetime,
        tools: Mapping[StepKind, str],
        started_only: bool = False,
    ) -> Claim | None:
        """The next step of this lane, chosen by `core.order`, now running with attempts + 1; None when nothing waits.

        `started_only` (stop after current) leaves jobs alone of which no step has run yet.
        """
        ...

    def heartbeat(self, claims: Iterable[tuple[StepId, int, float]], now: datetime) -> None:
        """These (step, attempt, progress) are alive."""
        ...

    def checkpoint(self, step_id: StepId, attempt: int, checkpoint: Checkpoint) -> bool:
        """Keep it if this attempt still owns the step; False when it no longer does."""
        ...

    def checkpoints(self, step_id: StepId) -> list[Checkpoint]:
        """What was kept, in order."""
        ...

    def finish(self, step_id: StepId, attempt: int, outcome: Outcome, now: datetime) -> bool:
        """Outputs, new state and `next step ready` at once; False when a late worker no longer owns the step."""
        ...

    def recover(self, is_alive: Callable[[str], bool], now: datetime) -> list[JobId]:
        """At start: running steps of owners that are gone become ready (or failed after two interruptions in a row)."""
        ...

    def held(self) -> list[HeldCondition]:
        """Each condition that steps wait for."""
        ...

    def checked(self, condition: str, title: str, now: datetime) -> None:
        """The condition was looked at and still holds."""
        ...

    def release(self, condition: str, now: datetime) -> list[JobId]:
        """The condition is over: all its steps become ready in one update."""
        ...

    def next_retry(self, now: datetime) -> datetime | None:
        """When the earliest step that waits for its time may run."""
        ...

    def waiting_reasons(self, now: datetime, limit: int = 50) -> dict[JobId, str]:
        """For the first jobs in line: `2nd: this city waited longest`."""
        ...


class Jobs(Protocol):
    """What people do with jobs, inside one transaction."""

    def add(self, job: NewJob) -> None:
        """Store recording, job and steps; the first steps are ready."""
        ...

    def job(self, job_id: JobId) -> Job | None:
        """Everything about one job."""
        ...

    def row(self, job_id: JobId) -> JobRow | None:
        """The row of one job."""
        ...

    def rows(self, wanted: JobFilter, limit: int, offset: int = 0) -> list[JobRow]:
        """Rows as the queue shows them: working, next, needs somebody, then finished, newest first."""
        ...

    def counts(self) -> Counts:
        """How many jobs are where."""
        ...

    def find_prefix(self, text: str) -> list[JobId]:
        """Jobs whose id begins with this text: a person may type eight letters."""
        ...

    def open_job_of(self, fingerprint: Fingerprint) -> JobId | None:
        """A job of the same content that is not cancelled."""
        ...

    def job_at(self, fingerprint: Fingerprint, path: Path) -> JobId | None:
        """The newest job of this content in this place."""
        ...

    def pause(self, job_id: JobId, is_paused: bool, now: datetime) -> bool:
        """Set or clear the operator's own flag; True when something changed."""
        ...

    def cancel(self, job_id: JobId, now: datetime) -> tuple[list[StepId], bool]:
        """Cancel what waits; returns the running steps that have to be stopped, and whether anything changed."""
        ...

    def retry(self, job_id: JobId, now: datetime) -> bool:
        """Failed, cancelled and held steps go on with their stored parameters; True when something changed."""
        ...

    def redo(self, job_id: JobId, kind: StepKind, now: datetime, forget: Collection[str] = ()) -> bool:
        """A step that is done, and all that follow it, are done again; False when it is not done.

        Their checkpoints stay, except those whose keys fit a pattern in `forget`. Raises Conflict while one runs.
        """
        ...

    def approve(self, job_id: JobId, now: datetime, key: str = APPROVED) -> bool:
        """A person says yes to its publishing, now or when it gets there; False when that is over or said already."""
        ...

    def remove(self, job_id: JobId) -> None:
        """Forget a job that does not run (with steps, checkpoints, outputs)."""
        ...

    def remove_all(self, job_ids: Sequence[JobId]) -> None:
        """The same for several, or for none when one of them runs; a few hundred at once let others have their turn."""
        ...

    def take_out(self, job_ids: Sequence[JobId]) -> TakenOut:
        """Remove them like `remove_all`, and give back everything that went."""
        ...

    def put_back(self, taken: TakenOut) -> list[JobId]:
        """As they were; those that are there again already are left alone. Which ones came back."""
        ...

    def acknowledge(self, job_id: JobId, now: datetime) -> bool:
        """A person has seen that it failed."""
        ...

    def place(self, job_id: JobId, rank: Rank, place: float, deadline: datetime | None = None) -> None:
        """Put the waiting steps of a job somewhere in the line."""
        ...

    def pinned(self) -> list[tuple[JobId, float]]:
        """Pinned jobs that are not finished, in order."""
        ...

    def set_city(self, job_id: JobId, city_id: CityId | None) -> None:
        """A person corrected the city."""
        ...

    def unheard(self, city_id: CityId) -> list[tuple[JobId, Preset]]:
        """Jobs of a city whose words nobody has begun to hear, with the presets that they carry."""
        ...

    def set_preset(self, job_id: JobId, preset: Preset) -> None:
        """From now on the job carries this one."""
        ...

    def running_steps(self, job_id: JobId | None = None) -> list[tuple[StepId, JobId, Lane]]:
        """What runs now."""
        ...

    def old(self, ended_before: datetime) -> list[JobId]:
        """Finished jobs, and failed ones that were acknowledged, that ended before this time."""
        ...

    def may_forget(self, now: datetime) -> bool:
        """Whether `old` may be acted on by itself: not for two days after the clock has leapt forward. Writes."""
        ...

    def of_city(self, city_id: CityId, limit: int) -> list[JobRow]:
        """The newest jobs of a city."""
        ...

    def finished_since(self, since: datetime) -> list[tuple[datetime, float]]:
        """(when a job was finished, how many seconds of video it was), oldest first."""
        ...

    def captioned_share(self, city_id: CityId, since: datetime) -> tuple[int, int]:
        """(finished with captions, all finished or failed) of a city since then."""
        ...


class Recordings(Protocol):
    """Recordings we know."""

    def measured(self, recording_id: RecordingId, duration_s: float, facts: Json) -> None:
        """What probe found."""
        ...

    def moved(self, recording_id: RecordingId, path: Path) -> None:
        """The same content was seen elsewhere."""
        ...


class Transcripts(Protocol):
    """The versions of what was heard; they belong to the content, so that each file with it has the same."""

    def add(self, version: TranscriptVersion) -> None:
        """Know this version; one that is known already stays as it is. A chosen one takes the place of the other."""
        ...

    def version(self, transcript_id: TranscriptId) -> TranscriptVersion | None:
        """The version with this id."""
        ...

    def of(self, recording_id: RecordingId) -> list[TranscriptVersion]:
        """All versions, newest first."""
        ...

    def chosen(self, recording_id: RecordingId) -> TranscriptVersion | None:
        """The one that captions are made of."""
        ...

    def choose(self, transcript_id: TranscriptId) -> None:
        """From now on this one counts."""
        ...


class Samples(Protocol):
    """Minutes that a person has corrected; they belong to the content, and outlive its jobs."""

    def keep(self, sample: Sample) -> None:
        """Know this minute; what was known of the same one is replaced."""
        ...

    def of(self, fingerprint: Fingerprint, model: str) -> list[Sample]:
        """The corrected minutes of a recording that this model heard, in their order."""
        ...

    def measured(self, city_id: CityId) -> tuple[Measured, ...]:
        """What the whole measurements of a city say, for each model, the newest first."""
        ...


class Notes(Protocol):
    """Small facts of the queue itself, the activity log and the audit trail."""

    def get(self, key: str) -> str | None:
        """A stored switch or fact."""
        ...

    def set(self, key: str, value: str) -> None:
        """Store it."""
        ...

    def log(self, line: LogLine) -> None:
        """Append to the activity log."""
        ...

    def log_lines(self, limit: int, text: str = "") -> list[LogLine]:
        """The newest lines that are about this: words, a city, or the first letters of a job's id."""
        ...

    def log_of(self, job_id: JobId, limit: int) -> list[LogLine]:
        """The newest lines of one job."""
        ...

    def audit(self, what: str, body: Json, now: datetime) -> None:
        """Append to the tamper-evident trail."""
        ...

    def audit_of(self, job_id: JobId, limit: int) -> list[AuditNote]:
        """The newest rows of the trail that name this job."""
        ...


class Unit(Protocol):
    """One transaction: everything in it happens or nothing."""

    @property
    def jobs(self) -> Jobs: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def recordings(self) -> Recordings: ...
    @property
    def transcripts(self) -> Transcripts: ...
    @property
    def samples(self) -> Samples: ...
    @property
    def notes(self) -> Notes: ...


class Store(Protocol):
    """The one place that writes; everything runs on the store thread."""

    async def run(self, work: Callable[[Unit], T]) -> T:
        """From the loop: await one transaction."""
        ...

    def call(self, work: Callable[[Unit], T]) -> T:
        """From a worker: block for one transaction."""
        ...

    async def look(self, work: Callable[[Unit], T]) -> T:
        """From the loop: a long read on a read-only connection, on a thread of its own; writing in it raises."""
        ...
