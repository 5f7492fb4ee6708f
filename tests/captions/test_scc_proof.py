"""Decoders that share no code with us read our SCC back: the same words, at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.captions.council import council_cues, hurried_cues
from tests.captions.readers import by_ffmpeg, by_pycaption, by_ttconv, differences, plain, repertoire_cues
from vodstudio.captions.cue import Cue
from vodstudio.captions.scc import parse_scc, shown_lines, write_scc
from vodstudio.captions.timecode import RATE

MEETING = council_cues(7, 560)
HURRIED = hurried_cues(3, 300)


def wanted(cues: Sequence[Cue]) -> list[str]:
    return [plain(" ".join(shown_lines(cue))) for cue in cues]


@pytest.mark.parametrize("cues", [MEETING, HURRIED], ids=["meeting", "hurried"])
def test_ttconv_reads_every_word_at_its_time(cues: tuple[Cue, ...]) -> None:
    written = write_scc(cues)
    read = by_ttconv(written.text)
    assert differences(cues, [plain(cue.text) for cue in read], "ttconv") == []
    for cue, seen, late in zip(cues, read, written.late_frames, strict=True):
        assert abs((seen.start_s - cue.start_s) * RATE - late) < 1


@pytest.mark.parametrize("cues", [MEETING, HURRIED], ids=["meeting", "hurried"])
def test_pycaption_reads_every_word(cues: tuple[Cue, ...]) -> None:
    assert differences(cues, by_pycaption(write_scc(cues).text), "pycaption") == []


@pytest.mark.parametrize("cues", [MEETING, HURRIED], ids=["meeting", "hurried"])
def test_ffmpeg_reads_every_word(cues: tuple[Cue, ...], tmp_path: Path) -> None:
    assert differences(cues, by_ffmpeg(write_scc(cues).text, tmp_path / "meeting.scc"), "ffmpeg") == []


@pytest.mark.parametrize("cues", [MEETING, HURRIED], ids=["meeting", "hurried"])
def test_our_own_reader_finds_no_fault(cues: tuple[Cue, ...]) -> None:
    written = write_scc(cues)
    read = parse_scc(written.text)
    assert [plain(cue.text) for cue in read] == wanted(cues)
    for cue, seen, late in zip(cues, read, written.late_frames, strict=True):
        assert abs((seen.start_s - cue.start_s) * RATE - late) <= 0.51
        assert seen.is_top == cue.is_top


def test_the_meeting_is_long_and_on_time() -> None:
    assert len(MEETING) >= 500
    assert max(write_scc(MEETING).late_frames) <= 6


def test_f02_a_load_that_takes_too_long_is_told_and_nothing_is_lost() -> None:
    written = write_scc(HURRIED)
    late = [frames for frames in written.late_frames if frames > 6]
    assert late
    assert len([finding for finding in written.findings if finding.rule == "Q18"]) == len(late)
    assert written.text.count("942f 942f") == len(HURRIED)


def test_every_sign_of_line_21_is_read_by_three_that_are_not_ours(tmp_path: Path) -> None:
    cues = repertoire_cues()
    written = write_scc(cues)
    assert written.findings == ()
    read = {
        "ttconv": [plain(cue.text) for cue in by_ttconv(written.text)],
        "pycaption": by_pycaption(written.text),
        "ffmpeg": by_ffmpeg(written.text, tmp_path / "signs.scc"),
    }
    for reader, texts in read.items():
        assert differences(cues, texts, reader) == [], reader
