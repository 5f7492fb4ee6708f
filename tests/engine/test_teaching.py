"""A name that a person teaches counts for every recording that nobody has begun to hear, and for those that come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.kit import STATION
from tests.store.kit import START, add, finish, job_id, run_until
from vodstudio.core.clock import SystemClock
from vodstudio.core.jobs import Checkpoint, JobId, StepKind, StopReason
from vodstudio.core.ports import PutBack
from vodstudio.core.station import City, CityId, Preset
from vodstudio.core.vocabulary import Alias, Offer, Roster
from vodstudio.services.importing import Importing
from vodstudio.services.jobs import JobControl
from vodstudio.services.teaching import Teaching
from vodstudio.store.store import SqliteStore

Run = Callable[[Coroutine[Any, Any, Any]], Any]
OAKDALE = CityId("oakdale")
KOHN = Offer(heard="cone", written="Kohn")


class Words:
    """A station file in memory."""

    def __init__(self) -> None:
        self.kept: list[Offer] = []

    def city_name(self, city_id: CityId | None) -> str:
        return "Oakdale" if city_id == OAKDALE else ""

    def city(self, city_id: CityId | None) -> City | None:
        known = STATION.city(city_id)
        names = tuple(offer.written for offer in self.kept)
        return replace(known, vocabulary=Roster(names=names)) if known else None

    def learn(self, city_id: CityId, offer: Offer) -> None:
        assert city_id == OAKDALE
        self.kept.append(offer)


class Lanes:
    def wake(self) -> None:
        pass

    def stop(self, job_id: JobId, reason: StopReason) -> None:
        raise AssertionError("nothing runs here")


@pytest.fixture
def store(tmp_path: Path) -> Any:
    made = SqliteStore(tmp_path / "vodstudio.db")
    made.open()
    yield made
    made.close()


def preset(store: SqliteStore, number: int) -> Preset:
    job = store.call(lambda unit: unit.jobs.job(job_id(number)))
    assert job is not None
    return job.preset


def test_a_taught_name_reaches_what_waits_and_leaves_what_was_begun(run: Run, store: SqliteStore) -> None:
    words = Words()
    teaching = Teaching(store, words)
    add(store, 1)
    hearing = run_until(store, StepKind.SPEECH)
    kept = Checkpoint(key="window:x:0", body={}, at=START)
    assert store.call(lambda unit: unit.queue.checkpoint(hearing.step_id, hearing.attempt, kept))
    finish(store, hearing, PutBack())
    add(store, 2)
    add(store, 3, "grant")
    before = preset(store, 1)
    assert run(teaching.learn(OAKDALE, [KOHN])) == 1
    assert words.kept == [KOHN]
    assert preset(store, 1) == before, "a hearing that was begun goes on with the words that it began with"
    assert preset(store, 2).vocabulary[0] == "Kohn"
    assert preset(store, 2).aliases[0] == Alias(heard="cone", written="Kohn")
    assert "Kohn" not in preset(store, 3).vocabulary
    assert (teaching.city_name(OAKDALE), teaching.city_name(None)) == ("Oakdale", "")


def test_a_recording_that_is_added_after_a_lesson_is_heard_with_it(
    run: Run, store: SqliteStore, tmp_path: Path
) -> None:
    words = Words()

    async def look() -> None:
        raise AssertionError("nobody asked")

    surroundings = (store, SystemClock(), lambda event: None, Lanes())
    jobs = JobControl(*surroundings, tmp_path / "work", look)
    importing = Importing(STATION, *surroundings, jobs)
    importing.hear_with(words)
    recording = tmp_path / "meeting.mp4"
    recording.write_bytes(b"meeting" * 100)

    async def both() -> Preset:
        await Teaching(store, words).learn(OAKDALE, [KOHN])
        report = await importing.add([recording], city_id=OAKDALE)
        job = await asyncio.to_thread(lambda: store.call(lambda unit: unit.jobs.job(report.added[0].id)))
        assert job is not None
        return job.preset

    assert run(both()).vocabulary[0] == "Kohn"
