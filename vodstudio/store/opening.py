"""What happens to the file before the queue is used."""

from __future__ import annotations

from pathlib import Path

from vodstudio.store.engine import connect
from vodstudio.store.tables import APPLICATION_ID, SCHEMA, TRIGGERS, metadata


def prepare(path: Path) -> None:
    """Create the tables of a new file."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    if path.exists():
        return
    engine = create_engine("sqlite+pysqlite://", creator=lambda: connect(path, "rwc"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        metadata.create_all(connection)
        for name, body in TRIGGERS.items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {body}")
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
    engine.dispose()
