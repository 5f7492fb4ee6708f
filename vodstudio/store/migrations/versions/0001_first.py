"""The first version of the queue, as it was released: never changed again."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """
CREATE TABLE activity (no INTEGER NOT NULL, at INTEGER NOT NULL, verdict TEXT NOT NULL CONSTRAINT
verdict_is_known CHECK (verdict IN ('good', 'care', 'bad', 'off')), place TEXT DEFAULT '' NOT NULL, text
TEXT NOT NULL, job_id TEXT, city_id TEXT DEFAULT '' NOT NULL, search TEXT DEFAULT '' NOT NULL, PRIMARY
KEY (no))
""",
    """
CREATE INDEX activity_of_job ON activity (job_id) WHERE job_id IS NOT NULL
""",
    """
CREATE TABLE audit (no INTEGER NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL, body TEXT DEFAULT '{}'
NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (no), UNIQUE (hash))
""",
    """
CREATE TABLE holds (condition TEXT NOT NULL, title TEXT DEFAULT '' NOT NULL, checked_at INTEGER, PRIMARY
KEY (condition)) WITHOUT ROWID
""",
    """
CREATE TABLE job_counts (city_id TEXT NOT NULL, state TEXT NOT NULL, jobs INTEGER NOT NULL CHECK (jobs
>= 0), PRIMARY KEY (city_id, state)) WITHOUT ROWID
""",
    """
CREATE TABLE notes ("key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key")) WITHOUT ROWID
""",
    """
CREATE TABLE recordings (id TEXT NOT NULL, path TEXT NOT NULL, fingerprint TEXT NOT NULL, size_bytes
INTEGER NOT NULL CHECK (size_bytes >= 0), title TEXT NOT NULL, recorded_on TEXT, show_number INTEGER,
reel INTEGER, duration_s FLOAT, picture TEXT DEFAULT '' NOT NULL, facts TEXT DEFAULT '{}' NOT NULL,
PRIMARY KEY (id))
""",
    """
CREATE UNIQUE INDEX recordings_once ON recordings (fingerprint, path)
""",
    """
CREATE TABLE turns (lane TEXT NOT NULL CONSTRAINT lane_is_known CHECK (lane IN ('media', 'speech',
'light', 'fetch', 'remote')), city_id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (lane, city_id))
WITHOUT ROWID
""",
    """
CREATE TABLE jobs (id TEXT NOT NULL, recording_id TEXT NOT NULL, city_id TEXT DEFAULT '' NOT NULL,
preset TEXT NOT NULL, "plan" TEXT NOT NULL CONSTRAINT plan_is_known CHECK (plan IN ('deliver',
'caption-in-place')), rank INTEGER NOT NULL CHECK (rank BETWEEN 0 AND 3), place FLOAT NOT NULL, deadline
INTEGER, is_paused INTEGER DEFAULT '0' NOT NULL CHECK (is_paused IN (0, 1)), is_cancelled INTEGER
DEFAULT '0' NOT NULL CHECK (is_cancelled IN (0, 1)), is_acknowledged INTEGER DEFAULT '0' NOT NULL CHECK
(is_acknowledged IN (0, 1)), added_at INTEGER NOT NULL, ended_at INTEGER, why TEXT DEFAULT '' NOT NULL,
search TEXT DEFAULT '' NOT NULL, state TEXT NOT NULL CONSTRAINT state_is_known CHECK (state IN
('waiting', 'working', 'paused', 'held', 'needs-a-look', 'failed', 'cancelled', 'done')), pips TEXT
DEFAULT '' NOT NULL, shown_step TEXT, still TEXT, shelf INTEGER NOT NULL, shelf_rank INTEGER NOT NULL,
shelf_place FLOAT NOT NULL, revision INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY (id), FOREIGN
KEY(recording_id) REFERENCES recordings (id))
""",
    """
CREATE INDEX ix_jobs_recording_id ON jobs (recording_id)
""",
    """
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL
""",
    """
CREATE INDEX jobs_of_city ON jobs (city_id, added_at)
""",
    """
