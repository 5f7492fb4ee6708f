"""Our values as plain JSON: what the command line prints and what other tools build on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from vodstudio.captions.accuracy import Accuracy
from vodstudio.core.errors import Problem
from vodstudio.core.events import QueueSwitched
from vodstudio.core.jobs import Job, JobState, Step
from vodstudio.core.rows import AuditNote, Check, CityCard, Counts, HeldCondition, JobRow, StorageView
from vodstudio.core.station import StorageId
from vodstudio.services.importing import ImportReport
from vodstudio.services.trail import words_of

Shape = dict[str, object]


def job_shape(job: Job) -> Shape:
    """Everything about one job; the keys are a promise."""
    return {
        "id": job.id,
        "recording": {
            "path": str(job.recording.path),
            "duration_s": job.recording.duration_s,
            "fingerprint": job.recording.fingerprint,
        },
        "city": job.city_id,
        "preset": job.preset.id,
        "plan": job.plan.value,
        "state": job.state.value,
        "why": job.why,
        "steps": [step_shape(step) for step in job.steps],
        "outputs": {name: str(output.path) for name, output in job.outputs.items()},
    }


def trail_shape(notes: Sequence[AuditNote]) -> list[Shape]:
    """What the audit trail says of a job, oldest first, as a story is told."""
    return [
        {"at": time_shape(note.at), "what": note.what, "text": words_of(note)} for note in reversed(notes)
    ]


def step_shape(step: Step) -> Shape:
    """One step of a job."""
    return {
        "kind": step.kind.value,
        "state": step.state.value,
        "attempts": step.attempts,
        "progress": step.progress,
        "error": error_shape(step.problem) if step.problem else None,
    }


def error_shape(problem: Problem) -> Shape:
    """What went wrong: for people, and the code for support."""
    return {"code": problem.code, "title": problem.title, "hint": problem.hint}


def row_shape(row: JobRow) -> Shape:
    """One row of the queue."""
    return {
        "id": row.id,
        "title": row.title,
        "path": str(row.path),
        "city": row.city_id,
        "plan": row.plan.value,
        "state": row.state.value,
        "current": row.current.value if row.current else None,
        "progress": row.progress,
        "speed": row.speed,
        "finish_at": time_shape(row.finish_at),
        "duration_s": row.duration_s,
        "why": row.why,
        "note": row.note,
        "is_paused": row.is_paused,
        "rank": row.rank.name.lower(),
        "deadline": time_shape(row.deadline),
        "added_at": time_shape(row.added_at),
        "ended_at": time_shape(row.ended_at),
        "error": error_shape(row.problem) if row.problem else None,
    }


def time_shape(at: datetime | None) -> str | None:
    """ISO 8601 in UTC."""
    return at.isoformat(timespec="seconds") if at else None


def counts_shape(counts: Counts) -> Shape:
    """How many jobs are in each state."""
    return {state.value: counts.by_state.get(state, 0) for state in JobState}


def held_shape(held: HeldCondition) -> Shape:
    """A condition that steps wait for."""
    return {
        "condition": held.condition,
        "title": held.title,
        "steps": held.steps,
        "since": time_shape(held.since),
        "checked_at": time_shape(held.checked_at),
    }


def switch_shape(switched: QueueSwitched) -> Shape:
    """How the switches of the whole queue stand."""
    return {"is_paused": switched.is_paused, "stop_after_current": switched.stop_after_current}


def report_shape(report: ImportReport) -> Shape:
    """What became of each file."""
    return {
        "added": [row_shape(row) for row in report.added],
        "known": [{"path": str(k.path), "job": k.job_id, "title": k.title} for k in report.known],
        "refused": [{"path": str(r.path), "error": error_shape(r.problem)} for r in report.refused],
    }


def card_shape(card: CityCard, looked: Mapping[StorageId, StorageView]) -> Shape:
    """A city; its storages as they were just seen."""
    return {
        "id": card.city_id,
        "name": card.name,
        "storages": [storage_shape(looked.get(view.id, view)) for view in card.storages],
        "captioned_share": card.captioned_share,
        "measured": [each.to_json() for each in card.measured],
        "needs_a_look": card.needs_a_look,
        "held": card.held,
        "latest": row_shape(card.latest) if card.latest else None,
    }


def accuracy_shape(accuracy: Accuracy) -> Shape:
    """What was measured, with the limits of what it means."""
    low, high = accuracy.range_percent
    return {
        "words": accuracy.words,
        "changed": accuracy.changed,
        "missing": accuracy.missing,
        "invented": accuracy.invented,
        "error_percent": round(accuracy.error_percent, 1),
        "low_percent": round(low, 1),
        "high_percent": round(high, 1),
        "sentence": accuracy.sentence,
    }


def storage_shape(view: StorageView) -> Shape:
    """One storage."""
    return {
        "id": view.id,
        "is_present": view.is_present,
        "free_bytes": view.free_bytes,
        "shared": view.shared,
        "problem": view.problem,
    }


def checks_shape(checks: Sequence[Check]) -> Shape:
    """The lines of doctor."""
    return {
        "checks": [
            {
                "id": check.id,
                "name": check.name,
                "verdict": check.verdict.value,
                "text": check.text,
                "fix": check.fix,
            }
            for check in checks
        ]
    }
