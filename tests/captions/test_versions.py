"""The files of a transcript's versions: none is ever overwritten, and words.json follows the one that counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.captions.fakes import meeting
from vodstudio.captions.transcript import Transcript, read_transcript, transcript_to_json
from vodstudio.captions.versions import CHOSEN_FILE, keep, read_version, show, show_heard
from vodstudio.core.errors import Conflict, NoAccess, VodError
from vodstudio.core.files import sha256_of
from vodstudio.core.recording import Fingerprint, RecordingId
from vodstudio.core.transcripts import OPERATOR, SPEECH, TranscriptVersion, transcript_id

HEARD = replace(meeting(), author=SPEECH)
DAMAGED = transcript_to_json(HEARD).encode()[:-9]
CHANGED = transcript_to_json(replace(HEARD, words=HEARD.words[:5])).encode()


def version(folder: Path, transcript: Transcript = HEARD, *, is_shown: bool = True) -> TranscriptVersion:
    """As the store knows it."""
    path = keep(folder, transcript)
    if is_shown:
        show(path)
    return TranscriptVersion(
        id=transcript_id(Fingerprint("f"), sha256_of(path)),
        recording_id=RecordingId("r"),
        parent_id=None,
        path=path,
        sha256=sha256_of(path),
        author=transcript.author,
        is_chosen=is_shown,
        made_at=datetime(2026, 6, 1, tzinfo=UTC),
    )


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


@pytest.mark.parametrize("content", [DAMAGED, CHANGED, b"\xff", None])
def test_f09_words_that_are_not_as_they_were_written_are_mended_from_their_copy(
    tmp_path: Path, content: bytes | None, allowed_logs: list[str]
) -> None:
    allowed_logs.append("was not as it was written")
    heard = version(tmp_path)
    heard.path.unlink() if content is None else heard.path.write_bytes(content)
    assert read_version(heard) == HEARD
    assert sha256_of(heard.path) == heard.sha256
    aside = list(tmp_path.glob("*.changed"))
    assert [path.read_bytes() for path in aside] == ([] if content is None else [content])
    assert read_version(heard) == HEARD


def test_a_copy_serves_also_where_nothing_can_be_mended(tmp_path: Path, allowed_logs: list[str]) -> None:
    allowed_logs.append("was not as it was written")
    heard = version(tmp_path)
    heard.path.unlink()
    heard.path.mkdir()
    heard.path.with_name(f"{heard.path.name}.changed").write_bytes(b"in the way")
    assert read_version(heard) == HEARD


@pytest.mark.parametrize(("content", "kind"), [(CHANGED, Conflict), (DAMAGED, Conflict), (None, NoAccess)])
@pytest.mark.parametrize("copy", [b"{", None])
def test_f09_words_without_a_whole_copy_are_refused_and_nothing_is_touched(
    tmp_path: Path, content: bytes | None, kind: type[VodError], copy: bytes | None
) -> None:
    heard = version(tmp_path)
    heard.path.unlink() if content is None else heard.path.write_bytes(content)
    chosen = tmp_path / CHOSEN_FILE
    chosen.unlink() if copy is None else chosen.write_bytes(copy)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(kind) as refused:
        read_version(heard)
    assert type(refused.value) is kind
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_words_that_are_heard_again_take_the_place_of_damaged_ones(tmp_path: Path) -> None:
    """The store knows their path and their hash: a name with a number would never be read."""
    heard = version(tmp_path, is_shown=False)
    heard.path.write_bytes(DAMAGED)
    assert keep(tmp_path, HEARD) == heard.path
    assert read_version(heard) == HEARD
    assert heard.path.with_name(f"{heard.path.name}.changed").read_bytes() == DAMAGED
