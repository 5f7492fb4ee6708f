"""Captions on the command line, as other programs and people use it: real files, real listening, exit codes and shapes."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.captions.council import council_words
from tests.captions.council import said as spoken
from tests.captions.fakes import MemoryContext, inputs_for, meeting
from tests.integration.conftest import Do
from tests.integration.shape import Shape, faults
from vodstudio import cli
from vodstudio import cli_output as codes
from vodstudio.captions.cue import Cue
from vodstudio.captions.formats import FORMATS, SET, write_one
from vodstudio.captions.timecode import Timebase
from vodstudio.captions.transcript import Transcript, Word, transcript_to_json
from vodstudio.paths import resource
from vodstudio.workers.captions import make_captions

MEETING = resource("demo/meeting.mp4")
TRUTH = json.loads(resource("demo/meeting.truth.json").read_text("utf-8"))
FINDING = {
    "rule": str,
    "level": frozenset({"error", "warning", "information"}),
    "at_s": float | int,
    "text": str,
}
MADE: Shape = {
    "files": {"*": str},
    "missing": {"*": str},
    "profile": str,
    "words": int,
    "cues": int,
    "late_cues": int,
    "findings": [FINDING],
}
CONVERTED: Shape = {
    "source": str,
    "from": frozenset(FORMATS),
    "target": str,
    "to": frozenset(FORMATS),
    "cues": int,
    "faults": [str],
    "findings": [FINDING],
}
CHECKED: Shape = {
    "files": [
        {
            "path": str,
            "video": str | None,
            "format": str,
            "state": frozenset({"valid", "fake", "empty", "of another video", "late"}),
            "reason": str,
            "offset_s": float | int,
            "cues": int,
            "faults": [str],
            "needs_a_look": bool,
            "report": (None, dict),
        }
    ],
    "without_captions": [str],
    "needs_a_look": int,
}
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def do(do: Do) -> Do:
    """The same for `captions`."""
    return partial(do, "captions")


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """The words of a council meeting."""
    heard, length_s = council_words(5, 60)
    path = tmp_path / "Grant Council.json"
    path.write_text(
        transcript_to_json(Transcript(language="en", duration=length_s, words=tuple(heard))), "utf-8"
    )
    return path


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The words of the sample meeting as they were really said."""
    path = tmp_path / "words.json"
    said = tuple(word for sentence in TRUTH["sentences"] for word in spread(**sentence))
    body = transcript_to_json(Transcript(language="en", duration=TRUTH["duration"], words=said))
    path.write_text(body, "utf-8")
    return path


def spread(start: float, end: float, text: str) -> list[Word]:
    """The words of a sentence, each as long as its letters."""
    texts = text.split()
    places = [0, *accumulate(len(each) + 1 for each in texts)]
    pace = (end - start) / places[-1]
    return [
        Word(text=f" {each}", start=start + pace * first, end=start + pace * last)
        for each, (first, last) in zip(texts, pairwise(places), strict=True)
    ]


def test_words_become_a_set_of_files_that_check_finds_right(do: Do, words: Path, tmp_path: Path) -> None:
    code, made = do("make", str(words), "--out", str(tmp_path / "new" / "out"))
    assert (code, faults(made, MADE)) == (codes.DONE, [])
    assert set(made["files"]) == set(SET)
    assert {Path(path).name for path in made["files"].values()} == {f"Grant Council.{name}" for name in SET}
    captions = [made["files"][name] for name in ("scc", "srt", "vtt", "ttml")]
    page = tmp_path / "report.html"
    code, checked = do("check", *captions, "--words", str(words), "--html", str(page))
    assert faults(checked, CHECKED) == []
    assert [(file["state"], file["cues"]) for file in checked["files"]] == [("valid", made["cues"])] * 4
    assert all("heard in the recording" in file["reason"] for file in checked["files"])
    assert all(file["report"]["schema"] == 1 for file in checked["files"])
    assert "Grant Council.scc" in page.read_text("utf-8")
    assert "Grant Council.srt" in (tmp_path / "report-2.html").read_text("utf-8")
    assert do("make", str(words), "--out", str(tmp_path / "new" / "out"))[0] == codes.DONE


