"""One recording has one show on one server, whatever two jobs of it, lost answers and changed settings do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cablecast.conftest import Run, Studio
from tests.cablecast.fakes import (
    SERVER,
    Died,
    FakeCatalogue,
    FakeClock,
    FakeContext,
    FakeDrives,
    FakeNotebook,
    inputs_for,
    station_at,
)
from vodstudio.cablecast.transfer import ContentDriveFiles
from vodstudio.core.errors import Conflict, NeedsUser, NotYet, ServerBusy
from vodstudio.core.jobs import Inputs, JobId, Json, StepKind
from vodstudio.core.shows import NewShow, ShowId
from vodstudio.core.station import ServerId, Station
from vodstudio.demo.simulator_faults import Fault
from vodstudio.services.publishing import Publishing

SEEDED_SHOWS = 4
OTHER_JOB = JobId("5f6a0c1e-0000-4000-8000-000000000002")
SECOND = ServerId("second")


def kept(context: FakeContext, key: str) -> Json:
    return next(one.body for one in context.kept if one.key == key)


@pytest.fixture
def first(studio: Studio, tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path / "work", studio.clock)


@pytest.fixture
def second(studio: Studio, tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path / "work2", studio.clock)


@pytest.mark.parametrize("has_field", [True, False], ids=["by-mark", "by-title"])
def test_g21_another_job_adopts_the_show_whose_answer_was_lost(
    studio: Studio, first: FakeContext, second: FakeContext, tmp_path: Path, run: Run[Any], has_field: bool
) -> None:
    """The first job has asked for a show and does not know it yet: the second one looks it up."""
    if not has_field:
        for field in studio.simulator.objects.all("showField"):
            studio.simulator.objects.remove("showField", field["id"])
    inputs = inputs_for(tmp_path / "made")
    studio.simulator.faults.plan(Fault(method="POST", path="/shows$", drop=True, after_commit=True))
    with pytest.raises(ServerBusy):
        run(studio.publishing.publish(first, inputs))
    for context, job in ((second, OTHER_JOB), (first, inputs.job_id)):
        with pytest.raises(NotYet):
            run(studio.publishing.publish(context, replace(inputs, job_id=job)))
    assert studio.count("show") == SEEDED_SHOWS + 1
    assert kept(first, "show")["id"] == kept(second, "show")["id"]


def test_g21_a_show_that_may_still_be_made_is_waited_for(
    studio: Studio, first: FakeContext, second: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    """The server did not do what the first job asked for; after a minute the second one asks, and the first adopts."""
    inputs = inputs_for(tmp_path / "made")
    again = replace(inputs, job_id=OTHER_JOB)
    studio.simulator.faults.plan(Fault(method="POST", path="/shows$", drop=True))
    with pytest.raises(ServerBusy):
        run(studio.publishing.publish(first, inputs))
    with pytest.raises(ServerBusy, match="may still be making"):
        run(studio.publishing.publish(second, again))
    studio.clock.advance(61)
    with pytest.raises(NotYet):
        run(studio.publishing.publish(second, again))
    with pytest.raises(NotYet):
        run(studio.publishing.publish(first, inputs))
    assert studio.count("show") == SEEDED_SHOWS + 1
    assert kept(first, "show")["id"] == kept(second, "show")["id"]


def test_b30_a_number_that_the_server_does_not_have_makes_one_show_and_not_two(
    studio: Studio, first: FakeContext, second: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made", show_number=99999)
    for context, job in ((first, inputs.job_id), (second, OTHER_JOB)):
        with pytest.raises(NotYet):
            run(studio.publishing.publish(context, replace(inputs, job_id=job)))
    assert studio.count("show") == SEEDED_SHOWS + 1


class TwoServers:
    """A station that has one server today and another tomorrow."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.notebook = FakeNotebook()
        self.one = FakeCatalogue(self.clock)
        self.two = FakeCatalogue(self.clock, key="fake-2")
        self.drives = {name: folder / name for name in ("drive1", "drive2")}
        for drive in self.drives.values():
            drive.mkdir()

    def before(self) -> Station:
        return station_at(self.drives["drive1"], "http://127.0.0.1")

    def after(self) -> Station:
        station = self.before()
        return replace(
            station,
            servers=(replace(station.servers[0], id=SECOND, name="Second"),),
            cities=(replace(station.cities[0], server=SECOND),),
            storages=(replace(station.storages[0], path=self.drives["drive2"], content_drive_of=SECOND),),
        )

    def elsewhere(self) -> Station:
        """The city has another location."""
        station = self.before()
        return replace(station, cities=(replace(station.cities[0], location=7),))

    def publishing(self, station: Station) -> Publishing:
        catalogues = {SERVER: self.one, SECOND: self.two}
        drives, kept = FakeDrives(), self.folder / "sidecars"
        return Publishing(station, catalogues, ContentDriveFiles(), drives, self.clock, self.notebook, kept)


