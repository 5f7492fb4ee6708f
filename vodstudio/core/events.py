"""What has happened, in the past tense: ids and what a row shows, told only after the commit."""

from __future__ import annotations

from dataclasses import dataclass

from vodstudio.core.errors import Problem
from vodstudio.core.jobs import JobId, StepId, StepKind
from vodstudio.core.rows import HeldCondition, JobRow, LogLine
from vodstudio.core.transcripts import Passage, TranscriptVersion


@dataclass(frozen=True, slots=True)
class JobAdded:
    """A job came into the queue."""

    row: JobRow


@dataclass(frozen=True, slots=True)
class JobChanged:
    """Something a row shows has changed."""

    row: JobRow


@dataclass(frozen=True, slots=True)
class JobRemoved:
    """A job is gone."""

    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class StepProgressed:
    """A running step got further; at most ten a second for each step."""

    job_id: JobId
    step_id: StepId
    kind: StepKind
    progress: float
    speed: float | None = None
    remaining_s: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class HoldsChanged:
    """The set of conditions that steps wait for has changed, or one was checked."""

    held: tuple[HeldCondition, ...]


@dataclass(frozen=True, slots=True)
class QueueSwitched:
    """The whole queue was paused or goes on."""

    is_paused: bool
    stop_after_current: bool = False


@dataclass(frozen=True, slots=True)
class Logged:
    """A line for the activity log."""

    line: LogLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProgressed:
    """A speech model is on its way; at most ten a second."""

    name: str
    done_bytes: int
    total_bytes: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ModelsChanged:
    """A speech model has come, gone, or stopped half way."""


@dataclass(frozen=True, slots=True)
class QueueStopped:
    """A lane or the store ended with an error: nothing runs until the program starts again."""

    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsHeard:
    """A running step has kept these words; at most ten a second for each step, and none is left out."""

    job_id: JobId
    step_id: StepId
    passages: tuple[Passage, ...]
    device: str = ""


@dataclass(frozen=True, slots=True)
class TranscriptChosen:
    """From now on the captions of this recording are made of this version of its words."""

    version: TranscriptVersion


Event = (
    JobAdded
    | JobChanged
    | JobRemoved
    | StepProgressed
    | HoldsChanged
    | QueueSwitched
    | Logged
    | ModelProgressed
    | ModelsChanged
    | QueueStopped
    | WordsHeard
    | TranscriptChosen
)
