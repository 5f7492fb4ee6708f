"""The queue in memory, written by hand: the contract of `core.ports` without a database."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar, cast
from uuid import NAMESPACE_URL, uuid5

from vodstudio.core.approval import APPROVED
from vodstudio.core.errors import Conflict
from vodstudio.core.jobs import (
    LANE_OF,
    MAX_INTERRUPTIONS,
    Checkpoint,
    Claim,
    Inputs,
    Job,
    JobId,
    JobState,
    Json,
    Output,
    Rank,
    Step,
    StepId,
    StepKind,
    StepResult,
    StepState,
    check_transition,
    current_step,
    refuse_redo,
)
from vodstudio.core.measured import Measured, Sample
from vodstudio.core.order import Candidate, choose, line_up, natural_place
from vodstudio.core.plan import (
    StepIdentity,
    followers_of,
    may_be_reused,
    needs_of,
    parameters_of,
    step_key,
    steps_for,
    words_parameter,
)
from vodstudio.core.ports import (
    Again,
    CancelledByUser,
    Done,
    Failed,
    Held,
    NewJob,
    Outcome,
    PutBack,
    TakenOut,
    Unit,
)
from vodstudio.core.recording import Fingerprint, Recording, RecordingId
from vodstudio.core.rows import AuditNote, Counts, HeldCondition, JobFilter, JobRow, LogLine, Pip, Verdict
from vodstudio.core.station import CityId, Lane, Preset
from vodstudio.core.transcripts import (
    SPEECH,
    TranscriptId,
    TranscriptVersion,
    may_take_over,
    transcript_id,
)
from vodstudio.store.finishing import is_new_wait
from vodstudio.store.recovery import INTERRUPTED
from vodstudio.store.retention import LEAP, leap_told

T = TypeVar("T")
_ENDED = {JobState.DONE, JobState.CANCELLED, JobState.FAILED, JobState.NEEDS_A_LOOK}
_SHELF = {JobState.WORKING: 0, JobState.WAITING: 1, JobState.PAUSED: 1, JobState.HELD: 1}


@dataclass
class Work:
    """A step and what only the queue knows of it."""

    step: Step
    needs: tuple[StepKind, ...]
    owner: str = ""
    key: str = ""
    is_started: bool = False
    cut_off: int = 0
    interruptions: int = 0
    last_condition: str = ""
    held_at: datetime | None = None
    beat_at: datetime | None = None
    claimed_progress: float = 0.0
    reuse: StepResult | None = None
    result: StepResult | None = None
    kept: list[Checkpoint] = field(default_factory=list)

    def to(self, state: StepState, **changes: object) -> None:
        """A change of state that has to be in the table."""
        check_transition(self.step.state, state)
        self.step = replace(self.step, state=state, **changes)  # type: ignore[arg-type]


@dataclass
class Entry:
    """A job with its steps."""

    job: Job
    place: float
    works: dict[StepKind, Work]
    is_cancelled: bool = False
    revision: int = 0

    def revise(self) -> None:
        """Something of it has changed."""
        self.revision += 1


@dataclass
class Memory:
    """Everything there is."""

    recordings: dict[RecordingId, Recording] = field(default_factory=dict)
    pictures: dict[RecordingId, str] = field(default_factory=dict)
    entries: dict[JobId, Entry] = field(default_factory=dict)
    turns: dict[Lane, dict[CityId | None, datetime]] = field(default_factory=dict)
    holds: dict[str, tuple[str, datetime | None]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    versions: dict[TranscriptId, TranscriptVersion] = field(default_factory=dict)
    samples: dict[tuple[Fingerprint, str, float], Sample] = field(default_factory=dict)
    lines: list[LogLine] = field(default_factory=list)
    trail: list[tuple[str, Json, datetime]] = field(default_factory=list)
    asked_at: datetime | None = None
    leapt_at: datetime | None = None

    def works(self) -> Iterable[tuple[Entry, Work]]:
        """All steps of all jobs."""
        return [(entry, work) for entry in self.entries.values() for work in entry.works.values()]

    def owned(self, step_id: StepId, attempt: int) -> tuple[Entry, Work] | None:
        """The running step, if this attempt owns it."""
        return next(
            (
                (entry, work)
                for entry, work in self.works()
                if work.step.id == step_id
                and work.step.attempts == attempt
                and work.step.state is StepState.RUNNING
            ),
            None,
        )

    def know(self, recording: Recording) -> None:
        """What is known of a recording now; its jobs have changed with it."""
        self.recordings[recording.id] = recording
        for entry in self.entries.values():
            if entry.job.recording.id == recording.id:
                entry.revise()

    def refresh(self, entry: Entry, now: datetime | None) -> None:
        """What a job is, from its steps."""
        recording = self.recordings[entry.job.recording.id]
        steps = tuple(work.step for work in entry.works.values())
        outputs = {o.name: o for w in entry.works.values() if w.result for o in w.result.outputs}
        entry.job = replace(entry.job, recording=recording, steps=steps, outputs=outputs)
        has_ended = entry.job.state in _ENDED
        entry.job = replace(entry.job, ended_at=(entry.job.ended_at or now) if has_ended else None)

    def forget_recording(self, recording_id: RecordingId) -> None:
        """One that no job has, and of which no words are kept."""
        needed = {entry.job.recording.id for entry in self.entries.values()}
        needed |= {version.recording_id for version in self.versions.values()}
        if recording_id not in needed:
            self.recordings.pop(recording_id, None)
            self.pictures.pop(recording_id, None)

    def forget_holds(self) -> None:
        """Conditions that nothing waits for."""
        held = {work.step.condition for _, work in self.works() if work.step.state is StepState.HELD}
        self.holds = {condition: told for condition, told in self.holds.items() if condition in held}


class FakeQueue:
    """`core.ports.Queue`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def _waiting(self, lane: Lane, now: datetime, tools: Mapping[StepKind, str] | None) -> list[Candidate]:
        running = {work.key for _, work in self._memory.works() if work.step.state is StepState.RUNNING}
        return [
            _candidate(entry, work)
            for entry, work in self._memory.works()
            if LANE_OF[work.step.kind] is lane
            and work.step.state is StepState.READY
            and not entry.job.is_paused
            and (work.step.not_before is None or work.step.not_before <= now)
            and (tools is None or self._key(entry, work, tools) not in running)
        ]

    def _inputs(self, entry: Entry, work: Work) -> Inputs:
        needed = needs_of(entry.job.plan, work.step.kind)
        done = {kind: entry.works[kind].result for kind in needed}
        return Inputs(
            job_id=entry.job.id,
            step_id=work.step.id,
            recording=self._memory.recordings[entry.job.recording.id],
            plan=entry.job.plan,
            city_id=entry.job.city_id,
            preset=entry.job.preset,
            outputs={o.name: o for result in done.values() if result for o in result.outputs},
            facts={kind: result.facts for kind, result in done.items() if result},
            transcript=FakeTranscripts(self._memory).chosen(entry.job.recording.id)
            if work.step.kind is StepKind.CAPTIONS
            else None,
            measured=FakeSamples(self._memory).measured(entry.job.city_id)
            if entry.job.city_id and work.step.kind is StepKind.CAPTIONS
            else (),
        )

    def _key(self, entry: Entry, work: Work, tools: Mapping[StepKind, str]) -> str:
        kind = work.step.kind
        inputs = self._inputs(entry, work)
        identity = StepIdentity(
            kind=kind,
            fingerprint=entry.job.recording.fingerprint,
            parameters=parameters_of(kind, entry.job.preset) | words_parameter(inputs.transcript),
            tools=tools.get(kind, ""),
            inputs=tuple(inputs.outputs.values()),
        )
        return step_key(identity, entry.job.id)

    def claim(
        self,
        lane: Lane,
        worker: str,
        now: datetime,
        tools: Mapping[StepKind, str],
        started_only: bool = False,
    ) -> Claim | None:
        """The next step of this lane, now running."""
        front = [c for c in self._waiting(lane, now, tools) if c.is_started or not started_only]
        turns = self._memory.turns.setdefault(lane, {})
        choice = choose(front, turns, now)
        if choice is None:
            return None
        entry = self._memory.entries[choice.candidate.job_id]
        work = next(w for w in entry.works.values() if w.step.id == choice.candidate.step_id)
        work.key = self._key(entry, work, tools)
        twins = [w for _, w in self._memory.works() if w.key == work.key and w.step.state is StepState.DONE]
        work.reuse = twins[0].result if twins and may_be_reused(work.step.kind) else None
        work.owner, work.beat_at, work.claimed_progress = worker, now, work.step.progress
        work.to(
            StepState.RUNNING, attempts=work.step.attempts + 1, started_at=now, ended_at=None, problem=None
        )
        for other in entry.works.values():
            other.is_started = True
        entry.job = replace(entry.job, why=choice.why)
        turns[entry.job.city_id] = max([now, *(at + timedelta(microseconds=1) for at in turns.values())])
        entry.revise()
        self._memory.refresh(entry, now)
        return Claim(
            step_id=work.step.id,
            attempt=work.step.attempts,
            kind=work.step.kind,
            lane=lane,
            inputs=self._inputs(entry, work),
            key=work.key,
            why=choice.why,
            reuse=work.reuse,
            checkpoint_count=len(work.kept),
            cut_off=work.cut_off,
        )

    def heartbeat(self, claims: Iterable[tuple[StepId, int, float]], now: datetime) -> None:
        """These are alive."""
        for step_id, attempt, progress in claims:
            found = self._memory.owned(step_id, attempt)
            if found:
                found[1].beat_at = now
                found[1].step = replace(found[1].step, progress=progress)
                found[0].revise()
                self._memory.refresh(found[0], now)

    def checkpoint(self, step_id: StepId, attempt: int, checkpoint: Checkpoint) -> bool:
        """Keep it if this attempt still owns the step."""
        found = self._memory.owned(step_id, attempt)
        if found is None:
            return False
        work = found[1]
        work.interruptions = 0
        if checkpoint.key not in {kept.key for kept in work.kept}:
            work.kept.append(checkpoint)
        return True

    def checkpoints(self, step_id: StepId) -> list[Checkpoint]:
        """What was kept, in order."""
        return next((list(w.kept) for _, w in self._memory.works() if w.step.id == step_id), [])

    def finish(self, step_id: StepId, attempt: int, outcome: Outcome, now: datetime) -> bool:
        """End a step; False when a late worker no longer owns it."""
        found = self._memory.owned(step_id, attempt)
        if found is None:
            return False
        entry, work = found
        if not isinstance(outcome, Done):
            if entry.is_cancelled:
                outcome = CancelledByUser()
            elif isinstance(outcome, CancelledByUser):
                outcome = PutBack()
        work.owner = ""
        entry.revise()
        self._end(entry, work, outcome, now)
        self._memory.refresh(entry, now)
        return True

    def _end(self, entry: Entry, work: Work, outcome: Outcome, now: datetime) -> None:
        step = work.step
        match outcome:
            case Done(result):
                self._done(entry, work, result, now)
                self._say(entry, Verdict.GOOD, "done", now)
            case Held(condition, problem):
                has_got_on = step.progress != work.claimed_progress
                if is_new_wait(condition, work.last_condition, has_got_on=has_got_on):
                    work.held_at, work.last_condition = now, condition
                    self._say(entry, Verdict.CARE, problem.title, now)
                self._memory.holds.setdefault(condition, (problem.title, None))
                work.to(StepState.HELD, attempts=step.attempts - 1, condition=condition, problem=problem)
            case Failed(problem):
                work.last_condition = ""
                work.to(StepState.FAILED, problem=problem, ended_at=now)
                self._say(entry, Verdict.BAD, problem.title, now)
            case Again(at, problem):
                work.to(StepState.READY, not_before=at, problem=problem)
                self._say(entry, Verdict.CARE, problem.title, now)
            case PutBack():
                work.to(StepState.READY, attempts=step.attempts - 1)
            case CancelledByUser():
                work.last_condition = ""
                work.to(StepState.CANCELLED, ended_at=now)

    def _done(self, entry: Entry, work: Work, result: StepResult, now: datetime) -> None:
        reused = work.reuse is not None and _hashes(work.reuse) == _hashes(result)
        work.result, work.kept, work.interruptions, work.last_condition = result, [], 0, ""
        work.to(
            StepState.DONE, progress=1.0, note=result.note, facts=result.facts, ended_at=now, reused=reused
        )
        done = {kind for kind, other in entry.works.items() if other.step.state is StepState.DONE}
        for other in entry.works.values():
            if other.step.state is StepState.WAITING and set(other.needs) <= done:
                other.to(StepState.READY)
        duration_s = result.facts.get("duration_s")
        if work.step.kind is StepKind.PROBE and isinstance(duration_s, int | float):
            FakeRecordings(self._memory).measured(entry.job.recording.id, float(duration_s), result.facts)
        if work.step.kind is StepKind.SPEECH:
            self._keep_words(entry.job.recording, result, now)

    def _keep_words(self, recording: Recording, result: StepResult, now: datetime) -> None:
        versions = FakeTranscripts(self._memory)
        for output in result.outputs:
            if output.name == "words":
                versions.add(
                    TranscriptVersion(
                        id=transcript_id(recording.fingerprint, output.sha256),
                        recording_id=recording.id,
                        parent_id=None,
                        path=output.path,
                        sha256=output.sha256,
                        author=SPEECH,
                        is_chosen=may_take_over(versions.chosen(recording.id)),
                        made_at=now,
                    )
                )

    def _say(self, entry: Entry, verdict: Verdict, text: str, now: datetime) -> None:
        where, city = entry.job.recording.title, entry.job.city_id
        self._memory.lines.append(
            LogLine(at=now, verdict=verdict, where=where, text=text, job_id=entry.job.id, city_id=city)
        )

    def recover(self, is_alive: Callable[[str], bool], now: datetime) -> list[JobId]:
        """Running steps of owners that are gone go back."""
        touched: dict[JobId, None] = {}
        for entry, work in self._memory.works():
            if work.step.state is not StepState.RUNNING or is_alive(work.owner):
                continue
            work.interruptions += 1
            work.cut_off += 1
            work.owner = ""
            if entry.is_cancelled:
                work.to(StepState.CANCELLED, ended_at=now)
            elif work.interruptions >= MAX_INTERRUPTIONS:
                work.to(StepState.FAILED, problem=INTERRUPTED, ended_at=now)
            else:
                work.to(StepState.READY)
            touched[entry.job.id] = None
            entry.revise()
            self._memory.refresh(entry, now)
        return list(touched)

    def held(self) -> list[HeldCondition]:
        """Each condition that steps wait for."""
        since: dict[str, list[datetime]] = {}
        for _, work in self._memory.works():
            if work.step.state is StepState.HELD and work.held_at:
                since.setdefault(work.step.condition, []).append(work.held_at)
        made = []
        for condition, times in sorted(since.items()):
            title, checked_at = self._memory.holds.get(condition, ("", None))
            made.append(
                HeldCondition(
                    condition=condition,
                    steps=len(times),
                    since=min(times),
                    checked_at=checked_at,
                    title=title,
                )
            )
        return made

    def checked(self, condition: str, title: str, now: datetime) -> None:
        """It still holds."""
        self._memory.holds[condition] = (title, now)

    def release(self, condition: str, now: datetime) -> list[JobId]:
        """It is over."""
        released: dict[JobId, None] = {}
        for entry, work in self._memory.works():
            if work.step.state is StepState.HELD and work.step.condition == condition:
                work.to(StepState.READY, condition="", problem=None)
                entry.revise()
                self._memory.refresh(entry, now)
                released[entry.job.id] = None
        self._memory.holds.pop(condition, None)
        return list(released)

    def next_retry(self, now: datetime) -> datetime | None:
        """The earliest time that is still to come."""
        times = [
            w.step.not_before
            for _, w in self._memory.works()
            if w.step.state is StepState.READY and w.step.not_before and w.step.not_before > now
        ]
        return min(times, default=None)

    def waiting_reasons(self, now: datetime, limit: int = 50) -> dict[JobId, str]:
        """For the first jobs in line."""
        best: dict[JobId, tuple[int, str]] = {}
        for lane in Lane:
            turns = self._memory.turns.get(lane, {})
            for place, choice in enumerate(line_up(self._waiting(lane, now, None), turns, now, limit), 1):
                job_id = choice.candidate.job_id
                if job_id not in best or place < best[job_id][0]:
                    best[job_id] = (place, choice.why)
        ordinals = {1: "1st", 2: "2nd", 3: "3rd"}
        return {job: f"{ordinals.get(place, f'{place}th')}: {why}" for job, (place, why) in best.items()}


