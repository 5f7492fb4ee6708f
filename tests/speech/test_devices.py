"""The graphics card is used when a trial proves it, and left for the processor when it fails, with a sentence."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import cast

import pytest

from tests.speech.fakes import CHILD, MEETING, VOICE, MemoryContext, inputs_of, scripted, with_card
from vodstudio.captions.transcript import read_transcript
from vodstudio.core.errors import Cancelled
from vodstudio.workers.card_memory import free_bytes, pieces_for
from vodstudio.workers.device_faults import Cause, cause_of
from vodstudio.workers.devices import (
    Device,
    Devices,
    below,
    card_count,
    cpu,
    driver_mark,
    has_nvidia_driver,
)
from vodstudio.workers.engine import compute_type
from vodstudio.workers.models import DEMO_VOICE
from vodstudio.workers.process import Children
from vodstudio.workers.speech import SpeechTools, hear


def _nothing() -> None:
    return


def test_without_a_driver_nothing_is_tried(children: Children) -> None:
    device = Devices(children, ("/does/not/exist",), has_gpu=lambda: False).choose(VOICE, "default", _nothing)
    assert (device.name, device.why) == ("cpu", "no NVIDIA driver is here")
    assert device.threads >= 1


def test_a_trial_that_succeeds_is_believed_and_remembered(children: Children) -> None:
    devices = Devices(children, scripted("trial-ok"), has_gpu=lambda: True)
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
    device = Devices(children, scripted(script), has_gpu=lambda: True).choose(VOICE, "default", _nothing)
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
        Devices(children, scripted("trial-ok"), has_gpu=lambda: True).choose(VOICE, "default", stop)


def test_e01_e03_a_card_that_fails_on_the_way_loses_no_window(
    tools: SpeechTools, context: MemoryContext
) -> None:
    tools = with_card(tools, "hear-dies")
    result = hear(tools, context, inputs_of(MEETING, model=DEMO_VOICE))
    words = "".join(word.text for word in read_transcript(result.outputs[0].path).words)
    assert words == " cuda0 cuda1 cpu2 cpu3"
    kept = sorted((str(c.key), c.body.get("device")) for c in context.checkpoints() if "window:" in c.key)
    assert [device for _, device in kept] == ["cuda", "cuda", "cpu", "cpu"]
    assert result.facts["device"] == "cpu"
    assert "the graphics card failed" in str(result.facts["device_why"])
    assert tools.devices.choose(VOICE, "default", _nothing).name == "cpu"


def test_e01_a_card_without_room_takes_fewer_pieces_then_smaller_numbers(
    tools: SpeechTools, context: MemoryContext
) -> None:
    """600 MiB free hold six pieces: three, one, then int8; the job's page tells each step."""
    tools = with_card(tools, "memory")
    result = hear(tools, context, inputs_of(MEETING, model=DEMO_VOICE))
    told = [str(body["why"]) for body in cast(list[dict[str, object]], result.facts["fallbacks"])]
    assert [line.split(": ")[1] for line in told] == [
        "3 of 6 pieces are heard at once",
        "1 of 3 pieces are heard at once",
        "it goes on with smaller numbers (int8)",
    ]
    assert all(line.startswith("The graphics card ran out of memory") for line in told)
    assert (result.facts["device"], result.facts["device_why"]) == ("cuda", told[-1])
    assert result.facts["windows"] == 4


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("driver", "The driver of the graphics card failed: the processor goes on"),
        ("cublas", "Libraries of the graphics card (cuBLAS 12) are missing: the processor goes on"),
    ],
)
def test_e02_e03_a_card_that_is_lost_hands_over_to_the_processor_with_a_sentence(
    tools: SpeechTools, context: MemoryContext, script: str, said: str
) -> None:
    result = hear(with_card(tools, script), context, inputs_of(MEETING, model=DEMO_VOICE))
    words = "".join(word.text for word in read_transcript(result.outputs[0].path).words)
    assert words == " cuda0 cpu1 cpu2 cpu3"
    fallbacks = cast(list[dict[str, object]], result.facts["fallbacks"])
    assert [fallback["at_s"] for fallback in fallbacks] == [1]
    assert str(fallbacks[0]["why"]).startswith(said)


def test_e17_a_card_belongs_to_one_recording_at_a_time(children: Children) -> None:
    devices = Devices(children, has_gpu=lambda: True, cards=2)
    card = Device(name="cuda", threads=1, why="")
    waits = 0

    def check() -> None:
        nonlocal waits
        waits += 1
        if waits == 3:
            raise Cancelled

    with devices.taken(card, check) as one, devices.taken(card, check) as two:
        assert (one.index, two.index) == (0, 1)
        with pytest.raises(Cancelled), devices.taken(card, check):
            pass
    assert waits == 3
    with devices.taken(card, check) as again:
        assert again.index == 0
    with devices.taken(cpu(""), check) as processor, devices.taken(cpu(""), check) as beside:
        assert processor.name == beside.name == "cpu"


