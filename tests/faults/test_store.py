"""What may happen to the file of the queue, and what an operator then has (A01 to A22, I14)."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.store.kit import (
    START,
    add,
    after,
    finish_well,
    job_id,
    must_claim,
    new_job,
    recording,
    run_to_the_end,
)
from vodstudio.core.errors import (
    Conflict,
    Locked,
    NeedsUser,
    NoAccess,
    NoSpace,
    NotFound,
    Refused,
    TryLater,
    VodError,
)
from vodstudio.core.ports import Unit
from vodstudio.core.rows import JobFilter, LogLine, Verdict
from vodstudio.core.station import Lane
from vodstudio.store import audit
from vodstudio.store.backup import back_up, backups_in, prove, restore, thin_out
from vodstudio.store.engine import connect, engine_of
from vodstudio.store.faults import error_of
from vodstudio.store.location import mounted_as, refuse_remote
from vodstudio.store.migrating import SCRIPTS, Target
from vodstudio.store.opening import Files, prepare
from vodstudio.store.store import SqliteStore, WroteWhileLooking
from vodstudio.store.tables import SCHEMA
from vodstudio.store.versions import jobs_only_in

_ALL = JobFilter()
on_linux = pytest.mark.skipif(sys.platform == "win32", reason="needs fork, tmpfs or mode bits")
as_root = pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs root")
ROOT = Path(__file__).resolve().parents[2]


class Home:
    """A queue in a folder, opened and closed as the program does it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "vodstudio.db"
        self.backups = folder / "backups"
        self.files = Files(path=self.path, backups=self.backups)

    @contextmanager
    def opened(self) -> Iterator[SqliteStore]:
        store = SqliteStore(self.path)
        store.open()
        try:
            yield store
        finally:
            store.close()

    def refused(self) -> VodError:
        with pytest.raises(VodError) as refused, self.opened():
            pass
        assert refused.value.hint
        return refused.value

    def back_up(self) -> Path:
        return back_up(self.path, self.backups, START, "by hand")

    def content(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def raw(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()


@pytest.fixture
def house(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def used(house: Home) -> Home:
    """A queue with one finished job and one that waits."""
    with house.opened() as store:
        add(store, 1)
        run_to_the_end(store)
        add(store, 2)
    return house


def titles(house: Home) -> list[str]:
    with house.opened() as store:
        return [row.title for row in store.call(lambda unit: unit.jobs.rows(_ALL, 100))]


@on_linux
def test_a01_the_queue_survives_a_kill_at_every_point_where_it_writes() -> None:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tests.store.crash_trial", folder],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["faults"] == [], done.stderr
    assert len(seen["points"]) > 60
    passed = {"store.commit.before", "store.put-back.written", "store.backup.before", "store.restore.aside"}
    assert passed <= set(seen["names"])


def test_a02_a_log_torn_at_any_byte_holds_all_that_was_acknowledged_before_it(
    tmp_path: Path, used: Home
) -> None:
    """The power goes while the log is written: what was acknowledged lies before the tear, and the rest is gone."""
    acknowledged: list[tuple[int, int]] = [(0, 0)]
    log = used.path.with_name("vodstudio.db-wal")
    with used.opened() as store:
        store.call(lambda unit: unit.notes.set("count", "0"))
        acknowledged = [(log.stat().st_size, 0)]
        for count in range(1, 13):
            store.call(lambda unit, count=count: unit.notes.set("count", str(count)))  # type: ignore[misc]
            acknowledged.append((log.stat().st_size, count))
        whole, content = log.read_bytes(), used.path.read_bytes()
    for cut in range(acknowledged[0][0], len(whole) + 1, 1237):
        torn = tmp_path / f"torn-{cut}.db"
        torn.write_bytes(content)
        torn.with_name(f"{torn.name}-wal").write_bytes(whole[:cut] + bytes(len(whole) - cut))
        with closing(sqlite3.connect(torn)) as connection:
            found = int(connection.execute("SELECT value FROM notes WHERE key = 'count'").fetchone()[0])
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert found == max(count for size, count in acknowledged if size <= cut)


@as_root
def test_a03_a_full_disk_loses_nothing_that_was_saved(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], check=True)
    try:
        house = Home(disk)
        with house.opened() as store:
            add(store, 1)
            filler = disk / "filler"
            with pytest.raises(NoSpace) as full:
                _fill(store, filler)
            assert full.value.code == "VS-STORE-FULL"
            assert full.value.condition == f"disk:{disk}"
            assert store.call(lambda unit: unit.jobs.job(job_id(1)))
            filler.unlink()
            add(store, 2)
            assert len(run_to_the_end(store)) == 14
            house.raw("PRAGMA wal_checkpoint(TRUNCATE)")
        with closing(sqlite3.connect(house.path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _fill(store: SqliteStore, filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(65536))
        except OSError:
            pass
    for number in range(2000):
        line = LogLine(at=START, verdict=Verdict.GOOD, where="here", text=f"{number} " * 500)
        store.call(lambda unit, line=line: unit.notes.log(line))  # type: ignore[misc]


@as_root
@pytest.mark.parametrize("size_kib", [600, 640])
def test_a04_a_backup_that_finds_no_space_fails_alone(tmp_path: Path, used: Home, size_kib: int) -> None:
    """SQLite has two ways to say it, and which one hangs on where the last page falls."""
    disk = tmp_path / "backups"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs", str(disk)], check=True)
    try:
        first = used.back_up()
        with pytest.raises(NoSpace, match="no space left for a backup"):
            _ = [used.back_up() for _ in range(20)]
        assert first.exists()
        assert prove(first) == SCHEMA
        assert not list(disk.glob(".vs-*"))
        assert len(titles(used)) == 2
    finally:
        subprocess.run(["umount", str(disk)], check=True)


_READ_ONLY_TRIAL = """
import os, sys
from pathlib import Path
from vodstudio.core.errors import NoAccess
from vodstudio.store.store import SqliteStore
os.setgid(65534); os.setuid(65534)
try:
    SqliteStore(Path(sys.argv[1])).open()
except NoAccess as error:
    print(error.code, error.hint)
"""


@as_root
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a05_a_queue_that_may_not_be_written_is_refused_with_its_path(what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = Home(Path(folder) / "home")
        house.path.parent.mkdir()
        with house.opened() as store:
            add(store, 1)
        Path(folder).chmod(0o755)
        house.path.parent.chmod(0o777 if what == "file" else 0o755)
        house.path.chmod(0o644 if what == "file" else 0o666)
        before = house.content(), sorted(house.path.parent.iterdir())
        done = subprocess.run(
            [sys.executable, "-c", _READ_ONLY_TRIAL, str(house.path)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert done.stdout.startswith("VS-STORE-READ-ONLY"), done.stderr
        assert str(house.path.parent) in done.stdout
        assert before == (house.content(), sorted(house.path.parent.iterdir()))


_BACKUP_TRIAL = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from vodstudio.core.errors import NoAccess
from vodstudio.store.backup import back_up
os.setgid(65534); os.setuid(65534)
try:
    back_up(Path(sys.argv[1]), Path(sys.argv[2]), datetime.now(UTC), "by hand")
except NoAccess as error:
    print(error.title)
"""


@as_root
def test_a04_a_backups_folder_that_may_not_be_written_is_named_and_not_the_queue() -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = Home(Path(folder))
        with house.opened() as store:
            add(store, 1)
        Path(folder).chmod(0o755)
        house.path.chmod(0o644)
        house.backups.mkdir(mode=0o755)
        done = subprocess.run(
            [sys.executable, "-c", _BACKUP_TRIAL, str(house.path), str(house.backups)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert done.stdout.strip() == f"We may not write to {house.backups}", done.stderr


def test_a05_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file", encoding="ascii")
    assert Home(tmp_path / "home").refused().code == "VS-STORE-READ-ONLY"


MOUNTS = """/dev/sda1 / ext4 rw 0 0
//server/media /mnt/flex3 cifs rw 0 0
nas:/vol /mnt/with\\040space nfs4 rw 0 0
user@host: /home/a/remote fuse.sshfs rw 0 0
/dev/sdb1 /mnt/flex3/local ext4 rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("/mnt/flex3/vodstudio", "cifs"),
        ("/mnt/with space/x", "nfs4"),
        ("/home/a/remote/deep/er", "fuse.sshfs"),
        ("/home/a/Dropbox/vodstudio", "Dropbox"),
        ("/home/a/OneDrive - City of Oakdale/x", "OneDrive - City of Oakdale"),
    ],
)
@on_linux
def test_a06_a_share_or_a_synchronised_folder_is_refused(folder: str, words: str) -> None:
    with pytest.raises(NoAccess) as refused:
        refuse_remote(Path(folder), MOUNTS)
    assert refused.value.code == "VS-STORE-NOT-LOCAL"
    assert words in refused.value.title
    assert "VODSTUDIO_HOME" in refused.value.hint


@on_linux
def test_a06_a_local_disk_is_welcome() -> None:
    refuse_remote(Path("/home/a/vodstudio"), MOUNTS)
    refuse_remote(Path("/mnt/flex3/local/x"), MOUNTS)
    assert mounted_as(Path("/home/a"), "") == ""


def test_a06_the_program_does_not_start_in_a_synchronised_folder(tmp_path: Path) -> None:
    house = Home(tmp_path / "Dropbox" / "home")
    assert house.refused().code == "VS-STORE-NOT-LOCAL"
    assert not house.path.parent.exists()


def test_a07_a_lock_held_by_somebody_else_is_busy_and_passes(used: Home) -> None:
    with used.opened() as store, closing(sqlite3.connect(used.path, isolation_level=None)) as other:
        add(store, 3)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Locked) as busy:
            add(store, 4)
        assert busy.value.code == "VS-STORE-BUSY"
        other.execute("ROLLBACK")
        add(store, 4)
        assert store.call(lambda unit: unit.jobs.job(job_id(4)))


def test_a08_a_read_that_becomes_a_write_never_meets_an_older_snapshot(used: Home) -> None:
    with used.opened() as store:

        def count(unit: Unit) -> None:
            unit.notes.set("count", str(int(unit.notes.get("count") or 0) + 1))

        threads = [threading.Thread(target=lambda: [store.call(count) for _ in range(25)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.call(lambda unit: unit.notes.get("count")) == "100"


def test_a09_a_damaged_page_is_found_and_the_way_back_is_named(used: Home) -> None:
    backup = used.back_up()
    _damage(used.path)
    used.files.sentinel.touch()
    before = used.content()
    refused = used.refused()
    assert isinstance(refused, NeedsUser)
    assert refused.code == "VS-STORE-DAMAGED"
    assert str(backup) in refused.hint
    assert used.content() == before
    kept = restore(backup, used.path, after(60))
    assert kept is not None
    assert kept.name.startswith("quarantine-")
    assert hashlib.sha256((kept / used.path.name).read_bytes()).hexdigest() == before
    assert len(titles(used)) == 2


def _damage(path: Path) -> None:
    """Write over every page but the first: the header stays good."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        for at in range(8192, size - 4096, 8192):
            file.seek(at)
            file.write(os.urandom(4096))


@pytest.mark.parametrize("content", [b"", b"garbage!", b"SQLite format 3\0", os.urandom(9000)])
def test_a10_a_file_that_is_no_database_is_not_taken_for_a_new_one(used: Home, content: bytes) -> None:
    backup = used.back_up()
    used.path.write_bytes(content)
    refused = used.refused()
    assert refused.code == "VS-STORE-DAMAGED"
    assert str(backup) in refused.hint
    assert used.path.read_bytes() == content
    restore(backup, used.path, after(60))
    assert len(titles(used)) == 2


def test_a10_a_file_that_is_gone_is_not_made_anew_when_there_are_backups(used: Home) -> None:
    used.back_up()
    used.path.unlink()
    assert used.refused().code == "VS-STORE-DAMAGED"
    assert not used.path.exists()


def test_a10_garbage_without_a_backup_is_refused_too(house: Home) -> None:
    house.path.write_bytes(b"not a database, and longer than the header of one" * 10)
    refused = house.refused()
    assert refused.code == "VS-STORE-DAMAGED"
    assert "recordings are safe" in refused.hint


def test_a10_an_empty_file_without_backups_is_a_new_start(house: Home) -> None:
    house.path.touch()
    assert titles(house) == []


def test_a11_a_log_that_was_deleted_is_noticed_by_the_head_kept_outside(used: Home) -> None:
    with used.opened() as store:
        store.call(lambda unit: unit.notes.audit("published", {"show": 1}, after(10)))
    older = used.path.read_bytes()
    with used.opened() as store:
        assert store.opened.findings == ()
        store.call(lambda unit: unit.notes.audit("published", {"show": 2}, after(7200)))
    used.path.write_bytes(older)
    with used.opened() as store:
        (finding,) = store.opened.findings
        assert "2026-11-18 09:00 UTC and 2026-11-18 11:00 UTC may be missing" in finding


def test_a11_a_head_that_cannot_be_read_is_no_alarm(used: Home) -> None:
    used.files.head.write_text("{}", encoding="ascii")
    with used.opened() as store:
        assert store.opened.findings == ()


def test_a12_a_newer_file_is_refused_without_a_write(used: Home) -> None:
    backup = back_up(used.path, used.backups, START, f"before-v{SCHEMA + 1}")
    with used.opened() as store:
        add(store, 3)
    used.raw(f"PRAGMA user_version = {SCHEMA + 1}")
    before, beside = used.content(), sorted(used.path.parent.iterdir())
    refused = used.refused()
    assert isinstance(refused, Refused)
    assert refused.code == "VS-STORE-NEWER"
    assert str(SCHEMA + 1) in refused.title
    assert (before, beside) == (used.content(), sorted(used.path.parent.iterdir()))
    assert [lost.job_id for lost in jobs_only_in(used.path, backup)] == [job_id(3)]
    assert backups_in(used.backups)[0].is_for_a_migration
    kept = restore(backup, used.path, after(60))
    assert kept is not None
    assert kept.name.startswith(f"newer-v{SCHEMA + 1}-")
    assert hashlib.sha256((kept / used.path.name).read_bytes()).hexdigest() == before
    assert len(titles(used)) == 2


def test_a12_a_newer_version_that_lies_only_in_the_log_is_seen(used: Home) -> None:
    with closing(sqlite3.connect(used.path, isolation_level=None)) as other:
        other.execute("PRAGMA wal_autocheckpoint = 0")
        other.execute(f"PRAGMA user_version = {SCHEMA + 1}")
        before = used.content()
        assert used.refused().code == "VS-STORE-NEWER"
        assert used.content() == before
        other.execute(f"PRAGMA user_version = {SCHEMA}")


def test_a12_a_database_of_another_program_is_refused(house: Home) -> None:
    house.raw("CREATE TABLE theirs (x)")
    before = house.content()
    assert house.refused().code == "VS-STORE-FOREIGN"
    assert house.content() == before


SECOND = '''"""A second version for the trial."""
from alembic import op
revision = "{next}"
down_revision = "{now}"
def upgrade():
    connection = op.get_bind()
    connection.exec_driver_sql("ALTER TABLE jobs ADD COLUMN mood TEXT NOT NULL DEFAULT 'good'")
    connection.exec_driver_sql("CREATE TABLE moods (name TEXT PRIMARY KEY)")
    connection.exec_driver_sql("INSERT INTO moods SELECT DISTINCT mood FROM jobs")
    connection.exec_driver_sql("{extra}")
'''


def target(folder: Path, extra: str = "CREATE INDEX jobs_mood ON jobs (mood)") -> Target:
    scripts = folder / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    script = SECOND.replace("{extra}", extra).replace("{now}", f"{SCHEMA:04d}")
    script = script.replace("{next}", f"{SCHEMA + 1:04d}")
    (scripts / "versions" / f"{SCHEMA + 1:04d}_mood.py").write_text(script, encoding="utf-8")
    return Target(schema=SCHEMA + 1, scripts=scripts)


def test_a13_a_migration_backs_up_first_and_then_does_all(used: Home, tmp_path: Path) -> None:
    files = Files(path=used.path, backups=used.backups, target=target(tmp_path))
    opened = prepare(files, START)
    assert opened.was_migrated
    (backup,) = backups_in(used.backups)
    assert (backup.reason, backup.schema) == (f"before-v{SCHEMA + 1}", SCHEMA)
    with closing(sqlite3.connect(used.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA + 1,)
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (
            f"{SCHEMA + 1:04d}",
        )
        assert connection.execute("SELECT mood FROM jobs").fetchall() == [("good",), ("good",)]
    assert used.refused().code == "VS-STORE-NEWER"


_DYING_MIGRATION = """
import sys
from pathlib import Path
from tests.store.kit import START
from vodstudio.store.migrating import Target
from vodstudio.store.opening import Files, prepare
path, scripts, schema = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
prepare(Files(path=path, backups=path.parent / "backups", target=Target(schema=schema, scripts=scripts)), START)
"""


@on_linux
@pytest.mark.parametrize(
    "point",
    [*(f"store.migrate.statement:{n}" for n in (1, 4, 7, 9)), "store.migrate.before", "store.migrate.after"],
)
def test_a13_a_migration_that_is_killed_leaves_the_old_or_the_new(
    used: Home, tmp_path: Path, point: str
) -> None:
    wanted = target(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _DYING_MIGRATION, str(used.path), str(wanted.scripts), str(wanted.schema)],
        env={**os.environ, "VS_CRASH_AT": point},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == -9, done.stderr
    with closing(sqlite3.connect(used.path)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE '%mood%'").fetchone()[
            0
        ]
        assert (version, tables > 0) in {(SCHEMA, False), (SCHEMA + 1, True)}
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert backups_in(used.backups)
    prepare(Files(path=used.path, backups=used.backups, target=wanted), START)
    with closing(sqlite3.connect(used.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA + 1,)


@pytest.mark.parametrize(
    "extra",
    [
        "CREATE UNIQUE INDEX jobs_mood ON jobs (mood)",
        "INSERT INTO turns SELECT * FROM nothing",
        "DELETE FROM recordings",
    ],
)
def test_a14_a_migration_that_meets_dirty_data_changes_nothing(
    used: Home, tmp_path: Path, extra: str
) -> None:
    files = Files(path=used.path, backups=used.backups, target=target(tmp_path, extra))
    with pytest.raises(NeedsUser) as refused:
        prepare(files, START)
    assert refused.value.code == "VS-STORE-MIGRATION"
    assert backups_in(used.backups)
    assert len(titles(used)) == 2


def test_a15_a_backup_that_is_corrupt_newer_foreign_or_gone_is_refused_before_anything_is_touched(
    used: Home, tmp_path: Path
) -> None:
    before = used.content()
    corrupt, newer, foreign = (tmp_path / f"{name}.db" for name in ("corrupt", "newer", "foreign"))
    shutil.copy(used.back_up(), corrupt)
    _damage(corrupt)
    shutil.copy(used.back_up(), newer)
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 5}")
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    codes = {}
    for file in (corrupt, newer, foreign, tmp_path / "gone.db"):
        with pytest.raises(VodError) as refused:
            restore(file, used.path, after(60))
        codes[file.stem] = refused.value.code
    assert codes == {
        "corrupt": "VS-STORE-DAMAGED",
        "newer": "VS-STORE-NEWER",
        "foreign": "VS-STORE-FOREIGN",
        "gone": "VS-NO-BACKUP",
    }
    assert used.content() == before
    assert not list(tmp_path.glob("quarantine-*"))


def test_backups_are_kept_by_number_and_one_for_each_migration(used: Home) -> None:
    for number in range(14):
        back_up(used.path, used.backups, START + timedelta(days=number), "daily")
        back_up(used.path, used.backups, START + timedelta(days=number), f"before-v{2 + number % 2}")
    thin_out(used.backups, START + timedelta(days=20), keep=10)
    left = backups_in(used.backups)
    assert [backup.made_at for backup in left if backup.reason == "daily"] == [
        START + timedelta(days=number) for number in range(13, 3, -1)
    ]
    assert sorted(backup.reason for backup in left if backup.is_for_a_migration) == ["before-v2", "before-v3"]
    assert all(prove(backup.path) == SCHEMA for backup in left)


def test_the_daily_backup_is_made_once_a_day_while_the_queue_is_used(
    used: Home, run: Callable[..., object]
) -> None:
    with used.opened() as store:
        claimed = must_claim(store, Lane.LIGHT)
        made = run(store.backup_daily())
        assert isinstance(made, Path)
        assert run(store.backup_daily()) is None
        again = run(store.backup("by hand"))
        assert isinstance(again, Path)
        assert again.name.endswith("-by-hand.db")
        assert finish_well(store, claimed)
    with closing(sqlite3.connect(made)) as copy:
        assert copy.execute("SELECT count(*) FROM jobs").fetchone() == (2,)
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_backups_with_a_date_to_come_do_not_end_the_daily_ones(
    used: Home, run: Callable[..., object]
) -> None:
    store = SqliteStore(used.path, keep=3)
    store.open()
    try:
        for number in range(4):
            ahead = datetime.now(UTC) + timedelta(days=700 + number)
            back_up(used.path, used.backups, ahead, "daily")
        made = run(store.backup_daily())
        assert isinstance(made, Path)
        assert made.exists()
        assert len(backups_in(used.backups)) == 3
        assert run(store.backup_daily()) is None
    finally:
        store.close()


def test_a_check_with_a_date_to_come_does_not_end_the_weekly_ones(used: Home) -> None:
    prepare(used.files, START + timedelta(days=730))
    used.files.sentinel.unlink()
    used.raw("PRAGMA ignore_check_constraints = ON", "UPDATE recordings SET size_bytes = -1")
    with pytest.raises(NeedsUser) as refused:
        prepare(used.files, START)
    assert refused.value.code == "VS-STORE-DAMAGED"


def test_a_backup_asked_for_twice_in_a_second_has_two_names(used: Home) -> None:
    assert used.back_up() != used.back_up()


def test_what_an_interrupted_backup_left_is_removed_at_the_next_start(used: Home) -> None:
    used.backups.mkdir()
    left = used.backups / ".vs-0123456789ab.tmp"
    shutil.copy(used.path, left)
    left.with_name(f"{left.name}-wal").touch()
    foreign = used.path.parent / ".vs-0123456789ab.tmp"
    foreign.write_text("{}", encoding="ascii")
    assert len(titles(used)) == 2
    assert not list(used.backups.iterdir())
    assert foreign.exists()


def test_a17_foreign_keys_hold_on_every_connection(used: Home) -> None:
    with closing(connect(used.path, "rw")) as writer, closing(connect(used.path, "ro")) as reader:
        for connection in (writer, reader):
            assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
            assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
            assert connection.execute("PRAGMA cell_size_check").fetchone() == (1,)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        with pytest.raises(sqlite3.IntegrityError):
            writer.execute("INSERT INTO checkpoints (step_id, key, at) VALUES ('nobody', 'a', 0)")
    for is_writer in (True, False):
        engine = engine_of(used.path, is_writer=is_writer)
        with engine.connect() as made:
            assert made.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        engine.dispose()


def test_a18_a_read_that_never_ends_is_ended(used: Home, run: Callable[..., object]) -> None:
    store = SqliteStore(used.path, look_limit_s=0.05)
    store.open()

    def endless(unit: Unit) -> object:
        connection = unit.jobs._connection  # type: ignore[attr-defined]
        return connection.exec_driver_sql(
            "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        ).scalar()

    try:
        with pytest.raises(TryLater) as slow:
            run(store.look(endless))
        assert (slow.value.code, slow.value.title) == (
            "VS-STORE-SLOW",
            "Looking this up in the queue took too long",
        )
        assert run(store.look(lambda unit: len(unit.jobs.rows(_ALL, 10)))) == 2
    finally:
        store.close()


def test_a18_the_log_stays_small_while_somebody_reads(used: Home, run: Callable[..., object]) -> None:
    with used.opened() as store:
        for number in range(300):
            line = LogLine(at=START, verdict=Verdict.GOOD, where="here", text=f"{number} " * 5000)
            store.call(lambda unit, line=line: unit.notes.log(line))  # type: ignore[misc]
            run(store.look(lambda unit: len(unit.notes.log_lines(1))))
        assert used.path.with_name("vodstudio.db-wal").stat().st_size < 16_000_000


def test_a19_a_unit_is_of_no_use_on_another_thread_or_after_its_end(used: Home) -> None:
    with used.opened() as store:
        kept: list[Unit] = []
        store.call(kept.append)
        with pytest.raises((sqlite3.ProgrammingError, Exception), match="thread"):
            kept[0].notes.get("x")
        with pytest.raises(AssertionError, match="inside a transaction"):
            store.call(lambda _unit: store.call(lambda unit: unit.notes.get("x")))


def test_a_look_cannot_write(used: Home, run: Callable[..., object]) -> None:
    with used.opened() as store:
        with pytest.raises(WroteWhileLooking):
            run(store.look(lambda unit: unit.notes.set("a", "b")))
        assert run(store.look(lambda unit: unit.notes.get("a"))) is None


_AUDITED_TRIAL = """
import sys, threading
opened = []
sys.addaudithook(lambda event, args: opened.append((str(args[0]), threading.current_thread().name)) if event == "sqlite3.connect" else None)
from pathlib import Path
import asyncio
from tests.store.kit import *
from vodstudio.store.store import SqliteStore
from vodstudio.core.rows import JobFilter
store = SqliteStore(Path(sys.argv[1]))
store.open()
opened.clear()
async def day():
    await asyncio.gather(*(store.run(lambda unit, n=n: unit.jobs.add(new_job(n))) for n in range(3, 20)),
                         *(store.look(lambda unit: unit.jobs.rows(JobFilter(), 9)) for n in range(9)))
    await store.backup("trial")
asyncio.run(day())
threads = [threading.Thread(target=lambda: [claim(store, Lane.LIGHT) for _ in range(5)]) for _ in range(4)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
store.close()
import json
print(json.dumps({"opened": opened}))
"""


@on_linux
def test_a21_there_is_no_second_writing_connection(used: Home) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _AUDITED_TRIAL, str(used.path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    ours = [(uri, thread) for uri, thread in seen["opened"] if uri.split("?")[0].endswith("vodstudio.db")]
    writing = [(uri, thread) for uri, thread in ours if "mode=ro" not in uri]
    assert len(writing) == 1, ours
    assert writing[0][1].startswith("store_")
    assert len(ours) == 3


def test_a22_a_trail_edited_by_hand_names_its_first_bad_row(used: Home) -> None:
    with used.opened() as store:
        for number in range(1, 6):
            store.call(lambda unit, n=number: unit.notes.audit("published", {"show": n}, after(n)))  # type: ignore[misc]
    assert _verified(used) is None
    with closing(sqlite3.connect(used.path)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute("UPDATE audit SET body = '{}'")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute("DELETE FROM audit")
    sound = used.path.read_bytes()
    for no, statement in (
        (3, "UPDATE audit SET body = '{}' WHERE no = 3"),
        (2, "DELETE FROM audit WHERE no = 2"),
        (4, "UPDATE audit SET previous = 'x' WHERE no = 4"),
    ):
        used.path.write_bytes(sound)
        used.raw("DROP TRIGGER audit_is_not_changed", "DROP TRIGGER audit_is_not_deleted", statement)
        broken = _verified(used)
        assert broken is not None
        assert broken.no == no
        used.files.sentinel.touch()
        with used.opened() as store:
            findings = " ".join(store.opened.findings)
            assert f"row {no}" in findings
            assert "trigger audit_is_not_changed is missing" in findings
            told = store.call(lambda unit: unit.notes.log_lines(10))
            assert {line.text for line in told if line.verdict is Verdict.BAD} == set(store.opened.findings)
            add(store, 40 + no)


def _verified(house: Home) -> audit.BrokenLink | None:
    engine = engine_of(house.path, is_writer=False)
    with engine.connect() as connection:
        broken = audit.verify(connection)
    engine.dispose()
    return broken


def test_a_schema_changed_by_hand_is_named(used: Home) -> None:
    used.raw(
        "DROP INDEX jobs_pinned",
        "CREATE TABLE theirs (x)",
        "ALTER TABLE turns ADD COLUMN mood TEXT",
    )
    with used.opened() as store:
        found = " ".join(store.opened.findings)
    for words in (
        "index jobs_pinned is missing and was made again",
        "table theirs is not ours.",
        "table turns differs",
        "mood TEXT",
    ):
        assert words in found
    with used.opened() as store:
        assert "jobs_pinned" not in " ".join(store.opened.findings)


def test_what_only_helps_is_made_again_and_counted_anew(used: Home) -> None:
    used.raw(
        "DROP TRIGGER job_counted_in", "DROP INDEX steps_front", "DELETE FROM job_counts WHERE state = 'done'"
    )
    with used.opened() as store:
        found = " ".join(store.opened.findings)
        assert "trigger job_counted_in is missing and was made again" in found
        assert store.call(lambda unit: unit.jobs.counts()).by_state == {"done": 1, "waiting": 1}
        assert must_claim(store, Lane.LIGHT).inputs.job_id == job_id(2)
    with used.opened() as store:
        assert store.opened.findings == ()


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (["DROP TABLE turns"], "table turns is missing"),
        (["DROP TABLE notes"], "table notes is missing"),
        (["ALTER TABLE jobs DROP COLUMN why"], "column why of jobs is missing"),
        (
            ["ALTER TABLE turns RENAME COLUMN at TO moment"],
            "column at of turns is missing, column moment of turns is not ours and must be filled",
        ),
        (
            [f"DROP TABLE {name}" for name in ("holds", "turns", "checkpoints", "transcripts", "activity")],
            "and 2 more",
        ),
    ],
)
def test_a_file_that_cannot_hold_what_we_write_is_refused_untouched(
    used: Home, statements: list[str], named: str
) -> None:
    good = used.back_up()
    used.raw(*statements)
    before = used.content()
    error = used.refused()
    assert error.code == "VS-STORE-LACKING"
    assert named in error.title
    assert "Nothing was changed" in error.hint
    assert str(good) in error.hint
    assert used.content() == before
    restore(good, used.path, after(1))
    assert titles(used)


def test_without_a_backup_the_way_to_an_empty_queue_is_named(used: Home) -> None:
    used.raw("DROP TABLE turns")
    assert f"move {used.path}" in used.refused().hint
    used.path.rename(used.path.with_name("kept.db"))
    assert titles(used) == []


def test_a15_a_backup_of_a_file_that_was_changed_by_hand_is_refused(used: Home) -> None:
    copy = used.back_up()
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("DROP TABLE turns")
    with pytest.raises(NeedsUser, match="table turns is missing"):
        restore(copy, used.path, after(1))
    assert titles(used)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE steps SET state = 'dreaming'",
        "UPDATE steps SET state = 'running' WHERE state = 'done'",
        "UPDATE steps SET owner = 'me' WHERE state = 'done'",
        "UPDATE steps SET state = 'held'",
        "UPDATE jobs SET state = 'lost'",
        "UPDATE jobs SET rank = 9",
        "UPDATE jobs SET is_paused = 2",
        "UPDATE recordings SET size_bytes = -1",
    ],
)
def test_a_state_that_does_not_exist_is_refused_by_the_database_itself(used: Home, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        used.raw(statement)


@on_linux
def test_i14_the_queue_and_its_backups_are_for_their_owner_alone(tmp_path: Path) -> None:
    house = Home(tmp_path / "new")
    before = os.umask(0)
    try:
        with house.opened() as store:
            add(store, 1)
            house.back_up()
            files = [path for path in house.path.parent.rglob("*") if path.is_file()]
            assert len(files) >= 4
            assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    finally:
        os.umask(before)
    folders = [house.path.parent, house.backups]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_i10_a_line_end_in_a_name_makes_no_second_line(house: Home) -> None:
    title = "Council\n2026-11-18 ERROR invented\r\u2028x"
    with house.opened() as store:
        add(store, 1, recording=recording(1, title=title))
        finish_well(store, must_claim(store, Lane.LIGHT))
        row = store.call(lambda unit: unit.jobs.row(job_id(1)))
        lines = store.call(lambda unit: unit.notes.log_lines(5))
    assert row is not None
    assert row.title == lines[0].where == "Council 2026-11-18 ERROR invented x"


def test_a_bug_stays_a_bug(used: Home) -> None:
    with used.opened() as store:
        with pytest.raises(Exception, match="UNIQUE"):
            store.call(lambda unit: [unit.jobs.add(job) for job in (new_job(7), new_job(7))])  # type: ignore[func-returns-value]
        assert store.call(lambda unit: unit.jobs.job(job_id(7))) is None
    assert error_of(sqlite3.Error("no code"), used.path) is None


def test_each_code_of_sqlite_has_its_sentence(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "vodstudio.db"
    with pytest.raises(sqlite3.OperationalError) as raised:
        connect(path, "rw")
    found = error_of(raised.value, path)
    assert isinstance(found, NoAccess)
    assert str(path) in found.detail
    raised.value.sqlite_errorcode = sqlite3.SQLITE_IOERR | (3 << 8)
    found = error_of(raised.value, path)
    assert found is not None
    assert found.code == "VS-STORE-DISK"


def test_a_clean_end_leaves_one_whole_file(used: Home) -> None:
    assert sorted(path.name for path in used.path.parent.iterdir() if path.is_file()) == ["vodstudio.db"]
    with used.opened() as store:
        assert store.opened.was_clean
        assert used.files.sentinel.exists()
    used.files.sentinel.touch()
    with used.opened() as store:
        assert not store.opened.was_clean


def test_a_failed_start_leaves_no_thread(house: Home) -> None:
    house.path.write_bytes(b"garbage" * 100)
    threads = threading.active_count()
    house.refused()
    assert threading.active_count() == threads


def test_the_whole_file_is_checked_once_a_week(used: Home) -> None:
    prepare(used.files, START)
    _damage(used.path)
    shutil.copy(used.path, used.path.with_suffix(".bad"))
    used.files.sentinel.unlink()
    with pytest.raises(VodError):
        prepare(used.files, START + timedelta(days=8))


def test_errors_raised_by_the_work_pass_unchanged(used: Home) -> None:
    def refuse(_unit: Unit) -> None:
        raise Conflict("not this")

    with used.opened() as store, pytest.raises(Conflict, match="not this"):
        store.call(refuse)
    with pytest.raises(NotFound):
        prove(used.path.parent / "gone")
