"""One hearing of one recording in a process of its own: our step, or faster-whisper called as its README says.

The process says what it heard; its CPU is the system's account of it and of all that it started, its memory is
watched from outside (`family`).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.bench.family import Family
from tests.speech.fakes import MEETING, ROOT, VOICE, MemoryContext, inputs_of
from tests.speech.listening import as_the_library
from vodstudio.core.errors import Cancelled
from vodstudio.workers.conversation import ONE_THREAD_FOR_NUMPY
from vodstudio.workers.devices import Device, Devices
from vodstudio.workers.hearing import HearingSettings
from vodstudio.workers.listening import LISTENED
from vodstudio.workers.models import Model, Shelf
from vodstudio.workers.process import Children
from vodstudio.workers.sound_clock import SoundClock
from vodstudio.workers.speech import SpeechTools, hear
from vodstudio.workers.speech_job import job_of
from vodstudio.workers.voice import VadSettings

SPEECH_CHILD = "--child speech"
PIECES = 8
Heard = list[tuple[float, float, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is heard and how; both sides are given the same."""

    recording: Path
    engine: str = "sequential"
    model: Path = VOICE
    pieces: int = PIECES
    remedies: bool = False
    first_only: bool = False

    @property
    def line(self) -> list[str]:
        """As the command line of the process."""
        line = [str(self.recording), f"--engine={self.engine}", f"--model={self.model}"]
        line.append(f"--pieces={self.pieces}")
        return line + ["--remedies"] * self.remedies + ["--first-only"] * self.first_only


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one side needed and heard. Memory of ours is that of the speech children, not of the parent that waits.

    `marks` say when samples are heard: where sound has holes we follow the picture, and the library does not.
    """

    cpu_s: float
    peak_mib: float
    words: Heard
    first_cpu_s: float
    languages: str
    marks: Sequence[Sequence[float]]

    def words_by(self, marks: Sequence[Sequence[float]]) -> Heard:
        """The words with times of the samples, when these samples are heard."""
        clock = SoundClock(marks)
        return [
            (round(clock.moment(start), 2), round(clock.moment(end), 2), text)
            for start, end, text in self.words
        ]


def ours(wish: Wish) -> Run:
    """The step with its children; the parent is counted in the CPU."""
    return _run("ours", wish, lambda family: family.together_mib(SPEECH_CHILD))


def plain(wish: Wish) -> Run:
    """The library in one process."""
    return _run(
        "plain", wish, lambda family: max(member.peak_kib for member in family.members.values()) / 1024
    )


def _run(side: str, wish: Wish, peak: Callable[[Family], float]) -> Run:
    with tempfile.TemporaryFile() as out:
        argv = [sys.executable, "-m", "tests.bench.speech_runs", side, *wish.line]
        environment = {**os.environ, **ONE_THREAD_FOR_NUMPY}
        process = subprocess.Popen(argv, cwd=ROOT, stdout=out, env=environment)
        with Family(process.pid) as family:
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode()
    if process.returncode != 0:
        raise SystemExit(f"{argv[2:]} ended with {process.returncode}")
    body = json.loads(said.splitlines()[-1])
    return Run(
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mib=peak(family),
        words=[(round(start, 2), round(end, 2), text) for start, end, text in body["words"]],
        first_cpu_s=body["first_cpu_s"],
        languages=body["language"],
        marks=body.get("marks", ()),
    )


class _OneDevice(Devices):
    """The processor with one thread, and as many pieces at once as are wished."""

    def __init__(self, children: Children, pieces: int) -> None:
        super().__init__(children, has_gpu=lambda: False)
        self._device = Device(name="cpu", threads=1, why="measured", pieces=pieces)

    def choose(self, model: Path, compute_type: str, check: Callable[[], None]) -> Device:
        del model, compute_type, check
        return self._device


def _hear(wish: Wish) -> dict[str, Any]:
    """Our step in this process; its first words are those of the first window that has any."""
    first: list[float] = []

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        context = MemoryContext(work_folder=folder)

        def look(key: str) -> None:
            if not first and key.startswith("window:") and context.kept[-1].body["words"]:
                first.append(_spent_s())
                context.is_cancelled = wish.first_only

        context.on_checkpoint = look
        children = Children(folder / "run")
        shelf = Shelf(folder=folder / "models", demo_voice=VOICE, sample_meeting=MEETING)
        tools = SpeechTools(children=children, shelf=shelf, devices=_OneDevice(children, wish.pieces))
        inputs = inputs_of(
            wish.recording,
            model=str(wish.model),
            engine=wish.engine,
            remedies=wish.remedies,
            cut_at_quietest=False,
        )
        body: dict[str, Any] = {"words": [], "language": "en"}
        try:
            body = json.loads(hear(tools, context, inputs).outputs[0].path.read_text("utf-8"))
        except Cancelled:
            if not wish.first_only:
                raise
        finally:
            children.close()
    return {
        "words": [(word["start"], word["end"], word["text"]) for word in body["words"]],
        "language": body["language"],
        "first_cpu_s": first[0] if first else 0.0,
        "marks": next((kept.body["marks"] for kept in context.kept if kept.key.startswith(LISTENED)), ()),
    }


def _spent_s() -> float:
    """CPU of this process and of everything that it started, also of what has ended."""
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    alive = [process.cpu_times() for process in psutil.Process().children(recursive=True)]
    spent = sum(use.ru_utime + use.ru_stime for use in own) + sum(use.user + use.system for use in alive)
    return float(spent)


def _settings_of(wish: Wish) -> tuple[HearingSettings, VadSettings]:
    """What our step asks of this model."""
    model = Model(name="measured", folder=wish.model, size_bytes=0, is_demo_voice=wish.model.samefile(VOICE))
    with tempfile.TemporaryDirectory() as name:
        context = MemoryContext(work_folder=Path(name))
        inputs = inputs_of(wish.recording, model=str(wish.model), engine=wish.engine)
        job = job_of(context, inputs, model, Device(name="cpu", threads=1, why=""), Path(name))
    return job.settings, job.vad


def _hear_plain(wish: Wish) -> dict[str, Any]:
    """`transcribe` of the library with the settings that our step has for this model."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    settings, vad = _settings_of(wish)
    model = WhisperModel(str(wish.model), device="cpu", compute_type="int8", cpu_threads=1)
    told: dict[str, Any] = {
        "language": "en",
        "beam_size": settings.beam_size,
        "vad_filter": True,
        "vad_parameters": as_the_library(vad),
        "word_timestamps": True,
        "condition_on_previous_text": False,
        "hallucination_silence_threshold": settings.silence_before_invention_s,
    }
    if wish.engine == "batched":
        pipeline = BatchedInferencePipeline(model)
        segments, info = pipeline.transcribe(str(wish.recording), batch_size=wish.pieces, **told)
    else:
        segments, info = model.transcribe(str(wish.recording), **told)
    words: Heard = []
    first_cpu_s = 0.0
    for segment in segments:
        first_cpu_s = first_cpu_s or _spent_s()
        words += [(word.start, word.end, word.word) for word in segment.words or ()]
        if wish.first_only:
            break
    return {"words": words, "language": info.language, "first_cpu_s": first_cpu_s}


def main() -> None:
    """Read the command line of the process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=("ours", "plain"))
    parser.add_argument("recording", type=Path)
    parser.add_argument("--engine", default="sequential")
    parser.add_argument("--model", type=Path, default=VOICE)
    parser.add_argument("--pieces", type=int, default=PIECES)
    parser.add_argument("--remedies", action="store_true")
    parser.add_argument("--first-only", action="store_true")
    told = vars(parser.parse_args())
    side = told.pop("side")
    body = _hear(Wish(**told)) if side == "ours" else _hear_plain(Wish(**told))
    sys.stdout.write(json.dumps(body) + "\n")


if __name__ == "__main__":
    main()
