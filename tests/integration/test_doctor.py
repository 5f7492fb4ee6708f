"""Doctor: each thing that can be wrong is one line with a fix, and what hangs is a line too."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vodstudio.checkup import Parts, health_of
from vodstudio.config import Settings
from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import NotFound, ServerAway
from vodstudio.core.rows import Check, StorageView, Verdict
from vodstudio.core.station import (
    Preset,
    PresetId,
    Server,
    ServerId,
    SpeechSettings,
    Station,
    Storage,
    StorageId,
)
from vodstudio.paths import Places, make, places, resource
from vodstudio.services.health import Finding, Health, Question, good
from vodstudio.store.store import SqliteStore
from vodstudio.vault import Vault
from vodstudio.workers.media import Media
from vodstudio.workers.models import Shelf
from vodstudio.workers.process import Children
from vodstudio.workers.steps import FfmpegFinder, Toolbox


@dataclass(slots=True)
class FakeDrives:
    """`core.ports.Drives` that sees what the test says."""

    views: Mapping[str, StorageView] = field(default_factory=dict)

    async def look(self, storage: Storage, *, try_writing: bool = False) -> StorageView:
        assert try_writing
        return self.views[storage.id]

    async def is_there(self, path: Path) -> bool:
        return False

    async def free_bytes(self, path: Path) -> int | None:
        return None


@dataclass(slots=True)
class FakeServer:
    """`core.ports.Catalogue` as far as doctor asks."""

    off_by: timedelta = timedelta()
    is_away: bool = False

    async def check(self) -> dict[str, object]:
        if self.is_away:
            raise ServerAway("The server does not answer", condition="server:x", hint="It goes on by itself.")
        return {"name": "Main", "version": "7.11", "time": (datetime.now(UTC) + self.off_by).isoformat()}


@pytest.fixture
def where(home: Path) -> Places:
    found = places({"VODSTUDIO_HOME": str(home)})
    make(found)
    return found


@pytest.fixture
def toolbox(where: Places, tmp_path: Path) -> Iterator[Toolbox]:
    children = Children(where.run)
    made = Toolbox(
        children=children,
        media=Media(children),
        ffmpeg=FfmpegFinder(children, tmp_path / "no-ffmpeg"),
        shelf=Shelf(
            folder=where.models, demo_voice=tmp_path / "none", sample_meeting=resource("demo", "meeting.mp4")
        ),
    )
    yield made
    made.close()


Examine = Callable[..., dict[str, Check]]


@pytest.fixture
def examine(where: Places, toolbox: Toolbox) -> Examine:
    """The checks by id; the toolbox has neither FFmpeg nor a model, so nothing slow happens."""

    def run(
        station: Station | None = None,
        views: Mapping[str, StorageView] | None = None,
        servers: Mapping[str, FakeServer] | None = None,
    ) -> dict[str, Check]:
        parts = Parts(
            toolbox=toolbox,
            drives=FakeDrives(views or {}),
            vault=Vault({}, keyring=lambda: None),
            catalogues={ServerId(key): server for key, server in (servers or {}).items()},
        )
        settings = Settings(places=where, station=station or Station(), has_station=station is not None)
        with asyncio.Runner() as runner:
            return {check.id: check for check in runner.run(health_of(settings, parts).checks())}

    return run


def test_a_model_says_whether_it_is_whole_and_how_fast_it_is(
    examine: Examine, where: Places, demo_model: Path
) -> None:
    shutil.copytree(demo_model, where.models / "mine")
    station = Station(presets=(Preset(id=PresetId("p"), name="P", speech=SpeechSettings(model="mine")),))
    check = examine(station)["model:mine"]
    assert check.verdict is Verdict.GOOD
    assert check.text.startswith("mine is whole by its checksums; it read five seconds in ")
    assert check.text.endswith("; speed not measured yet")
    (where.models / "mine" / "SHA256SUMS").unlink()
    assert "copied by hand, without checksums" in examine(station)["model:mine"].text
    weights = where.models / "mine" / "model.bin"
    weights.write_bytes(weights.read_bytes()[:-1])
    broken = examine(station)["model:mine"]
    assert (broken.verdict, broken.text) == (Verdict.BAD, "The speech model mine is incomplete")
    assert "vodstudio models get mine" in broken.fix


def test_what_is_missing_is_said_with_a_fix(examine: Examine) -> None:
    checks = examine(
        Station(presets=(Preset(id=PresetId("p"), name="P", speech=SpeechSettings(model="large")),))
    )
    assert checks["ffmpeg"].verdict is Verdict.BAD
    assert "no-ffmpeg" in checks["ffmpeg"].text
    assert checks["model:large"].verdict is Verdict.BAD
    assert "large" in checks["model:large"].text
    assert all(check.fix for check in checks.values() if check.verdict is Verdict.BAD)
    assert all(check.at for check in checks.values())


def test_storages(examine: Examine, tmp_path: Path) -> None:
    names = {
        "fine": StorageView(id=StorageId("fine"), is_present=True, free_bytes=10**12),
        "away": StorageView(id=StorageId("away"), is_present=False, problem="its marker file is missing"),
        "locked": StorageView(id=StorageId("locked"), is_present=True, is_writable=False),
        "full": StorageView(id=StorageId("full"), is_present=True, free_bytes=10**6),
        "bare": StorageView(id=StorageId("bare"), is_present=True, free_bytes=10**12),
    }
    storages = tuple(
        Storage(id=StorageId(name), path=tmp_path / name, marker="" if name == "bare" else ".m")
        for name in names
    )
    checks = examine(Station(storages=storages), names)
    verdicts = {name: checks[f"storage:{name}"].verdict for name in names}
    assert verdicts == {
        "fine": Verdict.GOOD, "away": Verdict.BAD, "locked": Verdict.BAD, "full": Verdict.BAD,
        "bare": Verdict.CARE,
    }  # fmt: skip
    assert "marker" in checks["storage:away"].text


def test_servers_and_their_clocks(examine: Examine) -> None:
    names = ("fine", "late", "away", "unused")
    servers = tuple(Server(id=ServerId(name), name=name, url="https://x", secret="vault:x") for name in names)
    checks = examine(
        Station(servers=servers),
        servers={
            "fine": FakeServer(),
            "late": FakeServer(off_by=timedelta(minutes=-7)),
            "away": FakeServer(is_away=True),
        },
    )
    assert checks["server:fine"].verdict is Verdict.GOOD
    assert "agrees" in checks["server:fine"].text
    assert checks["server:late"].verdict is Verdict.CARE
    assert "-420 s" in checks["server:late"].text
    assert checks["server:away"].verdict is Verdict.BAD
    assert checks["server:unused"].verdict is Verdict.OFF
    assert checks["vault"].verdict is Verdict.CARE


def test_the_store(examine: Examine, where: Places) -> None:
    assert examine()["store"].verdict is Verdict.OFF
    store = SqliteStore(where.database)
    store.open()
    store.close()
    before = where.database.read_bytes()
    check = examine()["store"]
    assert check.verdict in (Verdict.GOOD, Verdict.CARE)
    assert "whole" in check.text
    assert where.database.read_bytes() == before
    with closing(sqlite3.connect(where.database)) as connection:
        connection.execute("CREATE TABLE strange(x)")
        connection.commit()
    check = examine()["store"]
    assert check.verdict is Verdict.CARE
    assert "table strange is not ours" in check.text
    with closing(sqlite3.connect(where.database)) as connection:
        connection.execute("DROP TABLE turns")
        connection.commit()
    check = examine()["store"]
    assert check.verdict is Verdict.BAD
    assert "table turns is missing" in check.text
    assert "restore" in check.fix


@pytest.mark.parametrize(
    ("statement", "said"),
    [("PRAGMA user_version = 999", "newer"), ("PRAGMA application_id = 7", "not a VOD Studio database")],
)
def test_a12_a_store_that_is_not_ours_to_open(
    examine: Examine, where: Places, statement: str, said: str
) -> None:
    store = SqliteStore(where.database)
    store.open()
    store.close()
    with closing(sqlite3.connect(where.database)) as connection:
        connection.execute(statement)
    check = examine()["store"]
    assert check.verdict is Verdict.BAD
    assert said in check.text
    assert check.fix


def ask(*questions: Question) -> tuple[Check, ...]:
    with asyncio.Runner() as runner:
        return runner.run(Health(questions, SystemClock()).checks())


def test_what_hangs_is_an_answer_and_delays_no_other() -> None:
    async def hang() -> Finding:
        await asyncio.Event().wait()
        return good("never")

    async def fine() -> Finding:
        return good("there")

    async def missing() -> Finding:
        raise NotFound("No FFmpeg was found", hint="Install it.")

    found = ask(
        Question(id="a", name="A", look=hang, limit_s=0.05),
        Question(id="b", name="B", look=fine),
        Question(id="c", name="C", look=missing),
    )
    assert [check.verdict for check in found] == [Verdict.BAD, Verdict.GOOD, Verdict.BAD]
    assert "did not answer" in found[0].text
    assert (found[2].text, found[2].fix) == ("No FFmpeg was found", "Install it.")
