"""Real children, the demo voice and small recordings for the speech room."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.speech.fakes import CHILD, MEETING, VOICE, MemoryContext
from tests.speech.listening import regions_of
from vodstudio.workers.devices import Devices
from vodstudio.workers.models import Shelf
from vodstudio.workers.process import Children
from vodstudio.workers.speech import SpeechTools
from vodstudio.workers.windows import Region


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spool") / "speech.s16"
    regions_of(MEETING, path)
    return path


@pytest.fixture(scope="module")
def regions(spool: Path) -> list[Region]:
    return regions_of(MEETING, spool)


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    made = Children(tmp_path / "run")
    yield made
    made.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "models").mkdir()
    return Shelf(folder=tmp_path / "models", demo_voice=VOICE, sample_meeting=MEETING)


@pytest.fixture
def tools(children: Children, shelf: Shelf) -> SpeechTools:
    devices = Devices(children, CHILD, has_gpu=lambda: False)
    return SpeechTools(children=children, shelf=shelf, devices=devices, command=CHILD)


@pytest.fixture
def context(tmp_path: Path) -> MemoryContext:
    folder = tmp_path / "work"
    folder.mkdir()
    return MemoryContext(work_folder=folder)


def made(path: Path, *arguments: str) -> Path:
    """A small recording made by the real FFmpeg."""
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments, str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with recordings in which nobody speaks, and one that nobody could hear."""
    folder = tmp_path_factory.mktemp("recordings")
    picture = ("-f", "lavfi", "-i", "color=gray:size=64x36:rate=5")
    for name, sound in (
        ("silence", "anullsrc=r=16000:cl=mono"),
        ("noise", "anoisesrc=r=16000:amplitude=0.05:seed=3"),
        ("tone", "sine=frequency=1000:sample_rate=16000"),
        ("music", "aevalsrc='0.2*sin(2*PI*220*t)*sin(2*PI*3*t)+0.2*sin(2*PI*330*t)':s=16000"),
    ):
        made(folder / f"{name}.mkv", *picture, "-f", "lavfi", "-i", sound, "-t", "60", "-c:v", "mpeg4")
    made(folder / "mute.mkv", *picture, "-t", "2", "-c:v", "mpeg4")
    return folder


@pytest.fixture
def quiet_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The progress bar of plain faster-whisper would leave a thread behind."""
    from faster_whisper import transcribe

    monkeypatch.setattr(transcribe.tqdm, "monitor_interval", 0)
