"""What the Cities and Monitoring tabs are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run as Go
from tests.engine.fakes import FakeDrives
from tests.engine.kit import STATION, AsThePreset, Plan, engine, made
from vodstudio.core.errors import BadMedia, NotFound
from vodstudio.core.jobs import Inputs, JobId, JobState, StepKind, StepResult
from vodstudio.core.ports import Context
from vodstudio.core.rows import Check, Verdict
from vodstudio.core.station import CityId, Station, Storage, StorageId
from vodstudio.services.cities import Cities
from vodstudio.services.monitoring import Monitoring

WITH_STORAGES = Station(
    cities=STATION.cities,
    storages=(
        Storage(id=StorageId("flex1"), path=Path("/mnt/1"), cities=(CityId("grant"),)),
        Storage(id=StorageId("flex2"), path=Path("/mnt/2"), cities=(CityId("grant"), CityId("oakdale"))),
        Storage(id=StorageId("flex5"), path=Path("/mnt/5")),
    ),
)


async def _checks() -> tuple[Check, ...]:
    return (Check(id="store", name="Store", verdict=Verdict.GOOD, text="healthy"),)


def test_a_card_tells_how_a_city_stands(tmp_path: Path, run: Go[None]) -> None:
    """Latest, recent, how much is captioned, and who is wanted."""

    def probe(context: Context, inputs: Inputs) -> StepResult:
        if "bad" in inputs.recording.path.name:
            raise BadMedia("Not a recording")
        return made(context, inputs, "probe")

    async def scenario() -> None:
        async with engine(tmp_path, Plan(local={StepKind.PROBE: probe})) as it:
            good, bad = await it.add("Grant 1.mp4", "Grant bad.mp4")
            await it.until_state(JobState.DONE, good)
            await it.until_state(JobState.NEEDS_A_LOOK, bad)
            drives = FakeDrives(away={"flex2"})
            cities = Cities(WITH_STORAGES, it.store, it.clock, drives, AsThePreset())
            cards = {card.city_id: card for card in await cities.cards()}
            grant = cards[CityId("grant")]
            assert [view.id for view in grant.storages] == ["flex1", "flex2"]
            assert [view.shared for view in grant.storages] == [False, True]
            assert grant.needs_a_look == 1
            assert grant.captioned_share == pytest.approx(0.5)
            assert grant.latest is not None
            assert len(grant.recent) == 1
            assert cards[CityId("birchwood")].latest is None
            assert cards[CityId("birchwood")].captioned_share is None
            seen = await cities.storages()
            assert not seen[StorageId("flex2")].is_present
            assert seen[StorageId("flex1")].is_present

    run(scenario())


def test_monitoring_tells_health_log_throughput_and_a_report(tmp_path: Path, run: Go[None]) -> None:
    """The report for support has no words of the meeting and no names of files."""

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            (job_id,) = await it.add("Grant secret title.mp4")
            await it.until_state(JobState.DONE, job_id)
            monitoring = Monitoring(it.store, it.clock, _checks)
            assert [check.id for check in await monitoring.health()] == ["store"]
            assert any("done" in line.text for line in await monitoring.log())
            assert await monitoring.log(text="no such words anywhere") == []
            await it.jobs.pause([job_id])
            story = await monitoring.story(job_id)
            assert {line.job_id for line in story} == {job_id}
            assert [line.at for line in story] == sorted((line.at for line in story), reverse=True)
            assert any("done" in line.text for line in story)
            assert len(await monitoring.story(job_id, 1)) == 1
            hours = await monitoring.throughput(24)
            assert len(hours) == 24
            report = json.loads(await monitoring.report(job_id))
            assert {step["kind"] for step in report["steps"]} == set(StepKind)
            assert "secret" not in json.dumps(report)
            with pytest.raises(NotFound):
                await monitoring.report(JobId("nothing"))

    run(scenario())
