"""The files of a transcript's versions: none is ever overwritten, and words.json follows the one that counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.captions.fakes import meeting
from vodstudio.captions.transcript import read_transcript, transcript_to_json
from vodstudio.captions.versions import CHOSEN_FILE, keep, show, show_heard
from vodstudio.core.transcripts import OPERATOR, SPEECH

HEARD = replace(meeting(), author=SPEECH)


def test_a_version_is_written_once_under_the_name_of_its_run(tmp_path: Path) -> None:
    path = keep(tmp_path, HEARD)
    assert (path.name, read_transcript(path)) == ("words.r.json", HEARD)
    assert keep(tmp_path, HEARD) == path
    assert [each.name for each in tmp_path.iterdir()] == ["words.r.json"]


def test_a_run_that_gave_other_words_before_overwrites_nothing(tmp_path: Path) -> None:
    shorter = replace(HEARD, words=HEARD.words[:5])
    paths = [keep(tmp_path, each) for each in (HEARD, shorter, replace(HEARD, words=()), shorter)]
    assert [path.name for path in paths] == [
        "words.r.json",
        "words.r-2.json",
        "words.r-3.json",
        "words.r-2.json",
    ]
    assert read_transcript(paths[0]) == HEARD


def test_e20_words_json_follows_a_new_hearing_but_never_over_a_person(tmp_path: Path) -> None:
    first = keep(tmp_path, HEARD)
    again = keep(tmp_path, replace(HEARD, run="again"))
    chosen = tmp_path / CHOSEN_FILE
    assert show_heard(first)
    assert show_heard(again)
    assert chosen.read_bytes() == again.read_bytes()
    mine = keep(tmp_path, replace(HEARD, run="mine", author=OPERATOR))
    assert show(mine) == chosen
    assert not show_heard(first)
    assert chosen.read_bytes() == mine.read_bytes()


@pytest.mark.parametrize("broken", [b"{", transcript_to_json(replace(HEARD, author="")).encode()])
def test_words_json_of_nobody_is_renewed(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / CHOSEN_FILE).write_bytes(broken)
    assert show_heard(keep(tmp_path, HEARD))
    assert read_transcript(tmp_path / CHOSEN_FILE) == HEARD
