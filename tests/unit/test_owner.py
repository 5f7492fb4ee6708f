"""One owner of the queue: real locks, real processes, real sockets."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from vodstudio import owner, paths
from vodstudio.core.errors import Conflict, Locked, NotFound, Refused, StorageAway, VodError
from vodstudio.owner import Owner, OwnerServer, Ownership
from vodstudio.paths import Places

linux_only = pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are POSIX")

HOLDER = """
import sys
from vodstudio import owner, paths
held = owner.take(paths.places({"VODSTUDIO_HOME": sys.argv[1]}))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path) -> Places:
    where = paths.places({"VODSTUDIO_HOME": str(tmp_path / "home")})
    paths.make(where)
    return where


@pytest.fixture
def holder(home: Places) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    yield child
    child.kill()
    child.communicate()


async def answer(call: str, arguments: Mapping[str, object]) -> object:
    match call:
        case "echo":
            return dict(arguments)
        case "missing":
            raise NotFound("There is no such job", hint="Look again.", code="VS-NO-JOB")
        case "held":
            raise StorageAway("flex3 is away", condition="storage:flex3")
        case "bug":
            raise ZeroDivisionError("secret detail")
        case "large":
            return "x" * 2_000_000
    raise Refused("unknown")


@asynccontextmanager
async def serving(home: Places) -> AsyncIterator[Owner]:
    server = OwnerServer(home, answer)
    await server.start()
    found = owner.read_owner(home)
    assert found
    yield found
    await server.stop()
    assert owner.read_owner(home) is None


def with_server(home: Places, work: Callable[[Owner], object]) -> object:
    """Run blocking client code beside a real server."""

    async def main() -> object:
        async with serving(home) as found:
            return await asyncio.to_thread(work, found)

    with asyncio.Runner() as runner:
        return runner.run(main())


def test_h04_a_second_instance_is_told_so(home: Places, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(Conflict) as caught:
        owner.take(home)
    assert caught.value.code == "VS-OWNER-BUSY"
    assert owner.is_owned(home)
    with pytest.raises(Conflict):
        owner.take_or_find(home, patience_s=0.1)


@linux_only
def test_h04_the_lock_of_a_dead_owner_is_taken_over(home: Places, holder: subprocess.Popen[str]) -> None:
    home.owner_file.write_text('{"pid": 1, "started_at": "", "port": 1, "token": "old", "protocol": 1}')
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with owner.take(home):
        assert not home.owner_file.exists()
        assert owner.is_owned(home)
    assert not owner.is_owned(home)


def test_the_lock_is_given_back_once(home: Places) -> None:
    first = owner.take_or_find(home)
    assert isinstance(first, Ownership)
    first.leave()
    first.leave()
    owner.take(home).leave()


def test_h04_who_holds_the_lock_is_found(home: Places) -> None:
    with owner.take(home):
        found = with_server(home, lambda _: owner.take_or_find(home, patience_s=0.0))
    assert isinstance(found, Owner)
    assert found.pid == os.getpid()
    assert found.token not in repr(found)


@linux_only
def test_owner_file_is_for_its_user_alone(home: Places) -> None:
    assert with_server(home, lambda _: stat.S_IMODE(home.owner_file.stat().st_mode)) == 0o600


def test_a_question_is_answered(home: Places) -> None:
    asked: dict[str, object] = {"paths": ["/ü/ä.mp4"], "city": None}
    assert with_server(home, lambda o: owner.ask(o, "echo", asked)) == asked


def test_a_question_from_a_loop_is_answered(home: Places) -> None:
    async def main() -> object:
        async with serving(home) as found:
            return await owner.ask_later(found, "large", {})

    with asyncio.Runner() as runner:
        assert runner.run(main()) == "x" * 2_000_000


@pytest.mark.parametrize(
    ("call", "kind", "code"), [("missing", NotFound, "VS-NO-JOB"), ("held", StorageAway, "VS-STORAGE-AWAY")]
)
def test_what_was_raised_there_is_raised_here(
    home: Places, call: str, kind: type[VodError], code: str
) -> None:
    def work(found: Owner) -> None:
        with pytest.raises(kind) as caught:
            owner.ask(found, call, {})
        assert caught.value.code == code
        assert getattr(caught.value, "condition", "storage:flex3") == "storage:flex3"

    with_server(home, work)


def test_a_bug_there_is_unexpected_here(home: Places, caplog: pytest.LogCaptureFixture) -> None:
    def work(found: Owner) -> None:
        with pytest.raises(VodError) as caught:
            owner.ask(found, "bug", {})
        assert caught.value.code == "VS-UNEXPECTED"
        assert owner.ask(found, "echo", {}) == {}

    with_server(home, work)
    caplog.clear()


def raw(found: Owner, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", found.port), timeout=5) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return connection.makefile("rb").read()
        except OSError:
            return b""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"token": "wrong", "protocol": 1, "call": "echo"}, "VS-OWNER-TOKEN"),
        ({"call": "echo"}, "VS-OWNER-REQUEST"),
        ({"token": "x", "call": "echo", "arguments": 7}, "VS-OWNER-REQUEST"),
        ([], "VS-OWNER-REQUEST"),
    ],
)
def test_who_does_not_know_the_token_learns_nothing(home: Places, line: object, code: str) -> None:
    def work(found: Owner) -> bytes:
        return raw(found, json.dumps(line).encode() + b"\n" + json.dumps(line).encode() + b"\n")

    said = with_server(home, work)
    assert isinstance(said, bytes)
    assert said.count(b"\n") == 1
    assert json.loads(said)["error"]["code"] == code


@pytest.mark.parametrize("data", [b"x" * 3_000_000, b"GET / HTTP/1.1\r\n\r\n", b"", b"{" * 100_000 + b"\n"])
def test_noise_ends_only_its_own_conversation(home: Places, data: bytes) -> None:
    def work(found: Owner) -> object:
        raw(found, data)
        return owner.ask(found, "echo", {"a": 1})

    assert with_server(home, work) == {"a": 1}


def test_another_version_is_refused(home: Places) -> None:
    def work(found: Owner) -> None:
        other = Owner(pid=1, started_at="", port=found.port, token=found.token, protocol=99)
        with pytest.raises(Refused) as caught:
            owner.ask(other, "echo", {})
        assert caught.value.code == "VS-OWNER-PROTOCOL"

    with_server(home, work)


def test_an_owner_that_is_gone_is_a_clear_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gone = Owner(pid=1, started_at="", port=port, token="t")
    with pytest.raises(Locked, match="does not answer"):
        owner.ask(gone, "echo", {})
    with asyncio.Runner() as runner, pytest.raises(Locked):
        runner.run(owner.ask_later(gone, "echo", {}))


def test_an_owner_that_hangs_up_is_a_clear_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        there = Owner(pid=1, started_at="", port=listening.getsockname()[1], token="t")

        async def main() -> None:
            asking = asyncio.create_task(asyncio.to_thread(owner.ask, there, "echo", {}))
            connection, _ = await asyncio.to_thread(listening.accept)
            connection.close()
            await asking

        with asyncio.Runner() as runner, pytest.raises(Locked):
            runner.run(main())


def test_half_an_owner_file_is_nobody(home: Places) -> None:
    home.owner_file.write_text('{"pid": 1')
    assert owner.read_owner(home) is None
