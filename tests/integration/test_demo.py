"""The demonstration as a new user starts it: one command, and everything behind it is real."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jiwer
import pytest

ROOT = Path(__file__).resolve().parents[2]
TRUTH = ROOT / "resources" / "demo" / "meeting.truth.json"
WORDS = jiwer.Compose(
    [
        jiwer.ToLowerCase(),
        jiwer.RemovePunctuation(),  # type: ignore[no-untyped-call]
        jiwer.RemoveMultipleSpaces(),
        jiwer.Strip(),
    ]
)


def vodstudio(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "vodstudio", *arguments],
        cwd=ROOT,
        env={**os.environ, "VODSTUDIO_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def spoken(srt: Path) -> str:
    """The words of an SRT file."""
    lines = srt.read_text("utf-8").splitlines()
    return str(WORDS(" ".join(line for line in lines if line and not line.isdigit() and "-->" not in line)))


def scc_words(scc: Path) -> str:
    """The words of an SCC file as an independent reader has them."""
    import ttconv.scc.reader as reader
    import ttconv.srt.writer as writer

    srt = writer.from_model(reader.to_model(scc.read_text("ascii")))
    return str(WORDS(" ".join(line for line in srt.splitlines() if not line.isdigit() and "-->" not in line)))


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.mark.filterwarnings("ignore::DeprecationWarning:ttconv")
def test_the_sample_meeting_goes_all_the_way_twice(demo_home: Path) -> None:
    """Both plans are read back; the captions are the meeting's words; a second run finds it all done."""
    first = vodstudio(demo_home, "demo", "--headless")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "2 of 2 recordings are on demand" in first.stdout
    assert len(shows(first.stdout)) == 2
    check_captions(demo_home)
    second = vodstudio(demo_home, "demo", "--headless")
    assert second.returncode == 0
    assert "begins" not in second.stdout
    assert shows(second.stdout) == shows(first.stdout)
    check_command_line(demo_home)


def shows(printed: str) -> list[str]:
    """Each show that a viewer finds with captions."""
    return re.findall(r"The public page: (show \d+ “.+”) has captions", printed)


def check_captions(home: Path) -> None:
    truth = str(WORDS(" ".join(each["text"] for each in json.loads(TRUTH.read_text("utf-8"))["sentences"])))
    files = sorted((home / "work").rglob("*.srt"))
    assert len(files) == 2
    for srt in files:
        assert jiwer.wer(truth, spoken(srt)) <= 0.12
        assert scc_words(srt.with_suffix(".scc")) == spoken(srt)
    assert not list(home.rglob(".vs-*.tmp"))


def check_command_line(home: Path) -> None:
    """What other tools read of it."""
    listed = json.loads(vodstudio(home, "jobs", "--json").stdout)
    ids = [job["id"] for job in listed["jobs"]]
    assert len(ids) == 2
    job = json.loads(vodstudio(home, "job", ids[0][:8], "--json").stdout)
    assert job["state"] == "done"
    assert {step["state"] for step in job["steps"]} == {"done"}
    assert Path(job["outputs"]["scc"]).is_file()
