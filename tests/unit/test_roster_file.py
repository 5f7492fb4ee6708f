"""The words of cities and bodies in the station file: what is read, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from vodstudio.config import save_correction
from vodstudio.core.errors import NeedsUser, NotFound
from vodstudio.core.station import CityId, PresetId
from vodstudio.core.vocabulary import Alias, Body, Roster
from vodstudio.station_file import StationRead, read_station_text

STATION = """\
[cities.grant]
name = "Grant"

[cities.grant.vocabulary]
names = ["Jeff Schafer", "Mahtomedi"]
streets = ["Ideal Avenue"]
acronyms = ["MnDOT"]
projects = ["Well 4"]

[cities.grant.vocabulary.aliases]
"counsel  woman smyth" = "Councilwoman Smith"

[cities.grant.bodies.planning]
name = "Planning Commission"
patterns = ["PC"]
names = ["Cindy Larson"]

[cities.grant.bodies.planning.aliases]
"cindy larsen" = "Cindy Larson"

[presets.council]
vocabulary = ["Quorum"]

[presets.council.aliases]
"kworum" = "quorum"
"""


def _read(text: str) -> StationRead:
    return read_station_text(Path("/etc/station.toml"), text)


def test_rosters_bodies_and_aliases_are_read() -> None:
    read = _read(STATION)
    assert read.warnings == ()
    city = read.station.city(CityId("grant"))
    assert city is not None
    assert city.vocabulary == Roster(
        names=("Jeff Schafer", "Mahtomedi"),
        streets=("Ideal Avenue",),
        acronyms=("MnDOT",),
        projects=("Well 4",),
        aliases=(Alias(heard="counsel woman smyth", written="Councilwoman Smith"),),
    )
    assert city.bodies == (
        Body(
            id="planning",
            name="Planning Commission",
            patterns=("PC",),
            roster=Roster(
                names=("Cindy Larson",), aliases=(Alias(heard="cindy larsen", written="Cindy Larson"),)
            ),
        ),
    )
    preset = read.station.preset(PresetId("council"))
    assert preset is not None
    assert preset.aliases == (Alias(heard="kworum", written="quorum"),)


def test_a_city_without_words_is_as_before() -> None:
    city = _read('[cities.grant]\nname = "Grant"\n').station.cities[0]
    assert (city.vocabulary, city.bodies) == (Roster(), ())


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('names = ["Jeff Schafer", "Mahtomedi"]', 'names = "Jeff"', 5, "a list"),
        ('names = ["Jeff Schafer", "Mahtomedi"]', 'names = ["Smith, Jeff"]', 5, "without commas"),
        ('names = ["Jeff Schafer", "Mahtomedi"]', f'names = ["{"x" * 81}"]', 5, "1 to 80 letters"),
        ('"counsel  woman smyth" = "Councilwoman Smith"', '"smyth" = 3', 11, "what is written in its place"),
        (
            '"counsel  woman smyth" = "Councilwoman Smith"',
            '"smyth" = " "',
            11,
            "what is written in its place",
        ),
        ('"counsel  woman smyth" = "Councilwoman Smith"', '"a b c d e f g" = "x"', 11, "1 to 6 words"),
        ('"counsel  woman smyth" = "Councilwoman Smith"', '"..." = "x"', 11, "1 to 6 words"),
        ('name = "Planning Commission"\n', "", 13, "this is needed"),
        ("[cities.grant.bodies.planning]", "[cities.grant.bodies.Plan]", 13, "small letters"),
        ('"kworum" = "quorum"', '"kworum" = []', 25, "what is written in its place"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(NeedsUser) as wrong:
        _read(STATION.replace(old, new))
    assert f"line {line}" in wrong.value.title
    assert said in wrong.value.title


def test_a_key_that_nobody_reads_is_a_warning() -> None:
    read = _read(STATION.replace("streets =", "roads ="))
    assert "roads is not known" in read.warnings[0]


def test_a_correction_is_kept_for_the_jobs_that_come(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text("# ours\n" + STATION, encoding="utf-8")
    save_correction(path, "grant", heard="matter meaty", written="Mahtomedi")
    save_correction(path, "grant", heard="", written="Manning Trail")
    read = save_correction(path, "grant", heard="well for", written="Well 4")
    vocabulary = read.station.cities[0].vocabulary
    assert vocabulary.names == ("Well 4", "Manning Trail", "Mahtomedi", "Jeff Schafer")
    assert vocabulary.aliases[1:] == (
        Alias(heard="matter meaty", written="Mahtomedi"),
        Alias(heard="well for", written="Well 4"),
    )
    assert path.read_text(encoding="utf-8").startswith("# ours\n")
    with pytest.raises(NotFound):
        save_correction(path, "nowhere", heard="x", written="y")


def test_the_first_correction_of_a_city_makes_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text('[cities.grant]\nname = "Grant"\n', encoding="utf-8")
    city = save_correction(path, "grant", heard="larsen", written="Larson").station.cities[0]
    assert city.vocabulary == Roster(names=("Larson",), aliases=(Alias(heard="larsen", written="Larson"),))
