"""Children: what they say, how they end, and that none of them outlives us."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.media.fakes import Stuck
from vodstudio.core.errors import ChildCrashed, NotFound, VodError
from vodstudio.workers.child_environment import PARENT_VARIABLE, system_environment
from vodstudio.workers.endings import identity_of
from vodstudio.workers.process import (
    UNENDED,
    Child,
    Children,
    Command,
    child_command,
    end_leftovers,
    finished,
)
from vodstudio.workers.tail import LOG_BYTES, RING_BYTES


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    children = Children(tmp_path / "run")
    yield children
    children.close()


def _python(code: str, *, has_input: bool = False, log: Path | None = None) -> Command:
    return Command(argv=(sys.executable, "-c", code), has_input=has_input, log=log)


def _first_line(child: Child) -> str:
    line = child.line(20.0)
    assert line is not None
    return line


def _is_gone(pid: int) -> bool:
    return identity_of(pid) == ""


def _wait_until_gone(pid: int, timeout_s: float = 10.0) -> bool:
    pause = threading.Event()
    for _ in range(int(timeout_s / 0.05)):
        if _is_gone(pid):
            return True
        pause.wait(0.05)
    return False


def test_lines_status_and_errors_are_told(children: Children) -> None:
    code = "import sys; print('one'); print('two'); print('why', file=sys.stderr); sys.exit(3)"
    with children.running(_python(code)) as child:
        status, text = finished(child, 20.0)
    assert (status, text) == (3, "one\ntwo")
    assert child.errors() == "why\n"


def test_a_child_has_its_own_session_and_low_priority(children: Children) -> None:
    code = "import os; print(os.getsid(0) == os.getpid(), os.getpriority(os.PRIO_PROCESS, 0))"
    with children.running(_python(code)) as child:
        is_leader, priority = _first_line(child).split()
    assert is_leader == "True"
    assert int(priority) >= 10


def test_lines_can_be_sent_to_a_child(children: Children) -> None:
    code = "import sys\nfor line in sys.stdin: print(line.strip().upper(), flush=True)"
    with children.running(_python(code, has_input=True)) as child:
        child.send("hello")
        assert _first_line(child) == "HELLO"


def test_sending_to_a_dead_child_is_a_crash(children: Children) -> None:
    with children.running(_python("raise SystemExit(0)", has_input=True)) as child:
        child.wait(20.0)
        with pytest.raises(ChildCrashed):
            child.send("hello")


def test_d01_a_program_that_is_missing_is_named(children: Children) -> None:
    command = Command(argv=("/nowhere/ffmpeg",), is_ours=True)
    with pytest.raises(NotFound, match="ffmpeg cannot be started") as caught:
        children.start(command)
    assert caught.value.code == "VS-CANNOT-START"


def test_d06_a_flood_on_stderr_neither_blocks_nor_fills_the_disk(children: Children, tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    code = "import sys; c = b'x' * 65535 + b'\\n'\nfor _ in range(640): sys.stderr.buffer.write(c)\nprint('done')"
    with children.running(_python(code, log=log)) as child:
        status, text = finished(child, 60.0)
    assert (status, text) == (0, "done")
    assert log.stat().st_size == LOG_BYTES
    assert 0 < len(child.errors()) <= RING_BYTES


def test_d06_a_flood_on_stdout_that_nobody_reads_ends_with_the_child(children: Children) -> None:
    with children.running(_python("while True: print('x' * 4000)")) as child:
        _first_line(child)
    assert not child.is_alive


def test_d07_a_child_that_waits_for_input_gets_the_end_of_it(children: Children) -> None:
    with children.running(_python("import sys; print(len(sys.stdin.read()))")) as child:
        assert finished(child, 20.0) == (0, "0")


def test_d04_a_helper_that_hangs_is_given_up(children: Children) -> None:
    with (
        children.running(_python("import time; time.sleep(600)"), grace_s=0.2) as child,
        pytest.raises(ChildCrashed),
    ):
        finished(child, 0.3)
    assert not child.is_alive


def test_d11_a_child_that_ignores_terminate_is_killed_with_its_own_children(children: Children) -> None:
    code = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(p.pid, flush=True); time.sleep(600)"
    )
    child = children.start(_python(code))
    grandchild = int(_first_line(child))
    assert child.end(0.2) == -signal.SIGKILL
    assert _wait_until_gone(child.pid)
    assert _wait_until_gone(grandchild)


def test_closing_ends_every_child_and_every_record(children: Children, tmp_path: Path) -> None:
    pids = [children.start(_python("import time; time.sleep(600)")).pid for _ in range(2)]
    assert len(list((tmp_path / "run").glob("child-*.json"))) == 2
    children.close()
    assert all(_is_gone(pid) for pid in pids)
    assert not list((tmp_path / "run").iterdir())


def test_no_line_yet_is_not_the_end(children: Children) -> None:
    with children.running(_python("import sys; sys.stdin.read()", has_input=True)) as child:
        with pytest.raises(queue.Empty):
            child.line(0.05)
        assert child.is_alive


PARENT = """
import sys
from pathlib import Path
from vodstudio.workers.process import Children, Command
children = Children(Path(sys.argv[1]))
ours = Command(argv=(sys.executable, '-c', sys.argv[2]), is_ours=True)
foreign = Command(argv=(sys.executable, '-c', 'import time; time.sleep(600)'))
first, second = children.start(ours), children.start(foreign)
assert first.line(20.0) == 'ready'
print(first.pid, second.pid, flush=True)
sys.stdin.read()
"""
OURS = """
from vodstudio.workers.child import die_with_parent
die_with_parent()
print('ready', flush=True)
import time; time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the job object does this on Windows")
def test_d05_children_die_when_the_program_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path), OURS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2
    assert all(_wait_until_gone(pid) for pid in pids)
    assert end_leftovers(tmp_path) == 0


