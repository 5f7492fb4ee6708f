"""The captions step: from words.json to files beside each other and a check report, or a clear reason why not."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest

from tests.captions.fakes import MemoryContext, inputs_for, meeting
from tests.conftest import ROOT
from vodstudio.captions.commands import edit_text, set_times
from vodstudio.captions.document import Document
from vodstudio.captions.edits import Edits, Waiver
from vodstudio.captions.night import CODE
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.scc import parse_scc
from vodstudio.captions.segment import Setting
from vodstudio.captions.srt import parse_srt
from vodstudio.captions.timecode import WHOLE, Timebase
from vodstudio.captions.transcript import Mark, Transcript, Word, transcript_to_json
from vodstudio.captions.video import video_of
from vodstudio.captions.vtt import parse_vtt
from vodstudio.core.errors import BadMedia, Cancelled, Conflict, NeedsUser, NotFound, VodError
from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import Inputs, StepKind
from vodstudio.core.plan import StepIdentity, step_key
from vodstudio.core.recording import Fingerprint
from vodstudio.core.station import Numbers
from vodstudio.core.transcripts import OPERATOR, SPEECH, TranscriptId, TranscriptVersion
from vodstudio.workers.captions import NO_SCC, NOTHING_SAID, make_captions
from vodstudio.workers.media import Media
from vodstudio.workers.models import Shelf
from vodstudio.workers.process import Children
from vodstudio.workers.steps import OURS, FfmpegFinder, Toolbox


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    return work


def said(*words: tuple[str, float, float], duration: float = 60.0) -> Transcript:
    return Transcript(
        language="en",
        duration=duration,
        words=tuple(Word(text=text, start=start, end=end) for text, start, end in words),
    )


def version_of(inputs: Inputs) -> TranscriptVersion:
    """The words of these inputs, as the store knows them when a person corrected them."""
    words = inputs.outputs["words"]
    return TranscriptVersion(
        id=TranscriptId("v"),
        recording_id=inputs.recording.id,
        parent_id=None,
        path=words.path,
        sha256=sha256_of(words.path),
        author=OPERATOR,
        is_chosen=True,
        made_at=datetime(2026, 3, 4, 18, 30, 12, tzinfo=UTC),
    )


def test_the_report_says_who_has_read_the_words_and_when(folder: Path) -> None:
    transcript = replace(meeting(), author=OPERATOR)
    inputs = inputs_for(folder, transcript, video={"fps": "30000/1001"})
    version = version_of(inputs)
    for given, by, at in (
        (version, OPERATOR, "2026-03-04T18:30+00:00"),
        (replace(version, author=SPEECH), OPERATOR, ""),
        (None, OPERATOR, ""),
    ):
        make_captions(MemoryContext(folder), replace(inputs, transcript=given))
        told = json.loads((folder / "check.json").read_text("utf-8"))
        assert (told["reviewed_by"], told["reviewed_at"]) == (by, at)


def test_f09_no_captions_are_made_of_words_that_another_program_changed(folder: Path) -> None:
    inputs = inputs_for(folder, meeting(), video={"fps": "30000/1001"})
    version = version_of(inputs)
    version.path.write_text(transcript_to_json(replace(meeting(), words=())), "utf-8")
    with pytest.raises(Conflict, match="changed by another program"):
        make_captions(MemoryContext(folder), replace(inputs, transcript=version))
    assert list(folder.glob("*.srt")) == []


def test_captions_of_before_the_check_report_are_made_again(tmp_path: Path) -> None:
    children = Children(tmp_path)
    toolbox = Toolbox(
        children=children,
        media=Media(children),
        ffmpeg=FfmpegFinder(children, tmp_path / "none"),
        shelf=Shelf(folder=tmp_path, demo_voice=tmp_path / "none", sample_meeting=tmp_path / "none"),
    )
    tools = toolbox.steps()[StepKind.CAPTIONS].tools
    toolbox.close()
    before = StepIdentity(kind=StepKind.CAPTIONS, fingerprint=Fingerprint("1-a"), parameters={}, tools=OURS)
    assert step_key(replace(before, tools=tools), "job") != step_key(before, "job")


def test_three_files_say_the_same_words(folder: Path) -> None:
    transcript = meeting()
    inputs = inputs_for(folder, transcript, video={"in_point_s": 0.0, "fps": "30000/1001"})
    context = MemoryContext(folder)
    result = make_captions(context, inputs)
    files = {output.name: output for output in result.outputs}
    assert [output.path.name for output in result.outputs] == [
        *(f"Lake Elmo Council.{ending}" for ending in ("srt", "vtt", "scc", "ttml", "txt")),
        "check.json",
        "check.html",
    ]
    srt = parse_srt(files["srt"].path.read_bytes().decode())
    vtt = parse_vtt(files["vtt"].path.read_bytes().decode())
    scc = parse_scc(files["scc"].path.read_bytes().decode("ascii"))
    assert srt == vtt
    assert (
        " ".join(cue.text for cue in srt).split() == "".join(word.text for word in transcript.words).split()
    )
    assert len(scc) == len(srt) == result.facts["cues"] == files["scc"].facts["cues"]
    assert [file.sha256 for file in result.outputs] == [sha256_of(file.path) for file in result.outputs]
    assert result.facts["late_frames"] == files["scc"].facts["late_frames"]
    assert result.note.startswith(f"{len(srt)} captions")
    assert context.told[0] == 0.0
    assert context.told[-1] == 1.0


def test_running_twice_gives_the_same_bytes(folder: Path) -> None:
    inputs = inputs_for(folder, meeting())
    first = make_captions(MemoryContext(folder), inputs)
    assert make_captions(MemoryContext(folder), inputs) == first


def test_in_place_the_files_are_named_like_the_recording(folder: Path) -> None:
    result = make_captions(MemoryContext(folder), inputs_for(folder, meeting()))
    assert {output.path.name for output in result.outputs} == {
        *(f"16380-1-Council.{ending}" for ending in ("srt", "vtt", "scc", "ttml", "txt")),
        "check.json",
        "check.html",
    }


def test_a_cut_shifts_the_captions_and_leaves_out_what_is_not_in_the_video(folder: Path) -> None:
    transcript = said((" Before.", 2.0, 3.0), (" Inside.", 20.0, 21.0), (" After.", 41.0, 42.0))
    video = {"in_point_s": 10.0, "duration_s": 30.0, "fps": "25/1"}
    make_captions(MemoryContext(folder), inputs_for(folder, transcript, video=video))
    (cue,) = parse_srt((folder / "Lake Elmo Council.srt").read_bytes().decode())
    assert (cue.start_s, cue.text) == (10.0, "Inside.")


def test_scc_counts_as_the_station_says(folder: Path) -> None:
    given = inputs_for(folder, said((" Inside.", 20.0, 21.0)), video={"fps": "30/1", "duration_s": 60.0})
    preset = dataclasses.replace(given.preset, scc="ndf", scc_first_label="01:00:00:00")
    make_captions(MemoryContext(folder), dataclasses.replace(given, preset=preset))
    text = (folder / "Lake Elmo Council.scc").read_text("ascii")
    assert "\n01:00:19:" in text
    (shown,) = parse_scc(text, Timebase(drop_frame=False, rate=WHOLE, offset_frames=108000))
    assert (shown.start_s, shown.text) == (20.0, "Inside.")


def test_f10_captions_end_with_a_video_that_is_shorter(folder: Path) -> None:
    transcript = said((" The", 8.0, 8.2), (" end", 8.3, 9.5), (" is", 9.6, 9.9), (" near.", 9.95, 12.0))
    video = {"in_point_s": 0.0, "duration_s": 10.0, "fps": "25/1"}
    make_captions(MemoryContext(folder), inputs_for(folder, transcript, video=video))
    cues = parse_srt((folder / "Lake Elmo Council.srt").read_bytes().decode())
    assert cues[-1].end_s == 10.0
    assert " ".join(cue.text for cue in cues) == "The end is near."


def test_no_word_is_lost_where_nobody_knows_how_long_the_video_is(folder: Path) -> None:
    heard = replace(said((" Before.", 2.0, 3.0), (" Inside.", 20.0, 21.0)), duration=0.0)
    heard = replace(heard, regions=((1.9, 3.0), (19.9, 24.0)))
    make_captions(MemoryContext(folder), inputs_for(folder, heard, video={"in_point_s": 10.0}))
    (cue,) = parse_srt((folder / "Lake Elmo Council.srt").read_bytes().decode())
    assert cue.text == "Inside."
    figures = json.loads((folder / "check.json").read_bytes())["figures"]
    assert figures["words"] == 1
    assert 0.05 < figures["speech_min"] < 0.08


@pytest.mark.parametrize("transcript", [said(), said((" ", 1.0, 2.0)), said((" Late.", 50.0, 51.0))])
def test_no_words_make_no_files_and_say_so(folder: Path, transcript: Transcript) -> None:
    video = {"in_point_s": 0.0, "duration_s": 30.0}
    result = make_captions(MemoryContext(folder), inputs_for(folder, transcript, video=video))
    assert result.outputs == ()
    assert result.note == NOTHING_SAID
    assert [path.name for path in folder.iterdir()] == ["words.json"]


def test_f01_signs_that_look_like_others_are_told_and_kept_in_srt(folder: Path) -> None:
    transcript = said((" Łódź", 1.0, 1.5), (" and", 1.6, 1.8), (" Ōsaka.", 1.9, 2.6))
    result = make_captions(MemoryContext(folder), inputs_for(folder, transcript))
    (cue,) = parse_srt((folder / "16380-1-Council.srt").read_bytes().decode())
    (shown,) = parse_scc((folder / "16380-1-Council.scc").read_bytes().decode())
    assert (cue.text, shown.text) == ("Łódź and Ōsaka.", "Lódz and Osaka.")
    assert "3 signs are shown as others in SCC" in result.note
    assert result.facts["findings_by_rule"] == {"Q17": 3}
    assert result.facts["needs_look"] == ""


def test_f01_a_sign_that_is_lost_waits_for_a_person_who_can_leave_it(folder: Path) -> None:
    """A question mark for a word is false; the files and the report are there to look at."""
    transcript = said((" Ωmega", 1.0, 1.5), (" and", 1.6, 1.8), (" 漢.", 1.9, 2.6))
    with pytest.raises(NeedsUser, match=r"0:00:01: “Ω” does not exist in SCC.* and 1 more") as stopped:
        make_captions(MemoryContext(folder), inputs_for(folder, transcript))
    assert stopped.value.code == CODE
    assert "Nothing was published" in stopped.value.hint
    assert str(folder / "check.html") in stopped.value.hint
    report = json.loads((folder / "check.json").read_text("utf-8"))
    assert report["counts"] == {"Q17": 2}
    waived = replace(
        transcript, edits=Edits(waivers=(Waiver(rule="Q17", at_s=1.0, reason="a Greek letter"),))
    )
    result = make_captions(MemoryContext(folder), inputs_for(folder, waived))
    report = json.loads((folder / "check.json").read_text("utf-8"))
    assert [each["waiver"]["reason"] for each in report["waived"]] == ["a Greek letter"] * 2
    assert result.facts["errors"] == 0


def test_f02_a_caption_that_comes_late_waits_for_a_person(folder: Path) -> None:
    words = [(f" “{'É' * 28}”", 5.0 + place / 4, 5.2 + place / 4) for place in range(6)]
    with pytest.raises(NeedsUser, match="frames late"):
        make_captions(MemoryContext(folder), inputs_for(folder, said(*words)))
    report = json.loads((folder / "check.json").read_text("utf-8"))
    assert report["counts"]["Q18"] >= 1


def test_f02_captions_that_signs_make_late_are_sent_with_faster_ones(folder: Path) -> None:
    """Quotation marks take three times as long to send as what looks like them."""
    words = [(f" {'“”' * 15}", 5.0 + place, 5.9 + place) for place in range(4)]
    result = make_captions(MemoryContext(folder), inputs_for(folder, said(*words)))
    shown = parse_scc((folder / "16380-1-Council.scc").read_bytes().decode())
    assert any('""""' in cue.text for cue in shown)
    assert "“”" in (folder / "16380-1-Council.srt").read_text("utf-8")
    assert isinstance(result.facts["late_frames"], int)
    assert result.facts["late_frames"] <= 6


