"""The graphics card is used when a trial proves it, and left for the processor when it fails, with a sentence."""

from __future__ import annotations

import dataclasses
import sys

import pytest

from tests.speech.fakes import CHILD, MEETING, ROOT, VOICE, MemoryContext, inputs_of
from vodstudio.captions.transcript import read_transcript
from vodstudio.core.errors import Cancelled
from vodstudio.workers.devices import Devices, cpu
from vodstudio.workers.engine import compute_type
from vodstudio.workers.models import DEMO_VOICE
from vodstudio.workers.process import Children
from vodstudio.workers.speech import SpeechTools, hear


def _nothing() -> None:
    return


def _scripted(script: str) -> tuple[str, ...]:
    return (sys.executable, str(ROOT / "tests" / "speech" / "engine.py"), script)


def _with_gpu(tools: SpeechTools, script: str) -> SpeechTools:
    command = _scripted(script)
    devices = Devices(tools.children, command, has_gpu=lambda: True)
    return dataclasses.replace(tools, devices=devices, command=command)


def test_without_a_driver_nothing_is_tried(children: Children) -> None:
    device = Devices(children, ("/does/not/exist",), has_gpu=lambda: False).choose(VOICE, "default", _nothing)
    assert (device.name, device.why) == ("cpu", "no NVIDIA driver is here")
    assert device.threads >= 1


def test_a_trial_that_succeeds_is_believed_and_remembered(children: Children) -> None:
    devices = Devices(children, _scripted("trial-ok"), has_gpu=lambda: True)
    device = devices.choose(VOICE, "default", _nothing)
    assert device.name == "cuda"
    assert "passed its trial" in device.why
    assert devices.choose(VOICE, "default", _nothing) is device


@pytest.mark.parametrize(
    ("script", "said"), [("trial-dies", "exit status -6"), ("trial-fault", "libcublas.so.12 is not found")]
)
def test_e02_a_trial_that_fails_means_the_processor_and_says_why(
    children: Children, script: str, said: str
) -> None:
    device = Devices(children, _scripted(script), has_gpu=lambda: True).choose(VOICE, "default", _nothing)
    assert device.name == "cpu"
    assert said in device.why


def test_a_real_trial_on_this_machine_ends_with_an_answer(children: Children) -> None:
    """The real child, asked for a card: a machine without one says so, and the processor is taken."""
    device = Devices(children, CHILD, has_gpu=lambda: True).choose(VOICE, "default", _nothing)
    assert device.name in ("cpu", "cuda")
    assert device.why.startswith("the graphics card")


def test_a_trial_can_be_cancelled(children: Children) -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Devices(children, _scripted("trial-ok"), has_gpu=lambda: True).choose(VOICE, "default", stop)


def test_e01_e03_a_card_that_fails_on_the_way_loses_no_window(
    tools: SpeechTools, context: MemoryContext
) -> None:
    tools = _with_gpu(tools, "hear-dies")
    result = hear(tools, context, inputs_of(MEETING, model=DEMO_VOICE))
    words = "".join(word.text for word in read_transcript(result.outputs[0].path).words)
    assert words == " cuda0 cuda1 cpu2 cpu3"
    assert result.facts["device"] == "cpu"
    assert "the graphics card failed" in str(result.facts["device_why"])
    assert tools.devices.choose(VOICE, "default", _nothing).name == "cpu"


def test_a_card_that_works_is_used_to_the_end(tools: SpeechTools, context: MemoryContext) -> None:
    result = hear(_with_gpu(tools, "trial-ok"), context, inputs_of(MEETING, model=DEMO_VOICE))
    assert result.facts["device"] == "cuda"
    assert result.facts["windows"] == 4


@pytest.mark.parametrize(
    ("wanted", "device", "supported", "chosen"),
    [
        ("default", "cpu", {"float32", "int8", "int8_float32"}, "int8"),
        ("default", "cpu", {"float32"}, "float32"),
        ("default", "cuda", {"float32", "float16", "int8_float16", "int8"}, "float16"),
        ("default", "cuda", {"float32", "int8"}, "int8"),
        ("float32", "cpu", {"float32", "int8"}, "float32"),
        ("float16", "cpu", {"float32", "int8"}, "int8"),
        ("default", "cpu", set(), "default"),
    ],
)
def test_e08_numbers_take_a_form_that_this_processor_has(
    wanted: str, device: str, supported: set[str], chosen: str
) -> None:
    assert compute_type(wanted, device, supported) == chosen


def test_one_core_is_left_for_the_window() -> None:
    assert 1 <= cpu("").threads <= 8


def test_five_seconds_go_through_the_demo_voice(children: Children) -> None:
    said = Devices(children, CHILD).trial(VOICE, cpu(""), "default", _nothing)
    assert 0.0 < said["seconds"] < 60.0
