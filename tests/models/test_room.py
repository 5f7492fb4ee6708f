"""What is on the shelf and how it stands; damaged models are put aside, and jobs wait for whole ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.speech.fakes import MEETING, VOICE, inputs_of
from vodstudio.core.errors import Conflict, NoModel, NotFound
from vodstudio.core.models import MODELS, ModelRow, Standing
from vodstudio.core.station import SpeechSettings
from vodstudio.workers.model_aside import put_aside, put_aside_already
from vodstudio.workers.model_room import ModelRoom


def _row(room: ModelRoom, name: str) -> ModelRow:
    return next(row for row in room.rows() if row.name == name)


def _put(room: ModelRoom, name: str, *, has_sums: bool = True) -> Path:
    folder = room.shelf.folder / name
    shutil.copytree(VOICE, folder)
    if not has_sums:
        (folder / "SHA256SUMS").unlink()
    return folder


def _flip(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:99_999] + bytes([content[99_999] ^ 1]) + content[100_000:])


def _choose(room: ModelRoom, name: str) -> Path:
    return room.shelf.choose(SpeechSettings(model=name), inputs_of(MEETING).recording).folder


def test_every_model_of_the_list_is_shown_and_one_is_recommended(room: ModelRoom) -> None:
    rows = room.rows()
    assert [row.name for row in rows[: len(MODELS)]] == [model.name for model in MODELS]
    assert sum(row.is_recommended for row in rows) == 1
    assert all(row.standing is Standing.ABSENT for row in rows[: len(MODELS)])
    assert rows[-1].name == "demo-voice"
    assert (rows[-1].is_demo_voice, rows[-1].standing) == (True, Standing.HERE)
    assert all(row.memory_bytes > row.size_bytes for row in rows)


def test_a_model_of_ones_own_is_shown_with_what_is_known_of_it(room: ModelRoom) -> None:
    _put(room, "ours.en")
    _put(room, "theirs", has_sums=False)
    ours, theirs = _row(room, "ours.en"), _row(room, "theirs")
    assert (ours.standing, ours.languages, ours.is_listed) == (Standing.HERE, "en", False)
    assert ours.about == "your own"
    assert theirs.about == "your own; copied by hand, without checksums"
    assert theirs.languages is None


def test_e07_a_tampered_model_is_put_aside_with_the_reason(room: ModelRoom) -> None:
    folder = _put(room, "small")
    assert _choose(room, "small") == folder
    _flip(folder / "model.bin")
    with pytest.raises(NoModel) as held:
        _choose(room, "small")
    assert held.value.code == "VS-MODEL-DAMAGED"
    assert held.value.condition == "model:small"
    assert "vodstudio models get small" in held.value.hint
    assert not folder.exists()
    row = _row(room, "small")
    assert (row.standing, row.why) == (Standing.DAMAGED, "model.bin is not what SHA256SUMS says")
    assert not room.shelf.has("small")
    _put(room, "small")
    assert room.shelf.has("small")


def test_e05_a_truncated_model_is_put_aside_and_the_next_one_hears(room: ModelRoom) -> None:
    whole, folder = _put(room, "base"), _put(room, "small")
    (folder / "README.md").write_bytes(bytes(1000))
    (folder / "model.bin").write_bytes((folder / "model.bin").read_bytes()[:-5])
    (folder / "tokenizer.json").write_bytes(bytes(10**6))
    with pytest.raises(NoModel) as held:
        _choose(room, "")
    assert held.value.condition == "model:any"
    assert room.shelf.has("any")
    assert _choose(room, "") == whole


def test_a_model_that_is_still_being_copied_is_waited_for(room: ModelRoom) -> None:
    folder = _put(room, "mine", has_sums=False)
    (folder / "tokenizer.json").rename(folder / "tokenizer.part")
    with pytest.raises(NoModel) as held:
        _choose(room, "mine")
    assert held.value.code == "VS-MODEL-INCOMPLETE"
    assert folder.exists(), "who is still copying into it shall not lose it"
    assert _row(room, "mine").standing is Standing.INCOMPLETE
    assert not room.shelf.has("mine")
    assert not room.shelf.has("any")
    (folder / "tokenizer.part").rename(folder / "tokenizer.json")
    assert room.shelf.has("any")
    assert _choose(room, "mine") == folder


def test_a_whole_model_is_read_once(room: ModelRoom) -> None:
    _put(room, "small")
    reads = 0

    def count() -> None:
        nonlocal reads
        reads += 1

    speech, recording = SpeechSettings(model="small"), inputs_of(MEETING).recording
    room.shelf.choose(speech, recording, count)
    first = reads
    room.shelf.choose(speech, recording, count)
    assert (first > 0, reads) == (True, first)


def test_removing_takes_everything_of_a_model(room: ModelRoom) -> None:
    folder = _put(room, "small")
    put_aside(room.shelf.folder, "small", "damaged")
    _put(room, "small")
    room.remove("small")
    assert not folder.exists()
    assert put_aside_already(room.shelf.folder) == {}
    assert _row(room, "small").standing is Standing.ABSENT


def test_what_was_put_aside_can_be_removed(room: ModelRoom) -> None:
    _put(room, "mine")
    put_aside(room.shelf.folder, "mine", "damaged")
    room.remove("mine")
    assert put_aside_already(room.shelf.folder) == {}


@pytest.mark.parametrize("name", ["demo-voice", "small", "", "..", ".coming", "../models"])
def test_only_what_is_on_the_shelf_is_removed(room: ModelRoom, name: str) -> None:
    _put(room, "mine")
    with pytest.raises(NotFound):
        room.remove(name)
    assert (room.shelf.folder / "mine").exists()


def test_a_link_to_a_folder_of_ones_own_is_left_alone(room: ModelRoom, repository: Path) -> None:
    (room.shelf.folder / "linked").symlink_to(repository)
    with pytest.raises(Conflict):
        room.remove("linked")
    assert (repository / "model.bin").exists()


def test_the_reason_may_be_gone(room: ModelRoom) -> None:
    _put(room, "mine")
    (put_aside(room.shelf.folder, "mine", "damaged") / "WHY.txt").unlink()
    assert put_aside_already(room.shelf.folder) == {"mine": ""}


def test_the_machine_is_described(room: ModelRoom) -> None:
    machine = room.machine()
    assert machine.memory_bytes > 10**8
    assert machine.free_bytes > 0
    assert machine.cores >= 1


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("", "vodstudio models get large-v3-turbo"),
        ("small.en", "vodstudio models get small.en"),
        ("ours", "vodstudio models import FOLDER --name ours"),
    ],
)
def test_e04_a_model_that_is_not_here_is_waited_for_with_a_way_to_it(
    room: ModelRoom, tmp_path: Path, name: str, command: str
) -> None:
    other = tmp_path / "council.mp4"
    other.write_bytes(b"another recording")
    with pytest.raises(NoModel) as held:
        room.shelf.choose(SpeechSettings(model=name), inputs_of(other).recording)
    assert held.value.condition == f"model:{name or 'any'}"
    assert command in held.value.hint
