"""A real server on loopback for each test that asks for one, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.cablecast.fakes import SERVER, FakeClock, FakeDrives, FakeNotebook, FakeSecrets, station_at
from vodstudio.cablecast.catalogue import CablecastCatalogue
from vodstudio.cablecast.client import Client
from vodstudio.cablecast.transfer import ContentDriveFiles
from vodstudio.core.station import Server, Station
from vodstudio.demo.simulator_seed import seed
from vodstudio.demo.simulator_server import Simulator
from vodstudio.demo.simulator_world import Behaviour
from vodstudio.services.publishing import Publishing

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]

BEHAVIOUR = Behaviour(index_s=5.0, transcode_s=60.0, captions_s=5.0, cache_s=0.0)
UNTIL_DONE_S = 200.0


@dataclass
class Studio:
    """A simulated server with everything that publishes to it."""

    simulator: Simulator
    drive: Path
    clock: FakeClock
    secrets: FakeSecrets
    drives: FakeDrives
    notebook: FakeNotebook
    station: Station
    catalogue: CablecastCatalogue

    @property
    def publishing(self) -> Publishing:
        return Publishing(
            self.station,
            {SERVER: self.catalogue},
            ContentDriveFiles(),
            self.drives,
            self.clock,
            self.notebook,
            self.drive.parent / "sidecars",
        )

    def count(self, kind: str) -> int:
        return len(self.simulator.objects.all(kind))

    def counts(self) -> dict[str, int]:
        return {kind: self.count(kind) for kind in ("show", "media", "reel", "vod")}


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """A server with its sample shows and faults on demand."""
    (tmp_path / "drive").mkdir()
    made = Simulator(tmp_path / "server", {1: tmp_path / "drive"}, behaviour=BEHAVIOUR, allow_faults=True)
    seed(made.world)
    made.start()
    yield made
    made.close()


@pytest.fixture
def studio(simulator: Simulator, tmp_path: Path, run: Run[Any]) -> Iterator[Studio]:
    """Everything that publishes, joined as bootstrap joins it."""
    clock, secrets = FakeClock(), FakeSecrets()
    simulator.world.now = clock.seconds
    station = station_at(tmp_path / "drive", simulator.url)
    catalogue = CablecastCatalogue(Client(station.servers[0], secrets, clock))
    yield Studio(
        simulator,
        tmp_path / "drive",
        clock,
        secrets,
        FakeDrives(),
        FakeNotebook(),
        station,
        catalogue,
    )
    run(catalogue.close())


@pytest.fixture
def client(simulator: Simulator, run: Run[Any]) -> Iterator[Client]:
    """A client that signs in."""
    made = Client(server_at(simulator.url), FakeSecrets(), FakeClock())
    yield made
    run(made.close())


def server_at(url: str, **changes: Any) -> Server:
    """The server of the tests."""
    return replace(station_at(Path(), url).servers[0], **changes)