def test_d05_a_child_of_ours_that_lost_its_parent_ends_at_once() -> None:
    environment = {**os.environ, PARENT_VARIABLE: "1"}
    done = subprocess.run(
        [sys.executable, "-c", OURS], env=environment, capture_output=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"")


def test_d05_start_up_ends_what_still_lives(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True
    ) as orphan:
        body = {"pid": orphan.pid, "identity": identity_of(orphan.pid), "program": "python"}
        (tmp_path / "child-1-00.json").write_text(json.dumps(body))
        assert end_leftovers(tmp_path) == 1
        assert orphan.wait(10) == -signal.SIGKILL
    assert not list(tmp_path.iterdir())


def test_d14_a_pid_that_belongs_to_somebody_else_now_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True
    ) as other:
        (tmp_path / "child-1-00.json").write_text(
            json.dumps({"pid": other.pid, "identity": "another boot:1"})
        )
        (tmp_path / "child-2-00.json").write_text("{ this is not json")
        assert end_leftovers(tmp_path) == 0
        assert other.poll() is None
        other.kill()
    assert not list(tmp_path.iterdir())


def test_d12_a_bundled_program_gives_foreign_children_the_libraries_of_the_system() -> None:
    bundled = {"LD_LIBRARY_PATH": "/bundled", "LD_LIBRARY_PATH_ORIG": "/system", "HOME": "/home/op"}
    assert system_environment(bundled) == {"LD_LIBRARY_PATH": "/system", "HOME": "/home/op"}
    assert system_environment({"LD_LIBRARY_PATH": "/bundled"}) == {}


def test_our_own_child_starts_from_any_folder(
    children: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = Command(argv=child_command("exec", "--", sys.executable, "-c", "print('here')"), is_ours=True)
    with children.running(command) as child:
        assert finished(child, 20.0) == (0, "here")


def test_our_own_child_is_this_program_again() -> None:
    assert child_command("speech", "a") == (sys.executable, "-m", "vodstudio", "--child", "speech", "a")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of the system")
def test_c23_a_child_that_takes_too_much_memory_fails_alone(children: Children) -> None:
    code = (
        "import sys; sys.stdin.readline()\ntry: bytearray(800_000_000)\nexcept MemoryError: print('refused')"
    )
    command = Command(argv=(sys.executable, "-c", code), has_input=True, memory_bytes=300_000_000)
    with children.running(command) as child:
        child.send("now")
        assert _first_line(child) == "refused"


def _started(children: Children, command: Command) -> queue.Queue[Child | VodError]:
    """The answer to a start on a thread of its own: empty when it never comes."""
    answer: queue.Queue[Child | VodError] = queue.Queue()

    def start() -> None:
        try:
            answer.put(children.start(command))
        except VodError as error:
            answer.put(error)

    threading.Thread(target=start, daemon=True).start()
    return answer


def test_b01_a_child_that_cannot_be_recorded_is_ended_and_the_next_one_starts(
    children: Children, tmp_path: Path
) -> None:
    """A full or lost disk under the records stops one start, not every start until the program is restarted."""
    (tmp_path / "run").rmdir()
    told = tmp_path / "told"
    stays = f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    command = Command(argv=(sys.executable, "-c", stays), is_ours=True)
    refused = _started(children, command).get(timeout=10.0)
    assert isinstance(refused, NotFound)
    assert refused.code == "VS-NO-FOLDER"
    (tmp_path / "run").mkdir()
    child = _started(children, command).get(timeout=10.0)
    assert isinstance(child, Child)
    assert child.is_alive


def test_a_command_that_no_system_can_start_stops_nobody_else(children: Children) -> None:
    """What the library refuses is an answer too."""
    with pytest.raises(ValueError, match="null byte"):
        children.start(_python("pass\0"))
    assert finished(children.start(_python("print('on')")), 20.0) == (0, "on")


def test_h02_a_start_while_the_program_closes_is_refused_and_never_waits(tmp_path: Path) -> None:
    """Whoever asks during the end or after it hears so at once; who was first is ended with the rest."""
    children = Children(tmp_path / "run")
    first = children.start(_python("import time; time.sleep(60)"))
    answers = [_started(children, _python("import time; time.sleep(60)")) for _ in range(8)]
    children.close()
    answers.append(_started(children, _python("pass")))
    heard = [answer.get(timeout=10.0) for answer in answers]
    assert isinstance(heard[-1], ChildCrashed)
    assert not first.is_alive
    assert not [child for child in heard if isinstance(child, Child) and child.is_alive]
    assert not list((tmp_path / "run").iterdir())


def test_b06_a_child_that_no_kill_ends_is_left_with_its_record(
    tmp_path: Path, allowed_logs: list[str]
) -> None:
    """Nobody waits for it for ever; the record lets the next start end it."""
    allowed_logs.append("does not end although it was killed")
    record = tmp_path / "child-1.json"
    record.write_text("{}")
    popen = Stuck.waiting()
    child = Child(popen, _python(""), record)
    assert child.end(0.0) == UNENDED
    assert record.exists()
    assert child.end() == UNENDED
    popen.let_go()
    assert child.end() < 0
    assert not record.exists()
