"""Damaged models: kept out of the way with the reason, and deleted when a whole one has come."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from vodstudio.core.files import write_atomically, writing

ASIDE = ".broken"
REASON = "WHY.txt"


def put_aside(shelf: Path, name: str, why: str) -> Path:
    """Move a model where nobody loads it; the reason lies in it."""
    aside = shelf / ASIDE / f"{name}-{secrets.token_hex(3)}"
    with writing(aside):
        aside.parent.mkdir(exist_ok=True)
        (shelf / name).rename(aside)
    write_atomically(aside / REASON, f"{why}\n".encode())
    return aside


def put_aside_already(shelf: Path) -> Mapping[str, str]:
    """Which models lie aside, and why."""
    return {folder.name.rpartition("-")[0]: _reason(folder) for folder in _folders(shelf)}


def forget_aside(shelf: Path, name: str) -> None:
    """Give the room of a damaged model back."""
    for folder in _folders(shelf):
        if folder.name.rpartition("-")[0] == name:
            shutil.rmtree(folder, ignore_errors=True)


def _folders(shelf: Path) -> list[Path]:
    return sorted((shelf / ASIDE).glob("*-*"), key=lambda folder: folder.stat().st_mtime_ns)


def _reason(folder: Path) -> str:
    with contextlib.suppress(OSError):
        return (folder / REASON).read_text("utf-8", "replace").strip()
    return ""
