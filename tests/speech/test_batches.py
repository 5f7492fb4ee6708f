"""The batched loop gives what faster-whisper's batched pipeline gives, in whatever steps the speech becomes known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.speech.fakes import MEETING, VOICE
from vodstudio.workers.batches import BatchedHearing, Chunk, chunks_of
from vodstudio.workers.engine import Engine, load
from vodstudio.workers.hearing import Ear, HeardWindow, HearingSettings, Position
from vodstudio.workers.windows import Region

_THIRTY_S = 480_000


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear(load(Engine(folder=VOICE)), "en", HearingSettings())


def _windows(hearing: BatchedHearing, at: Position) -> list[HeardWindow]:
    windows = []
    while not hearing.is_over(at):
        windows.append(hearing.window(at))
        at = windows[-1].after
    return windows


def _whole(ear: Ear, spool: Path, regions: list[Region], batch_size: int) -> BatchedHearing:
    hearing = BatchedHearing(ear, spool, batch_size)
    hearing.know(regions, is_complete=True)
    return hearing


@pytest.mark.usefixtures("quiet_library")
def test_words_and_times_are_those_of_the_batched_pipeline(
    ear: Ear, spool: Path, regions: list[Region]
) -> None:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    plain = BatchedInferencePipeline(
        WhisperModel(str(VOICE), device="cpu", compute_type="int8", cpu_threads=1)
    )
    segments, _ = plain.transcribe(
        str(MEETING),
        language="en",
        beam_size=5,
        word_timestamps=True,
        batch_size=3,
        vad_parameters={"threshold": 0.5, "min_silence_duration_ms": 500, "speech_pad_ms": 200},
    )
    expected = [(word.word, word.start, word.end) for segment in segments for word in segment.words]
    windows = _windows(_whole(ear, spool, regions, 3), Position())
    found = [(word.text, word.start, word.end) for window in windows for word in window.words]
    assert len(expected) > 150
    assert found == expected
    assert [len(window.stretches) for window in windows] == [1, 2]


def test_a_batch_that_begins_anywhere_gives_the_same_words(
    ear: Ear, spool: Path, regions: list[Region]
) -> None:
    hearing = _whole(ear, spool, regions, 2)
    at, windows = Position(), []
    while not hearing.is_over(at):
        windows.append((at, hearing.window(at)))
        at = windows[-1][1].after
    for begin, window in reversed(windows):
        assert _whole(ear, spool, regions, 2).window(begin) == window


def test_hearing_begins_while_the_recording_is_still_listened_to(
    ear: Ear, spool: Path, regions: list[Region]
) -> None:
    """What is told before all regions are known is what is told afterwards."""
    expected = _windows(_whole(ear, spool, regions, 2), Position())
    hearing, at = BatchedHearing(ear, spool, 2), Position()
    early, found = 0, []
    for number, region in enumerate(regions, start=1):
        hearing.know([region], is_complete=number == len(regions))
        while hearing.is_ready(at) and not hearing.is_over(at):
            early += number < len(regions)
            found.append(hearing.window(at))
            at = found[-1].after
    assert early >= 1
    assert found == expected


_SPANS = st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 600_000)), max_size=40)


@given(_SPANS)
def test_pieces_cover_all_speech_and_are_those_of_the_library(spans: list[tuple[int, int]]) -> None:
    import numpy as np
    from faster_whisper.vad import collect_chunks

    regions, at = [], 0
    for gap, length in spans:
        regions.append(Region(at + gap, at + gap + length))
        at = regions[-1].end
    found = chunks_of(regions, _THIRTY_S)
    chunks = [{"start": region.start, "end": region.end} for region in regions]
    _, places = collect_chunks(np.zeros(at, dtype=np.float32), chunks, max_duration=30)
    expected = [
        Chunk(round(place["offset"] * 16_000), round((place["offset"] + place["duration"]) * 16_000))
        for place in places
        if place["duration"]
    ]
    assert found == expected
