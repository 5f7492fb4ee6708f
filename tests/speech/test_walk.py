"""The walk of the listening child: samples and features of the library, told as they become final, resumed to the bit."""

from __future__ import annotations

import contextlib
import random
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.speech.conftest import made
from tests.speech.fakes import MEETING, MemoryContext
from tests.speech.listening import LIBRARY, OURS, Told, listened
from vodstudio.core.errors import BadMedia, Cancelled, NoSpace
from vodstudio.workers import listen_child
from vodstudio.workers.listening import DEFAULT_MELS, Listening, mels_of
from vodstudio.workers.sound import samples_of, sound_of
from vodstudio.workers.sound_clock import SoundClock, Timekeeper
from vodstudio.workers.voice import VoiceModel
from vodstudio.workers.windows import SAMPLE_RATE, Features, Region, Speech


class Killed(BaseException):
    """The child dies here."""


@dataclass
class Dying(Told):
    """A channel that ends the walk when an event is told for the n-th time, before or after the parent has it."""

    event: str = ""
    left: int = 0
    take: Callable[[Mapping[str, Any]], None] = lambda body: None

    def tell(self, body: Mapping[str, Any]) -> None:
        super().tell(body)
        self.take(body)
        if body["event"] == self.event:
            self.left -= 1
            if self.left == 0:
                raise Killed


@pytest.fixture(autouse=True)
def short_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample meeting has two minutes; a state is kept every twenty seconds of it."""
    monkeypatch.setattr(listen_child, "KEEP_EVERY_S", 20)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], bytes]:
    """An undisturbed walk: its answer and its spool."""
    spool = tmp_path_factory.mktemp("whole") / "speech.s16"
    told = listened(MEETING, spool, OURS, mels=80, language="en")
    return told.listened, spool.read_bytes()


def test_samples_are_those_of_faster_whisper(whole: tuple[dict[str, Any], bytes]) -> None:
    from faster_whisper import decode_audio

    ours = np.frombuffer(whole[1], dtype="<i2").astype(np.float32) / 32768.0
    assert np.array_equal(ours, decode_audio(str(MEETING)))
    assert whole[0]["samples"] == len(ours)
    assert whole[0]["marks"] == []
    assert whole[0]["heard_from"] == {"track": 0, "channel": "mix", "why": ""}


@pytest.mark.parametrize("mels", [80, 128])
def test_the_loudest_feature_is_that_of_the_library(
    whole: tuple[dict[str, Any], bytes], tmp_path: Path, mels: int
) -> None:
    """The library clips at the loudest value minus 8, so its smallest value tells it to the bit."""
    from faster_whisper.feature_extractor import FeatureExtractor

    spool = tmp_path / "speech.s16"
    spool.write_bytes(whole[1])
    regions = [Region(*pair) for pair in whole[0]["regions"]]
    speech, extractor = Speech(spool, regions), FeatureExtractor(feature_size=mels)
    expected = extractor(speech.read(0, speech.length))
    loudest = listen_child.loudest(spool, regions, mels)
    assert (np.float32(loudest) + np.float32(4.0)) / np.float32(4.0) == expected.max()
    features = Features(extractor, speech, loudest)
    assert np.array_equal(features.window(0, features.content_frames), expected[:, : features.content_frames])
    if mels == DEFAULT_MELS:
        assert whole[0]["maximum"] == loudest


def test_regions_are_told_as_they_become_final_and_lie_in_the_spool(tmp_path: Path) -> None:
    spool = tmp_path / "speech.s16"
    ends: list[tuple[int, int]] = []

    def take(body: Mapping[str, Any]) -> None:
        if body["event"] == "regions":
            ends.append((body["regions"][-1][1], spool.stat().st_size // 2))

    told = Dying(take=take)
    listened(MEETING, spool, OURS, told)
    streamed = [region for body in told.of("regions") for region in body["regions"]]
    assert streamed == told.listened["regions"][: len(streamed)]
    assert len(ends) >= 2
    assert all(end <= size for end, size in ends)
    assert ends[0][1] < told.listened["samples"] / 2


@pytest.mark.parametrize(
    ("event", "number"), [("began", 1), ("regions", 1), ("kept", 1), ("kept", 3), ("listened", 1)]
)
def test_e14_killed_in_the_listening_pass_it_gives_the_same_again(
    context: MemoryContext, whole: tuple[dict[str, Any], bytes], event: str, number: int
) -> None:
    """After a kill at any message, and two more after the next states, the answer and the spool are the same."""
    spool = context.work_folder / "speech.s16"
    for left in (number, 1, 0):
        listening = _listening(context, spool)
        told = Dying(event=event, left=left, take=listening.take)
        try:
            _walk(listening, told)
        except Killed:
            continue
    answer = listening.known() or {}
    assert {**answer, "event": "listened"} == whole[0]
    assert spool.read_bytes() == whole[1]
    assert listening.regions == whole[0]["regions"]


def _listening(context: MemoryContext, spool: Path, **more: Any) -> Listening:
    return Listening(context=context, spool=spool, vad=OURS, language="en", **more)


def _walk(listening: Listening, told: Told) -> None:
    request = dict(listening.request(MEETING))
    listen_child.listen(request, told, None)  # type: ignore[arg-type]


def _interrupted(context: MemoryContext, spool: Path) -> None:
    listening = _listening(context, spool)
    with pytest.raises(Killed):
        _walk(listening, Dying(event="kept", left=3, take=listening.take))


def test_what_was_seen_before_is_not_seen_again(
    context: MemoryContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decoding begins anew, because a decoder cannot be stopped; the voice activity model goes on."""
    spool = context.work_folder / "speech.s16"
    _interrupted(context, spool)
    kept = context.kept[-1].body
    shown: list[int] = []
    plain = VoiceModel.probabilities

    def counted(model: VoiceModel, samples: NDArray[np.float32]) -> list[float]:
        shown.append(len(samples))
        return plain(model, samples)

    monkeypatch.setattr(VoiceModel, "probabilities", counted)
    listening = _listening(context, spool)
    told = Dying(take=listening.take)
    _walk(listening, told)
    rest = told.listened["samples"] - int(str(kept["samples"]))
    assert rest <= sum(shown) <= rest + 512
    assert int(str(kept["samples"])) > told.listened["samples"] / 3


