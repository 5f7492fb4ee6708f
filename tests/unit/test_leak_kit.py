"""The kit of tests/conftest.py: each kind of thing that a test can leave behind fails that test and no other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"

LEAVERS = """
import asyncio, logging, socket, subprocess, sys, threading
import pytest

KEPT = []


def test_thread():
    stop = threading.Event()
    KEPT.append(stop)
    threading.Thread(target=stop.wait, args=(30,), name="left-thread", daemon=True).start()


def test_ends_the_thread_of_the_test_before():
    for stop in KEPT:
        stop.set()


def test_child():
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    KEPT.append(child)


def test_window(qapp):
    from PySide6.QtWidgets import QWidget
    window = QWidget()
    window.show()
    KEPT.append(window)


def test_task(run):
    async def leave():
        KEPT.append(asyncio.ensure_future(asyncio.Event().wait()))
    run(leave())


def test_task_on_the_qt_loop(run, qapp):
    async def leave():
        KEPT.append(asyncio.ensure_future(asyncio.Event().wait()))
    run(leave())


def test_warning():
    logging.getLogger("vodstudio.somewhere").warning("nobody expected this")


def test_handler():
    logging.getLogger("vodstudio").addHandler(logging.NullHandler())


def test_outside():
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    except OSError:
        pass


def test_name_of_outside():
    try:
        socket.getaddrinfo("example.org", 80)
    except OSError:
        pass


def test_fine(run, allowed_logs, tmp_path):
    allowed_logs.append("expected this")
    logging.getLogger("vodstudio.somewhere").warning("we expected this")

    async def talk():
        async def answer(reader, writer):
            writer.write(await reader.readline())
            await writer.drain()
            writer.close()
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"home\\n")
            heard = await reader.readline()
            writer.close()
            await writer.wait_closed()
        return heard

    assert run(talk()) == b"home\\n"
    worker = threading.Thread(target=print)
    worker.start()
    assert subprocess.call([sys.executable, "-c", ""]) == 0


def test_fine_with_caplog(caplog):
    logging.getLogger("vodstudio.somewhere").warning("looked at")
    assert "looked at" in caplog.text


def test_fine_on_the_qt_loop(run, qapp):
    async def turn():
        await asyncio.sleep(0)
        return 1
    assert run(turn()) == 1
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One run of the leavers, in the order above; what each one's line and error say."""
    folder = tmp_path_factory.mktemp("leavers")
    shutil.copy(CONFTEST, folder)
    (folder / "test_leavers.py").write_text(LEAVERS, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nqt_api = pyside6\n", encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:randomly",
            "-p",
            "no:cacheprovider",
            "-v",
            "--tb=short",
            ".",
        ],
        cwd=folder,
        env={**os.environ, "PYTEST_ADDOPTS": "", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    verdicts = re.findall(r"^test_leavers\.py::(\w+) (PASSED|FAILED|ERROR)", done.stdout, re.M)
    verdicts += re.findall(r"^ERROR test_leavers\.py::(\w+) - (.*)$", done.stdout, re.M)
    return dict(verdicts) if verdicts else {"output": done.stdout + done.stderr}


@pytest.mark.parametrize(
    ("leaver", "said"),
    [
        ("test_thread", "threads left"),
        ("test_child", "child processes left"),
        ("test_window", "windows left open"),
        ("test_task", "tasks left running"),
        ("test_task_on_the_qt_loop", "tasks left running"),
        ("test_warning", "unexpected log"),
        ("test_handler", "log handlers left"),
        ("test_outside", "reached outside"),
        ("test_name_of_outside", "reached outside"),
    ],
)
def test_what_is_left_fails_the_test_that_left_it(outcomes: dict[str, str], leaver: str, said: str) -> None:
    assert said in outcomes[leaver], outcomes


@pytest.mark.parametrize(
    "tidy",
    [
        "test_fine",
        "test_fine_with_caplog",
        "test_fine_on_the_qt_loop",
        "test_ends_the_thread_of_the_test_before",
    ],
)
def test_a_tidy_test_passes(outcomes: dict[str, str], tidy: str) -> None:
    assert outcomes[tidy] == "PASSED", outcomes