class FakeJobs:
    """`core.ports.Jobs`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def add(self, job: NewJob) -> None:
        """Store recording, job and steps."""
        recording = FakeRecordings(self._memory).keep(job.recording)
        works = {}
        for planned in steps_for(job.plan):
            state = StepState.WAITING if planned.needs else StepState.READY
            step_id = StepId(str(uuid5(NAMESPACE_URL, f"{job.id}/{planned.kind}")))
            step = Step(id=step_id, job_id=job.id, kind=planned.kind, state=state)
            works[planned.kind] = Work(step=step, needs=planned.needs)
        place = natural_place(job.recording.recorded_on, job.added_at, job.rank, job.deadline)
        entry = Entry(
            job=Job(
                id=job.id,
                recording=recording,
                city_id=job.city_id,
                preset=job.preset,
                plan=job.plan,
                rank=job.rank,
                deadline=job.deadline,
                added_at=job.added_at,
            ),
            place=place,
            works=works,
        )
        self._memory.entries[job.id] = entry
        self._memory.refresh(entry, job.added_at)

    def job(self, job_id: JobId) -> Job | None:
        """Everything about one job."""
        entry = self._memory.entries.get(job_id)
        if entry is not None:
            self._memory.refresh(entry, None)
        return entry.job if entry else None

    def row(self, job_id: JobId) -> JobRow | None:
        """The row of one job."""
        entry = self._memory.entries.get(job_id)
        return self._row(entry) if entry else None

    def _row(self, entry: Entry) -> JobRow:
        self._memory.refresh(entry, None)
        job = entry.job
        current = current_step(job.steps)
        shown = current or next(
            (step for step in job.steps if step.state is StepState.CANCELLED), job.steps[-1]
        )
        return JobRow(
            id=job.id,
            title=job.recording.title,
            city_id=job.city_id,
            plan=job.plan,
            state=job.state,
            path=job.recording.path,
            recorded_on=job.recording.recorded_on,
            size_bytes=job.recording.size_bytes,
            duration_s=job.recording.duration_s,
            picture=self._memory.pictures.get(job.recording.id, ""),
            still=_still(entry),
            pips=tuple(
                Pip(kind=s.kind, state=s.state, needs_user=bool(s.problem and s.problem.needs_user))
                for s in job.steps
            ),
            current=current.kind if current else None,
            progress=current.progress if current else None,
            finish_at=_finish_at(entry.works[current.kind]) if current else None,
            note=shown.note,
            why=job.why,
            problem=current.problem if current else None,
            rank=job.rank,
            deadline=job.deadline,
            is_paused=job.is_paused,
            is_acknowledged=job.is_acknowledged,
            added_at=job.added_at,
            ended_at=job.ended_at,
            revision=entry.revision,
        )

    def rows(self, wanted: JobFilter, limit: int, offset: int = 0) -> list[JobRow]:
        """Working, next, needs somebody, finished."""
        words = wanted.text.strip().casefold()
        found = []
        for entry in self._memory.entries.values():
            row = self._row(entry)
            told = f"{row.title} {row.path.name} {row.city_id or ''}".casefold()
            if (
                (not words or words in told)
                and wanted.city_id in (None, row.city_id)
                and (not wanted.states or row.state in wanted.states)
            ):
                found.append((_shelf(row, entry.place), row))
        return [row for _, row in sorted(found, key=lambda pair: pair[0])][offset : offset + limit]

    def counts(self) -> Counts:
        """How many jobs are where."""
        by_state: dict[JobState, int] = {}
        by_city: dict[CityId | None, int] = {}
        for entry in self._memory.entries.values():
            state, city = entry.job.state, entry.job.city_id
            by_state[state] = by_state.get(state, 0) + 1
            if state not in (JobState.DONE, JobState.CANCELLED):
                by_city[city] = by_city.get(city, 0) + 1
        return Counts(by_state=by_state, open_by_city=by_city)

    def find_prefix(self, text: str) -> list[JobId]:
        """Jobs whose id begins with this text."""
        return sorted(job_id for job_id in self._memory.entries if text and job_id.startswith(text.lower()))

    def open_job_of(self, fingerprint: Fingerprint) -> JobId | None:
        """The newest job of this content that is not cancelled."""
        found = [
            (entry.job.added_at, job_id)
            for job_id, entry in self._memory.entries.items()
            if entry.job.recording.fingerprint == fingerprint and entry.job.state is not JobState.CANCELLED
        ]
        return max(found)[1] if found else None

    def job_at(self, fingerprint: Fingerprint, path: Path) -> JobId | None:
        """The newest job of this content in this place."""
        there = [
            entry.job
            for entry in self._memory.entries.values()
            if (entry.job.recording.fingerprint, self._memory.recordings[entry.job.recording.id].path)
            == (fingerprint, path)
        ]
        return max(there, key=lambda job: job.added_at).id if there else None

    def pause(self, job_id: JobId, is_paused: bool, now: datetime) -> bool:
        """The operator's flag."""
        entry = self._memory.entries[job_id]
        if entry.job.is_paused == is_paused or entry.job.state in (JobState.DONE, JobState.CANCELLED):
            return False
        entry.job = replace(entry.job, is_paused=is_paused)
        entry.revise()
        self._memory.refresh(entry, now)
        return True

    def cancel(self, job_id: JobId, now: datetime) -> tuple[list[StepId], bool]:
        """Cancel what waits."""
        entry = self._memory.entries[job_id]
        running = [w.step.id for w in entry.works.values() if w.step.state is StepState.RUNNING]
        changed = not entry.is_cancelled and entry.job.state is not JobState.DONE
        entry.is_cancelled = entry.is_cancelled or changed
        for work in entry.works.values():
            if work.step.state not in (StepState.RUNNING, StepState.DONE, StepState.CANCELLED):
                work.last_condition = ""
                work.to(StepState.CANCELLED, condition="", not_before=None, ended_at=now)
                changed = True
        entry.revision += changed
        self._memory.forget_holds()
        self._memory.refresh(entry, now)
        return running, changed

    def retry(self, job_id: JobId, now: datetime) -> bool:
        """Go on."""
        entry = self._memory.entries[job_id]
        changed = False
        done = {kind for kind, work in entry.works.items() if work.step.state is StepState.DONE}
        fresh: dict[str, object] = {
            "condition": "",
            "problem": None,
            "not_before": None,
            "ended_at": None,
            "attempts": 0,
        }
        for work in entry.works.values():
            state = work.step.state
            if state in (StepState.FAILED, StepState.HELD):
                work.to(StepState.READY, **fresh)
            elif state is StepState.CANCELLED:
                work.to(StepState.READY if set(work.needs) <= done else StepState.WAITING, **fresh)
            elif state is StepState.READY and work.step.not_before is not None:
                work.step = replace(work.step, **fresh)  # type: ignore[arg-type]
            else:
                continue
            work.interruptions, work.cut_off, work.last_condition = 0, 0, ""
            changed = True
        if changed:
            entry.is_cancelled = False
            entry.job = replace(entry.job, is_acknowledged=False)
            entry.revise()
            self._memory.forget_holds()
            self._memory.refresh(entry, now)
        return changed

    def redo(self, job_id: JobId, kind: StepKind, now: datetime, forget: Collection[str] = ()) -> bool:
        """A step that is done, and all that follow it, are done again; False when it is not done."""
        entry = self._memory.entries.get(job_id)
        if entry is None or kind not in entry.works:
            return False
        states = {each: work.step.state for each, work in entry.works.items()}
        if states[kind] is not StepState.DONE:
            return False
        after = followers_of(entry.job.plan, kind)
        refuse_redo(states, after)
        for each in {kind, *after}:
            work = entry.works[each]
            to = StepState.READY if each is kind else StepState.WAITING
            if work.step.state is not to:
                work.to(to, condition="", problem=None, not_before=None, ended_at=None, attempts=0)
                work.step = replace(work.step, progress=0.0, note="", reused=False)
            work.interruptions, work.cut_off, work.last_condition = 0, 0, ""
            work.kept = [
                kept for kept in work.kept if not any(fnmatchcase(kept.key, each) for each in forget)
            ]
        entry.job = replace(entry.job, is_acknowledged=False)
        entry.revise()
        self._memory.forget_holds()
        self._memory.refresh(entry, now)
        return True

    def approve(self, job_id: JobId, now: datetime, key: str = APPROVED) -> bool:
        """A person says yes to its publishing."""
        entry = self._memory.entries.get(job_id)
        work = entry.works.get(StepKind.PUBLISH) if entry else None
        if work is None or work.step.state in (StepState.DONE, StepState.CANCELLED):
            return False
        if any(kept.key == key for kept in work.kept):
            return False
        work.kept.append(Checkpoint(key=key, body={}, at=now))
        return True

    def remove(self, job_id: JobId) -> None:
        """Forget a job that does not run."""
        self.remove_all([job_id])

    def remove_all(self, job_ids: Sequence[JobId]) -> None:
        """The same for several."""
        if any(self.running_steps(job_id) for job_id in job_ids):
            raise Conflict("A job that is being worked on cannot be removed", code="VS-JOB-RUNS")
        for job_id in job_ids:
            entry = self._memory.entries.pop(job_id, None)
            if entry is not None:
                self._memory.forget_recording(entry.job.recording.id)
        self._memory.forget_holds()

    def take_out(self, job_ids: Sequence[JobId]) -> TakenOut:
        """Remove them, and give back everything that went."""
        memory = self._memory
        gone = [memory.entries[job_id] for job_id in job_ids if job_id in memory.entries]
        known = [memory.recordings[entry.job.recording.id] for entry in gone]
        pictures = {each.id: memory.pictures[each.id] for each in known if each.id in memory.pictures}
        self.remove_all(job_ids)
        return TakenOut(tuple(entry.job.id for entry in gone), copy.deepcopy((gone, known, pictures)))

    def put_back(self, taken: TakenOut) -> list[JobId]:
        """As they were."""
        gone, known, pictures = cast(
            "tuple[list[Entry], list[Recording], dict[RecordingId, str]]", copy.deepcopy(taken.content)
        )
        back = [entry for entry in gone if entry.job.id not in self._memory.entries]
        memory = self._memory
        for entry, recording in zip(gone, known, strict=True):
            there = (recording.fingerprint, recording.path)
            same = [each for each in memory.recordings.values() if (each.fingerprint, each.path) == there]
            kept = memory.recordings.get(recording.id) or (same[0] if same else recording)
            memory.recordings[kept.id] = kept
            memory.pictures = {k: v for k, v in pictures.items() if k == kept.id} | memory.pictures
            entry.job = replace(entry.job, recording=kept)
            entry.revise()
        memory.entries |= {entry.job.id: entry for entry in back}
        return [entry.job.id for entry in back]

    def acknowledge(self, job_id: JobId, now: datetime) -> bool:
        """A person has seen it."""
        entry = self._memory.entries[job_id]
        changed = not entry.job.is_acknowledged
        entry.job = replace(entry.job, is_acknowledged=True)
        entry.revision += changed
        return changed

    def place(self, job_id: JobId, rank: Rank, place: float, deadline: datetime | None = None) -> None:
        """Somewhere in the line."""
        entry = self._memory.entries[job_id]
        entry.place = place
        entry.revise()
        entry.job = replace(entry.job, rank=rank, deadline=deadline or entry.job.deadline)

    def pinned(self) -> list[tuple[JobId, float]]:
        """Pinned jobs that are not finished, in order."""
        found = [
            (entry.place, job_id)
            for job_id, entry in self._memory.entries.items()
            if entry.job.rank is Rank.PINNED and entry.job.state not in (JobState.DONE, JobState.CANCELLED)
        ]
        return [(job_id, place) for place, job_id in sorted(found)]

    def set_city(self, job_id: JobId, city_id: CityId | None) -> None:
        """A person corrected it."""
        entry = self._memory.entries[job_id]
        entry.job = replace(entry.job, city_id=city_id)
        entry.revise()

    def unheard(self, city_id: CityId) -> list[tuple[JobId, Preset]]:
        """Nothing was kept of their words."""
        waits = (StepState.WAITING, StepState.READY, StepState.HELD)
        return [
            (entry.job.id, entry.job.preset)
            for entry in sorted(self._memory.entries.values(), key=lambda e: (e.job.added_at, e.job.id))
            if entry.job.city_id == city_id
            and (work := entry.works.get(StepKind.SPEECH)) is not None
            and work.step.state in waits
            and not work.kept
        ]

    def set_preset(self, job_id: JobId, preset: Preset) -> None:
        """It carries another one."""
        entry = self._memory.entries[job_id]
        entry.job = replace(entry.job, preset=preset)

    def running_steps(self, job_id: JobId | None = None) -> list[tuple[StepId, JobId, Lane]]:
        """What runs now."""
        return [
            (work.step.id, entry.job.id, LANE_OF[work.step.kind])
            for entry, work in self._memory.works()
            if work.step.state is StepState.RUNNING and job_id in (None, entry.job.id)
        ]

    def old(self, ended_before: datetime) -> list[JobId]:
        """What retention may remove."""
        return [
            entry.job.id
            for entry in sorted(
                self._memory.entries.values(), key=lambda e: (e.job.ended_at is None, e.job.ended_at)
            )
            if entry.job.ended_at is not None
            and entry.job.ended_at < ended_before
            and (entry.job.state in (JobState.DONE, JobState.CANCELLED) or entry.job.is_acknowledged)
        ]

    def may_forget(self, now: datetime) -> bool:
        """Whether the clock can be believed."""
        memory = self._memory
        asked, memory.asked_at = memory.asked_at or now, now
        if now - asked > LEAP:
            memory.leapt_at = now
            memory.lines.append(leap_told(now, now - asked))
            return False
        return memory.leapt_at is None or not timedelta(0) <= now - memory.leapt_at < LEAP

    def of_city(self, city_id: CityId, limit: int) -> list[JobRow]:
        """The newest jobs of a city."""
        found = [self._row(e) for e in self._memory.entries.values() if e.job.city_id == city_id]
        return sorted(found, key=lambda row: row.added_at, reverse=True)[:limit]

    def finished_since(self, since: datetime) -> list[tuple[datetime, float]]:
        """(when, how many seconds of video), oldest first."""
        return sorted(
            (e.job.ended_at, e.job.recording.duration_s or 0.0)
            for e in self._memory.entries.values()
            if e.job.state is JobState.DONE and e.job.ended_at and e.job.ended_at >= since
        )

    def captioned_share(self, city_id: CityId, since: datetime) -> tuple[int, int]:
        """(finished with captions, all finished or failed)."""
        ended = [
            e
            for e in self._memory.entries.values()
            if e.job.city_id == city_id
            and e.job.state is not JobState.CANCELLED
            and e.job.ended_at
            and e.job.ended_at >= since
        ]
        captioned = [e for e in ended if e.job.state is JobState.DONE and _has_captions(e)]
        return len(captioned), len(ended)