def test_only_the_formats_that_are_asked_for(do: Do, words: Path, tmp_path: Path) -> None:
    code, made = do(
        "make", str(words), "--out", str(tmp_path), "--name", "x", "--profile", "web-42", "--format", "SCC",
        "--format", "transcript", "--fps", "30", "--scc", "ndf", "--first-label", "01:00:00:00",
    )  # fmt: skip
    assert code == codes.DONE
    assert made["files"] == {
        "scc": str(tmp_path / "x.scc"),
        "transcript": str(tmp_path / "x.transcript.txt"),
    }
    assert "\n01:00:0" in (tmp_path / "x.scc").read_text("ascii")
    assert ";" not in (tmp_path / "x.scc").read_text("ascii")
    assert (tmp_path / "x.transcript.txt").read_text("utf-8").startswith("[0:00:0")


def test_captions_that_are_there_are_never_replaced_unasked(do: Do, words: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "Grant Council.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nBy hand\n", "utf-8")
    code, body = do("make", str(words), "--out", str(out))
    assert (code, body["error"]["code"]) == (codes.FAILED, "VS-FILE-EXISTS")
    assert [path.name for path in out.iterdir()] == ["Grant Council.vtt"]
    assert do("make", str(words), "--out", str(out), "--replace")[0] == codes.DONE
    assert "By hand" not in (out / "Grant Council.vtt").read_text("utf-8")


@pytest.mark.parametrize("by_s", [0.0, 4.0])
def test_captions_are_compared_with_the_voice_of_the_recording(
    do: Do, sample: Path, tmp_path: Path, by_s: float
) -> None:
    assert do("make", str(sample), "--out", str(tmp_path), "--name", "meeting", "--format", "srt")[0] == 0
    source, shifted = tmp_path / "meeting.srt", tmp_path / ("shifted.scc" if by_s else "meeting.scc")
    assert do("convert", str(source), str(shifted), "--shift", str(by_s))[0] == codes.DONE
    code, body = do("check", str(shifted), "--media", str(MEETING), "--words", str(sample))
    (file,) = body["files"]
    assert file["state"] == ("late" if by_s else "valid")
    assert file["offset_s"] == pytest.approx(by_s, abs=0.6)
    assert file["report"]["figures"]["speech_min"] > 0.5
    # Cablecast finds the captions of meeting.mp4 in meeting.scc alone.
    assert ("Q25" in file["report"]["counts"]) is (by_s > 0)
    if by_s:
        assert (code, body["needs_a_look"]) == (codes.FAILED, 1)
        assert "too late" in file["reason"]


def test_a_video_without_sound_still_tells_how_long_it_is(do: Do, sample: Path, tmp_path: Path) -> None:
    assert do("make", str(sample), "--out", str(tmp_path), "--name", "mute", "--format", "srt")[0] == 0
    mute = tmp_path / "mute.mp4"
    line = ["ffmpeg", "-v", "error", "-i", str(MEETING), "-an", "-c", "copy", "-t", "60", str(mute)]
    subprocess.run(line, check=True)
    code, body = do("check", str(tmp_path / "mute.srt"), "--media", str(mute))
    (file,) = body["files"]
    assert file["report"]["figures"]["speech_min"] is None
    assert file["report"]["counts"]["Q24"] > 0
    assert code == codes.FAILED


def test_q27_a_file_that_was_changed_after_its_check_is_told(do: Do, tmp_path: Path) -> None:
    """The captions step leaves its report beside its files; another program then saves one of them."""
    make_captions(MemoryContext(tmp_path), inputs_for(tmp_path, meeting()))
    srt, scc = tmp_path / "16380-1-Council.srt", tmp_path / "16380-1-Council.scc"
    _, body = do("check", str(srt), str(scc))
    assert [file["report"]["counts"].get("Q27", 0) for file in body["files"]] == [0, 0]
    srt.write_bytes(srt.read_bytes().replace(b"evening", b"morning"))
    code, body = do("check", str(srt), str(scc))
    assert code == codes.FAILED
    assert [file["report"]["counts"].get("Q27", 0) for file in body["files"]] == [1, 0]


