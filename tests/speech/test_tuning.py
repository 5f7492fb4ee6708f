"""A model is measured once on a machine; what was found is remembered, and every recording teaches the speed."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from tests.speech.fakes import CHILD, MEETING, VOICE, MemoryContext, inputs_of, scripted, with_card
from vodstudio.workers.devices import Device, cpu
from vodstudio.workers.models import Model, Shelf
from vodstudio.workers.process import Children
from vodstudio.workers.speech import SpeechTools, hear
from vodstudio.workers.tune_child import _changes
from vodstudio.workers.tuning import Tuned, Tuning, in_use

_MODEL = Model(name="voice", folder=VOICE, size_bytes=1)


def _nothing() -> None:
    return


@pytest.fixture
def tuning(tmp_path: Path, children: Children) -> Tuning:
    return Tuning(tmp_path / "machine.json", children, CHILD)


def test_the_demo_voice_is_measured_in_a_child_once(
    tuning: Tuning, tmp_path: Path, children: Children
) -> None:
    assert tuning.speed(_MODEL) is None
    found = tuning.tune(_MODEL, cpu(""), "int8", _nothing)
    assert 1 <= found.threads <= cpu("").threads
    assert found.compute_type == "int8"
    assert found.speed > 1.0
    broken = Tuning(tmp_path / "machine.json", children, ("/does/not/exist",))
    assert broken.tune(_MODEL, cpu(""), "int8", _nothing) == found
    assert broken.speed(_MODEL) == found.speed


def test_a_finished_recording_teaches_the_speed_and_nothing_else(tuning: Tuning) -> None:
    used = Tuned(threads=3, compute_type="int8", speed=7.123)
    tuning.learn(_MODEL, cpu(""), "default", used, heard_s=10.0)
    assert tuning.speed(_MODEL) is None
    tuning.learn(_MODEL, cpu(""), "default", used, heard_s=600.0)
    assert tuning.tuned(_MODEL, cpu(""), "default") == Tuned(
        threads=3, compute_type="int8", speed=7.12, is_from_work=True
    )
    faster = dataclasses.replace(used, threads=1, speed=9.0)
    tuning.learn(_MODEL, cpu(""), "default", faster, heard_s=600.0)
    known = tuning.tuned(_MODEL, cpu(""), "default")
    assert known is not None
    assert (known.threads, known.speed) == (3, 9.0)


def test_the_speed_is_that_of_the_device_that_was_used_last(tuning: Tuning) -> None:
    card = Device(name="cuda", threads=1, why="")
    for device, speed in ((cpu(""), 2.0), (card, 40.0), (cpu(""), 3.0)):
        used = Tuned(threads=1, compute_type="int8", speed=speed)
        tuning.learn(_MODEL, device, "default", used, heard_s=600.0)
    assert tuning.speed(_MODEL) == 3.0


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"schema": 9}', '{"schema": 1, "models": {"a": {"b": 1}}}']
)
def test_a_damaged_file_is_measured_anew(tuning: Tuning, tmp_path: Path, content: str) -> None:
    (tmp_path / "machine.json").write_text(content)
    assert tuning.speed(_MODEL) is None
    used = Tuned(threads=1, compute_type="int8", speed=4.0)
    tuning.learn(_MODEL, cpu(""), "default", used, heard_s=600.0)
    assert tuning.speed(_MODEL) == 4.0


def test_a_device_that_had_to_step_down_keeps_its_numbers() -> None:
    tuned = Tuned(threads=4, compute_type="float16", speed=1.0)
    card = Device(name="cuda", threads=1, why="")
    assert in_use(card, tuned) == dataclasses.replace(card, threads=4, compute_type="float16")
    lowered = dataclasses.replace(card, compute_type="int8")
    assert in_use(lowered, tuned).compute_type == "int8"


def test_fewer_threads_are_tried_and_other_numbers_only_where_none_were_asked_for() -> None:
    wanted = {"threads": 8, "compute_type": "default", "device": "cpu"}
    assert [change for change, _ in _changes(wanted)] == [
        {"threads": 4},
        {"threads": 2},
        {"threads": 1},
        {"compute_type": "float32"},
    ]
    assert [change for change, _ in _changes({**wanted, "threads": 1, "device": "cuda"})] == [
        {"compute_type": "int8_float16"}
    ]
    assert list(_changes({**wanted, "threads": 1, "compute_type": "int8"})) == []


@pytest.fixture
def mine(shelf: Shelf) -> Path:
    """A model that is not known as the demo voice, so that it is measured."""
    return Path(shutil.copytree(VOICE, shelf.folder / "mine"))


def _with_tuning(tools: SpeechTools, context: MemoryContext, script: str) -> SpeechTools:
    machine = context.work_folder.with_name("machine.json")
    tuning = Tuning(machine, tools.children, scripted(script))
    return dataclasses.replace(with_card(tools, script), tuning=tuning)


def test_e02_a_measurement_that_dies_stops_no_job(
    tools: SpeechTools, context: MemoryContext, mine: Path, allowed_logs: list[str]
) -> None:
    """A card that fails there either works, or hands over to the processor as it hears."""
    allowed_logs.append("could not be measured")
    tools = _with_tuning(tools, context, "tune-dies")
    result = hear(tools, context, inputs_of(MEETING, model=mine.name))
    assert (result.facts["windows"], result.facts["device"]) == (4, "cuda")


def test_what_cannot_be_learned_costs_no_finished_recording(
    tools: SpeechTools, context: MemoryContext, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All words were heard, and somebody has removed the model meanwhile."""
    monkeypatch.setattr("vodstudio.workers.tuning._LEARN_FROM_S", 0.0)
    context.on_checkpoint = lambda key: shutil.rmtree(mine) if key.endswith(":3") else None
    result = hear(_with_tuning(tools, context, "trial-ok"), context, inputs_of(MEETING, model=mine.name))
    assert not mine.exists()
    assert result.facts["windows"] == 4
    assert result.outputs[0].path.is_file()
