"""Sound that begins late, has holes or a clock that jumps: what we call its time is where FFmpeg plays it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.speech.conftest import made
from tests.speech.fakes import MEETING, VOICE, MemoryContext, inputs_of
from tests.speech.listening import LIBRARY, listened
from vodstudio.captions.transcript import read_transcript
from vodstudio.workers.sound_clock import SoundClock, Timekeeper
from vodstudio.workers.speech import SpeechTools, hear
from vodstudio.workers.windows import SAMPLE_RATE

_PICTURE = ("-f", "lavfi", "-i", "testsrc=size=64x36:rate=10:duration=60")
_HOLE = "asetpts='if(gt(T,20.5),PTS+5/TB,PTS)'"
_SMALL_HOLES = "asetpts='PTS+floor(T/7)*0.06/TB'"


def _late(
    path: Path, *options: str, delay_s: float = 2.5, codec: str = "aac", filters: str = "anull"
) -> Path:
    sound = ("-itsoffset", str(delay_s), "-t", "60", "-i", str(MEETING))
    codecs = ("-c:v", "mpeg4", "-c:a", codec, "-af", filters)
    return made(path, *_PICTURE, *sound, "-map", "0:v", "-map", "1:a", *codecs, *options)


def _joined(path: Path, *parts: Path) -> Path:
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Recordings with one thing wrong in the time of their sound."""
    folder = tmp_path_factory.mktemp("late")
    first = _late(folder / "first.ts", delay_s=0.0)
    second = _late(folder / "second.ts", "-output_ts_offset", "4000", delay_s=0.0)
    return {
        "c13 late in mp4": _late(folder / "late.mp4"),
        "c13 late in mkv": _late(folder / "late.mkv", codec="flac"),
        "c13 clock of ts begins elsewhere": _late(
            folder / "late.ts", "-output_ts_offset", "95000", delay_s=1.2
        ),
        "c16 hole": _late(folder / "hole.mkv", codec="pcm_s16le", delay_s=0.0, filters=_HOLE),
        "c16 late and with a hole": _late(folder / "both.mkv", codec="pcm_s16le", filters=_HOLE),
        "c16 many small holes": _late(
            folder / "small.mkv", codec="pcm_s16le", delay_s=0.0, filters=_SMALL_HOLES
        ),
        "c16 recorder restarted, clock goes on": _joined(folder / "forward.ts", first, second),
        "c16 recorder restarted, clock goes back": _joined(folder / "back.ts", second, first),
    }


def _as_played(recording: Path, folder: Path) -> list[tuple[float, float]]:
    """Speech in the sound as our encoder places it beside the picture."""
    played = folder / "played.wav"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(recording), "-map", "0:a", "-ac", "1"]
    command += ["-af", "aresample=16000:async=1:first_pts=0", "-c:a", "pcm_s16le", str(played)]
    # The picture has to be used as well: FFmpeg counts time from the first stream that is.
    command += ["-map", "0:v", "-c", "copy", "-f", "null", "-"]
    subprocess.run(command, check=True)
    answer = listened(played, folder / "played.s16", LIBRARY).listened
    assert answer["marks"] == []
    return [(start / SAMPLE_RATE, end / SAMPLE_RATE) for start, end in answer["regions"]]


@pytest.mark.parametrize(
    "name",
    [
        "c13 late in mp4",
        "c13 late in mkv",
        "c13 clock of ts begins elsewhere",
        "c16 hole",
        "c16 late and with a hole",
        "c16 many small holes",
        "c16 recorder restarted, clock goes on",
        "c16 recorder restarted, clock goes back",
    ],
)
def test_c13_c16_speech_is_where_ffmpeg_plays_it(late: dict[str, Path], tmp_path: Path, name: str) -> None:
    """The independent judge is FFmpeg itself, which fills holes with silence when it encodes."""
    answer = listened(late[name], tmp_path / "speech.s16", LIBRARY).listened
    clock = SoundClock(answer["marks"])
    ours = [
        (clock.moment(start / SAMPLE_RATE), clock.moment(end / SAMPLE_RATE))
        for start, end in answer["regions"]
    ]
    expected = _as_played(late[name], tmp_path)
    edges = {edge for region in expected for edge in region}
    assert len(ours) >= 2
    far = [edge for region in ours for edge in region if min(abs(edge - other) for other in edges) > 0.25]
    # A hole that the library hears as a pause ends a stretch there; nothing else may differ.
    assert len(far) <= 2 * abs(len(ours) - len(expected))
    assert ours == sorted(ours)


