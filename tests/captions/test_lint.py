"""The second opinion on each format: silent on what is right, and it names the line of every breach."""

# ruff: noqa: RUF001 - typographic signs are what these captions are for.

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.captions.council import council_cues
from tests.captions.test_scc import line21_cues
from tests.captions.test_scc_proof import HURRIED
from tests.captions.test_text_files import any_cues
from vodstudio.captions.cue import Cue, Finding, Level
from vodstudio.captions.formats import FORMATS, write_one
from vodstudio.captions.lint import LINTS
from vodstudio.captions.scc import write_scc
from vodstudio.captions.timecode import Timebase

MEETING = council_cues(31, 80)
ONE = (Cue(start_s=65, end_s=68, lines=("Señora Peña’s ½ “♪♪”",)),)
SCC = write_scc(ONE).text.replace("\r\n", "\n")
ENTRY, ERASURE = (line for line in SCC.split("\n")[2:] if line)
LABEL, _, WORDS = ENTRY.partition("\t")


@pytest.mark.parametrize("name", LINTS)
@pytest.mark.parametrize("cues", [MEETING, HURRIED, ()], ids=["meeting", "hurried", "none"])
def test_what_we_write_has_no_breach(name: str, cues: tuple[Cue, ...]) -> None:
    assert LINTS[name](write_one(cues, FORMATS[name]).data.decode()) == ()


@settings(max_examples=60, deadline=None)
@given(any_cues())
def test_no_text_makes_a_breach(cues: list[Cue]) -> None:
    for name in ("srt", "vtt", "ttml"):
        assert LINTS[name](write_one(cues, FORMATS[name]).data.decode()) == (), name


@settings(max_examples=60, deadline=None)
@given(line21_cues())
def test_no_sign_of_line_21_makes_a_breach(cues: list[Cue]) -> None:
    for base in (Timebase(), Timebase(drop_frame=False, offset_frames=108000)):
        assert LINTS["scc"](write_scc(cues, base).text) == ()


def errors(found: tuple[Finding, ...]) -> list[str]:
    return [finding.text for finding in found]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("V1.0", "V1.1", "line 1: the first line"),
        ("V1.0\n\n", "V1.0\n", "line 2: the first line is not followed"),
        ("\n\n" + ERASURE, "\n" + ERASURE, "line 4: there is no empty line"),
        ("\t", " ", "line 3: the time is not followed by a tab"),
        (LABEL, "hello", "line 3: it does not begin with a time"),
        (LABEL, LABEL.replace(";", "."), "line 3: its time has a point"),
        (LABEL, "00:01:00;01", "line 3: the time 00:01:00;01 does not exist"),
        (LABEL, "00:61:00;02", "does not exist"),
        (LABEL, LABEL.replace(";", ":"), "line 5: times with and without dropped"),
        (LABEL, "00:01:08;01", "line 5: it begins before the line before it is sent"),
        (WORDS, WORDS.upper(), "line 3: it has something that is not four small"),
        ("9420 9420", "1420 9420", "line 3: 1420 has even parity"),
        ("9420 9420", "9420", "line 3: the control code 1420 is sent 1 times"),
        ("9420 9420", "9420 9420 9420", "1420 is sent 3 times"),
        ("9420 9420 ", "", "line 3: text is sent before a caption is begun"),
        (" 942f 942f", "", "line 6: the last caption is loaded and never shown"),
        (" 942f 942f", " 94ae 94ae", "line 3: a caption is loaded and never shown"),
        ("\t" + WORDS, "\t9420 9420 942f 942f", "a caption is shown that was never loaded"),
        ("942f 942f", "942f 942f 92b3 92b3", "an extended sign has no letter before it"),
        ("942f 942f", "0180 942f 942f", "0100 is neither text nor a code"),
        (ERASURE, "", "line 6: the last caption is never erased"),
        ("942f 942f", "942c 942c 942f 942f", "line 3: the screen is erased while nothing is shown"),
        ("V1.0\n\n", "V1.0\n\n\N{SNOWMAN}\n\n", "signs that are not ASCII"),
    ],
)
def test_q19_each_breach_of_scc_is_found(old: str, new: str, fault: str) -> None:
    assert LINTS["scc"](SCC) == ()
    assert old in SCC
    found = errors(LINTS["scc"](SCC.replace(old, new, 1)))
    assert any(fault in text for text in found), found


