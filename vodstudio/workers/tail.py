"""The end of what a child writes to stderr: enough to explain a failure, never enough to fill a disk."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from pathlib import Path
from typing import IO

RING_BYTES = 64 * 1024
LOG_BYTES = 5 * 1024 * 1024
CHUNK_BYTES = 16 * 1024


class Tail:
    """Keeps the last 64 KB in memory and at most 5 MB in a file; reads on, so that the child never waits."""

    def __init__(self, log: Path | None = None) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._chunks: deque[bytes] = deque()
        self._size = 0

    def drain(self, stream: IO[bytes]) -> None:
        """Read to the end; a log that cannot be written does not stop us."""
        with contextlib.ExitStack() as stack:
            log = self._open(stack)
            left = LOG_BYTES
            while chunk := self._read(stream):
                self._keep(chunk)
                if log is not None and left > 0:
                    with contextlib.suppress(OSError):
                        log.write(chunk[:left])
                    left -= len(chunk)

    def _open(self, stack: contextlib.ExitStack) -> IO[bytes] | None:
        if self._log is None:
            return None
        with contextlib.suppress(OSError):
            return stack.enter_context(self._log.open("ab"))
        return None

    @staticmethod
    def _read(stream: IO[bytes]) -> bytes:
        try:
            return stream.read1(CHUNK_BYTES) if hasattr(stream, "read1") else stream.read(CHUNK_BYTES)
        except (OSError, ValueError):
            return b""

    def _keep(self, chunk: bytes) -> None:
        with self._lock:
            self._chunks.append(chunk)
            self._size += len(chunk)
            while self._size - len(self._chunks[0]) >= RING_BYTES:
                self._size -= len(self._chunks.popleft())

    def text(self) -> str:
        """What is kept, as text."""
        with self._lock:
            return b"".join(self._chunks)[-RING_BYTES:].decode("utf-8", "replace")
