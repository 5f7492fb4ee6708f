"""The only place that starts a child process, and the place that makes sure each of them ends."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from vodstudio.core.errors import ChildCrashed, NotFound, VodError
from vodstudio.core.files import write_atomically
from vodstudio.workers.child_environment import child_environment
from vodstudio.workers.endings import end_group, ended_by_record, identity_of, reap
from vodstudio.workers.job_object import JobObject
from vodstudio.workers.tail import Tail

GRACE_S = 3.0
LINES_AHEAD = 256
LONGEST_LINE_BYTES = 64 * 1024 * 1024
LOW_PRIORITY = 10
UNENDED = -9


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to start. `is_ours` says that the child is this program again."""

    argv: tuple[str, ...]
    is_ours: bool = False
    has_input: bool = False
    is_low_priority: bool = True
    memory_bytes: int | None = None
    log: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


def child_command(kind: str, *arguments: str) -> tuple[str, ...]:
    """The command line that starts this program again as a child of a kind."""
    start = (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-m", "vodstudio")
    return (*start, "--child", kind, *arguments)


class Child:
    """A running child: lines from it, lines to it, and its end."""

    def __init__(self, popen: subprocess.Popen[bytes], command: Command, record: Path) -> None:
        self.pid = popen.pid
        self._popen = popen
        self._command = command
        self._record = record
        self._lines: queue.Queue[bytes | None] = queue.Queue(LINES_AHEAD)
        self._is_over = threading.Event()
        self._is_abandoned = False
        self._is_reaped = False
        self._tail = Tail(command.log)
        self._threads = [
            threading.Thread(target=self._read_lines, name=f"child-{self.pid}-lines", daemon=True),
            threading.Thread(target=self._read_errors, name=f"child-{self.pid}-errors", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _read_lines(self) -> None:
        assert self._popen.stdout is not None
        for line in iter(partial(self._popen.stdout.readline, LONGEST_LINE_BYTES), b""):
            if not self._offer(line):
                break
        if not self._offer(None):
            self._tell_end()
        # Nobody may ask for a long time: a child that ended by itself is no zombie, and its PID is not kept as its own.
        reap(self._popen)
        self._is_reaped = True

    def _offer(self, line: bytes | None) -> bool:
        """Hand a line over; False once nobody will read it any more."""
        while not self._is_over.is_set():
            try:
                self._lines.put(line, timeout=0.2)
            except queue.Full:
                continue
            return True
        return False

    def _tell_end(self) -> None:
        """It was ended while somebody may still wait for a line: lines nobody wants make room for the end."""
        while True:
            try:
                self._lines.put_nowait(None)
            except queue.Full:
                with contextlib.suppress(queue.Empty):
                    self._lines.get_nowait()
            else:
                return

    def _read_errors(self) -> None:
        assert self._popen.stderr is not None
        self._tail.drain(self._popen.stderr)

    def line(self, timeout_s: float) -> str | None:
        """The next line of its output; None at the end of it; raises `queue.Empty` when there is none yet."""
        line = self._lines.get(timeout=timeout_s)
        if line is None:
            self._is_over.set()
            return None
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def send(self, text: str) -> None:
        """One line to its input; a child that is gone is a crash."""
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.write(text.encode() + b"\n")
            self._popen.stdin.flush()
        except OSError as error:
            raise ChildCrashed(
                "A part of the program ended by itself", hint="It is started again.", detail=self.errors()
            ) from error

    def wait(self, timeout_s: float | None = None) -> int:
        """Its exit status; negative is the signal that ended it."""
        return self._popen.wait(timeout_s)

    def errors(self) -> str:
        """The end of what it wrote to stderr."""
        return self._tail.text()

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._popen.poll() is None

    def ask_to_end(self) -> None:
        """Tell it to terminate and close its input; `end` sees to the rest."""
        self._is_over.set()
        if self._popen.poll() is None:
            self._popen.terminate()
        if self._popen.stdin is not None:
            with contextlib.suppress(OSError):
                self._popen.stdin.close()

    def end(self, grace_s: float = GRACE_S) -> int:
        """Ask it to stop, wait, end it with all its own children, and leave nothing behind.

        One that the system cannot end (a dead share) is left with its record, and nobody waits for it twice.
        """
        self.ask_to_end()
        if self._is_abandoned and self.is_alive:
            return UNENDED
        status = self._popen.returncode if self._is_reaped else end_group(self._popen, grace_s)
        self._is_abandoned = status is None
        if status is None:
            log.warning("child %d does not end although it was killed: it is left", self.pid)
            return UNENDED
        for thread, stream in zip(self._threads, (self._popen.stdout, self._popen.stderr), strict=True):
            thread.join(5.0)
            # Closing a pipe that somebody still reads would wait for ever.
            if stream is not None and not thread.is_alive():
                stream.close()
        self._record.unlink(missing_ok=True)
        return status

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


@dataclass(frozen=True, slots=True)
class _Wish:
    command: Command
    answer: queue.Queue[Child | Exception]


class Children:
    """Starts children from one thread that lives as long as the program, and ends them with it."""

    def __init__(self, run_folder: Path) -> None:
        run_folder.mkdir(parents=True, exist_ok=True)
        self._folder = run_folder
        self._wishes: queue.Queue[_Wish | None] = queue.Queue()
        self._lock = threading.Lock()
        self._living: list[Child] = []
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._job_object: JobObject | None = None

    def start(self, command: Command) -> Child:
        """Start it; the system ends it when this process dies in whatever way."""
        answer: queue.Queue[Child | Exception] = queue.Queue(1)
        with self._lock:
            if self._is_closed:
                raise ChildCrashed("The program is closing", hint="The work goes on at the next start.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="children", daemon=True)
                self._thread.start()
            self._wishes.put(_Wish(command, answer))
        child = answer.get()
        if isinstance(child, OSError):
            raise NotFound(
                f"{Path(command.argv[0]).name} cannot be started",
                hint="Look in Settings whether the program is still there; an antivirus may have moved it.",
                detail=f"{command.argv[0]}: {child}",
                code="VS-CANNOT-START",
            ) from child
        if isinstance(child, Exception):
            raise child
        return child

    @contextlib.contextmanager
    def running(self, command: Command, grace_s: float = GRACE_S) -> Iterator[Child]:
        """A child that has ended when the block is left."""
        child = self.start(command)
        try:
            yield child
        finally:
            child.end(grace_s)

    def close(self) -> None:
        """End every child and the thread that started them."""
        with self._lock:
            self._is_closed = True
            thread, self._thread = self._thread, None
            if thread is not None:
                self._wishes.put(None)
        if thread is not None:
            thread.join()
        with self._lock:
            living, self._living = self._living, []
        for child in living:
            child.ask_to_end()
        until = time.monotonic() + GRACE_S
        for child in living:
            child.end(max(0.0, until - time.monotonic()))
        if self._job_object is not None:
            self._job_object.close()
            self._job_object = None

    def _serve(self) -> None:
        while (wish := self._wishes.get()) is not None:
            try:
                wish.answer.put(self._spawn(wish.command))
            except (OSError, ValueError, RuntimeError, VodError) as error:
                # Refused by the system or by the library, no thread to be had, or no place for the record.
                wish.answer.put(error)

    def _spawn(self, command: Command) -> Child:
        popen = subprocess.Popen(
            [*_guard(command), *command.argv],
            stdin=subprocess.PIPE if command.has_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(command.environment, is_ours=command.is_ours),
            cwd=self._folder if not command.is_ours else None,
            start_new_session=True,
            creationflags=_creation_flags(command),
        )
        try:
            child = self._taken_over(popen, command)
        except BaseException:
            # Nobody would know of it, so nobody could end it.
            end_group(popen, 0.0)
            for stream in (popen.stdin, popen.stdout, popen.stderr):
                if stream is not None:
                    stream.close()
            raise
        with self._lock:
            self._living = [other for other in self._living if other.is_alive] + [child]
        return child

    def _taken_over(self, popen: subprocess.Popen[bytes], command: Command) -> Child:
        """Bound to our life, and recorded for the next start."""
        self._bind(popen, command)
        record = self._folder / f"child-{popen.pid}-{secrets.token_hex(4)}.json"
        body = {"pid": popen.pid, "identity": identity_of(popen.pid), "program": Path(command.argv[0]).name}
        write_atomically(record, json.dumps(body).encode())
        return Child(popen, command, record)

    def _bind(self, popen: subprocess.Popen[bytes], command: Command) -> None:
        """Tie the child's life, memory and priority to what we allow."""
        if sys.platform == "win32":
            if self._job_object is None:
                self._job_object = JobObject()
            self._job_object.add(popen)
            return
        import resource

        with contextlib.suppress(OSError):
            if command.is_low_priority:
                os.setpriority(os.PRIO_PROCESS, popen.pid, LOW_PRIORITY)
            if command.memory_bytes is not None and hasattr(resource, "prlimit"):
                limits = (command.memory_bytes, command.memory_bytes)
                resource.prlimit(popen.pid, resource.RLIMIT_DATA, limits)


def end_leftovers(run_folder: Path) -> int:
    """At start: end what an earlier run of ours left running; a reused PID is not touched."""
    ended = 0
    for record in sorted(run_folder.glob("child-*.json")) if run_folder.is_dir() else []:
        ended += ended_by_record(record)
        record.unlink(missing_ok=True)
    return ended


def finished(child: Child, timeout_s: float) -> tuple[int, str]:
    """Wait for a short child: its exit status and whole output; one that takes too long is ended."""
    lines: list[str] = []
    until = time.monotonic() + timeout_s
    while True:
        try:
            line = child.line(max(0.0, until - time.monotonic()))
        except queue.Empty as error:
            raise ChildCrashed("A helper program did not answer", detail=child.errors()) from error
        if line is None:
            break
        lines.append(line)
    try:
        return child.wait(max(1.0, until - time.monotonic())), "\n".join(lines)
    except subprocess.TimeoutExpired as error:
        raise ChildCrashed("A helper program did not end", detail=child.errors()) from error


def _guard(command: Command) -> Sequence[str]:
    """On Linux a foreign program cannot ask for the parent-death signal itself."""
    if command.is_ours or not sys.platform.startswith("linux"):
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv:
        return (setpriv, "--pdeathsig", "KILL", "--")
    return child_command("exec", "--")


def _creation_flags(command: Command) -> int:
    if sys.platform == "win32":
        low = subprocess.BELOW_NORMAL_PRIORITY_CLASS if command.is_low_priority else 0
        return subprocess.CREATE_NO_WINDOW | low
    else:  # noqa: RET505  # so that the type checker knows that the other systems are meant
        return 0
