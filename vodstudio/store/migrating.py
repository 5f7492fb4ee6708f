"""From an older version of the file to this one: a backup, then one transaction with all of it or nothing."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, event, exc

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import NeedsUser
from vodstudio.store.engine import engine_of
from vodstudio.store.faults import error_of
from vodstudio.store.schema import sign
from vodstudio.store.tables import SCHEMA

SCRIPTS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a migration leads."""

    schema: int = SCHEMA
    scripts: Path = SCRIPTS


def migrate(path: Path, target: Target) -> None:
    """Bring the file to the version of this program; a failure leaves it as it was (A13, A14)."""
    engine = engine_of(path, is_writer=True)
    event.listen(engine, "before_cursor_execute", _die_here_in_a_trial)
    try:
        with engine.connect() as connection:
            # A table that is made anew is for a moment missing to those that refer to it.
            driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
            driver.execute("PRAGMA foreign_keys = OFF")
            with connection.begin():
                _upgrade(connection, target)
                _refuse_orphans(connection, path)
                sign(connection, target.schema)
                crash_point("store.migrate.before")
            crash_point("store.migrate.after")
    except exc.IntegrityError as error:
        raise _dirty(path, str(error.orig)) from error
    except exc.DBAPIError as error:
        raise error_of(error, path) or _dirty(path, str(error.orig)) from error
    finally:
        engine.dispose()


def _upgrade(connection: Connection, target: Target) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(target.scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _refuse_orphans(connection: Connection, path: Path) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        rows = "; ".join(f"{table} row {row} has no {parent}" for table, row, parent, _ in orphans[:10])
        raise _dirty(path, f"{len(orphans)} orphans: {rows}")


def _dirty(path: Path, detail: str) -> NeedsUser:
    return NeedsUser(
        "The queue could not be brought to this version of VOD Studio",
        hint="Nothing was changed: the queue is as the older program left it, and a backup was made."
        " Use the older program, and send us the report.",
        detail=f"{path}: {detail}",
        code="VS-STORE-MIGRATION",
    )


def _die_here_in_a_trial(*_: object) -> None:
    crash_point("store.migrate.statement")
