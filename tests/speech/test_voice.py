"""Where speech is: equal to faster-whisper's own answer for the same samples, however they are shown."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.speech.fakes import MEETING
from tests.speech.listening import LIBRARY, OURS, as_the_library
from vodstudio.workers.voice import WINDOW_SAMPLES, SpeechFinder, VadSettings, Voice
from vodstudio.workers.windows import Region, as_float

Expected = Callable[[NDArray[np.float32], VadSettings], list[Region]]
_BOTH = pytest.mark.parametrize("options", [LIBRARY, OURS], ids=["library", "ours"])


def _expected(samples: NDArray[np.float32], options: VadSettings) -> list[Region]:
    """The library shown everything at once."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    found = get_speech_timestamps(samples, VadOptions(**as_the_library(options)))
    return [Region(int(region["start"]), int(region["end"])) for region in found]


@pytest.fixture(scope="module")
def samples() -> NDArray[np.int16]:
    from faster_whisper import decode_audio

    return np.asarray(np.round(decode_audio(str(MEETING)) * 32768.0), dtype=np.int16)


@_BOTH
@pytest.mark.parametrize(
    ("windows_at_once", "piece"), [(7, 160_000), (500, 5_013), (500, 10**9), (10_000, 160_000)]
)
def test_regions_are_those_of_the_library_in_any_blocks(
    samples: NDArray[np.int16], options: VadSettings, windows_at_once: int, piece: int
) -> None:
    voice = Voice(options, windows_at_once=windows_at_once)
    told: list[Region] = []
    for start in range(0, len(samples), piece):
        told += voice.show(samples[start : start + piece])
    told += voice.finish()
    assert told == _expected(as_float(samples), options)
    assert len(told) > 3


@_BOTH
@pytest.mark.parametrize("length", [0, 1, 447, 448, 449, 511, 512, 513, 100_000, 512 * 700])
def test_regions_are_those_of_the_library_at_any_length(
    samples: NDArray[np.int16], options: VadSettings, length: int
) -> None:
    """The library spoils the last samples of the last window, and so do we."""
    part = samples[30_000 : 30_000 + length]
    voice = Voice(options, windows_at_once=50)
    assert voice.show(part) + voice.finish() == _expected(as_float(part), options)


def test_probabilities_are_bit_for_bit_those_of_the_library(samples: NDArray[np.int16]) -> None:
    from faster_whisper.vad import get_vad_model

    from vodstudio.workers.voice import VoiceModel

    whole = as_float(samples[: len(samples) - len(samples) % WINDOW_SAMPLES - 1])
    padded = np.pad(whole, (0, WINDOW_SAMPLES - len(whole) % WINDOW_SAMPLES))
    expected = get_vad_model()(padded.copy())
    padded[-64:] = 0
    model, found = VoiceModel(), list[float]()
    for start in range(0, len(padded), 999 * WINDOW_SAMPLES):
        found += model.probabilities(padded[start : start + 999 * WINDOW_SAMPLES])
    assert np.array_equal(np.array(found, dtype=np.float32), expected.reshape(-1))


@_BOTH
def test_it_goes_on_from_any_state_that_was_kept(samples: NDArray[np.int16], options: VadSettings) -> None:
    """The state passes through JSON, as in a checkpoint."""
    voice = Voice(options, windows_at_once=100)
    told: list[Region] = []
    for start in range(0, len(samples), 400_000):
        told += voice.show(samples[start : start + 400_000])
        kept = json.loads(json.dumps(voice.kept))
        again = Voice(options, kept, windows_at_once=100)
        assert again.seen == voice.seen
        rest = again.show(samples[again.seen :]) + again.finish()
        assert told + rest == _expected(as_float(samples), options)


_PROBABILITIES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.2, 0.34, 0.35, 0.36, 0.49, 0.5, 0.51, 0.8, 1.0]), st.integers(1, 40)),
    max_size=60,
)
_SETTINGS = st.builds(
    VadSettings,
    threshold=st.sampled_from([0.005, 0.1, 0.5, 0.9]),
    min_silence_duration_ms=st.sampled_from([0, 100, 500, 2000]),
    speech_pad_ms=st.sampled_from([0, 30, 33, 200, 400]),
    max_speech_duration_s=st.sampled_from([None, 0.5, 1.0, 3.0, 30.0]),
)


def _meant_by_the_library(
    probabilities: NDArray[np.float32], length: int, options: VadSettings
) -> list[Region]:
    """The library with a model in its place that says what the test wants."""

    def scripted(padded: NDArray[np.float32]) -> NDArray[np.float32]:
        assert len(padded) == len(probabilities) * WINDOW_SAMPLES
        return probabilities

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("faster_whisper.vad.get_vad_model", lambda: scripted)
        return _expected(np.zeros(length, dtype=np.float32), options)


@given(
    runs=_PROBABILITIES, options=_SETTINGS, missing=st.integers(1, WINDOW_SAMPLES), step=st.integers(1, 200)
)
@example(runs=[(1.0, 2)], options=OURS, missing=WINDOW_SAMPLES, step=1)
@example(runs=[(1.0, 40), (0.2, 5), (1.0, 40), (0.0, 4), (1.0, 1)], options=LIBRARY, missing=512, step=3)
@settings(deadline=None, max_examples=150)
def test_any_probabilities_mean_what_the_library_makes_of_them(
    runs: list[tuple[float, int]], options: VadSettings, missing: int, step: int
) -> None:
    """`missing` samples of the last window are padding; whatever was told before the end is final."""
    windows = [value for value, count in runs for _ in range(count)] or [0.0]
    probabilities = np.array(windows, dtype=np.float32)
    length = len(windows) * WINDOW_SAMPLES - missing
    expected = _meant_by_the_library(probabilities, length, options)
    finder, told = SpeechFinder(options), list[Region]()
    whole = [float(value) for value in probabilities]
    for start in range(0, len(whole) - 1, step):
        finder.see(whole[start : min(start + step, len(whole) - 1)])
        told += finder.settled()
        finder = SpeechFinder(options, finder.standing)
        assert told == expected[: len(told)]
    finder.see(whole[-1:])
    assert told + finder.finish(length) == expected