def test_where_in_the_video_a_breach_is() -> None:
    (found,) = LINTS["scc"](SCC.replace("9420 9420", "1420 9420"))
    assert 63 < found.at_s < 65
    assert found.level is Level.ERROR


VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nname\n00:03.000 --> 00:04.000 line:10%\n<i>b</i> &amp; c\n"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("WEBVTT", "WEBVT", "line 1: "),
        ("VTT\n\n0", "VTT\n0", "line 2: no empty line"),
        ("00:02.000", "00:02,000", "line 3: here should be the times"),
        ("00:02.000", "00:61.000", "line 3: here should be the times"),
        ("00:02.000", "00:01.000", "line 3: the caption ends before it begins"),
        ("00:03.000", "00:00.500", "line 7: the caption begins before an earlier one"),
        ("a\n", "", "line 3: the caption has no text"),
        ("a\n", "a --> b\n", "line 4: the text has an arrow"),
        ("<i>", "<mayor>", "line 8: the text has a <"),
        ("&amp;", "&", "line 8: the text has an &"),
        ("a\n", "a\n\nlost\n", "line 7: here should be the times"),
        ("00:01", "name\n00:01", "line 7: the name"),
    ],
)
def test_q20_each_breach_of_vtt_is_found(old: str, new: str, fault: str) -> None:
    assert LINTS["vtt"](VTT) == ()
    found = errors(LINTS["vtt"](VTT.replace(old, new, 1)))
    assert any(fault in text for text in found), found


def test_q20_notes_and_headers_are_no_breach() -> None:
    assert LINTS["vtt"]("\ufeffWEBVTT - x\nX-TIMESTAMP-MAP=LOCAL:0\n\nNOTE a\nb\n\nSTYLE\n::cue {}\n") == ()


SRT = "1\n00:00:01,000 --> 00:00:02,000\na\n\n2\n00:00:03,000 --> 00:00:04,000\nb\n"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("1\n", "\ufeff1\n", "line 1: the file begins with a byte order mark"),
        ("b\n", "b", "line 7: the last line has no end"),
        ("2\n00", "3\n00", "line 5: here should be the number 2"),
        ("2\n00", "00", "line 5: here should be the number 2"),
        ("01,000", "01.000", "line 2: here should be times"),
        ("02,000", "01,000", "line 2: the caption ends before it begins"),
        ("03,000", "00,500", "line 6: the caption begins before an earlier one"),
        ("03,000", "01,500", "line 6: the caption begins before the one before it has ended"),
        ("a\n", "", "line 2: the caption has no text"),
        ("a\n", "00:00:01,000 --> 00:00:02,000\n", "line 3: the text looks like the times"),
        ("a\n", "a\n\nlost\n", "line 5: here should be the number 2"),
    ],
)
def test_q21_each_breach_of_srt_is_found(old: str, new: str, fault: str) -> None:
    assert LINTS["srt"](SRT) == ()
    found = errors(LINTS["srt"](SRT.replace(old, new, 1)))
    assert any(fault in text for text in found), found


TTML = write_one(ONE, FORMATS["ttml"]).data.decode()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<tt ", "<!DOCTYPE tt><tt ", "a document type of its own"),
        ("</p>", "", "is not well-formed"),
        ('xmlns="http://www.w3.org/ns/ttml"', 'xmlns="http://www.w3.org/1999/xhtml"', "not TTML"),
        ('xml:lang="en"', 'xml:lang=""', "does not say its language"),
        ('timeBase="media"', 'timeBase="smpte"', "does not count media time"),
        ('region="bottom"', 'region="left"', "a region that does not exist"),
        ('begin="00:01:05.000"', 'begin="65s"', "has no times like"),
        ('begin="00:01:05.000"', 'begin="00:01:09.000"', "ends before it begins"),
        (
            "<p region",
            '<p region="top" begin="00:02:00.000" end="00:02:01.000">x</p><p region',
            "before an earlier",
        ),
        ("Señora Peña’s ½ “♪♪”", " ", "has no text"),
        ("Señora", "<image/>Señora", "has pictures"),
    ],
)
def test_q22_each_breach_of_ttml_is_found(old: str, new: str, fault: str) -> None:
    assert LINTS["ttml"](TTML) == ()
    assert old in TTML
    found = errors(LINTS["ttml"](TTML.replace(old, new, 1)))
    assert any(fault in text for text in found), found