def test_what_is_said_at_once_comes_as_soon_as_it_can(folder: Path) -> None:
    """Nothing can be sent before the video begins: that is told and stops nobody."""
    words = [(f" word{place}", place / 3, place / 3 + 0.3) for place in range(8)]
    result = make_captions(MemoryContext(folder), inputs_for(folder, said(*words)))
    assert result.facts["findings_by_rule"] == {"Q18": 1}
    assert "1 come late" in result.note
    assert result.facts["needs_look"] == ""


def test_hard_to_read_is_published_and_told(folder: Path) -> None:
    """Q03 and Q04 never stop the night."""
    text = ["administration", "considers", "recommendations", "concerning", "neighborhood", "redevelopment"]
    words = [(f" {word}", 5.0 + place * 0.4, 5.38 + place * 0.4) for place, word in enumerate(text)]
    words += [(" Aye", 5.0 + len(text) * 0.4, 5.2 + len(text) * 0.4)]
    result = make_captions(MemoryContext(folder), inputs_for(folder, said(*words, duration=7.6)))
    assert "too fast to read (first at 0:00:05)" in str(result.facts["needs_look"])
    assert result.note.endswith(str(result.facts["needs_look"]))
    assert isinstance(result.facts["errors"], int)
    assert result.facts["errors"] >= 1
    assert {output.name for output in result.outputs} >= {"scc", "srt", "vtt", "check"}


