"""Which city a recording belongs to, and where things lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from vodstudio.core.station import (
    City,
    CityId,
    Preset,
    PresetId,
    Server,
    ServerId,
    Station,
    Storage,
    StorageId,
    city_of,
    taught,
)
from vodstudio.core.vocabulary import Alias, Offer

MAIN = ServerId("main")


def city(name: str, *patterns: str, preset: str = "") -> City:
    return City(
        id=CityId(name.lower().replace(" ", "-")),
        name=name,
        title_patterns=patterns,
        server=MAIN,
        preset=PresetId(preset) if preset else None,
    )


def storage(number: int, *cities: str) -> Storage:
    return Storage(
        id=StorageId(f"flex{number}"),
        path=Path(f"/mnt/flex-{number}"),
        cities=tuple(CityId(c) for c in cities),
        content_drive_of=MAIN,
    )


STATION = Station(
    cities=(
        city("Birchwood"),
        city("Grant", preset="web"),
        city("Dellwood"),
        city("White Bear Lake", "wbl"),
        city("White Bear Township", "wbt"),
    ),
    storages=(
        storage(1, "birchwood"),
        storage(2, "dellwood", "grant"),
        storage(5),
        storage(8, "white-bear-lake"),
    ),
    servers=(Server(id=MAIN, name="Main", url="http://127.0.0.1"),),
    presets=(Preset(id=PresetId("council"), name="Council"), Preset(id=PresetId("web"), name="Web")),
)


@pytest.mark.parametrize(
    ("path", "title", "expected"),
    [
        ("/mnt/flex-5/a.mp4", "Grant City Council", "grant"),
        ("/mnt/flex-8/a.mp4", "Parks Board", "white-bear-lake"),
        ("/mnt/flex-2/a.mp4", "Parks Board", None),
        ("/mnt/flex-5/a.mp4", "WBT Town Board", "white-bear-township"),
        ("/mnt/flex-1/a.mp4", "White Bear Lake at Birchwood", "white-bear-lake"),
        ("/home/x/a.mp4", "Grantsburg Council", None),
        ("/mnt/flex-9/a.mp4", "wbl_council", "white-bear-lake"),
    ],
)
def test_city_is_not_mount(path: str, title: str, expected: str | None) -> None:
    """The name decides first, the storage only when it holds one city alone."""
    found = city_of(STATION, Path(path), title)
    assert (found.id if found else None) == expected


def test_things_are_found_by_id_or_not_at_all() -> None:
    """Nothing is guessed for an id that the station does not have."""
    assert STATION.city(CityId("nowhere")) is None
    assert STATION.storage(None) is None
    assert STATION.server(MAIN) is not None
    assert STATION.preset(PresetId("nothing")) is None
    assert STATION.preset_of(CityId("grant")).id == "web"
    assert STATION.preset_of(CityId("birchwood")).id == "council"
    assert STATION.preset_of(None).id == "council"


def test_the_deepest_storage_holds_a_path() -> None:
    """Nested storages are possible: a share inside a share."""
    inner = Storage(id=StorageId("inner"), path=Path("/mnt/flex-1/inner"))
    nested = Station(storages=(*STATION.storages, inner))
    assert nested.storage_of(Path("/mnt/flex-1/inner/a.mp4")) == inner
    assert nested.storage_of(Path("/elsewhere/a.mp4")) is None


def test_finished_video_goes_to_the_citys_own_drive_before_a_spare_one() -> None:
    """A city without a drive of its own uses spare storage of its server."""
    own = STATION.content_drive(CityId("grant"))
    spare = STATION.content_drive(CityId("white-bear-township"))
    assert own is not None
    assert own.id == "flex2"
    assert spare is not None
    assert spare.id == "flex5"
    assert STATION.content_drive(CityId("nowhere")) is None


def test_what_is_taught_goes_in_front_and_takes_the_place_of_what_it_corrects() -> None:
    preset = Preset(
        id=PresetId("council"),
        name="Council",
        vocabulary=("KOHN", "Larson"),
        aliases=(Alias(heard="cone", written="Cohn"), Alias(heard="lason", written="Larson")),
    )
    made = taught(
        preset,
        [
            Offer(heard="cone", written="Kohn"),
            Offer(heard="", written="Well 4"),
            Offer(heard="x", written="Kohn"),
        ],
    )
    assert made.vocabulary == ("Kohn", "Well 4", "Larson")
    assert made.aliases == (
        Alias(heard="cone", written="Kohn"),
        Alias(heard="x", written="Kohn"),
        Alias(heard="lason", written="Larson"),
    )
    assert taught(preset, []) == preset
