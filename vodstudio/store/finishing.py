"""How a step ends: its files, its new state, the next steps and a line for the log in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import Problem, is_patience
from vodstudio.core.jobs import JobId, StepId, StepKind, StepResult, StepState, check_transition
from vodstudio.core.ports import Again, CancelledByUser, Done, Failed, Held, Outcome, PutBack
from vodstudio.core.recording import Fingerprint, RecordingId
from vodstudio.core.rows import LogLine, Verdict
from vodstudio.core.transcripts import SPEECH, TranscriptVersion, may_take_over, transcript_id
from vodstudio.core.wording import STEP_NAMES
from vodstudio.store.claiming import result_of
from vodstudio.store.notes import SqlNotes
from vodstudio.store.recordings import SqlRecordings
from vodstudio.store.standing import refresh
from vodstudio.store.transcripts import SqlTranscripts
from vodstudio.store.values import city_of, dump, micros, one_line, path_text, problem_text

Owned = tuple[StepId, int]

_STEP = """
SELECT s.job_id, s.kind, s.key, s.reuse_of, j.is_cancelled, j.city_id, r.id, r.title, s.last_condition,
 s.progress <> s.claimed_progress, r.fingerprint
 FROM steps AS s JOIN jobs AS j ON j.id = s.job_id JOIN recordings AS r ON r.id = j.recording_id
 WHERE s.id = ? AND s.attempts = ? AND s.state = 'running'"""
_DONE = """
UPDATE steps SET state = 'done', owner = NULL, progress = 1, interruptions = 0, note = ?, facts = ?,
 is_reused = ?, ended_at = ?, last_condition = '' WHERE id = ?"""
_HELD = """
UPDATE steps SET state = 'held', owner = NULL, attempts = attempts - 1, condition = ?, problem = ? WHERE id = ?"""
_NEWLY_HELD = "UPDATE steps SET last_condition = ?, held_at = ? WHERE id = ?"
_FAILED = """
UPDATE steps SET state = 'failed', owner = NULL, problem = ?, needs_user = ?, ended_at = ?, last_condition = ''
 WHERE id = ?"""
_AGAIN = "UPDATE steps SET state = 'ready', owner = NULL, not_before = ?, problem = ? WHERE id = ?"
_PUT_BACK = "UPDATE steps SET state = 'ready', owner = NULL, attempts = attempts - 1 WHERE id = ?"
_CANCELLED = """
UPDATE steps SET state = 'cancelled', owner = NULL, ended_at = ?, last_condition = '' WHERE id = ?"""
_OUTPUT = """
INSERT OR REPLACE INTO outputs (step_id, name, job_id, path, size_bytes, sha256, facts)
 VALUES (?, ?, ?, ?, ?, ?, ?)"""
_FORGET_CHECKPOINTS = "DELETE FROM checkpoints WHERE step_id = ?"
_FORGET_OUTPUTS = "DELETE FROM outputs WHERE step_id = ?"
NEXT_READY = """
UPDATE steps SET state = 'ready', is_started = 1
 WHERE state = 'waiting' AND id IN (SELECT step_id FROM step_needs WHERE needs_id = ?)
 AND NOT EXISTS (SELECT 1 FROM step_needs AS n JOIN steps AS other ON other.id = n.needs_id
  WHERE n.step_id = steps.id AND other.state <> 'done')"""
FREE_TWINS = "UPDATE steps SET waits_for_key = NULL WHERE waits_for_key = ?"
_STILL = "UPDATE jobs SET still = ? WHERE id = ?"
_FIRST_HELD = "INSERT INTO holds (condition, title) VALUES (?, ?) ON CONFLICT DO NOTHING"

WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """A running step about to end."""

    connection: Connection
    step_id: StepId
    now: datetime
    job_id: JobId
    kind: StepKind
    key: str
    reuse_of: StepId | None
    is_cancelled: bool
    city: str
    recording_id: RecordingId
    title: str
    last_condition: str
    has_got_on: bool
    fingerprint: Fingerprint

    def write(self, statement: str, *values: object) -> None:
        """One statement in the transaction of this ending."""
        self.connection.exec_driver_sql(statement, values)

    def log(self, verdict: Verdict, sentence: str) -> None:
        """A line for the activity log."""
        line = LogLine(
            at=self.now,
            verdict=verdict,
            where=self.title,
            text=f"{STEP_NAMES[self.kind]}: {sentence}",
            job_id=self.job_id,
            city_id=city_of(self.city),
        )
        SqlNotes(self.connection).log(line)


def finish(connection: Connection, owned: Owned, outcome: Outcome, now: datetime) -> bool:
    """End a step if this attempt still owns it."""
    row = connection.exec_driver_sql(_STEP, owned).first()
    if row is None:
        return False
    ending = _Ending(
        connection=connection,
        step_id=owned[0],
        now=now,
        job_id=row[0],
        kind=StepKind(row[1]),
        key=row[2],
        reuse_of=row[3],
        is_cancelled=bool(row[4]),
        city=row[5],
        recording_id=row[6],
        title=row[7],
        last_condition=row[8],
        has_got_on=bool(row[9]),
        fingerprint=row[10],
    )
    crash_point("store.finish.before")
    _end(ending, _settled(outcome, ending))
    connection.exec_driver_sql(FREE_TWINS, (ending.key,))
    refresh(connection, ending.job_id, now)
    crash_point("store.finish.written")
    return True


def _settled(outcome: Outcome, ending: _Ending) -> Outcome:
    """A job that was cancelled does not come back; one that was retried since is not cancelled any more."""
    if isinstance(outcome, Done):
        return outcome
    if ending.is_cancelled:
        return CancelledByUser()
    return PutBack() if isinstance(outcome, CancelledByUser) else outcome


def _end(ending: _Ending, outcome: Outcome) -> None:
    match outcome:
        case Done(result):
            _done(ending, result)
        case Held(condition, problem):
            _held(ending, condition, problem)
        case Failed(problem):
            _failed(ending, problem)
        case Again(at, problem):
            check_transition(StepState.RUNNING, StepState.READY)
            ending.write(_AGAIN, micros(at), problem_text(problem), ending.step_id)
            ending.log(Verdict.CARE, f"is tried again by itself. {problem.title}")
        case PutBack():
            check_transition(StepState.RUNNING, StepState.READY)
            ending.write(_PUT_BACK, ending.step_id)
        case CancelledByUser():
            check_transition(StepState.RUNNING, StepState.CANCELLED)
            ending.write(_CANCELLED, micros(ending.now), ending.step_id)
        case other:
            assert_never(other)


def _held(ending: _Ending, condition: str, problem: Problem) -> None:
    check_transition(StepState.RUNNING, StepState.HELD)
    if is_new_wait(condition, ending.last_condition, has_got_on=ending.has_got_on):
        ending.write(_NEWLY_HELD, condition, micros(ending.now), ending.step_id)
        ending.log(Verdict.CARE, f"waits. {problem.title}")
    ending.write(_HELD, condition, problem_text(problem), ending.step_id)
    ending.write(_FIRST_HELD, condition, one_line(problem.title))


def is_new_wait(condition: str, last: str, *, has_got_on: bool) -> bool:
    """Whether this is news: one more look at what others still do is not, nor the same wait without any progress."""
    return condition != last or (has_got_on and not is_patience(condition))


def _failed(ending: _Ending, problem: Problem) -> None:
    check_transition(StepState.RUNNING, StepState.FAILED)
    ending.write(_FAILED, problem_text(problem), problem.needs_user, micros(ending.now), ending.step_id)
    ending.log(Verdict.BAD, f"failed. {problem.title}")


def _done(ending: _Ending, result: StepResult) -> None:
    check_transition(StepState.RUNNING, StepState.DONE)
    is_reused = ending.reuse_of is not None and _is_the_same(ending, ending.reuse_of, result)
    note, at = one_line(result.note), micros(ending.now)
    ending.write(_DONE, note, dump(result.facts), is_reused, at, ending.step_id)
    ending.write(_FORGET_CHECKPOINTS, ending.step_id)
    _keep_outputs(ending, result)
    ending.write(NEXT_READY, ending.step_id)
    if ending.kind is StepKind.PROBE:
        _measured(ending, result)
    if ending.kind is StepKind.SPEECH:
        _keep_words(ending, result)
    ending.log(Verdict.GOOD, f"done. {note}" if note else "done.")


def _keep_outputs(ending: _Ending, result: StepResult) -> None:
    ending.write(_FORGET_OUTPUTS, ending.step_id)
    for output in result.outputs:
        path = path_text(output.path)
        ending.write(
            _OUTPUT,
            *(ending.step_id, output.name, ending.job_id, path, output.size_bytes, output.sha256),
            dump(output.facts),
        )
    if ending.kind is StepKind.STILLS and result.outputs:
        first = min(result.outputs, key=lambda output: output.name)
        ending.write(_STILL, path_text(first.path), ending.job_id)


def _measured(ending: _Ending, result: StepResult) -> None:
    """What the row shows of a recording is known as soon as it has been looked at."""
    duration_s = result.facts.get("duration_s")
    if isinstance(duration_s, int | float):
        SqlRecordings(ending.connection).measured(ending.recording_id, float(duration_s), result.facts)


def _keep_words(ending: _Ending, result: StepResult) -> None:
    """A version of the words; it counts from now on, unless a person's work would have to give way (E20)."""
    heard = next((output for output in result.outputs if output.name == WORDS), None)
    if heard is None:
        return
    versions = SqlTranscripts(ending.connection)
    versions.add(
        TranscriptVersion(
            id=transcript_id(ending.fingerprint, heard.sha256),
            recording_id=ending.recording_id,
            parent_id=None,
            path=heard.path,
            sha256=heard.sha256,
            author=SPEECH,
            is_chosen=may_take_over(versions.chosen(ending.recording_id)),
            made_at=ending.now,
        )
    )


def _is_the_same(ending: _Ending, twin: StepId, result: StepResult) -> bool:
    """Whether the files are those of the twin, and not made anew."""
    before = result_of(ending.connection, twin, "{}", "")
    return {(o.name, o.sha256) for o in before.outputs} == {(o.name, o.sha256) for o in result.outputs}
