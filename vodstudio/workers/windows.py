"""What the model is to hear: a recording's samples in a spool file, where speech is, and features by window."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vodstudio.core.errors import BadMedia
from vodstudio.core.files import adopt, temporary_beside, writing
from vodstudio.workers.containers import open_media, sound_streams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE = 16_000
FRAMES_AT_ONCE = 3_000
_GROUP_SAMPLES = 500_000
_MARGIN_FRAMES = 2
_RANGE_OF_LOG_MEL = 8.0


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of speech in samples of the spool."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VadSettings:
    """When sound counts as speech (names and meaning are Silero's)."""

    threshold: float = 0.5
    min_silence_duration_ms: int = 500
    speech_pad_ms: int = 200
    max_speech_duration_s: float | None = 30.0


def spool_samples(source: Path, spool: Path, tell: Callable[[float], None]) -> int:
    """Decode the first audio track to 16 kHz mono into a file; the number of samples."""
    import av

    temporary = temporary_beside(spool)
    try:
        with open_media(source) as container:
            streams = sound_streams(container)
            if not streams:
                raise _no_audio(source)
            with writing(spool):
                count = _written(_decoded(container.decode(streams[0])), temporary, tell)
        if count == 0:
            raise _no_audio(source)
        adopt(temporary, spool)
    except av.error.FFmpegError as error:
        raise BadMedia(
            f"The sound of {source.name} could not be read",
            hint="The file was not changed. Play it to see whether it is whole, then import it again.",
            detail=f"{type(error).__name__}: {error}",
            code="VS-SOUND-UNREADABLE",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _written(blocks: Iterator[bytes], path: Path, tell: Callable[[float], None]) -> int:
    count = 0
    with path.open("xb") as file:
        for block in blocks:
            file.write(block)
            count += len(block) // 2
            tell(count / SAMPLE_RATE)
    return count


def _no_audio(source: Path) -> BadMedia:
    return BadMedia(
        f"{source.name} has no audio track",
        hint="Captions need sound. The picture can still be delivered without captions.",
        detail=str(source),
        code="VS-NO-AUDIO",
    )


def _decoded(frames: Iterator[Any]) -> Iterator[bytes]:
    """Blocks of samples exactly as faster-whisper's own decoder makes them; a change of format starts anew."""
    import av

    shape: tuple[str, str, int] | None = None
    resampler: Any = None
    fifo: Any = None
    for frame in _whole(frames):
        frame.pts = None
        found = (frame.format.name, frame.layout.name, frame.sample_rate)
        if found != shape:
            yield from _flushed(resampler, fifo)
            shape, fifo = found, av.AudioFifo()
            resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        fifo.write(frame)
        if fifo.samples >= _GROUP_SAMPLES:
            yield from _resampled(resampler, fifo.read())
    yield from _flushed(resampler, fifo)


def _flushed(resampler: Any, fifo: Any) -> Iterator[bytes]:
    if resampler is None:
        return
    if fifo.samples > 0:
        yield from _resampled(resampler, fifo.read())
    yield from _resampled(resampler, None)


def _resampled(resampler: Any, frame: Any) -> Iterator[bytes]:
    for made in resampler.resample(frame):
        yield made.to_ndarray().tobytes()


def _whole(frames: Iterator[Any]) -> Iterator[Any]:
    """A broken packet is left out, as a player does."""
    import av

    while True:
        try:
            yield next(frames)
        except StopIteration:
            return
        except av.error.InvalidDataError:
            continue


def speech_regions(spool: Path, settings: VadSettings) -> list[Region]:
    """Where speech is, by the library's own voice activity model. Needs onnxruntime, not the speech model."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    longest_s = settings.max_speech_duration_s
    options = VadOptions(
        threshold=settings.threshold,
        min_silence_duration_ms=settings.min_silence_duration_ms,
        speech_pad_ms=settings.speech_pad_ms,
        max_speech_duration_s=math.inf if longest_s is None else longest_s,
    )
    samples = _as_float(_opened(spool))
    return [
        Region(int(found["start"]), int(found["end"])) for found in get_speech_timestamps(samples, options)
    ]


def _opened(spool: Path) -> NDArray[np.int16]:
    import numpy as np

    return np.memmap(spool, dtype="<i2", mode="r")


def _as_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    import numpy as np

    return np.asarray(samples.astype(np.float32) / 32768.0)


class Speech:
    """All speech of a spool put end to end, read piece by piece; the silence between is left out."""

    def __init__(self, spool: Path, regions: Sequence[Region]) -> None:
        self._samples = _opened(spool)
        self._regions = list(regions)
        self._ends = list(accumulate(region.end - region.start for region in self._regions))
        self.length = self._ends[-1] if self._ends else 0

    def read(self, start: int, end: int) -> NDArray[np.float32]:
        """Samples `start` to `end` of the speech."""
        import bisect

        import numpy as np

        pieces = []
        at = bisect.bisect_right(self._ends, start)
        while start < end and at < len(self._ends):
            region, stop = self._regions[at], min(end, self._ends[at])
            shift = region.end - self._ends[at]
            pieces.append(_as_float(self._samples[start + shift : stop + shift]))
            start, at = stop, at + 1
        return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.float32)


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
    """From time in the speech (silence left out) to time in the recording; the library's own map."""

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
