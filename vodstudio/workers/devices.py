"""GPU or CPU for speech: decided by reading five seconds in a child, never by a driver being there."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vodstudio.core.errors import VodError
from vodstudio.workers.card_memory import pieces_for
from vodstudio.workers.conversation import Conversation
from vodstudio.workers.device_faults import Cause, cause_of
from vodstudio.workers.model_file import WEIGHTS, is_there
from vodstudio.workers.process import Children

TRIAL_LIMIT_S = 120.0
MOST_THREADS = 8
CARD = "cuda"
_SMALLEST_NUMBERS = "int8"
_CARD_WAIT_S = 0.2
_LOST = {
    Cause.MEMORY: "The graphics card ran out of memory",
    Cause.LIBRARY: "Libraries of the graphics card (cuBLAS 12) are missing",
    Cause.DRIVER: "The driver of the graphics card failed",
    Cause.UNKNOWN: "The speech engine ended on the graphics card",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Where a model runs, and the sentence that says why. `compute_type` is set where the wished one did not fit.

    `has_lost_card` where there is a graphics card, and it could not be used, or not as it was meant.
    """

    name: str
    threads: int
    why: str
    index: int = 0
    pieces: int = 1
    compute_type: str = ""
    has_lost_card: bool = False

    @property
    def is_card(self) -> bool:
        """A graphics card rather than the processor."""
        return self.name == CARD


class Devices:
    """Remembers for each model what its trial said.

    What failed is tried again when the driver has changed, when a person says so, and by each new run of the program.
    """

    def __init__(
        self,
        children: Children,
        command: tuple[str, ...] = (),
        has_gpu: Callable[[], bool] | None = None,
        cards: int | None = None,
        driver: Callable[[], str] | None = None,
    ) -> None:
        self._children = children
        self._command = command
        self._has_gpu = has_gpu or has_nvidia_driver
        self._driver = driver or driver_mark
        self._tried_with = self._driver()
        self._lock = threading.Condition()
        self._decided: dict[Path, Device] = {}
        self._cards = cards
        self._busy: set[int] = set()

    def choose(self, model: Path, compute_type: str, check: Callable[[], None]) -> Device:
        """The device for this model; the first question of a run may take a few seconds."""
        now = self._driver()
        with self._lock:
            if now != self._tried_with:
                self._decided.clear()
            self._tried_with = now
            known = self._decided.get(model)
        if known is not None:
            return known
        device = (
            self._tried(model, compute_type, check) if self._has_gpu() else cpu("no NVIDIA driver is here")
        )
        with self._lock:
            return self._decided.setdefault(model, device)

    def forget(self) -> None:
        """A person says that the card may work now: whoever comes next tries it."""
        with self._lock:
            self._decided.clear()

    def failed(self, model: Path, device: Device, detail: str) -> Device | None:
        """The next lower rung, which this model keeps for this run of the program; None below the last."""
        lower = below(device, detail)
        if lower is not None:
            with self._lock:
                self._decided[model] = replace(lower, index=0)
        return lower

    @contextlib.contextmanager
    def taken(self, device: Device, check: Callable[[], None]) -> Iterator[Device]:
        """A card belongs to one recording at a time (E17); whoever comes next waits, or takes the next card."""
        if not device.is_card:
            yield device
            return
        index = self._free_card(check)
        try:
            yield replace(device, index=index)
        finally:
            with self._lock:
                self._busy.discard(index)
                self._lock.notify_all()

    def _free_card(self, check: Callable[[], None]) -> int:
        cards = card_count() if self._cards is None else self._cards
        with self._lock:
            while True:
                free = [index for index in range(max(1, cards)) if index not in self._busy]
                if free:
                    self._busy.add(free[0])
                    return free[0]
                check()
                self._lock.wait(_CARD_WAIT_S)

    def trial(
        self, model: Path, device: Device, compute_type: str, check: Callable[[], None]
    ) -> Mapping[str, Any]:
        """Load the model and read five seconds with it in a child; raises when it cannot."""
        request = {"verb": "trial", "engine": engine_request(model, device, compute_type)}
        with Conversation(self._children, request, check, self._command) as talk:
            return talk.wait_for("tried", TRIAL_LIMIT_S)

    def _tried(self, model: Path, compute_type: str, check: Callable[[], None]) -> Device:
        card = Device(name=CARD, threads=1, why="")
        try:
            said = self.trial(model, card, compute_type, check)
        except VodError as error:
            if not is_there(model):  # a model that went away is no fault of the card
                raise
            detail = error.detail or error.title
            why = _LOST[cause_of(detail)].lower()
            told = f"the graphics card could not be used: {why} ({first_line(detail)})"
            return replace(cpu(told), has_lost_card=True)
        weights = model / WEIGHTS
        size = weights.stat().st_size if weights.is_file() else 0
        why = f"the graphics card passed its trial in {said['seconds']} s"
        return replace(card, why=why, pieces=pieces_for(said.get("free_bytes"), size))


