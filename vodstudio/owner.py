"""Who owns the queue: the lock, owner.json and the small protocol between processes."""

from __future__ import annotations

import contextlib
import hmac
import json
import logging
import os
import secrets
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vodstudio.core import errors
from vodstudio.core.errors import Conflict, Locked, NoAccess, Refused, VodError, problem_of
from vodstudio.core.files import adopt, temporary_beside
from vodstudio.paths import Places

if TYPE_CHECKING:
    import asyncio

PROTOCOL = 1
HOST = "127.0.0.1"
LONGEST_REQUEST_BYTES = 1024 * 1024
LONGEST_ANSWER_BYTES = 32 * 1024 * 1024
MOST_CLIENTS = 32
PATIENCE_S = 10.0
FIRST_LINE_S = 5.0
_LOCKED_BYTE = 1 << 30

Answer = Callable[[str, Mapping[str, object]], Awaitable[object]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """How the owner is reached: the content of owner.json."""

    pid: int
    started_at: str
    port: int
    token: str = field(repr=False)
    protocol: int = PROTOCOL


class Ownership:
    """The lock, held by this process until `leave` or its end."""

    def __init__(self, places: Places, handle: int) -> None:
        self._places = places
        self._handle: int | None = handle

    def leave(self) -> None:
        """Give the queue back; the file of the lock stays, only the lock goes."""
        if self._handle is None:
            return
        with contextlib.suppress(OSError):
            self._places.owner_file.unlink()
        os.close(self._handle)
        self._handle = None

    def __enter__(self) -> Ownership:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()


def take(places: Places) -> Ownership:
    """Become the owner, also after one that died (H04); raises Conflict when somebody owns the queue."""
    try:
        handle = os.open(places.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as exc:
        raise NoAccess(
            f"VOD Studio may not write {places.lock_file}",
            hint="Give your user permission to write in this folder. Nothing was changed.",
            detail=str(exc),
            code="VS-HOME-READ-ONLY",
        ) from exc
    if not lock(handle):
        os.close(handle)
        raise Conflict(
            "VOD Studio is already working with this folder",
            hint="Use the window that is open, or close it first. Nothing was changed.",
            detail=str(places.home),
            code="VS-OWNER-BUSY",
        )
    with contextlib.suppress(OSError):
        places.owner_file.unlink()
    return Ownership(places, handle)


def lock(handle: int) -> bool:
    """The operating system frees this lock when its holder dies, however it dies."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def read_owner(places: Places) -> Owner | None:
    """Who says that it owns the queue; None when nobody does, or the file is half made."""
    try:
        body = json.loads(places.owner_file.read_text("utf-8"))
        return Owner(
            pid=int(body["pid"]),
            started_at=str(body["started_at"]),
            port=int(body["port"]),
            token=str(body["token"]),
            protocol=int(body["protocol"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _publish(places: Places, owner: Owner) -> None:
    """Write owner.json for this user's eyes alone."""
    temporary = temporary_beside(places.owner_file)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(owner), file)
    adopt(temporary, places.owner_file)


class OwnerServer:
    """Answers other processes of this user, on the loop of the owner."""

    def __init__(self, places: Places, answer: Answer) -> None:
        self._places = places
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._token = secrets.token_urlsafe(32)

    async def start(self) -> None:
        """Listen on the loopback and write owner.json."""
        import asyncio

        self._server = await asyncio.start_server(
            self._on_client_connected, HOST, 0, limit=LONGEST_REQUEST_BYTES
        )
        owner = Owner(
            pid=os.getpid(),
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            port=self._server.sockets[0].getsockname()[1],
            token=self._token,
        )
        await asyncio.to_thread(_publish, self._places, owner)

    async def stop(self) -> None:
        """Take owner.json away and end the conversations."""
        import asyncio

        with contextlib.suppress(OSError):
            self._places.owner_file.unlink()
        if self._server is not None:
            self._server.close()
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
        self._server = None

    async def _on_client_connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        import asyncio

        task = asyncio.current_task()
        if task is None or len(self._clients) >= MOST_CLIENTS:
            writer.close()
            return
        self._clients.add(task)
        try:
            await self._converse(reader, writer)
        except (OSError, asyncio.CancelledError):
            log.debug("a client went away")
        finally:
            self._clients.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One line, one answer; who does not show the token at once is left."""
        import asyncio

        patience_s: float | None = FIRST_LINE_S
        while True:
            try:
                line = await asyncio.wait_for(reader.readline(), patience_s)
            except (TimeoutError, ValueError):
                return
            if not line.endswith(b"\n"):
                return
            refusal, call, arguments = self._admit(line)
            body = _error_body(refusal) if refusal else await self._result(call, arguments)
            writer.write(json.dumps(body, default=str).encode() + b"\n")
            await writer.drain()
            if refusal:
                return
            patience_s = None

    def _admit(self, line: bytes) -> tuple[VodError | None, str, dict[str, object]]:
        """What is asked, or why it is not answered."""
        try:
            request = json.loads(line)
            token, call = str(request["token"]), str(request["call"])
            arguments = dict(request.get("arguments") or {})
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            detail = type(exc).__name__
            return Refused("The request is not understood", detail=detail, code="VS-OWNER-REQUEST"), "", {}
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            return Refused("The token is wrong", code="VS-OWNER-TOKEN"), "", {}
        if request.get("protocol") != PROTOCOL:
            refusal = Refused(
                "The running VOD Studio is another version",
                hint="Close it and start again. Nothing was changed.",
                code="VS-OWNER-PROTOCOL",
            )
            return refusal, "", {}
        return None, call, arguments

    async def _result(self, call: str, arguments: dict[str, object]) -> dict[str, object]:
        try:
            return {"result": await self._answer(call, arguments)}
        except VodError as exc:
            return _error_body(exc)
        except Exception as exc:
            log.exception("a request of another process failed")
            return _error_body(exc)


def _error_body(exc: Exception) -> dict[str, object]:
    problem = problem_of(exc)
    body = {**asdict(problem), "kind": type(exc).__name__, "condition": getattr(exc, "condition", "")}
    return {"error": body}


def _raise(body: Mapping[str, object]) -> None:
    """Raise here what was raised there, as the same class."""
    told = {key: str(body.get(key, "")) for key in ("detail", "hint", "code")}
    title = str(body.get("title", ""))
    kind = getattr(errors, str(body.get("kind", "")), VodError)
    if isinstance(kind, type) and issubclass(kind, errors.Hold):
        raise kind(title, condition=str(body.get("condition", "")), **told)
    if isinstance(kind, type) and issubclass(kind, VodError):
        raise kind(title, **told)
    raise VodError(title, **told)


def _request(owner: Owner, call: str, arguments: Mapping[str, object]) -> bytes:
    body = {"token": owner.token, "protocol": owner.protocol, "call": call, "arguments": arguments}
    return json.dumps(body, default=str).encode() + b"\n"


def _read_answer(line: bytes) -> object:
    if not line.endswith(b"\n"):
        raise Locked(
            "The running VOD Studio did not finish its answer",
            hint="Look with `vodstudio jobs` whether it was done, then try again.",
            code="VS-OWNER-SILENT",
        )
    body = json.loads(line)
    if isinstance(body.get("error"), dict):
        _raise(body["error"])
    return body.get("result")


def ask(owner: Owner, call: str, arguments: Mapping[str, object], timeout_s: float = 60.0) -> object:
    """Let the owner do something and wait for its answer; raises what it raised."""
    try:
        with socket.create_connection((HOST, owner.port), timeout=5.0) as connection:
            connection.settimeout(timeout_s)
            connection.sendall(_request(owner, call, arguments))
            with connection.makefile("rb") as stream:
                line = stream.readline(LONGEST_ANSWER_BYTES)
    except OSError as exc:
        raise _silent(owner, exc) from exc
    return _read_answer(line)


async def ask_later(
    owner: Owner, call: str, arguments: Mapping[str, object], timeout_s: float = 60.0
) -> object:
    """The same from a loop."""
    import asyncio

    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(HOST, owner.port, limit=LONGEST_ANSWER_BYTES)
            try:
                writer.write(_request(owner, call, arguments))
                await writer.drain()
                line = await reader.readline()
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, ValueError) as exc:
        raise _silent(owner, exc) from exc
    return _read_answer(line)


def _silent(owner: Owner, exc: Exception) -> Locked:
    return Locked(
        "The running VOD Studio does not answer",
        hint="Close its window, or end the process, then try again. Its jobs are safe and go on at the next start.",
        detail=f"pid={owner.pid} port={owner.port} {exc!r}",
        code="VS-OWNER-SILENT",
    )


def take_or_find(places: Places, patience_s: float = PATIENCE_S) -> Ownership | Owner:
    """The lock, or the one who holds it as soon as it can be reached; raises Conflict when it never can."""
    until = time.monotonic() + patience_s
    while True:
        try:
            return take(places)
        except Conflict:
            owner = read_owner(places)
            if owner is not None:
                return owner
            if time.monotonic() >= until:
                raise
        time.sleep(0.05)


def is_owned(places: Places) -> bool:
    """Whether some process holds the lock now."""
    if not Path(places.lock_file).exists():
        return False
    try:
        take(places).leave()
    except Conflict:
        return True
    return False
