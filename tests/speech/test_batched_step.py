"""The step in batches: begun while the recording is listened to, killed and resumed, and ended when it has to."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.speech.fakes import MEETING, VOICE, MemoryContext, inputs_of, scripted, with_card
from vodstudio.captions.transcript import read_transcript
from vodstudio.core.errors import Cancelled, ChildCrashed
from vodstudio.core.jobs import Inputs
from vodstudio.workers.models import DEMO_VOICE
from vodstudio.workers.speech import SpeechTools, hear


def _inputs(path: Path = MEETING, model: str = DEMO_VOICE) -> Inputs:
    return inputs_of(path, model=model, engine="batched")


def test_e14_a_killed_batch_is_heard_again_and_the_words_are_the_same(
    tools: SpeechTools, context: MemoryContext, tmp_path: Path
) -> None:
    """The child that hears is killed at its first batch, while the other one may still listen."""
    (tmp_path / "whole").mkdir()
    whole = MemoryContext(work_folder=tmp_path / "whole")
    expected = hear(tools, whole, _inputs())
    assert expected.facts["engine"] == "batched"
    killed: list[int] = []

    def kill_once(key: str) -> None:
        if key.startswith("window:") and not killed:
            killed.extend(_children_of(tmp_path / "run"))
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    context.on_checkpoint = kill_once
    with pytest.raises(ChildCrashed):
        hear(tools, context, _inputs())
    assert len(context.windows) == 1
    result = hear(tools, context, _inputs())
    assert result.outputs[0].path.read_bytes() == expected.outputs[0].path.read_bytes()
    assert context.windows == whole.windows
    shares = [done for done, _, _ in whole.told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_run_that_began_in_batches_goes_on_in_batches(tools: SpeechTools, context: MemoryContext) -> None:
    """The card is gone at the next start: the processor goes on in the same way, at the same place."""
    inputs = inputs_of(MEETING, model=DEMO_VOICE)
    quick = dataclasses.replace(tools, command=scripted("sure"))
    context.checkpoint(f"way:{_run_of(quick, context, inputs)}", {"way": "batched"})
    assert hear(tools, context, inputs).facts["engine"] == "batched"


def _run_of(tools: SpeechTools, context: MemoryContext, inputs: Inputs) -> str:
    hear(tools, context, inputs)
    key = next(one.key for one in context.kept if one.key.startswith("way:"))
    context.kept.clear()
    return key.removeprefix("way:")


def test_a_listener_that_dies_beside_a_card_is_not_taken_for_its_failure(
    tools: SpeechTools, context: MemoryContext
) -> None:
    tools = with_card(tools, "listen-dies")
    with pytest.raises(ChildCrashed):
        hear(tools, context, _inputs())
    assert tools.devices.choose(VOICE, "default", lambda: None).name == "cuda"
    assert not [one.key for one in context.kept if one.key.startswith("fallback:")]


@pytest.mark.parametrize("name", ["silence", "tone"])
def test_e09_e10_in_batches_too_nobody_speaks_so_there_are_no_words(
    tools: SpeechTools, context: MemoryContext, recordings: Path, name: str
) -> None:
    result = hear(tools, context, _inputs(recordings / f"{name}.mkv", str(VOICE)))
    assert read_transcript(result.outputs[0].path).words == ()
    assert result.note == "no speech found"


@dataclasses.dataclass
class _Impatient(MemoryContext):
    """Somebody cancels while the child is lost in one window."""

    asked_at: float = 0.0

    def check(self) -> None:
        if any(note == "listening" for _, _, note in self.told) and self.asked_at == 0.0:
            self.asked_at = time.monotonic()
        elif self.asked_at and time.monotonic() - self.asked_at > 0.5:
            raise Cancelled


def test_e16_cancel_ends_a_window_that_never_ends(tools: SpeechTools, tmp_path: Path) -> None:
    context = _Impatient(work_folder=tmp_path)
    tools = dataclasses.replace(tools, command=scripted("hangs"))
    with pytest.raises(Cancelled):
        hear(tools, context, inputs_of(MEETING, model=DEMO_VOICE))
    assert time.monotonic() - context.asked_at < 3.5
    assert _children_of(tmp_path / "run") == []


def _children_of(run_folder: Path) -> list[int]:
    found: list[dict[str, Any]] = [
        json.loads(record.read_text()) for record in run_folder.glob("child-*.json")
    ]
    return [int(body["pid"]) for body in found if psutil.pid_exists(int(body["pid"]))]
