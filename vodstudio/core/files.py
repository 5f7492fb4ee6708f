"""The one way to write a file: whole and on the disk under its final name, or not there at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import Locked, NoAccess, NoSpace, NotFound, VodError

CHUNK_BYTES = 1 << 20
_TEMPORARY = re.compile(r"\.vs-[0-9a-f]{12}\.tmp")
_WINDOWS_SHARING_VIOLATIONS = frozenset({32, 33})


def temporary_beside(path: Path) -> Path:
    """A fresh name in the same folder, so that the last move is a rename and never a copy."""
    return path.with_name(f".vs-{secrets.token_hex(6)}.tmp")


def is_temporary(path: Path) -> bool:
    """Whether the name is one that only we make."""
    return _TEMPORARY.fullmatch(path.name) is not None


def write_atomically(path: Path, data: bytes) -> None:
    """Write a new file or replace one; a reader sees the old content or the new, never a part."""
    temporary = temporary_beside(path)
    with writing(path):
        try:
            with temporary.open("xb") as file:
                file.write(data)
                crash_point("files.written")
                file.flush()
                os.fsync(file.fileno())
            if temporary.stat().st_size != len(data):
                raise OSError(errno.EIO, "the file is shorter than what was written", str(temporary))
            adopt(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def adopt(temporary: Path, final: Path) -> None:
    """Give a finished temporary file its final name, in a way that survives a power cut."""
    with writing(final):
        _sync_file(temporary)
        crash_point("files.synced")
        temporary.replace(final)
        crash_point("files.replaced")
        sync_folder(final.parent)


def make_work_folder(root: Path, *names: str) -> Path:
    """A folder for one step below the work folder; what it waits for when there is no space is the root's disk."""
    folder = root.joinpath(*names)
    with writing(root / "work files"):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def sha256_of(path: Path, check: Callable[[], None] = lambda: None) -> str:
    """The digest of a file in hexadecimal; `check` is called for every mebibyte and may raise."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            check()
            digest.update(chunk)
    return digest.hexdigest()


def remove_leftovers(folder: Path, *, below: bool = True) -> list[Path]:
    """Remove what an interrupted run left in this folder (and below it); only names that only we make."""
    removed = []
    pattern = "**/.vs-*.tmp" if below else ".vs-*.tmp"
    for path in sorted(folder.glob(pattern)) if folder.is_dir() else []:
        if is_temporary(path) and path.is_file() and not path.is_symlink():
            with contextlib.suppress(FileNotFoundError, PermissionError):
                path.unlink()
                removed.append(path)
    return removed


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about writing `path` into words for the operator."""
    try:
        yield
    except OSError as error:
        raise error_of_writing(path, error) from error


def error_of_writing(path: Path, error: OSError) -> VodError:
    """Which of our errors an operating system error is, by its number."""
    detail = f"{path}: {error}"
    number = error.errno
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return NoSpace(
            f"There is no space left for {path.name}",
            condition=f"disk:{path.parent}",
            hint="Free some space on that disk. The work goes on by itself; nothing is lost.",
            detail=detail,
        )
    if sys.platform == "win32" and getattr(error, "winerror", None) in _WINDOWS_SHARING_VIOLATIONS:
        return Locked(
            f"Another program has {path.name} open", detail=detail, hint="It is tried again by itself."
        )
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return NoAccess(
            f"We may not write to {path.parent}",
            hint="Allow this user to write there, then press Retry. The recording itself was not touched.",
            detail=detail,
            code="VS-MAY-NOT-WRITE",
        )
    if number in (errno.ENOENT, errno.ENOTDIR):
        return NotFound(
            f"The folder {path.parent} is not there",
            hint="Make the folder or connect its disk, then press Retry.",
            detail=detail,
            code="VS-NO-FOLDER",
        )
    return Locked(
        f"Writing {path.name} failed",
        hint="It is tried again by itself. If it keeps failing, look at the disk.",
        detail=detail,
        code="VS-WRITE-FAILED",
    )


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Put a rename in this folder on the disk."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems cannot sync a folder; the rename itself has happened.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
