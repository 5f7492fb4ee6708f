"""The step `speech`: every word of a recording with its time, kept window by window."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from vodstudio.captions import versions
from vodstudio.captions.transcript import Transcript, Word
from vodstudio.core.crash import crash_point
from vodstudio.core.errors import ChildCrashed
from vodstudio.core.files import make_work_folder, remove_leftovers, sha256_of
from vodstudio.core.jobs import Inputs, Json, Output, StepResult
from vodstudio.core.ports import Context
from vodstudio.core.transcripts import SPEECH
from vodstudio.workers.conversation import Conversation
from vodstudio.workers.devices import Device, Devices, engine_request
from vodstudio.workers.hearing import HearingSettings, Position
from vodstudio.workers.listening import Listening, mels_of
from vodstudio.workers.models import Model, Shelf
from vodstudio.workers.process import Children
from vodstudio.workers.sound_clock import SoundClock
from vodstudio.workers.source import steady
from vodstudio.workers.voice import VadSettings
from vodstudio.workers.windows import SAMPLE_RATE

SPOOL_FILE = "speech.s16"
WINDOW = "window:"
LISTENING_SHARE = 0.1
INVENTION_SILENCE_S = 2.0
# The demo voice was trained with the library's own cuts: with shorter ones it loses three times as many words.
_DEMO_VAD = VadSettings(min_silence_duration_ms=2000, speech_pad_ms=400, max_speech_duration_s=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechTools:
    """What the step works with."""

    children: Children
    shelf: Shelf
    devices: Devices
    command: tuple[str, ...] = ()
    transcripts: Path | None = None

    def folder_for(self, context: Context, inputs: Inputs) -> Path:
        """Where the words lie: beside all other versions of this recording, or with the work of a step alone."""
        if self.transcripts is None:
            return context.work_folder
        return make_work_folder(self.transcripts, inputs.recording.fingerprint)

    def talk(self, request: Mapping[str, Any], context: Context) -> Conversation:
        """A child for one request."""
        return Conversation(self.children, request, context.check, self.command)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hearing:
    """One recording that is heard with one model; `run` names what would give the same words."""

    context: Context
    inputs: Inputs
    model: Model
    settings: HearingSettings
    vad: VadSettings
    run: str
    folder: Path

    @property
    def spool(self) -> Path:
        """The samples while the step runs."""
        return self.context.work_folder / SPOOL_FILE

    def kept(self) -> list[Json]:
        """Windows of earlier attempts in order; those that another model heard do not count."""
        bodies = [c.body for c in self.context.checkpoints() if c.key.startswith(f"{WINDOW}{self.run}:")]
        return sorted(bodies, key=lambda body: cast(int, body["index"]))


def hear(tools: SpeechTools, context: Context, inputs: Inputs) -> StepResult:
    """Words of the recording in `words.<run>.json`; a run that was interrupted goes on after its last kept window."""
    model = tools.shelf.choose(inputs.preset.speech, inputs.recording)
    remove_leftovers(context.work_folder)
    hearing = _hearing(context, inputs, model, tools.folder_for(context, inputs))
    context.progress(0.0, note="listening")
    listened = _listened(tools, hearing)
    context.progress(LISTENING_SHARE)
    if listened["regions"]:
        device, language = _heard(tools, hearing, listened)
    else:
        device, language = None, hearing.settings.language or "en"
    result = _result(hearing, listened, device, language)
    hearing.spool.unlink(missing_ok=True)
    return result


def _hearing(context: Context, inputs: Inputs, model: Model, folder: Path) -> _Hearing:
    speech = inputs.preset.speech
    settings = HearingSettings(
        language=speech.language,
        beam_size=speech.beam_size,
        # The demo voice never learned prompts: a vocabulary would spoil its words.
        hotwords="" if model.is_demo_voice else ", ".join(inputs.preset.vocabulary),
        silence_before_invention_s=None if model.is_demo_voice else INVENTION_SILENCE_S,
        seed=inputs.recording.fingerprint,
    )
    vad = _DEMO_VAD if model.is_demo_voice else VadSettings()
    marks = [model.mark, asdict(settings), asdict(vad), speech.compute_type]
    return _Hearing(
        context=context,
        inputs=inputs,
        model=model,
        settings=settings,
        vad=vad,
        run=_hash(marks),
        folder=folder,
    )


def _hash(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]


def _listened(tools: SpeechTools, hearing: _Hearing) -> Mapping[str, Any]:
    """Samples in the spool and where speech is; done again only when the spool is gone or not whole."""
    listening = Listening(
        context=hearing.context,
        spool=hearing.spool,
        vad=hearing.vad,
        mels=mels_of(hearing.model.folder),
        language=hearing.settings.language,
    )
    if (known := listening.known()) is not None:
        return known
    with steady(hearing.inputs.recording) as source:
        found: Mapping[str, Any] = {}
        with tools.talk(listening.request(source), hearing.context) as talk:
            for answer in talk.answers("listened"):
                if answer["event"] == "listening":
                    _tell_listening(hearing, answer["at_s"])
                listening.take(answer)
                found = answer
    return found


def _tell_listening(hearing: _Hearing, at_s: float) -> None:
    duration_s = hearing.inputs.recording.duration_s
    if duration_s:
        done = min(1.0, at_s / duration_s) * LISTENING_SHARE
        hearing.context.progress(done, note="listening")


def _heard(tools: SpeechTools, hearing: _Hearing, listened: Mapping[str, Any]) -> tuple[Device, str]:
    """Hear all that is left; a graphics card that fails on the way hands over to the processor."""
    compute_type = hearing.inputs.preset.speech.compute_type
    device = tools.devices.choose(hearing.model.folder, compute_type, hearing.context.check)
    try:
        return device, _hear_on(tools, hearing, listened, device)
    except ChildCrashed as error:
        if device.name == "cpu":
            raise
        device = tools.devices.failed(hearing.model.folder, error.detail)
        return device, _hear_on(tools, hearing, listened, device)


def _hear_on(tools: SpeechTools, hearing: _Hearing, listened: Mapping[str, Any], device: Device) -> str:
    """Commit each window, then let the child tell the next one; the language."""
    context, kept = hearing.context, hearing.kept()
    state = dict(cast(Mapping[str, Any], kept[-1]["state"])) if kept else {}
    maximum, language = state.pop("maximum", None), state.pop("language", hearing.settings.language)
    engine = engine_request(hearing.model.folder, device, hearing.inputs.preset.speech.compute_type)
    request = {
        "verb": "hear",
        "engine": engine,
        "spool": str(hearing.spool),
        "regions": listened["regions"],
        "maximum": listened["maximum"] if maximum is None else maximum,
        "settings": {**asdict(hearing.settings), "language": language},
        "position": state or asdict(Position()),
    }
    pace = _Pace(start_s=cast(float, kept[-1]["end_s"]) if kept else 0.0, began=time.monotonic())
    total = 1
    with tools.talk(request, context) as talk:
        for answer in talk.answers("heard"):
            if answer["event"] == "loaded":
                total = max(1, answer["frames"])
            elif answer["event"] == "window":
                window = {name: value for name, value in answer.items() if name != "event"}
                context.checkpoint(f"{WINDOW}{hearing.run}:{window['index']}", window)
                crash_point("speech.window-kept")
                talk.send({"ack": window["index"]})
                done = LISTENING_SHARE + (1 - LISTENING_SHARE) * min(1.0, window["state"]["seek"] / total)
                context.progress(done, speed=pace.speed(window["end_s"]), note=_said(window["words"]))
            language = answer.get("language", language)
    return str(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pace:
    """How many seconds of the recording this attempt hears in a second."""

    start_s: float
    began: float

    def speed(self, at_s: float) -> float:
        """Times real time."""
        return max(0.0, at_s - self.start_s) / max(0.001, time.monotonic() - self.began)


def _said(words: Sequence[Mapping[str, Any]]) -> str:
    """The last words, for whoever watches."""
    return "".join(word["text"] for word in words[-8:]).strip()


def _word(heard: Mapping[str, Any], clock: SoundClock, window: int, source: str) -> Word:
    """The child knows where a word lies in the samples, we know when those are heard."""
    times = {name: clock.moment(heard[name]) for name in ("start", "end")}
    return Word(**{**heard, **times}, window=window, source=source)


def _result(
    hearing: _Hearing, listened: Mapping[str, Any], device: Device | None, language: str
) -> StepResult:
    windows = hearing.kept() if device is not None else []
    clock = SoundClock(listened["marks"])
    words = tuple(
        _word(word, clock, cast(int, window["index"]), hearing.model.name)
        for window in windows
        for word in cast(Sequence[Mapping[str, Any]], window["words"])
    )
    transcript = Transcript(
        language=language,
        duration=clock.moment(listened["samples"] / SAMPLE_RATE),
        words=words,
        regions=tuple(
            (clock.moment(start / SAMPLE_RATE), clock.moment(end / SAMPLE_RATE))
            for start, end in listened["regions"]
        ),
        run=hearing.run,
        author=SPEECH,
        recording_fingerprint=hearing.inputs.recording.fingerprint,
        model=hearing.model.name,
        settings={**asdict(hearing.settings), "vad": asdict(hearing.vad)},
    )
    path = versions.keep(hearing.folder, transcript)
    versions.show_heard(path)
    facts: dict[str, object] = {
        "model": hearing.model.name,
        "is_demo_voice": hearing.model.is_demo_voice,
        "language": language,
        "words": len(words),
        "windows": len(windows),
        "duration_s": transcript.duration,
        "heard_from": listened["heard_from"]["why"],
        "device": device.name if device else "",
        "device_why": device.why if device else "",
    }
    output = Output(
        name="words", path=path, size_bytes=path.stat().st_size, sha256=sha256_of(path), facts=facts
    )
    note = f"{len(words)} words" if words else "no speech found"
    return StepResult(outputs=(output,), facts=facts, note=note)
