"""Looking at storages through a real child."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Run as Go
from tests.media.fakes import Stuck
from vodstudio.core.rows import StorageView
from vodstudio.core.station import Storage, StorageId
from vodstudio.workers.drives import ChildDrives
from vodstudio.workers.look_child import look
from vodstudio.workers.process import Child, Children, Command


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    children = Children(tmp_path / "run")
    yield children
    children.close()


def storage(path: Path) -> Storage:
    return Storage(id=StorageId("flex1"), path=path, marker=".vodstudio-storage")


def test_a_storage_that_is_there(tmp_path: Path, children: Children, run: Go[StorageView]) -> None:
    """Present, writable by trial, and with its free space; the trial leaves nothing."""
    (tmp_path / "flex").mkdir()
    (tmp_path / "flex" / ".vodstudio-storage").touch()
    seen = run(ChildDrives(children).look(storage(tmp_path / "flex"), try_writing=True))
    assert (seen.is_present, seen.is_writable, seen.problem) == (True, True, "")
    assert seen.free_bytes
    assert [path.name for path in (tmp_path / "flex").iterdir()] == [".vodstudio-storage"]


def test_b05_an_empty_mount_point_is_not_the_storage(
    tmp_path: Path, children: Children, run: Go[StorageView]
) -> None:
    """The folder is there and its marker is not: nothing may be believed to be deleted."""
    seen = run(ChildDrives(children).look(storage(tmp_path)))
    assert not seen.is_present
    assert "maybe it is not mounted" in seen.problem


def test_b03_a_storage_that_is_away(tmp_path: Path, children: Children, run: Go[StorageView]) -> None:
    """Not there is said in words."""
    seen = run(ChildDrives(children).look(storage(tmp_path / "away")))
    assert (seen.is_present, seen.problem) == (False, "it is not there")


def test_b06_a_look_that_takes_too_long_is_given_up(
    tmp_path: Path, children: Children, run: Go[StorageView]
) -> None:
    """A hung share costs one child and a sentence."""
    seen = run(ChildDrives(children, answers_within_s=0.0).look(storage(tmp_path)))
    assert not seen.is_present
    assert "did not answer" in seen.problem


def test_folders_and_free_space(tmp_path: Path, children: Children, run: Go[object]) -> None:
    """What conditions ask."""
    drives = ChildDrives(children)
    assert run(drives.is_there(tmp_path))
    assert not run(drives.is_there(tmp_path / "away"))
    assert run(drives.free_bytes(tmp_path))
    assert run(drives.free_bytes(tmp_path / "away")) is None


def test_b07_a_target_that_refuses_writing_is_seen_before_the_work(tmp_path: Path) -> None:
    """Tried, not asked: a read-only mount says yes to root and refuses all the same."""
    assert look(Path("/proc"), "", try_writing=True)["is_writable"] is False
    assert look(tmp_path, "", try_writing=False)["is_writable"] is True


class StuckChildren(Children):
    """Every child waits for a share that is dead."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._record = folder / "child-1.json"
        self.started: list[Child] = []
        self.stuck: list[Stuck] = []

    def start(self, command: Command) -> Child:
        popen = Stuck.waiting()
        child = Child(popen, command, self._record)
        self.stuck.append(popen)
        self.started.append(child)
        return child

    def let_go(self) -> None:
        """The share is back."""
        for popen, child in zip(self.stuck, self.started, strict=True):
            popen.let_go()
            child.end()


def test_b06_a_dead_share_keeps_one_child_and_not_one_for_every_look(
    tmp_path: Path, run: Go[StorageView], allowed_logs: list[str]
) -> None:
    """It is not asked again before the system has let the first one go."""
    allowed_logs.append("does not end although it was killed")
    children = StuckChildren(tmp_path / "run")
    drives = ChildDrives(children, 0.05)
    for _ in range(3):
        seen = run(drives.look(storage(tmp_path)))
        assert not seen.is_present
        assert seen.problem == "it did not answer within 0 seconds"
    assert len(children.started) == 1
    children.let_go()
    run(drives.look(storage(tmp_path)))
    assert len(children.started) == 2
    children.let_go()
