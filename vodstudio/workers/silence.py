"""How long nothing was heard from a child, told from a child that works or waits for us without a word."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

ALIVE = "alive"
WORKING_TIMES = 4
# Between two looks at a child lies less than a second: what is longer, the computer slept (E18) or had no turn for us.
_LONGEST_GAP_S = 1.0
_WORKED_S = 0.05


class Silence:
    """Dead is what gives no sign of life: no word, no wait for us, and no use of the processor.

    A word or a wait for us begins it anew. One that only works is given four times as long: a driver that hangs uses
    the processor too.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._since_word_s = self._since_life_s = 0.0
        self._worked_s = 0.0

    def is_over(self, limit_s: float, *, is_strict: bool = False) -> bool:
        """Whether it lasts too long by now. `is_strict`: work is no excuse."""
        now = self._clock()
        gap_s = min(_LONGEST_GAP_S, max(0.0, now - self._last))
        self._last = now
        self._since_word_s += gap_s
        self._since_life_s += gap_s
        if is_strict:
            return self._since_word_s > limit_s
        return self._since_life_s > limit_s or self._since_word_s > WORKING_TIMES * limit_s

    def broken(self) -> None:
        """It said something."""
        self._since_word_s = self._since_life_s = 0.0

    def felt(self, beat: Mapping[str, Any]) -> None:
        """Its heart beats: does it wait for us, or has it worked since the beat before?"""
        worked_s = float(beat["worked_s"])
        if beat["waits"]:
            self.broken()
        elif worked_s - self._worked_s >= _WORKED_S:
            self._since_life_s = 0.0
        self._worked_s = worked_s