class FakeRecordings:
    """`core.ports.Recordings`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def keep(self, recording: Recording) -> Recording:
        """Store it; one row for one content in one place."""
        for known in self._memory.recordings.values():
            if (known.fingerprint, known.path) == (recording.fingerprint, recording.path):
                recording = replace(
                    recording, id=known.id, duration_s=recording.duration_s or known.duration_s
                )
                break
        self._memory.know(recording)
        return recording

    def measured(self, recording_id: RecordingId, duration_s: float, facts: Json) -> None:
        """What probe found."""
        known = self._memory.recordings[recording_id]
        self._memory.know(replace(known, duration_s=duration_s))
        height = facts.get("height")
        self._memory.pictures[recording_id] = f"{height}p" if isinstance(height, int) and height > 0 else ""

    def moved(self, recording_id: RecordingId, path: Path) -> None:
        """The same content was seen elsewhere."""
        known = self._memory.recordings[recording_id]
        for other in self._memory.recordings.values():
            if (other.fingerprint, other.path) == (known.fingerprint, path) and other.id != known.id:
                self._go_over(known, other)
                return
        self._memory.know(replace(known, path=path))

    def _go_over(self, known: Recording, other: Recording) -> None:
        if other.duration_s is None:
            other = replace(other, duration_s=known.duration_s)
            self._memory.pictures[other.id] = self._memory.pictures.get(known.id, "")
        for entry in self._memory.entries.values():
            if entry.job.recording.id == known.id:
                entry.job = replace(entry.job, recording=other)
        for version in list(self._memory.versions.values()):
            if version.recording_id == known.id:
                self._memory.versions[version.id] = replace(version, recording_id=other.id)
        self._memory.know(other)
        self._memory.forget_recording(known.id)


class FakeTranscripts:
    """`core.ports.Transcripts`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def add(self, version: TranscriptVersion) -> None:
        """Know this version; one that is known already stays as it is."""
        self._memory.versions.setdefault(version.id, replace(version, is_chosen=False))
        if version.is_chosen:
            self.choose(version.id)

    def version(self, transcript_id: TranscriptId) -> TranscriptVersion | None:
        """The version with this id."""
        return self._memory.versions.get(transcript_id)

    def of(self, recording_id: RecordingId) -> list[TranscriptVersion]:
        """All versions of this content, newest first."""
        found = [v for v in self._memory.versions.values() if self._is_same(v.recording_id, recording_id)]
        return sorted(found, key=lambda version: version.made_at)[::-1]

    def chosen(self, recording_id: RecordingId) -> TranscriptVersion | None:
        """The one that captions are made of."""
        return next((version for version in self.of(recording_id) if version.is_chosen), None)

    def choose(self, transcript_id: TranscriptId) -> None:
        """From now on this one counts."""
        wanted = self.version(transcript_id)
        for version in self.of(wanted.recording_id) if wanted else []:
            self._memory.versions[version.id] = replace(version, is_chosen=version.id == transcript_id)

    def _is_same(self, one: RecordingId, other: RecordingId) -> bool:
        known = self._memory.recordings
        return other in known and known[one].fingerprint == known[other].fingerprint


