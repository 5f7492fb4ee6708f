"""F11: caption files of other programs and of people are read, or refused by line; nothing is lost in silence."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import council_cues
from vodstudio.captions.cue import Cue, check_cues
from vodstudio.captions.formats import FORMATS, Options, read_any, write_one
from vodstudio.captions.reading import clock, decode, quoted, untangled
from vodstudio.captions.scc import read_scc, shown_lines, write_scc
from vodstudio.captions.srt import read_srt
from vodstudio.captions.timecode import NTSC, WHOLE, Timebase, timebase_for
from vodstudio.captions.ttml import parse_ttml, read_ttml
from vodstudio.captions.ttml_time import TtmlClock, clock_of
from vodstudio.captions.vtt import read_vtt
from vodstudio.core.errors import BadMedia, Refused

TEXT = "Señora Peña\nsays aye"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (TEXT.encode(), []),
        (b"\xef\xbb\xbf" + TEXT.encode(), ["line 1: begins with a byte order mark"]),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), ["line 1: is utf-16-le, not UTF-8"]),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), ["line 1: is utf-16-be, not UTF-8"]),
        (b"\xff\xfe\0\0" + TEXT.encode("utf-32-le"), ["line 1: is utf-32-le, not UTF-8"]),
        (TEXT.encode("utf-16-le"), ["line 1: is utf-16-le without a mark, not UTF-8"]),
        (TEXT.encode("utf-16-be"), ["line 1: is utf-16-be without a mark, not UTF-8"]),
        (TEXT.encode("cp1252"), ["line 1: is Windows text, not UTF-8"]),
    ],
)
def test_f11_text_in_any_encoding(content: bytes, told: list[str]) -> None:
    assert decode(content) == (TEXT, told)


def test_f11_bytes_that_are_no_text_are_told_with_their_line() -> None:
    text, told = decode(b"a\r\nb\r\nc\x81\xe9\r\n")
    assert text == "a\r\nb\r\nc\ufffdé\r\n"
    assert told == ["line 3: is Windows text, not UTF-8", "line 3: has bytes that are no text"]
    assert decode(b"ab")[0] == "ab"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_f11_no_file_breaks_a_reader(content: bytes) -> None:
    for form in FORMATS.values():
        if form.read is not None:
            with contextlib.suppress(BadMedia):
                form.read(content, Options())


SRT = "1\n00:00:01,000 --> 00:00:02,000\na\n\n2\n00:00:03,000 --> 00:00:04,000\nb\n"


@pytest.mark.parametrize(
    ("old", "new", "texts", "fault"),
    [
        ("1\n", "by hand\n\n1\n", ["a", "b"], "line 1: “by hand” belongs to no caption; left out"),
        ("a\n", "<i>a</i> {\\b1}\n", ["a", "b"], "line 3: its styles are left out"),
        ("a\n", "<mayor>\n", ["<mayor>", "b"], ""),
        ("a\n", "a\x00\n", ["a", "b"], "line 3: has characters that are no text"),
        ("00:00:03,000 -->", "00:00:03,000 ->", ["a 2 00:00:03,000 -> 00:00:04,000 b"], "line 6: “00:00:03"),
        (
            "00:00:03,000 --> 00:00:04,000",
            "00:03 --> 00:04",
            ["a", "b"],
            "line 6: its times are not written like",
        ),
    ],
)
def test_f11_srt_liberties(old: str, new: str, texts: list[str], fault: str) -> None:
    reading = read_srt(SRT.replace(old, new, 1).encode())
    assert [seen.text for seen in reading.cues] == texts
    assert any(told.startswith(fault) for told in reading.faults) if fault else reading.faults == ()


def test_srt_at_the_top() -> None:
    assert read_srt(SRT.replace("b\n", "{\\an8}b\n").encode()).cues[1].is_top


VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\n00:03.000 --> 00:04.000\nb\n"


@pytest.mark.parametrize(
    ("old", "new", "texts", "fault"),
    [
        ("WEBVTT\n\n", "", ["a", "b"], "line 1: does not begin with WEBVTT"),
        ("WEBVTT\n", "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:0\n", ["a", "b"], ""),
        ("WEBVTT\n\n", "WEBVTT\n", ["a", "b"], "line 2: follows the first line"),
        ("00:02.000", "00:02,0", ["a", "b"], "line 3: its times are not written like"),
        ("a\n", "<v Mayor Chen>a</v>\n", ["Mayor Chen: a", "b"], "line 4: has a tag; its text is kept"),
        ("a\n", "<c.yellow>a <00:01.500>c</c>\n", ["a c", "b"], "line 4: has a tag; its text is kept"),
        ("a\n", "5 > 3 <mayor>\n", ["5 > 3 <mayor>", "b"], "line 4: has a bare angle bracket; kept as text"),
        ("a\n", "x --> y\n", ["x --> y", "b"], "line 4: has an arrow in its text"),
        ("a\n", "Tom & Jerry &copy;\n", ["Tom & Jerry ©", "b"], "line 4: has a bare & in its text"),
        ("a\n", "Tom &amp; &#233; &nope;\n", ["Tom & é &nope;", "b"], "line 4: has &#233;"),
        (
            "a\n",
            "a\n\nlost words\n",
            ["a lost words", "b"],
            "line 6: “lost words” has no time; taken for a part",
        ),
        ("00:01", "lost\n\n00:01", ["a", "b"], "line 3: “lost” is not the time of a cue; left out"),
        ("00:01", "x\ny\n00:01", ["a", "b"], "line 3: “x” belongs to no caption; left out"),
        ("a\n", "", ["b"], "line 3: has no text; the caption “” is left out"),
        ("00:02.000", "00:00.500", ["b"], "line 3: ends before it begins; the caption “a” is left out"),
        ("00:03", "00:00", ["a", "b"], "line 6: begins before an earlier cue"),
    ],
)
def test_f11_vtt_liberties(old: str, new: str, texts: list[str], fault: str) -> None:
    reading = read_vtt(VTT.replace(old, new, 1).encode())
    assert [seen.text for seen in reading.cues] == texts
    assert any(told.startswith(fault) for told in reading.faults) if fault else reading.faults == ()


@pytest.mark.parametrize(
    ("place", "is_top"),
    [("line:10%", True), ("line:90%", False), ("line:0", True), ("line:-1", False), ("align:left", False)],
)
def test_vtt_at_the_top(place: str, is_top: bool) -> None:
    assert read_vtt(VTT.replace("00:02.000", f"00:02.000 {place}").encode()).cues[0].is_top is is_top


def test_what_is_no_vtt_is_refused() -> None:
    with pytest.raises(BadMedia, match="line 1 does not begin with WEBVTT"):
        read_vtt(b"minutes of the meeting")
    assert read_vtt(b"").faults == ("line 1: does not begin with WEBVTT",)


def ttml(body: str, head: str = "", root: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<tt xmlns="http://www.w3.org/ns/ttml" '
        'xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" '
        f'xml:lang="en" {root}>\n<head>{head}</head>\n<body><div>{body}</div></body></tt>'
    ).encode()


@pytest.mark.parametrize(
    ("body", "times", "texts"),
    [
        ('<p begin="1s" end="2.5s">a <span>b</span><br/>c</p>', [(1, 2.5)], [("a b", "c")]),
        ('<p begin="00:00:01.5" dur="500ms">a</p>', [(1.5, 2)], [("a",)]),
        ('<p begin="0.5m" end="0.01h">a</p>', [(30, 36)], [("a",)]),
        ('<p begin="30f" end="60f">a\n   b</p>', [(1, 2)], [("a b",)]),
        ('<p begin="00:00:01:15" end="00:00:03:00">a</p>', [(1.5, 3)], [("a",)]),
        (
            '<p><span begin="1s" end="2s">a</span> <span begin="3s" end="4s">b</span></p>',
            [(1, 2), (3, 4)],
            [("a",), ("b",)],
        ),
        ('<p begin="10s" end="20s"><span begin="1s" end="2s">a</span></p>', [(11, 12)], [("a",)]),
        ('<p begin="10s" end="20s"><span begin="0s" end="10s">a</span> b</p>', [(10, 20)], [("a b",)]),
        ('<p begin="1s" end="9s"><metadata>x</metadata>a</p>', [(1, 9)], [("a",)]),
    ],
)
def test_ttml_as_other_programs_write_it(
    body: str, times: list[tuple[float, float]], texts: list[tuple[str, ...]]
) -> None:
    reading = read_ttml(ttml(body))
    assert reading.faults == ()
    assert reading.language == "en"
    assert [(seen.start_s, seen.end_s) for seen in reading.cues] == times
    assert [seen.lines for seen in reading.cues] == texts


@pytest.mark.parametrize(
    ("body", "fault", "left"),
    [
        ('<p begin="soon" end="2s">a</p>', "line 4: begin “soon” is not a time", 1),
        ('<p begin="1s">a</p>', "line 4: “a” has no end; left out", 0),
        ('<p begin="2s" end="1s">a</p>', "line 4: “a” ends before it begins; left out", 0),
        ('<p begin="1s" end="2s">\n</p>', "line 4: has no text; left out", 0),
        ('lost<p begin="1s" end="2s">a</p>', "line 4: “lost” belongs to no caption; left out", 1),
        ('<p begin="1s" end="2s"><image/>a</p>', "line 4: is a picture", 1),
        (
            '<p timeContainer="seq" begin="1s" end="2s">a</p>',
            "line 4: counts its times one after the other",
            1,
        ),
        (
            '<p begin="5s" end="6s">b</p><p begin="1s" end="2s">a</p>',
            "line 1: its captions are not in the order",
            2,
        ),
    ],
)
def test_f11_ttml_faults_are_told_by_line(body: str, fault: str, left: int) -> None:
    reading = read_ttml(ttml(body))
    assert any(told.startswith(fault) for told in reading.faults), reading.faults
    assert len(reading.cues) == left
    with pytest.raises(BadMedia, match="TTML file is not right: line"):
        parse_ttml(ttml(body).decode())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "line 1 is not XML"),
        (ttml("<p>"), "line 4 is not XML"),
        (b"<html/>", "line 1 begins a document of another kind"),
        (b"<tt/>", "line 1 begins a document of another kind"),
        (b'<!DOCTYPE tt [<!ENTITY a "b">]><tt/>', "line 1 has a document type"),
    ],
)
def test_f11_what_is_no_ttml_is_refused_by_line(content: bytes, why: str) -> None:
    with pytest.raises(BadMedia, match=why):
        read_ttml(content)


def test_ttml_regions_say_what_is_at_the_top() -> None:
    region = '<layout><region xml:id="{0}" tts:origin="10% {1}" tts:displayAlign="{2}"/></layout>'
    for origin, align, is_top in (
        ("10%", "before", True),
        ("60%", "before", False),
        ("10%", "after", False),
        ("x%", "before", False),
    ):
        body = '<p region="r" begin="1s" end="2s">a</p>'
        assert read_ttml(ttml(body, region.format("r", origin, align))).cues[0].is_top is is_top
    latin = ttml("<p begin='1s' end='2s'>é</p>").replace(b"UTF-8", b"ISO-8859-1").decode().encode("latin-1")
    assert read_ttml(latin).cues[0].text == "é"


@pytest.mark.parametrize(
    ("told", "text", "seconds"),
    [
        ({"frameRate": "25"}, "00:00:01:05", 1.2),
        ({"frameRate": "30", "frameRateMultiplier": "1000 1001"}, "30f", 1.001),
        ({"frameRate": "30", "frameRateMultiplier": "1000:1001"}, "30f", 1.001),
        ({"frameRate": "30", "frameRateMultiplier": "x"}, "30f", 1.0),
        ({"frameRate": "0"}, "30f", 1.0),
        ({"tickRate": "10000000"}, "15000000t", 1.5),
        ({"frameRate": "25"}, "25t", 1.0),
        ({}, "3t", 3.0),
        ({"timeBase": "smpte", "dropMode": "dropNTSC"}, "00:10:00:00", 599.9994),
        ({"timeBase": "smpte", "dropMode": "dropNTSC"}, "00:01:00", None),
        ({"timeBase": "smpte", "dropMode": "dropNTSC"}, "00:02:00", None),
        ({}, "00:61:00.0", None),
        ({}, "1:2", None),
    ],
)
def test_ttml_clocks(told: dict[str, str], text: str, seconds: float | None) -> None:
    clock_told = clock_of(
        {f"http://www.w3.org/ns/ttml#parameter {key}": value for key, value in told.items()}
    )
    found = clock_told.seconds_of(text)
    assert found == (None if seconds is None else pytest.approx(seconds, abs=1e-4))
    assert TtmlClock().seconds_of("90s") == 90


@pytest.mark.parametrize(
    ("fps", "counting", "rate"),
    [
        (NTSC, "df", NTSC),
        (Fraction(25), "df", NTSC),
        (NTSC, "ndf", NTSC),
        (Fraction(24000, 1001), "ndf", NTSC),
        (Fraction(30), "ndf", WHOLE),
        (Fraction(25), "ndf", WHOLE),
    ],
)
def test_how_scc_counts_the_frames_of_a_video(fps: Fraction, counting: str, rate: Fraction) -> None:
    base = timebase_for(fps, counting=counting, first_label="01:00:00;00")
    assert (base.rate, base.drop_frame) == (rate, counting == "df")
    cues = (Cue(start_s=3600, end_s=3603, lines=("An hour in.",)),)
    text = write_scc(cues, base).text
    (read,) = read_scc(text, base).cues
    assert read.start_s == pytest.approx(3600, abs=0.02)
    label = {"df": "02:00:00;00", "ndf": "02:00:00:00" if rate == WHOLE else "01:59:56:12"}[counting]
    erased = text.splitlines()[4]
    assert erased.startswith(
        {"df": "02:00:03;00", "ndf": "02:00:03:00" if rate == WHOLE else "01:59:59:12"}[counting]
    ), label


@pytest.mark.parametrize(
    ("counting", "label"), [("pal", "00:00:00:00"), ("df", "24:00:00:00"), ("df", "noon"), ("ndf", "")]
)
def test_time_labels_that_cannot_be(counting: str, label: str) -> None:
    with pytest.raises(Refused):
        timebase_for(NTSC, counting=counting, first_label=label)


def test_the_labels_of_a_file_decide_whatever_the_station_writes() -> None:
    cues = council_cues(9, 10)
    for written, read in ((Timebase(), Timebase(drop_frame=False)), (Timebase(drop_frame=False), Timebase())):
        found = read_scc(write_scc(cues, written).text, read)
        assert [seen.lines for seen in found.cues] == [shown_lines(meant) for meant in cues]
        assert found.cues[-1].start_s == pytest.approx(cues[-1].start_s, abs=0.25)
    early = read_scc(write_scc(cues).text, Timebase(offset_frames=107892))
    assert early.cues == ()
    assert any("come before 01:00:00;00" in told for told in early.faults)


def test_scc_faults_are_told_by_line() -> None:
    text = write_scc(council_cues(9, 3)).text.replace("9420 9420", "9420", 1)
    assert read_scc(text).faults == ("line 3: 1 control code not sent twice",)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), max_size=12))
def test_f03_tangled_cues_are_put_in_order_and_no_text_is_lost(times: list[tuple[int, int]]) -> None:
    cues = [
        Cue(start_s=start, end_s=start + length, lines=(str(n),)) for n, (start, length) in enumerate(times)
    ]
    ordered, told = untangled(cues)
    check_cues(ordered)
    assert sorted(line for cue in ordered for line in cue.lines) == sorted(
        line for cue in cues for line in cue.lines
    )
    assert untangled(ordered) == (ordered, ())
    assert bool(told) == any(
        a.start_s < b.end_s and b.start_s < a.end_s for a in cues for b in cues if a is not b
    )


def test_words_for_people() -> None:
    assert clock(3723.4567) == "1:02:03.457"
    assert quoted("a  b " * 30) == f"“{('a b ' * 10).strip()} …”"
    assert read_any(write_one(council_cues(9, 2), FORMATS["vtt"]).data)[0].title == "WebVTT"
