"""A scripted speech child: it follows the protocol and fails where its first argument says so.

`trial-ok`, `trial-dies`, `trial-fault` answer the trial on a graphics card; `hear-dies` passes it and dies after
two windows there. `memory` has no room on the card for more than two pieces, nor for anything but int8; `driver` and
`cublas` fail on the card with these messages; `hangs` never comes back from a window; `listen-dies` dies while it listens; `times` tells times that cannot be;
`sure` is sure of the language; `spanish` sounds like another language than it was asked in; `tune-dies` dies while its speed is measured.
On the processor it always works.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import zlib
from collections.abc import Mapping
from typing import Any

FAULTS = {
    "driver": "CUDA failed with error unspecified launch failure",
    "cublas": "Library libcublas.so.12 is not found or cannot be loaded",
}
NO_ROOM = "CUDA failed with error out of memory"


def tell(body: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(body) + "\n")
    sys.stdout.flush()


def heard() -> dict[str, Any]:
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    body = json.loads(line)
    assert isinstance(body, dict)
    return body


def trial(script: str, device: str) -> None:
    if script == "trial-dies":
        os.abort()
    if script == "trial-fault":
        tell({"event": "fault", "detail": f"RuntimeError: {FAULTS['cublas']}"})
        return
    said = {"device": device, "compute_type": "float16", "seconds": 0.1, "segments": 0}
    tell({"event": "tried", **said, "free_bytes": 600 * 2**20})


def fails(script: str, request: Mapping[str, Any], index: int) -> str:
    """What goes wrong before this window on the card, if anything does."""
    engine = request["engine"]
    if engine["device"] != "cuda":
        return ""
    if script == "hear-dies" and index == 2:
        sys.stderr.write(f"{NO_ROOM}\n")
        sys.stderr.flush()
        os.abort()
    if script == "memory" and (request["batch_size"] > 2 or engine["compute_type"] != "int8"):
        return NO_ROOM
    return FAULTS.get(script, "") if index == 1 else ""


def window(script: str, device: str, index: int) -> dict[str, Any]:
    times = (index * 1.0, index + 0.5)
    if script == "times":
        times = [(-3.0, 0.5), (float("nan"), 1.5), (2.5, 2.0), (3.0, 99.0)][index]
    word = {"text": f" {device}{index}", "start": times[0], "end": times[1], "probability": 1.0}
    state: dict[str, Any] = {"index": index + 1, "seek": 100 * (index + 1), "last_speech_s": 0.0}
    state |= {"maximum": 1.0, "language": "en", "language_probability": 1.0 if script == "sure" else 0.55}
    piece = {"first": 1000 * index, "last": 1000 * index + 1000, "start_s": index, "end_s": index + 1}
    spoken = {"name": "es" if script == "spanish" else "en", "probability": 0.95}
    return {
        "stretches": [{**piece, "spoken": spoken}],
        "index": index,
        "start_s": index,
        "end_s": index + 1,
        "words": [word],
        "state": state,
    }


def hear(script: str, request: Mapping[str, Any]) -> None:
    device = request["engine"]["device"]
    tell({"event": "loaded", "device": device, "compute_type": "int8", "language": "en", "frames": 400})
    if script in ("hangs", "listen-dies"):
        threading.Event().wait()
    for index in range(request["position"]["index"], 4):
        fault = fails(script, request, index)
        if fault:
            tell({"event": "fault", "detail": f"RuntimeError: {fault}"})
            return
        tell({"event": "window", **window(script, device, index)})
        while heard().get("ack") != index:
            pass
    tell({"event": "heard", "language": "en"})


def listen(script: str, request: Mapping[str, Any]) -> None:
    if script == "listen-dies":
        os.abort()
    with open(request["spool"], "wb") as spool:  # noqa: PTH123 - a child that only plays a part
        spool.write(bytes(2 * 64_000))
    tell({"event": "listening", "at_s": 2.0})
    heard_from = {"track": 0, "channel": "mix", "why": ""}
    body = {
        "samples": 64_000,
        "sum": zlib.crc32(bytes(2 * 64_000)),
        "regions": [[0, 64_000]],
        "marks": [],
        "maximum": 1.0,
    }
    tell({"event": "listened", **body, "heard_from": heard_from})


def tune(script: str) -> None:
    if script == "tune-dies":
        os.abort()
    tell({"event": "tuned", "threads": 1, "compute_type": "int8", "speed": 10.0})


def main() -> None:
    script = sys.argv[1]
    while (request := heard()).get("verb") != "bye":
        match request.get("verb"):
            case "trial":
                trial(script, request["engine"]["device"])
            case "listen":
                listen(script, request)
            case "hear":
                hear(script, request)
            case "tune":
                tune(script)


if __name__ == "__main__":
    main()
