"""Drives, secrets and servers that answer what the test wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vodstudio.core.errors import Hold, VodError
from vodstudio.core.jobs import Json
from vodstudio.core.rows import StorageView
from vodstudio.core.station import Storage


@dataclass
class FakeDrives:
    """`core.ports.Drives` with the storages and folders that are away."""

    away: set[str] = field(default_factory=set)
    free: int | None = 100 * 1024**3

    async def look(self, storage: Storage, *, try_writing: bool = False) -> StorageView:
        is_here = storage.id not in self.away
        return StorageView(
            id=storage.id, is_present=is_here, free_bytes=self.free, problem="" if is_here else "away"
        )

    async def is_there(self, path: Path) -> bool:
        return str(path) not in self.away

    async def free_bytes(self, path: Path) -> int | None:
        return None if str(path) in self.away else self.free


@dataclass
class FakeSecrets:
    """`core.ports.Secrets` with what is known."""

    known: dict[str, str] = field(default_factory=dict)

    def read(self, reference: str) -> str:
        if reference not in self.known:
            raise Hold("The vault is locked", condition=f"vault:{reference}")
        return self.known[reference]


@dataclass
class FakeServer:
    """The one question that conditions ask a server."""

    trouble: VodError | None = None

    async def check(self) -> Json:
        if self.trouble is not None:
            raise self.trouble
        return {}
