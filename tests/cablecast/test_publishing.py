"""Publishing against the simulated server: both plans, exactly once, after every kind of interruption."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cablecast.conftest import UNTIL_DONE_S, Run, Studio
from tests.cablecast.fakes import CUES, SERVER, Died, FakeContext, inputs_for, made_captions, tiny_movie
from vodstudio.core.approval import APPROVED, ASK_FIRST
from vodstudio.core.errors import Cancelled, Conflict, Hold, NeedsUser, NotFound, NotYet, Refused
from vodstudio.core.jobs import Inputs, JobId, PlanKind, StepKind, StepResult
from vodstudio.core.station import Unattended
from vodstudio.demo.simulator_faults import Fault
from vodstudio.demo.simulator_seed import FIRST_SHOW
from vodstudio.services.conditions import Conditions, Machine
from vodstudio.services.destination import SPARE_BYTES

MACHINE = Machine(has_model=bool, work=Path("/nowhere"), is_on_battery=bool)
SEEDED = {"show": 4, "media": 2, "reel": 2, "vod": 0}
ONE_MORE = {"show": 5, "media": 3, "reel": 3, "vod": 1}


async def published(studio: Studio, context: FakeContext, inputs: Inputs) -> StepResult:
    """Publish, waiting whenever the server is still at work."""
    for _ in range(10):
        try:
            return await studio.publishing.publish(context, inputs)
        except NotYet:
            studio.clock.advance(UNTIL_DONE_S)
    raise AssertionError("never done")


async def proved(studio: Studio, folder: Path, inputs: Inputs, result: StepResult) -> StepResult:
    """Verify, waiting whenever the server is still at work."""
    facts = {**inputs.facts, StepKind.PUBLISH: result.facts}
    context = FakeContext(folder, studio.clock)
    for _ in range(10):
        try:
            return await studio.publishing.verify(context, replace(inputs, facts=facts))
        except NotYet:
            studio.clock.advance(UNTIL_DONE_S)
    raise AssertionError("never done")


@pytest.fixture
def context(studio: Studio, tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path / "work", studio.clock)


def test_delivers_and_reads_back_as_a_viewer(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made")
    result = run(published(studio, context, inputs))
    show = result.facts["show_id"]
    assert studio.counts() == ONE_MORE
    assert sorted(path.name for path in studio.drive.iterdir()) == [
        f"{show}-1-Birchwood City Council.mp4",
        f"{show}-1-Birchwood City Council.scc",
    ]
    proof = run(proved(studio, tmp_path / "verify", inputs, result))
    assert proof.facts["has_captions"] is True
    assert proof.facts["words"] == 14
    stored = studio.simulator.objects.get("show", int(str(show)))
    assert stored is not None
    assert (stored["project"], stored["producer"], stored["generateCaptions"]) == (1, 1, False)
    assert stored["eventDate"].startswith("2026-06-10T00:00:00-05:00")
    assert not studio.simulator.faults.seen("DELETE")


def test_sidecar_is_there_before_the_video(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    """A server may not look at captions that come after the video: they go first."""
    context.die_before = "file"
    with pytest.raises(Died):
        run(studio.publishing.publish(context, inputs_for(tmp_path / "made")))
    names = [path.suffix for path in studio.drive.iterdir()]
    assert sorted(names) == [".mp4", ".scc"]
    assert "sidecar" in {one.key for one in context.kept}


@pytest.mark.parametrize("path", ["/shows$", "/media$", "/reels$", "/vods$"])
@pytest.mark.parametrize("is_done", [True, False], ids=["done", "not-done"])
def test_g21_lost_answer_is_looked_up(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any], path: str, is_done: bool
) -> None:
    inputs = inputs_for(tmp_path / "made")
    studio.simulator.faults.plan(Fault(method="POST", path=path, drop=True, after_commit=is_done))
    with pytest.raises(Exception, match="did not arrive"):
        run(studio.publishing.publish(context, inputs))
    run(published(studio, context, inputs))
    assert studio.counts() == ONE_MORE


@pytest.mark.parametrize("path", ["/shows$", "/media$", "/reels$", "/vods$"])
def test_g12_a_server_fault_after_the_work_was_done_makes_nothing_twice(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any], path: str
) -> None:
    inputs = inputs_for(tmp_path / "made")
    studio.simulator.faults.plan(Fault(method="POST", path=path, status=500, after_commit=True))
    with pytest.raises(Exception, match="cannot answer just now"):
        run(studio.publishing.publish(context, inputs))
    run(published(studio, context, inputs))
    assert studio.counts() == ONE_MORE


@pytest.mark.parametrize(
    "key", ["intent:show", "show", "base", "intent:media", "media", "intent:reel", "reel", "intent:vod", "vod",
            "sidecar", "file"],
)  # fmt: skip
def test_g22_death_between_request_and_commit(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any], key: str
) -> None:
    inputs = inputs_for(tmp_path / "made")
    context.die_before = key
    with pytest.raises(Died):
        run(studio.publishing.publish(context, inputs))
    context.die_before = ""
    result = run(published(studio, context, inputs))
    assert studio.counts() == ONE_MORE
    assert len(list(studio.drive.iterdir())) == 2
    run(proved(studio, tmp_path / "verify", inputs, result))


def test_g21_a_pause_in_the_middle_of_a_request(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    """The operator pauses while the server has made the show and has not answered yet."""
    inputs = inputs_for(tmp_path / "made")
    studio.simulator.faults.plan(Fault(method="POST", path="/shows$", after_commit=True, wait_s=60.0))

    async def pause() -> None:
        step = asyncio.create_task(studio.publishing.publish(context, inputs))
        for _ in range(10**6):
            await asyncio.sleep(0)
            if studio.count("show") > SEEDED["show"]:
                break
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step

    run(pause())
    run(published(studio, context, inputs))
    assert studio.counts() == ONE_MORE


def test_g21_without_a_field_for_us_title_and_time_tell(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    for field in studio.simulator.objects.all("showField"):
        studio.simulator.objects.remove("showField", field["id"])
    inputs = inputs_for(tmp_path / "made", title="Grant City Council 06/03/2025")
    studio.simulator.faults.plan(Fault(method="POST", path="/shows$", drop=True, after_commit=True))
    with pytest.raises(Exception, match="did not arrive"):
        run(studio.publishing.publish(context, inputs))
    run(published(studio, context, inputs))
    assert studio.counts() == ONE_MORE


def test_two_shows_that_could_be_ours_are_asked_about(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    for field in studio.simulator.objects.all("showField"):
        studio.simulator.objects.remove("showField", field["id"])
    inputs = inputs_for(tmp_path / "made")
    studio.simulator.faults.plan(Fault(method="POST", path="/shows$", drop=True, after_commit=True))
    with pytest.raises(Exception, match="did not arrive"):
        run(studio.publishing.publish(context, inputs))
    made = studio.simulator.objects.all("show")[-1]
    studio.simulator.objects.add("show", made)
    with pytest.raises(Conflict) as told:
        run(studio.publishing.publish(context, inputs))
    assert told.value.code == "VS-WHICH-SHOW"


def test_captions_in_place(studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]) -> None:
    path = tiny_movie(studio.drive / f"{FIRST_SHOW + 2}-1-Birchwood Council Me.mp4", 30.2)
    before = path.read_bytes()
    inputs = inputs_for(
        tmp_path / "made", plan=PlanKind.CAPTION_IN_PLACE, path=path, show_number=FIRST_SHOW + 2
    )
    result = run(published(studio, context, inputs))
    assert studio.counts() == {**SEEDED, "vod": 1}
    assert path.with_suffix(".scc").read_bytes() == inputs.outputs["scc"].path.read_bytes()
    assert path.read_bytes() == before
    proof = run(proved(studio, tmp_path / "verify", inputs, result))
    assert proof.facts["words"] == 14


@pytest.mark.parametrize("key", ["intent:vod", "vod", "sidecar", "file"])
def test_g22_captions_in_place_after_death(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any], key: str
) -> None:
    path = tiny_movie(studio.drive / f"{FIRST_SHOW + 2}-1-Birchwood Council Me.mp4", 30.2)
    inputs = inputs_for(
        tmp_path / "made", plan=PlanKind.CAPTION_IN_PLACE, path=path, show_number=FIRST_SHOW + 2
    )
    context.die_before = key
    with pytest.raises(Died):
        run(studio.publishing.publish(context, inputs))
    context.die_before = ""
    run(published(studio, context, inputs))
    assert studio.counts() == {**SEEDED, "vod": 1}


def test_a_second_recording_of_the_show_gets_no_second_video(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    """The plan in place once more, by another job: the video and our own sidecar are found, nothing is made."""
    path = tiny_movie(studio.drive / f"{FIRST_SHOW + 2}-1-Birchwood Council Me.mp4", 30.2)
    inputs = inputs_for(
        tmp_path / "made", plan=PlanKind.CAPTION_IN_PLACE, path=path, show_number=FIRST_SHOW + 2
    )
    run(published(studio, context, inputs))
    better = made_captions(tmp_path / "better", CUES[:2])
    again = replace(inputs, outputs=better)
    run(published(studio, FakeContext(tmp_path / "work2", studio.clock), again))
    assert studio.counts() == {**SEEDED, "vod": 1}
    assert path.with_suffix(".scc").read_bytes() == better["scc"].path.read_bytes()


def test_b30_the_same_recording_once_more_is_adopted(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    """Another job of the same recording finds the show, the file and the captions of the first."""
    inputs = inputs_for(tmp_path / "made")
    first = run(published(studio, context, inputs))
    again = replace(inputs, job_id=JobId("5f6a0c1e-0000-4000-8000-000000000002"))
    second = run(published(studio, FakeContext(tmp_path / "work2", studio.clock), again))
    assert second.facts["show_id"] == first.facts["show_id"]
    assert studio.counts() == ONE_MORE
    assert len(list(studio.drive.iterdir())) == 2


def test_g08_a_show_removed_since_is_made_anew_for_a_new_job(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made")
    first = run(published(studio, context, inputs))
    studio.simulator.objects.remove("show", int(str(first.facts["show_id"])))
    again = replace(inputs, job_id=JobId("5f6a0c1e-0000-4000-8000-000000000002"))
    second = run(published(studio, FakeContext(tmp_path / "work2", studio.clock), again))
    assert second.facts["show_id"] != first.facts["show_id"]


def test_a_show_that_is_not_there_is_told(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    path = tiny_movie(studio.drive / "99999-1-Birchwood.mp4", 30.2)
    inputs = inputs_for(tmp_path / "made", plan=PlanKind.CAPTION_IN_PLACE, path=path, show_number=99999)
    with pytest.raises(NotFound) as told:
        run(published(studio, context, inputs))
    assert told.value.code == "VS-NO-SUCH-SHOW"
    assert studio.counts() == SEEDED
    assert not path.with_suffix(".scc").exists()


def test_delivers_into_the_show_that_the_name_speaks_of(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made", show_number=FIRST_SHOW + 1)
    result = run(published(studio, context, inputs))
    assert result.facts["show_id"] == FIRST_SHOW + 1
    assert studio.counts() == {**ONE_MORE, "show": 4}


def test_a_show_with_another_file_is_left_alone(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    theirs = tiny_movie(studio.drive / f"{FIRST_SHOW}-1-Grant City Council.mp4", 99.0)
    inputs = inputs_for(tmp_path / "made", show_number=FIRST_SHOW)
    with pytest.raises(Conflict) as told:
        run(published(studio, context, inputs))
    assert told.value.code == "VS-SHOW-HAS-FILE"
    assert list(studio.drive.iterdir()) == [theirs]


def test_g09_a_show_of_another_location_is_left_alone(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    show = studio.simulator.objects.get("show", FIRST_SHOW)
    assert show is not None
    studio.simulator.objects.put("show", {**show, "location": 7})
    with pytest.raises(Conflict) as told:
        run(published(studio, context, inputs_for(tmp_path / "made", show_number=FIRST_SHOW)))
    assert told.value.code == "VS-WRONG-LOCATION"


def test_g06_a_refused_password_holds_and_is_not_tried_again(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    studio.secrets.password = "wrong"
    inputs = inputs_for(tmp_path / "made")
    for _ in range(3):
        with pytest.raises(Hold) as told:
            run(studio.publishing.publish(context, inputs))
        assert told.value.condition == "login:main"
    assert len([one for one in studio.simulator.faults.seen() if one.has_auth]) == 1
    studio.secrets.password = "cablecast"
    run(published(studio, context, inputs))
    assert studio.counts() == ONE_MORE


def test_g06_the_hold_ends_with_a_new_password_and_not_before(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    """The watcher of holds asks every minute: one refused request in all, then one that is let in."""
    station = studio.station
    conditions = Conditions(station, studio.drives, studio.secrets, {SERVER: studio.catalogue}, MACHINE)
    studio.secrets.password = "wrong"
    with pytest.raises(Hold):
        run(studio.publishing.publish(context, inputs_for(tmp_path / "made")))
    for _ in range(5):
        assert not run(conditions.is_over("login:main"))
    assert len(studio.simulator.faults.seen()) == 1
    studio.secrets.password = "cablecast"
    assert run(conditions.is_over("login:main"))


def test_g37_another_server_gets_nothing_until_a_person_agrees(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    studio.notebook.facts["server:main"] = "the server of another city"
    inputs = inputs_for(tmp_path / "made")
    with pytest.raises(Hold) as told:
        run(studio.publishing.publish(context, inputs))
    assert told.value.condition == "identity:main"
    assert studio.counts() == SEEDED
    run(studio.publishing.accept_server(studio.station.servers[0].id))
    run(published(studio, context, inputs))
    assert studio.counts() == ONE_MORE


def test_a_city_that_wants_to_be_asked_gets_nothing_until_a_person_says_yes(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    """Another try is not a yes."""
    (city,) = studio.station.cities
    asking = replace(studio.station, cities=(replace(city, unattended=Unattended.ASK),))
    careful = replace(studio, station=asking)
    inputs = inputs_for(tmp_path / "made")
    for _ in range(2):
        with pytest.raises(NeedsUser) as told:
            run(careful.publishing.publish(context, inputs))
        assert told.value.code == ASK_FIRST
        assert studio.counts() == SEEDED
    run(context.checkpoint(APPROVED, {}))
    run(published(careful, context, inputs))
    assert studio.counts() == ONE_MORE


def test_a_careful_city_publishes_good_captions_and_asks_about_others(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    (city,) = studio.station.cities
    careful = replace(
        studio, station=replace(studio.station, cities=(replace(city, unattended=Unattended.CAREFUL),))
    )
    inputs = inputs_for(tmp_path / "made")
    look = "needs a look: 2 too fast to read (first at 0:12:03)"
    hasty = replace(inputs, facts={**inputs.facts, StepKind.CAPTIONS: {"needs_look": look}})
    with pytest.raises(NeedsUser) as told:
        run(careful.publishing.publish(context, hasty))
    assert told.value.code == ASK_FIRST
    assert told.value.title == f"The captions of {city.name} wait for a person: this one {look}"
    assert studio.counts() == SEEDED
    run(published(careful, context, inputs))
    assert studio.counts() == ONE_MORE


def test_captions_that_need_a_look_are_published_and_marked(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made")
    look = "needs a look: 2 too fast to read (first at 0:12:03)"
    hasty = replace(inputs, facts={**inputs.facts, StepKind.CAPTIONS: {"needs_look": look}})
    result = run(published(studio, context, hasty))
    assert run(proved(studio, tmp_path, hasty, result)).note.endswith(f"; published, {look}")
    assert "needs a look" not in run(proved(studio, tmp_path, inputs, result)).note


def test_the_demo_voice_never_reaches_a_real_server(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    behaviour = replace(studio.simulator.world.behaviour, hardware="AB12-CD34")
    studio.simulator.world.behaviour = behaviour
    with pytest.raises(Refused) as told:
        run(studio.publishing.publish(context, inputs_for(tmp_path / "made")))
    assert told.value.code == "VS-DEMO-VOICE"
    assert studio.counts() == SEEDED


def test_b05_an_absent_content_drive_holds(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    studio.drives.is_present = False
    with pytest.raises(Hold) as told:
        run(studio.publishing.publish(context, inputs_for(tmp_path / "made")))
    assert told.value.condition == "storage:flex1"
    assert studio.counts() == SEEDED


def test_b01_too_little_space_holds_before_anything_is_made(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    studio.drives.free = 1000
    inputs = inputs_for(tmp_path / "made")
    with pytest.raises(Hold) as told:
        run(studio.publishing.publish(context, inputs))
    assert studio.counts() == SEEDED
    conditions = Conditions(
        studio.station, studio.drives, studio.secrets, {SERVER: studio.catalogue}, MACHINE
    )
    assert not run(conditions.is_over(told.value.condition))
    studio.drives.free = SPARE_BYTES + inputs.outputs["video"].size_bytes
    assert run(conditions.is_over(told.value.condition)), "as much as it needs, and not a gigabyte more"
    with pytest.raises(NotYet):
        run(studio.publishing.publish(context, inputs))


def test_b07_a_content_drive_that_may_not_be_written(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    studio.drives.is_writable = False
    with pytest.raises(NeedsUser, match="may not write"):
        run(studio.publishing.publish(context, inputs_for(tmp_path / "made")))


def test_what_the_station_file_does_not_say_is_asked(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made")
    with pytest.raises(NeedsUser) as told:
        run(studio.publishing.publish(context, replace(inputs, city_id=None)))
    assert told.value.code == "VS-NO-CITY"
    assert "Choose the city in the queue, then press Retry" in told.value.hint
    without = replace(studio.station, cities=(replace(studio.station.cities[0], location=None),))
    studio.station, full = without, studio.station
    with pytest.raises(NeedsUser) as told:
        run(studio.publishing.publish(context, inputs))
    assert told.value.code == "VS-NO-LOCATION"
    studio.station = replace(full, storages=(), cities=(replace(full.cities[0], server=None),))
    with pytest.raises(NeedsUser) as told:
        run(studio.publishing.publish(context, inputs))
    assert told.value.code == "VS-NO-DESTINATION"


def test_a_stopped_step_makes_nothing(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    context.is_stopped = True
    with pytest.raises(Cancelled):
        run(studio.publishing.publish(context, inputs_for(tmp_path / "made")))
    assert studio.counts() == SEEDED


def test_g08_a_show_removed_on_the_server_needs_somebody(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made")
    context.die_before = "reel"
    with pytest.raises(Died):
        run(studio.publishing.publish(context, inputs))
    context.die_before = ""
    show = next(one for one in context.kept if one.key == "show").body["id"]
    studio.simulator.objects.remove("show", int(str(show)))
    with pytest.raises(NotFound) as told:
        run(studio.publishing.publish(context, inputs))
    assert told.value.code == "VS-GONE-ON-SERVER"
    assert studio.count("show") == SEEDED["show"]


def test_without_speech_the_video_goes_alone(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made")
    inputs = replace(inputs, outputs={"video": inputs.outputs["video"]})
    result = run(published(studio, context, inputs))
    assert "no speech" in result.note
    proof = run(proved(studio, tmp_path / "verify", inputs, result))
    assert proof.facts["has_captions"] is False


def test_i05_a_title_cannot_leave_the_folder(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made", title="../..\\x: <a>|\n2026 ERROR \u202egpj.exe" + "é" * 300)
    run(published(studio, context, inputs))
    names = sorted(path.name for path in studio.drive.iterdir())
    assert len(names) == 2
    assert all(len(name.encode()) < 250 and not set('<>:"/\\|?*\n') & set(name) for name in names)
    assert sorted(tmp_path.iterdir()) == sorted(tmp_path / n for n in ("drive", "made", "server", "work"))


def test_an_invalid_file_needs_somebody(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made")
    with pytest.raises(NotYet):
        run(studio.publishing.publish(context, inputs))
    file = next(studio.drive.glob("*.mp4"))
    file.write_bytes(b"changed by somebody")
    studio.clock.advance(10)
    with pytest.raises(NeedsUser) as told:
        run(studio.publishing.publish(context, inputs))
    assert told.value.code == "VS-FILE-INVALID"


def test_a_file_that_the_server_never_sees_needs_somebody(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    storage = replace(studio.station.storages[0], path=tmp_path / "elsewhere")
    studio.station = replace(studio.station, storages=(storage,))
    inputs = inputs_for(tmp_path / "made")
    looked_until_somebody_is_needed(studio, context, inputs, run)


def looked_until_somebody_is_needed(
    studio: Studio, context: FakeContext, inputs: Inputs, run: Run[Any]
) -> None:
    """Once a minute for half an hour."""
    for _ in range(31):
        with pytest.raises(NotYet):
            run(studio.publishing.publish(context, inputs))
        studio.clock.advance(60)
    with pytest.raises(NeedsUser) as told:
        run(studio.publishing.publish(context, inputs))
    assert told.value.code == "VS-FILE-NOT-SEEN"


def test_g02_time_without_the_server_is_no_time_to_find_the_file(
    studio: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    """Away for hours after the copy, then back: it has its half hour; and again after a person's Retry."""
    (tmp_path / "elsewhere").mkdir()
    storage = replace(studio.station.storages[0], path=tmp_path / "elsewhere")
    studio.station = replace(studio.station, storages=(storage,))
    inputs = inputs_for(tmp_path / "made")
    with pytest.raises(NotYet):
        run(studio.publishing.publish(context, inputs))
    for hours in (7, 0):
        studio.clock.advance(hours * 3600 + 10)
        looked_until_somebody_is_needed(studio, context, inputs, run)
