"""Which model may hear what: the demo voice knows the sample meeting and nothing else."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.speech.fakes import MEETING, VOICE, inputs_of
from vodstudio.core.errors import NoAccess, NoModel
from vodstudio.core.recording import Recording
from vodstudio.core.station import SpeechSettings
from vodstudio.workers.model_file import is_there
from vodstudio.workers.models import DEMO_VOICE, Model, Shelf, is_path
from vodstudio.workers.process import Children
from vodstudio.workers.tuning import Tuning


@pytest.fixture
def other(tmp_path: Path) -> Recording:
    path = tmp_path / "council.mp4"
    path.write_bytes(b"another recording")
    return inputs_of(path).recording


@pytest.fixture
def sample() -> Recording:
    return inputs_of(MEETING).recording


def _put(shelf: Shelf, name: str, extra_bytes: int = 0) -> Path:
    folder = shelf.folder / name
    shutil.copytree(VOICE, folder)
    (folder / "README.md").write_bytes(b"x" * extra_bytes)
    return folder


def _choose(shelf: Shelf, name: str, recording: Recording) -> Model:
    return shelf.choose(SpeechSettings(model=name), recording)


def test_the_demo_voice_hears_the_sample_meeting(shelf: Shelf, sample: Recording) -> None:
    for name in ("", DEMO_VOICE):
        model = _choose(shelf, name, sample)
        assert (model.name, model.is_demo_voice) == (DEMO_VOICE, True)


def test_the_demo_voice_refuses_any_other_recording(shelf: Shelf, other: Recording) -> None:
    for name in ("", DEMO_VOICE):
        with pytest.raises(NoModel):
            _choose(shelf, name, other)


def test_a_folder_that_is_named_is_never_refused_but_known(shelf: Shelf, other: Recording) -> None:
    assert _choose(shelf, str(VOICE), other).is_demo_voice
    copy = _put(shelf, "mine")
    assert _choose(shelf, str(copy), other).is_demo_voice


def test_a_real_model_is_preferred_and_the_largest_first(
    shelf: Shelf, other: Recording, sample: Recording
) -> None:
    _put(shelf, "small")
    _put(shelf, "large", extra_bytes=1000)
    assert _choose(shelf, "", other).name == "large"
    assert _choose(shelf, "small", other).name == "small"
    assert _choose(shelf, DEMO_VOICE, other).name == "large"
    assert _choose(shelf, DEMO_VOICE, sample).name == DEMO_VOICE
    assert [model.name for model in shelf.models()] == ["large", "small", DEMO_VOICE]


def test_a_held_job_goes_on_when_its_model_has_come(shelf: Shelf, tmp_path: Path) -> None:
    assert not shelf.has("any")
    assert not shelf.has("mine")
    assert not shelf.has(str(tmp_path / "elsewhere"))
    _put(shelf, "mine")
    assert shelf.has("any")
    assert shelf.has("mine")
    shutil.copytree(VOICE, tmp_path / "elsewhere")
    assert shelf.has(str(tmp_path / "elsewhere"))


def test_a_folder_that_is_not_there_is_waited_for(shelf: Shelf, other: Recording, tmp_path: Path) -> None:
    with pytest.raises(NoModel) as held:
        _choose(shelf, str(tmp_path / "away"), other)
    assert held.value.condition == f"model:{tmp_path / 'away'}"


def test_tool_versions_follow_what_is_on_the_shelf(shelf: Shelf) -> None:
    before = shelf.version()
    assert before.startswith("faster-whisper 1.2.1, ctranslate2 ")
    assert shelf.version() == before
    weights = _put(shelf, "mine") / "model.bin"
    with_mine = shelf.version()
    assert with_mine != before
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    assert shelf.version() != with_mine


@pytest.mark.skipif(sys.platform != "linux", reason="a file that gives an input error is at hand only there")
def test_a_model_on_a_bad_sector_stops_nothing_but_itself(shelf: Shelf, children: Children) -> None:
    """The program asks for the versions of its tools as it starts."""
    before, folder = shelf.version(), _put(shelf, "mine")
    weights = folder / "model.bin"
    weights.unlink()
    weights.symlink_to("/proc/self/mem")
    with pytest.raises(OSError, match="Input/output error"):
        weights.read_bytes()
    while_unreadable = shelf.version()
    assert while_unreadable != before
    (bad,) = (model for model in shelf.models() if model.name == "mine")
    assert Tuning(shelf.folder / "machine.json", children).speed(bad) is None
    weights.unlink()
    shutil.copyfile(VOICE / "model.bin", weights)
    assert shelf.version() not in (before, while_unreadable)


def test_a_shelf_that_does_not_answer_is_no_reason_not_to_start(shelf: Shelf) -> None:
    away = Shelf(folder=Path("/" + "x" * 300), demo_voice=VOICE, sample_meeting=MEETING)
    with pytest.raises(OSError, match="too long"):
        away.models()
    assert not is_there(away.folder)
    assert away.version() != shelf.version()


@pytest.mark.parametrize("name", ["/models/x", "models/x", "./x", "~/x", r"C:\models\x", r"models\x"])
def test_paths_are_told_from_names(name: str) -> None:
    assert is_path(name)


@pytest.mark.parametrize("name", ["", "large-v3", "demo-voice", "my model", "v1.2"])
def test_names_are_told_from_paths(name: str) -> None:
    assert not is_path(name)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_model_that_may_not_be_read_is_said(shelf: Shelf, sample: Recording) -> None:
    folder = _put(shelf, "mine")
    folder.chmod(0)
    try:
        with pytest.raises(NoAccess):
            _choose(shelf, str(folder), sample)
    finally:
        folder.chmod(0o755)
