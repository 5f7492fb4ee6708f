"""A hub of our own on loopback: it speaks the few calls that bringing a model needs, and fails on demand."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from vodstudio.workers.model_file import git_digest

REVISION = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Ways:
    """How the hub behaves; `cut_at` ends a file there (once for each number), `asked` is what it was asked."""

    cut_at: list[int] = field(default_factory=list)
    has_ranges: bool = True
    status: int = 0
    text: bytes | None = None
    changed: frozenset[str] = frozenset()
    sizes: dict[str, int] = field(default_factory=dict)
    redirect_to: str = ""
    revision: str = REVISION
    stall: threading.Event | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)


class Hub(ThreadingHTTPServer):
    """Serves one folder as the repository `test/voice`."""

    daemon_threads = False

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.folder = folder
        self.ways = Ways()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def listing(self) -> dict[str, Any]:
        files = sorted(path for path in self.folder.iterdir() if path.is_file())
        return {"sha": self.ways.revision, "siblings": [self._file(path) for path in files]}

    def _file(self, path: Path) -> dict[str, Any]:
        size = self.ways.sizes.get(path.name, path.stat().st_size)
        told: dict[str, Any] = {"rfilename": path.name, "size": size, "blobId": git_digest(path)}
        if path.name == "model.bin":
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            told |= {"blobId": "f" * 40, "lfs": {"sha256": digest, "size": size, "pointerSize": 134}}
        return told

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is part of the game."""


class _Answers(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        ways = self.server.ways
        ways.asked.append((self.path, self.headers.get("Range", "")))
        if ways.status:
            self._send(ways.status, b"no")
        elif ways.text is not None:
            self._send(200, ways.text, "text/html")
        elif self.path.startswith("/api/models/"):
            self._list()
        else:
            self._serve()

    def _list(self) -> None:
        wanted = re.fullmatch(r"/api/models/(.+)/revision/[^/]+\?blobs=true", self.path)
        if not wanted or wanted[1] != "test/voice":
            self._send(404, b'{"error": "Repository not found"}')
        else:
            self._send(200, json.dumps(self.server.listing()).encode(), "application/json")

    def _serve(self) -> None:
        ways = self.server.ways
        if ways.redirect_to:
            self.send_response(302)
            self.send_header("Location", ways.redirect_to + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        name = self.path.rpartition("/")[2]
        path = self.server.folder / name
        if self.path != f"/test/voice/resolve/{ways.revision}/{name}" or not path.is_file():
            self._send(404, b"Entry not found")
            return
        content = path.read_bytes()
        if name in ways.changed:
            content = bytes([content[0] ^ 1]) + content[1:]
        self._send_from(content)

    def _send_from(self, content: bytes) -> None:
        ways = self.server.ways
        told = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(told[1]) if told and ways.has_ranges else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        cut = next((at for at in ways.cut_at if start <= at < len(content)), None)
        if cut is not None:
            ways.cut_at.remove(cut)
            self.wfile.write(content[start:cut])
            self.close_connection = True
            if ways.stall is not None:
                self.wfile.flush()
                ways.stall.wait(30.0)
            return
        self.wfile.write(content[start:])

    def _send(self, status: int, content: bytes, kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def running(hub: ThreadingHTTPServer) -> Iterator[None]:
    """Serve until the block ends."""
    thread = threading.Thread(target=hub.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()
