"""Line 21: every sign it has, every label of a day, every rule of its file; and what is done about the rest."""

# ruff: noqa: RUF001 - signs that look alike are told apart here.

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vodstudio.captions import cea608, timecode
from vodstudio.captions.cea608 import EDM, EOC, PAD, REPERTOIRE, Mapped, map_text, word_of
from vodstudio.captions.cue import Cue, Level
from vodstudio.captions.decoder608 import Decoder
from vodstudio.captions.scc import HEADER, parse_scc, read_scc, shown_lines, write_scc
from vodstudio.captions.schedule import Caption, schedule
from vodstudio.captions.timecode import Timebase
from vodstudio.core.errors import BadMedia, NeedsUser

VISIBLE = "".join(sorted(REPERTOIRE - {" "}))


def cue(start_s: float, end_s: float, *lines: str, is_top: bool = False) -> Cue:
    return Cue(start_s=start_s, end_s=end_s, lines=lines, is_top=is_top)


@st.composite
def line21_cues(draw: st.DrawFn) -> list[Cue]:
    line = (
        st.text(VISIBLE + "   ", min_size=1, max_size=31)
        .map(lambda text: " ".join(text.split()))
        .filter(bool)
    )
    cues: list[Cue] = []
    at = 10.0
    for _ in range(draw(st.integers(1, 6))):
        at += draw(st.sampled_from((0.0, 0.067, 0.5, 8.0)))
        length = draw(st.sampled_from((0.04, 0.5, 2.0, 7.0)))
        lines = tuple(draw(st.lists(line, min_size=1, max_size=4)))
        cues.append(cue(at, at + length, *lines, is_top=draw(st.booleans())))
        at += length
    return cues


@settings(max_examples=200, deadline=None)
@given(line21_cues(), st.booleans(), st.sampled_from((0, 107892)))
def test_what_is_written_is_read_back(cues: list[Cue], drop_frame: bool, offset_frames: int) -> None:
    base = Timebase(drop_frame=drop_frame, offset_frames=offset_frames)
    written = write_scc(cues, base)
    read = parse_scc(written.text, base)
    assert [seen.lines for seen in read] == [shown.lines for shown in written.cues]
    assert not [found for found in written.findings if found.rule != "Q18"]
    for seen, shown, late in zip(read, written.cues, written.late_frames, strict=True):
        assert round(seen.start_s * timecode.RATE) == timecode.frame_at(shown.start_s) + late
        assert seen.end_s > seen.start_s
        assert late >= 0


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_becomes_text_that_can_be_shown(text: str) -> None:
    mapped = map_text(text)
    assert REPERTOIRE.issuperset(mapped.text)
    assert map_text(mapped.text).text == mapped.text
    units = cea608.encode_row(mapped.text)
    assert sum(len(unit) for unit in units) <= cea608.load_words(text) + 1


def test_every_sign_alone_in_a_long_file() -> None:
    cues = [cue(10 + 4 * index, 13 + 4 * index, sign) for index, sign in enumerate(VISIBLE)]
    assert [seen.text for seen in parse_scc(write_scc(cues).text)] == list(VISIBLE)


def test_the_whole_repertoire_in_full_rows() -> None:
    rows = ["".join(part) for part in itertools.batched(VISIBLE, 31)] if hasattr(itertools, "batched") else []
    rows = rows or [VISIBLE[place : place + 31] for place in range(0, len(VISIBLE), 31)]
    cues = [cue(20 + 9 * index, 28 + 9 * index, row) for index, row in enumerate(rows)]
    assert [seen.text for seen in parse_scc(write_scc(cues).text)] == rows


@pytest.mark.parametrize(
    ("frame", "label"),
    [
        (0, "00:00:00;00"),
        (1799, "00:00:59;29"),
        (1800, "00:01:00;02"),
        (17981, "00:09:59;29"),
        (17982, "00:10:00;00"),
        (107892, "01:00:00;00"),
        (2589407, "23:59:59;29"),
    ],
)
def test_drop_frame_labels(frame: int, label: str) -> None:
    assert timecode.label_of(frame) == label
    assert timecode.frame_of(label) == frame


@pytest.mark.parametrize("drop_frame", [True, False])
@given(st.integers(0, 2589407))
def test_labels_and_frames_are_inverse(drop_frame: bool, frame: int) -> None:
    label = timecode.label_of(frame, drop_frame=drop_frame)
    assert timecode.frame_of(label) == frame
    assert timecode.label_of(frame + 1, drop_frame=drop_frame) > label


