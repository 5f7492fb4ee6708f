"""Where a recording goes: which server, which of its cities, which content drive, and whether it is the right one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vodstudio.core.errors import Conflict, Hold, NeedsUser, NoAccess, NoSpace, Refused, StorageAway
from vodstudio.core.jobs import Inputs, PlanKind, StepKind
from vodstudio.core.ports import Drives
from vodstudio.core.room import room_condition
from vodstudio.core.server import Catalogue
from vodstudio.core.shows import ServerFacts, Show
from vodstudio.core.station import City, Server, ServerId, Station, Storage
from vodstudio.services.notebook import Notebook

SPARE_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Server, city and content drive of one recording; without a storage its files are sent over HTTP."""

    server: Server
    city: City
    location: int
    storage: Storage | None
    folder: Path


def destination_of(station: Station, inputs: Inputs) -> Destination:
    """Decide from the station file alone; what it does not say is asked of a person."""
    city = station.city(inputs.city_id)
    if city is None:
        raise NeedsUser(
            "We do not know which city this recording belongs to",
            hint="Choose the city in the queue, then press Retry. Nothing was sent.",
            code="VS-NO-CITY",
        )
    if inputs.plan is PlanKind.CAPTION_IN_PLACE:
        storage = station.storage_of(inputs.recording.path)
        server = station.server(storage.content_drive_of if storage else None)
        folder = inputs.recording.path.parent
    else:
        storage = station.storage(inputs.preset.destination) or station.content_drive(city.id)
        server = station.server(storage.content_drive_of if storage else city.server)
        folder = storage.path if storage else Path()
    if server is None:
        raise NeedsUser(
            f"The station file names no server for {city.name}",
            hint="Add server to this city, or content_drive_of to its storage, then press Retry. Nothing was sent.",
            code="VS-NO-DESTINATION",
        )
    if city.location is None:
        raise NeedsUser(
            f"The station file does not say which Cablecast location {city.name} has",
            hint=f"Add location to the city {city.id}, then press Retry. Nothing was sent.",
            code="VS-NO-LOCATION",
        )
    return Destination(server=server, city=city, location=city.location, storage=storage, folder=folder)


def catalogue_of(catalogues: Mapping[ServerId, Catalogue], server: Server) -> Catalogue:
    """The open connection to a server of the station."""
    return catalogues[server.id]


async def check_server(
    catalogue: Catalogue, server: Server, notebook: Notebook, inputs: Inputs
) -> ServerFacts:
    """The server is the one that it was before, and may get what we have."""
    facts = await catalogue.facts()
    key = f"server:{server.id}"
    known = await notebook.read(key)
    if known is None:
        await notebook.write(key, facts.key)
    elif known != facts.key:
        raise Hold(
            f"{server.name} is not the server that it was before (it calls itself {facts.name or 'nothing'})",
            condition=f"identity:{server.id}",
            hint="Nothing was sent. Correct the address in the settings, or, if the server was replaced, say so: "
            f"vodstudio accept-server {server.id}",
            detail=f"{key}: known {known}, found {facts.key}",
            code="VS-OTHER-SERVER",
        )
    if inputs.facts.get(StepKind.SPEECH, {}).get("is_demo_voice") and not facts.is_practice:
        raise Refused(
            "Words heard by the demo voice are never published to a real server",
            hint="Install a speech model, then add the recording again. Nothing was sent.",
            code="VS-DEMO-VOICE",
        )
    return facts


async def check_drive(drives: Drives, there: Destination, needed_bytes: int) -> None:
    """The content drive is present, really it, writable, and has room."""
    if there.storage is None:
        return
    seen = await drives.look(there.storage, try_writing=True)
    if not seen.is_present:
        raise StorageAway(
            f"The content drive {there.storage.id} is not there",
            condition=f"storage:{there.storage.id}",
            hint="Connect it; publishing goes on by itself. Other work continues.",
            detail=f"{there.storage.path}: {seen.problem}",
        )
    if not seen.is_writable:
        raise NoAccess(
            f"We may not write to the content drive {there.storage.id}",
            hint="Allow this user to write there, then press Retry. Nothing was changed.",
            detail=f"{there.storage.path}: {seen.problem}",
            code="VS-MAY-NOT-WRITE",
        )
    if seen.free_bytes is not None and seen.free_bytes < needed_bytes + SPARE_BYTES:
        raise NoSpace(
            f"The content drive {there.storage.id} has too little space",
            condition=room_condition(there.storage.path, needed_bytes + SPARE_BYTES),
            hint=f"It needs {(needed_bytes + SPARE_BYTES) / 1e9:.1f} GB. Publishing goes on by itself when there is room.",
            detail=f"{there.storage.path}: {seen.free_bytes} bytes free",
        )


def check_show(show: Show, there: Destination) -> None:
    """A show number in a file name may be wrong: a show of another location is never touched."""
    if show.location is not None and show.location != there.location:
        raise Conflict(
            f"Show {show.id} on {there.server.name} belongs to another location",
            hint="Nothing was changed. Correct the number in the file's name or the city, then press Retry.",
            detail=f"show {show.id} ({show.title!r}): location {show.location}, city {there.city.id}",
            code="VS-WRONG-LOCATION",
        )