def test_a_preset_says_where_captions_stand_and_how_speakers_are_marked(folder: Path) -> None:
    transcript = said(
        (" Any", 5.0, 5.3), (" questions?", 5.4, 6.0), (" >>", 6.1, 6.15), (" Yes, one.", 6.2, 7.0)
    )
    inputs = inputs_for(folder, transcript)
    styled = replace(inputs, preset=replace(inputs.preset, caption_place="top", speaker_mark="-"))
    make_captions(MemoryContext(folder), styled)
    shown = parse_scc((folder / "16380-1-Council.scc").read_bytes().decode())
    assert [cue.text for cue in shown] == ["Any questions?", "-Yes, one."]
    assert all(cue.is_top for cue in shown)


def test_a_preset_says_how_numbers_are_written(folder: Path) -> None:
    transcript = said((" Passed", 5.0, 5.4), (" seven", 5.5, 5.8), (" to", 5.9, 6.0), (" two.", 6.1, 6.5))
    inputs = inputs_for(folder, transcript)
    styled = replace(inputs, preset=replace(inputs.preset, numbers=Numbers.DIGITS))
    result = make_captions(MemoryContext(folder), styled)
    shown = parse_scc((folder / "16380-1-Council.scc").read_bytes().decode())
    assert [cue.text for cue in shown] == ["Passed 7 to 2."]
    assert "Q07" not in cast("dict[str, int]", result.facts["findings_by_rule"])


