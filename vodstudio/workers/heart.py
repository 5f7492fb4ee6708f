"""Child side of being alive: now and then we tell whether we wait for the parent, and how much we have worked."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from vodstudio.workers.silence import ALIVE

BEAT_S = 20.0


class Heart:
    """Beats on a thread of its own while a request is answered; idle children say nothing."""

    def __init__(
        self,
        tell: Callable[[Mapping[str, object]], None],
        is_waiting: Callable[[], bool],
        every_s: float = BEAT_S,
    ) -> None:
        self._tell = tell
        self._is_waiting = is_waiting
        self._every_s = every_s

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """For the length of a block."""
        is_over = threading.Event()
        thread = threading.Thread(target=self._beat, args=(is_over,), name="heart", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def _beat(self, is_over: threading.Event) -> None:
        while not is_over.wait(self._every_s):
            self._tell({"event": ALIVE, "waits": self._is_waiting(), "worked_s": time.process_time()})