def test_below_the_last_rung_there_is_nothing() -> None:
    assert below(cpu(""), "CUDA failed with error out of memory") is None
    many = dataclasses.replace(cpu(""), pieces=2)
    lower = below(many, "std::bad_alloc")
    assert lower is not None
    assert (lower.name, lower.pieces, lower.why) == (
        "cpu",
        1,
        "The computer ran out of memory: 1 of 2 pieces are heard at once",
    )
    assert below(many, "exit status -11") is None


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("RuntimeError: CUDA failed with error out of memory", Cause.MEMORY),
        ("cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED", Cause.MEMORY),
        ("exit status -6\nterminate called after throwing an instance of 'std::bad_alloc'", Cause.MEMORY),
        ("Library cublas64_12.dll is not found or cannot be loaded", Cause.LIBRARY),
        ("Could not load library libcudnn_ops_infer.so.8", Cause.LIBRARY),
        ("CUDA driver version is insufficient for CUDA runtime version", Cause.DRIVER),
        ("CUDA failed with error no CUDA-capable device is detected", Cause.DRIVER),
        ("exit status -9", Cause.UNKNOWN),
    ],
)
def test_e01_e02_e03_messages_of_the_libraries_name_their_cause(message: str, cause: Cause) -> None:
    assert cause_of(message) is cause


@pytest.mark.parametrize(
    ("free", "model", "pieces"),
    [
        (None, 10**9, 4),
        (80 * 2**30, 3 * 2**30, 16),
        (2 * 2**30, 3 * 2**30, 3),
        (100 * 2**20, 3 * 2**30, 1),
        (0, 1, 1),
    ],
)
def test_pieces_follow_the_memory_that_is_free(free: int | None, model: int, pieces: int) -> None:
    assert pieces_for(free, model) == pieces


def test_a_machine_without_the_library_of_the_driver_says_nothing_of_memory() -> None:
    found = free_bytes(0)
    assert found is None or found > 0


def test_cards_are_counted(tmp_path: Path) -> None:
    for name in ("0000:01:00.0", "0000:02:00.0"):
        (tmp_path / name).mkdir()
    expected = 2 if has_nvidia_driver() else 0
    assert card_count(tmp_path) == expected


def test_a_card_that_works_is_used_to_the_end(tools: SpeechTools, context: MemoryContext) -> None:
    result = hear(with_card(tools, "trial-ok"), context, inputs_of(MEETING, model=DEMO_VOICE))
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


def test_e01_e03_a_card_that_was_given_up_is_tried_again_when_a_person_says_so(children: Children) -> None:
    devices = Devices(children, scripted("trial-ok"), has_gpu=lambda: True)
    card = devices.choose(VOICE, "default", _nothing)
    lost = devices.failed(VOICE, card, "CUDA failed with error unspecified launch failure")
    assert lost is not None
    assert devices.choose(VOICE, "default", _nothing) == lost
    assert (card.has_lost_card, lost.is_card, lost.has_lost_card) == (False, False, True)
    devices.forget()
    again = devices.choose(VOICE, "default", _nothing)
    assert (again.is_card, again.has_lost_card) == (True, False)


def test_e03_another_driver_is_tried_with_the_next_recording(children: Children) -> None:
    versions = ["550.1"]
    devices = Devices(children, scripted("trial-ok"), has_gpu=lambda: True, driver=lambda: versions[-1])
    card = devices.choose(VOICE, "default", _nothing)
    devices.failed(VOICE, card, "CUDA failed with error unspecified launch failure")
    assert not devices.choose(VOICE, "default", _nothing).is_card
    versions.append("560.9")
    assert devices.choose(VOICE, "default", _nothing).is_card


def test_the_mark_of_the_driver_changes_with_it(tmp_path: Path) -> None:
    version = tmp_path / "version"
    assert driver_mark(version) == ""
    version.write_text("NVRM version: 550", "utf-8")
    first = driver_mark(version)
    version.write_text("NVRM version: 5601", "utf-8")
    assert "" != first != driver_mark(version)


def test_a_card_that_failed_its_trial_is_told_as_lost(tools: SpeechTools, context: MemoryContext) -> None:
    result = hear(with_card(tools, "trial-fault"), context, inputs_of(MEETING, model=DEMO_VOICE))
    assert result.facts["has_lost_card"] is True