@pytest.mark.parametrize("damage", ["byte", "short", "gone", "longer"])
def test_a_spool_that_is_not_what_it_was_is_made_anew(
    context: MemoryContext, whole: tuple[dict[str, Any], bytes], damage: str
) -> None:
    """A power cut may leave anything in a file. What was told of the old one is taken back."""
    spool = context.work_folder / "speech.s16"
    _interrupted(context, spool)
    match damage:
        case "byte":
            content = bytearray(spool.read_bytes())
            content[100_000] ^= 1
            spool.write_bytes(content)
        case "short":
            spool.write_bytes(spool.read_bytes()[:100_000])
        case "longer":
            spool.write_bytes(whole[1] + bytes(1000))
        case _:
            spool.unlink()
    listening = _listening(context, spool)
    _walk(listening, Dying(take=listening.take))
    assert spool.read_bytes() == whole[1]
    assert listening.regions == whole[0]["regions"]


@pytest.mark.parametrize("change", ["sum", "shorter"])
def test_a_recording_that_decodes_otherwise_is_heard_anew(
    context: MemoryContext, whole: tuple[dict[str, Any], bytes], change: str
) -> None:
    """After an upgrade of the decoder the old samples may not be mixed with the new ones."""
    spool = context.work_folder / "speech.s16"
    _interrupted(context, spool)
    request: dict[str, Any] = dict(_listening(context, spool).request(MEETING))
    if change == "sum":
        other = np.frombuffer(spool.read_bytes(), dtype="<i2")[: request["kept"]["samples"]] // 2
    else:
        other = np.zeros(whole[0]["samples"] + 5000, dtype="<i2")
    spool.write_bytes(other.astype("<i2").tobytes())
    request["kept"] |= {"samples": len(other), "sum": zlib.crc32(other.astype("<i2").tobytes())}
    told = Told()
    listen_child.listen(request, told, None)  # type: ignore[arg-type]
    assert len(told.of("began")) == 2
    assert told.listened == whole[0]
    assert spool.read_bytes() == whole[1]


def test_a_state_whose_predecessor_is_lost_is_not_used(context: MemoryContext) -> None:
    spool = context.work_folder / "speech.s16"
    _interrupted(context, spool)
    del context.kept[0]
    assert _listening(context, spool).request(MEETING)["kept"] is None


def test_an_answer_counts_for_its_own_settings_and_a_whole_spool(context: MemoryContext) -> None:
    spool = context.work_folder / "speech.s16"
    listening = _listening(context, spool)
    _walk(listening, Dying(take=listening.take))
    assert _listening(context, spool).known() == listening.known() is not None
    assert Listening(context=context, spool=spool, vad=LIBRARY, language="en").known() is None
    assert _listening(context, spool, mels=128).known() is None
    context.is_cancelled = True  # a spool of twelve hours is read for many seconds
    with pytest.raises(Cancelled):
        listening.known()
    context.is_cancelled = False
    with spool.open("r+b") as file:  # as long as before: an earlier write that never reached the disk
        file.seek(-20_000, 2)
        file.write(bytes(16_000))
    assert listening.known() is None
    with spool.open("ab") as file:
        file.write(b"xx")
    assert listening.known() is None
    spool.unlink()
    assert listening.known() is None


