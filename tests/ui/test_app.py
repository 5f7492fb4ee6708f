"""The program as a process: it opens, a second one hands over, a signal ends it in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vodstudio import paths
from vodstudio.owner import Owner as Found
from vodstudio.owner import ask, is_owned, take_or_find

PATIENCE_S = 60.0


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM ends a process of Windows without a word")
def test_h06_the_window_opens_hands_over_and_ends_on_a_signal(home: Path, tmp_path: Path) -> None:
    where = paths.places(os.environ)
    paths.make(where)
    first = subprocess.Popen([sys.executable, "-m", "vodstudio"], stdin=subprocess.DEVNULL)
    try:
        owner = None
        while owner is None and first.poll() is None:
            if is_owned(where):
                found = take_or_find(where, PATIENCE_S)
                owner = found if isinstance(found, Found) else None
        assert owner is not None, "the window did not open"
        assert owner.pid == first.pid
        notes = tmp_path / "notes.txt"
        notes.write_text("x")
        second = subprocess.run(
            [sys.executable, "-m", "vodstudio", str(notes)], timeout=PATIENCE_S, check=False
        )
        assert second.returncode == 0
        assert ask(owner, "raise", {"paths": []}) == {"raised": True}
        first.send_signal(signal.SIGTERM)
        assert first.wait(PATIENCE_S) == 0
    finally:
        first.kill()
        first.wait()
    assert not is_owned(where)
    assert "geometry" in where.window_file.read_text("utf8")
