"""The table of formats: every file says the same, readers that are not ours agree, and any of them is read."""

from __future__ import annotations

import io
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import ttconv.imsc.reader
import ttconv.scc.reader
import ttconv.srt.reader
import ttconv.srt.writer
import ttconv.vtt.reader
from hypothesis import given, settings

from tests.captions.council import council_cues, same_signs
from tests.captions.test_text_files import any_cues
from vodstudio.captions.cue import Cue
from vodstudio.captions.formats import (
    FORMATS,
    SET,
    Format,
    Options,
    format_named,
    read_any,
    sniff,
    write_one,
    write_set,
)
from vodstudio.captions.scc import shown_lines
from vodstudio.captions.srt import read_srt
from vodstudio.captions.timecode import RATE, frames_in_a_day, seconds_at
from vodstudio.core.errors import BadMedia, NeedsUser, NotFound

MEETING = council_cues(21, 120)


def cue(start_s: float, end_s: float, *lines: str, is_top: bool = False) -> Cue:
    return Cue(start_s=start_s, end_s=end_s, lines=lines or ("Roll call.",), is_top=is_top)


def by_ttconv(name: str, data: bytes) -> tuple[Cue, ...]:
    """The file as ttconv understands it, told as SRT."""
    text = data.decode()
    model = {
        "srt": lambda: ttconv.srt.reader.to_model(io.StringIO(text.replace("\r\n", "\n"))),
        "vtt": lambda: ttconv.vtt.reader.to_model(io.StringIO(text)),
        "scc": lambda: ttconv.scc.reader.to_model(text),
        "ttml": lambda: ttconv.imsc.reader.to_model(ET.ElementTree(ET.fromstring(text))),
    }[name]()
    return read_srt(ttconv.srt.writer.from_model(model).encode()).cues


def plain(cue: Cue) -> str:
    return same_signs(cue.text.replace(r"\h", " "))


def test_q23_every_file_says_the_same_to_a_reader_that_is_not_ours() -> None:
    made = write_set(MEETING)
    assert tuple(made.files) == SET
    assert made.missing == {}
    for name in ("srt", "vtt", "ttml"):
        read = by_ttconv(name, made.files[name].data)
        assert [plain(seen) for seen in read] == [plain(meant) for meant in MEETING], name
        for seen, meant in zip(read, MEETING, strict=True):
            assert abs(seen.start_s - meant.start_s) < 0.0011
            assert abs(seen.end_s - meant.end_s) < 0.0011
    scc = made.files["scc"]
    shown = by_ttconv("scc", scc.data)
    assert [plain(seen) for seen in shown] == [same_signs(" ".join(shown_lines(meant))) for meant in MEETING]
    for meant, seen, late in zip(MEETING, shown, scc.late_frames, strict=True):
        assert abs((seen.start_s - meant.start_s) * RATE - late) < 1
    assert made.files["txt"].data.decode().split() == [
        word for meant in MEETING for word in meant.text.split()
    ]


