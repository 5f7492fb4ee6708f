"""Twelve hours take no more memory than ten minutes, and no offset ends at four gigabytes."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from vodstudio.core.recording import fingerprint_of
from vodstudio.workers.batches import chunks_of
from vodstudio.workers.windows import SAMPLE_BYTES, SAMPLE_RATE, Features, Region, Speech, checksum

MINUTE = 60 * SAMPLE_RATE
PIECE = 30 * SAMPLE_RATE
# The library computes the features of all at once: 3.3 GB an hour. A window of ours is some megabytes.
MOST_BYTES = 40 * 2**20


class Extractor:
    """What the windows ask of faster-whisper's extractor; the numbers do not matter here."""

    hop_length, n_fft, chunk_length = 160, 400, 30
    mel_filters = np.ones((80, 201), dtype=np.float32) / 201

    @staticmethod
    def stft(wave: np.ndarray, n_fft: int, hop: int, window: np.ndarray, return_complex: bool) -> np.ndarray:
        assert return_complex
        frames = len(wave) // hop + 1
        return np.full((n_fft // 2 + 1, frames), float(window.sum()), dtype=np.complex64)


def sparse(path: Path, minutes: int) -> list[Region]:
    """A spool that is long and takes no room on the disk; somebody speaks for 20 s of each minute."""
    with path.open("wb") as file:
        file.truncate(minutes * MINUTE * SAMPLE_BYTES)
    return [Region(at, at + 20 * SAMPLE_RATE) for at in range(0, minutes * MINUTE, MINUTE)]


def peak_of(spool: Path, minutes: int) -> int:
    """The most that was held while windows from the beginning to the end were read."""
    regions = sparse(spool, minutes)
    features = Features(Extractor(), Speech(spool, regions), maximum=1.0)
    tracemalloc.start()
    try:
        for place in range(5):
            start = (features.content_frames - 3000) * place // 4
            assert features.window(start, 3000).shape == (80, 3000)
        assert len(chunks_of(regions, PIECE)) == minutes
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_e13_c14_twelve_hours_are_held_window_by_window(tmp_path: Path) -> None:
    short, long = (peak_of(tmp_path / f"{minutes}.s16", minutes) for minutes in (10, 720))
    assert long < MOST_BYTES
    assert long < 1.1 * short + 2**20, "what grows are the places of the regions, not their sound"


@pytest.fixture
def forty_hours(tmp_path: Path) -> Path:
    path = tmp_path / "long.s16"
    sparse(path, 40 * 60)
    assert path.stat().st_size > 2**32
    return path


def test_c15_sound_behind_four_gigabytes_is_read_where_it_lies(forty_hours: Path) -> None:
    last = 40 * 60 * MINUTE - SAMPLE_RATE
    said = np.arange(1, SAMPLE_RATE + 1, dtype="<i2")
    with forty_hours.open("r+b") as file:
        file.seek(last * SAMPLE_BYTES)
        file.write(said.tobytes())
    speech = Speech(forty_hours, [Region(0, SAMPLE_RATE), Region(last, last + SAMPLE_RATE)])
    heard = speech.read(SAMPLE_RATE, 2 * SAMPLE_RATE)
    assert np.array_equal((heard * 32768).astype(np.int16), said)
    with forty_hours.open("rb") as file:
        assert checksum(file, last, last + SAMPLE_RATE) != checksum(file, last - SAMPLE_RATE, last)


def test_c15_a_recording_of_more_than_four_gigabytes_is_known_by_its_ends(forty_hours: Path) -> None:
    before = fingerprint_of(forty_hours)
    with forty_hours.open("r+b") as file:
        file.seek(-5, 2)
        file.write(b"other")
    assert fingerprint_of(forty_hours) != before
