"""The sample station: nine cities on seven storages and two spare ones, written into a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vodstudio.core.files import adopt, temporary_beside, write_atomically
from vodstudio.demo.simulator_seed import FIRST_SHOW, city_numbers
from vodstudio.demo.simulator_world import Behaviour
from vodstudio.paths import Places, make, resource

MARKER = ".vod-studio-storage"
SERVER = "main"
DELIVER_NAME = "Lake Elmo City Council 06 17 2025.mp4"
CAPTION_NAME = f"{FIRST_SHOW}-1-Grant City Council.mp4"

STORAGES: Mapping[int, tuple[str, ...]] = {
    1: ("Birchwood",),
    2: ("Dellwood", "Grant", "Willernie"),
    3: ("Lake Elmo",),
    4: ("Mahtomedi",),
    5: (),
    6: (),
    7: ("Oakdale",),
    8: ("White Bear Lake",),
    9: ("White Bear Township",),
}
ALIASES: Mapping[str, tuple[str, ...]] = {"White Bear Lake": ("WBL",), "White Bear Township": ("WBT",)}
_HEAD = """\
# The sample station of VOD Studio: nine cities on seven storages, one of them shared by three, and two spare
# storages for recordings of any city. Everything in it lies in this folder; the server is a practice server on
# this computer. Change what you like: comments and order are kept when the window saves this file.

name = "Sample station"

[servers.main]
name = "Practice server"
url = "simulator:"       # the practice server: it starts and ends together with the program
user = {user}
secret = {secret}       # where the password lies, never the password itself

[presets.council]
name = "Council meeting"
caption_profile = "BROADCAST-32"
stills = 3

[presets.council.encode]
height = 480             # small and quick: this is a demonstration; 1080 and "veryfast" are the defaults
speed = "ultrafast"
loudness_lufs = -24.0

[presets.council.speech]
model = "demo-voice"     # hears the sample meeting and nothing else; name a real model here for real meetings
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleStation:
    """Where the parts of the sample station lie."""

    station_file: Path
    drives: Mapping[int, Path]
    password: Path
    deliver: Path
    caption: Path


def sample_station(places: Places) -> SampleStation:
    """The parts of the sample station of this home; nothing is looked at or made."""
    storages = places.home / "storages"
    return SampleStation(
        station_file=places.station_file,
        drives={number: storages / f"flex-{number}" for number in STORAGES},
        password=places.config / "practice-server.password",
        deliver=places.home / "drop" / DELIVER_NAME,
        caption=storages / "flex-2" / CAPTION_NAME,
    )


def write_sample_station(places: Places) -> SampleStation:
    """Make what is missing of it; what the user changed stays."""
    make(places)
    sample = sample_station(places)
    for folder in (*sample.drives.values(), sample.deliver.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for drive in sample.drives.values():
        (drive / MARKER).touch()
    for path in (sample.deliver, sample.caption):
        _copy_meeting(path)
    _write_password(sample.password)
    if not sample.station_file.exists():
        write_atomically(sample.station_file, _text(sample).encode())
    return sample


def _copy_meeting(path: Path) -> None:
    meeting = resource("demo", "meeting.mp4")
    if path.exists() and path.stat().st_size == meeting.stat().st_size:
        return
    temporary = temporary_beside(path)
    shutil.copyfile(meeting, temporary)
    adopt(temporary, path)


def _write_password(path: Path) -> None:
    """The practice server's password is known to everybody; it lies here as a real one would."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(Behaviour().password + "\n")


def _text(sample: SampleStation) -> str:
    head = _HEAD.format(user=_quoted(Behaviour().user), secret=_quoted(f"file:{sample.password}"))
    return "\n".join([head, *_cities(), *_storages(sample)])


def _cities() -> list[str]:
    tables = []
    for name, number in city_numbers().items():
        lines = [f"[cities.{city_id(name)}]", f"name = {_quoted(name)}"]
        if name in ALIASES:
            lines.append(f"aliases = [{', '.join(map(_quoted, ALIASES[name]))}]")
        lines += [
            f'server = "{SERVER}"', "location = 1", "channel = 1", f"project = {number}",
            f"producer = {number}", 'preset = "council"', 'time_zone = "America/Chicago"', "",
        ]  # fmt: skip
        tables.append("\n".join(lines))
    return tables


def _storages(sample: SampleStation) -> list[str]:
    tables = []
    for number, names in STORAGES.items():
        relative = sample.drives[number].relative_to(sample.station_file.parent).as_posix()
        cities = ", ".join(_quoted(city_id(name)) for name in names)
        spare = "" if names else "   # spare: recordings of any city"
        tables.append(
            f"[storages.flex{number}]{spare}\npath = {_quoted(relative)}\ncities = [{cities}]\n"
            f'marker = "{MARKER}"\ncontent_drive_of = "{SERVER}"\n'
        )
    return tables


def city_id(name: str) -> str:
    """`White Bear Lake` is `white-bear-lake`."""
    return name.lower().replace(" ", "-")


def _quoted(text: str) -> str:
    """A basic string of TOML is written as one of JSON is."""
    return json.dumps(text, ensure_ascii=False)
