"""The tables of the queue, as the code expects them; `schema_check` compares the file with this."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

from vodstudio.core.jobs import JobState, PlanKind, StepKind, StepState
from vodstudio.core.rows import Verdict
from vodstudio.core.station import Lane

APPLICATION_ID = 0x564F4453  # "VODS"
SCHEMA = 2

CLAIMABLE = "state = 'ready' AND is_paused = 0 AND not_before IS NULL AND waits_for_key IS NULL"
STARTED = f"{CLAIMABLE} AND is_started = 1"

metadata = MetaData()


def _one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_known")


def _flag(name: str) -> Column[int]:
    return Column(name, Integer, CheckConstraint(f"{name} IN (0, 1)"), nullable=False, server_default="0")


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _json(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="{}")


recordings = Table(
    "recordings",
    metadata,
    Column("id", Text, primary_key=True, nullable=False),
    Column("path", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("size_bytes", Integer, CheckConstraint("size_bytes >= 0"), nullable=False),
    Column("title", Text, nullable=False),
    Column("recorded_on", Text),
    Column("show_number", Integer),
    Column("reel", Integer),
    Column("duration_s", Float),
    _text("picture"),
    _json("facts"),
)

Index("recordings_once", recordings.c.fingerprint, recordings.c.path, unique=True)

# A city of '' means that no city is known. `state`, `pips`, `shown_step` and the shelf are computed
# from the steps by `standing.refresh` in the transaction that changes a step.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True, nullable=False),
    Column("recording_id", Text, ForeignKey("recordings.id"), nullable=False, index=True),
    _text("city_id"),
    Column("preset", Text, nullable=False),
    Column("plan", Text, _one_of("plan", PlanKind), nullable=False),
    Column("rank", Integer, CheckConstraint("rank BETWEEN 0 AND 3"), nullable=False),
    Column("place", Float, nullable=False),
    Column("deadline", Integer),
    _flag("is_paused"),
    _flag("is_cancelled"),
    _flag("is_acknowledged"),
    Column("added_at", Integer, nullable=False),
    Column("ended_at", Integer),
    _text("why"),
    _text("search"),
    Column("state", Text, _one_of("state", JobState), nullable=False),
    _text("pips"),
    Column("shown_step", Text),
    Column("still", Text),
    Column("shelf", Integer, nullable=False),
    Column("shelf_rank", Integer, nullable=False),
    Column("shelf_place", Float, nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),
)
Index("jobs_shown", jobs.c.shelf, jobs.c.shelf_rank, jobs.c.shelf_place, jobs.c.id)
Index("jobs_shown_of_city", jobs.c.city_id, jobs.c.shelf, jobs.c.shelf_rank, jobs.c.shelf_place, jobs.c.id)
Index("jobs_shown_in_state", jobs.c.state, jobs.c.shelf, jobs.c.shelf_rank, jobs.c.shelf_place, jobs.c.id)
Index("jobs_of_city", jobs.c.city_id, jobs.c.added_at)
Index("jobs_ended", jobs.c.ended_at, sqlite_where=text("ended_at IS NOT NULL"))
Index(
    "jobs_pinned",
    jobs.c.place,
    jobs.c.id,
    sqlite_where=text("rank = 0 AND state NOT IN ('done', 'cancelled')"),
)

job_counts = Table(
    "job_counts",
    metadata,
    Column("city_id", Text, primary_key=True, nullable=False),
    Column("state", Text, primary_key=True, nullable=False),
    Column("jobs", Integer, CheckConstraint("jobs >= 0"), nullable=False),
    sqlite_with_rowid=False,
)

steps = Table(
    "steps",
    metadata,
    Column("id", Text, primary_key=True, nullable=False),
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, _one_of("kind", StepKind), nullable=False),
    Column("state", Text, _one_of("state", StepState), nullable=False),
    # What the claim needs, copied from the job so that it is one index and no join.
    Column("lane", Text, _one_of("lane", Lane), nullable=False),
    _text("city_id"),
    Column("rank", Integer, nullable=False),
    Column("place", Float, nullable=False),
    _flag("is_paused"),
    _flag("is_started"),
    Column("not_before", Integer),
    Column("waits_for_key", Text),
    # Who owns it.
    Column("attempts", Integer, CheckConstraint("attempts >= 0"), nullable=False, server_default="0"),
    # Of these attempts: how many ended with the program, and how many of them in a row without any progress.
    Column("cut_off", Integer, nullable=False, server_default="0"),
    Column("interruptions", Integer, nullable=False, server_default="0"),
    Column("owner", Text),
    Column("heartbeat_at", Integer),
    # How far it is, and what became of it.
    Column("progress", Float, nullable=False, server_default="0"),
    Column("claimed_progress", Float, nullable=False, server_default="0"),
    _text("key"),
    Column("reuse_of", Text),
    _flag("is_reused"),
    _text("note"),
    _json("facts"),
    Column("problem", Text),
    _flag("needs_user"),
    _text("condition"),
    # What it waits for, or waited for last, and since when: a look that finds nothing new begins no new wait.
    _text("last_condition"),
    Column("held_at", Integer),
    Column("started_at", Integer),
    Column("ended_at", Integer),
    CheckConstraint("(state = 'running') = (owner IS NOT NULL)", name="only_running_has_an_owner"),
    CheckConstraint("state <> 'held' OR (condition <> '' AND held_at IS NOT NULL)", name="held_by_something"),
    CheckConstraint("state <> 'running' OR key <> ''", name="running_has_a_key"),
)
Index("steps_of_job", steps.c.job_id, steps.c.position, unique=True)
_front = (steps.c.lane, steps.c.rank, steps.c.city_id, steps.c.place, steps.c.id)
Index("steps_front", *_front, sqlite_where=text(CLAIMABLE))
Index("steps_front_started", *_front, sqlite_where=text(STARTED))
Index(
    "steps_timed",
    steps.c.not_before,
    sqlite_where=text("state = 'ready' AND not_before IS NOT NULL"),
)
Index("steps_running", steps.c.key, unique=True, sqlite_where=text("state = 'running'"))
Index("steps_done", steps.c.key, sqlite_where=text("state = 'done' AND key <> ''"))
Index("steps_held", steps.c.condition, steps.c.held_at, sqlite_where=text("state = 'held'"))
Index("steps_twins", steps.c.waits_for_key, sqlite_where=text("waits_for_key IS NOT NULL"))

step_needs = Table(
    "step_needs",
    metadata,
    Column("step_id", Text, ForeignKey("steps.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("needs_id", Text, ForeignKey("steps.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    sqlite_with_rowid=False,
)
Index("step_needs_reverse", step_needs.c.needs_id)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("step_id", Text, ForeignKey("steps.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    _json("body"),
    Column("at", Integer, nullable=False),
)
Index("checkpoints_once", checkpoints.c.step_id, checkpoints.c.key, unique=True)

outputs = Table(
    "outputs",
    metadata,
    Column("step_id", Text, ForeignKey("steps.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("name", Text, primary_key=True, nullable=False),
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("path", Text, nullable=False),
    Column("size_bytes", Integer, CheckConstraint("size_bytes >= 0"), nullable=False),
    Column("sha256", Text, nullable=False),
    _json("facts"),
    sqlite_with_rowid=False,
)

holds = Table(
    "holds",
    metadata,
    Column("condition", Text, primary_key=True, nullable=False),
    _text("title"),
    Column("checked_at", Integer),
    sqlite_with_rowid=False,
)

turns = Table(
    "turns",
    metadata,
    Column("lane", Text, _one_of("lane", Lane), primary_key=True, nullable=False),
    Column("city_id", Text, primary_key=True, nullable=False),
    Column("at", Integer, nullable=False),
    sqlite_with_rowid=False,
)

notes = Table(
    "notes",
    metadata,
    Column("key", Text, primary_key=True, nullable=False),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

activity = Table(
    "activity",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("verdict", Text, _one_of("verdict", Verdict), nullable=False),
    _text("place"),
    Column("text", Text, nullable=False),
    Column("job_id", Text),
    _text("city_id"),
    _text("search"),
)
Index("activity_of_job", activity.c.job_id, sqlite_where=text("job_id IS NOT NULL"))

audit = Table(
    "audit",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("what", Text, nullable=False),
    _json("body"),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
)

# Versions of the words belong to a content: of all recordings with one fingerprint, one version is chosen.
transcripts = Table(
    "transcripts",
    metadata,
    Column("id", Text, primary_key=True, nullable=False),
    Column("recording_id", Text, ForeignKey("recordings.id"), nullable=False, index=True),
    Column("parent_id", Text, ForeignKey("transcripts.id")),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("author", Text, nullable=False),
    _flag("is_chosen"),
    Column("made_at", Integer, nullable=False),
)
Index("transcripts_chosen", transcripts.c.recording_id, unique=True, sqlite_where=text("is_chosen = 1"))

# What a person has corrected of a recording's sound, minute by minute; it outlives job and recording.
samples = Table(
    "samples",
    metadata,
    Column("fingerprint", Text, primary_key=True, nullable=False),
    Column("model", Text, primary_key=True, nullable=False),
    Column("start_ms", Integer, primary_key=True, nullable=False),
    Column("end_ms", Integer, CheckConstraint("end_ms > start_ms"), nullable=False),
    Column("samples", Integer, CheckConstraint("samples >= 1"), nullable=False),
    _text("city_id"),
    Column("text", Text, nullable=False),
    Column("words", Integer, CheckConstraint("words >= 0"), nullable=False),
    Column("changed", Integer, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("invented", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("samples_of_city", samples.c.city_id)

_COUNT = (
    "INSERT INTO job_counts (city_id, state, jobs) VALUES ({row}.city_id, {row}.state, {by}) "
    "ON CONFLICT DO UPDATE SET jobs = jobs + ({by})"
)
# Written as triggers so that no code, ours or somebody's by hand, can forget them.
TRIGGERS = {
    "audit_is_not_changed": "BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END",
    "audit_is_not_deleted": "BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END",
    "job_counted_in": f"AFTER INSERT ON jobs BEGIN {_COUNT.format(row='NEW', by=1)}; END",
    "job_counted_out": "AFTER DELETE ON jobs BEGIN UPDATE job_counts SET jobs = jobs - 1 "
    "WHERE city_id = OLD.city_id AND state = OLD.state; END",
    "job_counted_anew": "AFTER UPDATE OF state, city_id ON jobs "
    "WHEN OLD.state <> NEW.state OR OLD.city_id <> NEW.city_id BEGIN "
    "UPDATE job_counts SET jobs = jobs - 1 WHERE city_id = OLD.city_id AND state = OLD.state; "
    f"{_COUNT.format(row='NEW', by=1)}; END",
    "job_revised": "AFTER UPDATE ON jobs WHEN NEW.revision = OLD.revision BEGIN "
    "UPDATE jobs SET revision = revision + 1 WHERE id = NEW.id; END",
    "job_revised_by_step": "AFTER UPDATE ON steps BEGIN "
    "UPDATE jobs SET revision = revision + 1 WHERE id = NEW.job_id; END",
    "job_revised_by_recording": "AFTER UPDATE ON recordings BEGIN "
    "UPDATE jobs SET revision = revision + 1 WHERE recording_id = NEW.id; END",
}
