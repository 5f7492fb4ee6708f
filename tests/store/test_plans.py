"""Hot questions are answered by an index, and stay so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from vodstudio.core.jobs import JobState
from vodstudio.core.rows import JobFilter
from vodstudio.core.station import CityId
from vodstudio.store import (
    claiming,
    finishing,
    front,
    jobs,
    listing,
    notes,
    queue,
    recordings,
    recovery,
    redoing,
    transcripts,
)
from vodstudio.store.engine import engine_of
from vodstudio.store.store import SqliteStore

HOT = {
    "front": front.FRONT,
    "front of started jobs": front.FRONT_STARTED,
    "line": front.WAITING,
    "promote": front.PROMOTE,
    "next timed": front.NEXT_TIMED,
    "turns": front.TURNS,
    "take turn": front.TAKE_TURN,
    "running twin": claiming.RUNNING_TWIN,
    "done twin": claiming.DONE_TWIN,
    "outputs": claiming.OUTPUTS,
    "next ready": finishing.NEXT_READY,
    "twins": front.TWINS,
    "free twins": finishing.FREE_TWINS,
    "held": queue.HELD,
    "release": queue.RELEASE,
    "recover": recovery.RUNNING,
    "one row": listing.ONE_ROW,
    "of city": listing.OF_CITY,
    "rows": listing.rows_statement(JobFilter())[0],
    "rows of a city": listing.rows_statement(JobFilter(city_id=CityId("grant")))[0],
    "rows in a state": listing.rows_statement(JobFilter(states=frozenset({JobState.DONE})))[0],
    "open job": jobs.OPEN_JOB,
    "job at": jobs.JOB_AT,
    "pinned": jobs.PINNED,
    "old": jobs.OLD,
    "finished": jobs.FINISHED,
    "captioned": jobs.CAPTIONED,
    "recordings of jobs": jobs.RECORDINGS_OF,
    **{f"remove {number}": statement for number, statement in enumerate(jobs.REMOVE, 1)},
    "known there": recordings.THERE,
    "versions of a content": transcripts.OF_CONTENT,
    "chosen version": transcripts.CHOSEN,
    "one version": transcripts.ONE,
    "drop the choice": transcripts.DROP_CHOICE,
    "redo": redoing.REDO,
    "forget what was kept": redoing.FORGET_KEPT,
    "log of a job": notes.LINES_OF_JOB,
    "forget a recording": recordings.FORGET,
}
# A scan of what our own statement has just made, or of a table with a row for each city and state.
SMALL = r"cities|class|CONSTANT ROW|\(subquery|job_counts|h\b|holds|json_each"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    store = SqliteStore(tmp_path / "vodstudio.db")
    store.open()
    engine = engine_of(store.files.path, is_writer=True)
    with engine.connect() as made:
        yield made
    engine.dispose()
    store.close()


def plan_of(connection: Connection, statement: str) -> list[str]:
    names = dict.fromkeys(re.findall(r"(?<![:\w]):([a-z_0-9]+)", statement), 1)
    values = names or (1,) * statement.count("?")
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    return [str(row[3]) for row in rows]


@pytest.mark.parametrize("name", HOT)
def test_a_hot_question_uses_an_index(connection: Connection, name: str) -> None:
    plan = plan_of(connection, HOT[name])
    whole = [line for line in plan if line.startswith("SCAN") and not re.search(SMALL, line)]
    whole = [line for line in whole if "USING INDEX" not in line and "USING COVERING INDEX" not in line]
    assert not whole, plan
    if "rows" in name or name in {"front", "front of started jobs", "pinned"}:
        assert not [line for line in plan if "TEMP B-TREE" in line], plan


def test_counts_are_read_from_a_small_table(connection: Connection) -> None:
    assert all("job_counts" in line for line in plan_of(connection, listing.COUNTS))