def test_words_heard_at_one_moment_do_not_displace_their_captions(do: Do, tmp_path: Path) -> None:
    """Captions are compared with words at times that can be, which are those that they were made of."""
    heard = [
        *spoken("Please state your name and address for the record. Every speaker has three minutes."),
        *spoken("Thank you.", start=15.0, each=0.5),
    ]
    heard[1:14] = [replace(word, start=1.3, end=1.3) for word in heard[1:14]]
    words = tmp_path / "words.json"
    words.write_text(
        transcript_to_json(Transcript(language="en", duration=30.0, words=tuple(heard))), "utf-8"
    )
    assert do("make", str(words), "--out", str(tmp_path), "--name", "Council")[0] == codes.DONE
    _, body = do("check", str(tmp_path / "Council.srt"), "--words", str(words))
    assert "Q07" not in body["files"][0]["report"]["counts"]


@pytest.mark.parametrize("report", ["{", "[]", "{}", '{"files": 1}', '{"files": {"Council.srt": 1}}', "\xff"])
def test_a_report_that_is_none_says_nothing(do: Do, tmp_path: Path, report: str) -> None:
    path = tmp_path / "Council.srt"
    path.write_bytes(write_one([Cue(start_s=5, end_s=8, lines=("Roll call.",))], FORMATS["srt"]).data)
    (tmp_path / "check.json").write_text(report, "latin-1")
    code, body = do("check", str(path))
    assert code == codes.DONE
    assert body["files"][0]["report"]["counts"] == {}


