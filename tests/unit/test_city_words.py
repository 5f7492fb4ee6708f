"""Words that are taught count without a new start: the station file is read again when it has changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vodstudio.city_words import CityWords
from vodstudio.core.station import CityId, Numbers
from vodstudio.core.vocabulary import Alias, Offer
from vodstudio.station_file import StationRead, read_station

FILE = """
[cities.grant]
name = "Grant"

[cities.grant.vocabulary]
names = ["Larson"]
"""
GRANT = CityId("grant")


class Library:
    """Counts how often the file is read."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, path: Path) -> StationRead:
        self.reads += 1
        return read_station(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "station.toml"
    made.write_text(FILE, "utf-8")
    return made


def names(words: CityWords) -> tuple[str, ...]:
    city = words.city(GRANT)
    assert city is not None
    return city.vocabulary.names


def test_what_is_taught_and_what_somebody_writes_into_the_file_count_at_once(path: Path) -> None:
    library = Library()
    words = CityWords(path, read_station(path).station, library.read)
    assert (names(words), names(words), library.reads) == (("Larson",), ("Larson",), 1)
    words.learn(GRANT, Offer(heard="cone", written="Kohn"))
    assert names(words) == ("Kohn", "Larson")
    city = words.city(GRANT)
    assert city is not None
    assert city.vocabulary.aliases == (Alias(heard="cone", written="Kohn"),)
    path.write_text(path.read_text("utf-8").replace("Larson", "Lawson the Elder"), "utf-8")
    assert names(words) == ("Kohn", "Lawson the Elder")
    assert (names(words), library.reads) == (("Kohn", "Lawson the Elder"), 3)


def test_words_that_were_written_while_the_program_began_count(path: Path) -> None:
    station = read_station(path).station
    path.write_text(FILE.replace("Larson", "Kohn"), "utf-8")
    assert names(CityWords(path, station)) == ("Kohn",)


def test_words_that_are_taught_in_one_moment_are_all_kept(path: Path) -> None:
    words = CityWords(path, read_station(path).station)
    taught = [f"Name{number}" for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: words.learn(GRANT, Offer(heard=name.lower(), written=name)), taught))
        pool.submit(words.set_numbers, GRANT, Numbers.DIGITS).result()
    assert sorted(names(words)) == sorted(["Larson", *taught])
    city = words.city(GRANT)
    assert city is not None
    assert (len(city.vocabulary.aliases), city.numbers) == (16, Numbers.DIGITS)


def test_everything_else_stays_as_the_program_began_with_it(path: Path) -> None:
    words = CityWords(path, read_station(path).station)
    assert (words.city_name(GRANT), words.city_name(None), words.city_name(CityId("nowhere"))) == (
        "Grant",
        "",
        "",
    )
    assert words.city(CityId("nowhere")) is None
    path.write_text(FILE.replace('"Grant"', '"Another"').replace("Larson", "Kohn"), "utf-8")
    city = words.city(GRANT)
    assert city is not None
    assert (city.name, city.vocabulary.names) == ("Grant", ("Kohn",))
    path.write_text(FILE.replace("grant", "hugo"), "utf-8")
    assert names(words) == ("Larson",)
    path.unlink()


def test_a_file_that_cannot_be_used_changes_nothing(path: Path, allowed_logs: list[str]) -> None:
    words = CityWords(path, read_station(path).station)
    path.write_text(FILE + "names = [", "utf-8")
    allowed_logs.append("the words of the cities stay as they were")
    assert names(words) == ("Larson",)
    path.unlink()
    assert names(words) == ("Larson",)
    path.write_text(FILE.replace("Larson", "Kohn"), "utf-8")
    assert names(words) == ("Kohn",)


def test_a_style_of_numbers_counts_at_once_and_can_be_taken_back(path: Path) -> None:
    words = CityWords(path, read_station(path).station)
    assert words.numbers() == {GRANT: None}
    words.set_numbers(GRANT, Numbers.WORDS_TO_TEN)
    assert words.numbers() == {GRANT: Numbers.WORDS_TO_TEN}
    city = words.city(GRANT)
    assert city is not None
    assert city.numbers is Numbers.WORDS_TO_TEN
    words.set_numbers(GRANT, None)
    assert words.numbers() == {GRANT: None}
    assert "numbers" not in path.read_text("utf-8")
