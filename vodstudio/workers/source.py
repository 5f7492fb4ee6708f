"""The recording as it lies on disk: there, ours to read, and the same at the end of a step as at its start."""

from __future__ import annotations

import contextlib
import errno
import stat
from collections.abc import Iterator
from pathlib import Path

from vodstudio.core.errors import BadMedia, ChildCrashed, Conflict, NoAccess, NotFound, StorageAway, VodError
from vodstudio.core.recording import Recording, fingerprint_of


@contextlib.contextmanager
def steady(recording: Recording) -> Iterator[Path]:
    """The file to read; what a step made of it counts only when it did not change meanwhile.

    A verdict about a file that went away or changed under it is no verdict: the truth about the file goes first.
    """
    _compare(recording)
    try:
        yield recording.path
    except (BadMedia, ChildCrashed):
        _compare(recording)
        raise
    _compare(recording)


def _compare(recording: Recording) -> None:
    with reading(recording.path):
        status = recording.path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder", str(recording.path))
        if not stat.S_ISREG(status.st_mode):
            raise BadMedia(
                f"{recording.path.name} is not a file",
                hint="Only recordings in ordinary files can be used. Nothing was changed.",
                detail=f"{recording.path}: mode {status.st_mode:o}",
                code="VS-NOT-A-FILE",
            )
        found = fingerprint_of(recording.path)
    if found != recording.fingerprint:
        raise Conflict(
            f"{recording.path.name} changed while we worked on it",
            hint="It may still be copying. Wait until it is complete, then import it again; nothing was published.",
            detail=f"{recording.path}: {recording.fingerprint} became {found}",
            code="VS-SOURCE-CHANGED",
        )


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system says about reading `path` into words for the operator."""
    try:
        yield
    except OSError as error:
        raise error_of_reading(path, error) from error


def error_of_reading(path: Path, error: OSError) -> VodError:
    """Which of our errors an operating system error is, by its number."""
    detail = f"{path}: {error}"
    number = error.errno
    if number in (errno.EACCES, errno.EPERM):
        return NoAccess(
            f"We may not read {path.name}",
            hint="Allow this user to read the file and its folder, then press Retry.",
            detail=detail,
            code="VS-MAY-NOT-READ",
        )
    if number == errno.EISDIR:
        return BadMedia(
            f"{path.name} is a folder",
            hint="Choose the recordings inside it.",
            detail=detail,
            code="VS-IS-A-FOLDER",
        )
    if number in (errno.ENOENT, errno.ENOTDIR) and path.parent.is_dir():
        return NotFound(
            f"{path.name} is not there any more",
            hint="Put it back or import it from where it is now, then press Retry. Finished work is kept.",
            detail=detail,
            code="VS-SOURCE-MISSING",
        )
    return StorageAway(
        f"The folder of {path.name} does not answer",
        condition=f"path:{path.parent}",
        hint="Connect the disk or share. The work goes on by itself; nothing is lost.",
        detail=detail,
    )
