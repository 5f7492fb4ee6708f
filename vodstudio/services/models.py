"""What a person can do with speech models: see them, get one, copy one, remove one; jobs that wait go on."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from vodstudio.core.errors import Cancelled, Conflict
from vodstudio.core.events import Logged, ModelProgressed, ModelsChanged
from vodstudio.core.models import ModelRow, Standing, known
from vodstudio.core.ports import Clock, Emit, Store, Unit
from vodstudio.core.rows import LogLine, Verdict
from vodstudio.core.station import Lane

Told = Callable[[int, int, str], None]
Bring = Callable[[Callable[[], None], Told], Path]


class ModelRoom(Protocol):
    """`workers.model_room.ModelRoom`: every call takes its time; `check` may raise `Cancelled`."""

    def rows(self) -> Sequence[ModelRow]: ...
    def get(self, name: str, check: Callable[[], None], told: Told) -> Path: ...
    def bring(self, folder: Path, name: str, check: Callable[[], None], told: Told) -> Path: ...
    def remove(self, name: str) -> None: ...


class Models:
    """One model comes at a time; whoever shows them hears how far it is."""

    def __init__(
        self,
        room: ModelRoom,
        store: Store,
        clock: Clock,
        emit: Emit,
        on_changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._room = room
        self._store = store
        self._clock = clock
        self._emit = emit
        self._on_changed = on_changed
        self._coming: ModelProgressed | None = None
        self._is_stopped = False

    async def rows(self) -> list[ModelRow]:
        """All that can be had and all that is here."""
        rows = await asyncio.to_thread(self._room.rows)
        return [self._now(row) for row in rows]

    async def get(self, name: str) -> bool:
        """Bring a model from the hub; False when it was stopped: what has arrived is kept."""
        model = known(name)
        label = str(model.name) if model else name
        return await self._bring(label, lambda check, told: self._room.get(name, check, told))

    async def bring(self, folder: Path, name: str = "") -> bool:
        """Copy a model from a folder; False when it was stopped."""
        label = name or folder.name
        return await self._bring(label, lambda check, told: self._room.bring(folder, name, check, told))

    async def remove(self, name: str) -> None:
        """Delete a model, unless one is hearing now."""
        if await self._store.look(_hears):
            raise Conflict(
                "A recording is being heard now",
                hint="Pause it first, then remove the model. Nothing was changed.",
                code="VS-MODEL-IN-USE",
            )
        await asyncio.to_thread(self._room.remove, name)
        self._emit(ModelsChanged())
        await self._on_changed()

    def stop(self) -> None:
        """Stop what is coming; the next try goes on from there."""
        self._is_stopped = True

    async def came(self, name: str) -> None:
        """A model is here, whoever brought it: what waited for it goes on."""
        text = f"The speech model {name} is here."
        self._emit(Logged(LogLine(at=self._clock.now(), verdict=Verdict.GOOD, where="Models", text=text)))
        self._emit(ModelsChanged())
        await self._on_changed()

    async def _bring(self, name: str, work: Bring) -> bool:
        if self._coming is not None:
            raise Conflict(
                f"The speech model {self._coming.name} is still on its way",
                hint="One comes at a time. Wait for it, or cancel it first.",
                code="VS-MODEL-COMING",
            )
        self._is_stopped = False
        self._tell(name, 0, 0, "")
        try:
            folder = await asyncio.to_thread(
                work, self._check, lambda done, total, note: self._tell(name, done, total, note)
            )
        except Cancelled:
            return False
        finally:
            # Also when nobody waits for it any more: the thread sees it at its next look.
            self._is_stopped = True
            self._coming = None
            self._emit(ModelsChanged())
        await self.came(folder.name)
        return True

    def _check(self) -> None:
        if self._is_stopped:
            raise Cancelled

    def _tell(self, name: str, done_bytes: int, total_bytes: int, note: str) -> None:
        if not self._is_stopped:  # a line that comes late changes nothing any more
            self._coming = ModelProgressed(
                name=name, done_bytes=done_bytes, total_bytes=total_bytes, note=note
            )
            self._emit(self._coming)

    def _now(self, row: ModelRow) -> ModelRow:
        coming = self._coming
        if coming is None or coming.name != row.name:
            return row
        return dataclasses.replace(row, standing=Standing.COMING, arrived_bytes=coming.done_bytes)


def model_shape(row: ModelRow) -> Mapping[str, object]:
    """A model as JSON."""
    return {
        "name": row.name,
        "standing": row.standing.value,
        "why": row.why,
        "size_bytes": row.size_bytes,
        "arrived_bytes": row.arrived_bytes,
        "languages": row.languages.value if row.languages else None,
        "about": row.about,
        "memory_bytes": row.memory_bytes,
        "why_not": row.why_not,
        "speed": row.speed,
        "is_recommended": row.is_recommended,
        "is_listed": row.is_listed,
        "is_demo_voice": row.is_demo_voice,
    }


def _hears(unit: Unit) -> bool:
    return any(lane is Lane.SPEECH for _, _, lane in unit.jobs.running_steps())
