"""A full disk or a busy file under the queue is waited for, not died of: what was done is kept until it is written."""

from __future__ import annotations

from vodstudio.core.errors import Locked, NoSpace, VodError
from vodstudio.core.events import Logged
from vodstudio.core.ports import Clock, Emit
from vodstudio.core.rows import LogLine, Verdict

AGAIN_AFTER_S = 5.0
WAITED_FOR = (NoSpace, Locked)


def tell_waiting(error: VodError, clock: Clock, emit: Emit) -> None:
    """One line for the operator, and not into the store: that is what cannot be written."""
    text = f"{error.title}. {error.hint} It is tried again every {AGAIN_AFTER_S:.0f} seconds."
    emit(Logged(LogLine(at=clock.now(), verdict=Verdict.BAD, where="Store", text=text)))