CREATE INDEX jobs_pinned ON jobs (place, id) WHERE rank = 0 AND state NOT IN ('done', 'cancelled')
""",
    """
CREATE INDEX jobs_shown ON jobs (shelf, shelf_rank, shelf_place, id)
""",
    """
CREATE INDEX jobs_shown_in_state ON jobs (state, shelf, shelf_rank, shelf_place, id)
""",
    """
CREATE INDEX jobs_shown_of_city ON jobs (city_id, shelf, shelf_rank, shelf_place, id)
""",
    """
CREATE TABLE transcripts (id TEXT NOT NULL, recording_id TEXT NOT NULL, parent_id TEXT, path TEXT NOT
NULL, sha256 TEXT NOT NULL, author TEXT NOT NULL, is_chosen INTEGER DEFAULT '0' NOT NULL CHECK
(is_chosen IN (0, 1)), made_at INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(recording_id) REFERENCES
recordings (id), FOREIGN KEY(parent_id) REFERENCES transcripts (id))
""",
    """
CREATE INDEX ix_transcripts_recording_id ON transcripts (recording_id)
""",
    """
CREATE UNIQUE INDEX transcripts_chosen ON transcripts (recording_id) WHERE is_chosen = 1
""",
    """
CREATE TABLE steps (id TEXT NOT NULL, job_id TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT
NULL CONSTRAINT kind_is_known CHECK (kind IN ('probe', 'encode', 'stills', 'speech', 'captions',
'publish', 'verify')), state TEXT NOT NULL CONSTRAINT state_is_known CHECK (state IN ('waiting',
'ready', 'running', 'held', 'failed', 'cancelled', 'done')), lane TEXT NOT NULL CONSTRAINT lane_is_known
CHECK (lane IN ('media', 'speech', 'light', 'fetch', 'remote')), city_id TEXT DEFAULT '' NOT NULL, rank
INTEGER NOT NULL, place FLOAT NOT NULL, is_paused INTEGER DEFAULT '0' NOT NULL CHECK (is_paused IN (0,
1)), is_started INTEGER DEFAULT '0' NOT NULL CHECK (is_started IN (0, 1)), not_before INTEGER,
waits_for_key TEXT, attempts INTEGER DEFAULT '0' NOT NULL CHECK (attempts >= 0), cut_off INTEGER DEFAULT
'0' NOT NULL, interruptions INTEGER DEFAULT '0' NOT NULL, owner TEXT, heartbeat_at INTEGER, progress FLOAT DEFAULT '0' NOT NULL,
claimed_progress FLOAT DEFAULT '0' NOT NULL, "key" TEXT DEFAULT '' NOT NULL, reuse_of TEXT, is_reused
INTEGER DEFAULT '0' NOT NULL CHECK (is_reused IN (0, 1)), note TEXT DEFAULT '' NOT NULL, facts TEXT
DEFAULT '{}' NOT NULL, problem TEXT, needs_user INTEGER DEFAULT '0' NOT NULL CHECK (needs_user IN (0,
1)), condition TEXT DEFAULT '' NOT NULL, last_condition TEXT DEFAULT '' NOT NULL, held_at INTEGER,
started_at INTEGER, ended_at INTEGER, PRIMARY KEY (id), CONSTRAINT only_running_has_an_owner CHECK ((state = 'running') = (owner IS NOT NULL)),
CONSTRAINT held_by_something CHECK (state <> 'held' OR (condition <> '' AND held_at IS NOT NULL)),
CONSTRAINT running_has_a_key CHECK (state <> 'running' OR key <> ''), FOREIGN KEY(job_id) REFERENCES
jobs (id) ON DELETE CASCADE)
""",
    """
CREATE INDEX steps_done ON steps ("key") WHERE state = 'done' AND key <> ''
""",
    """
CREATE INDEX steps_front ON steps (lane, rank, city_id, place, id) WHERE state = 'ready' AND is_paused =
0 AND not_before IS NULL AND waits_for_key IS NULL
""",
    """
