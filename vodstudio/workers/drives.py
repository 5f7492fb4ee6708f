"""Looks at storages through an expendable child with a time limit, so that a hung share hangs nothing of ours."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from vodstudio.core.errors import ChildCrashed, VodError
from vodstudio.core.rows import StorageView
from vodstudio.core.station import Storage
from vodstudio.workers.process import Child, Children, Command, child_command, finished

ANSWERS_WITHIN_S = 10.0


class ChildDrives:
    """`core.ports.Drives` through `--child look`."""

    def __init__(self, children: Children, answers_within_s: float = ANSWERS_WITHIN_S) -> None:
        self._children = children
        self._answers_within_s = answers_within_s
        self._stuck: dict[Path, Child] = {}

    async def look(self, storage: Storage, *, try_writing: bool = False) -> StorageView:
        """Whether it is there, is really it (marker), can be written, and how much is free."""
        seen = await asyncio.to_thread(self._ask, storage.path, storage.marker, try_writing)
        return StorageView(
            id=storage.id,
            is_present=bool(seen["is_there"]),
            is_writable=bool(seen.get("is_writable", False)),
            free_bytes=seen.get("free_bytes"),
            shared=len(storage.cities) > 1,
            problem=str(seen.get("problem", "")),
        )

    async def is_there(self, path: Path) -> bool:
        """Whether a folder or file can be reached."""
        seen = await asyncio.to_thread(self._ask, path, "", False)
        return bool(seen["is_there"])

    async def free_bytes(self, path: Path) -> int | None:
        """Free space of the disk that holds this path; None when it does not answer."""
        seen = await asyncio.to_thread(self._ask, path, "", False)
        free = seen.get("free_bytes")
        return int(free) if free is not None else None

    def _ask(self, path: Path, marker: str, try_writing: bool) -> dict[str, Any]:
        if (stuck := self._stuck.get(path)) is not None and stuck.is_alive:
            return self._silent()
        arguments = [str(path), marker, *(["try-writing"] if try_writing else [])]
        command = Command(argv=child_command("look", *arguments), is_ours=True)
        try:
            return self._heard(path, command)
        except ChildCrashed:
            return self._silent()
        except VodError as error:
            return {"is_there": False, "problem": error.title}

    def _heard(self, path: Path, command: Command) -> dict[str, Any]:
        child: Child | None = None
        try:
            with self._children.running(command, grace_s=0.5) as child:
                status, text = finished(child, self._answers_within_s)
        finally:
            # A dead share can keep a process for ever: one of them is enough.
            if child is not None and child.is_alive:
                self._stuck[path] = child
        seen = json.loads(text) if status == 0 else None
        return seen if isinstance(seen, dict) else {"is_there": False, "problem": "it could not be looked at"}

    def _silent(self) -> dict[str, Any]:
        problem = f"it did not answer within {self._answers_within_s:.0f} seconds"
        return {"is_there": False, "problem": problem}
