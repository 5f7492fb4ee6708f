"""Memory and CPU of a process and all that it starts, looked at many times a second while it runs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psutil

LOOK_EVERY_S = 0.05
_CHILD = "--child"


@dataclass(slots=True, kw_only=True)
class Member:
    """One process: what it is, its highest memory so far, and its CPU when it was last seen."""

    pid: int
    name: str
    peak_kib: int = 0
    cpu_s: float = 0.0
    is_alive: bool = True


@dataclass(slots=True)
class Family:
    """Watched in a thread for the length of a block; `root` itself is a member."""

    root: int
    members: dict[tuple[int, float], Member] = field(default_factory=dict)
    together_kib: dict[str, int] = field(default_factory=dict)
    _is_over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Family:
        self._thread = threading.Thread(target=self._watch, name="family")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def together_mib(self, name: str) -> float:
        """The highest sum of the peaks of processes of this name that were alive at the same time."""
        return self.together_kib.get(name, 0) / 1024

    def of(self, name: str) -> list[Member]:
        """All that had this name, in their order."""
        return [member for member in self.members.values() if member.name == name]

    def _watch(self) -> None:
        while not self._is_over.wait(LOOK_EVERY_S):
            self.look()

    def look(self) -> None:
        """Once."""
        alive = [member for process in self._processes() if (member := self._seen(process)) is not None]
        for member in self.members.values():
            member.is_alive = member in alive
        for name in {member.name for member in alive}:
            sum_kib = sum(member.peak_kib for member in alive if member.name == name)
            self.together_kib[name] = max(self.together_kib.get(name, 0), sum_kib)

    def _processes(self) -> Iterator[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            root = psutil.Process(self.root)
            yield root
            yield from root.children(recursive=True)

    def _seen(self, process: psutil.Process) -> Member | None:
        try:
            key = (process.pid, process.create_time())
            member = self.members.get(key)
            if member is None or not member.name.startswith(_CHILD):
                name = _name(
                    process.cmdline()
                )  # a process has the line of its parent until it is what it will be
                member = self.members.setdefault(key, Member(pid=process.pid, name=name))
                member.name = name
            spent = process.cpu_times()
            peak_kib = _peak_kib(process.pid)
        except (psutil.Error, OSError, ValueError):
            return None
        member.peak_kib, member.cpu_s = max(member.peak_kib, peak_kib), spent.user + spent.system
        return member


def _name(line: list[str]) -> str:
    if _CHILD in line:
        return " ".join(line[line.index(_CHILD) :][:2])
    return Path(line[0]).name if line else "?"


def _peak_kib(pid: int) -> int:
    """The highest resident memory that the system has seen."""
    status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    return int(status.split("VmHWM:", 1)[1].split(None, 1)[0]) if "VmHWM:" in status else 0
