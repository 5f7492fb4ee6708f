"""The two children of the speech step: one opens the recording and finds speech, one holds the model."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from vodstudio.core.errors import VodError
from vodstudio.workers.card_memory import free_bytes
from vodstudio.workers.child import Channel, die_with_parent
from vodstudio.workers.hear_child import ModelKeeper, hear
from vodstudio.workers.heart import Heart
from vodstudio.workers.inbox import Inbox
from vodstudio.workers.listen_child import listen
from vodstudio.workers.tune_child import tune
from vodstudio.workers.windows import SAMPLE_RATE
from vodstudio.workers.wire import wire_of

Json = Mapping[str, Any]
CARD = "cuda"
_TRIAL_S = 5


def main(argv: list[str]) -> int:
    """`--child speech`: requests on stdin, one after the other, answers as JSON lines."""
    die_with_parent()
    channel = Channel()
    inbox, keeper = Inbox(channel), ModelKeeper()
    heart = Heart(channel.tell, lambda: inbox.is_waiting)
    keep_s: float | None = None
    while (request := inbox.next_request(keep_s))["verb"] != "bye":
        with heart.beating():
            _answer(keeper, request, channel, inbox)
        keep_s = request.get("keep_s")
    inbox.close()
    return 0


def _answer(keeper: ModelKeeper, request: Json, channel: Channel, inbox: Inbox) -> None:
    """An error is told as ours, whatever else happens as a fault of this child."""
    try:
        _VERBS[str(request["verb"])](keeper, request, channel, inbox)
    except VodError as error:
        channel.tell({"event": "error", **wire_of(error)})
    except Exception as error:  # noqa: BLE001 - the edge of a child: the parent decides what this means
        channel.tell({"event": "fault", "detail": f"{type(error).__name__}: {error}"})


def _listen(keeper: ModelKeeper, request: Json, channel: Channel, inbox: Inbox) -> None:
    """The model is never in the process that opens the file."""
    del keeper
    listen(request, channel, inbox)


def _trial(keeper: ModelKeeper, request: Json, channel: Channel, inbox: Inbox) -> None:
    """Load the model and read five seconds of faint noise with it: the proof that a device works."""
    del inbox
    import numpy as np

    began = time.monotonic()
    engine, model = keeper.model(request["engine"])
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
            "free_bytes": free_bytes(engine.index) if engine.device == CARD else None,
        }
    )


_VERBS: Mapping[str, Callable[[ModelKeeper, Json, Channel, Inbox], None]] = {
    "listen": _listen,
    "hear": hear,
    "trial": _trial,
    "tune": tune,
}
