"""Unsaved corrections on disk, one line for each change, so that a crash loses what was typed in the last moment only."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vodstudio.core.files import writing

Line = Mapping[str, object]
SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an earlier window left: its changes in order, and when the last one was made."""

    changes: tuple[Line, ...]
    at: datetime


class Journal:
    """The corrections of one version of the words that are not saved. Its methods touch the disk: not on the loop."""

    def __init__(self, path: Path, sha256: str) -> None:
        self._path = path
        self._sha256 = sha256

    def read(self) -> Kept | None:
        """What is there; a last line that was being written is left out, and so is all that is of other words."""
        try:
            text = self._path.read_text("utf-8")
            at = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        except (OSError, UnicodeDecodeError):
            return None
        lines = list(_whole(text))
        if not lines or lines[0] != self._head or len(lines) == 1:
            return None
        return Kept(changes=tuple(lines[1:]), at=at)

    def write(self, changes: Sequence[Line]) -> None:
        """Add these; they are on the disk when this returns."""
        with writing(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not self._path.exists()
            with self._path.open("a", encoding="utf-8") as file:
                for line in ([self._head] if is_new else []) + list(changes):
                    file.write(json.dumps(line) + "\n")
                file.flush()
                os.fsync(file.fileno())

    def end(self) -> None:
        """Nothing is unsaved any more."""
        with writing(self._path):
            self._path.unlink(missing_ok=True)

    @property
    def _head(self) -> Line:
        return {"schema": SCHEMA, "words": self._sha256}


def _whole(text: str) -> list[Line]:
    found: list[Line] = []
    for line in text.splitlines():
        try:
            body = json.loads(line)
        except ValueError:
            break
        if not isinstance(body, dict):
            break
        found.append(body)
    return found
