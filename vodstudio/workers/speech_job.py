"""One recording in front of one model: what the step works with, and what earlier attempts kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from vodstudio.core.files import make_work_folder
from vodstudio.core.jobs import Inputs, Json
from vodstudio.core.ports import Context
from vodstudio.workers.conversation import Conversation
from vodstudio.workers.devices import Device, Devices
from vodstudio.workers.hearing import HearingSettings
from vodstudio.workers.kept_model import KeptModels
from vodstudio.workers.models import Model, Shelf
from vodstudio.workers.process import Children
from vodstudio.workers.tuning import Tuning
from vodstudio.workers.voice import VadSettings

LISTENING_SHARE = 0.1
SPOOL_FILE = "speech.s16"
WINDOW = "window:"
FALLBACK = "fallback:"
WAY = "way:"
AUTO, SEQUENTIAL, BATCHED = "auto", "sequential", "batched"
INVENTION_SILENCE_S = 2.0
_GIVES_UP_AFTER = 3
PIECE_S = 30.0
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
    kept: KeptModels | None = None
    tuning: Tuning | None = None

    def folder_for(self, context: Context, inputs: Inputs) -> Path:
        """Where the words lie: beside all other versions of this recording, or with the work of a step alone."""
        if self.transcripts is None:
            return context.work_folder
        return make_work_folder(self.transcripts, inputs.recording.fingerprint)

    def forecast_s(self, model: Model, inputs: Inputs) -> float | None:
        """How long this recording will take, where the speed of the model was measured here."""
        speed = self.tuning.speed(model) if self.tuning else None
        return inputs.recording.duration_s / speed if speed and inputs.recording.duration_s else None

    def talk(self, request: Mapping[str, Any], context: Context) -> Conversation:
        """A child for one request."""
        return Conversation(self.children, request, context.check, self.command)

    def talk_to_model(self, request: Mapping[str, Any], check: Callable[[], None]) -> Conversation:
        """The child that holds the model, kept for the next job when this one is done."""
        return Conversation(self.children, request, check, self.command, self.kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechJob:
    """One recording that is heard with one model in one way; `run` names what would give the same words."""

    context: Context
    inputs: Inputs
    model: Model
    settings: HearingSettings
    vad: VadSettings
    way: str
    run: str
    folder: Path

    @property
    def spool(self) -> Path:
        """The samples while the step runs."""
        return self.context.work_folder / SPOOL_FILE

    @property
    def compute_type(self) -> str:
        """The form of the numbers that the preset asks for."""
        return self.inputs.preset.speech.compute_type

    @property
    def hears_while_listening(self) -> bool:
        """Batches need nothing of what comes later, unless the language is still to be found."""
        return self.way == BATCHED and bool(self.settings.language)

    def kept(self) -> list[Json]:
        """Windows of earlier attempts in order; those that another model heard do not count."""
        return sorted(self._bodies(WINDOW), key=lambda body: cast(int, body["index"]))

    def fallbacks(self) -> list[Json]:
        """Each time that a device could not go on."""
        return self._bodies(FALLBACK)

    def keep(self, kind: str, number: int, body: Json) -> None:
        """Commit one of them."""
        self.context.checkpoint(f"{kind}{self.run}:{number}", body)

    def _bodies(self, kind: str) -> list[Json]:
        return [c.body for c in self.context.checkpoints() if c.key.startswith(f"{kind}{self.run}:")]


def job_of(context: Context, inputs: Inputs, model: Model, device: Device, folder: Path) -> SpeechJob:
    """A run that was begun goes on in the way in which it began, on whatever device it is now."""
    speech = inputs.preset.speech
    settings = HearingSettings(
        language=speech.language,
        beam_size=speech.beam_size,
        # The demo voice never learned prompts: a vocabulary would spoil its words.
        hotwords="" if model.is_demo_voice else ", ".join(inputs.preset.vocabulary),
        silence_before_invention_s=None if model.is_demo_voice else INVENTION_SILENCE_S,
        seed=inputs.recording.fingerprint,
        gives_up_after=_GIVES_UP_AFTER if speech.remedies and not model.is_demo_voice else None,
    )
    vad = replace(_DEMO_VAD if model.is_demo_voice else VadSettings(), cut_at_quietest=speech.cut_at_quietest)
    run = _hash(
        [model.mark, asdict(settings), asdict(vad), speech.compute_type, speech.engine, speech.remedies]
    )
    way = _way(context, run, speech.engine, device)
    return SpeechJob(
        context=context,
        inputs=inputs,
        model=model,
        settings=settings,
        # A piece of a batch is what the model reads at once: no region may be longer.
        vad=replace(vad, max_speech_duration_s=PIECE_S) if way == BATCHED else vad,
        way=way,
        run=run,
        folder=folder,
    )


def _way(context: Context, run: str, wanted: str, device: Device) -> str:
    known = next((c.body for c in context.checkpoints() if c.key == f"{WAY}{run}"), None)
    if known is not None:
        return str(known["way"])
    natural = BATCHED if device.is_card else SEQUENTIAL
    way = natural if wanted == AUTO else wanted
    context.checkpoint(f"{WAY}{run}", {"way": way})
    return way


def _hash(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]
