"""What happens to the file before the queue is used: refuse, check, back up, migrate, compare, in this order."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, exc

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import NeedsUser, VodError
from vodstudio.core.files import is_temporary, temporary_beside
from vodstudio.core.rows import LogLine, Verdict
from vodstudio.store import audit, schema
from vodstudio.store.backup import back_up, backups_in, beside, reason_before, thin_out
from vodstudio.store.engine import connect, engine_of
from vodstudio.store.faults import DAMAGED_CODE, damaged, denied, error_of
from vodstudio.store.location import check_location
from vodstudio.store.mending import LACKING_CODE, mend, refuse_lacking
from vodstudio.store.migrating import Target, migrate
from vodstudio.store.notes import SqlNotes
from vodstudio.store.values import micros, moment
from vodstudio.store.versions import begins_as_database, identity_of, is_blank, log_of, refuse_foreign

CHECK_ALL_EVERY = timedelta(days=7)
_CHECKED_AT = "store.checked-at"
_OURS_ALONE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was found while opening; `findings` are sentences for the operator and for doctor."""

    was_clean: bool = True
    was_migrated: bool = False
    findings: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files of one queue."""

    path: Path
    backups: Path
    target: Target = field(default_factory=Target)

    @property
    def sentinel(self) -> Path:
        """There while the queue is open: still there at the next start means that the last one did not end well."""
        return self.path.with_name(f"{self.path.name}.open")

    @property
    def head(self) -> Path:
        """The newest row of the audit trail, kept outside: a file that is older than it has lost something."""
        return self.path.with_name(f"{self.path.name}.head")


def prepare(files: Files, now: datetime) -> Opened:
    """Everything before the first transaction; raises what a person has to know, and then has written nothing."""
    path = files.path
    try:
        check_location(path)
        _sweep(files)
        was_clean = not files.sentinel.exists()
        was_made = _make_when_new(files)
        was_migrated = not was_made and _bring_up_to_date(files, now, was_clean=was_clean)
        _mark_as_open(files)
        findings = _look_over(files, now, was_clean=was_clean)
    except (exc.DBAPIError, sqlite3.Error) as error:
        raise _with_backup(error_of(error, path) or damaged(path, str(error)), files) from error
    except NeedsUser as error:
        raise _with_backup(error, files) from error
    except OSError as error:
        raise denied(path, str(error)) from error
    return Opened(was_clean=was_clean, was_migrated=was_migrated, findings=tuple(findings))


def close_well(files: Files) -> None:
    """The queue was closed as it should be."""
    files.sentinel.unlink(missing_ok=True)


def keep_head(files: Files, newest: audit.Head) -> None:
    """Write the newest row of the trail beside the file; a disk that is full is told by the store itself."""
    temporary = temporary_beside(files.head)
    body = {"no": newest.no, "hash": newest.hash, "at": micros(newest.at)}
    with suppress(OSError):
        try:
            temporary.write_text(json.dumps(body), encoding="ascii")
            temporary.replace(files.head)
        finally:
            temporary.unlink(missing_ok=True)


def _sweep(files: Files) -> None:
    """Remove copies that an interrupted backup or restore left half made; only names and content that are ours."""
    for folder in (files.path.parent, files.backups):
        for name in folder.glob(".vs-*.tmp") if folder.is_dir() else []:
            if is_temporary(name) and (name.stat().st_size == 0 or begins_as_database(name)):
                for left in (name, *beside(name)):
                    left.unlink(missing_ok=True)


def _make_when_new(files: Files) -> bool:
    """Make the tables when there never were any; an emptied file is not a new one when there are backups (A10)."""
    path = files.path
    if path.exists() and path.stat().st_size > 0 and not is_blank(path):
        return False
    if backups_in(files.backups) or (log_of(path).exists() and not path.exists()):
        what = "is empty" if path.exists() else "is gone"
        raise damaged(path, f"{path} {what}, and there were jobs in it before")
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OURS_ALONE))
    engine = engine_of(path, is_writer=True)
    crash_point("store.create.before")
    with engine.begin() as connection:
        schema.create(connection)
        crash_point("store.create.written")
    engine.dispose()
    return True


def _bring_up_to_date(files: Files, now: datetime, *, was_clean: bool) -> bool:
    path, target = files.path, files.target
    identity = identity_of(path)
    refuse_foreign(path, identity, target.schema)
    is_old = identity.schema < target.schema
    with closing(connect(path, "rw")) as connection:
        if not is_old:
            refuse_lacking(connection, path)
        if is_old or _is_due(connection, now):
            _check(connection, path, "integrity_check")
        elif not was_clean:
            _check(connection, path, "quick_check")
    if not is_old:
        return False
    back_up(path, files.backups, now, reason_before(target.schema))
    thin_out(files.backups, now)
    migrate(path, target)
    return True


def _is_due(connection: sqlite3.Connection, now: datetime) -> bool:
    row = connection.execute("SELECT value FROM notes WHERE key = ?", (_CHECKED_AT,)).fetchone()
    return row is not None and _is_long_ago(row[0], now)


def _is_long_ago(checked: str, now: datetime) -> bool:
    """A check with a date to come was made while the clock was wrong, and says nothing."""
    return not timedelta(0) <= now - moment(int(checked)) <= CHECK_ALL_EVERY


def _check(connection: sqlite3.Connection, path: Path, pragma: str) -> None:
    complaints = [str(row[0]) for row in connection.execute(f"PRAGMA {pragma}(10)")]
    if complaints != ["ok"]:
        raise damaged(path, f"{path}: {'; '.join(complaints)}")


def _mark_as_open(files: Files) -> None:
    with suppress(FileExistsError):
        os.close(os.open(files.sentinel, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OURS_ALONE))


def _look_over(files: Files, now: datetime, *, was_clean: bool) -> list[str]:
    engine = engine_of(files.path, is_writer=True)
    with engine.begin() as connection:
        notes = SqlNotes(connection)
        checked = notes.get(_CHECKED_AT)
        is_due = checked is None or _is_long_ago(checked, now)
        findings = _differences(connection)
        findings += _what_is_missing(connection, files)
        broken = audit.verify(connection) if is_due or not was_clean else None
        findings += [f"The audit trail was changed by hand: {broken.reason}."] if broken else []
        for finding in findings:
            notes.log(LogLine(at=now, verdict=Verdict.BAD, where="Queue database", text=finding))
        notes.trim_log()
        if is_due:
            notes.set(_CHECKED_AT, str(micros(now)))
    engine.dispose()
    return findings


def _differences(connection: Connection) -> list[str]:
    """What is not as expected is named; what is only an index or a trigger is there again afterwards."""
    found = schema.differences(connection)
    mended = mend(connection)
    again = [f"{what} and was made again" if what.split(" ")[1] in mended else what for what in found]
    return [f"The database is not as expected: {what}." for what in again]


def _what_is_missing(connection: Connection, files: Files) -> list[str]:
    """A log that was deleted, or a file copied without it, is older than the head that was kept (A11)."""
    kept = _kept_head(files)
    if kept is None:
        return []
    newest = audit.head(connection)
    if newest is not None and newest.no >= kept.no:
        return []
    since = f"{newest.at:%Y-%m-%d %H:%M} UTC" if newest else "the beginning"
    return [
        f"Changes between {since} and {kept.at:%Y-%m-%d %H:%M} UTC may be missing from the queue: its file is"
        " older than its own record. Nothing was changed; look at the newest backup."
    ]


def _kept_head(files: Files) -> audit.Head | None:
    try:
        body = json.loads(files.head.read_text(encoding="ascii"))
        return audit.Head(no=int(body["no"]), hash=str(body["hash"]), at=moment(int(body["at"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _with_backup(error: VodError, files: Files) -> VodError:
    """A damaged file, or one that was changed by hand: say which backup to take."""
    found = backups_in(files.backups)
    if not isinstance(error, NeedsUser) or error.code not in (DAMAGED_CODE, LACKING_CODE) or not found:
        return error
    newest = found[0]
    error.hint = (
        f"Nothing was changed, and your recordings are safe. Go back to the backup of"
        f" {newest.made_at:%Y-%m-%d %H:%M} UTC: `vodstudio restore {newest.path}`. The present file is kept."
    )
    return error