def test_the_bands_of_a_model_are_found_as_the_library_does(tmp_path: Path) -> None:
    assert mels_of(tmp_path) == 80
    (tmp_path / "preprocessor_config.json").write_text('{"feature_size": 128}')
    assert mels_of(tmp_path) == 128
    (tmp_path / "preprocessor_config.json").write_text("{")
    assert mels_of(tmp_path) == 80


def test_a_recording_without_one_sample_is_said(tmp_path: Path) -> None:
    """A track that promises sound and holds none, as a recorder leaves it that was switched off at once."""
    path = made(tmp_path / "none.wav", "-f", "lavfi", "-t", "1", "-i", "anullsrc=r=16000:cl=mono")
    path.write_bytes(path.read_bytes()[:-32_000])
    spool = tmp_path / "speech.s16"
    with pytest.raises(BadMedia) as refused:
        listened(path, spool)
    assert refused.value.code == "VS-NO-AUDIO"
    assert not spool.exists()


def test_c16_a_change_of_format_in_the_middle_starts_anew(tmp_path: Path) -> None:
    """A recorder that was set otherwise while it ran; the library alone gives up there."""
    from faster_whisper import decode_audio

    parts = [
        made(tmp_path / "wide.ts", "-t", "12", "-i", str(MEETING), "-map", "0:a", "-c:a", "aac"),
        made(
            tmp_path / "narrow.ts",
            "-t",
            "5",
            "-i",
            str(MEETING),
            *["-map", "0:a", "-c:a", "aac", "-ar", "44100", "-ac", "1"],
        ),
    ]
    with contextlib.ExitStack() as opened:
        streams = [opened.enter_context(sound_of(part)) for part in parts]
        frames = chain.from_iterable(container.decode(stream) for container, stream in streams)
        times = Timekeeper(joins=True)
        found = np.concatenate(list(samples_of(frames, times=times))).astype(np.float32) / 32768.0
    assert np.array_equal(found, np.concatenate([decode_audio(str(part)) for part in parts]))


@pytest.mark.parametrize("codec", ["aac", "mp2", "ac3"])
def test_e21_damaged_packets_are_left_out_and_all_behind_them_is_heard(tmp_path: Path, codec: str) -> None:
    """A drop-out of the recorder in the twelfth second must not cost the rest of the meeting, nor move its times."""
    path = made(tmp_path / "dropout.mkv", "-t", "60", "-i", str(MEETING), "-map", "0:a", "-c:a", codec)
    content = bytearray(path.read_bytes())
    at = len(content) // 5
    content[at : at + 1500] = random.Random(3).randbytes(1500)
    path.write_bytes(content)
    found = listened(path, tmp_path / "speech.s16").listened
    heard_s = found["samples"] / SAMPLE_RATE
    assert 50.0 < heard_s <= 60.1
    assert SoundClock(found["marks"]).moment(heard_s) == pytest.approx(60.0, abs=0.2)


def test_a_track_of_which_nothing_can_be_decoded_is_said(tmp_path: Path) -> None:
    path = made(tmp_path / "noise.mkv", "-t", "5", "-i", str(MEETING), "-map", "0:a", "-c:a", "ac3")
    content = bytearray(path.read_bytes())
    for place in [at for at in range(len(content) - 1) if content[at : at + 2] == b"\x0b\x77"]:
        content[place : place + 2] = b"\x00\x00"
    path.write_bytes(content)
    with pytest.raises(BadMedia) as refused:
        listened(path, tmp_path / "speech.s16")
    assert refused.value.code == "VS-SOUND-UNREADABLE"


@pytest.mark.skipif(
    sys.platform == "win32", reason="the limit that plays a full disk is one of POSIX systems"
)
@pytest.mark.parametrize("room", [999_424, 1_000_000, 1_200_000])
def test_d_a_disk_that_is_full_is_said_wherever_the_writing_stops(tmp_path: Path, room: int) -> None:
    """Half a block of the file system: the rest of the samples stays in hand and fails again as the spool closes."""
    import resource

    path = made(tmp_path / "plain.wav", "-t", "50", "-i", str(MEETING), "-ac", "1", "-ar", "16000")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        with pytest.raises(NoSpace):
            listened(path, tmp_path / "speech.s16")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