class FakeSamples:
    """`core.ports.Samples`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def keep(self, sample: Sample) -> None:
        """Know this minute."""
        self._memory.samples[sample.fingerprint, sample.model, sample.start_s] = sample

    def of(self, fingerprint: Fingerprint, model: str) -> list[Sample]:
        """The corrected minutes of a recording."""
        found = [s for s in self._memory.samples.values() if (s.fingerprint, s.model) == (fingerprint, model)]
        return sorted(found, key=lambda sample: sample.start_s)

    def measured(self, city_id: CityId) -> tuple[Measured, ...]:
        """What the whole measurements of a city say."""
        whole: dict[str, list[list[Sample]]] = {}
        of_city = [sample for sample in self._memory.samples.values() if sample.city_id == city_id]
        for fingerprint, model in {(sample.fingerprint, sample.model) for sample in of_city}:
            found = [s for s in of_city if (s.fingerprint, s.model) == (fingerprint, model)]
            if len(found) >= max(sample.samples for sample in found):
                whole.setdefault(model, []).append(found)
        told = [_sum_of(model, found) for model, found in whole.items()]
        return tuple(
            sorted(sorted(told, key=lambda each: each.model), key=lambda each: each.at, reverse=True)
        )


def _sum_of(model: str, found: list[list[Sample]]) -> Measured:
    samples = [sample for one in found for sample in one]
    return Measured(
        model=model,
        words=sum(sample.words for sample in samples),
        errors=sum(sample.changed + sample.missing + sample.invented for sample in samples),
        samples=len(samples),
        recordings=len(found),
        at=max(sample.at for sample in samples),
    )


class FakeNotes:
    """`core.ports.Notes`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def get(self, key: str) -> str | None:
        """A stored switch or fact."""
        return self._memory.notes.get(key)

    def set(self, key: str, value: str) -> None:
        """Store it."""
        self._memory.notes[key] = value

    def log(self, line: LogLine) -> None:
        """Append."""
        self._memory.lines.append(line)

    def log_lines(self, limit: int, text: str = "") -> list[LogLine]:
        """The newest lines."""
        return [line for line in reversed(self._memory.lines) if line.is_about(text)][:limit]

    def log_of(self, job_id: JobId, limit: int) -> list[LogLine]:
        """The newest lines of one job."""
        return [line for line in reversed(self._memory.lines) if line.job_id == job_id][:limit]

    def audit(self, what: str, body: Json, now: datetime) -> None:
        """Append."""
        self._memory.trail.append((what, body, now))

    def audit_of(self, job_id: JobId, limit: int) -> list[AuditNote]:
        """The newest rows of the trail that name this job."""
        found = [AuditNote(at=at, what=what, body=body) for what, body, at in reversed(self._memory.trail)]
        return [note for note in found if job_id in json.dumps(note.body)][:limit]


