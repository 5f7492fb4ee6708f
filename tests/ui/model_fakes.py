"""Speech models for the window without hub and children: a download goes on when the test says so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from vodstudio.core.errors import TryLater
from vodstudio.core.events import ModelProgressed, ModelsChanged
from vodstudio.core.models import (
    MODELS,
    Machine,
    ModelName,
    ModelRow,
    Standing,
    memory_needed,
    recommended,
    why_not,
)
from vodstudio.core.ports import Emit

MACHINE = Machine(memory_bytes=16 * 10**9, cores=8, free_bytes=300 * 10**9)


def listed() -> list[ModelRow]:
    """A computer with eight cores and no model but the demo voice."""
    best = recommended(MACHINE).name
    rows = [
        ModelRow(
            name=model.name,
            size_bytes=model.size_bytes,
            languages=model.languages,
            about=model.about,
            memory_bytes=memory_needed(model.size_bytes, on_card=False),
            why_not=why_not(model.size_bytes, replace(MACHINE, memory_bytes=8 * 10**9)),
            is_recommended=model.name == best,
        )
        for model in MODELS
    ]
    voice = ModelRow(
        name=ModelName("demo-voice"), size_bytes=2_726_880, standing=Standing.HERE, is_listed=False,
        is_demo_voice=True, about="knows the sample meeting and nothing else",
    )  # fmt: skip
    return [*rows, voice]


class FakeModels:
    """`services.models.Models` in memory."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit
        self.held = {row.name: row for row in listed()}
        self.calls: list[tuple[str, str]] = []
        self.fault: TryLater | None = None
        self._stopped = asyncio.Event()
        self._came = asyncio.Event()

    async def rows(self) -> list[ModelRow]:
        return list(self.held.values())

    async def get(self, name: str) -> bool:
        self.calls.append(("get", name))
        if self.fault is not None:
            raise self.fault
        row = self.held[ModelName(name)]
        self.put(replace(row, standing=Standing.COMING))
        self.emit(ModelProgressed(name=name, done_bytes=0, total_bytes=0))
        waits = [asyncio.create_task(event.wait()) for event in (self._stopped, self._came)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        is_here = self._came.is_set()
        rest = replace(row, standing=Standing.PARTLY, arrived_bytes=row.size_bytes // 2)
        self.put(replace(row, standing=Standing.HERE) if is_here else rest)
        self._came.clear()
        self._stopped.clear()
        return is_here

    async def bring(self, folder: Path, name: str = "") -> bool:
        self.calls.append(("bring", str(folder)))
        self.put(
            ModelRow(
                name=ModelName(name or folder.name), size_bytes=5, standing=Standing.HERE, is_listed=False
            )
        )
        return True

    async def remove(self, name: str) -> None:
        self.calls.append(("remove", name))
        row = self.held.pop(ModelName(name))
        if row.is_listed:
            self.held[row.name] = replace(row, standing=Standing.ABSENT)
        self.emit(ModelsChanged())

    def stop(self) -> None:
        self._stopped.set()

    def put(self, row: ModelRow) -> None:
        """The world changed this row."""
        self.held[row.name] = row
        self.emit(ModelsChanged())

    def progress(self, name: str, done_bytes: int, note: str = "") -> None:
        """So much has arrived."""
        total = self.held[ModelName(name)].size_bytes
        self.emit(ModelProgressed(name=name, done_bytes=done_bytes, total_bytes=total, note=note))

    def finish(self) -> None:
        """The rest arrives."""
        self._came.set()
