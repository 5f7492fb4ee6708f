"""Going back to an earlier file of the queue: which backup serves, and which jobs only the present file has."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import VodError
from vodstudio.paths import Places
from vodstudio.store.backup import Backup, backups_in
from vodstudio.store.backup import restore as put_back
from vodstudio.store.tables import SCHEMA
from vodstudio.store.versions import OnlyThere, jobs_only_in

NEWER = "VS-STORE-NEWER"
NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did: where the file that was there is kept, and the jobs that only it has."""

    file: Path
    kept: Path | None
    left_out: tuple[OnlyThere, ...] = ()


def restore(places: Places, file: Path) -> Restored:
    """Put a proven backup in the place of the queue. Nobody may have the queue open."""
    kept = put_back(file, places.database, SystemClock().now())
    left_out = _only_in(kept / places.database.name, places.database) if kept else ()
    return Restored(file=file, kept=kept, left_out=left_out)


def hint_for(error: VodError, places: Places) -> str:
    """A file of a newer program: name the backup that this one can use, and what is not in it."""
    found = best_backup(places) if error.code == NEWER else None
    if found is None:
        return error.hint
    return (
        "Nothing was changed. Start the newer program; or go back to the backup of"
        f" {found.made_at:%Y-%m-%d %H:%M} UTC: `vodstudio restore {found.path}`."
        f" {_left_out(_only_in(places.database, found.path))}The newer file is kept."
    )


def best_backup(places: Places) -> Backup | None:
    """The newest backup that this program understands."""
    return next((backup for backup in backups_in(places.backups) if backup.schema <= SCHEMA), None)


def _only_in(newer: Path, older: Path) -> tuple[OnlyThere, ...]:
    """What cannot be compared, because a file is damaged or its tables are unknown, is not listed."""
    try:
        return tuple(jobs_only_in(newer, older))
    except sqlite3.Error:
        return ()


def _left_out(jobs: tuple[OnlyThere, ...]) -> str:
    if not jobs:
        return ""
    names = ", ".join(f"“{job.title}” ({job.state})" for job in jobs[:NAMED])
    more = f" and {len(jobs) - NAMED} more" if len(jobs) > NAMED else ""
    return f"{len(jobs)} jobs are not in it: {names}{more}. "
