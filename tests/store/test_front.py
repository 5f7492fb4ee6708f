"""What a row says about its place in the line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.kit import add, after, claim, finish_well, job_id, must_claim, recording
from vodstudio.core.jobs import Rank
from vodstudio.core.station import Lane
from vodstudio.store.store import SqliteStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "vodstudio.db")
    made.open()
    yield made
    made.close()


def reasons(store: SqliteStore, limit: int = 50) -> dict[str, str]:
    told = store.call(lambda unit: unit.queue.waiting_reasons(after(100), limit))
    return {str(job): text for job, text in told.items()}


def test_the_line_is_numbered_as_people_count(store: SqliteStore) -> None:
    for number in range(1, 25):
        add(store, number)
    told = [text.split(":")[0] for text in reasons(store).values()]
    assert told[:4] == ["1st", "2nd", "3rd", "4th"]
    assert told[10:13] == ["11th", "12th", "13th"]
    assert told[20:23] == ["21st", "22nd", "23rd"]
    assert len(reasons(store, 5)) == 5


def test_the_line_goes_on_behind_the_first_class(store: SqliteStore) -> None:
    add(store, 1, rank=Rank.BACKLOG)
    add(store, 2)
    store.call(lambda unit: unit.jobs.place(job_id(2), Rank.PINNED, 0.0))
    assert reasons(store) == {
        job_id(2): "1st: you moved it to the top",
        job_id(1): "2nd: backlog: nothing newer is waiting",
    }


def test_who_waits_for_the_same_work_says_so(store: SqliteStore) -> None:
    add(store, 1)
    add(store, 2, recording=recording(1))
    first = must_claim(store, Lane.LIGHT)
    other = next(job_id(n) for n in (1, 2) if job_id(n) != first.inputs.job_id)
    assert claim(store, Lane.LIGHT) is None
    assert reasons(store) == {
        other: "the same work is being done for another job; this one goes on when that has ended"
    }
    assert finish_well(store, first)
    assert reasons(store)[other].endswith("city waited longest")
