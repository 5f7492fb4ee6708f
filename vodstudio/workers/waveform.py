"""Child side: how loud a recording is, fifty times a second, one byte each: a picture of the sound for the review."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vodstudio.core.files import write_atomically
from vodstudio.workers.containers import open_media, sound_frames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer

RATE = 50
SAMPLES_A_SECOND = 8000
PART = SAMPLES_A_SECOND // RATE
FLOOR_DB = -54.0


def write_peaks(path: Path, target: Path, duration_s: float, tell: Callable[[float], None]) -> int:
    """Write the picture to `target`; how many parts it has. Memory does not grow with the length."""
    with open_media(path) as container:
        made = bytearray()
        for loudest in _peaks(container):
            made.append(_byte(loudest))
            if len(made) % (60 * RATE) == 0:
                tell(min(1.0, len(made) / RATE / duration_s) if duration_s > 0 else 0.0)
    write_atomically(target, bytes(made))
    return len(made)


def _peaks(container: InputContainer) -> Iterator[float]:
    """The loudest sample of each part; silence where the sound begins later than the video."""
    import av
    import numpy as np

    if not container.streams.audio:
        return
    stream = container.streams.audio[0]
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLES_A_SECOND)
    start_s = container.start_time / 1_000_000 if container.start_time else 0.0
    left = np.zeros(0, dtype=np.float32)
    is_first = True
    for frame in sound_frames(container, stream):
        if is_first and frame.time is not None:
            yield from (0.0 for _ in range(max(0, round((frame.time - start_s) * RATE))))
        is_first = False
        for part in resampler.resample(frame):
            left = np.concatenate([left, part.to_ndarray().reshape(-1)])
        whole = len(left) // PART
        if whole:
            yield from np.abs(left[: whole * PART]).reshape(whole, PART).max(axis=1).tolist()
            left = left[whole * PART :]


def _byte(loudest: float) -> int:
    """In decibels, as ears hear: a whisper is seen beside a gavel."""
    db = 20 * math.log10(loudest) if loudest > 0 else FLOOR_DB
    return round(min(1.0, max(0.0, 1 - db / FLOOR_DB)) * 255)
