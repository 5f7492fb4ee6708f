"""What goes between us and a child of ours: the lines that it says in time, and an error in both directions."""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vodstudio.core import errors
from vodstudio.core.errors import Hold, VodError
from vodstudio.workers.silence import Silence

if TYPE_CHECKING:
    from vodstudio.workers.process import Child

_LOOK_EVERY_S = 0.1


def said_by(child: Child, check: Callable[[], None], silence_s: float) -> Iterator[Mapping[str, Any]]:
    """Each line of the child until it ends; `TimeoutError` when nothing comes for so long. `check` may raise."""
    silence = Silence()
    while not silence.is_over(silence_s):
        check()
        try:
            line = child.line(_LOOK_EVERY_S)
        except queue.Empty:
            continue
        if line is None:
            return
        yield json.loads(line)
        silence.broken()
    raise TimeoutError


def wire_of(error: VodError) -> dict[str, object]:
    """An error as one line can carry it."""
    return {
        "class": type(error).__name__,
        "title": error.title,
        "hint": error.hint,
        "detail": error.detail,
        "code": error.code,
        "condition": error.condition if isinstance(error, Hold) else "",
    }


def error_of_wire(body: Mapping[str, object]) -> VodError:
    """The error that the child named."""
    kind: type[VodError] = getattr(errors, str(body["class"]), VodError)
    words = {name: str(body[name]) for name in ("detail", "hint", "code")}
    if issubclass(kind, Hold):
        return kind(str(body["title"]), condition=str(body["condition"]), **words)
    return kind(str(body["title"]), **words)
