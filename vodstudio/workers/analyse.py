"""How loud each sound track is: ten-second samples, per channel and mixed, and what that says about it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

SAMPLE_S = 10.0
PLACES = (1 / 6, 3 / 6, 5 / 6)
FLOOR_DB = -120.0
SILENT_BELOW_DB = -60.0
PHASE_LOSS_DB = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Loudness of the samples in dB below full scale."""

    rms_db: float
    peak_db: float
    mix_db: float
    channel_rms_db: tuple[float, ...]

    @property
    def is_silent(self) -> bool:
        """Nothing was heard in the samples."""
        return self.rms_db < SILENT_BELOW_DB

    @property
    def is_inverted(self) -> bool:
        """Mixed to one channel the sound is lost: the channels cancel each other."""
        return not self.is_silent and self.mix_db < self.rms_db - PHASE_LOSS_DB

    @property
    def loudest_channel(self) -> int:
        """Which channel to trust when the mix is lost or only one microphone was on."""
        return max(range(len(self.channel_rms_db)), key=self.channel_rms_db.__getitem__, default=0)

    @property
    def is_one_sided(self) -> bool:
        """One of two channels is silent and the other is not."""
        heard = [level >= SILENT_BELOW_DB for level in self.channel_rms_db]
        return len(heard) == 2 and sum(heard) == 1

    def facts(self) -> Mapping[str, object]:
        """As the store keeps it."""
        return {
            **asdict(self),
            "silent": self.is_silent,
            "inverted": self.is_inverted,
            "one_sided": self.is_one_sided,
            "loudest_channel": self.loudest_channel,
        }


@dataclass(slots=True)
class Sums:
    """Energy collected so far."""

    squares: list[float]
    mix: float = 0.0
    peak: float = 0.0
    count: int = 0

    def levels(self) -> Levels:
        """In decibels; the loudest channel stands for the track."""
        channels = tuple(
            _db(square / self.count) / 1.0 if self.count else FLOOR_DB for square in self.squares
        )
        return Levels(
            rms_db=max(channels, default=FLOOR_DB),
            peak_db=round(max(FLOOR_DB, 20 * math.log10(self.peak)) if self.peak > 0 else FLOOR_DB, 2),
            mix_db=_db(self.mix / self.count) if self.count else FLOOR_DB,
            channel_rms_db=channels,
        )


def _db(power: float) -> float:
    return round(max(FLOOR_DB, 10 * math.log10(power)), 2) if power > 0 else FLOOR_DB


def places_of(duration_s: float) -> Sequence[float]:
    """Where samples begin: the whole of a short file, else three places spread over it."""
    if duration_s <= SAMPLE_S * len(PLACES):
        return [index * SAMPLE_S for index in range(max(1, math.ceil(duration_s / SAMPLE_S)))]
    return [max(0.0, duration_s * place - SAMPLE_S / 2) for place in PLACES]


def levels_of(path: Path, duration_s: float) -> list[Mapping[str, object]]:
    """Child side: the levels of every sound track of a file, in their order."""
    from vodstudio.workers.containers import open_media, sound_streams

    with open_media(path) as container:
        count = len(sound_streams(container))
    found = []
    for track in range(count):
        with open_media(path) as container:
            found.append(_levels_of_track(container, sound_streams(container)[track], duration_s).facts())
    return found


def _levels_of_track(container: InputContainer, stream: AudioStream, duration_s: float) -> Levels:
    import av

    sums = Sums([0.0] * stream.codec_context.channels)
    start_s = container.start_time / 1_000_000 if container.start_time else 0.0
    for place_s in places_of(duration_s):
        try:
            _add_sample(container, stream, start_s + place_s, sums)
        except av.error.FFmpegError:
            continue
    return sums.levels()


def _add_sample(container: InputContainer, stream: AudioStream, at_s: float, sums: Sums) -> None:
    """Ten seconds from a place; damaged packets are left out."""
    import av
    import numpy

    from vodstudio.workers.containers import sound_frames

    container.seek(int(at_s * 1_000_000))
    resampler = av.AudioResampler(format="fltp")
    for frame in sound_frames(container, stream):
        if frame.time is not None and frame.time >= at_s + SAMPLE_S:
            break
        if frame.time is not None and frame.time < at_s - 1.0:
            continue
        for even in resampler.resample(frame):
            samples = even.to_ndarray().astype(numpy.float64)
            mix = samples.mean(axis=0)
            sums.count += samples.shape[1]
            sums.mix += float((mix * mix).sum())
            sums.peak = max(sums.peak, float(numpy.abs(samples).max(initial=0.0)))
            for channel, square in enumerate((samples * samples).sum(axis=1)):
                sums.squares[channel] += float(square)