CREATE INDEX steps_front_started ON steps (lane, rank, city_id, place, id) WHERE state = 'ready' AND
is_paused = 0 AND not_before IS NULL AND waits_for_key IS NULL AND is_started = 1
""",
    """
CREATE INDEX steps_held ON steps (condition, held_at) WHERE state = 'held'
""",
    """
CREATE UNIQUE INDEX steps_of_job ON steps (job_id, position)
""",
    """
CREATE UNIQUE INDEX steps_running ON steps ("key") WHERE state = 'running'
""",
    """
CREATE INDEX steps_timed ON steps (not_before) WHERE state = 'ready' AND not_before IS NOT NULL
""",
    """
CREATE INDEX steps_twins ON steps (waits_for_key) WHERE waits_for_key IS NOT NULL
""",
    """
CREATE TABLE checkpoints (no INTEGER NOT NULL, step_id TEXT NOT NULL, "key" TEXT NOT NULL, body TEXT
DEFAULT '{}' NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (no), FOREIGN KEY(step_id) REFERENCES steps (id)
ON DELETE CASCADE)
""",
    """
CREATE UNIQUE INDEX checkpoints_once ON checkpoints (step_id, "key")
""",
    """
CREATE TABLE outputs (step_id TEXT NOT NULL, name TEXT NOT NULL, job_id TEXT NOT NULL, path TEXT NOT
NULL, size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0), sha256 TEXT NOT NULL, facts TEXT DEFAULT '{}'
NOT NULL, PRIMARY KEY (step_id, name), FOREIGN KEY(step_id) REFERENCES steps (id) ON DELETE CASCADE,
FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE) WITHOUT ROWID
""",
    """
CREATE INDEX ix_outputs_job_id ON outputs (job_id)
""",
    """
CREATE TABLE step_needs (step_id TEXT NOT NULL, needs_id TEXT NOT NULL, PRIMARY KEY (step_id, needs_id),
FOREIGN KEY(step_id) REFERENCES steps (id) ON DELETE CASCADE, FOREIGN KEY(needs_id) REFERENCES steps
(id) ON DELETE CASCADE) WITHOUT ROWID
""",
    """
CREATE INDEX step_needs_reverse ON step_needs (needs_id)
""",
    """
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is
append-only'); END
""",
    """
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is
append-only'); END
""",
    """
CREATE TRIGGER job_counted_in AFTER INSERT ON jobs BEGIN INSERT INTO job_counts (city_id, state, jobs)
VALUES (NEW.city_id, NEW.state, 1) ON CONFLICT DO UPDATE SET jobs = jobs + (1); END
""",
    """
CREATE TRIGGER job_counted_out AFTER DELETE ON jobs BEGIN UPDATE job_counts SET jobs = jobs - 1 WHERE
city_id = OLD.city_id AND state = OLD.state; END
""",
    """
CREATE TRIGGER job_counted_anew AFTER UPDATE OF state, city_id ON jobs WHEN OLD.state <> NEW.state OR
OLD.city_id <> NEW.city_id BEGIN UPDATE job_counts SET jobs = jobs - 1 WHERE city_id = OLD.city_id AND
state = OLD.state; INSERT INTO job_counts (city_id, state, jobs) VALUES (NEW.city_id, NEW.state, 1) ON
CONFLICT DO UPDATE SET jobs = jobs + (1); END
""",
    """
CREATE TRIGGER job_revised AFTER UPDATE ON jobs WHEN NEW.revision = OLD.revision BEGIN UPDATE jobs SET
revision = revision + 1 WHERE id = NEW.id; END
""",
    """
CREATE TRIGGER job_revised_by_step AFTER UPDATE ON steps BEGIN UPDATE jobs SET revision = revision + 1
WHERE id = NEW.job_id; END
""",
    """
CREATE TRIGGER job_revised_by_recording AFTER UPDATE ON recordings BEGIN UPDATE jobs SET revision =
revision + 1 WHERE recording_id = NEW.id; END
""",
)


def upgrade() -> None:
    """Make everything."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