def below(device: Device, detail: str) -> Device | None:
    """One rung lower: fewer pieces at once, then smaller numbers, then the processor (E01 to E03)."""
    cause = cause_of(detail)
    if cause is Cause.MEMORY and device.pieces > 1:
        pieces = device.pieces // 2
        what = "The graphics card" if device.is_card else "The computer"
        why = f"{what} ran out of memory: {pieces} of {device.pieces} pieces are heard at once"
        return replace(device, pieces=pieces, why=why, has_lost_card=device.is_card)
    if not device.is_card:
        return None
    if cause is Cause.MEMORY and device.compute_type != _SMALLEST_NUMBERS:
        why = f"The graphics card ran out of memory: it goes on with smaller numbers ({_SMALLEST_NUMBERS})"
        return replace(device, compute_type=_SMALLEST_NUMBERS, why=why, has_lost_card=True)
    why = (
        f"{_LOST[cause]}: the processor goes on, more slowly (the graphics card failed: {last_line(detail)})"
    )
    return replace(cpu(why), has_lost_card=True)


def cpu(why: str) -> Device:
    """The processor, with one core left for the window."""
    return Device(name="cpu", threads=max(1, min(MOST_THREADS, cores() - 1)), why=why)


def cores() -> int:
    """Cores that this program may use."""
    if sys.platform == "linux":  # so that the type checker knows that the other systems have it not
        return len(os.sched_getaffinity(0))
    else:  # noqa: RET505  # the other systems, for the type checker
        return os.cpu_count() or 1


def engine_request(model: Path, device: Device, compute_type: str) -> Mapping[str, Any]:
    """What the child is told about the engine."""
    return {
        "folder": str(model),
        "device": device.name,
        "index": device.index,
        "threads": device.threads,
        "compute_type": device.compute_type or compute_type,
    }


def has_nvidia_driver() -> bool:
    """Whether a trial is worth its seconds."""
    if sys.platform == "win32":
        return (Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvcuda.dll").exists()
    return Path("/proc/driver/nvidia/version").exists() or Path("/dev/nvidia0").exists()


def driver_mark(version: Path = Path("/proc/driver/nvidia/version")) -> str:
    """Another text when the driver is another one; empty where there is none."""
    if sys.platform == "win32":
        version = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvcuda.dll"
    try:
        about = version.stat()
        return version.read_text("utf-8") if not about.st_size else f"{about.st_size} {about.st_mtime_ns}"
    except OSError:
        return ""


def card_count(listed: Path = Path("/proc/driver/nvidia/gpus")) -> int:
    """How many graphics cards this machine has: one where nobody can tell, none without a driver."""
    if not has_nvidia_driver():
        return 0
    return max(1, len(list(listed.iterdir())) if listed.is_dir() else 1)


def first_line(text: str) -> str:
    """Enough of a library's message for a sentence."""
    return (text.strip().splitlines() or ["no reason given"])[0][:160]


def last_line(text: str) -> str:
    """What a library said last before the end."""
    return (text.strip().splitlines() or ["no reason given"])[-1][:160]
