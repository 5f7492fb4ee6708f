"""The station as values: cities, storages, servers, presets and lanes, and which city a recording belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import NewType

from vodstudio.core.vocabulary import Alias, Body, Expected, Offer, Roster, expected

CityId = NewType("CityId", str)
StorageId = NewType("StorageId", str)
ServerId = NewType("ServerId", str)
PresetId = NewType("PresetId", str)


class Unattended(StrEnum):
    """What may happen at night without a person: publish, publish captions without errors alone, or nothing."""

    PUBLISH = "publish"
    CAREFUL = "careful"
    ASK = "ask"


class Numbers(StrEnum):
    """How captions write numbers: as they were heard, in digits, or one to ten in words where nothing is exact."""

    AS_HEARD = "as-heard"
    DIGITS = "digits"
    WORDS_TO_TEN = "words-to-ten"


class Lane(StrEnum):
    """Where a step runs; the kind of a step names its lane."""

    MEDIA = "media"
    SPEECH = "speech"
    LIGHT = "light"
    FETCH = "fetch"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A member city. A city is not a mount: a storage may hold many cities, a city may lie on many storages."""

    id: CityId
    name: str
    aliases: tuple[str, ...] = ()
    title_patterns: tuple[str, ...] = ()
    server: ServerId | None = None
    location: int | None = None
    channel: int | None = None
    project: int | None = None
    producer: int | None = None
    time_zone: str = "America/Chicago"
    unattended: Unattended = Unattended.PUBLISH
    preset: PresetId | None = None
    numbers: Numbers | None = None
    vocabulary: Roster = field(default_factory=Roster)
    bodies: tuple[Body, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """A folder or share where recordings lie; no cities means spare storage for any city."""

    id: StorageId
    path: Path
    cities: tuple[CityId, ...] = ()
    marker: str = ""
    content_drive_of: ServerId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A Cablecast server. The secret is a reference (`vault:NAME`, `env:NAME`, `file:PATH`), never the password.

    `file_store` is where uploads go for cities whose content drive is out of reach.
    """

    id: ServerId
    name: str
    url: str
    user: str = ""
    secret: str = ""
    ca_file: Path | None = None
    file_store: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeSettings:
    """What the video becomes. Cablecast's own advice: H.264 progressive MP4, AAC stereo at 48 kHz."""

    height: int = 1080
    video_kbps: int = 6000
    speed: str = "veryfast"
    audio_kbps: int = 160
    loudness_lufs: float | None = -24.0
    true_peak_db: float = -2.0
    in_point_s: float = 0.0
    out_point_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSettings:
    """How words are heard. `engine` is sequential, batched, or auto; `remedies` hear a doubtful stretch again.

    `cut_at_quietest`: where somebody speaks on and on, the cut does not fall into a word.
    """

    model: str = ""
    language: str = "en"
    compute_type: str = "default"
    beam_size: int = 5
    engine: str = "auto"
    remedies: bool = True
    cut_at_quietest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A named way to treat a recording; it is copied into each job, so a later change never changes a job."""

    id: PresetId
    name: str
    encode: EncodeSettings = field(default_factory=EncodeSettings)
    speech: SpeechSettings = field(default_factory=SpeechSettings)
    caption_profile: str = "BROADCAST-32"
    caption_place: str = "bottom"
    speaker_mark: str = ">>"
    numbers: Numbers = Numbers.AS_HEARD
    scc: str = "df"
    scc_first_label: str = "00:00:00:00"
    vocabulary: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    destination: StorageId | None = None
    stills: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Everything the station file says."""

    name: str = "My station"
    cities: tuple[City, ...] = ()
    storages: tuple[Storage, ...] = ()
    servers: tuple[Server, ...] = ()
    presets: tuple[Preset, ...] = (Preset(id=PresetId("council"), name="Council meeting"),)
    lanes: Mapping[Lane, int] = field(default_factory=dict)

    def city(self, city_id: CityId | None) -> City | None:
        """The city with this id, if the station has it."""
        return next((city for city in self.cities if city.id == city_id), None)

    def storage(self, storage_id: StorageId | None) -> Storage | None:
        """The storage with this id, if the station has it."""
        return next((storage for storage in self.storages if storage.id == storage_id), None)

    def server(self, server_id: ServerId | None) -> Server | None:
        """The server with this id, if the station has it."""
        return next((server for server in self.servers if server.id == server_id), None)

    def preset(self, preset_id: PresetId | None) -> Preset | None:
        """The preset with this id, if the station has it."""
        return next((preset for preset in self.presets if preset.id == preset_id), None)

    def storage_of(self, path: Path) -> Storage | None:
        """The storage that holds this path; the deepest one when they are nested."""
        holding = [storage for storage in self.storages if path.is_relative_to(storage.path)]
        return max(holding, key=lambda storage: len(storage.path.parts), default=None)

    def preset_of(self, city_id: CityId | None) -> Preset:
        """The preset a city uses, or the station's first."""
        city = self.city(city_id)
        return (self.preset(city.preset) if city else None) or self.presets[0]

    def content_drive(self, city_id: CityId) -> Storage | None:
        """Where finished video of this city goes: its own content drive before a spare one."""
        city = self.city(city_id)
        drives = [
            s for s in self.storages if city and s.content_drive_of and s.content_drive_of == city.server
        ]
        own = [s for s in drives if city_id in s.cities]
        spare = [s for s in drives if not s.cities]
        return next(iter(own + spare), None)


def preset_for(preset: Preset, city: City | None, title: str, recent: Sequence[str] = ()) -> Preset:
    """The preset as the city wants it, with the words of this meeting in front: of its body, said lately, its city's."""
    if city is None:
        return preset
    own = Expected(words=preset.vocabulary, aliases=preset.aliases)
    meant = expected(title, city.vocabulary, city.bodies, own, recent)
    numbers = city.numbers or preset.numbers
    return replace(preset, vocabulary=meant.words, aliases=meant.aliases, numbers=numbers)


def taught(preset: Preset, offers: Sequence[Offer]) -> Preset:
    """The preset with these names in front, and what is heard in their place put right."""
    written = {offer.written.casefold() for offer in offers}
    heard = {offer.heard for offer in offers}
    names = dict.fromkeys(offer.written for offer in reversed(offers))
    aliases = {
        offer.heard: Alias(heard=offer.heard, written=offer.written) for offer in offers if offer.heard
    }
    return replace(
        preset,
        vocabulary=(*names, *(word for word in preset.vocabulary if word.casefold() not in written)),
        aliases=(*aliases.values(), *(alias for alias in preset.aliases if alias.heard not in heard)),
    )


def city_of(station: Station, path: Path, title: str) -> City | None:
    """Which city a recording belongs to: what its name says first, then a storage that holds one city alone."""
    named = _named_city(station, title)
    if named:
        return named
    storage = station.storage_of(path)
    if storage and len(storage.cities) == 1:
        return station.city(storage.cities[0])
    return None


def _named_city(station: Station, title: str) -> City | None:
    """The city whose name, alias or pattern stands in the title; the longest one wins (White Bear Lake, not Bear)."""
    found = [
        (len(words), city)
        for city in station.cities
        for words in (city.name, *city.aliases, *city.title_patterns)
        if words and re.search(rf"(?<![^\W_]){re.escape(words)}(?![^\W_])", title, re.IGNORECASE)
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None