def test_a_stretch_is_told_soon_after_it_ended(samples: NDArray[np.int16]) -> None:
    """The first words of a meeting wait for its first pause and not for its end."""
    finder = SpeechFinder(OURS)
    finder.see([1.0] * 100 + [0.0] * 16)
    assert finder.settled() == []
    finder.see([0.0] * 2)
    assert finder.settled() == [Region(0, 100 * WINDOW_SAMPLES + 3200)]


_ENDLESS = VadSettings(max_speech_duration_s=3.0, cut_at_quietest=True)


@given(
    powers=st.lists(st.floats(0.001, 1.0), min_size=95, max_size=400),
    step=st.integers(1, 200),
    kept=st.booleans(),
)
@settings(deadline=None, max_examples=100)
def test_speech_without_a_pause_is_cut_where_it_is_quietest(
    powers: list[float], step: int, kept: bool
) -> None:
    """Nothing is lost at a cut, it lies in the last third, and no window of that third is quieter."""
    finder, told, end = SpeechFinder(_ENDLESS), list[Region](), len(powers) * WINDOW_SAMPLES
    for start in range(0, len(powers), step):
        piece = powers[start : start + step]
        finder.see([0.9] * len(piece), piece)
        told += finder.settled()
        finder = SpeechFinder(_ENDLESS, json.loads(json.dumps(finder.standing))) if kept else finder
    told += finder.finish(end)

    longest = 3 * 16_000 - WINDOW_SAMPLES - 2 * 3200
    assert len(told) > 1
    assert [told[0].start, *(region.end for region in told)] == [*(region.start for region in told), end]
    for region in told[:-1]:
        decided = next(at for at in range(0, end, WINDOW_SAMPLES) if at - region.start > longest)
        third = range(decided // WINDOW_SAMPLES, 0, -1)
        third_of_them = [at for at in third if at * WINDOW_SAMPLES >= decided - longest / 3]
        quietest = min(powers[at] for at in third_of_them)
        assert powers[region.end // WINDOW_SAMPLES] == quietest
        assert region.end // WINDOW_SAMPLES in third_of_them


def test_a_pause_is_a_better_cut_than_a_quiet_word() -> None:
    """Where the library finds a pause, it is cut there with the setting too."""
    probabilities = [0.9] * 40 + [0.1] * 5 + [0.9] * 60
    powers = [1.0] * 60 + [0.01] + [1.0] * 44
    told: list[list[Region]] = []
    for is_on in (True, False):
        finder = SpeechFinder(VadSettings(max_speech_duration_s=3.0, cut_at_quietest=is_on))
        finder.see(probabilities, powers)
        told.append(finder.finish(len(powers) * WINDOW_SAMPLES))
    assert told[0] == told[1]
    assert len(told[0]) == 2


def test_a_voice_hears_how_loud_it_is(samples: NDArray[np.int16]) -> None:
    """On the sample meeting with pieces too short for it, every new cut is at most as loud as the library's."""
    quiet, late = (
        VadSettings(threshold=0.01, max_speech_duration_s=2.0, cut_at_quietest=is_on)
        for is_on in (True, False)
    )
    ours, theirs = (_cuts(samples, options) for options in (quiet, late))
    assert len(ours) > 10
    assert np.median([_loudness(samples, at) for at in ours]) < 0.5 * np.median(
        [_loudness(samples, at) for at in theirs]
    )


def _cuts(samples: NDArray[np.int16], options: VadSettings) -> list[int]:
    """Where one stretch ends and the next begins at once."""
    voice = Voice(options)
    regions = voice.show(samples) + voice.finish()
    return [one.end for one, next_one in pairwise(regions) if next_one.start - one.end <= WINDOW_SAMPLES]


def _loudness(samples: NDArray[np.int16], at: int) -> float:
    window = as_float(samples[max(0, at - WINDOW_SAMPLES // 2) : at + WINDOW_SAMPLES // 2])
    return float(np.square(window).mean())


def test_an_upgrade_of_the_library_is_looked_at() -> None:
    """What we follow step by step may not change unseen: its code, and the model file that it brings."""
    import faster_whisper
    from faster_whisper import audio, feature_extractor, vad
    from faster_whisper.utils import get_assets_path

    followed = (
        vad.get_speech_timestamps,
        vad.SileroVADModel,
        vad.SpeechTimestampsMap,
        audio.decode_audio,
        feature_extractor.FeatureExtractor,
    )
    code = "".join(inspect.getsource(part) for part in followed)
    model = (Path(get_assets_path()) / "silero_vad_v6.onnx").read_bytes()
    found = [hashlib.sha256(content).hexdigest()[:16] for content in (code.encode(), model)]
    assert (faster_whisper.__version__, *found) == ("1.2.1", "1a0fe125302fd5da", "4cbf549b8326f60f")
