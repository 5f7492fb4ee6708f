"""Whether what a step waits for is over."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.conftest import Run as Go
from tests.engine.fakes import FakeDrives, FakeSecrets, FakeServer
from vodstudio.core.errors import NotConnected, Refused, ServerAway, ServerBusy, VodError
from vodstudio.core.server import Catalogue
from vodstudio.core.station import Server, ServerId, Station, Storage, StorageId
from vodstudio.services.conditions import Conditions, Machine

MAIN = ServerId("main")
STATION = Station(
    storages=(Storage(id=StorageId("flex3"), path=Path("/mnt/flex-3")),),
    servers=(
        Server(id=MAIN, name="Main", url="http://127.0.0.1", user="u", secret="vault:main"),
        Server(id=ServerId("open"), name="Open", url="http://127.0.0.1"),
    ),
)


class World:
    """Everything outside, and the conditions over it."""

    def __init__(self) -> None:
        self.drives = FakeDrives()
        self.secrets = FakeSecrets({"vault:main": "one"})
        self.server = FakeServer()
        self.models: set[str] = set()
        self.is_on_battery = False
        self.conditions = Conditions(
            STATION,
            self.drives,
            self.secrets,
            {MAIN: cast(Catalogue, self.server)},
            Machine(
                has_model=self.models.__contains__,
                work=Path("/srv/home/work"),
                is_on_battery=lambda: self.is_on_battery,
            ),
        )


def test_storages_folders_disks_and_models(run: Go[bool]) -> None:
    """Each is looked at where it is; what the station no longer knows holds nobody."""
    world = World()
    is_over = world.conditions.is_over
    world.drives.away = {"flex3", "/mnt/x"}
    assert not run(is_over("storage:flex3"))
    assert not run(is_over("path:/mnt/x"))
    assert not run(is_over("model:any"))
    world.drives.away.clear()
    world.models.add("any")
    assert run(is_over("storage:flex3"))
    assert run(is_over("path:/mnt/x"))
    assert run(is_over("model:any"))
    assert run(is_over("storage:gone"))
    assert run(is_over("disk:/mnt/x"))
    world.drives.free = 10
    assert not run(is_over("disk:/mnt/x"))
    world.drives.free = None
    assert not run(is_over("disk:/mnt/x"))
    assert run(is_over("wait:vod:1"))


def test_the_battery_is_over_when_it_is_plugged_in(run: Go[bool]) -> None:
    world = World()
    world.is_on_battery = True
    assert not run(world.conditions.is_over("battery"))
    world.is_on_battery = False
    assert run(world.conditions.is_over("battery"))


def test_the_disk_of_a_work_folder_that_was_removed_is_that_of_what_is_left(run: Go[bool]) -> None:
    world = World()
    world.drives.away = {"/srv/home/work", "/srv/home", "/media/full"}
    assert run(world.conditions.is_over("disk:/srv/home/work"))
    assert run(world.conditions.is_over("disk:/srv/home/work/job/encode"))
    assert not run(world.conditions.is_over("disk:/media/full"))
    world.drives.free = None
    assert not run(world.conditions.is_over("disk:/srv/home/work"))


@pytest.mark.parametrize(("free", "is_over"), [(1_899_999_999, False), (1_900_000_000, True), (None, False)])
def test_b01_a_small_drive_is_enough_for_what_is_needed(
    free: int | None, is_over: bool, run: Go[bool]
) -> None:
    """A drive that never has two gigabytes free still takes a small recording."""
    world = World()
    world.drives.free = free
    assert run(world.conditions.is_over("disk:/mnt/x?need=1900000000")) is is_over


@pytest.mark.parametrize(
    ("trouble", "is_over"),
    [
        (None, True),
        (ServerAway("away", condition="server:main"), False),
        (ServerBusy("busy"), False),
        (NotConnected("401"), True),
        (Refused("no"), True),
    ],
)
def test_a_server_is_back_when_it_answers_whatever_it_says(
    trouble: VodError | None, is_over: bool, run: Go[bool]
) -> None:
    """What it says is for the step to read; being away is all that is waited for here."""
    world = World()
    world.server.trouble = trouble
    assert run(world.conditions.is_over("server:main")) is is_over
    assert run(world.conditions.is_over("server:unknown"))


@pytest.mark.parametrize(
    ("trouble", "is_over"),
    [
        (None, True),
        (NotConnected("401"), False),
        (ServerAway("away", condition="server:main"), False),
        (ServerBusy("busy"), False),
    ],
)
def test_g06_a_login_is_over_when_the_server_lets_us_in(
    trouble: VodError | None, is_over: bool, run: Go[bool]
) -> None:
    """No lockout: the client itself never sends a refused password again, so asking it is safe."""
    world = World()
    world.server.trouble = trouble
    assert run(world.conditions.is_over("login:main")) is is_over
    assert run(world.conditions.is_over("login:unknown"))


def test_i02_a_locked_vault_holds_until_it_opens(run: Go[bool]) -> None:
    """Asked again by itself, without a dialog each time."""
    world = World()
    assert run(world.conditions.is_over("vault:vault:main"))
    world.secrets.known.clear()
    assert not run(world.conditions.is_over("vault:vault:main"))
