"""The first station file: a name, cities and a folder, written as a person would write it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from vodstudio.core.errors import Conflict, NotFound
from vodstudio.core.files import write_atomically
from vodstudio.station_file import read_station_text

_HEAD = """\
# The station file of VOD Studio: the truth for cities, storages, servers and presets.
# Change what you like: comments and order are kept when the window saves this file.

name = {name}

[presets.council]
name = "Council meeting"
"""


def write_first_station(path: Path, name: str, cities: Sequence[str], folder: str) -> None:
    """Write the file; it is read back before it is kept, and an existing one is never replaced."""
    if path.exists():
        raise Conflict(
            "There is a station file already",
            hint=f"Change {path} instead. Nothing was written.",
            code="VS-STATION-EXISTS",
        )
    if folder and not (folder.startswith("/") or Path(folder).is_absolute()):
        raise NotFound(
            "Please write the whole path of the folder",
            hint="It begins with / or with a drive such as D:. Nothing was written.",
            code="VS-STATION-FOLDER",
        )
    text = first_station(name, cities, folder)
    read_station_text(path, text)
    write_atomically(path, text.encode())


def first_station(name: str, cities: Sequence[str], folder: str) -> str:
    """The text of the file."""
    cities = list({city.casefold(): city for city in reversed(cities)}.values())[::-1]  # each name once
    ids = _ids(cities)
    parts = [_HEAD.format(name=_quoted(name))]
    for city_id, city in zip(ids, cities, strict=True):
        parts.append(f'[cities.{city_id}]\nname = {_quoted(city)}\npreset = "council"\n')
    if folder:
        parts.append(
            f"[storages.recordings]   # no cities: recordings of any city\npath = {_quoted(folder)}\n"
        )
    return "\n".join(parts)


def _ids(cities: Sequence[str]) -> list[str]:
    """A short id for each city, no two the same."""
    found: list[str] = []
    for city in cities:
        plain = unicodedata.normalize("NFKD", city).encode("ascii", "ignore").decode().lower()
        base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "city"
        number, city_id = 2, base
        while city_id in found:
            city_id, number = f"{base}-{number}", number + 1
        found.append(city_id)
    return found


def _quoted(text: str) -> str:
    """A basic string of TOML is written as one of JSON is."""
    return json.dumps(text, ensure_ascii=False)
