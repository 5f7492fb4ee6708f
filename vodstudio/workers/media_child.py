"""Child side: opens user media with PyAV in a process that may crash, hang or be thrown away."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from vodstudio.core.errors import BadMedia, VodError
from vodstudio.workers.child import Channel, die_with_parent
from vodstudio.workers.wire import wire_of

IDLE_S = 60.0
REQUESTS_A_LIFE = 100

Body = Mapping[str, object]


def main(argv: list[str]) -> int:
    """The entry of `--child media`: one JSON line in, progress lines and one answer out."""
    die_with_parent()
    channel = Channel()
    idle = _end_when_idle()
    for served, request in enumerate(channel.heard(), start=1):
        idle.cancel()
        channel.tell(answer(request, lambda done: channel.tell({"progress": done})))
        if served == REQUESTS_A_LIFE:
            break
        idle = _end_when_idle()
    idle.cancel()
    return 0


def _end_when_idle() -> threading.Timer:
    """A child that nobody needs costs memory; the next request starts a fresh one."""
    timer = threading.Timer(IDLE_S, os._exit, (0,))
    timer.daemon = True
    timer.start()
    return timer


def answer(request: Body, tell: Callable[[float], None]) -> Body:
    """The result of one request, or the error that its sender shall raise."""
    try:
        return {"result": _serve(request, tell)}
    except VodError as error:
        return {"error": wire_of(error)}
    except Exception as error:
        import logging

        logging.getLogger(__name__).exception("A file could not be read")
        unreadable = BadMedia(
            "The file could not be read",
            hint="It may be damaged. The file was not changed; the log has the details.",
            detail=f"{request.get('path')}: {type(error).__name__}: {error}",
            code="VS-UNREADABLE",
        )
        return {"error": wire_of(unreadable)}


def _serve(request: Body, tell: Callable[[float], None]) -> object:
    from vodstudio.workers import analyse, containers, pictures, waveform

    path = Path(str(request["path"]))
    match request["verb"]:
        case "probe":
            return containers.facts_of(path, tell)
        case "levels":
            return analyse.levels_of(path, _number(request, "duration_s"))
        case "stills":
            count, folder = int(_number(request, "count")), Path(str(request["folder"]))
            return pictures.write_stills(path, count, _number(request, "duration_s"), folder)
        case "peaks":
            target = Path(str(request["target"]))
            return waveform.write_peaks(path, target, _number(request, "duration_s"), tell)
        case verb:
            raise ValueError(f"unknown verb {verb!r}")


def _number(request: Body, key: str) -> float:
    return float(str(request[key]))
