"""Child side: brings a model from the hub or a folder, in a process that may be ended at any moment."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from vodstudio.core.errors import VodError, problem_of
from vodstudio.core.models import KnownModel, ModelName
from vodstudio.workers.child import Channel, die_with_parent
from vodstudio.workers.wire import wire_of

TELL_EVERY_S = 0.1

Body = Mapping[str, object]


def main(argv: list[str]) -> int:
    """The entry of `--child models`: one request in, lines of progress and one answer out."""
    die_with_parent()
    channel = Channel()
    for request in channel.heard():
        channel.tell(answer(request, Progress(channel.tell)))
        break
    return 0


class Progress:
    """At most ten lines a second, and always the first and the last."""

    def __init__(self, tell: Callable[[Body], None]) -> None:
        self._tell = tell
        self._told_at = float("-inf")

    def __call__(self, done_bytes: int, total_bytes: int, note: str) -> None:
        """Tell, unless it was told a moment ago."""
        now = time.monotonic()
        if now - self._told_at >= TELL_EVERY_S or done_bytes == total_bytes:
            self._told_at = now
            self._tell({"done": done_bytes, "total": total_bytes, "note": note})


def answer(request: Body, tell: Callable[[int, int, str], None]) -> Body:
    """Where the model lies now, or the error that its sender shall raise."""
    try:
        return {"result": str(_serve(request, tell))}
    except VodError as error:
        return {"error": wire_of(error)}
    except Exception as error:
        logging.getLogger(__name__).exception("A model could not be brought")
        told = problem_of(error)
        return {"error": wire_of(VodError(told.title, hint=told.hint, detail=told.detail, code=told.code))}


def _serve(request: Body, tell: Callable[[int, int, str], None]) -> Path:
    from vodstudio.workers import model_download, model_import
    from vodstudio.workers.model_hub import Hub

    shelf = Path(str(request["shelf"]))
    match request["verb"]:
        case "get":
            told = request["model"]
            assert isinstance(told, dict)
            model = KnownModel(**{**told, "name": ModelName(str(told["name"]))})
            return model_download.download(model, Hub(str(request["hub"])), shelf, tell)
        case "bring":
            return model_import.bring(Path(str(request["folder"])), shelf, str(request["name"]), tell)
        case verb:
            raise ValueError(f"unknown verb {verb!r}")
