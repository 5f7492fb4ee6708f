"""GPU or CPU for speech: decided by reading five seconds in a child, never by a driver being there."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vodstudio.core.errors import VodError
from vodstudio.workers.conversation import Conversation
from vodstudio.workers.process import Children

TRIAL_LIMIT_S = 120.0
MOST_THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Where a model runs, and the sentence that says why."""

    name: str
    threads: int
    why: str


class Devices:
    """Remembers for each model what its trial said; a device that failed is not used again in this run."""

    def __init__(
        self,
        children: Children,
        command: tuple[str, ...] = (),
        has_gpu: Callable[[], bool] | None = None,
    ) -> None:
        self._children = children
        self._command = command
        self._has_gpu = has_gpu or has_nvidia_driver
        self._lock = threading.Lock()
        self._decided: dict[Path, Device] = {}

    def choose(self, model: Path, compute_type: str, check: Callable[[], None]) -> Device:
        """The device for this model; the first question of a run may take a few seconds."""
        with self._lock:
            known = self._decided.get(model)
        if known is not None:
            return known
        device = (
            self._tried(model, compute_type, check) if self._has_gpu() else cpu("no NVIDIA driver is here")
        )
        with self._lock:
            return self._decided.setdefault(model, device)

    def failed(self, model: Path, detail: str) -> Device:
        """The GPU failed while it worked: the processor goes on."""
        device = cpu(f"the graphics card failed ({first_line(detail)})")
        with self._lock:
            self._decided[model] = device
        return device

    def trial(self, model: Path, device: Device, compute_type: str, check: Callable[[], None]) -> float:
        """Load the model and read five seconds with it in a child: the seconds that took; raises when it cannot."""
        request = {"verb": "trial", "engine": engine_request(model, device, compute_type)}
        with Conversation(self._children, request, check, self._command) as talk:
            return float(talk.wait_for("tried", TRIAL_LIMIT_S)["seconds"])

    def _tried(self, model: Path, compute_type: str, check: Callable[[], None]) -> Device:
        card = Device(name="cuda", threads=1, why="")
        try:
            seconds = self.trial(model, card, compute_type, check)
        except VodError as error:
            return cpu(f"the graphics card could not be used ({first_line(error.detail or error.title)})")
        return Device(name="cuda", threads=1, why=f"the graphics card passed its trial in {seconds} s")


def cpu(why: str) -> Device:
    """The processor, with one core left for the window."""
    if sys.platform == "linux":  # so that the type checker knows that the other systems have it not
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return Device(name="cpu", threads=max(1, min(MOST_THREADS, cores - 1)), why=why)


def engine_request(model: Path, device: Device, compute_type: str) -> Mapping[str, Any]:
    """What the child is told about the engine."""
    return {
        "folder": str(model),
        "device": device.name,
        "threads": device.threads,
        "compute_type": compute_type,
    }


def has_nvidia_driver() -> bool:
    """Whether a trial is worth its seconds."""
    if sys.platform == "win32":
        return (Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvcuda.dll").exists()
    return Path("/proc/driver/nvidia/version").exists() or Path("/dev/nvidia0").exists()


def first_line(text: str) -> str:
    """Enough of a library's message for a sentence."""
    return (text.strip().splitlines() or ["no reason given"])[0][:160]
