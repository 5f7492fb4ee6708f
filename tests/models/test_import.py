"""A model comes from a folder: a plain one, or one of the hub's cache with its links."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.speech.fakes import VOICE
from vodstudio.core.errors import Conflict, NeedsUser, NotFound, StorageAway, VodError
from vodstudio.workers.model_file import git_digest, prove, read_sums
from vodstudio.workers.model_import import bring, found_in, name_for
from vodstudio.workers.model_place import coming
from vodstudio.workers.model_room import ModelRoom


def _bring(folder: Path, shelf: Path, name: str = "") -> Path:
    return bring(folder, shelf, name, lambda *told: None)


def _refused(folder: Path, shelf: Path, name: str = "") -> VodError:
    with pytest.raises(VodError) as refused:
        _bring(folder, shelf, name)
    assert [each.name for each in shelf.iterdir() if not each.name.startswith(".")] == []
    assert refused.value.hint
    return refused.value


@pytest.fixture
def cached(tmp_path: Path, repository: Path) -> Path:
    """The layout of the hub's cache: blobs by their digest, snapshots of links to them."""
    if sys.platform == "win32":
        pytest.skip("links need a right that users of Windows do not have")
    folder = tmp_path / "cache" / "models--Systran--faster-whisper-small"
    snapshot = folder / "snapshots" / ("a" * 40)
    for inner in (folder / "blobs", folder / "refs", snapshot):
        inner.mkdir(parents=True)
    (folder / "refs" / "main").write_text("a" * 40)
    for path in repository.iterdir():
        is_large = path.name == "model.bin"
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if is_large else git_digest(path)
        shutil.copyfile(path, folder / "blobs" / digest)
        (snapshot / path.name).symlink_to(Path("..", "..", "blobs", digest))
    return folder


def test_only_what_a_model_needs_is_copied(repository: Path, shelf_folder: Path) -> None:
    told: list[tuple[int, int, str]] = []
    folder = bring(repository, shelf_folder, "ours", lambda *each: told.append(each))
    assert folder == shelf_folder / "ours"
    prove(folder)
    assert len(read_sums(folder)) == 5
    assert not (folder / "pytorch_model.bin").exists()
    assert not (folder / "README.md").exists()
    assert told[-1][0] == told[-1][1] == sum((folder / name).stat().st_size for name in read_sums(folder))
    assert coming(shelf_folder) == {}


@pytest.mark.parametrize("inner", [".", "snapshots/" + "a" * 40])
def test_the_cache_of_the_hub_is_understood(cached: Path, shelf_folder: Path, inner: str) -> None:
    folder = _bring(cached / inner, shelf_folder)
    assert folder.name == "small", "it is called as in our list"
    prove(folder)
    assert not any(path.is_symlink() for path in folder.iterdir())


def test_the_newest_snapshot_is_taken_where_none_is_named(cached: Path) -> None:
    (cached / "refs" / "main").unlink()
    newer = cached / "snapshots" / ("b" * 40)
    shutil.copytree(cached / "snapshots" / ("a" * 40), newer, symlinks=True)
    os.utime(cached / "snapshots" / ("a" * 40), (1_000, 1_000))
    assert found_in(cached) == newer


def test_e07_a_blob_that_is_not_what_its_name_says(cached: Path, shelf_folder: Path) -> None:
    for name in ("config.json", "model.bin"):
        blob = (cached / "snapshots" / ("a" * 40) / name).resolve()
        content = blob.read_bytes()
        blob.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        error = _refused(cached, shelf_folder)
        assert error.code == "VS-MODEL-BROKEN"
        assert name in error.detail
        blob.write_bytes(content)


def test_e07_checksums_that_lie_in_the_folder_are_believed(repository: Path, shelf_folder: Path) -> None:
    shutil.copyfile(VOICE / "SHA256SUMS", repository / "SHA256SUMS")
    (repository / "config.json").write_text("{ }")
    assert "config.json is not what SHA256SUMS says" in _refused(repository, shelf_folder).detail


def test_e05_a_folder_without_weights_is_told_so(tmp_path: Path, shelf_folder: Path) -> None:
    error = _refused(tmp_path, shelf_folder, "x")
    assert error.title == "This folder holds no speech model: model.bin is missing"
    (tmp_path / "pytorch_model.bin").write_bytes(b"x")
    assert _refused(tmp_path, shelf_folder, "x").code == "VS-MODEL-OTHER-KIND"


def test_e05_half_a_model_is_refused_before_it_is_copied(repository: Path, shelf_folder: Path) -> None:
    weights = repository / "model.bin"
    weights.write_bytes(weights.read_bytes()[:1_000_000])
    assert _refused(repository, shelf_folder).code == "VS-MODEL-BROKEN"


@pytest.mark.parametrize("name", ["tokenizer.json", "vocabulary.json"])
def test_e05_a_model_that_lacks_a_file_gets_no_name(repository: Path, shelf_folder: Path, name: str) -> None:
    (repository / name).unlink()
    error = _refused(repository, shelf_folder)
    assert error.code == "VS-MODEL-BROKEN"
    assert name in error.detail


def test_e07_formats_that_carry_programs_are_refused(repository: Path, shelf_folder: Path) -> None:
    (repository / "extra.pkl").write_bytes(b"x")
    assert _refused(repository, shelf_folder).code == "VS-MODEL-UNSAFE"


def test_a_folder_that_is_not_there(tmp_path: Path, shelf_folder: Path) -> None:
    assert isinstance(_refused(tmp_path / "gone", shelf_folder, "x"), NotFound)
    assert isinstance(_refused(tmp_path / "share" / "gone", shelf_folder, "x"), StorageAway)


def test_names_are_kept_apart(repository: Path, shelf_folder: Path) -> None:
    assert _refused(repository, shelf_folder, "../out").code == "VS-MODEL-NAME"
    _bring(repository, shelf_folder, "ours")
    with pytest.raises(Conflict) as exists:
        _bring(repository, shelf_folder, "ours")
    assert "vodstudio models remove ours" in exists.value.hint
    assert _bring(repository, shelf_folder, "ours.2").name == "ours.2"


def test_a_folder_gives_its_name(tmp_path: Path) -> None:
    assert name_for(tmp_path / "faster-whisper-small") == "faster-whisper-small"
    assert name_for(tmp_path / "Modèle de voix (2)") == "Mod-le-de-voix-2"
    assert name_for(tmp_path / "models--test--voice" / "snapshots" / "abc") == "voice"


def test_the_room_brings_it_in_a_child(room: ModelRoom, repository: Path) -> None:
    assert room.bring(repository, "", lambda: None, lambda *told: None).name == "repository"
    with pytest.raises(NeedsUser) as refused:
        room.bring(repository.parent, "", lambda: None, lambda *told: None)
    assert refused.value.code == "VS-NO-MODEL-HERE"
