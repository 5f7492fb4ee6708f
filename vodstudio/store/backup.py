"""Copies of the queue that are proven before they count, and the way back to one of them."""

from __future__ import annotations

import errno
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import NeedsUser, NotFound, VodError
from vodstudio.core.files import adopt, error_of_writing, temporary_beside, writing
from vodstudio.store.engine import connect, uri_of
from vodstudio.store.faults import PRIMARY, damaged, error_of
from vodstudio.store.mending import refuse_lacking
from vodstudio.store.tables import SCHEMA
from vodstudio.store.versions import identity_of, log_of, refuse_foreign

KEEP = 10
_HARDLY_ANY_BYTES = 1 << 20
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"vodstudio-(\d{8}T\d{6}Z)(?:-\d+)?-v(\d+)-([a-z0-9-]+)\.db")
_BEFORE = "before-v"
_OURS_ALONE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy that was proven when it was made; the reason of one for a migration is `before-v<version>`."""

    path: Path
    made_at: datetime
    schema: int
    reason: str
    size_bytes: int

    @property
    def is_for_a_migration(self) -> bool:
        """Whether an older program can go back to it."""
        return self.reason.startswith(_BEFORE)


def backups_in(folder: Path) -> list[Backup]:
    """The backups of a folder, newest first."""
    found = []
    for path in folder.glob("vodstudio-*.db") if folder.is_dir() else []:
        named = _NAME.fullmatch(path.name)
        if named:
            made_at = datetime.strptime(named[1], _STAMP).replace(tzinfo=UTC)
            size = path.stat().st_size
            found.append(
                Backup(path=path, made_at=made_at, schema=int(named[2]), reason=named[3], size_bytes=size)
            )
    return sorted(found, key=lambda backup: (backup.made_at, backup.path.name), reverse=True)


def reason_before(schema: int) -> str:
    """The reason of a backup made before a migration to this version."""
    return f"{_BEFORE}{schema}"


def back_up(path: Path, folder: Path, now: datetime, reason: str) -> Path:
    """Copy the queue while it is used, prove the copy, and only then give it its name. Any thread."""
    with writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = temporary_beside(folder / "vodstudio.db")
    try:
        with writing(temporary):
            # SQLite says only that it cannot open a file, and not which of the two.
            temporary.touch(mode=_OURS_ALONE)
        try:
            schema = _copy(path, temporary)
        except sqlite3.Error as error:
            raise _no_room(error, folder) or error_of(error, path) or damaged(path, str(error)) from error
        temporary.chmod(_OURS_ALONE)
        final = _free_name(folder, now, schema, reason)
        crash_point("store.backup.before")
        adopt(temporary, final)
        crash_point("store.backup.after")
    finally:
        for name in (temporary, *beside(temporary)):
            name.unlink(missing_ok=True)
    return final


def _no_room(error: sqlite3.Error, folder: Path) -> VodError | None:
    """Only the copy needs room. SQLite does not always say that there was none: its disk "does not answer" then."""
    kind = getattr(error, "sqlite_errorcode", 0) & PRIMARY
    is_full = kind == sqlite3.SQLITE_FULL or (
        kind == sqlite3.SQLITE_IOERR and shutil.disk_usage(folder).free < _HARDLY_ANY_BYTES
    )
    return error_of_writing(folder / "a backup", OSError(errno.ENOSPC, str(error))) if is_full else None


def thin_out(folder: Path, now: datetime, keep: int = KEEP) -> list[Path]:
    """Remove all but the newest ones, and all but the newest one for each migration.

    One with a date to come was made while the clock was wrong: it is kept only in the place of nothing newer.
    """
    kept_for: set[str] = set()
    plain = 0
    removed = []
    for backup in sorted(backups_in(folder), key=lambda backup: backup.made_at > now):
        if backup.is_for_a_migration:
            is_wanted = backup.reason not in kept_for
            kept_for.add(backup.reason)
        else:
            plain += 1
            is_wanted = plain <= keep
        if not is_wanted:
            backup.path.unlink(missing_ok=True)
            removed.append(backup.path)
    return removed


def prove(file: Path) -> int:
    """The version of a backup that may be restored; a corrupt, newer, foreign or lacking one is refused (A15)."""
    if not file.is_file():
        raise NotFound(
            f"There is no file {file}",
            hint="Nothing was changed. Look into the backups folder for the names of the backups.",
            code="VS-NO-BACKUP",
        )
    identity = identity_of(file)
    refuse_foreign(file, identity)
    try:
        with closing(sqlite3.connect(uri_of(file, "ro") + "&immutable=1", uri=True)) as connection:
            _check_whole(connection, file)
            if identity.schema == SCHEMA:
                refuse_lacking(connection, file)
    except sqlite3.Error as error:
        raise error_of(error, file) or damaged(file, str(error)) from error
    return identity.schema


def restore(file: Path, path: Path, now: datetime) -> Path | None:
    """Put a proven backup in the place of the queue; the present files are kept in the folder that is returned.

    Nobody may have the queue open. A restored file of an older version is migrated when it is opened.
    """
    prove(file)
    temporary = temporary_beside(path)
    with writing(path):
        try:
            _copy(file, temporary)
            temporary.chmod(_OURS_ALONE)
            crash_point("store.restore.before")
            kept = set_aside(path, now)
            crash_point("store.restore.aside")
            adopt(temporary, path)
            crash_point("store.restore.after")
        except sqlite3.Error as error:
            raise error_of(error, path) or damaged(path, str(error)) from error
        finally:
            temporary.unlink(missing_ok=True)
    return kept


def set_aside(path: Path, now: datetime) -> Path | None:
    """Move the whole set of files into a folder of its own; nothing is ever overwritten."""
    present = [name for name in _set_of(path) if name.exists()]
    if not present:
        return None
    folder = _free_folder(path, f"{_why(path)}-{now.strftime(_STAMP)}")
    with writing(folder):
        folder.mkdir(mode=0o700)
        for name in present:
            name.rename(folder / name.name)
            crash_point("store.aside.moved")
    return folder


def _why(path: Path) -> str:
    """The name of the folder says what lies in it."""
    try:
        schema = identity_of(path).schema if path.exists() else 0
    except (NeedsUser, sqlite3.Error, OSError):
        return "quarantine"
    return f"newer-v{schema}" if schema > SCHEMA else "quarantine"


def beside(path: Path) -> list[Path]:
    """The files that SQLite keeps beside a database."""
    return [path.with_name(path.name + tail) for tail in ("-wal", "-shm", "-journal")]


def _set_of(path: Path) -> list[Path]:
    """The main file first: without it no log is ever taken for that of another file."""
    return [path, *beside(path), *(path.with_name(path.name + tail) for tail in (".open", ".head"))]


def _copy(source: Path, target: Path) -> int:
    """SQLite's own online copy, then the proof, in one file without a log; the version it has."""
    with closing(_reader_of(source)) as reader, closing(sqlite3.connect(target)) as copy:
        reader.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        crash_point("store.backup.copied")
        _check_whole(copy, target)
        schema: int = copy.execute("PRAGMA user_version").fetchone()[0]
    return schema


def _reader_of(source: Path) -> sqlite3.Connection:
    if log_of(source).exists():
        return connect(source, "ro")
    return sqlite3.connect(uri_of(source, "ro"), uri=True, isolation_level=None)


def _check_whole(connection: sqlite3.Connection, file: Path) -> None:
    complaints = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
    if complaints != ["ok"]:
        raise damaged(
            file,
            f"{file}: {'; '.join(complaints)}",
            hint="Nothing was changed. Choose another backup, or look at the disk.",
        )


def _free_name(folder: Path, now: datetime, schema: int, reason: str) -> Path:
    words = re.sub(r"[^a-z0-9]+", "-", reason.casefold()).strip("-") or "copy"
    stem, tail = f"vodstudio-{now.astimezone(UTC).strftime(_STAMP)}", f"-v{schema}-{words}.db"
    names = [folder / f"{stem}{tail}", *(folder / f"{stem}-{number}{tail}" for number in range(2, 1000))]
    return next(name for name in names if not name.exists())


def _free_folder(path: Path, stem: str) -> Path:
    names = [path.with_name(stem), *(path.with_name(f"{stem}-{number}") for number in range(2, 1000))]
    return next(name for name in names if not name.exists())
