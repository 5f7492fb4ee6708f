"""Speech children that hold a model and wait for the next job, so that it need not be loaded again.

A child ends by itself when nobody has asked it for some minutes; nothing here runs meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vodstudio.workers.process import Child

Engine = Mapping[str, Any]


class KeptModels:
    """At most one waiting child for each device."""

    def __init__(self, keep_s: float) -> None:
        self.keep_s = keep_s
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, int], tuple[Engine, Child]] = {}

    def take(self, engine: Engine) -> Child | None:
        """The child that holds this model on this device; one with another model makes room for it."""
        with self._lock:
            known = self._waiting.pop(_place(engine), None)
        if known is None:
            return None
        if known[0] == engine and known[1].is_alive:
            return known[1]
        known[1].end(0.0)
        return None

    def give(self, engine: Engine, child: Child) -> None:
        """Keep this child; where another waits already, or nothing is kept, it ends."""
        with self._lock:
            left: Child | None = child
            if self.keep_s > 0:
                known = self._waiting.pop(_place(engine), None)
                left = known[1] if known else None
                self._waiting[_place(engine)] = (dict(engine), child)
        if left is not None:
            left.end(0.0)

    def make_room(self, folder: Path) -> None:
        """End those that hold another model: beside it, a trial of this one might not fit."""
        with self._lock:
            others = [key for key, (engine, _) in self._waiting.items() if engine["folder"] != str(folder)]
            waiting = [self._waiting.pop(key) for key in others]
        for _, child in waiting:
            child.end(0.0)

    def close(self) -> None:
        """End all that wait."""
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
        for _, child in waiting:
            child.end(0.0)


def _place(engine: Engine) -> tuple[str, int]:
    return str(engine["device"]), int(engine.get("index", 0))
