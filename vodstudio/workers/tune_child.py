"""Child side of the tuning: one window of noise goes through the model with some threads and forms of numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vodstudio.workers.child import Channel
from vodstudio.workers.engine import usual_types
from vodstudio.workers.hear_child import ModelKeeper

Json = Mapping[str, Any]
BUDGET_S = 60.0
_WINDOW_S = 30.0
_TOKENS = 100
_WORTH_OTHER_THREADS = 0.95
# Other numbers give other words here and there, and may take four times the memory: only when they are far faster.
_WORTH_OTHER_NUMBERS = 0.6


def tune(keeper: ModelKeeper, request: Json, channel: Channel, inbox: object) -> None:
    """Fewer threads as long as they are faster, then the other usual form of numbers; the fastest is told."""
    del inbox
    until = time.monotonic() + BUDGET_S
    best = _measured(keeper, request["engine"])
    for change, worth in _changes(request["engine"]):
        if time.monotonic() > until:
            break
        other = _measured(keeper, {**best.wanted, **change})
        best = other if other.seconds < best.seconds * worth else best
    channel.tell(
        {
            "event": "tuned",
            "threads": best.wanted["threads"],
            "compute_type": best.compute_type,
            "speed": _WINDOW_S / best.seconds,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    """An engine, and how long one window took on it."""

    wanted: Json
    compute_type: str
    seconds: float


def _measured(keeper: ModelKeeper, wanted: Json) -> _Measured:
    engine, model = keeper.model(wanted)
    return _Measured(wanted=wanted, compute_type=engine.compute_type, seconds=_seconds(model))


def _changes(wanted: Json) -> Iterator[tuple[Json, float]]:
    """What is tried instead, and how much faster it has to be."""
    threads = int(wanted["threads"])
    while threads > 1:
        threads = threads // 2
        yield {"threads": threads}, _WORTH_OTHER_THREADS
    if wanted["compute_type"] == "default":
        for kind in usual_types(str(wanted["device"]))[1:]:
            yield {"compute_type": kind}, _WORTH_OTHER_NUMBERS


def _seconds(model: Any) -> float:
    """One window, as long as speech makes it; the first time warms up where that costs little."""
    import numpy as np

    frames = int(model.feature_extractor.nb_max_frames)
    bands = int(model.feature_extractor.mel_filters.shape[0])
    noise = np.random.default_rng(1).normal(0.0, 0.3, (bands, frames)).astype(np.float32)
    first = _once(model, noise)
    return first if first > 1.0 else min(first, _once(model, noise))


def _once(model: Any, features: Any) -> float:
    from faster_whisper.tokenizer import Tokenizer

    tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language="en")
    prompt = model.get_prompt(tokenizer, [], without_timestamps=True)
    began = time.monotonic()
    encoded = model.encode(features)
    model.model.generate(
        encoded,
        [prompt],
        beam_size=5,
        max_length=min(int(model.max_length), len(prompt) + _TOKENS),
        suppress_tokens=[tokenizer.eot],
    )
    return time.monotonic() - began
