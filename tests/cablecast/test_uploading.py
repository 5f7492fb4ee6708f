"""Publishing for a city whose content drive is out of reach: the files go over HTTP, the rest is as ever."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.cablecast.conftest import UNTIL_DONE_S, Run, Studio
from tests.cablecast.fakes import Died, FakeContext, inputs_for
from vodstudio.core.errors import Conflict, NeedsUser, NotYet
from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import Inputs, JobId, StepKind, StepResult
from vodstudio.demo.simulator_seed import FIRST_SHOW
from vodstudio.services.uploading import CAPTIONS_SENT

ONE_MORE = {"show": 5, "media": 3, "reel": 3, "vod": 1}
OTHER_JOB = JobId("5f6a0c1e-0000-4000-8000-000000000002")


@pytest.fixture
def afar(studio: Studio) -> Studio:
    """The station names no content drive for its city."""
    studio.station = replace(studio.station, storages=())
    return studio


@pytest.fixture
def context(afar: Studio, tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path / "work", afar.clock)


async def published(studio: Studio, context: FakeContext, inputs: Inputs) -> StepResult:
    for _ in range(20):
        try:
            return await studio.publishing.publish(context, inputs)
        except NotYet:
            studio.clock.advance(UNTIL_DONE_S)
    raise AssertionError("never done")


async def proved(studio: Studio, folder: Path, inputs: Inputs, result: StepResult) -> StepResult:
    facts = {**inputs.facts, StepKind.PUBLISH: result.facts}
    for _ in range(20):
        try:
            return await studio.publishing.verify(
                FakeContext(folder, studio.clock), replace(inputs, facts=facts)
            )
        except NotYet:
            studio.clock.advance(UNTIL_DONE_S)
    raise AssertionError("never done")


def test_a_recording_is_sent_and_read_back_as_a_viewer(
    afar: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made")
    result = run(published(afar, context, inputs))
    base = f"{result.facts['show_id']}-1-Birchwood City Council"
    assert afar.counts() == ONE_MORE
    assert (afar.drive / f"{base}.mp4").read_bytes() == inputs.outputs["video"].path.read_bytes()
    assert (afar.drive / f"{base}.scc").read_bytes() == inputs.outputs["scc"].path.read_bytes()
    sent = [one["fileName"] for one in afar.simulator.objects.all("fileUpload")]
    assert sent == [f"{base}.scc", f"{base}.mp4"], "captions first"
    assert run(proved(afar, tmp_path / "verify", inputs, result)).facts["words"] == 14


@pytest.mark.parametrize("key", ["show", "reel", "vod", "upload:", "sidecar", "file"])
def test_g22_after_death_each_file_is_sent_once(
    afar: Studio, context: FakeContext, tmp_path: Path, run: Run[Any], key: str
) -> None:
    """An upload that had begun and was not noted is begun anew; the server gives the old one up by itself."""
    inputs = inputs_for(tmp_path / "made")
    context.die_before = key
    with pytest.raises(Died):
        run(published(afar, context, inputs))
    context.die_before = ""
    run(published(afar, context, inputs))
    assert afar.counts() == ONE_MORE
    assert len(list(afar.drive.iterdir())) == 2
    assert afar.count("fileUpload") == (3 if key == "upload:" else 2)


def test_b30_another_job_of_the_recording_sends_nothing_again(
    afar: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made")
    first = run(published(afar, context, inputs))
    again = replace(inputs, job_id=OTHER_JOB)
    second = run(published(afar, FakeContext(tmp_path / "work2", afar.clock), again))
    assert second.facts["show_id"] == first.facts["show_id"]
    assert afar.counts() == ONE_MORE
    assert afar.count("fileUpload") == 2


def test_b09_a_show_that_plays_something_else_is_left_alone(
    afar: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    inputs = inputs_for(tmp_path / "made")
    first = run(published(afar, context, inputs))
    other = inputs_for(tmp_path / "other", title="Other", show_number=first.facts["show_id"], job=OTHER_JOB)
    with pytest.raises(Conflict) as told:
        run(published(afar, FakeContext(tmp_path / "work2", afar.clock), other))
    assert told.value.code == "VS-SHOW-HAS-FILE"
    assert afar.count("fileUpload") == 2


def test_a_server_with_two_stores_needs_to_be_told_which(
    afar: Studio, context: FakeContext, tmp_path: Path, run: Run[Any]
) -> None:
    afar.simulator.objects.add("fileStore", {"id": 0, "name": "Archive"})
    inputs = inputs_for(tmp_path / "made", show_number=FIRST_SHOW + 1)
    with pytest.raises(NeedsUser) as told:
        run(published(afar, context, inputs))
    assert told.value.code == "VS-WHICH-STORE"
    assert "1 (Content drive 1), 2 (Archive)" in told.value.hint
    assert afar.count("fileUpload") == 0
    (server,) = afar.station.servers
    afar.station = replace(afar.station, servers=(replace(server, file_store=1),))
    run(published(afar, context, inputs))
    assert afar.count("fileUpload") == 2


@pytest.mark.parametrize("died_before", ["sidecar", "file", "never"])
def test_corrected_captions_are_sent_once_more_and_the_video_is_not(
    afar: Studio, context: FakeContext, tmp_path: Path, run: Run[Any], died_before: str
) -> None:
    """A person corrected the words when this much had been sent, up to all of it."""
    inputs = inputs_for(tmp_path / "made")
    context.die_before = died_before
    with contextlib.suppress(Died):
        run(published(afar, context, inputs))
    context.die_before = ""
    context.kept = [
        one for one in context.kept if not any(fnmatchcase(one.key, each) for each in CAPTIONS_SENT)
    ]
    scc = inputs.outputs["scc"]
    corrected = scc.path.read_bytes().replace(b"00:00:0", b"00:00:1", 1)
    assert corrected != scc.path.read_bytes()
    scc.path.write_bytes(corrected)
    again = replace(scc, sha256=sha256_of(scc.path), size_bytes=len(corrected))
    result = run(published(afar, context, replace(inputs, outputs={**inputs.outputs, "scc": again})))
    assert afar.counts() == ONE_MORE
    sent = [one["fileName"].rpartition(".")[2] for one in afar.simulator.objects.all("fileUpload")]
    assert sorted(sent) == ["mp4", "scc", "scc"]
    assert (afar.drive / f"{result.facts['base']}.scc").read_bytes() == corrected