class FakeUnit:
    """One transaction over the memory."""

    def __init__(self, memory: Memory) -> None:
        self.jobs = FakeJobs(memory)
        self.queue = FakeQueue(memory)
        self.recordings = FakeRecordings(memory)
        self.transcripts = FakeTranscripts(memory)
        self.samples = FakeSamples(memory)
        self.notes = FakeNotes(memory)


class FakeStore:
    """`core.ports.Store`: each transaction works on a copy that takes the place of the memory when it went well."""

    def __init__(self) -> None:
        self.memory = Memory()
        self._lock = threading.RLock()

    async def run(self, work: Callable[[Unit], T]) -> T:
        """From the loop."""
        return self.call(work)

    def call(self, work: Callable[[Unit], T]) -> T:
        """From a worker."""
        with self._lock:
            memory = copy.deepcopy(self.memory)
            result = work(FakeUnit(memory))
            self.memory = memory
            return result

    async def look(self, work: Callable[[Unit], T]) -> T:
        """A read: what it writes is forgotten."""
        return work(FakeUnit(copy.deepcopy(self.memory)))

    def close(self) -> None:
        """Nothing to close."""


def _candidate(entry: Entry, work: Work) -> Candidate:
    return Candidate(
        step_id=work.step.id,
        job_id=entry.job.id,
        city_id=entry.job.city_id,
        rank=entry.job.rank,
        place=entry.place,
        deadline=entry.job.deadline,
        is_started=work.is_started,
    )


