"""Of two rows of one job everybody can tell which is the newer: each change raises the revision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.kit import (
    START,
    TROUBLE,
    Transactions,
    add,
    after,
    finish,
    finish_well,
    job_id,
    must_claim,
    new_job,
    recording,
    run_to_the_end,
)
from vodstudio.core.errors import Problem
from vodstudio.core.jobs import Claim, Rank
from vodstudio.core.ports import Again, CancelledByUser, Failed, Held, Outcome, PutBack, Unit
from vodstudio.core.station import CityId, Lane

AWAY = Problem(code="VS-STORAGE-AWAY", title="Storage flex-3 is not there")
ONE = job_id(1)


def revision(store: Transactions) -> int:
    row = store.call(lambda unit: unit.jobs.row(ONE))
    assert row is not None
    return row.revision


@pytest.mark.parametrize(
    "change",
    [
        lambda unit: unit.jobs.pause(ONE, True, after(2)),
        lambda unit: unit.jobs.cancel(ONE, after(2)),
        lambda unit: unit.jobs.place(ONE, Rank.PINNED, -1.0),
        lambda unit: unit.jobs.set_city(ONE, CityId("grant")),
        lambda unit: unit.jobs.acknowledge(ONE, after(2)),
        lambda unit: unit.recordings.moved(recording(1).id, Path("/media/elsewhere.mp4")),
        lambda unit: unit.recordings.measured(recording(1).id, 61.5, {"height": 720}),
        lambda unit: unit.jobs.add(new_job(2, recording=recording(1, title="Another title"))),
    ],
    ids=["pause", "cancel", "place", "city", "acknowledge", "moved", "measured", "title"],
)
def test_what_a_person_changes_raises_the_revision(
    store: Transactions, change: Callable[[Unit], object]
) -> None:
    add(store, 1)
    before = revision(store)
    store.call(change)
    assert revision(store) > before


@pytest.mark.parametrize(
    "outcome",
    [Held("storage:flex3", AWAY), Failed(TROUBLE), Again(after(9), AWAY), PutBack(), CancelledByUser()],
)
def test_what_a_worker_does_raises_the_revision_each_time(store: Transactions, outcome: Outcome) -> None:
    add(store, 1)
    told = [revision(store)]

    def then(work: Callable[[], object]) -> None:
        work()
        told.append(revision(store))

    claimed: list[Claim] = []
    then(lambda: claimed.append(must_claim(store, Lane.LIGHT)))
    beat = (claimed[0].step_id, claimed[0].attempt, 0.5)
    then(lambda: store.call(lambda unit: unit.queue.heartbeat([beat], after(1))))
    then(lambda: finish(store, claimed[0], outcome, after(2)))
    then(lambda: store.call(lambda unit: unit.jobs.cancel(ONE, after(3))))
    then(lambda: store.call(lambda unit: unit.jobs.retry(ONE, after(4))))
    then(lambda: claimed.append(must_claim(store, Lane.LIGHT, after(5))))
    then(lambda: store.call(lambda unit: unit.queue.recover(lambda _owner: False, after(6))))
    assert told == sorted(set(told))


def test_a_hold_that_is_over_raises_the_revision(store: Transactions) -> None:
    add(store, 1)
    finish(store, must_claim(store, Lane.LIGHT), Held("storage:flex3", AWAY))
    before = revision(store)
    store.call(lambda unit: unit.queue.release("storage:flex3", after(1)))
    assert revision(store) > before


def test_the_revision_rises_over_the_whole_life_of_a_job(store: Transactions) -> None:
    add(store, 1)
    told = [revision(store)]
    assert finish_well(store, must_claim(store, Lane.LIGHT, START))
    told.append(revision(store))
    encode, stills = must_claim(store, Lane.MEDIA), must_claim(store, Lane.LIGHT)
    for claimed in (encode, stills):
        assert finish_well(store, claimed)
        told.append(revision(store))
    run_to_the_end(store)
    told.append(revision(store))
    assert told == sorted(set(told))
