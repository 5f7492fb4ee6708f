"""Child side of listening: the recording becomes samples in a spool, and where speech is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vodstudio.workers.child import Channel
from vodstudio.workers.windows import VadSettings, speech_regions, spool_samples

_TELL_EVERY_S = 0.1


def listen(request: Mapping[str, Any], channel: Channel, inbox: object) -> None:
    """Decode into the spool and say where speech is. The model is never in the process that opens the file."""
    del inbox
    spool = Path(request["spool"])
    tell = _paced(lambda at_s: channel.tell({"event": "listening", "at_s": at_s}))
    samples = spool_samples(Path(request["source"]), spool, tell)
    channel.tell({"event": "decoded", "samples": samples})
    regions = speech_regions(spool, VadSettings(**request["vad"]))
    channel.tell(
        {
            "event": "listened",
            "samples": samples,
            "regions": [[region.start, region.end] for region in regions],
        }
    )


def _paced(tell: Callable[[float], None]) -> Callable[[float], None]:
    """At most ten times a second."""
    last = float("-inf")

    def perhaps(value: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _TELL_EVERY_S:
            last = now
            tell(value)

    return perhaps
