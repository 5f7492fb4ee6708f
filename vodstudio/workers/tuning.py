"""How fast a model hears on this machine, and how it is asked best: measured once in a child, and remembered.

The first measurement is a short one on noise; each finished recording then replaces it with what really happened.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from vodstudio.core.files import write_atomically
from vodstudio.workers.conversation import Conversation
from vodstudio.workers.devices import Device, engine_request
from vodstudio.workers.models import Model
from vodstudio.workers.process import Children

TUNE_LIMIT_S = 300.0
_SCHEMA = 1
# Of a long recording the speed says more than of a short one, where loading and the first window count.
_LEARN_FROM_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What was found for one model on one device; `speed` is times real time."""

    threads: int
    compute_type: str
    speed: float
    is_from_work: bool = False


class Tuning:
    """The notes of this machine (machine.json in the data folder); a damaged file is measured anew."""

    def __init__(self, path: Path, children: Children, command: tuple[str, ...] = ()) -> None:
        self._path = path
        self._children = children
        self._command = command
        self._lock = threading.Lock()

    def speed(self, model: Model) -> float | None:
        """Times real time on the device that was used last; None before that, and of a model that cannot be read."""
        try:
            mark = model.mark
        except OSError:
            return None
        mine = [body for key, body in self._read().items() if key.startswith(f"{mark}:")]
        return float(mine[-1]["speed"]) if mine else None

    def tuned(self, model: Model, device: Device, compute_type: str) -> Tuned | None:
        """What is known for this model on this device."""
        body = self._read().get(_key(model, device, compute_type))
        return Tuned(**body) if body else None

    def tune(self, model: Model, device: Device, compute_type: str, check: Callable[[], None]) -> Tuned:
        """What is known, or a measurement of some seconds in a child of its own."""
        known = self.tuned(model, device, compute_type)
        if known is not None:
            return known
        request = {"verb": "tune", "engine": engine_request(model.folder, device, compute_type)}
        with Conversation(self._children, request, check, self._command) as talk:
            found = talk.wait_for("tuned", TUNE_LIMIT_S)
        tuned = Tuned(
            threads=int(found["threads"]),
            compute_type=str(found["compute_type"]),
            speed=round(float(found["speed"]), 2),
        )
        self._keep(_key(model, device, compute_type), tuned)
        return tuned

    def learn(self, model: Model, device: Device, wanted: str, used: Tuned, heard_s: float) -> None:
        """What a finished recording showed; threads and numbers stay as they were measured."""
        if heard_s >= _LEARN_FROM_S:
            known = self.tuned(model, device, wanted) or used
            speed = round(used.speed, 2)
            self._keep(_key(model, device, wanted), replace(known, speed=speed, is_from_work=True))

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            body = json.loads(self._path.read_text("utf-8"))
            if body["schema"] != _SCHEMA:
                return {}
            return {str(key): asdict(Tuned(**found)) for key, found in body["models"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def _keep(self, key: str, tuned: Tuned) -> None:
        with self._lock:
            models = self._read()
            models.pop(key, None)
            models[key] = asdict(tuned)
            text = json.dumps({"schema": _SCHEMA, "models": models}, indent=1)
            write_atomically(self._path, text.encode())


def in_use(device: Device, tuned: Tuned) -> Device:
    """The device, asked as it was found to be fastest."""
    return replace(device, threads=tuned.threads, compute_type=device.compute_type or tuned.compute_type)


def _key(model: Model, device: Device, compute_type: str) -> str:
    return f"{model.mark}:{device.name}:{compute_type}"