def test_q22_xmllint_finds_our_ttml_well_formed(tmp_path: Path) -> None:
    path = tmp_path / "meeting.ttml"
    path.write_bytes(
        write_one([*MEETING, cue(9000, 9001, 'a <b> & "c" ]]>', is_top=True)], FORMATS["ttml"]).data
    )
    checked = subprocess.run(
        ["xmllint", "--noout", "--nonet", str(path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (checked.returncode, checked.stderr) == (0, "")


@settings(max_examples=100, deadline=None)
@given(any_cues())
def test_whatever_is_said_is_read_back(cues: list[Cue]) -> None:
    for name in ("srt", "vtt", "ttml"):
        form = FORMATS[name]
        file = write_one(cues, form)
        assert form.parse is not None
        assert [seen.lines for seen in form.parse(file.data.decode(), Options())] == [
            form.shown_lines(meant) for meant in cues
        ]


def test_top_captions_stand_at_the_top_in_every_format_that_has_a_place() -> None:
    cues = (cue(1, 3, "Below."), cue(4, 6, "Above.", is_top=True))
    for name in ("vtt", "scc", "ttml"):
        form = FORMATS[name]
        assert form.read is not None
        assert [seen.is_top for seen in form.read(write_one(cues, form).data, Options()).cues] == [
            False,
            True,
        ]
    read = by_ttconv("ttml", write_one(cues, FORMATS["ttml"]).data)
    assert [seen.text for seen in read] == ["Below.", "Above."]


def test_f05_what_goes_on_after_a_day_is_missing_from_scc_alone() -> None:
    end_s = seconds_at(frames_in_a_day(drop_frame=True))
    made = write_set([cue(end_s - 3, end_s + 1)])
    assert (set(made.files), set(made.missing)) == ({"srt", "vtt", "ttml", "txt"}, {"scc"})
    assert "24 hours" in made.missing["scc"].title
    with pytest.raises(NeedsUser, match="Caption 2"):
        write_set([cue(1, 3), cue(2, 4)])


def test_wide_cues_have_their_own_lines_in_scc_and_the_check_comes_between() -> None:
    wide, narrow = (cue(5, 9, "x" * 40),), (cue(5, 9, "x" * 20, "x" * 20),)
    checks: list[int] = []
    made = write_set(wide, line21=narrow, check=lambda: checks.append(1))
    assert made.files["scc"].cues == narrow
    assert made.files["vtt"].cues == wide
    assert len(checks) == len(SET)
    assert made.findings == ()
    assert [found.rule for found in write_set(wide).findings] == ["Q01"]


def test_no_cues_give_files_without_captions() -> None:
    for form in FORMATS.values():
        file = write_one((), form)
        if form.read is not None:
            assert form.read(file.data, Options()).cues == ()


def test_a_file_that_reads_back_differently_is_never_made() -> None:
    liar = Format(
        name="srt",
        title="SubRip",
        ending="srt",
        write=lambda cues, _: FORMATS["srt"].write(cues[1:], Options()),
        parse=FORMATS["srt"].parse,
    )
    with pytest.raises(AssertionError, match="SubRip file reads back differently"):
        write_one([cue(1, 2), cue(3, 4)], liar)
    for by_s in (0.002, 0.0):
        late = Format(
            name="srt",
            title="SubRip",
            ending="srt",
            write=lambda cues, _, by_s=by_s: FORMATS["srt"].write(  # type: ignore[misc]
                [cue(each.start_s + by_s, each.end_s, *each.lines) for each in cues], Options()
            ),
            parse=FORMATS["srt"].parse,
        )
        if by_s:
            with pytest.raises(AssertionError):
                write_one([cue(1, 2)], late)
        else:
            assert write_one([cue(1, 2)], late).data


def test_prose_has_paragraphs_at_pauses_and_speakers() -> None:
    cues = [
        cue(0, 2, "Good evening."),
        cue(2.1, 4, "Please rise", "for the pledge."),
        cue(7, 9, ">> Mayor Chen: Thank you."),
        cue(9.1, 10, "The motion"),
        cue(13, 14, "carries."),
        cue(16.5, 17, "Next."),
        cue(3725, 3727, "Good night"),
    ]
    assert write_one(cues, FORMATS["txt"]).data.decode() == (
        "Good evening. Please rise for the pledge.\n\n>> Mayor Chen: Thank you. The motion carries.\n\nNext.\n\n"
        "Good night\n"
    )
    assert write_one(cues, FORMATS["transcript"]).data.decode().endswith("\n\n[1:02:05] Good night\n")
    long = [cue(2 * n, 2 * n + 1.9, "one two three four.") for n in range(60)]
    assert write_one(long, FORMATS["txt"]).data.decode().count("\n\n") == 1


def test_words_without_full_stops_are_paragraphs_too() -> None:
    """Live captions often have none; a meeting as one paragraph is no prose, and took hours to find out."""
    bare = [cue(2 * n, 2 * n + 1.9, "one two three four five") for n in range(9000)]
    prose = write_one(bare, FORMATS["txt"]).data.decode().split("\n\n")
    assert max(len(paragraph.split()) for paragraph in prose) == 300
    assert sum(len(paragraph.split()) for paragraph in prose) == 45_000


@pytest.mark.parametrize(
    ("name", "form"), [(".SRT", "srt"), ("webvtt", "vtt"), ("dfxp", "ttml"), ("xml", "ttml")]
)
def test_formats_have_the_names_that_people_give_them(name: str, form: str) -> None:
    assert format_named(name).name == form
    with pytest.raises(NotFound, match="no caption format called mcc"):
        format_named("mcc")


@pytest.mark.parametrize("name", ["srt", "vtt", "scc", "ttml"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_known_by_what_it_says(name: str, mark: bytes) -> None:
    data = mark + write_one(MEETING[:5], FORMATS[name]).data
    form, reading = read_any(data)
    assert (form.name, len(reading.cues)) == (name, 5)
    assert [fault for fault in reading.faults if "mark" not in fault] == []


@pytest.mark.parametrize(
    "content", [b"", b"minutes", b"<html>", b"<?xml version='1.0'?><svg/>", bytes(range(256))]
)
def test_what_is_no_captions_is_refused(content: bytes) -> None:
    assert sniff(content) is None
    with pytest.raises(BadMedia, match="not a caption file"):
        read_any(content)