def test_c13_words_of_late_sound_are_those_of_the_library_moved(
    tools: SpeechTools, context: MemoryContext, late: dict[str, Path], tmp_path: Path
) -> None:
    """The samples are untouched, so the words are equal, and every one of them is 2.5 seconds later."""
    plain = tmp_path / "plain"
    plain.mkdir()
    paths = [late["c13 late in mkv"], _late(tmp_path / "even.mkv", codec="flac", delay_s=0.0)]
    contexts = [context, MemoryContext(work_folder=plain)]
    moved, even = (
        read_transcript(hear(tools, one, inputs_of(path, model=str(VOICE))).outputs[0].path)
        for one, path in zip(contexts, paths, strict=True)
    )
    assert len(even.words) > 50
    assert [word.text for word in moved.words] == [word.text for word in even.words]
    for late_word, word in zip(moved.words, even.words, strict=True):
        assert late_word.start == pytest.approx(word.start + 2.5, abs=0.011)
        assert late_word.end == pytest.approx(word.end + 2.5, abs=0.011)
    assert moved.duration == pytest.approx(even.duration + 2.5, abs=0.002)


def test_a_recording_that_begins_at_zero_has_no_marks_and_keeps_its_times() -> None:
    clock = SoundClock()
    assert clock.moment(1.23456789) == 1.23456789
    times = Timekeeper()
    for at in range(100):
        times.see(at * 0.02, at * 0.02 + 0.0004)
    assert times.marks == []


def test_late_frames_and_holes_become_marks() -> None:
    times = Timekeeper(starts_at_s=10.0)
    for spool_s, stamp_s in ((0.0, 10.5), (1.0, None), (2.0, 12.58), (3.0, 15.0), (4.0, 16.05), (5.0, 15.5)):
        times.see(spool_s, stamp_s)
    assert times.marks == [(0.0, 0.5), (3.0, 5.0), (5.0, 5.5)]
    clock = SoundClock(times.marks)
    assert [clock.moment(at) for at in (0.0, 2.5, 3.5, 4.9, 5.0, 5.3, 6.6)] == [
        0.5,
        3.0,
        5.5,
        6.9,
        7.0,
        7.0,
        7.1,
    ]


def test_sound_before_the_first_picture_is_never_before_the_beginning() -> None:
    clock = SoundClock([(0.0, -0.5)])
    assert [clock.moment(at) for at in (0.0, 0.4, 0.75)] == [0.0, 0.0, 0.25]


def test_c16_a_clock_that_jumps_is_joined_only_where_a_recorder_may_restart() -> None:
    stamps = [(0.0, 5.0), (1.0, 6.0), (2.0, 4000.0), (3.0, 4001.0), (4.0, 0.0), (5.0, 1.3)]
    joining, plain = Timekeeper(starts_at_s=5.0, joins=True), Timekeeper(starts_at_s=5.0)
    for spool_s, stamp_s in stamps:
        joining.see(spool_s, stamp_s)
        plain.see(spool_s, stamp_s)
    assert joining.marks == [(5.0, 5.3)]
    assert plain.marks == [(2.0, 3995.0), (4.0, -5.0), (5.0, -3.7)]


def test_stamps_that_are_nonsense_do_not_fill_the_memory() -> None:
    times = Timekeeper()
    for at in range(20_000):
        times.see(float(at), at * 7.0)
    assert len(times.marks) == 5000


@given(
    st.lists(st.tuples(st.floats(0.01, 100), st.floats(-20, 100)), max_size=20),
    st.lists(st.floats(0, 3000), min_size=2, max_size=20),
)
def test_time_never_runs_backwards(steps: list[tuple[float, float]], moments: list[float]) -> None:
    spool_s, marks = 0.0, []
    for length_s, shift_s in steps:
        marks.append((spool_s, spool_s + shift_s))
        spool_s += length_s
    clock = SoundClock(marks)
    found = [clock.moment(at) for at in sorted(moments)]
    assert found == sorted(found)
    assert found[0] >= 0
