"""Unsaved corrections on disk, one line for each change, so that a crash loses what was typed in the last moment only."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vodstudio.core.files import sync_folder, write_atomically, writing

Line = Mapping[str, object]
SCHEMA = 1
TYPED = "typed"
DAMAGED = ".damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an earlier window left: its changes in order, what stood in the open field, and when that was."""

    changes: tuple[Line, ...]
    at: datetime
    typed: Line | None = None

    @property
    def count(self) -> int:
        """How many changes there are, with the one that was being typed."""
        return len(self.changes) + (self.typed is not None)


class Journal:
    """The corrections of one version of the words that are not saved. Its methods touch the disk: not on the loop."""

    def __init__(self, path: Path, sha256: str) -> None:
        self._path = path
        self._sha256 = sha256
        self._end: int | None = None

    def read(self) -> Kept | None:
        """What is there; a last line that was being written is left out, and so is all that is of other words."""
        try:
            content = self._path.read_bytes()
            at = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        except OSError:
            return None
        lines = [line for line, _ in _whole(content)]
        if not lines or lines[0] != self._head:
            return None
        changes = tuple(line for line in lines[1:] if TYPED not in line)
        typed = lines[-1] if isinstance(lines[-1].get(TYPED), str) else None
        return Kept(changes=changes, at=at, typed=typed) if changes or typed else None

    def write(self, changes: Sequence[Line]) -> None:
        """Add these; they are on the disk when this returns, and none of them is when it fails."""
        with writing(self._path):
            end = self._begun() if self._end is None else self._end
            with self._path.open("r+b") as file:
                file.seek(end)
                file.truncate()
                file.write(_bytes(changes))
                file.flush()
                os.fsync(file.fileno())
                self._end = file.tell()

    def start_over(self, changes: Iterable[Line]) -> None:
        """These are all there is: what could not be taken up stands in nobody's way."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        content = _bytes([self._head, *changes])
        write_atomically(self._path, content)
        self._end = len(content)

    def end(self) -> None:
        """Nothing is unsaved any more."""
        with writing(self._path):
            self._path.unlink(missing_ok=True)
            self._end = None

    def _begun(self) -> int:
        """Where the next line goes: after the last whole one, or in a new file; what is not ours is put aside."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            lines = list(_whole(self._path.read_bytes()))
            if lines and lines[0][0] == self._head:
                return lines[-1][1]
            self._path.replace(self._path.with_name(self._path.name + DAMAGED))
        self._path.write_bytes(head := _bytes([self._head]))
        sync_folder(self._path.parent)
        return len(head)

    @property
    def _head(self) -> Line:
        return {"schema": SCHEMA, "words": self._sha256}


def _bytes(lines: Iterable[Line]) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode("ascii")


def _whole(content: bytes) -> Iterator[tuple[Line, int]]:
    """Each line that was written to its end, and the place after it; nothing after the first that is damaged."""
    at = 0
    while (end := content.find(b"\n", at)) >= 0:
        try:
            body = json.loads(content[at:end])
        except ValueError:
            return
        if not isinstance(body, dict):
            return
        at = end + 1
        yield body, at
