"""Files that are no recording, or not a whole one, or a strange one: faults C of the fault list."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.media.kit import QUICK, MediaFiles, Steps, inputs_of, recording_of
from vodstudio.core.errors import BadMedia, NoAccess, VodError
from vodstudio.workers.encode import encode
from vodstudio.workers.probe import probe


def _refused(steps: Steps, path: Path) -> BadMedia:
    with pytest.raises(BadMedia) as caught:
        steps.probe(path)
    assert caught.value.hint
    return caught.value


def test_c01_empty_file_is_refused(steps: Steps, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.touch()
    refusal = _refused(steps, path)
    assert refusal.code == "VS-EMPTY-FILE"
    assert "still copying" in refusal.title


@pytest.mark.parametrize("what", ["random", "text"])
def test_c02_what_is_no_media_is_refused_in_seconds(steps: Steps, tmp_path: Path, what: str) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(random.Random(7).randbytes(2_000_000) if what == "random" else b"Minutes of May\n" * 999)
    begun = time.monotonic()
    refusal = _refused(steps, path)
    assert time.monotonic() - begun < 5
    assert refusal.code == "VS-NOT-MEDIA"
    assert ("text file" in refusal.hint) == (what == "text")


def test_c03_a_recording_without_its_index_was_not_finished(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    whole = media_files.make("late-index.mp4", f"-i {media_files.plain} -c copy").read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    refusal = _refused(steps, path)
    assert refusal.code == "VS-NOT-FINISHED"
    assert "the recording was not finished" in refusal.title


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_c04_half_a_file_is_incomplete(
    steps: Steps, media_files: MediaFiles, tmp_path: Path, ending: str
) -> None:
    plain = media_files.plain
    whole = plain if ending == "mp4" else media_files.make("plain.mkv", f"-i {plain} -c copy")
    path = tmp_path / f"half.{ending}"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    refusal = _refused(steps, path)
    assert refusal.code == "VS-INCOMPLETE"
    assert "s of 6.0 s" in refusal.title
    ends_at = float(refusal.title.split("ends at ")[1].split(" s")[0])
    assert 1.5 < ends_at < 4.5


def test_c05_a_picture_without_sound_is_encoded_without(steps: Steps, media_files: MediaFiles) -> None:
    path = media_files.make(
        "mute.mp4", "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -c:v libx264 -preset ultrafast"
    )
    facts = steps.probe(path)
    assert (facts["has_audio"], facts["audio"], facts["audio_track"]) == (False, [], None)
    result = steps.encode(path)
    assert result.note.endswith("no sound")
    assert steps.probe(result.outputs[0].path)["has_audio"] is False


def test_c06_sound_without_a_picture_gets_a_black_one_and_no_stills(
    steps: Steps, media_files: MediaFiles
) -> None:
    path = media_files.make("radio.wav", "-f lavfi -i sine=440:r=44100:d=3")
    facts = steps.probe(path)
    assert facts["has_video"] is False
    result = steps.encode(path)
    assert "black was added" in result.note
    after = steps.probe(result.outputs[0].path)
    assert (after["width"], after["height"], after["has_audio"]) == (1280, 720, True)
    assert after["duration_s"] == pytest.approx(3.0, abs=0.1)
    assert steps.stills(path).outputs == ()


def test_c04_a_last_picture_that_stands_for_long_is_no_missing_part(
    steps: Steps, media_files: MediaFiles
) -> None:
    short = media_files.make(
        "short.mp4", "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -c:v libx264 -bf 0 -preset ultrafast"
    )
    path = media_files.make(
        "slide.mp4", f"-i {short} -c copy -bsf:v setts=duration=if(eq(N\\,49)\\,128000\\,512)"
    )
    assert steps.probe(path)["duration_s"] == pytest.approx(11.96, abs=0.1)
    assert steps.probe(steps.encode(path).outputs[0].path)["video_duration_s"] == pytest.approx(
        11.96, abs=0.1
    )


@pytest.mark.parametrize(("picture_s", "sound_s"), [(1, 4), (4, 1)])
def test_c08_picture_and_sound_of_different_lengths_give_the_longer(
    steps: Steps, media_files: MediaFiles, picture_s: int, sound_s: int
) -> None:
    path = media_files.make(
        f"uneven-{picture_s}.mp4",
        f"-f lavfi -i testsrc2=s=160x90:r=25:d={picture_s} -f lavfi -i sine=300:r=48000:d={sound_s}"
        " -c:v libx264 -preset ultrafast -c:a aac",
    )
    facts = steps.probe(steps.encode(path).outputs[0].path)
    assert facts["duration_s"] == pytest.approx(4.0, abs=0.1)
    assert facts["video_duration_s"] == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize(("name", "options"), [("live.mkv", "-f matroska"), ("live.mp4", "-f mp4")])
def test_c07_a_length_that_no_header_tells_is_measured(
    steps: Steps, media_files: MediaFiles, tmp_path: Path, name: str, options: str
) -> None:
    path = tmp_path / name
    command = ["ffmpeg", "-v", "error", "-i", str(media_files.plain), "-c", "copy"]
    command += (
        [*options.split(), "-movflags", "frag_keyframe+empty_moov"] if name == "live.mp4" else options.split()
    )
    with path.open("wb") as file:
        subprocess.run([*command, "pipe:1"], stdout=file, check=True, timeout=60)
    assert steps.probe(path)["duration_s"] == pytest.approx(6.0, abs=0.1)


def test_c09_a_silent_first_track_is_passed_over(steps: Steps, media_files: MediaFiles) -> None:
    path = media_files.make(
        "two-tracks.mp4",
        "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -f lavfi -i anullsrc=r=48000:d=2 -f lavfi -i sine=300:r=48000:d=2"
        " -map 0 -map 1 -map 2 -c:v libx264 -preset ultrafast -c:a aac"
        " -metadata:s:a:0 language=spa -metadata:s:a:1 language=eng",
    )
    facts = steps.probe(path)
    assert facts["audio_track"] == 1
    tracks = facts["audio"]
    assert isinstance(tracks, list)
    assert [(t["language"], t["silent"]) for t in tracks] == [("spa", True), ("eng", False)]
    encoded = steps.probe(steps.encode(path).outputs[0].path)
    assert isinstance(encoded["audio"], list)
    assert [track["silent"] for track in encoded["audio"]] == [False]


def test_c10_silence_is_not_made_louder(steps: Steps, media_files: MediaFiles) -> None:
    path = media_files.make(
        "silent.mp4",
        "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -f lavfi -i anullsrc=r=48000:d=2 -c:v libx264 -preset ultrafast"
        " -c:a aac",
    )
    result = steps.encode(path)
    assert result.facts["loudness_mode"] == "silent"
    assert "the sound is silent" in result.note


def test_c11_channels_that_cancel_each_other_are_mended(steps: Steps, media_files: MediaFiles) -> None:
    path = media_files.make(
        "inverted.mkv",
        "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -f lavfi -i aevalsrc=sin(2000*t)/4|-sin(2000*t)/4:s=48000:d=2"
        " -c:v libx264 -preset ultrafast -c:a pcm_s16le",
    )
    facts = steps.probe(path)
    assert isinstance(facts["audio"], list)
    assert facts["audio"][0]["inverted"] is True
    after = steps.probe(steps.encode(path).outputs[0].path)
    assert isinstance(after["audio"], list)
    assert after["audio"][0]["inverted"] is False
    assert after["audio"][0]["mix_db"] > -40


def test_c12_a_variable_frame_rate_becomes_an_even_one(steps: Steps, media_files: MediaFiles) -> None:
    path = media_files.make(
        "vfr.mp4",
        "-f lavfi -i testsrc2=s=160x90:r=25:d=6 -vf select=lt(t\\,2)+gt(t\\,4) -vsync vfr"
        " -c:v libx264 -preset ultrafast",
    )
    assert steps.probe(path)["duration_s"] == pytest.approx(6.0, abs=0.1)
    after = steps.probe(steps.encode(path).outputs[0].path)
    assert after["duration_s"] == pytest.approx(6.0, abs=0.1)
    assert (after["fps"], after["is_variable_rate"]) == ("25/1", False)


def test_c13_a_late_start_time_is_no_part_of_the_length(steps: Steps, media_files: MediaFiles) -> None:
    path = media_files.make("late.ts", f"-i {media_files.plain} -c copy -output_ts_offset 1000")
    facts = steps.probe(path)
    assert facts["start_time_s"] == pytest.approx(1001.4, abs=0.1)
    assert facts["duration_s"] == pytest.approx(6.0, abs=0.1)
    result = steps.encode(path)
    after = steps.probe(result.outputs[0].path)
    assert after["start_time_s"] == pytest.approx(0.0, abs=0.05)
    assert after["duration_s"] == pytest.approx(6.0, abs=0.1)
    assert len(steps.stills(path).outputs) == 3


def test_c16_a_recorder_that_was_restarted_is_joined(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    first = media_files.make("first.ts", f"-i {media_files.plain} -c copy")
    second = media_files.make("late.ts", f"-i {media_files.plain} -c copy -output_ts_offset 1000")
    path = tmp_path / "restarted.ts"
    path.write_bytes(second.read_bytes() + first.read_bytes())
    facts = steps.probe(path)
    assert facts["timeline_jumps"] == 1
    assert facts["duration_s"] == pytest.approx(12.0, abs=0.2)
    assert steps.probe(steps.encode(path).outputs[0].path)["duration_s"] == pytest.approx(12.0, abs=0.3)


@pytest.mark.parametrize("mark", [b"zzz1", b"encv"])
def test_c18_a_picture_that_nobody_can_decode_is_said(
    steps: Steps, media_files: MediaFiles, tmp_path: Path, mark: bytes
) -> None:
    path = tmp_path / "protected.mp4"
    whole = bytearray(media_files.plain.read_bytes())
    place = whole.index(b"avc1", 64)
    whole[place : place + 4] = mark
    path.write_bytes(whole)
    assert _refused(steps, path).code == "VS-UNKNOWN-CODEC"


def test_c19_interlaced_wide_pixels_and_odd_sides_come_out_right(
    steps: Steps, media_files: MediaFiles
) -> None:
    path = media_files.make(
        "interlaced.mpg",
        "-f lavfi -i testsrc2=s=720x576:r=25:d=2 -vf setsar=64/45 -c:v mpeg2video -flags +ildct+ilme -top 1",
    )
    facts = steps.probe(path)
    assert (facts["interlaced"], facts["sample_aspect"]) == (True, "64/45")
    after = steps.probe(steps.encode(path).outputs[0].path)
    assert (after["width"], after["height"], after["sample_aspect"]) == (1024, 576, "1/1")
    assert (after["interlaced"], after["pixel_format"]) == (False, "yuv420p")
    odd = media_files.make("odd.mkv", "-f lavfi -i testsrc=s=161x91:r=25:d=1 -c:v ffv1 -pix_fmt yuv444p10le")
    after = steps.probe(steps.encode(odd).outputs[0].path)
    assert (after["width"], after["height"], after["pixel_format"]) == (160, 92, "yuv420p")


def test_c20_the_content_counts_and_not_the_ending(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    mkv = media_files.make("plain.mkv", f"-i {media_files.plain} -c copy")
    path = tmp_path / "really.mp4"
    path.write_bytes(mkv.read_bytes())
    assert "matroska" in str(steps.probe(path)["container"])


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile trap.mp4\n",
        "#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:{port}/x.ts\n#EXTINF:9,\ntrap.mp4\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://127.0.0.1:{port}/x.m3u8\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n",
    ],
)
def test_c21_c22_a_list_in_disguise_opens_nothing_else(
    steps: Steps, media_files: MediaFiles, tmp_path: Path, text: str
) -> None:
    """The trap is a pipe: whoever opens it hangs; the listener would hear every connection."""
    os.mkfifo(tmp_path / "trap.mp4")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        path = tmp_path / "meeting.mp4"
        path.write_text(text.format(port=listener.getsockname()[1]))
        refusal = _refused(steps, path)
        assert refusal.code == "VS-PLAYLIST"
        assert "is not a video file" in refusal.title
        believed = inputs_of(recording_of(path), steps.probe(media_files.plain))
        with pytest.raises(VodError):
            encode(steps.tools, steps.context("encode"), believed)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_c23_too_many_streams_and_too_large_pictures_are_refused(
    steps: Steps, media_files: MediaFiles
) -> None:
    many = media_files.make(
        "many.mka", "-f lavfi -i anullsrc=r=8000:d=0.1 " + "-map 0 " * 70 + "-c:a pcm_s16le -f matroska"
    )
    assert _refused(steps, many).code == "VS-EXTREME-MEDIA"
    wide = media_files.make("wide.mkv", "-f lavfi -i color=s=8400x16:r=5:d=0.2 -c:v ffv1")
    assert _refused(steps, wide).code == "VS-EXTREME-MEDIA"
    assert steps.probe(media_files.plain)["has_video"] is True


def test_c25_a_title_inside_a_file_is_clipped_and_not_passed_on(
    steps: Steps, media_files: MediaFiles
) -> None:
    path = media_files.make(
        "titled.mp4", f"-i {media_files.plain} -c copy -metadata title=<img&nbsp;src=file:///x>" + "y" * 4000
    )
    assert len(str(steps.probe(path)["title"])) == 200
    assert steps.probe(steps.encode(path).outputs[0].path)["title"] == ""


def test_c26_damaged_files_never_take_us_down(steps: Steps, media_files: MediaFiles, tmp_path: Path) -> None:
    chance = random.Random(11)
    whole = media_files.plain.read_bytes()
    for number in range(12):
        broken = bytearray(whole)
        for _ in range(200):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path = tmp_path / f"broken-{number}.mp4"
        path.write_bytes(broken)
        with contextlib.suppress(VodError):
            steps.probe(path)


def test_a_folder_and_a_pipe_are_no_recordings(steps: Steps, media_files: MediaFiles, tmp_path: Path) -> None:
    recording = recording_of(media_files.plain)
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    for name, code in (("folder.mp4", "VS-IS-A-FOLDER"), ("pipe.mp4", "VS-NOT-A-FILE")):
        inputs = inputs_of(replace(recording, path=tmp_path / name), None, QUICK)
        with pytest.raises(BadMedia) as caught:
            probe(steps.tools.media, steps.context("probe"), inputs)
        assert caught.value.code == code


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_b08_a_file_that_we_may_not_read_says_so(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    path = media_files.copy(tmp_path, "x.mp4")
    recording = recording_of(path)
    path.chmod(0)
    with pytest.raises(NoAccess):
        probe(steps.tools.media, steps.context("probe"), inputs_of(recording))
