"""Minutes of a recording that a person has corrected, for the measured accuracy of a city and a model."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """
CREATE TABLE samples (fingerprint TEXT NOT NULL, model TEXT NOT NULL, start_ms INTEGER NOT NULL, end_ms
INTEGER NOT NULL CHECK (end_ms > start_ms), samples INTEGER NOT NULL CHECK (samples >= 1), city_id TEXT
DEFAULT '' NOT NULL, text TEXT NOT NULL, words INTEGER NOT NULL CHECK (words >= 0), changed INTEGER NOT
NULL, missing INTEGER NOT NULL, invented INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY
(fingerprint, model, start_ms)) WITHOUT ROWID
""",
    """
CREATE INDEX samples_of_city ON samples (city_id)
""",
)


def upgrade() -> None:
    """Make the table; nothing that is there is touched."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
