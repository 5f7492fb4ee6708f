"""A job and its steps: states, the transitions that exist, what a job's state is, and when to try again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import NewType

from vodstudio.core.errors import ChildCrashed, Conflict, Hold, Problem, ServerBusy, TryLater
from vodstudio.core.measured import Measured
from vodstudio.core.recording import Recording
from vodstudio.core.station import CityId, Lane, Preset
from vodstudio.core.transcripts import TranscriptVersion

JobId = NewType("JobId", str)
StepId = NewType("StepId", str)

Json = Mapping[str, object]

MAX_ATTEMPTS = 5
MAX_CRASHES = 2
MAX_INTERRUPTIONS = 2
BASE_DELAY_S = 2.0
LONGEST_DELAY_S = 600.0


class StepKind(StrEnum):
    """What a step does."""

    PROBE = "probe"
    ENCODE = "encode"
    STILLS = "stills"
    SPEECH = "speech"
    CAPTIONS = "captions"
    PUBLISH = "publish"
    VERIFY = "verify"


class PlanKind(StrEnum):
    """Everything, or captions for a file that already lies on a server's content drive."""

    DELIVER = "deliver"
    CAPTION_IN_PLACE = "caption-in-place"


class StepState(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DONE = "done"


class JobState(StrEnum):
    """What an operator reads; computed from the steps, never stored by hand."""

    WAITING = "waiting"
    WORKING = "working"
    PAUSED = "paused"
    HELD = "held"
    NEEDS_A_LOOK = "needs-a-look"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DONE = "done"


class Rank(IntEnum):
    """Which class of the queue a job waits in; a lower number goes first."""

    PINNED = 0
    DEADLINE = 1
    NORMAL = 2
    BACKLOG = 3


class StopReason(StrEnum):
    """Why a running step was told to stop."""

    CANCEL = "cancel"
    PAUSE = "pause"
    SHUTDOWN = "shutdown"


LANE_OF: Mapping[StepKind, Lane] = {
    StepKind.PROBE: Lane.LIGHT,
    StepKind.ENCODE: Lane.MEDIA,
    StepKind.STILLS: Lane.LIGHT,
    StepKind.SPEECH: Lane.SPEECH,
    StepKind.CAPTIONS: Lane.LIGHT,
    StepKind.PUBLISH: Lane.REMOTE,
    StepKind.VERIFY: Lane.REMOTE,
}

TRANSITIONS: Mapping[StepState, frozenset[StepState]] = {
    StepState.WAITING: frozenset({StepState.READY, StepState.CANCELLED}),
    StepState.READY: frozenset({StepState.RUNNING, StepState.CANCELLED, StepState.WAITING}),
    StepState.RUNNING: frozenset(
        {StepState.DONE, StepState.HELD, StepState.FAILED, StepState.CANCELLED, StepState.READY}
    ),
    StepState.HELD: frozenset({StepState.READY, StepState.CANCELLED, StepState.WAITING}),
    StepState.FAILED: frozenset({StepState.READY, StepState.CANCELLED, StepState.WAITING}),
    StepState.CANCELLED: frozenset({StepState.WAITING, StepState.READY}),
    # What is done is done again only when a person changed what it was made of.
    StepState.DONE: frozenset({StepState.READY, StepState.WAITING}),
}


class UnlistedTransition(AssertionError):
    """A bug: somebody tried a change of state that does not exist."""


def check_transition(before: StepState, after: StepState) -> None:
    """Raise when this change of state is not in the table."""
    if after not in TRANSITIONS[before]:
        raise UnlistedTransition(f"{before} -> {after}")


def refuse_redo(states: Mapping[StepKind, StepState], after: Collection[StepKind]) -> None:
    """Raise when a step that is done cannot be done again now, because of those that follow it or of a cancel."""
    if StepState.CANCELLED in states.values():
        raise Conflict(
            "This job was cancelled",
            hint="Nothing is lost. Press Retry first, then make the captions again.",
            code="VS-JOB-CANCELLED",
        )
    if any(states[kind] is StepState.RUNNING for kind in after):
        raise Conflict(
            "This job is being published right now",
            hint="Nothing is lost. When it is done, make the captions again.",
            code="VS-JOB-RUNS",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A file that a step made, whole and verified."""

    name: str
    path: Path
    size_bytes: int
    sha256: str
    facts: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What a step gives back: its files, facts about its work, and one sentence for the operator."""

    outputs: tuple[Output, ...] = ()
    facts: Json = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a job as the store has it."""

    id: StepId
    job_id: JobId
    kind: StepKind
    state: StepState
    attempts: int = 0
    progress: float = 0.0
    speed: float | None = None
    note: str = ""
    facts: Json = field(default_factory=dict)
    problem: Problem | None = None
    condition: str = ""
    not_before: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One recording on its way; the preset is the copy made when the job was added."""

    id: JobId
    recording: Recording
    city_id: CityId | None
    preset: Preset
    plan: PlanKind
    rank: Rank = Rank.NORMAL
    deadline: datetime | None = None
    is_paused: bool = False
    is_acknowledged: bool = False
    added_at: datetime
    ended_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    outputs: Mapping[str, Output] = field(default_factory=dict)
    why: str = ""

    @property
    def state(self) -> JobState:
        """What the operator reads."""
        return job_state(
            [(s.state, bool(s.problem and s.problem.needs_user)) for s in self.steps], self.is_paused
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a step is given besides its context."""

    job_id: JobId
    step_id: StepId
    recording: Recording
    plan: PlanKind
    city_id: CityId | None
    preset: Preset
    outputs: Mapping[str, Output] = field(default_factory=dict)
    facts: Mapping[StepKind, Json] = field(default_factory=dict)
    transcript: TranscriptVersion | None = None
    measured: tuple[Measured, ...] = ()

    @property
    def words(self) -> Path | None:
        """The file of words that captions are made of: the chosen version, else what this job has heard."""
        if self.transcript is not None:
            return self.transcript.path
        heard = self.outputs.get("words")
        return heard.path if heard else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A step that one worker now owns; `attempt` guards every later write, `tries` decides when to give up."""

    step_id: StepId
    attempt: int
    kind: StepKind
    lane: Lane
    inputs: Inputs
    key: str
    why: str = ""
    reuse: StepResult | None = None
    checkpoint_count: int = 0
    cut_off: int = 0

    @property
    def tries(self) -> int:
        """The attempts that count: one that the end of the program cut off says nothing about the step."""
        return self.attempt - self.cut_off


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A piece of finished work that survives a power cut."""

    key: str
    body: Json
    at: datetime


def job_state(steps: Collection[tuple[StepState, bool]], is_paused: bool) -> JobState:
    """The one word for a job: what is wrong first, then what is happening, then what waits."""
    states = {state for state, _ in steps}
    if StepState.FAILED in states:
        wanted = any(needs_user for state, needs_user in steps if state is StepState.FAILED)
        return JobState.NEEDS_A_LOOK if wanted else JobState.FAILED
    if StepState.CANCELLED in states:
        return JobState.CANCELLED
    if states <= {StepState.DONE}:
        return JobState.DONE
    return _open_state(states, is_paused)


def _open_state(states: set[StepState], is_paused: bool) -> JobState:
    """A job that is still on its way."""
    if StepState.RUNNING in states:
        return JobState.WORKING
    if is_paused:
        return JobState.PAUSED
    if StepState.READY not in states and StepState.HELD in states:
        return JobState.HELD
    return JobState.WAITING


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again by itself, not before this time."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """A person has to look."""


@dataclass(frozen=True, slots=True)
class HoldUntil:
    """Wait for a condition; no attempt is counted."""

    condition: str


def retry(error: BaseException, attempts: int, now: datetime, chance: float) -> RetryAt | GiveUp | HoldUntil:
    """What follows an error: data, not control flow. `chance` in 0..1 spreads the retries (full jitter)."""
    if isinstance(error, Hold):
        return HoldUntil(error.condition)
    if not isinstance(error, TryLater):
        return GiveUp()
    if attempts >= (MAX_CRASHES if isinstance(error, ChildCrashed) else MAX_ATTEMPTS):
        return GiveUp()
    if isinstance(error, ServerBusy) and error.wait_s is not None:
        return RetryAt(now + timedelta(seconds=min(max(error.wait_s, 1.0), 900.0)))
    delay_s = chance * min(LONGEST_DELAY_S, BASE_DELAY_S * 2**attempts)
    return RetryAt(now + timedelta(seconds=delay_s))


def current_step(steps: Sequence[Step]) -> Step | None:
    """The step a row speaks of: the one that runs, else the one that needs somebody, else the next."""
    order = (StepState.RUNNING, StepState.FAILED, StepState.HELD, StepState.READY, StepState.WAITING)
    return next((step for state in order for step in steps if step.state is state), None)