@pytest.mark.parametrize(
    "label", ["00:01:00;00", "00:09:00;01", "24:00:00;00", "00:60:00;00", "0:00:00;00", "x"]
)
def test_labels_that_do_not_exist(label: str) -> None:
    assert timecode.frame_of(label) is None


def test_ndf_is_told_by_the_colon() -> None:
    assert timecode.label_of(1800, drop_frame=False) == "00:01:00:00"
    assert timecode.frame_of("00:01:00:00") == 1800


@pytest.mark.parametrize(
    ("sign", "shown"),
    [
        ("Ω", "?"),
        ("漢", "?"),
        ("👍🏽", "?"),
        ("ễ", "ê"),
        ("ł", "l"),
        ("č", "c"),
        ("♫", "♪"),
        ("€", "EUR"),
        ("²", "2"),
        ("¼", "1/4"),
        ("ﬁ", "fi"),
        ("🇺🇸", "?"),
    ],
)
def test_f01_a_sign_without_a_code_has_a_visible_replacement(sign: str, shown: str) -> None:
    """A like sign is a repair that is told; a question mark for a word is an error."""
    written = write_scc([cue(5, 8, f"a {sign} b")])
    (finding,) = written.findings
    assert (finding.rule, finding.level) == ("Q17", Level.ERROR if shown == "?" else Level.WARNING)
    assert sign in finding.text
    assert parse_scc(written.text)[0].text == f"a {shown} b"


@pytest.mark.parametrize(
    ("sign", "advice"),
    [
        ("Ω", "; write “Omega” instead"),
        ("ж", "; write “zhe” instead"),
        ("≤", "; write “at most” instead"),
        ("☃", "; write “[snowman]” instead"),
        ("👍🏽", "; write “[thumbs up sign]” instead"),
        ("\U0001f469\u200d\U0001f467", "; write “[woman]” instead"),
        ("漢", "; write it in Latin letters, or leave it out"),
        ("☖", "; write “[white shogi piece]” instead"),
        ("\U0001f919\U0001f3fd", "; write “[call me hand]” instead"),
        ("\ue000", "Latin letters"),
        ("\U0001f600", "; write “[grinning face]” instead"),
        ("\U0001f468", "; write “[man]” instead"),
        ("⏚", "; write “[earth ground]” instead"),
        ("😎", "Latin letters"),
        ("ł", ""),
    ],
)
def test_f01_what_can_be_written_instead_is_said(sign: str, advice: str) -> None:
    (finding,) = write_scc([cue(5, 8, f"a {sign} b")]).findings
    assert finding.text.endswith("”" if not advice else advice if advice[0] == ";" else "leave it out")
    assert write_scc([cue(5, 8, "really?")]).findings == ()


@pytest.mark.parametrize(
    ("sign", "shown"), [("…", "..."), ("–", "-"), ("’", "'"), ("`", "'"), ("\u200d", "")]
)
def test_a_sign_that_looks_the_same_is_no_finding(sign: str, shown: str) -> None:
    assert map_text(f"{sign}a{sign}b") == Mapped(text=f"{shown}a{shown}b")


def test_extended_signs_carry_a_letter_for_old_decoders() -> None:
    words = write_scc([cue(5, 8, "naïve")]).text.split()
    n_a, i_and_pad = word_of(ord("n"), ord("a")), word_of(ord("i"), 0)
    place = words.index(n_a)
    assert words[place + 1] == i_and_pad
    assert words[place + 2] == words[place + 3] == word_of(0x12, 0x39)


@pytest.mark.parametrize(
    ("rows", "width", "frames"), [(1, 10, 15), (1, 32, 24), (2, 32, 42), (3, 32, 60), (4, 32, 78)]
)
def test_the_byte_budget(rows: int, width: int, frames: int) -> None:
    """So many frames apart two pictures can be; one frame less and the second is late."""
    for distance, late in ((frames, 0), (frames - 1, 1)):
        first, second = 200 / timecode.RATE, (200 + distance) / timecode.RATE
        written = write_scc([cue(first, second, "a" * width), cue(second, second + 3, *["b" * width] * rows)])
        assert written.late_frames == (0, late)


