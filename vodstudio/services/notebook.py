"""Small facts that outlive a job: which server a name stood for, and which sidecars are ours."""

from __future__ import annotations

from typing import Protocol

from vodstudio.core.jobs import Json
from vodstudio.core.ports import Clock, Store


class Notebook(Protocol):
    """Facts by key."""

    async def read(self, key: str) -> str | None:
        """A fact, or None."""
        ...

    async def write(self, key: str, value: str) -> None:
        """Keep a fact; returns after the commit."""
        ...

    async def audit(self, what: str, body: Json) -> None:
        """Tell the audit trail; returns after the commit."""
        ...


class StoreNotebook:
    """A notebook in the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def read(self, key: str) -> str | None:
        """A fact, or None."""
        return await self._store.run(lambda unit: unit.notes.get(key))

    async def write(self, key: str, value: str) -> None:
        """Keep a fact."""
        await self._store.run(lambda unit: unit.notes.set(key, value))

    async def audit(self, what: str, body: Json) -> None:
        """Tell the audit trail."""
        now = self._clock.now()
        await self._store.run(lambda unit: unit.notes.audit(what, body, now))
