"""What the model is to hear: the speech in a spool of samples, and its features window by window."""

from __future__ import annotations

import bisect
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from vodstudio.core.files import CHUNK_BYTES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE = 16_000
SAMPLE_BYTES = 2
FRAMES_AT_ONCE = 3_000
_MARGIN_FRAMES = 2
_RANGE_OF_LOG_MEL = 8.0


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of speech in samples of the spool."""

    start: int
    end: int


def checksum(
    spool: BinaryIO, start: int, end: int, before: int = 0, check: Callable[[], None] = lambda: None
) -> int:
    """The running checksum of the samples from `start` to `end`; the place in the file stays where it was.

    `check` is called for every mebibyte and may raise.
    """
    place = spool.tell()
    spool.seek(start * SAMPLE_BYTES)
    left = (end - start) * SAMPLE_BYTES
    while left > 0 and (part := spool.read(min(left, CHUNK_BYTES))):
        check()
        before, left = zlib.crc32(part, before), left - len(part)
    spool.seek(place)
    return before


def as_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Samples as the models want them."""
    import numpy as np

    return np.asarray(samples.astype(np.float32) / 32768.0)


class Speech:
    """All speech of a spool put end to end, read piece by piece; the silence between is left out."""

    def __init__(self, spool: Path, regions: Sequence[Region]) -> None:
        self._spool = spool
        self._regions = list(regions)
        self._ends = list(accumulate(region.end - region.start for region in self._regions))
        self.length = self._ends[-1] if self._ends else 0

    def read(self, start: int, end: int) -> NDArray[np.float32]:
        """Samples `start` to `end` of the speech."""
        import numpy as np

        pieces = [np.zeros(0, dtype=np.int16)]
        at = bisect.bisect_right(self._ends, start)
        # Read and not mapped: pages of a mapped file would count as memory of ours.
        with self._spool.open("rb") as file:
            while start < end and at < len(self._ends):
                region, stop = self._regions[at], min(end, self._ends[at])
                file.seek(SAMPLE_BYTES * (start + region.end - self._ends[at]))
                pieces.append(np.frombuffer(file.read(SAMPLE_BYTES * (stop - start)), dtype="<i2"))
                start, at = stop, at + 1
        return as_float(np.concatenate(pieces))


class Features:
    """The log-mel features of a speech, computed for the window that is asked for.

    They are bit for bit those that the library computes for the whole file at once; it cuts them at the loudest
    value of all minus 8, so one sweep over everything comes first (or the value from an earlier attempt).
    """

    def __init__(self, extractor: Any, speech: Speech, maximum: float | None) -> None:
        self._extractor = extractor
        self._speech = speech
        self.content_frames = speech.length // int(extractor.hop_length)
        self.maximum = self._loudest() if maximum is None else maximum

    def window(self, start: int, size: int) -> NDArray[np.float32]:
        """Frames `start` to `start + size`."""
        import numpy as np

        cut = np.maximum(
            self._log_mel(start, start + size), np.float32(self.maximum) - np.float32(_RANGE_OF_LOG_MEL)
        )
        return np.asarray((cut + 4.0) / 4.0)

    def _loudest(self) -> float:
        starts = range(0, self.content_frames + 1, FRAMES_AT_ONCE)
        return max(
            float(self._log_mel(start, min(start + FRAMES_AT_ONCE, self.content_frames + 1)).max())
            for start in starts
        )

    def _log_mel(self, start: int, end: int) -> NDArray[np.float32]:
        """A frame needs 200 samples on each side, so two frames more are computed at each end and dropped."""
        import numpy as np

        extractor = self._extractor
        hop = int(extractor.hop_length)
        first = max(0, start - _MARGIN_FRAMES)
        last = (end + _MARGIN_FRAMES) * hop
        wave = self._speech.read(first * hop, min(last, self._speech.length))
        if last > self._speech.length:
            wave = np.pad(wave, (0, min(last, self._speech.length + hop) - self._speech.length))
        window = np.hanning(extractor.n_fft + 1)[:-1].astype("float32")
        stft = extractor.stft(wave, extractor.n_fft, hop, window=window, return_complex=True)
        power = np.abs(stft.astype("complex64")[..., start - first : end - first]) ** 2
        return np.asarray(np.log10(np.clip(extractor.mel_filters @ power, a_min=1e-10, a_max=None)))


class Clock:
    """From time in the speech (silence left out) to time in the samples of the spool; the library's own map."""

    def __init__(self, regions: Sequence[Region]) -> None:
        from faster_whisper.vad import SpeechTimestampsMap

        chunks = [{"start": region.start, "end": region.end} for region in regions]
        self._map = SpeechTimestampsMap(chunks, SAMPLE_RATE)

    def word(self, start_s: float, end_s: float) -> tuple[float, float]:
        """Both ends of a word are placed in the stretch of speech that holds its middle."""
        chunk = self._map.get_chunk_index((start_s + end_s) / 2)
        return self._map.get_original_time(start_s, chunk), self._map.get_original_time(end_s, chunk)

    def moment(self, at_s: float) -> float:
        """One moment."""
        return float(self._map.get_original_time(at_s, is_end=True))