def test_a_whole_shelf(do: Do, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shelf = tmp_path / "flex-2"
    shelf.mkdir()
    for name in ("good", "fake", "long", "bare", "broken"):
        shutil.copyfile(MEETING, shelf / f"{name}.mp4")
    (shelf / "broken.mp4").write_bytes(b"not a film at all" * 100)
    cue = Cue(start_s=5, end_s=8, lines=("Roll call.",))
    after = Cue(start_s=5000, end_s=5003, lines=("Good night.",))
    scc = write_one([cue], FORMATS["scc"]).data
    (shelf / "good.scc").write_bytes(scc)
    (shelf / "broken.scc").write_bytes(scc)
    (shelf / "alone.scc").write_bytes(scc)
    (shelf / ".hidden.scc").write_bytes(scc)
    (shelf / "long.vtt").write_bytes(write_one([cue, after], FORMATS["vtt"]).data)
    (shelf / "fake.scc").write_text("Scenarist_SCC V1.0\n\n00:00:01:00\tThe clerk calls the roll.\n")
    before = {path: path.read_bytes() for path in shelf.iterdir()}
    code, body = do("check", str(shelf))
    assert (code, faults(body, CHECKED)) == (codes.FAILED, [])
    found = {Path(file["path"]).name: file for file in body["files"]}
    assert {name: file["state"] for name, file in found.items()} == {
        "good.scc": "valid",
        "broken.scc": "valid",
        "alone.scc": "valid",
        "long.vtt": "of another video",
        "fake.scc": "fake",
    }
    assert {name for name, file in found.items() if file["needs_a_look"]} == {*found} - {"good.scc"}
    assert "no video has its name" in found["alone.scc"]["reason"]
    assert found["good.scc"]["video"] == str(shelf / "good.mp4")
    assert body["without_captions"] == [str(shelf / "bare.mp4")]
    assert {path: path.read_bytes() for path in shelf.iterdir()} == before
    assert cli.main(["captions", "check", str(shelf)]) == codes.FAILED
    said = capsys.readouterr().out
    assert f"no captions       {shelf / 'bare.mp4'}" in said
    assert f"fake              {shelf / 'fake.scc'}: 1 of its 1 lines are not caption codes" in said


def test_a_shelf_is_listened_to_when_that_is_asked_for(do: Do, tmp_path: Path) -> None:
    """A length does not say that captions stop in the middle of the meeting; a voice does."""
    shutil.copyfile(MEETING, tmp_path / "half.mp4")
    (tmp_path / "broken.mp4").write_bytes(b"not a film at all" * 100)
    scc = write_one([Cue(start_s=5, end_s=8, lines=("Roll call.",))], FORMATS["scc"]).data
    for name in ("half", "broken"):
        (tmp_path / f"{name}.scc").write_bytes(scc)
    _, quick = do("check", str(tmp_path))
    assert {Path(file["path"]).stem: file["needs_a_look"] for file in quick["files"]} == {
        "half": False,
        "broken": True,
    }
    code, body = do("check", str(tmp_path), "--listen")
    found = {Path(file["path"]).stem: file for file in body["files"]}
    assert (code, faults(body, CHECKED), body["needs_a_look"]) == (codes.FAILED, [], 2)
    assert "its captions end at 0:08, and speech goes on until 2:0" in found["half"]["reason"]
    assert found["half"]["state"] == "valid"
    assert found["broken"]["needs_a_look"]


def test_broken_files_of_others_are_converted_and_every_liberty_is_told(do: Do, tmp_path: Path) -> None:
    source = tmp_path / "theirs.srt"
    source.write_bytes(
        "7\r00:00:01.5 --> 00:00:04\r<i>Señora</i> Peña Ω\r\r00:00:03,000 --> 00:00:06,000\rAye.\r".encode(
            "cp1252", "replace"
        )
    )
    code, body = do("convert", str(source), str(tmp_path / "ours.dfxp"))
    assert (code, faults(body, CONVERTED)) == (codes.DONE, [])
    assert (body["from"], body["to"], body["cues"]) == ("srt", "ttml", 2)
    for fault in (
        "Windows text",
        "line 2: its number",
        "not written like",
        "styles",
        "before the one before",
    ):
        assert any(fault in told for told in body["faults"]), fault
    code, body = do("check", str(tmp_path / "ours.dfxp"))
    assert body["files"][0]["state"] == "valid"
    code, body = do("convert", str(source), str(tmp_path / "ours.txt"))
    assert (tmp_path / "ours.txt").read_text("utf-8") == "Señora Peña ? Aye.\n"


def test_an_offset_is_taken_off_again(do: Do, tmp_path: Path) -> None:
    cue = Cue(start_s=5, end_s=8, lines=("Roll call.",))
    later = FORMATS["scc"].write([cue], write_options := _options())[0]
    (tmp_path / "a.scc").write_bytes(later.encode())
    assert write_options.base.offset_frames
    assert (
        do("convert", str(tmp_path / "a.scc"), str(tmp_path / "a.srt"), "--first-label", "01:00:00:00")[0]
        == 0
    )
    assert "00:00:05,005 -->" in (tmp_path / "a.srt").read_text("utf-8")
    assert do("convert", str(tmp_path / "a.scc"), str(tmp_path / "b.srt"))[0] == 0
    assert "01:00:05,001 -->" in (tmp_path / "b.srt").read_text("utf-8")


def _options() -> Any:
    from vodstudio.captions.formats import Options

    return Options(base=Timebase(offset_frames=107892))


@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (["make", "nothing.json", "--out", "o"], codes.FAILED, "VS-WORDS-AWAY"),
        (["make", "{words}", "--out", "o", "--profile", "TV"], codes.USAGE, "VS-CAPTION-PROFILE"),
        (["make", "{words}", "--out", "o", "--format", "mcc"], codes.USAGE, "VS-CAPTION-FORMAT"),
        (["make", "{words}", "--out", "o", "--fps", "many"], codes.USAGE, "VS-USAGE"),
        (["make", "{words}", "--out", "o", "--fps", "1"], codes.USAGE, "VS-USAGE"),
        (["make", "{words}", "--out", "o", "--duration", "-1"], codes.USAGE, "VS-USAGE"),
        (["make", "{words}", "--out", "o", "--first-label", "25:00:00:00"], codes.USAGE, "VS-TIMEBASE"),
        (["make", "{words}", "--out", "{words}/x"], codes.FAILED, "VS-FOLDER-NO-ACCESS"),
        (["make", "{words}", "--out", "o", "--name", "../meeting"], codes.USAGE, "VS-USAGE"),
        (["make", "{words}", "--out", "o", "--name", ".."], codes.USAGE, "VS-USAGE"),
        (["make", "{words}"], codes.USAGE, "VS-USAGE"),
        (["check", "nothing.scc"], codes.FAILED, "VS-NO-SUCH-FILE"),
        (["check", "{words}", "--media", "nothing.mp4"], codes.FAILED, "VS-NO-SUCH-FILE"),
        (["check", "{words}", "--html", "x.html"], codes.FAILED, "VS-NO-CAPTIONS"),
        (["check", ".", "--media", "x.mp4"], codes.USAGE, "VS-USAGE"),
        (["convert", "{words}", "x.srt"], codes.FAILED, "VS-NOT-CAPTIONS"),
        (["convert", "{words}", "x.mcc"], codes.USAGE, "VS-CAPTION-FORMAT"),
        (["convert", "{empty}", "x.srt"], codes.FAILED, "VS-NO-CAPTIONS"),
        (["convert", "{words}", "x.srt", "--shift", "soon"], codes.USAGE, "VS-USAGE"),
        (["fly"], codes.USAGE, "VS-USAGE"),
        ([], codes.USAGE, "VS-USAGE"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    do: Do,
    words: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    argv: list[str],
    code: int,
    error: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.vtt").write_text("WEBVTT\n")
    names = {"{words}": str(words), "{empty}": str(tmp_path / "empty.vtt"), "{words}/x": f"{words}/x"}
    got, body = do(*(names.get(word, word) for word in argv))
    assert (got, body["error"]["code"]) == (code, error)
    assert body["error"]["hint"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == [
        "Grant Council.json",
        "empty.vtt",
    ]


def test_more_than_a_day_gives_every_file_but_scc(
    do: Do, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "long.json"
    said = (Word(text=" Good", start=90_000, end=90_000.4), Word(text=" night.", start=90_000.5, end=90_001))
    path.write_text(transcript_to_json(Transcript(language="en", duration=90_010, words=said)), "utf-8")
    code, made = do("make", str(path), "--out", str(tmp_path))
    assert (code, set(made["files"]), set(made["missing"])) == (codes.DONE, set(SET) - {"scc"}, {"scc"})
    assert cli.main(["captions", "make", str(path), "--out", str(tmp_path)]) == codes.DONE
    assert "scc was not made: SCC captions end at 24 hours" in capsys.readouterr().out


def test_live_captions_are_laid_out_again_and_keep_every_word(do: Do, tmp_path: Path) -> None:
    live = tmp_path / "live.vtt"
    live.write_text(
        "WEBVTT\n\n00:01.000 --> 00:04.000\nThe council will now open the public hearing on the storm sewer.\n\n"
        "00:03.900 --> 00:06.500\nAnybody may speak\nfor three\n\n00:06.600 --> 00:07.300\nminutes.\n",
        "utf-8",
    )
    assert do("convert", str(live), str(tmp_path / "as-it-is.srt"))[0] == codes.DONE
    code, body = do("convert", str(live), str(tmp_path / "whole.srt"), "--repair")
    assert code == codes.DONE
    assert not faults(body, CONVERTED)
    laid, as_it_is = ((tmp_path / name).read_text("utf-8") for name in ("whole.srt", "as-it-is.srt"))
    assert max(map(len, laid.splitlines())) <= 32 < max(map(len, as_it_is.splitlines()))
    said = [line for line in laid.splitlines() if line and "-->" not in line and not line.isdigit()]
    assert " ".join(said) == (
        "The council will now open the public hearing on the storm sewer. Anybody may speak for three minutes."
    )
    code, body = do("make", str(live), "--out", str(tmp_path / "made"), "--format", "srt")
    assert (code, body["words"]) == (codes.DONE, 18)
    assert (tmp_path / "made" / "live.srt").read_text("utf-8").count("-->") == laid.count("-->")
    assert do("check", str(tmp_path / "whole.srt"))[1]["files"][0]["report"]["errors"] == 0


def test_how_many_words_are_wrong_is_measured_on_minutes_that_a_person_corrects(
    do: Do, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard, length_s = council_words(5, 400)
    regions = tuple((word.start - 0.2, word.end + 0.2) for word in heard)
    path, sample = tmp_path / "words.json", tmp_path / "sample.txt"
    transcript = Transcript(
        language="en", duration=length_s, words=tuple(heard), regions=regions, model="base.en"
    )
    path.write_text(transcript_to_json(transcript), "utf-8")
    code, body = do("accuracy", str(path), "--sample", str(sample))
    assert (code, body["measured"], body["model"], body["sample"]) == (0, None, "base.en", str(sample))
    assert [minute["end_s"] - minute["start_s"] for minute in body["minutes"]] == [60.0, 60.0, 60.0]
    assert do("accuracy", str(path), str(sample))[1]["measured"]["error_percent"] == 0.0
    text = sample.read_text("utf-8")
    first = text.splitlines()[1].split()
    sample.write_text(
        text.replace(" ".join(first), " ".join(["Zounds", *first[2:], "indeed", "so"]), 1), "utf-8"
    )
    measured = do("accuracy", str(path), str(sample))[1]["measured"]
    assert measured["changed"] + measured["missing"] + measured["invented"] == 4
    assert measured["low_percent"] < measured["error_percent"] < measured["high_percent"]
    assert cli.main(["captions", "accuracy", str(path), str(sample)]) == codes.DONE
    assert measured["sentence"] in capsys.readouterr().out
    assert cli.main(["captions", "accuracy", str(path)]) == codes.DONE
    assert "Listen to these minutes" in capsys.readouterr().out
    code, refused = do("accuracy", str(path), "--sample", str(sample))
    assert (code, refused["error"]["code"]) == (codes.FAILED, "VS-FILE-EXISTS")
    sample.write_text("Good evening.", "utf-8")
    assert do("accuracy", str(path), str(sample))[1]["error"]["code"] == "VS-NO-SAMPLE"


def test_a_recording_in_which_nobody_speaks_has_nothing_to_correct(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "words.json"
    path.write_text(transcript_to_json(Transcript(language="en", duration=60.0)), "utf-8")
    assert cli.main(["captions", "accuracy", str(path)]) == codes.DONE
    assert "Nobody speaks" in capsys.readouterr().out


def test_numbers_are_written_as_told_and_checked_as_they_were_written(do: Do, tmp_path: Path) -> None:
    heard = spoken("The motion passes seven to two. We saw three people and 4 dogs. Thank you all.", each=0.4)
    path = tmp_path / "vote.json"
    told = Transcript(language="en", duration=heard[-1].end + 2, words=tuple(heard))
    path.write_text(transcript_to_json(told), "utf-8")
    out = tmp_path / "out"
    code, _ = do(
        "make",
        str(path),
        "--out",
        str(out),
        "--numbers",
        "words-to-ten",
        "--format",
        "txt",
        "--format",
        "vtt",
    )
    assert code == codes.DONE
    text = " ".join((out / "vote.txt").read_text("utf-8").split())
    assert text == "The motion passes 7 to 2. We saw three people and four dogs. Thank you all."
    vtt = str(out / "vote.vtt")
    code, checked = do("check", vtt, "--words", str(path), "--numbers", "words-to-ten")
    assert (code, checked["files"][0]["state"]) == (codes.DONE, "valid")


def test_a_style_of_numbers_that_nobody_knows_is_named(
    words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["captions", "make", str(words), "--out", "x", "--numbers", "roman"])
    assert code == codes.USAGE
    assert "'words-to-ten'" in capsys.readouterr().err
