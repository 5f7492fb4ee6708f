"""Faults on demand for tests: which request goes wrong, how, and how often; plus a list of all requests."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Fault:
    """One way to go wrong. `after_commit` means the work is done and only the answer is lost or spoiled."""

    method: str = ""
    path: str = ""
    times: int = 1
    status: int | None = None
    body: str = ""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    after_commit: bool = False
    wait_s: float = 0.0
    bytes_each_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request that arrived."""

    method: str
    path: str
    has_auth: bool
    body: Any = None


class Faults:
    """The faults that are planned, and what was seen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Fault] = []
        self._seen: list[Seen] = []

    def plan(self, *faults: Fault) -> None:
        """Add faults; the first that fits a request is used up once."""
        with self._lock:
            self._planned.extend(faults)

    def clear(self) -> None:
        """From now on everything goes well."""
        with self._lock:
            self._planned.clear()

    def saw(self, seen: Seen) -> None:
        """Note a request."""
        with self._lock:
            self._seen.append(seen)

    def seen(self, method: str = "", path: str = "") -> list[Seen]:
        """The requests that fit, in the order in which they came."""
        with self._lock:
            return [s for s in self._seen if _fits(method, path, s.method, s.path)]

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, if one is planned."""
        with self._lock:
            for fault in self._planned:
                if fault.times > 0 and _fits(fault.method, fault.path, method, path):
                    fault.times -= 1
                    return fault
        return None


def _fits(wanted_method: str, wanted_path: str, method: str, path: str) -> bool:
    return (not wanted_method or wanted_method == method) and bool(re.search(wanted_path, path, re.I))
