"""Child side of hearing: the model is loaded once, and window after window is told and acknowledged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Protocol

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import NeedsUser
from vodstudio.workers.batches import BatchedHearing
from vodstudio.workers.child import Channel
from vodstudio.workers.engine import Engine, compute_type, load
from vodstudio.workers.hearing import Ear, HeardWindow, Hearing, HearingSettings, Position, Stretch
from vodstudio.workers.inbox import Inbox
from vodstudio.workers.remedies import Examined, Remedies
from vodstudio.workers.spoken_language import Language, language_of
from vodstudio.workers.windows import Clock, Features, Region, Speech

Json = Mapping[str, Any]
BATCHED = "batched"


class Listener(Protocol):
    """Either way of hearing."""

    @property
    def total_frames(self) -> int: ...

    def is_over(self, at: Position) -> bool: ...

    def is_ready(self, at: Position) -> bool: ...

    def window(self, at: Position) -> HeardWindow: ...


class ModelKeeper:
    """The model of this child, loaded when it is first asked for and kept for the next request."""

    def __init__(self) -> None:
        self._wanted: Json = {}
        self._loaded: tuple[Engine, Any] | None = None

    def model(self, wanted: Json) -> tuple[Engine, Any]:
        """The one that is wanted; another one is let go first."""
        if self._loaded is None or self._wanted != wanted:
            self._loaded = None
            self._loaded, self._wanted = loaded(wanted), dict(wanted)
        return self._loaded


def loaded(wanted: Json) -> tuple[Engine, Any]:
    """The model on the device that was decided, in a form that this processor supports."""
    import ctranslate2

    device = str(wanted["device"])
    supported = ctranslate2.get_supported_compute_types(device)
    engine = Engine(
        folder=Path(wanted["folder"]),
        device=device,
        index=int(wanted.get("index", 0)),
        compute_type=compute_type(str(wanted["compute_type"]), device, supported),
        threads=int(wanted["threads"]),
    )
    try:
        return engine, load(engine)
    except (RuntimeError, ValueError, OSError) as error:
        if device != "cpu":
            raise
        raise NeedsUser(
            f"The speech model {engine.folder.name} cannot be loaded",
            hint="Copy or download the model again, then press Retry. Words that were heard already are kept.",
            detail=f"{engine.folder}: {error}",
            code="VS-MODEL-BROKEN",
        ) from error


def hear(keeper: ModelKeeper, request: Json, channel: Channel, inbox: Inbox) -> None:
    """Tell each window once the one before it is committed; the next is computed meanwhile."""
    engine, model = keeper.model(request["engine"])
    talk = _Talk(request, channel, inbox, model)
    channel.tell(
        {
            "event": "loaded",
            "device": engine.device,
            "compute_type": engine.compute_type,
            "threads": engine.threads,
            "language": talk.language.name,
            "language_probability": talk.language.probability,
            "frames": talk.listener.total_frames,
        }
    )
    for examined in talk.windows(_position(request["position"])):
        talk.tell(examined)
    talk.wait_for_ack()
    channel.tell({"event": "heard", "language": talk.language.name})


class _Talk:
    """One recording that is heard for the parent."""

    def __init__(self, request: Json, channel: Channel, inbox: Inbox, model: Any) -> None:
        self._channel = channel
        self._inbox = inbox
        self._told: int | None = None
        settings = HearingSettings(**request["settings"])
        spool, regions = Path(request["spool"]), _regions(request["regions"])
        speech = Speech(spool, regions)
        self.language = _known_language(request) or language_of(model, speech, settings.language)
        ear = Ear(model, self.language.name, settings)
        self._maximum: float | None = None
        self._is_mending = bool(request.get("remedies", False))
        self.listener: Listener
        self._batched: BatchedHearing | None = None
        if request.get("way") == BATCHED:
            self.listener = self._batched = BatchedHearing(ear, spool, int(request.get("batch_size", 1)))
            self._batched.know(regions, is_complete=bool(request.get("is_complete", True)))
            known = self._batched
            self._remedies = Remedies(ear, spool, lambda: known.regions, is_batched=True)
        else:
            features = Features(model.feature_extractor, speech, request.get("maximum"))
            self._maximum = features.maximum
            self.listener = Hearing(ear, features, Clock(regions))
            self._remedies = Remedies(ear, spool, lambda: regions, is_batched=False)

    def windows(self, at: Position) -> Iterator[Examined]:
        """One after the other, as soon as enough of the speech is known."""
        while not self.listener.is_over(at):
            if not self.listener.is_ready(at):
                self._take(self._inbox.next())
                continue
            examined = self._remedies.examined(self.listener.window(at), is_on=self._is_mending)
            crash_point("speech.window-heard")
            yield examined
            at = examined.window.after

    def tell(self, examined: Examined) -> None:
        """After the parent has committed the one before."""
        self.wait_for_ack()
        self._channel.tell({"event": "window", **self._body(examined)})
        crash_point("speech.window-told")
        self._told = examined.window.index

    def wait_for_ack(self) -> None:
        """The parent has committed what was told last."""
        while self._told is not None:
            self._take(self._inbox.next())

    def _take(self, message: Json) -> None:
        if message.get("ack") == self._told:
            self._told = None
        if self._batched is not None and "regions" in message:
            self._batched.know(_regions(message["regions"]), is_complete=bool(message["is_complete"]))

    def _body(self, examined: Examined) -> dict[str, Any]:
        window = examined.window
        state = {
            **asdict(window.after),
            "maximum": self._maximum,
            "language": self.language.name,
            "language_probability": self.language.probability,
        }
        return {
            "index": window.index,
            "start_s": window.stretches[0].start_s,
            "end_s": window.stretches[-1].end_s,
            "words": [asdict(word) for word in window.words],
            "stretches": [_measures(stretch) for stretch in window.stretches],
            "marks": [asdict(mark) for mark in examined.marks],
            "reheard": [asdict(reheard) for reheard in examined.reheard],
            "state": state,
        }


def _known_language(request: Json) -> Language | None:
    """A run that goes on keeps the language that it began with."""
    known = request.get("language")
    return Language(name=str(known["name"]), probability=float(known["probability"])) if known else None


def _position(state: Json) -> Position:
    """The place in a state, which also carries what belongs to the whole recording."""
    return Position(**{field.name: state[field.name] for field in fields(Position) if field.name in state})


def _regions(body: list[list[int]]) -> list[Region]:
    return [Region(start, end) for start, end in body]


def _measures(stretch: Stretch) -> dict[str, Any]:
    body = asdict(stretch)
    return {**body, "words": len(stretch.words)}