@pytest.fixture
def two(tmp_path: Path) -> TwoServers:
    return TwoServers(tmp_path)


def begun(two: TwoServers, inputs: Inputs, run: Run[Any]) -> FakeContext:
    """The show is made, and nothing else."""
    context = FakeContext(two.folder / "work", two.clock)
    context.die_before = "intent:media"
    with pytest.raises(Died):
        run(two.publishing(two.before()).publish(context, inputs))
    context.die_before = ""
    return context


@pytest.mark.parametrize("station", [TwoServers.after, TwoServers.elsewhere], ids=["server", "location"])
def test_g37_what_was_begun_on_one_server_never_goes_to_another(
    two: TwoServers, run: Run[Any], station: Any
) -> None:
    """The number of our show is the number of somebody else's show there."""
    inputs = inputs_for(two.folder / "made")
    context = begun(two, inputs, run)
    number = kept(context, "show")["id"]
    theirs = run(two.two.create_show(NewShow(title="Somebody else's show", location=1, marker="")))
    assert theirs == number
    with pytest.raises(Conflict) as told:
        run(two.publishing(station(two)).publish(context, inputs))
    assert told.value.code == "VS-BEGUN-ELSEWHERE"
    assert "Nothing was sent" in told.value.hint
    assert not two.two.shows[theirs].reels
    assert not two.two.vods
    assert list(two.drives["drive2"].iterdir()) == []
    with pytest.raises(NotYet):
        run(two.publishing(two.before()).publish(context, inputs))


def test_g37_a_replaced_server_has_other_shows(two: TwoServers, run: Run[Any]) -> None:
    """A person accepted the new machine: its shows with our numbers are not ours."""
    inputs = inputs_for(two.folder / "made")
    context = begun(two, inputs, run)
    two.one = FakeCatalogue(two.clock, key="a new machine")
    theirs = run(two.one.create_show(NewShow(title="Somebody else's show", location=1, marker="")))
    publishing = two.publishing(two.before())
    run(publishing.accept_server(SERVER))
    with pytest.raises(Conflict) as told:
        run(publishing.publish(context, inputs))
    assert told.value.code == "VS-BEGUN-ELSEWHERE"
    anew = FakeContext(two.folder / "work2", two.clock)
    with pytest.raises(NotYet):
        run(publishing.publish(anew, replace(inputs, job_id=OTHER_JOB)))
    assert kept(anew, "show")["id"] != theirs
    assert not two.one.shows[ShowId(theirs)].reels


def test_g37_a_server_that_is_no_longer_named_is_told(two: TwoServers, run: Run[Any]) -> None:
    """What was published there stays; only the proof has nobody to ask."""
    facts = {StepKind.PUBLISH: {"server": "gone", "show_id": 1, "vod_id": 1, "has_captions": True}}
    inputs = replace(inputs_for(two.folder / "made"), facts=facts)
    with pytest.raises(NeedsUser) as told:
        run(two.publishing(two.before()).verify(FakeContext(two.folder / "work", two.clock), inputs))
    assert told.value.code == "VS-SERVER-REMOVED"


def test_nothing_begun_may_still_go_anywhere(two: TwoServers, run: Run[Any]) -> None:
    """The content drive was missing: a person who corrects the station file is not stopped."""
    inputs = inputs_for(two.folder / "made")
    context = FakeContext(two.folder / "work", two.clock)
    publishing = two.publishing(two.before())
    drives = publishing.drives
    assert isinstance(drives, FakeDrives)
    drives.is_present = False
    with pytest.raises(Exception, match="is not there"):
        run(publishing.publish(context, inputs))
    with pytest.raises(NotYet):
        run(two.publishing(two.after()).publish(context, inputs))
    assert not two.one.shows
