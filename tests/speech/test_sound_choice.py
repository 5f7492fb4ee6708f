"""Which track and which side is heard: where somebody speaks, said in one sentence, and never worse than the mix."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.speech.conftest import made
from tests.speech.fakes import MEETING, VOICE, MemoryContext, inputs_of
from tests.speech.listening import listened
from vodstudio.captions.transcript import read_transcript
from vodstudio.workers.sound_choice import (
    Candidate,
    HeardFrom,
    Track,
    choose,
    is_other_language,
    judged,
    places,
)
from vodstudio.workers.speech import SpeechTools, hear

_MEETING = ("-t", "30", "-i", str(MEETING))
_CHORD = "0.1*sin(2*PI*220*t)+0.1*sin(2*PI*277*t)+0.1*sin(2*PI*330*t)"
_MUSIC = ("-f", "lavfi", "-t", "30", "-i", f"aevalsrc='{_CHORD}|{_CHORD}':s=48000")
_NOTHING = ("-f", "lavfi", "-t", "30", "-i", "anullsrc=r=48000:cl=stereo")


def _one(path: Path, filters: str) -> Path:
    return made(path, *_MEETING, "-map", "0:a", "-af", filters, "-c:a", "aac")


def _two(path: Path, *first: str, options: tuple[str, ...] = ()) -> Path:
    """The meeting is the second of two tracks."""
    codecs = ("-c:a", "aac")
    return made(path, *first, *_MEETING, "-map", "0:a", "-map", "1:a", *codecs, *options)


@pytest.mark.parametrize(
    ("filters", "channel", "why"),
    [
        ("anull", "mix", ""),
        ("pan=mono|c0=c0", "mix", ""),
        ("pan=5.1|FC=c0|LFE=0*c0", "mix", ""),
        ("pan=stereo|c0=0*c0|c1=c0", "right", "Only the right channel is heard: the other one is silent."),
        ("pan=stereo|c0=c0|c1=0*c0", "left", "Only the left channel is heard: the other one is silent."),
        (
            "pan=stereo|c0=c0|c1=-1*c0",
            "left",
            "Only the left channel is heard: mixed, the two cancel each other.",
        ),
    ],
)
def test_c11_the_side_that_can_be_heard(tmp_path: Path, filters: str, channel: str, why: str) -> None:
    path = _one(tmp_path / "meeting.mkv", filters)
    assert choose(path, "en") == HeardFrom(track=0, channel=channel, why=why)


def test_a_side_with_a_loud_hum_is_left_out(tmp_path: Path) -> None:
    path = made(
        tmp_path / "hum.mkv",
        *_MEETING,
        *("-f", "lavfi", "-t", "30", "-i", "anoisesrc=r=48000:amplitude=0.9:color=white:seed=5"),
        *(
            "-filter_complex",
            "[0:a]pan=mono|c0=c0,volume=-12dB[v];[1:a][v]join=inputs=2:channel_layout=stereo",
        ),
        *("-c:a", "aac"),
    )
    found = choose(path, "en")
    assert (found.channel, found.why) == ("right", "Only the right channel is heard: it has the voices.")


def test_c11_words_of_inverted_sound_are_those_of_its_left_side(
    tools: SpeechTools, context: MemoryContext, tmp_path: Path
) -> None:
    """Mixed, nothing would be heard at all."""
    inverted = _one(tmp_path / "inverted.mkv", "pan=stereo|c0=c0|c1=-1*c0")
    result = hear(tools, context, inputs_of(inverted, model=str(VOICE)))
    assert len(read_transcript(result.outputs[0].path).words) > 25
    assert result.facts["heard_from"] == "Only the left channel is heard: mixed, the two cancel each other."


@pytest.mark.parametrize(("channel", "column"), [("left", 0), ("right", 1)])
def test_a_side_is_the_one_of_the_library_split(tmp_path: Path, channel: str, column: int) -> None:
    from faster_whisper import decode_audio

    path = _one(tmp_path / "sides.mkv", "pan=stereo|c0=c0|c1=0.25*c0")
    spool = tmp_path / "speech.s16"
    listened(path, spool, heard_from={"track": 0, "channel": channel, "why": ""})
    ours = np.fromfile(spool, dtype="<i2").astype(np.float32) / 32768.0
    assert np.array_equal(ours, decode_audio(str(path), split_stereo=True)[column])


@pytest.mark.parametrize("first", [_NOTHING, _MUSIC], ids=["silent", "music"])
def test_c09_the_second_track_when_nobody_speaks_in_the_first(tmp_path: Path, first: tuple[str, ...]) -> None:
    path = _two(tmp_path / "two.mkv", *first)
    why = "Sound track 2 of 2 is heard: nobody speaks in those before it."
    assert choose(path, "en") == HeardFrom(track=1, channel="mix", why=why)
    answer = listened(path, tmp_path / "speech.s16", language="en").listened
    assert answer["heard_from"]["track"] == 1
    assert len(answer["regions"]) > 1


@pytest.mark.parametrize(
    ("language", "track", "why"),
    [
        ("en", 1, "Sound track 2 of 2 (eng) is heard: it has the language that is wanted."),
        ("es", 0, "Sound track 1 of 2 (spa) is heard."),
        ("", 0, "Sound track 1 of 2 (spa) is heard."),
        ("fr", 0, "Sound track 1 of 2 (spa) is heard."),
    ],
)
def test_c09_the_track_with_the_language_of_the_preset(
    tmp_path: Path, language: str, track: int, why: str
) -> None:
    tags = ("-metadata:s:a:0", "language=spa", "-metadata:s:a:1", "language=eng")
    path = _two(tmp_path / "languages.mp4", *_MEETING, options=tags)
    assert choose(path, language) == HeardFrom(track=track, channel="mix", why=why)


def test_a_description_of_the_picture_is_not_the_meeting(tmp_path: Path) -> None:
    path = _two(tmp_path / "described.mkv", *_MEETING, options=("-disposition:a:0", "visual_impaired"))
    assert choose(path, "en").why == (
        "Sound track 2 of 2 is heard: those before it describe the picture or comment on it."
    )


@pytest.mark.parametrize("seconds", ["0.01", "0.5", "3"])
def test_c10_silence_is_heard_as_it_is(tmp_path: Path, seconds: str) -> None:
    path = made(tmp_path / "silence.mkv", "-f", "lavfi", "-t", seconds, "-i", "anullsrc=r=48000:cl=stereo")
    assert choose(path, "en") == HeardFrom()


def test_damage_in_a_stretch_does_not_stop_the_choice(tmp_path: Path) -> None:
    """A recording whose middle was overwritten is judged by the rest."""
    path = made(
        tmp_path / "damaged.ts",
        "-i",
        str(MEETING),
        "-map",
        "0:a",
        "-af",
        "pan=stereo|c0=0*c0|c1=c0",
        "-c:a",
        "aac",
    )
    content = bytearray(path.read_bytes())
    third = len(content) // 3
    content[third : 2 * third] = bytes(third)
    path.write_bytes(content)
    assert choose(path, "en").channel == "right"


def test_stretches_are_spread_over_the_recording() -> None:
    assert places(0.0) == [0.0]
    assert places(20.0) == [0.0, 8.0, 16.0]
    spread = places(3600.0)
    assert len(spread) == 6
    assert spread[0] == 296.0
    assert spread[-1] + 8.0 < 3600.0


def test_tags_of_files_and_languages_of_presets() -> None:
    for tag, wanted, other in (
        ("eng", "en", False),
        ("en-US", "en", False),
        ("EN_us", "en", False),
        ("spa", "en", True),
        ("spa", "es", False),
        ("und", "en", False),
        ("", "en", False),
        ("spa", "", False),
        ("yue", "yue", False),
    ):
        assert is_other_language(tag, wanted) is other, (tag, wanted)


def _candidate(channel: str, speech: float, level_db: float, track: int = 0) -> Candidate:
    return Candidate(track=track, channel=channel, speech=speech, level_db=level_db)


@pytest.mark.parametrize(
    ("mix", "left", "right", "channel"),
    [
        ((0.6, -20.0), (0.6, -17.0), (0.6, -17.0), "mix"),
        ((0.6, -20.0), (0.62, -19.0), (0.1, -22.0), "mix"),
        ((0.6, -26.0), (0.0, -90.0), (0.6, -20.0), "right"),
        ((0.3, -20.0), (0.5, -20.0), (0.2, -20.0), "left"),
        ((0.0, -90.0), (0.0, -20.0), (0.0, -20.0), "mix"),
        ((0.5, -30.0), (0.01, -20.0), (0.0, -20.0), "mix"),
    ],
)
def test_the_mix_is_left_only_for_a_side_that_is_clearly_better(
    mix: tuple[float, float], left: tuple[float, float], right: tuple[float, float], channel: str
) -> None:
    candidates = [_candidate("mix", *mix), _candidate("left", *left), _candidate("right", *right)]
    assert judged([Track(channels=2)], candidates, "en").channel == channel