def test_the_file_has_its_form() -> None:
    lines = write_scc([cue(5, 8, "Roll call")]).text.split("\r\n")
    assert lines[0] == HEADER
    assert lines[1] == lines[3] == lines[5] == ""
    assert len(lines) == 6
    assert lines[2].startswith("00:00:04;")
    assert lines[2].split("\t")[1].endswith(f"{EOC} {EOC}")
    assert lines[4] == f"00:00:08;00\t{EDM} {EDM}"


def test_no_cues_give_a_header_alone() -> None:
    assert write_scc([]).text == f"{HEADER}\r\n\r\n"
    assert parse_scc(write_scc([]).text) == ()


def test_a_caption_at_the_very_start_comes_as_soon_as_it_can() -> None:
    written = write_scc([cue(0.0, 2.0, "Good evening.")])
    assert written.late_frames[0] > 6
    assert parse_scc(written.text)[0].end_s > written.late_frames[0] / timecode.RATE


def test_an_early_erasure_stays_when_the_gap_is_long() -> None:
    """The picture may stay at most 45 frames longer; beyond that the erasure is kept and the next one is late."""
    units = tuple((word_of(ord("a"), ord("b")),) for _ in range(70))
    before = Caption(show=100, erase=110, rows=units[:2])
    plan = schedule([before, Caption(show=175, erase=300, rows=units)])
    assert plan.late_frames == (0, 3)
    assert EDM in plan.entries[1].words
    near = schedule([before, Caption(show=150, erase=300, rows=units[:46])])
    assert near.late_frames == (0, 2)
    assert EDM not in near.entries[1].words


def test_a_doubled_code_is_not_torn_by_the_erasure() -> None:
    code = word_of(0x11, 0x37)
    plan = schedule(
        [Caption(show=100, erase=197, rows=()), Caption(show=200, erase=300, rows=((code, code),) * 4)]
    )
    load = plan.entries[1].words
    assert load == ("9420", "9420", "94ae", "94ae", *(code,) * 8, EDM, EDM, PAD, EOC, EOC)
    assert plan.entries[1].frame == 185
    assert plan.late_frames == (0, 0)


def test_f05_labels_end_with_the_day() -> None:
    day_s = timecode.seconds_at(timecode.frames_in_a_day(drop_frame=True))
    assert write_scc([cue(day_s - 9, day_s - 1, "Good night.")]).findings == ()
    with pytest.raises(NeedsUser, match="24 hours"):
        write_scc([cue(day_s - 9, day_s + 1, "Good night.")])
    with pytest.raises(NeedsUser, match="24 hours"):
        write_scc([cue(day_s - 9, day_s - 1, "Good night.")], Timebase(offset_frames=107892))


def test_a_line_too_wide_is_wrapped_and_told() -> None:
    text = "x" * 40 + " " + "a caption that nobody has broken into lines for the screen " * 3
    written = write_scc([cue(5, 25, text.strip())])
    assert [found.rule for found in written.findings] == ["Q01"]
    shown = parse_scc(written.text)
    assert len(shown) == 2
    assert "".join(seen.text for seen in shown).replace(" ", "") == text.replace(" ", "")


def test_more_than_four_lines_follow_each_other() -> None:
    written = write_scc([cue(5, 15, "a", "b", "c", "d", "e")])
    assert [seen.lines for seen in parse_scc(written.text)] == [("a", "b", "c", "d"), ("e",)]
    assert [found.rule for found in written.findings] == ["Q02"]


def test_a_caption_of_signs_that_have_no_picture_is_still_shown() -> None:
    written = write_scc([cue(5, 8, "\u200d\u200d")])
    assert [seen.text for seen in parse_scc(written.text)] == ["?"]
    assert shown_lines(cue(5, 8, "\u200d")) == ("",)


def test_a_full_row_does_not_end_with_an_overwriting_sign() -> None:
    (seen,) = parse_scc(write_scc([cue(5, 8, "a" * 29 + " ””")]).text)
    assert seen.lines == ("a" * 29, "””")


GOOD = write_scc([cue(5, 8, "Roll call")]).text


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (HEADER, "Scenarist_SCC V2.0", "line 1"),
        ("\t", " ", "one tab"),
        ("00:00:08;00", "00:01:00;00", "time that exists"),
        ("00:00:08;00", "00:00:04;00", "before the line before"),
        ("9420 9420", "9420", "sent twice"),
        ("9420 9420", "9420 1420", "parity"),
        ("9420 9420", "9420 94zz", "not a code"),
    ],
)
def test_breaches_of_the_form_are_found(old: str, new: str, fault: str) -> None:
    text = GOOD.replace(old, new)
    assert any(fault in found for found in read_scc(text).faults)
    with pytest.raises(BadMedia):
        parse_scc(text)


