"""The scripts and the tables in code are the same thing, said twice."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from vodstudio.store.engine import engine_of
from vodstudio.store.migrating import SCRIPTS, migrate
from vodstudio.store.migrating import Target as To
from vodstudio.store.schema import REVISION, differences
from vodstudio.store.store import SqliteStore


def test_the_scripts_from_nothing_make_what_the_code_expects(tmp_path: Path) -> None:
    path = tmp_path / "by scripts 100%.db"
    path.touch()
    migrate(path, To())
    engine = engine_of(path, is_writer=False)
    with engine.connect() as connection:
        assert differences(connection) == []
    engine.dispose()
    store = SqliteStore(path)
    assert store.open().findings == ()
    store.close()


def test_a_new_file_is_stamped_with_the_newest_script(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "vodstudio.db")
    assert store.open().findings == ()
    store.close()
    names = sorted(path.name for path in (SCRIPTS / "versions").glob("[0-9]*.py"))
    assert re.match(r"\d{4}", names[-1])
    assert names[-1].startswith(REVISION)
    with closing(sqlite3.connect(tmp_path / "vodstudio.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(REVISION,)]
