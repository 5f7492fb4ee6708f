"""What a person says about speech reaches the house: words of a city from its file, and a card that is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from vodstudio.bootstrap import House, open_house
from vodstudio.config import read_settings
from vodstudio.core.jobs import StepKind
from vodstudio.core.station import CityId, Preset
from vodstudio.paths import make, places
from vodstudio.workers.devices import cpu
from vodstudio.workers.speech import SpeechTools

Work = Callable[[House], Coroutine[Any, Any, Any]]
FILE = """
[cities.grant]
name = "Grant"

[cities.grant.vocabulary]
names = ["Larson"]
"""


@pytest.fixture
def in_house(home: Path) -> Callable[[Work], Any]:
    """Run a coroutine with a house that is open and not working."""
    where = places({"VODSTUDIO_HOME": str(home)})
    make(where)
    where.station_file.write_text(FILE, "utf-8")

    async def main(work: Work) -> Any:
        house = await open_house(read_settings(where), lambda event: None)
        try:
            return await work(house)
        finally:
            await house.stop()

    def run(work: Work) -> Any:
        with asyncio.Runner() as runner:
            return runner.run(main(work))

    return run


def test_names_that_were_written_into_the_station_file_count_for_the_next_recording(
    in_house: Callable[[Work], Any], tmp_path: Path
) -> None:
    async def added(house: House, name: str) -> Preset:
        path = tmp_path / name
        path.write_bytes(name.encode() * 100)
        (row,) = (await house.importing.add([path], city_id=CityId("grant"))).added
        return (await house.jobs.job(row.id)).preset

    async def work(house: House) -> list[tuple[str, ...]]:
        before = await added(house, "one.mp4")
        station = house.settings.places.station_file
        await asyncio.to_thread(station.write_text, FILE.replace("Larson", "Kohn"), "utf-8")
        after = await added(house, "two.mp4")
        return [before.vocabulary[:1], after.vocabulary[:1]]

    assert in_house(work) == [("Larson",), ("Kohn",)]


def test_e03_the_card_that_the_window_wants_tried_is_the_one_that_hears(
    in_house: Callable[[Work], Any],
) -> None:
    async def work(house: House) -> tuple[bool, bool, bool]:
        toolbox = house._tools.toolbox
        steps = await asyncio.to_thread(toolbox.steps)
        run = steps[StepKind.SPEECH].run
        assert isinstance(run, partial)
        tools: SpeechTools = run.args[0]
        lost = replace(cpu("the card failed"), has_lost_card=True)
        tools.devices._decided[Path("/models/small")] = lost
        was_lost = bool(tools.devices._decided)
        house.try_card_again()
        return tools.devices is toolbox.devices, was_lost, bool(tools.devices._decided)

    assert in_house(work) == (True, True, False)
