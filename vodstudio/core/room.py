"""Room on a disk as something to wait for: which disk, and how much of it a step needs."""

from __future__ import annotations

from pathlib import Path

_NEED = "?need="


def room_condition(folder: Path, needed_bytes: int) -> str:
    """The condition of a step that knows how much it needs; one that does not says `disk:<path>` alone."""
    return f"disk:{folder}{_NEED}{needed_bytes}"


def read_room(what: str) -> tuple[Path, int | None]:
    """What follows `disk:`: the folder, and the bytes that are needed there when they are known."""
    folder, mark, needed = what.rpartition(_NEED)
    if mark and needed.isascii() and needed.isdecimal():
        return Path(folder), int(needed)
    return Path(what), None
