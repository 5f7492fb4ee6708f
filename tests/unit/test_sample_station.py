"""The sample station that a new user tries first."""

from __future__ import annotations

from pathlib import Path

from vodstudio.config import read_settings
from vodstudio.core.filename import read_name
from vodstudio.core.jobs import PlanKind
from vodstudio.core.plan import plan_for
from vodstudio.core.station import CityId, city_of
from vodstudio.demo.station import MARKER, sample_station, write_sample_station
from vodstudio.paths import Places, places
from vodstudio.vault import Vault


def places_of(home: Path) -> Places:
    return places({"VODSTUDIO_HOME": str(home)})


def test_nine_cities_on_seven_storages_one_shared_by_three_and_two_spare(home: Path) -> None:
    write_sample_station(places_of(home))
    settings = read_settings(places_of(home))
    station = settings.station
    assert settings.warnings == ()
    assert len(station.cities) == 9
    assert sorted(len(storage.cities) for storage in station.storages) == [0, 0, 1, 1, 1, 1, 1, 1, 3]
    assert all((storage.path / MARKER).is_file() for storage in station.storages)
    assert station.servers[0].url == "simulator:"
    assert Vault({}).read(station.servers[0].secret)


def test_the_two_recordings_choose_the_two_plans(home: Path) -> None:
    sample = write_sample_station(places_of(home))
    station = read_settings(places_of(home)).station
    found = []
    for path in (sample.deliver, sample.caption):
        name = read_name(path.stem)
        city = city_of(station, path, path.stem)
        found.append((city.id if city else None, plan_for(station, path, name), name.show_number))
    assert found == [
        (CityId("lake-elmo"), PlanKind.DELIVER, None),
        (CityId("grant"), PlanKind.CAPTION_IN_PLACE, 21411),
    ]


def test_a_second_time_keeps_what_the_user_changed(home: Path) -> None:
    sample = write_sample_station(places_of(home))
    text = sample.station_file.read_text(encoding="utf-8").replace('"Sample station"', '"Mine" # my note')
    sample.station_file.write_text(text, encoding="utf-8")
    again = write_sample_station(places_of(home))
    assert again == sample == sample_station(places_of(home))
    saved = sample.station_file.read_text(encoding="utf-8")
    assert '"Mine" # my note' in saved
    assert read_settings(places_of(home)).station.name == "Mine"
