"""What a row of the queue says: every word of it worked out once, so that painting only paints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from vodstudio.core.jobs import JobId, JobState, PlanKind, Rank, StepKind, StepState
from vodstudio.core.rows import JobRow, Pip
from vodstudio.ui.theme import Tone
from vodstudio.ui.wording import (
    STATE_NAMES,
    STEP_NAMES,
    STEP_STATE_NAMES,
    clock,
    day,
    duration,
    percent,
    size,
    times,
)

SURE_FROM = 0.02
_NO_NAMES = frozenset((
    "A", "An", "Another", "Caption", "Captions", "It", "Looking", "More", "No", "Nobody", "Nothing", "Others",
    "Published,", "Publishing", "Recordings", "Somebody", "Something", "The", "There", "These", "This", "Too",
    "Waiting", "We", "What", "Words", "Writing",
))  # fmt: skip
TONE_OF: dict[JobState, Tone] = {
    JobState.WAITING: Tone.PLAIN,
    JobState.WORKING: Tone.ACCENT,
    JobState.PAUSED: Tone.PLAIN,
    JobState.HELD: Tone.HELD,
    JobState.NEEDS_A_LOOK: Tone.LOOK,
    JobState.FAILED: Tone.FAILED,
    JobState.CANCELLED: Tone.PLAIN,
    JobState.DONE: Tone.DONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A pip as it is painted."""

    icon: str
    tone: Tone
    is_filled: bool
    is_ringed: bool
    tooltip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A row in words."""

    job_id: JobId
    title: str
    city_id: str
    city: str
    about: str
    length: str
    still: Path | None
    marks: tuple[Mark, ...]
    tone: Tone
    headline: str
    second: str
    progress: float | None
    tooltip: str

    @property
    def spoken(self) -> str:
        """The row for a screen reader."""
        return ", ".join(
            part for part in (self.title, self.city, self.about, self.headline, self.second) if part
        )


def face_of(row: JobRow, city: str, now: datetime) -> Face:
    """Put a row into words."""
    headline, second = _state_words(row, now)
    return Face(
        job_id=row.id,
        title=row.title,
        city_id=row.city_id or "",
        city=city or "No city yet",
        about=_about(row),
        length=duration(row.duration_s) if row.duration_s else "",
        still=row.still,
        marks=tuple(_mark(pip) for pip in row.pips),
        tone=TONE_OF[row.state],
        headline=headline,
        second=second,
        progress=row.progress if row.state is JobState.WORKING else None,
        tooltip=_tooltip(row, headline, second),
    )


def further_face(face: Face, row: JobRow, now: datetime) -> Face:
    """The same row a little later: only what speaks of progress is worked out again."""
    headline = _doing(row, now)
    return replace(face, headline=headline, progress=row.progress, tooltip=_tooltip(row, headline, ""))


def _about(row: JobRow) -> str:
    parts = [
        day(row.recorded_on) if row.recorded_on else "",
        row.picture,
        size(row.size_bytes) if row.size_bytes else "",
        "captioned in place" if row.plan is PlanKind.CAPTION_IN_PLACE else "",
        "first" if row.rank is Rank.PINNED and row.state is JobState.WAITING else "",
        "backlog" if row.rank is Rank.BACKLOG and row.state is JobState.WAITING else "",
    ]
    return " · ".join(part for part in parts if part)


def _tooltip(row: JobRow, headline: str, second: str) -> str:
    hint = row.problem.hint if row.problem else ""
    return "\n".join(dict.fromkeys(part for part in (headline, second, hint, str(row.path)) if part))


def _mark(pip: Pip) -> Mark:
    tone = _pip_tone(pip)
    return Mark(
        icon=pip.kind.value,
        tone=tone,
        is_filled=tone is not Tone.PLAIN,
        is_ringed=pip.state is StepState.RUNNING,
        tooltip=f"{STEP_NAMES[pip.kind]}: {_pip_word(pip)}",
    )


def _pip_tone(pip: Pip) -> Tone:
    if pip.state is StepState.FAILED:
        return Tone.LOOK if pip.needs_user else Tone.FAILED
    return {
        StepState.DONE: Tone.DONE,
        StepState.RUNNING: Tone.ACCENT,
        StepState.HELD: Tone.HELD,
    }.get(pip.state, Tone.PLAIN)


def _pip_word(pip: Pip) -> str:
    if pip.state is StepState.FAILED and pip.needs_user:
        return "needs a look"
    return STEP_STATE_NAMES[pip.state]


def _state_words(row: JobRow, now: datetime) -> tuple[str, str]:
    return _WORDS_OF[row.state](row, now)


def end_of(row: JobRow) -> datetime | None:
    """When the step will be done: at its very beginning nobody can say, and hours too many would be told."""
    return row.finish_at if (row.progress or 0.0) >= SURE_FROM else None


def _working_words(row: JobRow, now: datetime) -> tuple[str, str]:
    return _doing(row, now), "" if row.progress is not None else row.note


def _doing(row: JobRow, now: datetime) -> str:
    name = STEP_NAMES[row.current] if row.current else "Working"
    if row.progress is None:
        return f"{name}: starting"
    parts = [
        f"{name} {percent(row.progress)}",
        times(row.speed) if row.speed else "",
        f"done {clock(end, now)}" if (end := end_of(row)) else "",
    ]
    said = [part for part in parts if part]
    if row.note and len(said) < 3:
        said.append(row.note)
    return " · ".join(said)


def _waiting_words(row: JobRow, now: datetime) -> tuple[str, str]:
    headline = "Next" if row.why.startswith("1st") else "Waiting"
    held = next((pip for pip in row.pips if pip.state is StepState.HELD), None)
    if row.problem and not held:
        headline = "Tries again by itself"
    if row.deadline:
        headline += f" · needed by {clock(row.deadline, now)}"
    reason = row.problem.title if row.problem else ""
    if reason and held:
        reason = f"{STEP_NAMES[held.kind]} is held: {_in_sentence(reason, row)}"
    return headline, reason or row.why or row.note or "in line"


def _paused_words(row: JobRow, _now: datetime) -> tuple[str, str]:
    return STATE_NAMES[row.state], _where_paused(row)


def _where_paused(row: JobRow) -> str:
    if row.current and row.progress:
        return f"{STEP_NAMES[row.current]} stays at {percent(row.progress)} and goes on from there"
    return "goes on from where it stopped"


def _problem_words(row: JobRow, word: str, otherwise: str) -> tuple[str, str]:
    if row.problem is None:
        return word if not row.note else f"{word}: {row.note}", otherwise
    return f"{word}: {_in_sentence(row.problem.title, row)}", row.problem.hint or otherwise


def _in_sentence(title: str, row: JobRow) -> str:
    """The title goes on after a colon; the name of a file, a city or a server stays as it is written."""
    is_name = title.startswith((row.path.name, row.path.stem)) or title.split(" ", 1)[0] not in _NO_NAMES
    return title if is_name else title[:1].lower() + title[1:]


def _done_words(row: JobRow, now: datetime) -> tuple[str, str]:
    verified = any(pip.kind is StepKind.VERIFY and pip.state is StepState.DONE for pip in row.pips)
    return _ended("On demand, verified" if verified else "Done", row, now), row.note


def _ended(word: str, row: JobRow, now: datetime) -> str:
    return f"{word} {clock(row.ended_at, now)}" if row.ended_at else word


def _held_words(row: JobRow, _now: datetime) -> tuple[str, str]:
    return _problem_words(row, "Held", "continues by itself")


def _wrong_words(row: JobRow, _now: datetime) -> tuple[str, str]:
    return _problem_words(row, STATE_NAMES[row.state], "Retry goes on where it stopped")


def _cancelled_words(row: JobRow, now: datetime) -> tuple[str, str]:
    return _ended("Cancelled", row, now), row.note or "Retry brings it back, Del removes it"


_WORDS_OF: dict[JobState, Callable[[JobRow, datetime], tuple[str, str]]] = {
    JobState.WAITING: _waiting_words,
    JobState.WORKING: _working_words,
    JobState.PAUSED: _paused_words,
    JobState.HELD: _held_words,
    JobState.NEEDS_A_LOOK: _wrong_words,
    JobState.FAILED: _wrong_words,
    JobState.CANCELLED: _cancelled_words,
    JobState.DONE: _done_words,
}
