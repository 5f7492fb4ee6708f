"""Room on a disk as something to wait for."""

from __future__ import annotations

from pathlib import Path

import pytest

from vodstudio.core.room import read_room, room_condition


@pytest.mark.parametrize("folder", ["/mnt/flex 1", "/mnt/what?need=this", "/mnt/what?need=12", "C:\\vod?"])
def test_what_is_needed_is_read_back(folder: str) -> None:
    """Whatever the folder is called."""
    kind, _, what = room_condition(Path(folder), 1536).partition(":")
    assert (kind, read_room(what)) == ("disk", (Path(folder), 1536))


@pytest.mark.parametrize("folder", ["/mnt/flex-1", "/mnt/what?need=", "/mnt/what?need=\N{SUPERSCRIPT TWO}"])
def test_without_a_need_it_is_a_folder_alone(folder: str) -> None:
    """As who writes small files says it."""
    assert read_room(folder) == (Path(folder), None)