def test_q08_a_voice_without_any_word_waits_for_a_person(folder: Path) -> None:
    silent = replace(said(), regions=((5.0, 40.0),))
    with pytest.raises(NeedsUser, match=r"0.0 % of the speech has captions"):
        make_captions(MemoryContext(folder), inputs_for(folder, silent))
    assert (folder / "check.html").exists()


def test_q09_invented_words_wait_for_a_person(folder: Path) -> None:
    words = said(
        (" We", 5.0, 5.3),
        (" begin.", 5.4, 5.9),
        (" Thanks", 30.0, 30.4),
        (" for", 30.5, 30.6),
        (" watching!", 30.7, 31.5),
    )
    invented = replace(words, regions=((4.8, 6.1),))
    with pytest.raises(NeedsUser, match=r"0:00:30: “Thanks for watching!” is what speech models say"):
        make_captions(MemoryContext(folder), inputs_for(folder, invented))


def test_the_report_has_the_clock_of_the_video(folder: Path) -> None:
    words = said(
        (" Before.", 2.0, 3.0), (" Inside", 20.0, 21.0), (" it.", 21.1, 21.5), (" After.", 41.0, 42.0)
    )
    transcript = replace(
        words,
        regions=((1.8, 3.2), (8.0, 9.0), (19.8, 21.7), (40.8, 42.2)),
        marks=(
            Mark(rule="H3", start=1.0, end=3.0, text="not in the video"),
            Mark(rule="H3", start=19.0, end=22.0, text="in the video"),
        ),
    )
    video = {"in_point_s": 10.0, "duration_s": 30.0, "fps": "25/1"}
    make_captions(MemoryContext(folder), inputs_for(folder, transcript, video=video))
    report = json.loads((folder / "check.json").read_text("utf-8"))
    told = {each["text"]: each["at_s"] for each in report["findings"]}
    assert told == {"in the video": 9.0}
    assert (report["figures"]["words"], report["figures"]["speech_min"]) == (2, 0.03)
    assert set(report["files"]) == {
        f"Lake Elmo Council.{ending}" for ending in ("srt", "vtt", "scc", "ttml", "txt")
    }
    assert report["files"]["Lake Elmo Council.scc"] == sha256_of(folder / "Lake Elmo Council.scc")


