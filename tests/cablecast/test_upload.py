"""Uploads in pieces: continued after any interruption, and whole at the end."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.cablecast.conftest import Run, Studio, server_at
from tests.cablecast.fakes import Died, FakeContext, FakeSecrets
from vodstudio.cablecast import upload as upload_module
from vodstudio.cablecast.client import Client
from vodstudio.cablecast.upload import PIECE_BYTES, Uploads, pieces_of
from vodstudio.core.errors import NeedsUser, NotYet, Refused, ServerBusy, TryLater
from vodstudio.demo.simulator_faults import Fault

NAME = "21411-1-Grant City Council.mp4"
CONTENT = hashlib.shake_256(b"seed").digest(2 * PIECE_BYTES + 12345)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "video.mp4"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def uploads(studio: Studio, run: Run[Any]) -> Any:
    client = Client(server_at(studio.simulator.url), FakeSecrets(), studio.clock)
    yield Uploads(client, studio.clock)
    run(client.close())


@pytest.fixture
def context(studio: Studio, tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path / "work", studio.clock)


async def uploaded(studio: Studio, uploads: Uploads, context: FakeContext, source: Path) -> int:
    for _ in range(10):
        try:
            return await uploads.upload(context, source, NAME, 1)
        except NotYet:
            studio.clock.advance(10)
    raise AssertionError("never done")


def test_a_file_arrives_whole(
    studio: Studio, uploads: Uploads, context: FakeContext, source: Path, run: Run[Any]
) -> None:
    asset = run(uploaded(studio, uploads, context, source))
    assert (studio.drive / NAME).read_bytes() == CONTENT
    assert asset == 1
    assert studio.count("fileUpload") == 1
    assert not list((studio.drive.parent / "uploads").iterdir())


def test_g05_a_lost_piece_is_sent_again(
    studio: Studio, uploads: Uploads, context: FakeContext, source: Path, run: Run[Any]
) -> None:
    studio.simulator.faults.plan(
        Fault(method="POST", path="/upload$", drop=True),
        Fault(method="POST", path="/upload$", drop=True, after_commit=True),
    )
    with pytest.raises(ServerBusy):
        run(uploads.upload(context, source, NAME, 1))
    run(uploaded(studio, uploads, context, source))
    assert (studio.drive / NAME).read_bytes() == CONTENT
    assert studio.count("fileUpload") == 1


@pytest.mark.parametrize("key", [f"upload:{NAME}:0:0", f"upload:{NAME}:0:2"])
def test_g22_after_death_only_what_is_missing_is_sent(
    studio: Studio, uploads: Uploads, context: FakeContext, source: Path, run: Run[Any], key: str
) -> None:
    context.die_before = key
    with pytest.raises(Died):
        run(uploads.upload(context, source, NAME, 1))
    context.die_before = ""
    sent = len(studio.simulator.faults.seen("POST", "/upload$"))
    run(uploaded(studio, uploads, context, source))
    assert (studio.drive / NAME).read_bytes() == CONTENT
    assert len(studio.simulator.faults.seen("POST", "/upload$")) == 4
    assert sent == (1 if key.endswith("0:0") else 3)


def test_g24_after_four_hours_a_new_upload_makes_one_asset(
    studio: Studio, uploads: Uploads, context: FakeContext, source: Path, run: Run[Any]
) -> None:
    context.die_before = f"upload:{NAME}:0:1"
    with pytest.raises(Died):
        run(uploads.upload(context, source, NAME, 1))
    context.die_before = ""
    studio.clock.advance(5 * 3600)
    run(uploaded(studio, uploads, context, source))
    assert (studio.drive / NAME).read_bytes() == CONTENT
    assert [one["state"] for one in studio.simulator.objects.all("fileUpload")] == [6, 5]
    assert studio.count("asset") == 1


def test_g23_an_upload_that_always_fails_needs_somebody(
    studio: Studio, uploads: Uploads, context: FakeContext, source: Path, run: Run[Any]
) -> None:
    body = '{"fileUpload": {"id": 1, "state": 0, "asset": null}}'
    studio.simulator.faults.plan(Fault(method="PUT", path="/fileuploads/", status=200, body=body, times=99))
    with pytest.raises(NeedsUser) as told:
        run(uploads.upload(context, source, NAME, 1))
    assert told.value.code == "VS-UPLOAD-FAILED"


@pytest.mark.parametrize("state", [3, 5])
def test_g23_g25_an_upload_without_an_asset_waits_and_then_needs_somebody(
    studio: Studio, uploads: Uploads, context: FakeContext, source: Path, run: Run[Any], state: int
) -> None:
    body = f'{{"fileUpload": {{"id": 1, "state": {state}, "asset": null}}}}'
    studio.simulator.faults.plan(
        Fault(method="PUT", path="/fileuploads/", status=200, body=body, times=99),
    )
    with pytest.raises(NotYet):
        run(uploads.upload(context, source, NAME, 1))
    studio.clock.advance(7 * 3600)
    studio.simulator.faults.plan(
        Fault(method="GET", path="/fileuploads/", status=200, body=body, times=99),
    )
    with pytest.raises(NeedsUser) as told:
        run(uploads.upload(context, source, NAME, 1))
    assert told.value.code == "VS-UPLOAD-STUCK"


def test_b29_a_source_that_changes_is_not_mixed(
    studio: Studio, uploads: Uploads, context: FakeContext, source: Path, run: Run[Any]
) -> None:
    context.die_before = f"upload:{NAME}:0:1"
    with pytest.raises(Died):
        run(uploads.upload(context, source, NAME, 1))
    context.die_before = ""
    source.write_bytes(b"other" + CONTENT[5:])
    with pytest.raises(Refused) as told:
        run(uploads.upload(context, source, NAME, 1))
    assert told.value.code == "VS-SOURCE-CHANGED"
    assert not (studio.drive / NAME).exists()


def test_a_store_that_keeps_less_is_noticed(
    studio: Studio, uploads: Uploads, context: FakeContext, source: Path, run: Run[Any]
) -> None:
    body = '{"asset": {"id": 1, "size": 5}}'
    studio.simulator.faults.plan(Fault(method="GET", path="/assets/", status=200, body=body))
    with pytest.raises(NeedsUser) as told:
        run(uploaded(studio, uploads, context, source))
    assert told.value.code == "VS-UPLOAD-SHORT"


def test_pieces() -> None:
    assert [pieces_of(n) for n in (0, 1, PIECE_BYTES, PIECE_BYTES + 1)] == [1, 1, 1, 2]
    assert issubclass(ServerBusy, TryLater)
    assert upload_module.PIECE_DEADLINE_S == 900
