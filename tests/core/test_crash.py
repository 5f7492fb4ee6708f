"""The named places where a trial lets the program die."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vodstudio.core.crash import crash_point


def test_the_points_that_are_passed_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = tmp_path / "points.txt"
    monkeypatch.setenv("VS_CRASH_LIST", str(listing))
    crash_point("store.committed")
    crash_point("files.written")
    assert listing.read_text("ascii").split() == ["store.committed", "files.written"]


def test_another_point_and_an_earlier_visit_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VS_CRASH_AT", "a:99")
    crash_point("a")
    crash_point("b")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no signal: the exit status is 137 there")
def test_the_program_dies_at_its_visit_without_any_clean_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VS_CRASH_AT", "a:2")
    code = """
from vodstudio.core.crash import crash_point
try:
    crash_point("a"), crash_point("b"), print("once", flush=True), crash_point("a")
finally:
    print("cleaned up", flush=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "once\n")
