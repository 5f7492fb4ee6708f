"""Which of our errors a SQLite error is, by its code: the one table of the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import exc

from vodstudio.core.errors import Locked, NeedsUser, NoAccess, NoSpace, TryLater, VodError

DAMAGED_CODE = "VS-STORE-DAMAGED"
PRIMARY = 0xFF


def error_of(error: exc.DBAPIError | sqlite3.Error, path: Path) -> VodError | None:
    """The error for a person; None for one that only a bug can cause."""
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    made = _ERRORS.get(code & PRIMARY) if isinstance(code, int) else None
    return made(path, f"{path}: {original} ({getattr(original, 'sqlite_errorname', '')})") if made else None


def busy(path: Path, detail: str) -> VodError:
    """Somebody else has the file open."""
    return Locked(
        "The queue is busy: another program has its file open",
        hint="Nothing is lost. Try again; close backup or anti-virus programs that look at the folder.",
        detail=detail,
        code="VS-STORE-BUSY",
    )


def slow(_path: Path, detail: str) -> VodError:
    """A read was ended because it took too long."""
    return TryLater(
        "Looking this up in the queue took too long",
        hint="Nothing was changed, and the work goes on. Try again, or ask for less at once.",
        detail=detail,
        code="VS-STORE-SLOW",
    )


def full(path: Path, detail: str) -> VodError:
    """No space for the change."""
    return NoSpace(
        "The disk with the queue is full",
        condition=f"disk:{path.parent}",
        hint="What was saved before is safe; the last change was not saved. Free some space, then try again.",
        detail=detail,
        code="VS-STORE-FULL",
    )


def denied(path: Path, detail: str) -> VodError:
    """We may not read or write it."""
    return NoAccess(
        f"VOD Studio may not write the queue in {path.parent}",
        hint=f"Give your user permission to read and write {path} and its folder. Nothing was changed.",
        detail=detail,
        code="VS-STORE-READ-ONLY",
    )


def damaged(path: Path, detail: str, hint: str = "") -> NeedsUser:
    """The file is not the database it should be."""
    return NeedsUser(
        "The file of the queue is damaged",
        hint=hint
        or "Nothing was changed, and your recordings are safe. Restore a backup: `vodstudio restore FILE`.",
        detail=detail,
        code=DAMAGED_CODE,
    )


def _disk(path: Path, detail: str) -> VodError:
    return NoAccess(
        "The disk with the queue does not answer as it should",
        hint="What was saved before is safe. Look at the disk, then start VOD Studio again.",
        detail=detail,
        code="VS-STORE-DISK",
    )


_ERRORS: Mapping[int, Callable[[Path, str], VodError]] = {
    sqlite3.SQLITE_BUSY: busy,
    sqlite3.SQLITE_LOCKED: busy,
    sqlite3.SQLITE_INTERRUPT: slow,
    sqlite3.SQLITE_FULL: full,
    sqlite3.SQLITE_READONLY: denied,
    sqlite3.SQLITE_CANTOPEN: denied,
    sqlite3.SQLITE_PERM: denied,
    sqlite3.SQLITE_AUTH: denied,
    sqlite3.SQLITE_CORRUPT: damaged,
    sqlite3.SQLITE_NOTADB: damaged,
    sqlite3.SQLITE_IOERR: _disk,
}
