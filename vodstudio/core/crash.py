"""Named places where a test may let the program die as in a power cut."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter

_visits: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Die at once, without any clean-up, when `VS_CRASH_AT` is `name` or `name:n` (the n-th visit).

    With `VS_CRASH_LIST` the points that are passed are written to that file, so that a trial knows them all.
    """
    wanted, listing = os.environ.get("VS_CRASH_AT"), os.environ.get("VS_CRASH_LIST")
    if listing is not None:
        with open(listing, "a", encoding="ascii") as file:  # noqa: PTH123 - nothing is imported for a trial
            file.write(f"{name}\n")
    if wanted is None:
        return
    _visits[name] += 1
    wanted_name, _, visit = wanted.partition(":")
    if wanted_name != name or _visits[name] != int(visit or "1"):
        return
    if sys.platform == "win32":
        os._exit(137)
    os.kill(os.getpid(), signal.SIGKILL)  # pragma: no cover - whoever comes here cannot tell any more
