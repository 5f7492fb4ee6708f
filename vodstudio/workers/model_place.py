"""Where a model comes together: a folder that nobody loads from, until all of it is proven and it gets its name."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vodstudio.core.errors import Conflict, NoSpace
from vodstudio.core.files import sync_folder, write_atomically, writing
from vodstudio.core.models import gigabytes
from vodstudio.core.room import room_condition
from vodstudio.owner import lock
from vodstudio.workers.model_file import WANTED, broken, fault_of_shape, write_sums

COMING = ".coming"
SOURCE = "source.json"
MARGIN_BYTES = 100 * 1000**2


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one model that is on its way; only one process works in it."""

    shelf: Path
    name: str

    @property
    def folder(self) -> Path:
        """Where its files are gathered."""
        return self.shelf / COMING / self.name

    @property
    def final(self) -> Path:
        """Where it will lie."""
        return self.shelf / self.name

    def prove_room(self, sizes: Mapping[str, int]) -> None:
        """Before the first byte: is there room for what is still to come?"""
        have = sum(min(size, _size(self.folder / name)) for name, size in sizes.items())
        needed = sum(sizes.values()) - have + MARGIN_BYTES
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            raise NoSpace(
                f"There is no room for the speech model {self.name}",
                condition=room_condition(self.shelf, needed),
                hint=f"It needs {gigabytes(needed)} more on the disk of {self.shelf}, and {gigabytes(free)} are free."
                " What has arrived is kept.",
                detail=f"{self.shelf}: {free} < {needed}",
            )

    def finish(self, sums: Mapping[str, str], source: Mapping[str, object]) -> Path:
        """Everything was compared with its hash: list them, look at the whole, and give it its name."""
        for path in self.folder.iterdir():
            if path.name not in sums:
                path.unlink()
        fault = fault_of_shape(self.folder)
        if fault:
            raise broken(self.folder, fault)
        with writing(self.final):
            for name in sums:
                _to_disk(self.folder / name)
            write_atomically(self.folder / SOURCE, json.dumps(dict(source), indent=1).encode())
            write_sums(self.folder, sums)
            self.folder.rename(self.final)
            sync_folder(self.shelf)
        return self.final


@contextlib.contextmanager
def place_for(shelf: Path, name: str) -> Iterator[Place]:
    """The place of this model, for one process at a time."""
    place = Place(shelf, name)
    with writing(place.folder / "model files"):
        place.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(place.folder.with_name(f"{name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not lock(handle):
            raise Conflict(
                f"The speech model {name} is being brought already",
                hint="Another window or command is at it. Nothing was changed.",
                detail=str(place.folder),
                code="VS-MODEL-COMING",
            )
        yield place
    finally:
        os.close(handle)


def coming(shelf: Path) -> Mapping[str, int]:
    """What has arrived of models that are not whole yet, in bytes."""
    folders = [folder for folder in _folders(shelf / COMING) if (folder / WANTED[0]).is_file()]
    return {folder.name: sum(_size(folder / name) for name in WANTED) for folder in folders}


def forget_coming(shelf: Path, name: str) -> None:
    """Throw away what has arrived of a model."""
    shutil.rmtree(shelf / COMING / name, ignore_errors=True)


def _folders(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else ()


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
