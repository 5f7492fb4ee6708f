"""What the simulated server holds on its first day: a location, nine cities, and a few shows of the past."""

from __future__ import annotations

from dataclasses import dataclass

from vodstudio.demo.simulator_objects import Body
from vodstudio.demo.simulator_world import World
from vodstudio.demo.simulator_writes import create

MARKER_LABEL = "VOD Studio ID"
SAMPLE_CITIES = (
    "Birchwood", "Dellwood", "Grant", "Willernie", "Lake Elmo", "Mahtomedi", "Oakdale",
    "White Bear Lake", "White Bear Township",
)  # fmt: skip
FIRST_SHOW = 21411


@dataclass(frozen=True, slots=True, kw_only=True)
class PastShow:
    """A show that was made before us: its city, title and date; with a reel when a file was expected."""

    city: str
    title: str
    event_date: str
    has_reel: bool = True


PAST_SHOWS = (
    PastShow(city="Grant", title="Grant City Council 06/03/2025", event_date="2025-06-03"),
    PastShow(
        city="Oakdale", title="Oakdale City Council 06/10/2025", event_date="2025-06-10", has_reel=False
    ),
    PastShow(city="Birchwood", title="Birchwood City Council Meeting", event_date="2025-06-10"),
    PastShow(city="White Bear Lake", title="", event_date="2025-06-24", has_reel=False),
)


def city_numbers() -> dict[str, int]:
    """The producer and project number of each sample city on the simulated server."""
    return {name: index for index, name in enumerate(SAMPLE_CITIES, start=1)}


def seed(
    world: World, *, has_marker_field: bool = True, past_shows: tuple[PastShow, ...] = PAST_SHOWS
) -> None:
    """Fill an empty server; one that has records keeps them."""
    with world.objects.change():
        if world.objects.all("location"):
            return
        for kind, rows in _setup(world, has_marker_field).items():
            for row in rows:
                world.objects.add(kind, row)
        # A station that has been running for years has high numbers.
        world.objects.count_from("show", FIRST_SHOW)
        for show in past_shows:
            _add_past_show(world, show)


def _setup(world: World, has_marker_field: bool) -> dict[str, list[Body]]:
    cities = city_numbers()
    fields = [{"id": 0, "label": "Tags", "fieldDefinition": 1, "maxInstances": 1}]
    definitions = [_definition("Tags")]
    if has_marker_field:
        fields.append({"id": 0, "label": MARKER_LABEL, "fieldDefinition": 2, "maxInstances": 1})
        definitions.append(_definition(MARKER_LABEL))
    return {
        "location": [{"id": 0, "name": "Main", "vodConfigurations": [1], "routerControlModuleSet": None}],
        "format": [
            {"primitiveFormat": 1, "name": "Live", "location": 1, "id": 0},
            {"primitiveFormat": 4, "name": "Digital file", "location": 1, "id": 0},
        ],
        "channel": [{"id": 0, "name": "Channel 16", "primaryLocation": 1, "liveStreams": []}],
        "vodConfiguration": [_vod_configuration()],
        "vodTranscodeQuality": [_quality("1080p"), _quality("720p"), _quality("480p")],
        "category": [{"id": 0, "location": 1, "name": "Government meeting"}],
        "producer": [
            {"id": number, "location": 1, "name": name, "active": True} for name, number in cities.items()
        ],
        "project": [_project(name, number) for name, number in cities.items()],
        "fieldDefinition": definitions,
        "showField": fields,
        "fileStore": [{"id": store, "name": f"Content drive {store}"} for store in world.drives],
    }


def _vod_configuration() -> Body:
    return {
        "providerName": "Cablecast VOD", "defaultQuality": 1, "embedTemplate": "", "id": 0, "location": 1,
        "vodControlModuleSet": 1, "vodTranscodeQualities": [1, 2, 3], "maximumResolution": 1080,
        "secondaryAudioProgramming": 0, "primaryAudioLabel": None, "primaryAudioLangCode": None,
        "secondaryAudioLabel": None, "secondaryAudioLangCode": None, "excludeMp4FromSync": False,
    }  # fmt: skip


def _quality(name: str) -> Body:
    return {"id": 0, "name": name, "vodProvider": 1, "settingsHash": "", "descriptionTemplate": ""}


def _project(name: str, producer: int) -> Body:
    return {
        "description": f"Meetings of {name}", "id": 0, "location": 1, "name": name, "podcast": False,
        "podcastDescription": None, "podcastName": None, "podcastUrl": None, "producer": producer,
    }  # fmt: skip


def _definition(name: str) -> Body:
    return {"id": 0, "name": name, "type": "string", "widget": "text", "location": 1, "fieldOptions": []}


def _add_past_show(world: World, past: PastShow) -> None:
    number = city_numbers()[past.city]
    show = create(
        world,
        "show",
        {
            "title": past.title, "cgTitle": past.title, "cgExempt": False, "comments": "", "location": 1,
            "customFields": [], "eventDate": past.event_date, "project": number, "producer": number,
            "category": 1,
        },
    )  # fmt: skip
    if past.has_reel:
        media = create(world, "media", {"location": 1, "format": 2, "mediaName": past.title})
        create(
            world, "reel", {"media": media["id"], "show": show["id"], "reelNumber": 1, "cue": 0, "length": 0}
        )
