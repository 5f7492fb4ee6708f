"""What a person does with models: one comes at a time, it can be stopped, and held jobs go on when it is here."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FakeStore
from tests.models.hub import Hub
from tests.store.kit import add, run_until
from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import Conflict, NotFound
from vodstudio.core.events import Event, Logged, ModelProgressed, ModelsChanged
from vodstudio.core.jobs import StepKind
from vodstudio.core.models import Standing
from vodstudio.services.models import Models
from vodstudio.workers.model_place import coming
from vodstudio.workers.model_room import ModelRoom

Run = Callable[..., Any]


class World:
    """The service over a real room, and who listens to it."""

    def __init__(self, room: ModelRoom) -> None:
        self.events: list[Event] = []
        self.looked = 0
        self.room = room
        self.store = FakeStore()
        self.models = Models(room, self.store, SystemClock(), self.events.append, self.look_again)

    async def look_again(self) -> None:
        self.looked += 1

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def world(room: ModelRoom) -> Iterator[World]:
    made = World(room)
    yield made
    made.models.stop()


def test_held_jobs_are_looked_at_when_a_model_has_come(world: World, run: Run) -> None:
    assert run(world.models.get("test/voice")) is True
    assert world.looked == 1
    told = world.of(ModelProgressed)
    assert (told[0].done_bytes, told[-1].done_bytes) == (0, told[-1].total_bytes)
    assert world.of(Logged)[0].line.text == "The speech model voice is here."
    assert len(world.of(ModelsChanged)) == 2
    rows = {row.name: row for row in run(world.models.rows())}
    assert rows["voice"].standing is Standing.HERE
    run(world.models.remove("voice"))
    assert "voice" not in {row.name for row in run(world.models.rows())}


def test_a_model_is_not_taken_from_under_who_hears_with_it(world: World, run: Run) -> None:
    run(world.models.get("test/voice"))
    add(world.store, 1)
    run_until(world.store, StepKind.SPEECH)
    with pytest.raises(Conflict) as used:
        run(world.models.remove("voice"))
    assert used.value.code == "VS-MODEL-IN-USE"
    assert (world.room.shelf.folder / "voice").exists()


def test_e06_stopping_keeps_what_has_arrived(world: World, hub: Hub, shelf_folder: Path, run: Run) -> None:
    hub.ways.cut_at, hub.ways.stall = [1_500_000], threading.Event()

    async def stopped() -> bool:
        work = asyncio.create_task(world.models.get("test/voice"))
        while coming(shelf_folder).get("voice", 0) < 1_000_000:
            await asyncio.to_thread(lambda: None)
        with pytest.raises(Conflict):
            await world.models.get("small")
        rows = await world.models.rows()
        assert any(row.name == "voice" and row.standing is Standing.COMING for row in rows)
        world.models.stop()
        return await work

    assert run(stopped()) is False
    hub.ways.stall.set()
    assert world.looked == 0
    hub.ways.stall = None
    assert run(world.models.get("test/voice")) is True


def test_a_window_that_closes_stops_what_is_coming(
    world: World, hub: Hub, shelf_folder: Path, run: Run
) -> None:
    hub.ways.cut_at, hub.ways.stall = [1_500_000], threading.Event()

    async def closed() -> None:
        work = asyncio.create_task(world.models.get("test/voice"))
        while coming(shelf_folder).get("voice", 0) < 1_000_000:
            await asyncio.to_thread(lambda: None)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    run(closed())
    hub.ways.stall.set()
    assert not (shelf_folder / "voice").exists()


def test_an_error_is_told_and_the_next_try_is_free(world: World, hub: Hub, run: Run) -> None:
    hub.ways.status = 404
    with pytest.raises(NotFound):
        run(world.models.get("test/voice"))
    hub.ways.status = 0
    assert run(world.models.get("test/voice")) is True
