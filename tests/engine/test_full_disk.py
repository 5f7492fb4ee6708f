"""A disk that is really full: what a person removes makes room, also for the removal itself (A03)."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Run as Go
from tests.engine.kit import engine
from tests.store.kit import START
from vodstudio.core.errors import NoSpace
from vodstudio.core.jobs import JobState
from vodstudio.core.rows import JobFilter, LogLine, Verdict
from vodstudio.store.store import SqliteStore

as_root = pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs root")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight mebibytes, with the queue and the work on it."""
    made = tmp_path / "disk"
    made.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(made)], check=True)
    try:
        yield made
    finally:
        subprocess.run(["umount", str(made)], check=True)


def fill(store: SqliteStore, file: Path) -> None:
    """To the last byte, and until the queue has no room left in its own files either."""
    with file.open("wb", buffering=0) as opened, contextlib.suppress(OSError):
        while True:
            opened.write(bytes(65536))
    with pytest.raises(NoSpace) as full:
        _log_on(store)
    assert full.value.code == "VS-STORE-FULL"


def _log_on(store: SqliteStore) -> None:
    line = LogLine(at=START, verdict=Verdict.GOOD, where="here", text="words " * 1000)
    for _ in range(2000):
        store.call(lambda unit: unit.notes.log(line))


@as_root
@pytest.mark.parametrize("verb", ["remove", "take_out"])
def test_a03_a_finished_job_is_removed_from_a_full_disk(disk: Path, run: Go[None], verb: str) -> None:
    async def scenario() -> None:
        async with engine(disk) as it:
            (job_id,) = await it.add("Grant.mp4")
            await it.until_state(JobState.DONE, job_id)
            fill(it.store, disk / "work" / job_id / "left-over.mp4")
            if verb == "remove":
                assert await it.jobs.removing.remove([job_id]) == [job_id]
            else:
                removal = await it.jobs.removing.take_out([job_id])
                assert removal.job_ids == [job_id]
                await it.jobs.removing.clear(removal)
            assert await it.jobs.rows(JobFilter()) == []
            assert not (disk / "work" / job_id).exists()
            (other,) = await it.add("Oakdale.mp4")
            await it.until_state(JobState.DONE, other)

    run(scenario())
