"""The simulated server as a real HTTP server on loopback, with faults on demand when they are allowed."""

from __future__ import annotations

import dataclasses
import json
import logging
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from vodstudio.demo.simulator_faults import Fault, Faults, Seen
from vodstudio.demo.simulator_objects import Objects
from vodstudio.demo.simulator_routes import Reply, Request, answer
from vodstudio.demo.simulator_vods import advance, retranscode
from vodstudio.demo.simulator_world import Behaviour, World

TICK_S = 0.5
IDLE_S = 30.0
MAX_BODY_BYTES = 64 * 1024 * 1024

log = logging.getLogger(__name__)


class Simulator:
    """One server: start it, use its address, close it. Everything it knows lies in its folder."""

    def __init__(
        self,
        folder: Path,
        drives: Mapping[int, Path],
        *,
        behaviour: Behaviour | None = None,
        port: int = 0,
        allow_faults: bool = False,
    ) -> None:
        self.objects = Objects(folder / "cablecast.sqlite3")
        self.world = World(objects=self.objects, drives=drives, behaviour=behaviour or Behaviour())
        self.faults = Faults()
        self._server = _Server(("127.0.0.1", port), self, allow_faults)
        self.world.base_url = f"http://127.0.0.1:{self.port}"
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.05,), name="simulator"),
            threading.Thread(target=self._tick, name="simulator-indexer"),
        ]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return self.world.base_url

    def start(self) -> None:
        """Begin to listen and to watch the content drives."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop listening, end every connection, close the records."""
        self._stop.set()
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
        self.objects.close()

    def _tick(self) -> None:
        while not self._stop.wait(TICK_S):
            try:
                advance(self.world)
            except (OSError, sqlite3.Error):
                log.exception("The simulator could not look at its content drives")


class _Server(ThreadingHTTPServer):
    """Keeps its connections, so that it can end them."""

    daemon_threads = False
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], simulator: Simulator, allow_faults: bool) -> None:
        self.simulator = simulator
        self.allow_faults = allow_faults
        self.recent: dict[str, tuple[float, Reply]] = {}
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Connection)

    def remember(self, connection: socket.socket) -> None:
        """A connection was opened."""
        with self._open_lock:
            self._open.add(connection)

    def forget(self, connection: socket.socket) -> None:
        """A connection has ended."""
        with self._open_lock:
            self._open.discard(connection)

    def end_connections(self) -> None:
        """Wake every thread that waits for a client."""
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _Connection(BaseHTTPRequestHandler):
    """One client's connection; requests are answered by `simulator_routes.answer`."""

    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-IIS/10.0"
    sys_version = ""
    timeout = IDLE_S
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Note the connection."""
        self._house = cast(_Server, self.server)
        self._house.remember(self.request)
        super().setup()

    def finish(self) -> None:
        """Forget the connection; a client that has gone is no news."""
        self._house.forget(self.request)
        try:
            super().finish()
        except OSError:
            log.debug("A client left early")

    def handle(self) -> None:
        """Requests until the client leaves."""
        try:
            super().handle()
        except OSError:
            log.debug("A client left early")

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """One line for the debug log instead of stderr."""
        log.debug(format, *args)

    def _serve(self) -> None:
        request = self._read()
        if request is None:
            return
        if request.path.startswith("/__") and self._house.allow_faults:
            self._send(_admin(self._house.simulator, request))
            return
        faults = self._house.simulator.faults
        if self._house.allow_faults:
            faults.saw(_seen(request))
        fault = faults.take(request.method, request.path)
        if fault is None:
            self._send(self._answer(request))
            return
        self._go_wrong(fault, request)

    def _answer(self, request: Request) -> Reply:
        """Guests may get an answer that is some seconds old; who signs in gets a fresh one."""
        simulator, key = self._house.simulator, self.path
        age_s = simulator.world.behaviour.cache_s
        is_guest = request.method == "GET" and "Authorization" not in request.headers
        if is_guest and age_s > 0 and request.path.lower().startswith("/cablecastapi"):
            kept = self._house.recent.get(key)
            if kept and time.monotonic() - kept[0] < age_s:
                return kept[1]
            reply = self._safe_answer(request)
            reply = dataclasses.replace(reply, headers={"Cache-Control": f"public, max-age={round(age_s)}"})
            if reply.status == 200:
                self._house.recent[key] = (time.monotonic(), reply)
            return reply
        return self._safe_answer(request)

    def _safe_answer(self, request: Request) -> Reply:
        try:
            return answer(self._house.simulator.world, request)
        except Exception:
            # The request loop is an outermost edge: one bad request ends alone.
            log.exception("A request to the simulator failed")
            return Reply(status=500, body=b'{"Message": "An error has occurred."}')

    def _go_wrong(self, fault: Fault, request: Request) -> None:
        done = self._answer(request) if fault.after_commit else None
        if fault.wait_s:
            self._house.simulator._stop.wait(fault.wait_s)
        if fault.drop:
            self.close_connection = True
            return
        if fault.status is not None:
            done = Reply(
                status=fault.status,
                body=fault.body.encode(),
                content_type=fault.content_type,
                headers=fault.headers,
            )
        self._send(done or self._answer(request), bytes_each_s=fault.bytes_each_s)

    def _read(self) -> Request | None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self._send(Reply(status=413))
            self.close_connection = True
            return None
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return None
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=unquote(parts.path),
            params=parse_qs(parts.query),
            headers=dict(self.headers.items()),
            body=body,
        )

    def _send(self, reply: Reply, bytes_each_s: float = 0.0) -> None:
        size = reply.body.stat().st_size if isinstance(reply.body, Path) else len(reply.body)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(size))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if isinstance(reply.body, Path):
            with reply.body.open("rb") as file:
                shutil.copyfileobj(file, self.wfile)
        elif bytes_each_s:
            self._drip(reply.body, bytes_each_s)
        else:
            self.wfile.write(reply.body)

    def _drip(self, body: bytes, bytes_each_s: float) -> None:
        for code in body:
            self.wfile.write(bytes([code]))
            if self._house.simulator._stop.wait(1.0 / bytes_each_s):
                return


def _admin(simulator: Simulator, request: Request) -> Reply:
    """Addresses that only a test opens."""
    if request.path == "/__faults" and request.method == "POST":
        simulator.faults.plan(*(Fault(**fault) for fault in json.loads(request.body)["faults"]))
        return Reply()
    if request.path == "/__faults" and request.method == "DELETE":
        simulator.faults.clear()
        return Reply()
    if request.path == "/__requests":
        seen = [dataclasses.asdict(one) for one in simulator.faults.seen()]
        return Reply(body=json.dumps({"requests": seen}).encode())
    if request.path.startswith("/__retranscode/"):
        retranscode(simulator.world, int(request.path.rsplit("/", 1)[1]))
        return Reply()
    return Reply(status=404)


def _seen(request: Request) -> Seen:
    body: Any = None
    if request.headers.get("Content-Type", "").startswith("application/json") and request.body:
        try:
            body = json.loads(request.body)
        except ValueError:
            body = None
    has_auth = "Authorization" in request.headers
    return Seen(method=request.method, path=request.path, has_auth=has_auth, body=body)
