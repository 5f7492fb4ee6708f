"""Names that a recording may have, all the way through; faults B13 to B20."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media.kit import QUICK, MediaFiles, Steps
from vodstudio.core.names import LONGEST_STEM_BYTES, safe_stem

NAMES = {
    "b13-emoji-combining-right-to-left": "Ωπ 😀 e\u0301 שלום.mp4",
    "b14-leading-dash": "-i.mp4",
    "b15-percent": "%03d %% 100%.mp4",
    "b16-colon": "a:b.mp4",
    "b16-http": "http:x.mp4",
    "b16-concat": "concat:a|b.mp4",
    "b17-newline-and-tab": "new\nline\tab.mp4",
    "b18-quotes-and-shell": 'it\'s "$(touch pwn)";`touch pwn`&[x].mp4',
    "b19-255-bytes": "é" * 125 + "x.mp4",
    "b33-not-utf-8": os.fsdecode(b"caf\xe9.mp4"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_b13_to_b19_every_name_goes_through(
    steps: Steps, media_files: MediaFiles, tmp_path: Path, name: str
) -> None:
    brief = media_files.make("brief.mp4", f"-t 0.6 -i {media_files.plain} -c copy -movflags +faststart")
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / name
    path.write_bytes(brief.read_bytes())
    before = path.read_bytes()
    assert steps.probe(path)["has_audio"] is True
    output = steps.encode(path, replace(QUICK, loudness_lufs=None)).outputs[0]
    assert output.path.name == f"{safe_stem(path.stem)}.mp4"
    assert steps.stills(path).outputs
    assert path.read_bytes() == before
    assert [entry.name for entry in folder.iterdir()] == [name]
    assert not list(tmp_path.rglob("pwn"))


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("City Council 05/12", "City Council 05 12"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("COM0", "_COM0"),
        ("trailing. ", "trailing"),
        ("...", "recording"),
        ("", "recording"),
        ("gpj.exe\u202e", "gpj.exe"),
        ("e\u0301", "é"),
        ("-i", "i"),
    ],
)
def test_b20_titles_become_names_that_every_system_takes(title: str, stem: str) -> None:
    assert safe_stem(title) == stem


def test_b19_two_long_names_stay_two() -> None:
    first, second = safe_stem("é" * 300 + "a"), safe_stem("é" * 300 + "b")
    assert first != second
    assert max(len(first.encode()), len(second.encode())) <= LONGEST_STEM_BYTES


@given(st.text(max_size=400))
def test_b20_a_safe_name_is_safe_and_stays_what_it_is(title: str) -> None:
    stem = safe_stem(title)
    assert 0 < len(stem.encode()) <= LONGEST_STEM_BYTES
    assert not set(stem) & set('<>:"/\\|?*\0\n')
    assert stem == stem.strip(" .")
    assert safe_stem(stem) == stem
