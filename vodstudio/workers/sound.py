"""Child side: the sound of a recording as the samples that the library's own decoder makes, and when they are heard."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vodstudio.core.errors import BadMedia
from vodstudio.workers.containers import open_media, sound_streams
from vodstudio.workers.sound_clock import Timekeeper
from vodstudio.workers.timeline import RESTARTS
from vodstudio.workers.windows import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from numpy.typing import NDArray

NO_AUDIO = "VS-NO-AUDIO"
MIX, LEFT, RIGHT = "mix", "left", "right"
_SIDES = {LEFT: 0, RIGHT: 1}
_GROUP_SAMPLES = 500_000


@contextlib.contextmanager
def sound_of(source: Path, track: int = 0) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The recording with one of its sound tracks; what cannot be read is said by its name."""
    import av

    try:
        with open_media(source) as container:
            streams = sound_streams(container)
            if len(streams) <= track:
                raise no_audio(source)
            yield container, streams[track]
    except av.error.FFmpegError as error:
        raise BadMedia(
            f"The sound of {source.name} could not be read",
            hint="The file was not changed. Play it to see whether it is whole, then import it again.",
            detail=f"{type(error).__name__}: {error}",
            code="VS-SOUND-UNREADABLE",
        ) from error


def no_audio(source: Path) -> BadMedia:
    """There is nothing to hear."""
    return BadMedia(
        f"{source.name} has no audio track",
        hint="Captions need sound. The picture can still be delivered without captions.",
        detail=str(source),
        code=NO_AUDIO,
    )


def timekeeper(container: InputContainer) -> Timekeeper:
    """Time is counted from the first moment that is presented."""
    start_s = container.start_time / 1_000_000 if container.start_time else 0.0
    return Timekeeper(starts_at_s=start_s, joins=container.format.name in RESTARTS)


def samples_of(
    frames: Iterator[Any], channel: str = MIX, times: Timekeeper | None = None
) -> Iterator[NDArray[np.int16]]:
    """Blocks of samples exactly as faster-whisper's own decoder makes them; a change of format starts anew.

    One side is heard only where there are two.
    """
    import av

    piece: _Piece | None = None
    begin = 0
    for frame in frames:
        found = (frame.format.name, frame.layout.name, frame.sample_rate)
        if piece is None or found != piece.shape:
            if piece is not None:
                yield from piece.rest()
                begin += piece.made
            side = _SIDES.get(channel) if frame.layout.nb_channels == 2 else None
            layout = "mono" if side is None else "stereo"
            resampler = av.AudioResampler(format="s16", layout=layout, rate=SAMPLE_RATE)
            piece = _Piece(found, resampler, av.AudioFifo(), side)
        if times is not None:
            times.see(begin / SAMPLE_RATE + piece.taken / frame.sample_rate, frame.time)
        yield from piece.take(frame)
    if piece is not None:
        yield from piece.rest()


@dataclass(slots=True)
class _Piece:
    """Sound of one format on its way to samples."""

    shape: tuple[str, str, int]
    resampler: Any
    fifo: Any
    side: int | None
    taken: int = 0
    made: int = 0

    def take(self, frame: Any) -> Iterator[NDArray[np.int16]]:
        frame.pts = None
        self.taken += frame.samples
        self.fifo.write(frame)
        if self.fifo.samples >= _GROUP_SAMPLES:
            yield from self._resampled(self.fifo.read())

    def rest(self) -> Iterator[NDArray[np.int16]]:
        if self.fifo.samples > 0:
            yield from self._resampled(self.fifo.read())
        yield from self._resampled(None)

    def _resampled(self, frame: Any) -> Iterator[NDArray[np.int16]]:
        for made in self.resampler.resample(frame):
            samples = made.to_ndarray().reshape(-1)
            if self.side is not None:
                samples = samples[self.side :: 2].copy()
            self.made += len(samples)
            yield samples
