"""What an existing .scc file is worth: captions, text that only looks like them, or nothing."""

from __future__ import annotations

import re

import pytest

from tests.captions.council import council_cues
from vodstudio.captions.cea608 import word_of
from vodstudio.captions.scc import HEADER, write_scc
from vodstudio.captions.sidecar import SidecarState, examine_scc

GOOD = write_scc(council_cues(5, 20)).text


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        GOOD.upper().replace(HEADER.upper(), HEADER).encode(),
        GOOD.replace("\r\n", "\n").encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\t", " ").encode(),
        (GOOD + "\n00:59:00;02\tthis line is damaged\n").encode(),
    ],
)
def test_real_captions_are_valid(content: bytes) -> None:
    found = examine_scc(content)
    assert found.state is SidecarState.VALID
    assert len(found.cues) >= 20
    assert "captions" in found.reason


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\n\n00:00:01:00\tThe clerk will call the roll.\n\n00:00:04:00\tMayor Chen is present.\n".encode(),
        f"{HEADER}\n\nThe clerk will call the roll.\n".encode(),
        f"{HEADER}\n\n00:00:01,000 --> 00:00:02,000\nThe clerk will call the roll.\n".encode(),
        b"1\n00:00:01,000 --> 00:00:02,000\nThe clerk will call the roll.\n",
        b"WEBVTT\n\n00:01.000 --> 00:02.000\nAye.\n",
        bytes(range(256)) * 4,
        f"{HEADER}\n\nsome text\n\nmore text\n\nand more\n\n{GOOD.splitlines()[2]}\n\n00:59:00;02\t942c 942c\n".encode(),
    ],
)
def test_text_under_the_header_is_fake(content: bytes) -> None:
    found = examine_scc(content)
    assert found.state is SidecarState.FAKE
    assert found.cues == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf\r\n",
        b"\0" * 4096,
        f"{HEADER}\r\n\r\n".encode(),
        write_scc([]).text.encode(),
        f"{HEADER}\n\n00:00:01;00\t942c 942c\n".encode(),
    ],
)
def test_nothing_to_show_is_empty(content: bytes) -> None:
    assert examine_scc(content).state is SidecarState.EMPTY


def test_codes_of_another_channel_are_somebodys_captions() -> None:
    second = word_of(0x1C, 0x20)
    content = f"{HEADER}\n\n00:00:01;00\t{second} {second} {word_of(0x48, 0x6F)} {word_of(0x6C, 0x61)}\n"
    found = examine_scc(content.encode())
    assert (found.state, found.cues) == (SidecarState.VALID, ())
    assert "hold text" in found.reason


def test_captions_without_parity_are_captions() -> None:
    codes = re.compile(r"\b[0-9a-f]{4}\b")
    bare = "\n".join(codes.sub(lambda m: f"{int(m[0], 16) & 0x7F7F:04x}", line) for line in GOOD.splitlines())
    found = examine_scc(bare.encode())
    assert found.state is SidecarState.VALID
    assert [cue.text for cue in found.cues] == [cue.text for cue in examine_scc(GOOD.encode()).cues]
    assert any("parity" in fault for fault in found.faults)
