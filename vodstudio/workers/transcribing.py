"""Our side of hearing: each window is committed before the next is told, on whatever device still works."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import ChildCrashed
from vodstudio.core.jobs import Json
from vodstudio.workers.conversation import Conversation
from vodstudio.workers.devices import Device, engine_request
from vodstudio.workers.hearing import Position
from vodstudio.workers.model_file import is_there
from vodstudio.workers.pace import Pace
from vodstudio.workers.speech_job import FALLBACK, LISTENING_SHARE, WINDOW, SpeechJob, SpeechTools
from vodstudio.workers.walking import Walking
from vodstudio.workers.windows import SAMPLE_RATE
from vodstudio.workers.word_times import mended

FRAMES_PER_S = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Where the words were heard, in which form of numbers, and how fast."""

    device: Device
    compute_type: str = ""
    speed: float | None = None


def heard(tools: SpeechTools, job: SpeechJob, device: Device, walking: Walking) -> Heard:
    """Hear all that is left; a device that fails hands over to the next lower one, and no window is lost."""
    while True:
        try:
            with tools.devices.taken(device, job.context.check) as taken:
                return _Run(tools, job, taken, walking).go()
        except ChildCrashed as error:
            # A model that went away is no fault of a device either.
            if walking.has_failed or not is_there(job.model.folder):
                raise
            lower = tools.devices.failed(job.model.folder, device, error.detail)
            if lower is None:
                raise
            kept = job.kept()
            at_s = kept[-1]["end_s"] if kept else 0.0
            job.keep(FALLBACK, len(job.fallbacks()), {"at_s": at_s, "why": lower.why})
            device = lower


class _Run:
    """One attempt on one device, from the last window that was kept."""

    def __init__(self, tools: SpeechTools, job: SpeechJob, device: Device, walking: Walking) -> None:
        self._tools = tools
        self._job = job
        self._walking = walking
        self._kept = job.kept()
        self._state = cast(Json, self._kept[-1]["state"]) if self._kept else {}
        self._heard = Heard(device=device)
        self._pace = Pace(clock=time.monotonic)
        self._talk: Conversation | None = None
        self._told = 0
        self._is_told_all = False

    def go(self) -> Heard:
        """Commit each window, then let the child tell the next one."""
        with self._tools.talk_to_model(self._request(), self._check) as talk:
            self._talk = talk
            for answer in talk.answers("heard"):
                if answer["event"] == "loaded":
                    self._begin(answer)
                elif answer["event"] == "window":
                    self._keep(answer, talk)
        return self._heard

    def _check(self) -> None:
        """Between two answers: is it to stop, and was more speech found meanwhile?"""
        self._job.context.check()
        self._walking.look()
        self._tell_regions()

    def _tell_regions(self) -> None:
        """What is known by now goes to the child that hears."""
        regions, is_complete = self._walking.regions, self._walking.is_complete
        if self._talk is None or self._is_told_all or (len(regions) == self._told and not is_complete):
            return
        self._talk.send({"regions": list(regions[self._told :]), "is_complete": is_complete})
        self._told, self._is_told_all = len(regions), is_complete

    def _request(self) -> Json:
        job, walking, device = self._job, self._walking, self._heard.device
        self._told, self._is_told_all = len(walking.regions), walking.is_complete
        engine = engine_request(job.model.folder, device, job.compute_type)
        return {
            "verb": "hear",
            "engine": {**engine, "mark": job.model.mark},
            "way": job.way,
            "batch_size": device.pieces,
            "remedies": job.inputs.preset.speech.remedies,
            "spool": str(job.spool),
            "regions": list(walking.regions),
            "is_complete": walking.is_complete,
            "maximum": walking.maximum if self._state.get("maximum") is None else self._state["maximum"],
            "settings": asdict(job.settings),
            "language": self._language(),
            "position": self._state or asdict(Position()),
        }

    def _language(self) -> Json | None:
        """A run that goes on keeps the language that it began with."""
        if "language" not in self._state:
            return None
        return {
            "name": self._state["language"],
            "probability": self._state.get("language_probability", 1.0),
        }

    def _begin(self, answer: Json) -> None:
        """The model is loaded: now the time counts."""
        self._heard = replace(self._heard, compute_type=str(answer.get("compute_type", "")))
        at_s = cast(float, self._kept[-1]["end_s"]) if self._kept else 0.0
        self._pace.passed(at_s, cast(int, self._state.get("seek", 0)) / FRAMES_PER_S)

    def _keep(self, answer: Mapping[str, Any], talk: Conversation) -> None:
        window = self._placed({name: value for name, value in answer.items() if name != "event"})
        window |= {"device": self._heard.device.name, "device_why": self._heard.device.why}
        self._job.keep(WINDOW, window["index"], window)
        crash_point("speech.window-kept")
        talk.send({"ack": window["index"]})
        speech_s = window["state"]["seek"] / FRAMES_PER_S
        self._pace.passed(window["end_s"], speech_s)
        self._heard = replace(self._heard, speed=self._pace.speed)
        spoken = sum(end - start for start, end in self._walking.regions)
        total_s = max(1, spoken * FRAMES_PER_S // SAMPLE_RATE) / FRAMES_PER_S
        share = min(1.0, speech_s / total_s) if self._walking.is_complete else 0.0
        self._job.context.progress(
            self._walking.share + (1 - LISTENING_SHARE) * share,
            speed=self._pace.speed,
            note=_said(window["words"]),
            remaining_s=self._pace.remaining_s(total_s) if self._walking.is_complete else None,
        )

    def _placed(self, window: dict[str, Any]) -> dict[str, Any]:
        """In time of the recording; times that cannot be never reach a checkpoint, and are marked (E15)."""
        clock = self._walking.clock
        possible = mended(window, self._walking.samples_s)
        spans = {
            name: [
                {**one, "start": clock.moment(one["start"]), "end": clock.moment(one["end"])}
                for one in possible.get(name, ())
            ]
            for name in ("words", "marks", "reheard")
        }
        ends = {name: clock.moment(possible[name]) for name in ("start_s", "end_s")}
        return {**possible, **ends, **spans}


def _said(words: Sequence[Mapping[str, Any]]) -> str:
    """The last words, for whoever watches."""
    return "".join(word["text"] for word in words[-8:]).strip()
