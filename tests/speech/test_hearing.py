"""The window loop gives what faster-whisper gives, and goes on after any window as if nothing had happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.speech.fakes import MEETING, VOICE
from vodstudio.workers.engine import Engine, load
from vodstudio.workers.hearing import Ear, HeardWord, Hearing, HearingSettings, Position, words_of
from vodstudio.workers.windows import (
    SAMPLE_RATE,
    Clock,
    Features,
    Region,
    Speech,
)

_OPTIONS: dict[str, Any] = {
    "language": "en",
    "beam_size": 5,
    "word_timestamps": True,
    "vad_filter": True,
    "vad_parameters": {
        "threshold": 0.5,
        "min_silence_duration_ms": 500,
        "speech_pad_ms": 200,
        "max_speech_duration_s": 30,
    },
    "condition_on_previous_text": False,
}


@pytest.fixture(scope="module")
def model() -> Any:
    return load(Engine(folder=VOICE))


def _hearing(model: Any, spool: Path, regions: list[Region], **settings: Any) -> Hearing:
    features = Features(model.feature_extractor, Speech(spool, regions), None)
    return Hearing(Ear(model, "en", HearingSettings(**settings)), features, Clock(regions))


def _words(hearing: Hearing, at: Position) -> list[HeardWord]:
    words: list[HeardWord] = []
    while not hearing.is_over(at):
        window = hearing.window(at)
        words.extend(window.words)
        at = window.after
    return words


def test_samples_are_those_of_faster_whisper(spool: Path) -> None:
    from faster_whisper import decode_audio

    ours = np.fromfile(spool, dtype="<i2").astype(np.float32) / 32768.0
    assert np.array_equal(ours, decode_audio(str(MEETING)))


def test_features_are_bit_identical_to_those_of_the_whole_file(
    model: Any, spool: Path, regions: list[Region]
) -> None:
    speech = Speech(spool, regions)
    whole = model.feature_extractor(speech.read(0, speech.length))
    features = Features(model.feature_extractor, speech, None)
    assert features.content_frames == whole.shape[-1] - 1
    for start, size in ((0, 3000), (1, 7), (2999, 3000), (features.content_frames - 5, 5)):
        size = min(size, features.content_frames - start)
        assert np.array_equal(features.window(start, size), whole[:, start : start + size])


def test_speech_is_read_across_its_regions(spool: Path) -> None:
    samples = np.fromfile(spool, dtype="<i2").astype(np.float32) / 32768.0
    regions = [Region(10, 20), Region(100, 105), Region(1000, 1001)]
    speech = Speech(spool, regions)
    whole = np.concatenate([samples[region.start : region.end] for region in regions])
    assert speech.length == 16
    for start in range(17):
        for end in range(start, 17):
            assert np.array_equal(speech.read(start, end), whole[start:end])


@pytest.mark.usefixtures("quiet_library")
@pytest.mark.parametrize("silence_s", [2.0, None])
def test_words_and_times_are_those_of_faster_whisper(
    model: Any, spool: Path, regions: list[Region], silence_s: float | None
) -> None:
    from faster_whisper import WhisperModel

    plain = WhisperModel(str(VOICE), device="cpu", compute_type="int8", cpu_threads=1)
    segments, _ = plain.transcribe(str(MEETING), hallucination_silence_threshold=silence_s, **_OPTIONS)
    expected = [(word.word, word.start, word.end) for segment in segments for word in segment.words]
    hearing = _hearing(model, spool, regions, silence_before_invention_s=silence_s)
    found = [(word.text, word.start, word.end) for word in _words(hearing, Position())]
    assert len(expected) > 150
    assert found == expected


def test_a_run_that_begins_anywhere_gives_the_same_words(
    model: Any, spool: Path, regions: list[Region]
) -> None:
    hearing = _hearing(model, spool, regions, silence_before_invention_s=2.0)
    at, windows = Position(), []
    while not hearing.is_over(at):
        windows.append((at, hearing.window(at)))
        at = windows[-1][1].after
    assert len(windows) >= 5
    for begin, window in reversed(windows):
        assert hearing.window(begin) == window


def test_after_three_senseless_windows_each_is_asked_once_until_one_makes_sense(
    model: Any, spool: Path, regions: list[Region]
) -> None:
    """A stretch in another language would cost six hearings for each second of it."""
    hearing = _hearing(model, spool, regions, gives_up_after=3)
    options = hearing._ear.options
    options.log_prob_threshold, options.no_speech_threshold = 0.0, 2.0
    third = hearing.window(Position(index=2, seek=300, senseless=2))
    fourth = hearing.window(third.after)
    assert (third.stretches[0].temperature, third.after.senseless) == (1.0, 3)
    assert (fourth.stretches[0].temperature, fourth.after.senseless) == (0.0, 4)
    assert hearing.window(third.after) == fourth

    options.log_prob_threshold = -1.0
    assert hearing.window(third.after).after.senseless == 0


def test_a_senseless_window_without_words_is_left_behind_whole(
    model: Any, spool: Path, regions: list[Region], monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing = _hearing(model, spool, regions, gives_up_after=3)
    options = hearing._ear.options
    options.log_prob_threshold, options.no_speech_threshold = 0.0, 2.0
    monkeypatch.setattr(Ear, "placed", lambda *_: ([], 100, True))
    assert hearing.window(Position(senseless=2)).after.seek == 100
    assert hearing.window(Position(senseless=3)).after.seek == 3000


def test_sampling_can_be_repeated_from_any_window(model: Any, spool: Path, regions: list[Region]) -> None:
    """With no confidence good enough, every window samples at rising temperatures: the seed decides the words."""
    hearing = _hearing(model, spool, regions, seed="a recording")
    hearing._ear.options.log_prob_threshold = 0.0
    hearing._ear.options.no_speech_threshold = 2.0
    at = Position(index=3, seek=300)
    first, again = hearing.window(at), hearing.window(at)
    assert first.stretches[0].temperature == 1.0
    assert first == again
    hearing.window(Position(index=9, seek=300))
    assert hearing.window(at) == first


def test_time_is_that_of_the_recording() -> None:
    clock = Clock([Region(SAMPLE_RATE, 2 * SAMPLE_RATE), Region(5 * SAMPLE_RATE, 8 * SAMPLE_RATE)])
    assert clock.word(0.5, 0.75) == (1.5, 1.75)
    assert clock.word(1.25, 2.0) == (5.25, 6.0)
    assert clock.moment(4.0) == 8.0


def test_half_a_letter_is_no_text() -> None:
    """A real model broke off inside a quotation mark at the end of a recording: " innovation" and a byte of it."""
    half = "\N{REPLACEMENT CHARACTER}"
    told = [
        {"word": text, "start": 1.0, "end": 2.0, "probability": 0.5}
        for text in (f" innovation{half}", f" {half}", " 100 €")
    ]
    found = words_of([{"words": told}], lambda start, end: (start, end))
    assert [word.text for word in found] == [" innovation", " 100 €"]
