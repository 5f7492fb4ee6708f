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
    Options,
    write_one,
    write_set,
)
from vodstudio.captions.scc import shown_lines
from vodstudio.captions.srt import read_srt
from vodstudio.captions.timecode import RATE

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
        assert [(seen.start_s, seen.end_s) for seen in read] == [
            (pytest.approx(meant.start_s, abs=0.0011), pytest.approx(meant.end_s, abs=0.0011))
            for meant in MEETING
        ]
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
