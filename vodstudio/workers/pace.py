"""How fast a recording is heard, and when it will have been heard: from the last minutes, not from the beginning."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

RECENT_S = 180.0


@dataclass(slots=True, kw_only=True)
class Pace:
    """Seconds of the recording and seconds of speech that were done, and when; the clock stands still in sleep."""

    clock: Callable[[], float]
    _passed: deque[tuple[float, float, float]] = field(default_factory=deque)

    def passed(self, at_s: float, speech_s: float) -> None:
        """The recording is heard up to here, and this much of its speech."""
        now = self.clock()
        self._passed.append((now, at_s, speech_s))
        while len(self._passed) > 2 and now - self._passed[1][0] >= RECENT_S:
            self._passed.popleft()

    @property
    def speed(self) -> float | None:
        """Times real time over the last minutes; None while there is nothing to go by."""
        lasted_s = self._lasted_s
        return (self._passed[-1][1] - self._passed[0][1]) / lasted_s if lasted_s > 0 else None

    def remaining_s(self, total_s: float) -> float | None:
        """The speech that is left of all speech, at the speed of the last minutes."""
        if self._lasted_s <= 0:
            return None
        done_s = self._passed[-1][2] - self._passed[0][2]
        left_s = max(0.0, total_s - self._passed[-1][2])
        return left_s * self._lasted_s / done_s if done_s > 0 else None

    @property
    def _lasted_s(self) -> float:
        return self._passed[-1][0] - self._passed[0][0] if self._passed else 0.0
