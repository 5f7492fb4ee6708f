"""A hub on loopback with the demo voice in it, and an empty shelf."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.hub import Hub, running
from tests.speech.fakes import MEETING, VOICE
from vodstudio.core.models import KnownModel, ModelName
from vodstudio.workers.model_room import ModelRoom
from vodstudio.workers.models import Shelf
from vodstudio.workers.process import Children


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What lies on the hub: the demo voice without its checksums, and files that nobody needs."""
    folder = tmp_path / "repository"
    shutil.copytree(VOICE, folder)
    (folder / "SHA256SUMS").unlink()
    (folder / "README.md").write_text("A model card.")
    (folder / "pytorch_model.bin").write_bytes(b"never wanted")
    return folder


@pytest.fixture
def hub(repository: Path) -> Iterator[Hub]:
    served = Hub(repository)
    with running(served):
        yield served


@pytest.fixture
def shelf_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


@pytest.fixture
def voice() -> KnownModel:
    """The model of the hub as our list would have it."""
    import hashlib

    weights = hashlib.sha256((VOICE / "model.bin").read_bytes()).hexdigest()
    return KnownModel(name=ModelName("voice"), repository="test/voice", weights_sha256=weights)


@pytest.fixture
def room(tmp_path: Path, shelf_folder: Path, hub: Hub) -> Iterator[ModelRoom]:
    """The models of a computer that has none yet, with real children."""
    children = Children(tmp_path / "run")
    shelf = Shelf(folder=shelf_folder, demo_voice=VOICE, sample_meeting=MEETING)
    yield ModelRoom(shelf=shelf, children=children, hub=hub.address)
    children.close()
