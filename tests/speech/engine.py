"""A scripted speech child: it follows the protocol and fails where its first argument says so.

`trial-ok`, `trial-dies`, `trial-fault` answer the trial on a graphics card; `hear-dies` passes it and dies after
two windows there. On the processor it always works.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any


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
        tell(
            {
                "event": "fault",
                "detail": "RuntimeError: Library libcublas.so.12 is not found or cannot be loaded",
            }
        )
        return
    tell({"event": "tried", "device": device, "compute_type": "float16", "seconds": 0.1, "segments": 0})


def hear(script: str, request: Mapping[str, Any]) -> None:
    device = request["engine"]["device"]
    tell({"event": "loaded", "device": device, "language": "en", "frames": 400})
    for index in range(request["position"]["index"], 4):
        if script == "hear-dies" and device == "cuda" and index == 2:
            sys.stderr.write("CUDA failed with error out of memory\n")
            sys.stderr.flush()
            os.abort()
        word = {"text": f" {device}{index}", "start": index * 1.0, "end": index + 0.5, "probability": 1.0}
        state: dict[str, Any] = {"index": index + 1, "seek": 100 * (index + 1), "last_speech_s": 0.0}
        state |= {"maximum": 1.0, "language": "en"}
        body = {"index": index, "start_s": index, "end_s": index + 1, "words": [word], "state": state}
        tell({"event": "window", **body})
        while heard().get("ack") != index:
            pass
    tell({"event": "heard", "language": "en"})


def main() -> None:
    script, request = sys.argv[1], heard()
    if request["verb"] == "trial":
        trial(script, request["engine"]["device"])
    elif request["verb"] == "listen":
        with open(request["spool"], "wb") as spool:  # noqa: PTH123 - a child that only plays a part
            spool.write(bytes(2 * 64_000))
        tell({"event": "listening", "at_s": 2.0})
        heard_from = {"track": 0, "channel": "mix", "why": ""}
        body = {"samples": 64_000, "regions": [[0, 64_000]], "marks": [], "maximum": 1.0}
        tell({"event": "listened", **body, "heard_from": heard_from})
    else:
        hear(script, request)
    while heard().get("verb") != "bye":
        pass


if __name__ == "__main__":
    main()
