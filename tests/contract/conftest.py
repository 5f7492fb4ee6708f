"""The store that the contract of the queue is held against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FakeStore
from tests.store.kit import Transactions
from vodstudio.store.store import SqliteStore


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Transactions]:
    """The real one, then the twin that other tests use."""
    if request.param == "memory":
        yield FakeStore()
        return
    made = SqliteStore(tmp_path / "vodstudio.db")
    made.open()
    yield made
    made.close()
