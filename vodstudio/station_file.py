"""The station file: the truth for cities, storages, servers, presets and lanes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from vodstudio.core.station import (
    City,
    CityId,
    EncodeSettings,
    Lane,
    Preset,
    PresetId,
    Server,
    ServerId,
    SpeechSettings,
    Station,
    Storage,
    StorageId,
)
from vodstudio.roster_file import read_aliases, read_bodies, read_roster
from vodstudio.toml_reading import (
    Rule,
    Rules,
    TomlFile,
    did_you_mean,
    parse_toml,
    read_fields,
    read_toml,
    shown,
)

SPEEDS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")
PRACTICE = "simulator:"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SECRET = re.compile(r"(vault|env|file):\S.*")
_TOP = ("name", "lanes", "cities", "storages", "servers", "presets")
_MOST_OF_A_LANE = 64
COMPUTE_TYPES = (
    "default", "auto", "int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16",
    "float32",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRead:
    """What the file says, and what in it is odd but harmless."""

    station: Station
    warnings: tuple[str, ...] = ()


def _between(low: float, high: float) -> Rule:
    def rule(value: object) -> str | None:
        inside = isinstance(value, int | float) and low <= value <= high
        return None if inside else f"a number from {low} to {high}"

    return rule


def _one_of(*allowed: str) -> Rule:
    words = ", ".join(f'"{each}"' for each in allowed)
    return lambda value: (
        None if value in allowed else f"one of {words}{did_you_mean(str(value), allowed).rstrip('?')}"
    )


def _name(value: object) -> str | None:
    text = str(value)
    return None if text.strip() and text.isprintable() and len(text) <= 200 else "a name of 1 to 200 letters"


def _secret(value: object) -> str | None:
    good = not value or _SECRET.fullmatch(str(value))
    return None if good else "a reference, never the password itself: vault:NAME, env:NAME or file:PATH"


def _url(value: object) -> str | None:
    expected = "an address like https://cablecast.example.org, without name and password"
    if value == PRACTICE:
        return None
    try:
        parts = urlsplit(str(value))
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return expected
    return None if good and "@" not in parts.netloc else expected


def _time_zone(value: object) -> str | None:
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(str(value))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return 'a time zone like "America/Chicago"'
    return None


def _marker(value: object) -> str | None:
    text = str(value)
    good = text not in (".", "..") and not set(text) & set('/\\:\0"*?<>|')
    return None if good else "the name of one file that lies in the storage, without a folder"


def _profile(value: object) -> str | None:
    from vodstudio.captions.profile import PROFILES

    return None if str(value).upper() in PROFILES else _one_of(*PROFILES)(value)


def _label(value: object) -> str | None:
    from vodstudio.captions.timecode import frame_of

    text = str(value).replace(";", ":")
    return None if frame_of(text) is not None else 'a time label like "00:00:00:00" or "01:00:00:00"'


RULES: Rules = {
    (Station, "name"): _name,
    (City, "name"): _name,
    (City, "time_zone"): _time_zone,
    (City, "location"): _between(1, 2**31),
    (City, "channel"): _between(1, 2**31),
    (City, "project"): _between(1, 2**31),
    (City, "producer"): _between(1, 2**31),
    (Storage, "marker"): _marker,
    (Server, "url"): _url,
    (Server, "secret"): _secret,
    (Preset, "name"): _name,
    (Preset, "caption_profile"): _profile,
    (Preset, "caption_place"): _one_of("bottom", "top"),
    (Preset, "speaker_mark"): _one_of(">>", "-"),
    (Preset, "scc"): _one_of("df", "ndf"),
    (Preset, "scc_first_label"): _label,
    (Preset, "stills"): _between(0, 50),
    (EncodeSettings, "height"): _between(144, 4320),
    (EncodeSettings, "video_kbps"): _between(100, 200_000),
    (EncodeSettings, "audio_kbps"): _between(32, 640),
    (EncodeSettings, "speed"): _one_of(*SPEEDS),
    (EncodeSettings, "loudness_lufs"): _between(-70, -5),
    (EncodeSettings, "true_peak_db"): _between(-9, 0),
    (EncodeSettings, "in_point_s"): _between(0, 360_000),
    (EncodeSettings, "out_point_s"): _between(0, 360_000),
    (SpeechSettings, "beam_size"): _between(1, 20),
    (SpeechSettings, "compute_type"): _one_of(*COMPUTE_TYPES),
    (SpeechSettings, "engine"): _one_of("auto", "sequential", "batched"),
}


def read_station(path: Path) -> StationRead:
    """Read the file; a wrong value raises NeedsUser with its line."""
    return _station(read_toml(path))


def read_station_text(path: Path, text: str) -> StationRead:
    """The same for text that is about to become this file."""
    return _station(parse_toml(path, text))


def _station(file: TomlFile) -> StationRead:
    for key in file.body:
        if key not in _TOP:
            file.unknown((), key, _TOP)
    top = {key: file.body[key] for key in ("name",) if key in file.body}
    presets = _presets(file) or Station().presets
    station = Station(
        cities=_cities(file),
        storages=_storages(file),
        servers=_servers(file),
        presets=presets,
        lanes=_lanes(file),
        **read_fields(file, (), top, Station, RULES),  # type: ignore[arg-type]
    )
    _check_names(file, station)
    return StationRead(station=station, warnings=tuple(file.warnings))


def _entries(file: TomlFile, kind: str) -> Iterable[tuple[str, tuple[str, ...], Mapping[str, object]]]:
    """The id, the table's name and its values, for each table of a kind."""
    tables = file.table((), kind, file.body)
    for name in tables:
        if not _ID.fullmatch(name):
            raise file.wrong(
                (kind,),
                name,
                "an id has only small letters, digits, - and _, and begins with one of the first two",
            )
        yield name, (kind, name), file.table((kind,), name, tables)