def _hashes(result: StepResult) -> set[tuple[str, str]]:
    return {(output.name, output.sha256) for output in result.outputs}


def _outputs(entry: Entry, kind: StepKind) -> tuple[Output, ...]:
    work = entry.works.get(kind)
    return work.result.outputs if work and work.result else ()


def _has_captions(entry: Entry) -> bool:
    return bool(_outputs(entry, StepKind.CAPTIONS))


def _still(entry: Entry) -> Path | None:
    stills = _outputs(entry, StepKind.STILLS)
    return min(stills, key=lambda output: output.name).path if stills else None


def _finish_at(work: Work) -> datetime | None:
    step = work.step
    done = step.progress - work.claimed_progress
    if step.state is not StepState.RUNNING or not work.beat_at or not step.started_at or done < 0.005:
        return None
    taken = (work.beat_at - step.started_at) // timedelta(microseconds=1)
    return work.beat_at + timedelta(microseconds=int(taken / done * (1.0 - step.progress)))


def _shelf(row: JobRow, place: float) -> tuple[int, int, float, str]:
    if row.state in _ENDED:
        shelf = 3 if row.state in (JobState.DONE, JobState.CANCELLED) else 2
        return (shelf, 0, -row.ended_at.timestamp() if row.ended_at else 0.0, row.id)
    return (_SHELF[row.state], row.rank.value, place, row.id)