def test_f05_a_recording_of_more_than_a_day_has_the_files_that_can_tell_it(folder: Path) -> None:
    """SCC ends at 24 hours; that is no reason to keep the other two from anybody."""
    day_s = 24 * 3600.0
    transcript = said((" Good", 1.0, 1.5), (" night.", day_s + 60, day_s + 61), duration=day_s + 120)
    video = {"in_point_s": 0.0, "duration_s": day_s + 120, "fps": "30000/1001"}
    result = make_captions(MemoryContext(folder), inputs_for(folder, transcript, video=video))
    assert [output.name for output in result.outputs] == ["srt", "vtt", "ttml", "txt", "check", "check-page"]
    assert not (folder / "Lake Elmo Council.scc").exists()
    assert NO_SCC in result.note
    assert result.facts["has_scc"] is False
    cues = parse_srt((folder / "Lake Elmo Council.srt").read_bytes().decode())
    assert cues == parse_vtt((folder / "Lake Elmo Council.vtt").read_bytes().decode())
    assert cues[-1].start_s > day_s


def test_h02_a_stop_is_heard_between_the_stages(folder: Path) -> None:
    """A day of words takes seconds; whoever closes the program does not wait for all of them."""
    context = MemoryContext(folder, stop_at=4)
    with pytest.raises(Cancelled):
        make_captions(context, inputs_for(folder, meeting()))
    assert context.told == [0.0]


def test_e15_impossible_times_are_mended_and_told(folder: Path) -> None:
    transcript = said((" One", 5.0, 4.0), (" two", 1.0, 1.0), (" three.", 70.0, 80.0))
    result = make_captions(MemoryContext(folder), inputs_for(folder, transcript))
    cues = parse_srt((folder / "16380-1-Council.srt").read_bytes().decode())
    assert " ".join(cue.text for cue in cues) == "One two three."
    assert cues[-1].end_s <= 60.0
    rules = result.facts["findings_by_rule"]
    assert isinstance(rules, dict)
    assert rules["W1"] >= 2


def test_the_web_profile_has_wide_lines_and_its_scc_has_32_columns(folder: Path) -> None:
    make_captions(MemoryContext(folder), inputs_for(folder, meeting(), profile="WEB-42"))
    web = parse_srt((folder / "16380-1-Council.srt").read_bytes().decode())
    line21 = parse_scc((folder / "16380-1-Council.scc").read_bytes().decode())
    assert max(len(line) for cue in web for line in cue.lines) > 32
    assert max(len(line) for cue in line21 for line in cue.lines) <= 32


def test_an_unknown_profile_is_refused(folder: Path) -> None:
    with pytest.raises(NotFound, match="no caption profile called TINY"):
        make_captions(MemoryContext(folder), inputs_for(folder, meeting(), profile="TINY"))


def test_missing_words_are_refused(folder: Path) -> None:
    with pytest.raises(BadMedia, match="no words"):
        make_captions(MemoryContext(folder), inputs_for(folder, None))


