"""The steps that run on the lanes: which function does each kind, and which tools its result depends on."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from vodstudio.core.errors import VodError
from vodstudio.core.jobs import StepKind
from vodstudio.workers.captions import MAKING, make_captions
from vodstudio.workers.devices import Devices
from vodstudio.workers.encode import Tools, encode
from vodstudio.workers.ffmpeg import Ffmpeg, find_ffmpeg, look_at
from vodstudio.workers.kept_model import KeptModels
from vodstudio.workers.media import Media
from vodstudio.workers.models import Model, Shelf
from vodstudio.workers.pool import StepType
from vodstudio.workers.probe import probe
from vodstudio.workers.process import Children
from vodstudio.workers.speech import SpeechTools, hear
from vodstudio.workers.stills import stills
from vodstudio.workers.tuning import Tuning

OURS = "1"


class FfmpegFinder:
    """The FFmpeg of this machine, looked for when it is first needed; found once."""

    def __init__(self, children: Children, setting: Path | None) -> None:
        self._children = children
        self._setting = setting
        self._lock = threading.Lock()
        self._found: Ffmpeg | None = None

    def __call__(self) -> Ffmpeg:
        """The one that is used, with what it can; raises NotFound when there is none."""
        with self._lock:
            if self._found is None:
                self._found = look_at(self._children, find_ffmpeg(self._setting, os.environ))
            return self._found

    def version(self) -> str:
        """Its version, or that there is none: the step says the rest."""
        try:
            return self().version
        except VodError as error:
            return f"none: {error.title}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    """What the steps work with; built once for a house."""

    children: Children
    media: Media
    ffmpeg: FfmpegFinder
    shelf: Shelf
    transcripts: Path | None = None
    model_kept_s: float = 300.0
    machine: Path | None = None
    devices: Devices | None = None

    @property
    def tuning(self) -> Tuning | None:
        """What is known of the speed of models on this machine."""
        return None if self.machine is None else Tuning(self.machine, self.children)

    def speed(self, model: Model) -> float | None:
        """Times real time, where that was measured here."""
        return None if self.tuning is None else self.tuning.speed(model)

    def steps(self) -> Mapping[StepKind, StepType]:
        """Asks the tools for their versions, so it takes a moment: not for the screen's thread."""
        av = f"{OURS} av {version('av')}"
        ffmpeg = f"{OURS} ffmpeg {self.ffmpeg.version()}"
        encoding = Tools(children=self.children, media=self.media, ffmpeg=self.ffmpeg)
        hearing = SpeechTools(
            children=self.children,
            shelf=self.shelf,
            devices=self.devices or Devices(self.children),
            transcripts=self.transcripts,
            kept=KeptModels(self.model_kept_s),
            tuning=self.tuning,
        )
        return {
            StepKind.PROBE: StepType(partial(probe, self.media), av),
            StepKind.ENCODE: StepType(partial(encode, encoding), ffmpeg),
            StepKind.STILLS: StepType(partial(stills, self.media), av),
            StepKind.SPEECH: StepType(partial(hear, hearing), self.speech_version()),
            StepKind.CAPTIONS: StepType(make_captions, f"{OURS} {MAKING}"),
        }

    def speech_version(self) -> str:
        """Another model on the shelf may hear other words."""
        return f"{OURS} {self.shelf.version()}"

    def close(self) -> None:
        """End the warm children."""
        self.media.close()
        self.children.close()
