"""The schema as it lies in a file: made new, compared with the tables in code, and its differences named."""

from __future__ import annotations

import re

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from vodstudio.store.tables import APPLICATION_ID, SCHEMA, TRIGGERS, metadata

REVISION = f"{SCHEMA:04d}"
_VERSION_TABLE = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
_LIVE = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"


def statements() -> dict[str, str]:
    """Each table, index and trigger of this version, by name, in an order in which they can be made."""
    dialect = sqlite.dialect()  # type: ignore[no-untyped-call,unused-ignore]
    made: dict[str, str] = {}
    for table in metadata.sorted_tables:
        made[table.name] = str(CreateTable(table).compile(dialect=dialect))
        for index in sorted(table.indexes, key=lambda found: str(found.name)):
            made[str(index.name)] = str(CreateIndex(index).compile(dialect=dialect))
    made |= {name: f"CREATE TRIGGER {name} {body}" for name, body in TRIGGERS.items()}
    return {name: _tidy(text) for name, text in made.items()} | {"alembic_version": _VERSION_TABLE}


def create(connection: Connection) -> None:
    """Make everything in a new file, in the caller's transaction."""
    for text in statements().values():
        connection.exec_driver_sql(text)
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (REVISION,))
    sign(connection, SCHEMA)


def sign(connection: Connection, schema: int) -> None:
    """Say whose file this is and which version; part of the transaction, as everything in SQLite's header."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {schema}")


def differences(connection: Connection) -> list[str]:
    """Each way in which the file is not what the code expects, in words; none is the answer one wants."""
    live = {name: _tidy(text) for name, text in connection.exec_driver_sql(_LIVE).fetchall()}
    expected = statements()
    found = [f"{_what(expected[name])} {name} is missing" for name in expected if name not in live]
    found += [f"{_what(live[name])} {name} is not ours" for name in live if name not in expected]
    for name in expected.keys() & live.keys():
        if _tidy(expected[name]) != live[name]:
            found.append(
                f"{_what(expected[name])} {name} differs: {_first_difference(expected[name], live[name])}"
            )
    return sorted(found)


def _first_difference(expected: str, live: str) -> str:
    wanted, present = re.split(r", (?![^(]*\))", expected), re.split(r", (?![^(]*\))", live)
    missing = [part for part in wanted if part not in present]
    extra = [part for part in present if part not in wanted]
    return "; ".join([f"expected {part}" for part in missing[:2]] + [f"found {part}" for part in extra[:2]])


def _what(text: str) -> str:
    return next(
        word for word in ("table", "trigger", "index") if word.upper() in text.partition("(")[0].upper()
    )


def _tidy(text: str) -> str:
    return re.sub(r"\s*\)", ")", re.sub(r"\(\s+", "(", re.sub(r"\s+", " ", text))).strip()
