"""A process as a dead share leaves it."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any


class Stuck(subprocess.Popen[bytes]):
    """A child that was killed and stays until the system lets it go."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._gate = threading.Event()
        super().__init__(*arguments, **options)

    @classmethod
    def waiting(cls) -> Stuck:
        """One that runs for a minute."""
        return cls(
            [sys.executable, "-c", "import time; time.sleep(60)"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def poll(self) -> int | None:
        return super().poll() if self._gate.is_set() else None

    def wait(self, timeout: float | None = None) -> int:
        if timeout is None:
            self._gate.wait()
        elif not self._gate.is_set():
            raise subprocess.TimeoutExpired(self.args, timeout)
        return super().wait(timeout)

    def let_go(self) -> None:
        """The share is back: the kill that waited is carried out."""
        self._gate.set()
        self.wait(20.0)
