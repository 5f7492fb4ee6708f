"""The kit of every test: nothing is left behind, nothing leaves this computer, everything lies in tmp_path."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
# No test reads or writes the password vault of whoever runs it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

ROOT = Path(__file__).resolve().parent.parent
_T = TypeVar("_T")
Run = Callable[[Coroutine[Any, Any, _T]], _T]
_LOOPBACK = re.compile(r"^(localhost|127\.|::1$|0\.0\.0\.0$|::$|$)")
_outside: list[str] = []


def _stay_home(event: str, args: tuple[Any, ...]) -> None:
    """Sockets reach loopback and nothing else; a refusal that code swallows still fails the test."""
    if event == "socket.connect":
        address = args[1]
        host = str(address[0]) if isinstance(address, tuple) else ""
    elif event == "socket.getaddrinfo":
        host = args[0].decode() if isinstance(args[0], bytes) else str(args[0] or "")
    else:
        return
    if not _LOOPBACK.match(host):
        _outside.append(f"{event} {host}")
        raise PermissionError(f"a test may not reach {host!r}: only loopback is open")


sys.addaudithook(_stay_home)


class _Heard(logging.Handler):
    """Collects what was logged as WARNING or worse; never raises on the thread that logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{record.name} {record.levelname} {record.getMessage()}"
        if record.exc_info and record.exc_info[0]:
            line += f" ({record.exc_info[0].__name__}: {record.exc_info[1]})"
        if line not in self.lines:
            self.lines.append(line)


def _children() -> set[int]:
    """Our child processes, also those that ended and were not waited for."""
    listed = list(Path("/proc/self/task").glob("*/children")) if sys.platform == "linux" else []
    if listed:
        found: set[int] = set()
        for path in listed:
            # A thread that was just joined may leave this list while we read it.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found |= {int(pid) for pid in path.read_text(encoding="ascii").split()}
        return found
    import psutil

    return {child.pid for child in psutil.Process().children(recursive=True)}


def _visible_widgets() -> set[int]:
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return set()
    return {id(widget) for widget in widgets.QApplication.topLevelWidgets() if widget.isVisible()}


def _left_threads(before: set[threading.Thread]) -> list[str]:
    """A "Dummy" is Python's note about a thread of Qt's pool, which ends with its pool and cannot be joined."""
    new = [thread for thread in threading.enumerate() if thread not in before]
    ours = [thread for thread in new if not thread.name.startswith("Dummy-")]
    for thread in ours:
        thread.join(2.0)
    return [thread.name for thread in ours if thread.is_alive()]


def _left_handlers(before: dict[logging.Logger, list[logging.Handler]]) -> list[str]:
    return [
        f"{logger.name}: {handler!r}"
        for logger, handlers in before.items()
        for handler in logger.handlers
        if handler not in handlers
    ]


@pytest.fixture
def allowed_logs() -> list[str]:
    """Patterns of warnings that this test provokes: append one before it is logged."""
    return []


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest, allowed_logs: list[str]) -> Iterator[None]:
    """A thread, child process, window, log handler, warning or outside connection left by a test fails it."""
    heard = _Heard()
    loggers = [logging.getLogger(name) for name in ("", "vodstudio")]
    for logger in loggers:
        logger.addHandler(heard)
    handlers = {logger: list(logger.handlers) for logger in loggers}
    threads, children, widgets = set(threading.enumerate()), _children(), _visible_widgets()
    _outside.clear()
    yield
    for logger in loggers:
        logger.removeHandler(heard)
    looks_itself = "caplog" in request.fixturenames
    lines = [] if looks_itself else heard.lines
    faults = {
        "threads left running": _left_threads(threads),
        "child processes left": sorted(_children() - children),
        "windows left open": sorted(_visible_widgets() - widgets),
        "log handlers left": _left_handlers(handlers),
        "reached outside loopback": list(_outside),
        "unexpected log": [
            line for line in lines if not any(re.search(pattern, line) for pattern in allowed_logs)
        ],
    }
    left = {what: found for what, found in faults.items() if found}
    assert not left, f"left behind: {left}"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has its own home of the program; the folder is made by who needs it."""
    place = tmp_path / "home"
    monkeypatch.setenv("VODSTUDIO_HOME", str(place))
    return place


def _new_loop(request: pytest.FixtureRequest) -> asyncio.AbstractEventLoop:
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        return asyncio.new_event_loop()
    import qasync

    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(request.getfixturevalue("qapp"))
    return loop


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Run a coroutine to its end: on the qasync loop in a Qt test, on a plain loop otherwise."""
    loop = _new_loop(request)

    def run_it(coro: Coroutine[Any, Any, _T], timeout_s: float = 10.0) -> _T:
        return loop.run_until_complete(asyncio.wait_for(coro, timeout_s))

    yield run_it
    left = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    assert not left, f"tasks left running: {left}"


@pytest.fixture(scope="session")
def sample_meeting() -> Path:
    """Two minutes of a council meeting with known words; its truth lies beside it."""
    return ROOT / "resources" / "demo" / "meeting.mp4"


@pytest.fixture(scope="session")
def demo_model() -> Path:
    """The small Whisper model that knows the sample meeting and nothing else."""
    return ROOT / "resources" / "demo" / "model"