def _needed(file: TomlFile, table: tuple[str, ...], body: Mapping[str, object], *keys: str) -> None:
    for key in keys:
        if key not in body:
            raise file.wrong(table, key, "this is needed and is not there")


def _cities(file: TomlFile) -> tuple[City, ...]:
    found = []
    for name, table, body in _entries(file, "cities"):
        _needed(file, table, body, "name")
        simple = {key: value for key, value in body.items() if key != "bodies"}
        values = read_fields(file, table, simple, City, RULES)
        values["vocabulary"] = read_roster(
            file, (*table, "vocabulary"), file.table(table, "vocabulary", body)
        )
        values["bodies"] = read_bodies(file, table, body)
        found.append(City(id=CityId(name), **values))  # type: ignore[arg-type]
    return tuple(found)


def _storages(file: TomlFile) -> tuple[Storage, ...]:
    found = []
    for name, table, body in _entries(file, "storages"):
        _needed(file, table, body, "path")
        values = read_fields(file, table, body, Storage, RULES)
        values["path"] = file.path.parent / str(values["path"])
        found.append(Storage(id=StorageId(name), **values))  # type: ignore[arg-type]
    return tuple(found)


def _servers(file: TomlFile) -> tuple[Server, ...]:
    found = []
    for name, table, body in _entries(file, "servers"):
        _needed(file, table, body, "url")
        values = {"name": name, **read_fields(file, table, body, Server, RULES)}
        if values.get("ca_file"):
            values["ca_file"] = file.path.parent / str(values["ca_file"])
        found.append(Server(id=ServerId(name), **values))  # type: ignore[arg-type]
    return tuple(found)


def _presets(file: TomlFile) -> tuple[Preset, ...]:
    found = []
    for name, table, body in _entries(file, "presets"):
        simple = {key: value for key, value in body.items() if key != "aliases"}
        values = {"name": name, **read_fields(file, table, simple, Preset, RULES)}
        values["aliases"] = read_aliases(file, table, body)
        for key, cls in (("encode", EncodeSettings), ("speech", SpeechSettings)):
            inner = file.table(table, key, body)
            values[key] = cls(**read_fields(file, (*table, key), inner, cls, RULES))  # type: ignore[arg-type]
        preset = Preset(id=PresetId(name), **values)  # type: ignore[arg-type]
        if preset.encode.out_point_s is not None and preset.encode.out_point_s <= preset.encode.in_point_s:
            raise file.wrong((*table, "encode"), "out_point_s", "it must lie after in_point_s")
        found.append(preset)
    return tuple(found)


def _lanes(file: TomlFile) -> Mapping[Lane, int]:
    lanes: dict[Lane, int] = {}
    known = [lane.value for lane in Lane]
    for key, value in file.table((), "lanes", file.body).items():
        if key not in known:
            file.unknown(("lanes",), key, known)
        elif isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_OF_A_LANE:
            wanted = f"expected a whole number from 1 to {_MOST_OF_A_LANE}, found {shown(value)}"
            raise file.wrong(("lanes",), key, wanted)
        else:
            lanes[Lane(key)] = value
    return lanes


def _check_names(file: TomlFile, station: Station) -> None:
    """Every id that is spoken of exists."""
    cities = [city.id for city in station.cities]
    servers = [server.id for server in station.servers]
    storages = [storage.id for storage in station.storages]
    presets = [preset.id for preset in station.presets]
    for city in station.cities:
        _refers(file, ("cities", city.id), "server", city.server, servers)
        _refers(file, ("cities", city.id), "preset", city.preset, presets)
    for storage in station.storages:
        for each in storage.cities:
            _refers(file, ("storages", storage.id), "cities", each, cities)
        _refers(file, ("storages", storage.id), "content_drive_of", storage.content_drive_of, servers)
    for preset in station.presets:
        _refers(file, ("presets", preset.id), "destination", preset.destination, storages)


def _refers(file: TomlFile, table: tuple[str, ...], key: str, name: str | None, known: Iterable[str]) -> None:
    known = list(known)
    if name is not None and name not in known:
        raise file.wrong(table, key, f"there is no {shown(name)} in this file{did_you_mean(name, known)}")
