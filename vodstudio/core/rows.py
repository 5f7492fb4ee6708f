"""What the screens and the command line show: plain values, made by the store, never its own objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from vodstudio.core.errors import Problem
from vodstudio.core.jobs import JobId, JobState, PlanKind, Rank, StepKind, StepState
from vodstudio.core.measured import Measured
from vodstudio.core.station import CityId, Numbers, StorageId

# Where a line comes from that the audit trail keeps.
TRAIL = "Audit trail"
# Fewer letters of an id would find jobs that nobody asked for.
LEAST_OF_AN_ID = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Pip:
    """One small mark for one step."""

    kind: StepKind
    state: StepState
    needs_user: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A row of the queue. `progress` (0..1), `speed` (x real time) and `finish_at` speak of `current`.

    Each change of a job raises its `revision`: of two rows of one job, the one with the higher number is the newer.
    """

    id: JobId
    title: str
    city_id: CityId | None
    plan: PlanKind
    state: JobState
    path: Path
    recorded_on: date | None = None
    size_bytes: int = 0
    duration_s: float | None = None
    picture: str = ""
    still: Path | None = None
    pips: tuple[Pip, ...] = ()
    current: StepKind | None = None
    progress: float | None = None
    speed: float | None = None
    finish_at: datetime | None = None
    note: str = ""
    why: str = ""
    problem: Problem | None = None
    rank: Rank = Rank.NORMAL
    deadline: datetime | None = None
    is_paused: bool = False
    is_acknowledged: bool = False
    added_at: datetime
    ended_at: datetime | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many jobs are in each state, and how many each city has that are not finished."""

    by_state: Mapping[JobState, int] = field(default_factory=dict)
    open_by_city: Mapping[CityId | None, int] = field(default_factory=dict)

    def of(self, *states: JobState) -> int:
        """How many jobs are in any of these states."""
        return sum(self.by_state.get(state, 0) for state in states)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which rows are wanted."""

    text: str = ""
    city_id: CityId | None = None
    states: frozenset[JobState] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCondition:
    """A condition that steps wait for."""

    condition: str
    steps: int
    since: datetime
    checked_at: datetime | None = None
    title: str = ""


class Verdict(StrEnum):
    """How a thing we depend on is."""

    GOOD = "good"
    CARE = "care"
    BAD = "bad"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of doctor and of the Monitoring tab."""

    id: str
    name: str
    verdict: Verdict
    text: str
    fix: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageView:
    """A storage as a city card shows it."""

    id: StorageId
    is_present: bool
    is_writable: bool = True
    free_bytes: int | None = None
    shared: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CityCard:
    """A card of the Cities tab."""

    city_id: CityId
    name: str
    storages: tuple[StorageView, ...] = ()
    latest: JobRow | None = None
    recent: tuple[JobRow, ...] = ()
    captioned_share: float | None = None
    captioned_by_month: tuple[float, ...] = ()
    needs_a_look: int = 0
    held: int = 0
    measured: tuple[Measured, ...] = ()
    numbers: Numbers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line of the activity log."""

    at: datetime
    verdict: Verdict
    where: str
    text: str
    job_id: JobId | None = None
    city_id: CityId | None = None

    def is_about(self, text: str) -> bool:
        """Whether what a person types is in it: in its words, its city, or as the first letters of its job's id."""
        wanted = text.casefold()
        is_of_job = len(wanted) >= LEAST_OF_AN_ID and (self.job_id or "").startswith(wanted)
        return is_of_job or wanted in f"{self.where} {self.text} {self.city_id or ''}".casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditNote:
    """A row of the audit trail."""

    at: datetime
    what: str
    body: Mapping[str, object]
