"""SRT and VTT: written, read back, and read as other people wrote them."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
import ttconv.srt.writer
import ttconv.vtt.reader
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import council_cues
from vodstudio.captions.cue import Cue, check_cues, clean_line, grapheme_count, graphemes
from vodstudio.captions.srt import parse_srt, read_srt, write_srt
from vodstudio.captions.vtt import parse_vtt, write_vtt
from vodstudio.core.errors import BadMedia, NeedsUser

LINE = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).map(clean_line).filter(bool)


def cue(start_s: float, end_s: float, *lines: str) -> Cue:
    return Cue(start_s=start_s, end_s=end_s, lines=lines or ("Roll call.",))


@st.composite
def any_cues(draw: st.DrawFn) -> list[Cue]:
    cues: list[Cue] = []
    at_ms = draw(st.sampled_from((0, 59_999, 36_000_000, 400_000_000)))
    for _ in range(draw(st.integers(0, 6))):
        at_ms += draw(st.integers(0, 5000))
        end_ms = at_ms + draw(st.integers(1, 8000))
        lines = tuple(draw(st.lists(LINE, min_size=1, max_size=3)))
        cues.append(Cue(start_s=at_ms / 1000, end_s=end_ms / 1000, lines=lines))
        at_ms = end_ms
    return cues


@settings(max_examples=150, deadline=None)
@given(any_cues())
def test_both_read_back_to_the_same_cues(cues: list[Cue]) -> None:
    assert list(parse_vtt(write_vtt(cues))) == cues
    assert list(parse_srt(write_srt(cues))) == cues


def test_f04_arrows_and_brackets_survive() -> None:
    cues = [cue(1, 2, "a --> b & <mayor>"), cue(3, 4, "12", "x --> y"), cue(5, 6, "&amp; &lt;", "5 > 3")]
    assert list(parse_vtt(write_vtt(cues))) == cues
    assert "-->" not in write_vtt([cue(1, 2, "-->")]).split("\n")[3]
    read = parse_srt(write_srt(cues))
    assert [seen.text for seen in read] == [meant.text for meant in cues]
    assert read[1].lines == ("12 x --> y",)
    (looks_like_time,) = parse_srt(write_srt([cue(1, 2, "00:00:01,000 --> 00:00:02,000", "b")]))
    assert looks_like_time.lines == ("00:00:01,000 -> 00:00:02,000", "b")


def test_f04_other_readers_see_the_same_text(tmp_path: Path) -> None:
    cues = [cue(1, 2, "Tom & Jerry"), cue(3, 4, "5 > 3", "“naïve” ½ ♪"), cue(5, 6, "x -- y")]
    model = ttconv.vtt.reader.to_model(io.StringIO(write_vtt(cues)))
    assert model is not None
    assert [seen.text for seen in read_srt(ttconv.srt.writer.from_model(model).encode()).cues] == [
        meant.text for meant in cues
    ]
    for name, text in (("a.vtt", write_vtt(cues)), ("a.srt", write_srt(cues))):
        path = tmp_path / name
        path.write_bytes(text.encode())
        command = ["ffmpeg", "-nostdin", "-v", "error", "-i", f"file:{path}", "-f", "srt", "-"]
        shown = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        assert [(seen.start_s, seen.text) for seen in read_srt(shown).cues] == [
            (meant.start_s, meant.text) for meant in cues
        ]


def test_f05_times_beyond_ten_hours_and_a_hundred() -> None:
    cues = [cue(36000.5, 36001.25), cue(400000.001, 400001)]
    assert "10:00:00.500 --> 10:00:01.250" in write_vtt(cues)
    assert "111:06:40,001 --> 111:06:41,000" in write_srt(cues)
    assert list(parse_vtt(write_vtt(cues))) == list(parse_srt(write_srt(cues))) == cues


def test_the_forms() -> None:
    cues = [cue(1, 2.5, "One"), Cue(start_s=3, end_s=4, lines=("Two", "lines"), is_top=True)]
    assert write_srt(cues) == (
        "1\r\n00:00:01,000 --> 00:00:02,500\r\nOne\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nTwo\r\nlines\r\n"
    )
    assert write_vtt(cues) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nOne\n\n00:00:03.000 --> 00:00:04.000 line:10%\nTwo\nlines\n"
    )
    assert parse_vtt(write_vtt(cues))[1].is_top
    assert write_srt([]) == ""
    assert parse_srt("") == ()
    assert parse_vtt(write_vtt([])) == ()


@pytest.mark.parametrize(
    "cues",
    [
        [cue(2, 1)],
        [cue(1, 1)],
        [cue(1, 1.0001)],
        [cue(1, 3), cue(2, 4)],
        [cue(3, 4), cue(1, 2)],
        [cue(float("nan"), 2)],
        [cue(1, float("inf"))],
        [cue(-1, 2)],
        [Cue(start_s=1, end_s=2, lines=())],
        [cue(1, 2, "")],
        [cue(1, 2, "a", "")],
        [cue(1, 2, "two\nlines")],
        [cue(1, 2, " spaced")],
        [cue(1, 2, "e\u0301")],
    ],
)
def test_f03_what_cannot_be_said_truly_is_refused(cues: list[Cue]) -> None:
    with pytest.raises(NeedsUser, match=r"Caption \d cannot be written"):
        check_cues(cues)
    for write in (write_srt, write_vtt):
        with pytest.raises(NeedsUser):
            write(cues)


def test_lines_are_cleaned() -> None:
    assert clean_line("  a\t b \u2028c\x00d ") == "a b c d"
    assert clean_line("e\u0301\u200b\u00ad") == "é"
    assert clean_line("a\ud800") == "a\ufffd"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("abc", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("👍🏽", 1),
        ("👨\u200d👩\u200d👧", 1),
        ("🇺🇸🇨🇦", 2),
        ("漢字", 2),
        ("", 0),
    ],
)
def test_characters_as_readers_count_them(text: str, count: int) -> None:
    assert grapheme_count(text) == count
    assert "".join(graphemes(text)) == text


HEAD = "WEBVTT\n\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("WEBVTTX\n", 1),
        ("WEBVTT\n00:01.000 --> 00:02.000\na\n", 2),
        (HEAD + "00:01,000 --> 00:02,000\na\n", 3),
        (HEAD + "00:02.000 --> 00:01.000\na\n", 3),
        (HEAD + "00:01.000 --> 00:01.000\na\n", 3),
        (HEAD + "75:01.000 --> 75:02.000\na\n", 3),
        (HEAD + "00:05.000 --> 00:06.000\na\n\n00:01.000 --> 00:02.000\nb\n", 6),
        (HEAD + "00:01.000 --> 00:02.000\n\na\n", 3),
        (HEAD + "00:01.000 --> 00:02.000\na --> b\n", 4),
        (HEAD + "00:01.000 --> 00:02.000\nok\n<mayor>\n", 5),
        (HEAD + "00:01.000 --> 00:02.000\nTom & Jerry\n", 4),
        (HEAD + "00:01.000 --> 00:02.000\n&copy;\n", 4),
        (HEAD + "00:01.000 --> 00:02.000\n&amp\n", 4),
        (HEAD + "name\n", 3),
        (HEAD + "name\nx\n", 3),
    ],
)
def test_vtt_that_breaks_the_standard_is_refused_by_line(text: str, line: int) -> None:
    with pytest.raises(BadMedia, match=f"line {line} "):
        parse_vtt(text)


def test_vtt_of_others_is_read() -> None:
    text = "\ufeffWEBVTT - council\r\n\r\nNOTE by\r\nhand\r\n\r\nSTYLE\r\n::cue{}\r\n\r\nintro\r\n00:01.000 --> 00:02.000 align:left\r\n"
    text += "Tom&nbsp;&amp; Jerry\r\n\r\n\r\n01:00:00.000 --> 01:00:01.000\r\nb"
    assert [seen.text for seen in parse_vtt(text)] == ["Tom & Jerry", "b"]


BODY = "1\n00:00:01,000 --> 00:00:02,000\nCafé\n\n2\n00:00:03,000 --> 00:00:04,000\nb\n"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (BODY.encode(), ""),
        (BODY.replace("\n", "\r\n").encode(), ""),
        (BODY.replace("\n", "\r").encode(), ""),
        (b"\xef\xbb\xbf" + BODY.encode(), "byte order mark"),
        (b"\xff\xfe" + BODY.encode("utf-16-le"), "is utf-16-le"),
        (b"\xfe\xff" + BODY.encode("utf-16-be"), "is utf-16-be"),
        (BODY.encode("cp1252"), "Windows text"),
        (BODY.replace(",000", ".0").encode(), "not written like"),
        (BODY.replace("1\n00", "00", 1).encode(), "number is “”"),
        (BODY.replace("2\n00:00:03", "00:00:03").encode(), "should be 2"),
        (BODY.replace("2\n00:00:03", "7\n00:00:03").encode(), "should be 2"),
        (BODY.replace("Café", "Ca\n\nfé").encode(), "empty line"),
        (BODY.replace("00:00:03", "00:00:01").encode(), "before the one before"),
    ],
)
def test_f11_srt_as_people_bring_it_is_read_and_told(content: bytes, fault: str) -> None:
    reading = read_srt(content)
    assert [seen.text.replace(" ", "") for seen in reading.cues] == ["Café", "b"]
    if fault:
        assert any(fault in found for found in reading.faults), reading.faults
    else:
        assert reading.faults == ()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [("Café\n", "", "has no text"), ("00:00:02,000", "00:00:00,500", "ends before it begins")],
)
def test_f11_a_caption_that_cannot_be_is_left_out_and_told(old: str, new: str, fault: str) -> None:
    reading = read_srt(BODY.replace(old, new, 1).encode())
    assert [seen.text for seen in reading.cues] == ["b"]
    assert any(fault in found for found in reading.faults)
    with pytest.raises(BadMedia, match="SRT file is not right"):
        parse_srt(BODY.replace(old, new, 1))


def test_srt_without_times_is_refused() -> None:
    with pytest.raises(BadMedia, match="no line with times"):
        read_srt(b"The minutes of Monday are approved.")


def test_a_whole_meeting_in_both() -> None:
    cues = council_cues(4, 50)
    assert parse_vtt(write_vtt(cues)) == parse_srt(write_srt(cues))
