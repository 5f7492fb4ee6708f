"""Where speech is: the library's voice activity model, shown a recording piece by piece, and what its answers mean.

It follows `faster_whisper.vad.get_speech_timestamps` of faster-whisper 1.2.1 without the whole file in memory.
Tests compare both on the same samples and on any probabilities; they fail when an upgrade changes the result.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, Any

from vodstudio.workers.windows import SAMPLE_RATE, Region, as_float

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW_SAMPLES = 512
_CONTEXT_SAMPLES = 64
_WINDOWS_AT_ONCE = 500
_MEMORY_FLOATS = 128
_SAMPLES_A_MS = SAMPLE_RATE // 1000
_PAUSE_FOR_A_CUT = 98 * _SAMPLES_A_MS
_QUIETEST_OF = 3
_FLOAT = struct.Struct("f")


@dataclass(frozen=True, slots=True, kw_only=True)
class VadSettings:
    """When sound counts as speech (names and meaning are Silero's).

    `cut_at_quietest` is ours: speech that lasts too long and never pauses is cut where it is quietest in the last
    third, and not in the middle of a word; the library cuts it where the time is over.
    """

    threshold: float = 0.5
    min_silence_duration_ms: int = 500
    speech_pad_ms: int = 200
    max_speech_duration_s: float | None = 30.0
    cut_at_quietest: bool = False


@dataclass(slots=True, kw_only=True)
class Standing:
    """All that the next window needs to know of those before it, in samples; zero stands for never."""

    at: int = 0
    start: int | None = None
    silent_from: int = 0
    cut_at: int = 0
    next_start: int = 0
    lead: int = 0
    waiting_start: int | None = None
    waiting_end: int = 0
    quietest: list[tuple[int, float]] = field(default_factory=list)


class SpeechFinder:
    """Turns one probability for each window into stretches of speech; a stretch is told as soon as it is final."""

    def __init__(self, settings: VadSettings, standing: Mapping[str, Any] | None = None) -> None:
        longest_s = math.inf if settings.max_speech_duration_s is None else settings.max_speech_duration_s
        self._pad = settings.speech_pad_ms * _SAMPLES_A_MS
        self._longest = SAMPLE_RATE * longest_s - WINDOW_SAMPLES - 2 * self._pad
        self._pause = settings.min_silence_duration_ms * _SAMPLES_A_MS
        self.asks_how_loud = settings.cut_at_quietest and math.isfinite(longest_s)
        # The model's answers are single precision, and so is what they are compared with.
        self._speech_from = _single(settings.threshold)
        self._silence_below = _single(max(settings.threshold - 0.15, 0.01))
        self._now = Standing(lead=self._pad) if standing is None else Standing(**standing)
        self._final: list[Region] = []

    @property
    def standing(self) -> dict[str, Any]:
        """As a checkpoint keeps it."""
        return asdict(self._now)

    def see(self, probabilities: Iterable[float], powers: Iterable[float] = repeat(0.0)) -> None:
        """The next windows, and how loud each of them is, which matters to `cut_at_quietest` alone."""
        for probability, power in zip(probabilities, powers, strict=False):
            if self.asks_how_loud:
                self._remember(power)
            self._see(probability)

    def settled(self) -> list[Region]:
        """The stretches that became final since the last call."""
        now = self._now
        if now.start is not None:
            self._settle(now.start)
        elif now.at >= now.waiting_end + 2 * self._pad:
            self._settle(now.at)
        final, self._final = self._final, []
        return final

    def finish(self, samples: int) -> list[Region]:
        """The stretches that are left when the recording ends after so many samples."""
        now = self._now
        if now.start is not None and samples > now.start:
            self._close(now.start, samples)
        if now.waiting_start is not None:
            self._final.append(Region(now.waiting_start, min(samples, now.waiting_end + self._pad)))
            now.waiting_start = None
        final, self._final = self._final, []
        return final

    def _see(self, probability: float) -> None:
        now = self._now
        at, now.at = now.at, now.at + WINDOW_SAMPLES
        if probability >= self._speech_from:
            if now.silent_from:
                now.silent_from = 0
                if now.next_start < now.cut_at:
                    now.next_start = at
            if now.start is None:
                now.start = at
                return
        if now.start is not None and at - now.start > self._longest:
            self._cut(at)
        if now.start is not None and probability < self._silence_below:
            self._see_silence(at)

    def _remember(self, power: float) -> None:
        """Each window that is quieter than all after it, so that the first is the quietest of the last ones."""
        now = self._now
        quietest = now.quietest
        while quietest and quietest[-1][1] >= power:
            quietest.pop()
        quietest.append((now.at, power))
        while quietest[0][0] < now.at - max(self._longest, 0) / _QUIETEST_OF:
            quietest.pop(0)

    def _cut(self, at: int) -> None:
        """Speech that never ends: cut where it last paused, else where it is quietest, else here."""
        now = self._now
        assert now.start is not None
        start, goes_on = now.start, now.cut_at > 0 and now.next_start >= now.cut_at
        if self.asks_how_loud and not now.cut_at:
            now.cut_at = now.next_start = now.quietest[0][0] + WINDOW_SAMPLES // 2
            goes_on = True
        self._close(start, now.cut_at or at)
        now.start = now.next_start if goes_on else None
        now.cut_at = now.next_start = now.silent_from = 0

    def _see_silence(self, at: int) -> None:
        now = self._now
        assert now.start is not None
        now.silent_from = now.silent_from or at
        if at - now.silent_from > _PAUSE_FOR_A_CUT:
            now.cut_at = now.silent_from
        if at - now.silent_from >= self._pause:
            if now.silent_from > now.start:
                self._close(now.start, now.silent_from)
            now.start = None
            now.cut_at = now.next_start = now.silent_from = 0

    def _close(self, start: int, end: int) -> None:
        self._settle(start)
        now = self._now
        now.waiting_start, now.waiting_end = max(0, start - now.lead), end

    def _settle(self, next_start: int) -> None:
        """The stretch before ends somewhere in the silence before `next_start`; both share it when it is short."""
        now = self._now
        if now.waiting_start is None:
            return
        now.lead = min((next_start - now.waiting_end) // 2, self._pad)
        self._final.append(Region(now.waiting_start, now.waiting_end + now.lead))
        now.waiting_start = None


def _single(value: float) -> float:
    return float(_FLOAT.unpack(_FLOAT.pack(value))[0])


class VoiceModel:
    """The library's own model with what it remembers from window to window."""

    def __init__(self, memory: tuple[NDArray[np.float32], ...] | None = None) -> None:
        import numpy as np
        from faster_whisper.vad import get_vad_model

        self._session = get_vad_model().session
        empty = np.zeros((1, 1, _MEMORY_FLOATS), dtype=np.float32)
        self._memory = memory or (empty, empty, np.zeros(_CONTEXT_SAMPLES, dtype=np.float32))

    @property
    def memory(self) -> tuple[NDArray[np.float32], ...]:
        """Two states of the model and the last samples that it saw."""
        return self._memory

    def probabilities(self, samples: NDArray[np.float32]) -> list[float]:
        """How sure it is of speech in each window; `samples` are whole windows."""
        import numpy as np

        windows = samples.reshape(-1, WINDOW_SAMPLES)
        state, cell, context = self._memory
        shown = np.empty((len(windows), _CONTEXT_SAMPLES + WINDOW_SAMPLES), dtype=np.float32)
        shown[:, _CONTEXT_SAMPLES:] = windows
        shown[0, :_CONTEXT_SAMPLES] = context
        shown[1:, :_CONTEXT_SAMPLES] = windows[:-1, -_CONTEXT_SAMPLES:]
        found, state, cell = self._session.run(None, {"input": shown, "h": state, "c": cell})
        self._memory = (state, cell, windows[-1, -_CONTEXT_SAMPLES:].copy())
        return [float(probability) for probability in found.reshape(-1)]


class Voice:
    """Shown the samples of a recording in any pieces, it tells where speech is; memory does not grow."""

    def __init__(
        self,
        settings: VadSettings,
        kept: Mapping[str, Any] | None = None,
        *,
        windows_at_once: int = _WINDOWS_AT_ONCE,
    ) -> None:
        import numpy as np

        self._at_once = windows_at_once * WINDOW_SAMPLES
        self._rest = np.zeros(0, dtype=np.int16)
        self._finder = SpeechFinder(settings, kept["standing"] if kept else None)
        self._model = VoiceModel(_memory_of(kept["memory"]) if kept else None)

    @property
    def kept(self) -> dict[str, Any]:
        """The state after the windows seen so far, for a checkpoint; samples not yet seen must be shown again."""
        return {
            "standing": self._finder.standing,
            "memory": [part.tobytes().hex() for part in self._model.memory],
        }

    @property
    def seen(self) -> int:
        """How many samples the state stands for."""
        at: int = self._finder.standing["at"]
        return at

    def show(self, samples: NDArray[np.int16]) -> list[Region]:
        """More samples; the stretches of speech that are final now."""
        import numpy as np

        rest = np.concatenate([self._rest, samples])
        while len(rest) >= self._at_once:
            self._see(rest[: self._at_once])
            rest = rest[self._at_once :]
        self._rest = rest.copy()
        return self._finder.settled()

    def finish(self) -> list[Region]:
        """The recording is over; the stretches that are left."""
        import numpy as np

        count = self.seen + len(self._rest)
        last = np.zeros(len(self._rest) + WINDOW_SAMPLES - count % WINDOW_SAMPLES, dtype=np.int16)
        last[: len(self._rest)] = self._rest
        # The library loses these samples of the last window; so do we.
        last[-_CONTEXT_SAMPLES:] = 0
        self._see(last)
        return self._finder.finish(count)

    def _see(self, samples: NDArray[np.int16]) -> None:
        import numpy as np

        shown = as_float(samples)
        probabilities = self._model.probabilities(shown)
        if self._finder.asks_how_loud:
            powers = np.square(shown).reshape(-1, WINDOW_SAMPLES).mean(axis=1)
            self._finder.see(probabilities, powers.tolist())
        else:
            self._finder.see(probabilities)


def _memory_of(texts: Iterable[str]) -> tuple[NDArray[np.float32], ...]:
    import numpy as np

    state, cell, context = (np.frombuffer(bytes.fromhex(text), dtype=np.float32) for text in texts)
    return state.reshape(1, 1, -1), cell.reshape(1, 1, -1), context
