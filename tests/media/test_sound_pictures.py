"""The picture of the sound: true to the sound, small, made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vodstudio.workers.media import Media
from vodstudio.workers.process import Children
from vodstudio.workers.sound_pictures import KeptSoundPictures
from vodstudio.workers.waveform import RATE, write_peaks

Run = Callable[..., Any]


@pytest.fixture
def sounds(tmp_path: Path) -> Iterator[KeptSoundPictures]:
    (tmp_path / "run").mkdir()
    children = Children(tmp_path / "run")
    media = Media(children)
    yield KeptSoundPictures(media, tmp_path / "cache")
    media.close()
    children.close()


def test_speech_is_loud_and_silence_is_not(sample_meeting: Path, tmp_path: Path) -> None:
    target = tmp_path / "meeting.peaks"
    told: list[float] = []
    count = write_peaks(sample_meeting, target, 123.5, told.append)
    peaks = target.read_bytes()
    assert count == len(peaks)
    assert abs(count - 123.5 * RATE) < 2 * RATE
    spoken, silent = peaks[int(6.2 * RATE) : 8 * RATE], peaks[1 * RATE : 5 * RATE]
    assert max(spoken) > max(silent) + 40
    assert told == sorted(told)
    assert 0 < told[-1] <= 1


def test_it_is_made_once_in_a_child_and_kept(
    sounds: KeptSoundPictures, sample_meeting: Path, run: Run, tmp_path: Path
) -> None:
    peaks, rate = run(sounds.peaks(sample_meeting, "one"), 60.0)
    (kept,) = (tmp_path / "cache" / "sound").glob("*.peaks")
    assert rate == RATE
    assert kept.read_bytes() == peaks
    kept.write_bytes(b"as it was kept")
    assert run(sounds.peaks(sample_meeting, "one")) == (b"as it was kept", RATE)


def test_a_file_that_cannot_be_heard_has_no_picture(
    sounds: KeptSoundPictures, run: Run, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no media")
    assert run(sounds.peaks(broken, "two"), 60.0) == (b"", RATE)
    assert run(sounds.peaks(tmp_path / "never.mp4", "three"), 60.0) == (b"", RATE)