@pytest.mark.parametrize("check", range(1, 10))
def test_a_cancel_leaves_no_partial_file(folder: Path, check: int) -> None:
    with pytest.raises(Cancelled):
        make_captions(MemoryContext(folder, stop_at=check), inputs_for(folder, meeting()))
    assert not list(folder.glob(".vs-*"))


def test_b01_what_cannot_be_written_leaves_no_partial_file(folder: Path) -> None:
    (folder / "16380-1-Council.vtt").mkdir()
    with pytest.raises(VodError, match=r"16380-1-Council\.vtt"):
        make_captions(MemoryContext(folder), inputs_for(folder, meeting()))
    assert not list(folder.glob(".vs-*"))
    assert not (folder / "16380-1-Council.scc").exists()


@pytest.mark.parametrize(
    ("video", "probe", "fps"),
    [
        ({"fps": "25/1"}, {"fps": "30/1"}, 25.0),
        ({}, {"fps": "30/1"}, 30.0),
        ({}, {"fps": ""}, 30000 / 1001),
        ({"fps": "90000/1"}, None, 30000 / 1001),
        ({"fps": "1/0"}, None, 30000 / 1001),
        ({"fps": "24000/1001"}, None, 24000 / 1001),
    ],
)
def test_frames_of_the_video_come_before_those_of_the_recording(
    folder: Path, video: dict[str, object], probe: dict[str, object] | None, fps: float
) -> None:
    inputs = inputs_for(folder, meeting(), video=video, probe=probe)
    probed = inputs.facts.get(StepKind.PROBE, {})
    found = video_of(inputs.recording, inputs.plan, inputs.outputs, probed, 9.0)
    assert float(found.fps) == pytest.approx(fps)


def test_what_a_person_corrected_is_what_the_files_hold(folder: Path) -> None:
    """The same cues as in the review window, with the beginning of the recording cut off."""
    heard = meeting()
    setting = Setting(duration_s=200.0, fps=Fraction(25))
    document = Document(heard, BROADCAST_32, setting, in_point_s=1.0)
    document.apply(set_times(document, 0, 0.4, 1.6))
    change = edit_text(document, 1, "Corrected by hand.")
    assert change is not None
    document.apply(change)
    corrected = document.transcript(run="r2", author="operator")
    video = {"fps": "25/1", "in_point_s": 1.0, "duration_s": 200.0}
    result = make_captions(MemoryContext(folder), inputs_for(folder, corrected, video=video))
    srt = next(output.path for output in result.outputs if output.name == "srt")
    assert [cue.lines for cue in parse_srt(srt.read_bytes().decode())] == [
        cue.lines for cue in document.cues_inside
    ]
    assert "00:00:00,400 --> 00:00:01,600" in srt.read_text("utf-8")
    assert "Corrected by hand." in srt.read_text("utf-8")


CHILD = """
import sys
from pathlib import Path
from tests.captions.fakes import MemoryContext, inputs_for, meeting
from vodstudio.workers.captions import make_captions

folder = Path(sys.argv[1])
make_captions(MemoryContext(folder), inputs_for(folder, meeting(), video={"in_point_s": 0.0}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the program is killed with a signal")
@pytest.mark.parametrize(
    "point",
    ["files.written:1", "files.synced:2", "files.replaced:3", "captions.written:1", "captions.written:3"],
)
def test_a01_a_kill_at_any_write_leaves_whole_files_and_is_made_good(folder: Path, point: str) -> None:
    env = {**os.environ, "VS_CRASH_AT": point, "PYTHONPATH": str(ROOT)}
    killed = subprocess.run([sys.executable, "-c", CHILD, str(folder)], env=env, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    before = {path.name: path.read_bytes() for path in folder.glob("Lake*")}
    inputs = inputs_for(folder, meeting(), video={"in_point_s": 0.0})
    result = make_captions(MemoryContext(folder), inputs)
    after = {output.path.name: output.path.read_bytes() for output in result.outputs}
    assert before.items() <= after.items()
    assert not list(folder.glob(".vs-*"))
