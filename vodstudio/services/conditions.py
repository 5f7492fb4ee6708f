"""Whether what a step waits for is over: one question for each kind of condition."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vodstudio.core.errors import Hold, NotConnected, TryLater, VodError
from vodstudio.core.ports import Drives, Secrets
from vodstudio.core.room import read_room
from vodstudio.core.server import Catalogue
from vodstudio.core.station import ServerId, Station, StorageId

ENOUGH_FREE_BYTES = 512 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What is asked of this computer itself."""

    has_model: Callable[[str], bool]
    work: Path
    is_on_battery: Callable[[], bool]


class Conditions:
    """Conditions are `<kind>:<what>`; an unknown kind is tried again by running the step."""

    def __init__(
        self,
        station: Station,
        drives: Drives,
        secrets: Secrets,
        catalogues: Mapping[ServerId, Catalogue],
        machine: Machine,
    ) -> None:
        self._station = station
        self._drives = drives
        self._secrets = secrets
        self._catalogues = catalogues
        self._machine = machine
        self._kinds: dict[str, Callable[[str], Awaitable[bool]]] = {
            "storage": self._storage,
            "path": self._path,
            "disk": self._disk,
            "server": self._server,
            "login": self._login,
            "vault": self._vault,
            "model": self._model,
            "battery": self._battery,
        }

    async def is_over(self, condition: str) -> bool:
        """Look once; nothing here may take longer than the look itself allows."""
        kind, _, what = condition.partition(":")
        ask = self._kinds.get(kind)
        return await ask(what) if ask else True

    async def _storage(self, what: str) -> bool:
        storage = self._station.storage(StorageId(what))
        return storage is None or (await self._drives.look(storage)).is_present

    async def _path(self, what: str) -> bool:
        return await self._drives.is_there(Path(what))

    async def _disk(self, what: str) -> bool:
        """There is room for what the step needs; where it did not say, for something; the next try says more."""
        folder, needed = read_room(what)
        free = await self._free(folder)
        return free is not None and free >= (ENOUGH_FREE_BYTES if needed is None else needed)

    async def _free(self, folder: Path) -> int | None:
        """A work folder that somebody removed is made again by the next step: its disk is that of what is left."""
        free = await self._drives.free_bytes(folder)
        if free is None and folder.is_relative_to(self._machine.work):
            for parent in self._machine.work.parents:
                if (free := await self._drives.free_bytes(parent)) is not None:
                    break
        return free

    async def _battery(self, _what: str) -> bool:
        return not await asyncio.to_thread(self._machine.is_on_battery)

    async def _server(self, what: str) -> bool:
        catalogue = self._catalogues.get(ServerId(what))
        if catalogue is None:
            return True
        try:
            await catalogue.check()
        except NotConnected:
            return True
        except (Hold, TryLater):
            return False
        except VodError:
            return True
        return True

    async def _login(self, what: str) -> bool:
        """The client sends a refused password once and never again: asking it locks nobody out."""
        catalogue = self._catalogues.get(ServerId(what))
        if catalogue is None:
            return True
        try:
            await catalogue.check()
        except VodError:
            return False
        return True

    async def _vault(self, what: str) -> bool:
        try:
            await asyncio.to_thread(self._secrets.read, what)
        except VodError:
            return False
        return True

    async def _model(self, what: str) -> bool:
        """Reads folders, which may be on a slow disk or be changing: not on the loop, and in doubt not yet."""
        try:
            return await asyncio.to_thread(self._machine.has_model, what)
        except OSError:
            return False
