"""A file that somebody changed by hand: refused when it cannot hold what we write, mended when nothing is lost by it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection

from vodstudio.core.errors import NeedsUser
from vodstudio.store.schema import statements
from vodstudio.store.tables import metadata

LACKING_CODE = "VS-STORE-LACKING"
NAMED = 3
_COLUMNS = 'SELECT name, "notnull" AND dflt_value IS NULL FROM pragma_table_info(?)'
_NAMES = "SELECT name FROM sqlite_master"
_COUNTED_BY = "job_counted_"
_RECOUNT = (
    "DELETE FROM job_counts",
    "INSERT INTO job_counts (city_id, state, jobs) SELECT city_id, state, count(*) FROM jobs GROUP BY 1, 2",
)


def lacking(connection: sqlite3.Connection) -> list[str]:
    """What makes our changes impossible, in words: tables and columns that are gone, or that only others fill."""
    found: list[str] = []
    for table in metadata.sorted_tables:
        live = dict(connection.execute(_COLUMNS, (table.name,)).fetchall())
        if not live:
            found.append(f"table {table.name} is missing")
            continue
        ours = [column.name for column in table.columns]
        found += [f"column {name} of {table.name} is missing" for name in ours if name not in live]
        found += [
            f"column {name} of {table.name} is not ours and must be filled"
            for name, is_needed in live.items()
            if is_needed and name not in ours
        ]
    return found


def refuse_lacking(connection: sqlite3.Connection, path: Path) -> None:
    """Work in such a file would stop at its first change: better not begun than half done."""
    found = lacking(connection)
    if found:
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise NeedsUser(
            f"The file of the queue was changed by hand: {', '.join(found[:NAMED])}{more}",
            hint="Nothing was changed, and your recordings are safe. Restore a backup: `vodstudio restore FILE`;"
            f" or, to begin with an empty queue, move {path} and its backups into another folder.",
            detail=f"{path}: {'; '.join(found)}",
            code=LACKING_CODE,
        )


def mend(connection: Connection) -> list[str]:
    """Make missing indexes and triggers again: they hold nothing. Their names; in the caller's transaction."""
    live = {row[0] for row in connection.exec_driver_sql(_NAMES).fetchall()}
    missing = {name: text for name, text in statements().items() if name not in live}
    for text in missing.values():
        connection.exec_driver_sql(text)
    if any(name.startswith(_COUNTED_BY) for name in missing):
        for statement in _RECOUNT:
            connection.exec_driver_sql(statement)
    return list(missing)
