"""Settings of this machine and of the station: read, validated and saved with their comments."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vodstudio.core.errors import NeedsUser, NotFound
from vodstudio.core.files import write_atomically
from vodstudio.core.station import CityId, Station
from vodstudio.paths import Places
from vodstudio.station_file import StationRead, read_station, read_station_text
from vodstudio.toml_reading import Rule, Rules, TomlFile, parse_toml, read_fields, read_toml

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


class Theme(StrEnum):
    """How the window looks."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSettings:
    """What is needed before the window is painted (window.toml)."""

    theme: Theme = Theme.SYSTEM
    language: str = "en"
    geometry: str = ""
    tab: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What belongs to this machine rather than to the station (settings.toml)."""

    retention_days: int = 30
    backups_kept: int = 10
    ffmpeg: Path | None = None
    work_folder: Path | None = None
    log_level: str = "info"
    model_kept_minutes: int = 5
    work_on_battery: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the house is built from."""

    places: Places
    preferences: Preferences = Preferences()
    station: Station = field(default_factory=Station)
    has_station: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def work_folder(self) -> Path:
        """Where steps work: large, and may be moved to another disk."""
        return self.preferences.work_folder or self.places.work


def _from(low: int, high: int) -> Rule:
    return lambda value: (
        None if isinstance(value, int) and low <= value <= high else f"a whole number from {low} to {high}"
    )


def _level(value: object) -> str | None:
    return None if value in ("debug", "info", "warning") else 'one of "debug", "info", "warning"'


RULES: Rules = {
    (Preferences, "retention_days"): _from(1, 3650),
    (Preferences, "backups_kept"): _from(1, 1000),
    (Preferences, "log_level"): _level,
    (Preferences, "model_kept_minutes"): _from(0, 1440),
    (WindowSettings, "tab"): _from(0, 9),
}


def read_settings(places: Places) -> Settings:
    """Read both files; without a station file the station is empty and `has_station` says so."""
    preferences, warnings = _read_preferences(places.settings_file)
    if not places.station_file.exists():
        return Settings(places=places, preferences=preferences, warnings=warnings)
    read = read_station(places.station_file)
    return Settings(
        places=places,
        preferences=preferences,
        station=read.station,
        has_station=True,
        warnings=warnings + read.warnings,
    )


def _read_preferences(path: Path) -> tuple[Preferences, tuple[str, ...]]:
    if not path.exists():
        return Preferences(), ()
    file = read_toml(path)
    values = _fields(file, Preferences)
    for key in ("ffmpeg", "work_folder"):
        if key in values:
            # The program starts in many folders: a relative path means beside this file, as in the station file.
            values[key] = path.parent / str(values[key])
    return Preferences(**values), tuple(file.warnings)  # type: ignore[arg-type]


def read_window_settings(places: Places) -> WindowSettings:
    """Theme and geometry; a damaged file costs the geometry and never the start."""
    try:
        return WindowSettings(**_fields(read_toml(places.window_file), WindowSettings))  # type: ignore[arg-type]
    except NeedsUser:
        return WindowSettings()


def save_window_settings(places: Places, values: Mapping[str, str | int]) -> None:
    """Keep theme and geometry."""
    document = _document(places.window_file)
    for key, value in values.items():
        _put(document, (key,), value)
    text = document.as_string()
    _fields(parse_toml(places.window_file, text), WindowSettings)
    _write(places.window_file, text)


def save_preference(places: Places, key: str, value: object) -> Preferences:
    """Change one value of settings.toml; what cannot be is refused before the file is touched."""
    document = _document(places.settings_file)
    _put(document, (key,), value)
    text = document.as_string()
    preferences = Preferences(**_fields(parse_toml(places.settings_file, text), Preferences))  # type: ignore[arg-type]
    _write(places.settings_file, text)
    return preferences


def save_station_value(path: Path, keys: tuple[str, ...], value: object) -> StationRead:
    """Set one value (or add one table, given as a dict) of the station file; comments and order stay."""
    return _save_station(path, {keys: value})


def save_city(path: Path, city_id: str, values: Mapping[str, object]) -> StationRead:
    """Set values of one city, adding its table when it is new."""
    return _save_station(path, {("cities", city_id, key): value for key, value in values.items()})


def save_correction(path: Path, city_id: str, *, heard: str, written: str) -> StationRead:
    """What a person corrected becomes an alias of the city, and a name in front of its others; for jobs that come."""
    names = [name for name in _names_of(path, city_id) if name.casefold() != written.casefold()]
    vocabulary = ("cities", city_id, "vocabulary")
    values: dict[tuple[str, ...], object] = {(*vocabulary, "names"): [written, *names]}
    if heard:
        values[(*vocabulary, "aliases", heard)] = written
    return _save_station(path, values)


def _names_of(path: Path, city_id: str) -> tuple[str, ...]:
    city = read_station(path).station.city(CityId(city_id))
    if city is None:
        raise NotFound(
            f"There is no city “{city_id}” in the station file",
            hint="Nothing was changed.",
            code="VS-UNKNOWN-CITY",
        )
    return city.vocabulary.names


def _save_station(path: Path, values: Mapping[tuple[str, ...], object]) -> StationRead:
    document = _document(path)
    for keys, value in values.items():
        _put(document, keys, value)
    text = document.as_string()
    read = read_station_text(path, text)
    _write(path, text)
    return read


def _fields(file: TomlFile, cls: type) -> dict[str, object]:
    return read_fields(file, (), file.body, cls, RULES)


def _document(path: Path) -> TOMLDocument:
    import tomlkit

    text = read_toml(path).text if path.exists() else ""
    return tomlkit.parse(text)


def _put(document: TOMLDocument, keys: tuple[str, ...], value: object) -> None:
    """Set a value deep in a document, making the tables on the way; None removes the key."""
    import tomlkit

    inner: MutableMapping[str, Any] = document
    for depth, key in enumerate(keys[:-1]):
        if key not in inner:
            inner[key] = tomlkit.table(is_super_table=depth < len(keys) - 2)
        found = inner[key]
        if not isinstance(found, MutableMapping):
            raise NeedsUser(
                f"{'.'.join(keys[: depth + 1])} is a single value in this file, and a table is needed",
                hint="Correct the file by hand. Nothing was changed.",
                code="VS-CONFIG-VALUE",
            )
        inner = found
    if value is None:
        inner.pop(keys[-1], None)
    else:
        inner[keys[-1]] = str(value) if isinstance(value, Path) else value


def _write(path: Path, text: str) -> None:
    """Keep the previous file beside it, and replace it whole."""
    if path.exists():
        write_atomically(path.with_name(path.name + ".previous"), path.read_bytes())
    write_atomically(path, text.encode())
