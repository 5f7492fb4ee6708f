"""Files onto a content drive: whole or not there, never over another file, and off the event loop."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.cablecast.conftest import Run
from vodstudio.cablecast.transfer import ContentDriveFiles, _place, temporary_for
from vodstudio.core.errors import Conflict, NoAccess, NotFound, TryLater, VodError
from vodstudio.core.files import is_temporary

CONTENT = hashlib.shake_256(b"video").digest(3 * 1024 * 1024 + 17)
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.mp4"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    (tmp_path / "drive").mkdir()
    return tmp_path / "drive"


def test_a_file_is_copied_and_told(source: Path, drive: Path, run: Run[Any]) -> None:
    told: list[float] = []
    target = drive / "1-1-x.mp4"
    assert run(ContentDriveFiles().place(source, target, sha256=DIGEST, tell=told.append)) is True
    assert target.read_bytes() == CONTENT
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert [path.name for path in drive.iterdir()] == ["1-1-x.mp4"]
    assert run(ContentDriveFiles().names(drive)) == ["1-1-x.mp4"]


def test_b12_the_same_file_is_adopted(source: Path, drive: Path, run: Run[Any]) -> None:
    target = drive / "1-1-x.mp4"
    target.write_bytes(CONTENT)
    before = target.stat().st_mtime_ns
    assert run(ContentDriveFiles().place(source, target, sha256=DIGEST)) is False
    assert target.stat().st_mtime_ns == before


@pytest.mark.parametrize("other", [b"short", bytes(len(CONTENT))])
def test_b09_another_file_is_never_replaced(source: Path, drive: Path, run: Run[Any], other: bytes) -> None:
    target = drive / "1-1-x.mp4"
    target.write_bytes(other)
    with pytest.raises(Conflict) as told:
        run(ContentDriveFiles().place(source, target, sha256=DIGEST))
    assert told.value.code == "VS-NAME-TAKEN"
    assert target.read_bytes() == other


def test_b12_what_a_power_cut_left_is_written_over(source: Path, drive: Path, run: Run[Any]) -> None:
    target = drive / "1-1-x.mp4"
    left = temporary_for(target)
    assert is_temporary(left)
    left.write_bytes(b"half of an earlier copy" * 10**6)
    run(ContentDriveFiles().place(source, target, sha256=DIGEST))
    left.write_bytes(b"more")
    run(ContentDriveFiles().replace(drive / "1-1-x.scc", b"captions"))
    assert sorted(path.name for path in drive.iterdir() if path != left) == ["1-1-x.mp4", "1-1-x.scc"]
    assert target.read_bytes() == CONTENT


def test_a_copy_that_is_not_equal_gets_no_name(source: Path, drive: Path, run: Run[Any]) -> None:
    with pytest.raises(TryLater) as told:
        run(ContentDriveFiles().place(source, drive / "1-1-x.mp4", sha256="0" * 64))
    assert told.value.code == "VS-BAD-COPY"
    assert list(drive.iterdir()) == []


def test_b04_a_drive_that_is_gone(source: Path, drive: Path, run: Run[Any]) -> None:
    with pytest.raises(NotFound):
        run(ContentDriveFiles().place(source, drive / "away" / "x.mp4", sha256=DIGEST))
    with pytest.raises(VodError):
        run(ContentDriveFiles().names(drive / "away"))


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_b07_a_drive_that_may_not_be_written(source: Path, drive: Path, run: Run[Any]) -> None:
    drive.chmod(0o500)
    try:
        with pytest.raises(NoAccess):
            run(ContentDriveFiles().place(source, drive / "x.mp4", sha256=DIGEST))
    finally:
        drive.chmod(0o700)


def test_a_cancelled_copy_leaves_nothing(source: Path, drive: Path, run: Run[Any]) -> None:
    """The task is cancelled in the middle: the thread tidies up before the cancellation is felt."""

    async def cancel_in_the_middle() -> None:
        task: asyncio.Task[bool] | None = None

        def told(done: float) -> None:
            if task is not None:
                task.cancel()

        task = asyncio.create_task(ContentDriveFiles().place(big, drive / "x.mp4", sha256=DIGEST, tell=told))
        with pytest.raises(asyncio.CancelledError):
            await task

    big = source.with_name("big.mp4")
    with big.open("wb") as file:
        file.truncate(400 * 1024 * 1024)
    run(cancel_in_the_middle())
    assert list(drive.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes of POSIX")
def test_a_copy_cancelled_twice_leaves_when_its_thread_has_ended(drive: Path, run: Run[Any]) -> None:
    """Pause pressed twice: the next attempt has the same temporary name, so nobody may still write to it."""

    async def opened(pipe: Path) -> int:
        while True:
            try:
                return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                await asyncio.sleep(0)

    async def cancel_twice() -> None:
        task = asyncio.create_task(ContentDriveFiles().place(pipe, drive / "x.mp4", sha256=DIGEST))
        writing = await opened(pipe)
        for _ in range(3):
            task.cancel()
            await asyncio.wait([task], timeout=0.01)
            assert not task.done(), "the thread still waits for the source"
        os.write(writing, b"late")
        os.close(writing)
        with pytest.raises(asyncio.CancelledError):
            await task

    pipe = drive.parent / "pipe"
    os.mkfifo(pipe)
    run(cancel_twice())
    assert list(drive.iterdir()) == []


def test_a_copy_stopped_while_it_is_proved_gets_no_name(source: Path, drive: Path) -> None:
    """The proof of a long video takes minutes too."""
    stop = threading.Event()

    def tell(done: float) -> None:
        if done == 1.0:
            stop.set()

    with pytest.raises(TryLater, match="stopped"):
        _place(source, drive / "x.mp4", DIGEST, tell, stop)
    assert list(drive.iterdir()) == []


def test_a_cancelled_comparison_ends(source: Path, drive: Path, run: Run[Any]) -> None:
    async def cancel_at_once() -> None:
        task = asyncio.create_task(ContentDriveFiles().place(source, target, sha256=DIGEST))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    target = drive / "x.mp4"
    target.write_bytes(CONTENT)
    run(cancel_at_once())
    assert target.read_bytes() == CONTENT


def test_small_files_are_read_and_replaced(drive: Path, run: Run[Any]) -> None:
    files = ContentDriveFiles()
    assert run(files.read(drive / "x.scc", 100)) is None
    run(files.replace(drive / "x.scc", b"one"))
    run(files.replace(drive / "x.scc", b"two"))
    assert run(files.read(drive / "x.scc", 2)) == b"tw"
