"""The two children of the speech step: one opens the recording and finds speech, one holds the model."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import NeedsUser, VodError
from vodstudio.workers.child import Channel, die_with_parent
from vodstudio.workers.hearing import Engine, HeardWindow, Hearing, HearingSettings, Position, load
from vodstudio.workers.listen_child import listen
from vodstudio.workers.windows import (
    SAMPLE_RATE,
    Clock,
    Features,
    Region,
    Speech,
)

Json = Mapping[str, Any]
_TRIAL_S = 5


class Inbox:
    """What the parent says. When it closes our input without a goodbye, it is gone, and so are we."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._messages: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read, name="inbox", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        for body in self._channel.heard():
            if body.get("verb") == "bye":
                return
            self._messages.put(body)
        os._exit(0)

    def next(self) -> dict[str, Any]:
        """Wait for the next message."""
        return self._messages.get()

    def wait_for_ack(self, index: int) -> None:
        """The parent has committed this window."""
        while self.next().get("ack") != index:
            pass

    def close(self) -> None:
        """Wait for the goodbye."""
        self._thread.join()


def main(argv: list[str]) -> int:
    """`--child speech`: one request on stdin, answers as JSON lines."""
    die_with_parent()
    channel = Channel()
    inbox = Inbox(channel)
    request = inbox.next()
    try:
        _VERBS[str(request["verb"])](request, channel, inbox)
    except VodError as error:
        channel.tell(
            {
                "event": "error",
                "kind": type(error).__name__,
                "code": error.code,
                "title": error.title,
                "hint": error.hint,
                "detail": error.detail,
                "condition": getattr(error, "condition", ""),
            }
        )
    except Exception as error:  # noqa: BLE001 - the edge of a child: the parent decides what this means
        channel.tell({"event": "fault", "detail": f"{type(error).__name__}: {error}"})
    inbox.close()
    return 0


def _hear(request: Json, channel: Channel, inbox: Inbox) -> None:
    """Tell each window once the one before it is committed; the next is computed meanwhile."""
    engine, model = _loaded(request["engine"])
    regions = [Region(start, end) for start, end in request["regions"]]
    features = Features(
        model.feature_extractor, Speech(Path(request["spool"]), regions), request.get("maximum")
    )
    hearing = Hearing(model, features, Clock(regions), HearingSettings(**request["settings"]))
    channel.tell(
        {
            "event": "loaded",
            "device": engine.device,
            "compute_type": engine.compute_type,
            "threads": engine.threads,
            "language": hearing.language,
            "frames": hearing.total_frames,
        }
    )
    told: int | None = None
    for window in _windows(hearing, Position(**request["position"])):
        if told is not None:
            inbox.wait_for_ack(told)
        channel.tell({"event": "window", **_window_body(window, features.maximum, hearing.language)})
        crash_point("speech.window-told")
        told = window.index
    if told is not None:
        inbox.wait_for_ack(told)
    channel.tell({"event": "heard", "language": hearing.language})


def _windows(hearing: Hearing, at: Position) -> Iterator[HeardWindow]:
    while at.seek < hearing.total_frames:
        window = hearing.window(at)
        crash_point("speech.window-heard")
        yield window
        at = window.after


def _window_body(window: HeardWindow, maximum: float, language: str) -> dict[str, Any]:
    body = asdict(window)
    return {**body, "state": {**body.pop("after"), "maximum": maximum, "language": language}}


def _loaded(wanted: Json) -> tuple[Engine, Any]:
    """The model on the device that was decided, in a form that this processor supports."""
    import ctranslate2

    device = str(wanted["device"])
    supported = ctranslate2.get_supported_compute_types(device)
    engine = Engine(
        folder=Path(wanted["folder"]),
        device=device,
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


def compute_type(wanted: str, device: str, supported: set[str]) -> str:
    """The form of the numbers: what was asked for if it works here, else the fastest that keeps the words."""
    best = ("int8", "float32") if device == "cpu" else ("float16", "int8_float16", "int8", "float32")
    asked = () if wanted == "default" else (wanted,)
    return next((kind for kind in (*asked, *best) if kind in supported), "default")


def _trial(request: Json, channel: Channel, inbox: Inbox) -> None:
    """Load the model and read five seconds of faint noise with it: the proof that a device works."""
    del inbox
    import numpy as np

    began = time.monotonic()
    engine, model = _loaded(request["engine"])
    noise = np.random.default_rng(1).normal(0.0, 0.001, _TRIAL_S * SAMPLE_RATE).astype(np.float32)
    segments, _ = model.transcribe(noise, language="en", beam_size=1, temperature=0.0)
    count = len(list(segments))
    channel.tell(
        {
            "event": "tried",
            "device": engine.device,
            "compute_type": engine.compute_type,
            "seconds": round(time.monotonic() - began, 3),
            "segments": count,
        }
    )


_VERBS: Mapping[str, Callable[[Json, Channel, Inbox], None]] = {
    "listen": listen,
    "hear": _hear,
    "trial": _trial,
}
