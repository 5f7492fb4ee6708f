"""The speech step over its real children: words, resume, cancel, and what is said when there are none."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

import jiwer
import pytest

from tests.speech.fakes import DEMO, MEETING, VOICE, MemoryContext, inputs_of
from vodstudio.core.errors import Cancelled, ChildCrashed
from vodstudio.workers.models import DEMO_VOICE
from vodstudio.workers.speech import SpeechTools, hear


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The sample meeting heard once without a disturbance: bytes of words.json and the window keys."""
    return {}


def _uninterrupted(whole: dict[str, Any], tools: SpeechTools, folder: Path) -> dict[str, Any]:
    if not whole:
        folder.mkdir()
        context = MemoryContext(work_folder=folder)
        result = hear(tools, context, inputs_of(MEETING, model=DEMO_VOICE))
        whole.update(result=result, bytes=result.outputs[0].path.read_bytes(), context=context)
    return whole


def test_the_sample_meeting_becomes_words(tools: SpeechTools, tmp_path: Path, whole: dict[str, Any]) -> None:
    heard = _uninterrupted(whole, tools, tmp_path / "whole")
    result, context = heard["result"], heard["context"]
    body = json.loads(heard["bytes"])
    assert list(body) == [
        "schema",
        "run",
        "parent",
        "recording_fingerprint",
        "author",
        "language",
        "duration",
        "model",
        "settings",
        "regions",
        "marks",
        "words",
    ]
    assert (body["model"], body["language"]) == (DEMO_VOICE, "en")
    assert len(body["regions"]) > 3
    assert body["duration"] == pytest.approx(123.52)
    assert set(body["words"][0]) == {"text", "start", "end", "probability", "window", "source"}
    assert result.outputs[0].name == "words"
    assert result.facts["is_demo_voice"] is True
    assert result.facts["words"] == len(body["words"]) > 150
    assert result.facts["windows"] == len(context.windows)
    shares = [done for done, _, _ in context.told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert context.told[-1][1] > 0.0


@pytest.mark.usefixtures("quiet_library")
def test_words_are_no_worse_than_those_of_plain_faster_whisper(
    tools: SpeechTools, tmp_path: Path, whole: dict[str, Any]
) -> None:
    from faster_whisper import WhisperModel

    truth = " ".join(s["text"] for s in json.loads((DEMO / "meeting.truth.json").read_text())["sentences"])
    model = WhisperModel(str(VOICE), device="cpu", compute_type="int8", cpu_threads=1)
    segments, _ = model.transcribe(
        str(MEETING), language="en", vad_filter=True, condition_on_previous_text=False, word_timestamps=True
    )
    plain = "".join(segment.text for segment in segments)
    words = json.loads(_uninterrupted(whole, tools, tmp_path / "whole")["bytes"])["words"]
    ours = "".join(word["text"] for word in words)
    assert _plain(ours) == _plain(plain)
    assert _error_rate(truth, ours) <= _error_rate(truth, plain) < 0.05


def _error_rate(truth: str, found: str) -> float:
    return float(jiwer.wer(_plain(truth), _plain(found)))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w' ]", " ", text.lower()).split())


def test_e14_killed_at_a_window_it_goes_on_there_with_the_same_words(
    tools: SpeechTools, context: MemoryContext, tmp_path: Path, whole: dict[str, Any]
) -> None:
    expected = _uninterrupted(whole, tools, tmp_path / "whole")
    inputs = inputs_of(MEETING, model=DEMO_VOICE)
    killed: list[int] = []

    def kill_once(key: str) -> None:
        if key.startswith("window:") and key.endswith(":1") and not killed:
            killed.append(_speech_child(tmp_path / "run"))
            os.kill(killed[0], signal.SIGKILL)

    context.on_checkpoint = kill_once
    with pytest.raises(ChildCrashed) as crash:
        hear(tools, context, inputs)
    assert crash.value.code == "VS-SPEECH-CRASHED"
    assert len(context.windows) == 2
    result = hear(tools, context, inputs)
    assert result.outputs[0].path.read_bytes() == expected["bytes"]
    assert context.windows == expected["context"].windows
    assert not (context.work_folder / "speech.s16").exists()


@pytest.mark.parametrize("point", ["speech.spooled", "speech.window-heard:2", "speech.window-told:2"])
def test_e14_died_inside_a_window_or_before_its_acknowledgement(
    tools: SpeechTools, context: MemoryContext, tmp_path: Path, whole: dict[str, Any], point: str
) -> None:
    """In the listening pass, in the first window, ahead of an acknowledgement, and between telling and it."""
    expected = _uninterrupted(whole, tools, tmp_path / "whole")
    inputs = inputs_of(MEETING, model=DEMO_VOICE)
    code = f"import os, runpy, sys; os.environ['VS_CRASH_AT'] = '{point}'; sys.argv[1:] = ['--child', 'speech']; "
    dying = (sys.executable, "-c", code + "runpy.run_module('vodstudio', run_name='__main__')")
    with pytest.raises(ChildCrashed):
        hear(dataclasses.replace(tools, command=dying), context, inputs)
    result = hear(tools, context, inputs)
    assert result.outputs[0].path.read_bytes() == expected["bytes"]
    assert context.windows == expected["context"].windows


def test_e14_a_lost_spool_is_decoded_again(
    tools: SpeechTools, context: MemoryContext, tmp_path: Path, whole: dict[str, Any]
) -> None:
    expected = _uninterrupted(whole, tools, tmp_path / "whole")
    context.kept.extend(expected["context"].kept[:-1])
    result = hear(tools, context, inputs_of(MEETING, model=DEMO_VOICE))
    assert result.outputs[0].path.read_bytes() == expected["bytes"]


def test_e16_cancel_ends_within_three_seconds_and_keeps_finished_windows(
    tools: SpeechTools, context: MemoryContext
) -> None:
    asked_at: list[float] = []

    def cancel(key: str) -> None:
        if key.startswith("window:") and key.endswith(":1"):
            asked_at.append(time.monotonic())
            context.is_cancelled = True

    context.on_checkpoint = cancel
    with pytest.raises(Cancelled):
        hear(tools, context, inputs_of(MEETING, model=DEMO_VOICE))
    assert time.monotonic() - asked_at[0] < 3.0
    assert len(context.windows) == 2


def _speech_child(run_folder: Path) -> int:
    records = list(run_folder.glob("child-*.json"))
    assert len(records) == 1
    return int(json.loads(records[0].read_text())["pid"])
