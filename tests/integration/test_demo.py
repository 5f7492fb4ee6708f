"""The demonstration as a new user starts it: one command, and everything behind it is real."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jiwer
import pytest

from vodstudio.bootstrap import open_house
from vodstudio.config import read_settings
from vodstudio.core.events import Event, JobChanged
from vodstudio.core.jobs import Job, JobState, PlanKind, StepState
from vodstudio.core.rows import JobFilter, JobRow
from vodstudio.paths import places

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
    check_correction(demo_home)


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


def check_correction(home: Path) -> None:
    """A person corrects a word: captions are made again and replaced on the drive, and the new ones are proved."""
    where = places({"VODSTUDIO_HOME": str(home)})
    ended: asyncio.Queue[JobRow] = asyncio.Queue()

    async def correct() -> Job:
        loop = asyncio.get_running_loop()

        def hear(event: Event) -> None:
            if isinstance(event, JobChanged) and event.row.state is JobState.DONE:
                loop.call_soon_threadsafe(ended.put_nowait, event.row)

        house = await open_house(read_settings(where), hear)
        try:
            await house.start()
            rows = await house.jobs.rows(JobFilter())
            job = await house.jobs.job(next(row.id for row in rows if row.plan is PlanKind.CAPTION_IN_PLACE))
            chosen = await house.transcripts.chosen(job.recording.id)
            assert chosen is not None
            assert chosen.path.is_relative_to(where.transcripts)
            heard = await house.transcripts.read(chosen)
            first = replace(heard.words[0], text=" Zzyzx")
            mine = replace(heard, words=(first, *heard.words[1:]))
            await house.transcripts.save_version(job.recording, chosen, mine)
            assert (await house.transcripts.captions_again(job.id)).state is not JobState.DONE
            assert (await asyncio.wait_for(ended.get(), 60)).id == job.id
            return await house.jobs.job(job.id)
        finally:
            await house.stop()

    with asyncio.Runner() as runner:
        job = runner.run(correct())
    assert {step.state for step in job.steps} == {StepState.DONE}
    beside = job.recording.path.with_suffix(".scc")
    assert scc_words(beside).startswith("zzyzx")
    assert beside.read_bytes() == job.outputs["scc"].path.read_bytes()
    kept = sorted(path.name for path in (where.transcripts / job.recording.fingerprint).iterdir())
    assert len(kept) == 3
    assert kept[-1] == "words.json"
    assert "Zzyzx" in (where.transcripts / job.recording.fingerprint / "words.json").read_text("utf-8")
