"""What nobody caught: logged, shown, and a crash of C code leaves its trace; signals of the system end us in order."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import TextIO

from PySide6.QtCore import QObject, QSocketNotifier, Signal

from vodstudio.core.errors import Problem, problem_of

log = logging.getLogger(__name__)


class LastChance(QObject):
    """While it is entered, an exception that reaches the top is not silent."""

    happened = Signal(object)

    def __init__(self, logs: Path, show: Callable[[Problem], object]) -> None:
        super().__init__()
        self._logs = logs
        self._show = show
        self._file: TextIO | None = None
        self._hooks = (sys.excepthook, threading.excepthook)
        self.happened.connect(self._on_happened)

    def __enter__(self) -> LastChance:
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        if not faulthandler.is_enabled():
            with contextlib.suppress(OSError):
                self._file = (self._logs / "crash.txt").open("a", encoding="utf-8")
                faulthandler.enable(self._file)
        return self

    def __exit__(self, *_: object) -> None:
        sys.excepthook, threading.excepthook = self._hooks
        if self._file is not None:
            faulthandler.disable()
            self._file.close()

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        log.error("nobody caught this", exc_info=(kind, error, trace))
        self.happened.emit(problem_of(error))

    def _on_thread_exception(self, told: threading.ExceptHookArgs) -> None:
        error = told.exc_value or told.exc_type()
        log.error("a thread ended with this", exc_info=(told.exc_type, error, told.exc_traceback))
        self.happened.emit(problem_of(error))

    def _on_happened(self, problem: Problem) -> None:
        self._show(problem)


class Signals(QObject):
    """Ctrl+C and the end of the session: Python hears them through a socket that wakes Qt."""

    def __init__(self, end: Callable[[], None]) -> None:
        super().__init__()
        self._end = end
        self._before: dict[int, object] = {}

    def __enter__(self) -> Signals:
        if threading.current_thread() is not threading.main_thread():
            return self
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_woken)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        if not self._before:
            return
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._before.clear()
        signal.set_wakeup_fd(self._wakeup)
        self._notifier.setEnabled(False)
        self._ours.close()
        self._theirs.close()

    def _on_woken(self) -> None:
        with contextlib.suppress(OSError):
            self._ours.recv(64)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._end()
