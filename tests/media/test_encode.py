"""The encode: what comes out, what is cut, and how it ends when FFmpeg, the disk or the operator ends it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.media.kit import QUICK, MediaFiles, MemoryContext, Steps, inputs_of, recording_of
from vodstudio.core.errors import BadMedia, Cancelled, ChildCrashed, NeedsUser, NoSpace, VodError
from vodstudio.core.jobs import Json, StepResult
from vodstudio.core.room import read_room
from vodstudio.core.station import EncodeSettings
from vodstudio.workers.encode import Tools, encode, fewer_threads, refuse_full_disk
from vodstudio.workers.ffmpeg import NEEDED_ENCODERS, NEEDED_FILTERS, Ffmpeg, find_ffmpeg, look_at
from vodstudio.workers.loudness import Measured, measured, options, outcome

MEETING = Path(__file__).resolve().parents[2] / "resources" / "demo" / "meeting.mp4"
UNCHANGED = replace(QUICK, loudness_lufs=None)
SLOW = EncodeSettings(height=720, speed="veryslow")


def _fake(tools: Tools, folder: Path, code: str) -> Tools:
    """The same tools with an FFmpeg whose behaviour is scripted; `target` is the file it should write."""
    path = folder / "ffmpeg-fake"
    head = "import os, shutil, signal, sys, time\ntarget = sys.argv[-1].removeprefix('file:')\n"
    path.write_text(f"#!{sys.executable}\n{head}{code}\n")
    path.chmod(0o700)
    fake = Ffmpeg(
        path=path, version="fake", encoders=frozenset(NEEDED_ENCODERS), filters=frozenset(NEEDED_FILTERS)
    )
    return replace(tools, ffmpeg=lambda: fake)


def _encode_with(steps: Steps, code: str, tmp_path: Path, source: Path) -> StepResult:
    inputs = inputs_of(recording_of(source), steps.probe(source), UNCHANGED)
    return encode(_fake(steps.tools, tmp_path, code), steps.context("encode"), inputs)


def _names(steps: Steps) -> set[str]:
    return {path.name for path in (steps.folder / "encode").iterdir()} - {"ffmpeg.log"}


@pytest.mark.parametrize("where", ["on the path", "embedded"])
def test_the_output_is_what_the_server_wants(steps: Steps, media_files: MediaFiles, where: str) -> None:
    if where == "embedded":
        path = find_ffmpeg(None, {"PATH": ""})
        steps = replace(steps, tools=replace(steps.tools, ffmpeg=lambda: look_at(steps.tools.children, path)))
    result = steps.encode(media_files.plain, title="Council: May/12")
    video = result.outputs[0]
    assert (video.name, video.path.name) == ("video", "Council May 12.mp4")
    assert video.size_bytes == video.path.stat().st_size
    assert video.facts["encoder"] == "libx264"
    assert video.facts["loudness_out"] == pytest.approx(-24.0, abs=1.0)
    assert video.facts["loudness_mode"] == "linear"
    facts = steps.probe(video.path)
    assert (facts["width"], facts["height"], facts["pixel_format"]) == (320, 180, "yuv420p")
    assert isinstance(facts["audio"], list)
    assert [(t["codec"], t["rate"], t["layout"]) for t in facts["audio"]] == [("aac", 48000, "stereo")]
    assert video.path.read_bytes().find(b"moov") < video.path.read_bytes().find(b"mdat")
    assert _names(steps) == {"Council May 12.mp4"}


def test_it_scales_down_and_cuts(steps: Steps, media_files: MediaFiles) -> None:
    settings = replace(UNCHANGED, height=90, in_point_s=1.0, out_point_s=4.0)
    result = steps.encode(media_files.plain, settings)
    assert result.facts["in_point_s"] == 1.0
    facts = steps.probe(result.outputs[0].path)
    assert (facts["width"], facts["height"]) == (160, 90)
    assert facts["duration_s"] == pytest.approx(3.0, abs=0.1)
    assert result.facts["loudness_mode"] == "unchanged"


def test_a_cut_behind_the_end_is_refused(steps: Steps, media_files: MediaFiles) -> None:
    with pytest.raises(NeedsUser) as caught:
        steps.encode(media_files.plain, replace(QUICK, in_point_s=99.0))
    assert caught.value.code == "VS-CUT-IS-EMPTY"


def test_progress_rises_to_the_end_and_tells_the_speed(steps: Steps, media_files: MediaFiles) -> None:
    context = steps.context("encode")
    encode(steps.tools, context, inputs_of(recording_of(media_files.plain), steps.probe(media_files.plain)))
    done = [step for step, _, _ in context.told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0.0, 1.0)
    assert {note for _, _, note in context.told} >= {"measuring loudness", "encoding", "verifying"}
    assert any(speed and speed > 0 for _, speed, _ in context.told)


def test_running_it_twice_gives_the_same(steps: Steps, media_files: MediaFiles) -> None:
    first, second = (
        encode(
            steps.tools,
            steps.context(name),
            inputs_of(recording_of(media_files.plain), steps.probe(media_files.plain)),
        )
        for name in ("one", "two")
    )
    assert first.outputs[0].sha256 == second.outputs[0].sha256


def test_the_measured_loudness_and_the_finished_file_are_checkpoints(
    steps: Steps, media_files: MediaFiles
) -> None:
    inputs = inputs_of(recording_of(media_files.plain), steps.probe(media_files.plain))
    context = steps.context("encode")
    first = encode(steps.tools, context, inputs)
    assert set(context.kept) == {"loudness", "encoded"}
    assert encode(_fake(steps.tools, steps.folder, "sys.exit(9)"), context, inputs) == first
    del context.kept["encoded"]
    context.told.clear()
    assert encode(steps.tools, context, inputs).outputs == first.outputs
    assert "measuring loudness" not in {note for _, _, note in context.told}


def test_b12_a_finished_file_that_was_touched_is_made_again(steps: Steps, media_files: MediaFiles) -> None:
    inputs = inputs_of(recording_of(media_files.plain), steps.probe(media_files.plain), UNCHANGED)
    context = steps.context("encode")
    first = encode(steps.tools, context, inputs)
    for spoil in (lambda path: path.write_bytes(b"spoiled"), Path.unlink):
        spoil(first.outputs[0].path)
        assert encode(steps.tools, context, inputs).outputs == first.outputs


CRASH = """
import json, sys
from dataclasses import replace
from pathlib import Path
from tests.media.kit import QUICK, MemoryContext, inputs_of, recording_of
from vodstudio.workers.encode import Tools, encode
from vodstudio.workers.ffmpeg import NEEDED_ENCODERS, NEEDED_FILTERS, Ffmpeg
from vodstudio.workers.media import Media
from vodstudio.workers.process import Children
source, folder, path, facts = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4])
ffmpeg = Ffmpeg(path=path, version='', encoders=frozenset(NEEDED_ENCODERS), filters=frozenset(NEEDED_FILTERS))
children = Children(folder / 'run')
media = Media(children)
tools = Tools(children=children, media=media, ffmpeg=lambda: ffmpeg)
settings = replace(QUICK, loudness_lufs=None)
encode(tools, MemoryContext(folder / 'encode'), inputs_of(recording_of(source), facts, settings))
"""
# Two children write their records before the encode itself: FFmpeg, and the one that verifies.
PLACES = {"encode.written": False, "files.synced:3": False, "files.replaced:3": True, "encode.adopted": True}


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a01_killed_anywhere_it_leaves_no_part_under_a_final_name_and_starts_again(
    steps: Steps, media_files: MediaFiles
) -> None:
    source, facts = media_files.plain, steps.probe(media_files.plain)
    inputs = inputs_of(recording_of(source), facts, UNCHANGED)
    undisturbed = steps.run_encode(steps.context("undisturbed"), inputs).outputs[0].sha256
    final = steps.context("encode").work_folder / "plain.mp4"
    command = [sys.executable, "-c", CRASH, str(source), str(steps.folder)]
    command += [str(steps.tools.ffmpeg().path), json.dumps(facts)]
    for place, is_there in PLACES.items():
        environment = {**os.environ, "VS_CRASH_AT": place}
        done = subprocess.run(command, env=environment, timeout=60, check=False)
        assert (place, done.returncode) == (place, -9)
        assert final.exists() == is_there
        final.unlink(missing_ok=True)
    again = steps.run_encode(steps.context("encode"), inputs).outputs[0]
    assert again.sha256 == undisturbed
    assert _names(steps) == {"plain.mp4"}


def test_it_is_cancelled_within_three_seconds_and_leaves_nothing(steps: Steps) -> None:
    moment: list[float] = []

    def stop_when(context: MemoryContext) -> bool:
        if context.told and context.told[-1][0] > 0.101:
            moment.append(time.monotonic())
            return True
        return False

    inputs = inputs_of(recording_of(MEETING), steps.probe(MEETING), replace(SLOW, loudness_lufs=None))
    with pytest.raises(Cancelled):
        encode(steps.tools, steps.context("encode", stop_when), inputs)
    assert time.monotonic() - moment[0] < 3.0
    assert _names(steps) == set()


def test_b02_a_disk_that_is_too_small_is_known_before_the_work(steps: Steps, media_files: MediaFiles) -> None:
    with pytest.raises(NoSpace, match="not enough space") as caught:
        steps.encode(media_files.plain, replace(QUICK, video_kbps=10**12))
    folder, needed = read_room(caught.value.condition.removeprefix("disk:"))
    assert folder == steps.folder / "encode"
    assert needed is not None
    assert needed > shutil.disk_usage(folder).free
    refuse_full_disk(steps.folder, 10_000)


def test_b01_a_disk_that_fills_up_is_waited_for(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    code = "open(target, 'wb').write(b'x' * 999); sys.stderr.write('av_interleaved_write_frame(): No space left on device'); sys.exit(1)"
    with pytest.raises(NoSpace) as caught:
        _encode_with(steps, code, tmp_path, media_files.plain)
    assert caught.value.condition == f"disk:{steps.folder / 'encode'}"
    assert _names(steps) == set()


def test_d03_an_ffmpeg_that_is_killed_is_tried_again(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    """Once more, and with fewer threads: what kills it is mostly a machine without memory left."""
    inputs = inputs_of(recording_of(media_files.plain), steps.probe(media_files.plain), UNCHANGED)
    context, asked = steps.context("encode"), tmp_path / "asked"
    code = f"open({str(asked)!r}, 'w').write(' '.join(sys.argv)); os.kill(os.getpid(), signal.SIGKILL)"
    told = []
    for _ in range(2):
        with pytest.raises(ChildCrashed, match="ended by itself"):
            encode(_fake(steps.tools, tmp_path, code), context, inputs)
        told.append(asked.read_text())
    assert "-threads" not in told[0]
    assert f"-threads {fewer_threads()}" in told[1]
    assert encode(steps.tools, context, inputs).outputs[0].path.exists()


def test_d06_d07_a_flood_and_a_question_end_well(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    code = (
        "assert sys.stdin.read() == ''\n"
        "for _ in range(200): sys.stderr.write('x' * 65536)\n"
        f"shutil.copyfile({str(media_files.make('right.mp4', _h264_of(media_files)))!r}, target)"
    )
    assert _encode_with(steps, code, tmp_path, media_files.plain).outputs[0].path.exists()
    assert (steps.folder / "encode" / "ffmpeg.log").stat().st_size <= 5 * 1024 * 1024


def _h264_of(media_files: MediaFiles) -> str:
    return f"-i {media_files.plain} -c:v copy -c:a aac -ar 48000 -ac 2"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("-t 3 -c copy", "instead of 6.0 s"),
        ("-an -c copy", "sound is missing"),
        ("-c:v copy -c:a aac -ac 1", "sound is not 48 kHz stereo"),
        ("-c:a copy -c:v libx264 -preset ultrafast -s 160x90", "wrong size"),
        ("-c:a copy -c:v mpeg4", "no H.264 picture"),
    ],
)
def test_d08_exit_status_0_with_the_wrong_file_is_no_success(
    steps: Steps, media_files: MediaFiles, tmp_path: Path, options: str, words: str
) -> None:
    name = f"wrong-{abs(hash(options))}.mp4"
    wrong = media_files.make(name, f"-i {media_files.plain} {options}")
    with pytest.raises(ChildCrashed) as caught:
        _encode_with(steps, f"shutil.copyfile({str(wrong)!r}, target)", tmp_path, media_files.plain)
    assert caught.value.code == "VS-OUTPUT-WRONG"
    assert words in caught.value.title
    assert _names(steps) == set()


def test_d08_an_empty_file_or_none_is_no_success(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    for code in ("open(target, 'wb')", "pass"):
        with pytest.raises(VodError):
            _encode_with(steps, code, tmp_path, media_files.plain)
        assert _names(steps) == set()


def test_d09_a_bad_exit_status_with_a_good_file_is_no_success(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    code = f"shutil.copyfile({str(media_files.plain)!r}, target); sys.exit(1)"
    with pytest.raises(ChildCrashed):
        _encode_with(steps, code, tmp_path, media_files.plain)
    assert _names(steps) == set()


def test_d02_an_ffmpeg_without_the_encoder_is_refused_before_the_work(
    steps: Steps, media_files: MediaFiles
) -> None:
    poor = replace(steps.tools.ffmpeg(), encoders=frozenset({"aac"}))
    inputs = inputs_of(recording_of(media_files.plain), steps.probe(media_files.plain))
    with pytest.raises(NeedsUser, match="libx264"):
        encode(replace(steps.tools, ffmpeg=lambda: poor), steps.context("encode"), inputs)


def test_loudness_is_read_and_applied() -> None:
    report = (
        'noise { "x" : 1 } [Parsed_loudnorm_0 @ 0x1] [info] {"input_i" : "-30.10", "input_tp" : "-9.00",'
        ' "input_lra" : "8.20", "input_thresh" : "-40.30", "output_i" : "-24.02", "output_tp" : "-3.00",'
        ' "output_lra" : "8.00", "output_thresh" : "-34.0", "normalization_type" : "linear", "target_offset" : "0.02"}'
    )
    found = measured(report)
    assert found == Measured(
        loudness_lufs=-30.1, true_peak_db=-9.0, range_lu=8.2, threshold_lufs=-40.3, offset_lu=0.02
    )
    assert options(found, -24.0, -2.0)["LRA"] == 9
    assert outcome(report) == {"loudness_out": -24.02, "loudness_mode": "linear"}
    silent = measured(report.replace("-30.10", "-inf"))
    assert silent.is_silent
    with pytest.raises(ChildCrashed, match="how loud"):
        measured("nothing")


def test_a_damaged_source_is_told(steps: Steps, media_files: MediaFiles, tmp_path: Path) -> None:
    body = bytearray(media_files.plain.read_bytes())
    middle = len(body) // 2
    body[middle : middle + 20_000] = bytes(20_000)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(body)
    facts: Json = steps.probe(path)
    assert facts["duration_s"] == pytest.approx(6.0, abs=0.1)
    try:
        result = steps.encode(path)
    except (BadMedia, ChildCrashed) as error:
        pytest.fail(f"{error.code}: {error.detail}")
    assert result.facts["damaged_places"] != 0