def test_an_empty_text_is_no_scc() -> None:
    assert read_scc("").faults == (f"line 1: is not {HEADER}",)


def scc(*entries: str) -> str:
    return "\n\n".join([HEADER, *entries]) + "\n"


def hex_of(*pairs: tuple[int, int]) -> str:
    return " ".join(word_of(*pair) for pair in pairs)


def typed(text: str) -> str:
    return " ".join(unit[0] for unit in cea608.encode_row(text))


def test_rolled_captions_of_other_encoders_are_read() -> None:
    roll, ret = hex_of((0x14, 0x25), (0x14, 0x25)), hex_of((0x14, 0x2D), (0x14, 0x2D))
    row = hex_of((0x14, 0x70), (0x14, 0x70))
    reading = read_scc(
        scc(
            f"00:00:01:00\t{roll} {ret} {row} {typed('FIRST LINE')}",
            f"00:00:03:00\t{roll} {ret} {row} {typed('SECOND LINE')}",
            f"00:00:05:00\t{EDM} {EDM}",
        )
    )
    assert [seen.text for seen in reading.cues] == ["FIRST LINE", "SECOND LINE"]
    assert reading.faults == ()


def test_painted_captions_with_corrections_are_read() -> None:
    paint, address = hex_of((0x14, 0x29), (0x14, 0x29)), hex_of((0x11, 0x70), (0x11, 0x70))
    back, clear = hex_of((0x14, 0x21), (0x14, 0x21)), hex_of((0x14, 0x24), (0x14, 0x24))
    green, tab = hex_of((0x11, 0x22), (0x11, 0x22)), hex_of((0x17, 0x21), (0x17, 0x21))
    reading = read_scc(
        scc(
            f"00:00:01:00\t{back} {clear} {paint} {back} {clear} {address} {typed('ABX')} {back} {green} {typed('CD')}"
            f" {address} {typed('AB')} {tab} {typed('E')} {clear}",
            f"00:00:05:00\t{EDM} {EDM}",
        )
    )
    assert [seen.lines for seen in reading.cues] == [("AB E",)]
    assert reading.cues[0].is_top


def test_other_channels_and_unknown_codes_are_passed_over() -> None:
    pop = f"{hex_of((0x14, 0x20), (0x14, 0x20))} {hex_of((0x14, 0x70), (0x14, 0x70))}"
    second = f"{hex_of((0x1C, 0x20), (0x1C, 0x20))} {typed('SPANISH')} {hex_of((0x11, 0x37), (0x11, 0x37))}"
    second += f" {hex_of((0x17, 0x22), (0x17, 0x22))}"
    odd = hex_of((0x01, 0x41), (0x01, 0x41), (0x15, 0x2F), (0x15, 0x2F), (0x10, 0x30), (0x10, 0x30))
    reading = read_scc(
        scc(
            f"00:00:01;00\t{typed('EARLY')} {pop} {typed('ENGLISH')} {odd} {second} {EOC} {EOC}",
            f"00:00:05;00\t{EDM} {EDM}",
        )
    )
    assert [seen.text for seen in reading.cues] == ["ENGLISH"]


def test_text_beyond_the_edge_overwrites_the_last_column() -> None:
    pop = f"{hex_of((0x14, 0x20), (0x14, 0x20))} {hex_of((0x14, 0x7E), (0x14, 0x7E))}"
    reading = read_scc(
        scc(f"00:00:01;00\t{pop} {typed('ABCDEFGH')} {EOC} {EOC}", f"00:00:05;00\t{EDM} {EDM}")
    )
    assert reading.cues[0].text == "ABCH"


def test_a_picture_that_nobody_erases_ends_with_the_file() -> None:
    decoder = Decoder()
    for frame, pair in enumerate(
        ((0x14, 0x20), (0x14, 0x70), (0x41, 0x42), (0x14, 0x2F), (0x14, 0x2F), (0, 0))
    ):
        decoder.feed(frame, *pair)
    decoder.finish(100)
    assert decoder.pictures[0].end == 100
    assert decoder.undoubled == 2
