"""Writing files: whole or not at all, and every refusal of the system in words."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from vodstudio.core.errors import Cancelled, Locked, NoAccess, NoSpace, NotFound, VodError
from vodstudio.core.files import (
    adopt,
    error_of_writing,
    is_temporary,
    remove_leftovers,
    sha256_of,
    temporary_beside,
    write_atomically,
)


def test_a_file_is_written_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "cues.srt"
    write_atomically(path, b"one")
    write_atomically(path, b"two and more")
    assert path.read_bytes() == b"two and more"
    assert [entry.name for entry in tmp_path.iterdir()] == ["cues.srt"]


def test_a_name_of_255_bytes_has_room_for_its_temporary(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 125 + ".mp4x")
    assert len(temporary_beside(path).name.encode()) < 30
    write_atomically(path, b"x")
    assert path.read_bytes() == b"x"


def test_b07_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        write_atomically(tmp_path / "gone" / "x", b"x")
    assert caught.value.code == "VS-NO-FOLDER"


@pytest.mark.skipif(sys.platform == "win32", reason="/dev/full")
def test_b01_a_temporary_that_cannot_be_written_goes_away(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys\nfrom pathlib import Path\n"
        "from vodstudio.core.files import write_atomically\nfrom vodstudio.core.errors import VodError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "before = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))\n"
        "try: write_atomically(Path(sys.argv[1]), b'x' * 5000)\nexcept VodError as e: print(type(e).__name__)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "x")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.strip() == "NoSpace"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, NoSpace),
        (errno.EDQUOT, NoSpace),
        (errno.EFBIG, NoSpace),
        (errno.EACCES, NoAccess),
        (errno.EROFS, NoAccess),
        (errno.ENOENT, NotFound),
        (errno.EIO, Locked),
    ],
)
def test_what_the_system_says_becomes_a_sentence(number: int, kind: type[VodError]) -> None:
    error = error_of_writing(Path("/share/x.mp4"), OSError(number, os.strerror(number)))
    assert type(error) is kind
    assert error.title
    assert error.hint
    if isinstance(error, NoSpace):
        assert error.condition == f"disk:{Path('/share')}"


def test_a_finished_file_gets_its_name(tmp_path: Path) -> None:
    temporary, final = temporary_beside(tmp_path / "x.mp4"), tmp_path / "x.mp4"
    temporary.write_bytes(b"whole")
    adopt(temporary, final)
    assert final.read_bytes() == b"whole"
    assert not temporary.exists()


def test_leftovers_are_ours_alone(tmp_path: Path) -> None:
    ours = tmp_path / "deep" / ".vs-0123456789ab.tmp"
    ours.parent.mkdir()
    theirs = [tmp_path / ".vs-notes.tmp", tmp_path / "x.tmp", tmp_path / "video.mp4"]
    for path in (ours, *theirs):
        path.write_bytes(b"x")
    assert is_temporary(ours)
    assert remove_leftovers(tmp_path) == [ours]
    assert all(path.exists() for path in theirs)
    assert remove_leftovers(tmp_path / "gone") == []


def test_the_digest_of_a_file_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * 3_000_000)
    assert sha256_of(path) == hashlib.sha256(path.read_bytes()).hexdigest()

    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        sha256_of(path, check)


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
@pytest.mark.parametrize(
    ("place", "content"), [("written", b"old"), ("synced", b"old"), ("replaced", b"new")]
)
def test_a01_killed_while_writing_the_old_or_the_new_is_there(
    tmp_path: Path, place: str, content: bytes
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    code = "import sys; from pathlib import Path; from vodstudio.core.files import write_atomically\n"
    code += "write_atomically(Path(sys.argv[1]), b'new')"
    environment = {**os.environ, "VS_CRASH_AT": f"files.{place}"}
    done = subprocess.run([sys.executable, "-c", code, str(path)], env=environment, timeout=30, check=False)
    assert done.returncode == -9
    assert path.read_bytes() == content
    remove_leftovers(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


def test_b12_only_this_folder_is_cleared_when_asked(tmp_path: Path) -> None:
    """What lies below may belong to somebody who is writing it now."""
    (tmp_path / "below").mkdir()
    here, below = tmp_path / ".vs-0123456789ab.tmp", tmp_path / "below" / ".vs-0123456789ab.tmp"
    here.touch()
    below.touch()
    assert remove_leftovers(tmp_path, below=False) == [here]
    assert remove_leftovers(tmp_path) == [below]


def test_a08_a_file_that_is_shorter_than_what_was_written_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that swallows the end without an error: only the size tells."""
    path = tmp_path / "words.json"
    write_atomically(path, b"old")

    def swallow(handle: int) -> None:
        os.ftruncate(handle, 1)

    monkeypatch.setattr(os, "fsync", swallow)
    with pytest.raises(Locked) as caught:
        write_atomically(path, b"new and longer")
    assert "shorter" in caught.value.detail
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["words.json"]


@pytest.mark.parametrize(("number", "is_kept"), [(errno.EINVAL, True), (errno.EIO, False)])
def test_a_share_that_cannot_sync_a_folder_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, is_kept: bool
) -> None:
    path, real = tmp_path / "cues.srt", os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, "a folder cannot be synced here")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with contextlib.nullcontext() if is_kept else pytest.raises(Locked):
        write_atomically(path, b"x")
    assert path.read_bytes() == b"x"
