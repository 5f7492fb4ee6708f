"""What every child of ours does first: die with its parent, and keep stdout for itself."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from vodstudio.workers.child_environment import PARENT_VARIABLE

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the system for a kill when the parent dies; end at once when it is dead already."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        parent = os.environ.get(PARENT_VARIABLE)
        if parent is not None and os.getppid() != int(parent):
            sys.exit(0)


class Channel:
    """JSON lines with the parent, on a private copy of stdout made before any library can print."""

    def __init__(self) -> None:
        self._out: BinaryIO = os.fdopen(os.dup(1), "wb")
        self._in: BinaryIO = os.fdopen(os.dup(0), "rb")
        self._telling = threading.Lock()
        os.dup2(2, 1)

    def tell(self, body: Mapping[str, object]) -> None:
        """One message, from any thread; a parent that is gone ends us."""
        try:
            with self._telling:
                self._out.write(json.dumps(body).encode() + b"\n")
                self._out.flush()
        except BrokenPipeError:
            os._exit(0)

    def heard(self) -> Iterator[dict[str, object]]:
        """Each message of the parent, until it closes our input."""
        for line in self._in:
            body = json.loads(line)
            if isinstance(body, dict):
                yield body


def exec_main(argv: list[str]) -> int:
    """`--child exec -- PROGRAM …`: become a foreign program that dies with our parent."""
    die_with_parent()
    command = argv[1:] if argv[:1] == ["--"] else argv
    os.execvp(command[0], command)
