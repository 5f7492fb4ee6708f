"""What the parent says to a speech child, in order."""

from __future__ import annotations

import os
import queue
import threading
from typing import Any

from vodstudio.workers.child import Channel


class Inbox:
    """Messages of the parent. When it closes our input without a goodbye, it is gone, and so are we."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._messages: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.is_waiting = False
        self._thread = threading.Thread(target=self._read, name="inbox", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        for body in self._channel.heard():
            self._messages.put(body)
            if body.get("verb") == "bye":
                return
        os._exit(0)

    def next(self) -> dict[str, Any]:
        """Wait for the next message; meanwhile it is the parent's turn."""
        self.is_waiting = True
        try:
            return self._messages.get()
        finally:
            self.is_waiting = False

    def next_request(self, limit_s: float | None) -> dict[str, Any]:
        """Wait for the next request; what belongs to an earlier one is left out. Nobody asks in time: we end."""
        while True:
            try:
                body = self._messages.get(timeout=limit_s)
            except queue.Empty:
                os._exit(0)
            if "verb" in body:
                return body

    def close(self) -> None:
        """After the goodbye."""
        self._thread.join()
