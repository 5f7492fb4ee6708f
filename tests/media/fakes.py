"""A process as a dead share leaves it."""

from __future__ import annotations

import subprocess
import sys


class Stuck(subprocess.Popen[bytes]):
    """A child that was killed and stays until the system lets it go."""

    _is_let_go = False

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
        return super().poll() if self._is_let_go else None

    def wait(self, timeout: float | None = None) -> int:
        if not self._is_let_go:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return super().wait(timeout)

    def let_go(self) -> None:
        """The share is back: the kill that waited is carried out."""
        self._is_let_go = True
        self.wait(20.0)
