"""Where everything lies, and what is said when it cannot lie there."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from vodstudio import paths
from vodstudio.core.errors import NoAccess, NoSpace

linux_only = pytest.mark.skipif(sys.platform == "win32", reason="permissions of this kind are POSIX")


def test_home_variable_moves_everything(tmp_path: Path) -> None:
    where = paths.places({"VODSTUDIO_HOME": str(tmp_path / "h"), "HOME": "/nowhere"})
    assert all(folder.is_relative_to(tmp_path / "h") for folder in where.folders())
    assert not (tmp_path / "h").exists()


@linux_only
def test_without_it_the_standard_folders_are_used() -> None:
    where = paths.places({"HOME": "/home/ann", "XDG_CONFIG_HOME": "/etc/ann", "XDG_DATA_HOME": "relative"})
    assert where.home == where.data == Path("/home/ann/.local/share/vodstudio")
    assert where.config == Path("/etc/ann/vodstudio")
    assert where.cache == Path("/home/ann/.cache/vodstudio")
    assert where.station_file == Path("/etc/ann/vodstudio/station.toml")
    assert where.database.parent == where.data


@linux_only
def test_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    where = paths.places({"VODSTUDIO_HOME": str(tmp_path / "h")})
    paths.make(where)
    paths.make(where)
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in where.folders()} == {0o700}
    assert not [p for p in where.home.iterdir() if p.is_file()]


def test_a05_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "h").write_text("x")
    with pytest.raises(NoAccess) as caught:
        paths.make(paths.places({"VODSTUDIO_HOME": str(tmp_path / "h")}))
    assert str(tmp_path / "h") in caught.value.title
    assert (tmp_path / "h").read_text() == "x"


AS_NOBODY = """
import os, sys, uuid
from vodstudio import paths
from vodstudio.core.errors import NoAccess
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    paths.make(paths.places({"VODSTUDIO_HOME": sys.argv[1]}))
except NoAccess as error:
    print(error.code, error.title, error.hint, sep="|")
"""


@linux_only
@pytest.mark.parametrize("exists", [True, False])
def test_a05_read_only_home_names_path_and_permission(exists: bool) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as outer_text:
        outer = Path(outer_text)
        home = outer / "home"
        if exists:
            home.mkdir()
            home.chmod(0o555)
        outer.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, str(home)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        outer.chmod(0o755)
        assert done.stdout.startswith("VS-HOME-READ-ONLY|"), done.stderr
        assert str(home) in done.stdout
        assert "permission" in done.stdout
        assert list(home.iterdir() if exists else outer.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root may mount a small disk")
def test_b02_a_full_disk_is_said_before_anything_is_begun(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=True)
    try:
        with contextlib.suppress(OSError), (disk / "ballast").open("wb", buffering=0) as ballast:
            while ballast.write(bytes(4096)):
                pass
        with pytest.raises(NoSpace) as caught:
            paths.make(paths.places({"VODSTUDIO_HOME": str(disk)}))
        assert caught.value.condition == f"disk:{disk}"
        assert "nothing is lost" in caught.value.hint
        assert not list(disk.glob(".vs-*"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@linux_only
def test_a05_a_folder_within_the_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    where = paths.places({"VODSTUDIO_HOME": str(tmp_path / "home")})
    paths.make(where)
    where.run.rmdir()
    where.run.symlink_to("/proc/self")
    with pytest.raises(NoAccess) as caught:
        paths.make(where)
    assert (caught.value.code, str(where.run) in caught.value.title) == ("VS-HOME-READ-ONLY", True)


def test_a_screen_is_looked_for_before_qt_is_loaded() -> None:
    if sys.platform == "linux":
        with pytest.raises(NoAccess) as caught:
            paths.prove_screen({"DISPLAY": ""})
        assert "vodstudio demo --headless" in caught.value.hint
    paths.prove_screen({"DISPLAY": ":0"})
    paths.prove_screen({"QT_QPA_PLATFORM": "offscreen"})


def test_resources_are_found_from_a_checkout() -> None:
    assert paths.resource("icons", "app.svg") == Path(__file__).parents[2] / "resources" / "icons" / "app.svg"


def test_resources_are_found_when_packaged() -> None:
    code = "import sys; sys.frozen = True; sys._MEIPASS = 'packed'; from vodstudio import paths; print(paths.resource('a'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == Path("packed/resources/a")
