"""A Cablecast server behind the port that our services use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vodstudio.cablecast.client import API, Client
from vodstudio.cablecast.schema import (
    MARKER_LABEL,
    Record,
    read_public_show,
    read_reel,
    read_server,
    read_show,
    read_vod,
    read_vod_progress,
    unwrap,
    unwrap_list,
    wrong_field,
)
from vodstudio.cablecast.upload import Uploads
from vodstudio.core.errors import Conflict, Hold, NotConnected, NotFound, Refused
from vodstudio.core.jobs import Json
from vodstudio.core.ports import AsyncContext
from vodstudio.core.shows import (
    MediaId,
    NewShow,
    PublicShow,
    Reel,
    ReelId,
    ServerFacts,
    Show,
    ShowId,
    Vod,
    VodId,
    VodProgress,
)

IDS_AT_ONCE = 100
DIGITAL_FILE = 4
CLOCK_LEEWAY = timedelta(minutes=10)
MOST_PIECES = 10_000
PIECES_AT_ONCE = 4
T = TypeVar("T")


class CablecastCatalogue:
    """`core.server.Catalogue` over HTTP."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._uploads = Uploads(client, client.clock)
        self._zone: tzinfo | None = None
        self._marker_field: int | None = None
        self._knows_fields = False

    async def close(self) -> None:
        """End all connections."""
        await self._client.close()

    def forget_refusal(self) -> None:
        """A person is here: a password that was refused may be sent once more."""
        self._client.forget_refusal()

    async def check(self) -> Json:
        """Name, version and clock; also whether our name and password are accepted."""
        try:
            facts = await self.facts()
            if self._client.server.user:
                await self._client.get(f"{API}/usersession")
        except Hold as error:
            if not error.condition.startswith("login:"):
                raise
            raise NotConnected(error.title, hint=error.hint, detail=error.detail, code=error.code) from error
        except NotFound as error:
            raise NotConnected(
                f"{self._client.server.name} has no Cablecast at this address",
                hint="Check the server's address in the settings.",
                detail=error.detail,
                code="VS-NOT-CABLECAST",
            ) from error
        return {
            "name": facts.name,
            "version": facts.version,
            "key": facts.key,
            "time": facts.time.isoformat(),
            "is_practice": facts.is_practice,
        }

    async def facts(self) -> ServerFacts:
        """Which server this is. Whether these two answers are wrapped is not documented: both are read."""
        time = await self._server_time()
        body = await self._client.get(f"{API}/systeminfo")
        return read_server(unwrap("systeminfo", body, "systemInfo", may_be_bare=True), time)

    async def show(self, show_id: ShowId) -> Show:
        """One show, asked with our name so that the answer is fresh."""
        marker_field = await self._marker()
        zone = await self._time_zone()
        body = await self._client.get(f"{API}/shows/{show_id}")
        return read_show(unwrap(f"shows/{show_id}", body, "show"), zone, marker_field)

    async def shows_changed_since(self, since: datetime, location: int | None) -> list[Show]:
        """Ids by search, then the shows in hundreds: paging is not used, because servers disagree about it."""
        zone = await self._time_zone()
        local = (since - CLOCK_LEEWAY).astimezone(zone).replace(tzinfo=None, microsecond=0)
        query = {
            "groups": [
                {
                    "orAnd": "and",
                    "filters": [
                        {
                            "field": "lastModified",
                            "operator": "greaterThan",
                            "searchValue": local.isoformat(),
                        }
                    ],
                }
            ],
            "sortOptions": [{"field": "lastModified", "descending": False}],
        }
        asked = {"savedShowSearch": {"name": "", "query": query}}
        body = await self._client.search(f"{API}/shows/search/advanced", asked)
        found = unwrap("shows/search/advanced", body, "savedShowSearch").integers("results")
        shows = await self._shows(list(dict.fromkeys(found)))
        return [show for show in shows if location is None or show.location in (None, location)]

    async def create_show(self, new: NewShow) -> ShowId:
        """Make a show; our marker goes into the station's own field for us, if it has one."""
        field = await self._marker()
        show: dict[str, object] = {
            "title": new.title,
            "cgTitle": new.title,
            "cgExempt": False,
            "comments": new.comments,
            "location": new.location,
            "customFields": [] if field is None else [{"showField": field, "value": new.marker}],
        }
        if new.event_date is not None:
            show["eventDate"] = f"{new.event_date.isoformat()}T00:00:00"
        links = {"project": new.project, "producer": new.producer}
        show |= {name: number for name, number in links.items() if number is not None}
        return ShowId(await self._create("shows", "show", show))

    async def media_named(self, name: str, location: int) -> list[MediaId]:
        """Media with exactly this name at this location."""
        body = await self._client.get(f"{API}/media", [("page_size", "-1")])
        rows = unwrap_list("media", body, "media")
        return [
            MediaId(row.integer("id"))
            for row in rows
            if row.raw.get("mediaName") == name and row.raw.get("location") in (None, location)
        ]

    async def create_media(self, name: str, location: int) -> MediaId:
        """Make media in the location's format for digital files."""
        media = {
            "creationDate": (await self._server_time()).isoformat(),
            "location": location,
            "format": await self._digital_file_format(location),
            "mediaName": name,
        }
        return MediaId(await self._create("media", "media", media))

    async def reel(self, reel_id: ReelId) -> Reel:
        """One reel."""
        body = await self._client.get(f"{API}/reels/{reel_id}")
        return read_reel(unwrap(f"reels/{reel_id}", body, "reel"))

    async def create_reel(self, show_id: ShowId, media_id: MediaId, number: int, length_s: int) -> ReelId:
        """Make a reel."""
        reel = {"media": media_id, "show": show_id, "reelNumber": number, "cue": 0, "length": length_s}
        return ReelId(await self._create("reels", "reel", reel))

    async def vod(self, vod_id: VodId) -> Vod:
        """One video."""
        body = await self._client.get(f"{API}/vods/{vod_id}")
        return read_vod(unwrap(f"vods/{vod_id}", body, "vod"))

    async def vod_progress(self, vod_id: VodId) -> VodProgress:
        """How far the server is."""
        body = await self._client.get(f"{API}/vodstatuses/{vod_id}")
        return read_vod_progress(unwrap(f"vodstatuses/{vod_id}", body, "vodStatus"))

    async def create_vod(self, show_id: ShowId, location: int) -> VodId:
        """Ask for a video in the configuration of the location."""
        vod = {"show": show_id, "vodConfiguration": await self._vod_configuration(location)}
        return VodId(await self._create("vods", "vod", vod))

    async def file_stores(self) -> Mapping[int, str]:
        """Where uploads can go."""
        body = await self._client.get(f"{API}/filestores")
        rows = unwrap_list("filestores", body, "fileStores")
        return {row.integer("id"): row.text("name") for row in rows}

    async def upload(self, context: AsyncContext, source: Path, name: str, store: int) -> int:
        """Send a file in pieces."""
        return await self._uploads.upload(context, source, name, store)

    async def public_show(self, show_id: ShowId) -> PublicShow:
        """The public page's record, asked without our name."""
        path = f"publicsitedata/shows/{show_id}"
        body = await self._client.get(f"/cablecastapi/{path}", is_guest=True)
        return read_public_show(unwrap(path, body, "show", may_be_bare=True))

    async def viewer_captions(self, video_url: str) -> list[str]:
        """Follow the player's lists to the pieces of the caption track."""
        video_url = urljoin(self._client.server.url, video_url)
        master = await self._client.text_for_viewer(video_url)
        track = _subtitle_track(master or "")
        if track is None:
            return []
        list_url = urljoin(video_url, track)
        listed = await self._client.text_for_viewer(list_url)
        names = [line for line in (listed or "").splitlines() if line and not line.startswith("#")]
        if len(names) > MOST_PIECES:
            raise Refused(
                "The caption track on the server has too many pieces",
                hint="Nothing was changed. Look at the show on the public page.",
                detail=f"{len(names)} pieces: {list_url}",
                code="VS-TOO-MANY-PIECES",
            )
        pieces: list[str] = []
        for start in range(0, len(names), PIECES_AT_ONCE):
            some = [urljoin(list_url, name) for name in names[start : start + PIECES_AT_ONCE]]
            texts = await asyncio.gather(*(self._client.text_for_viewer(url) for url in some))
            pieces += [text for text in texts if text is not None]
        return pieces

    async def _shows(self, ids: list[int]) -> list[Show]:
        """A show that cannot be read is left out: one odd record does not hide the others."""
        marker_field, zone = await self._marker(), await self._time_zone()
        shows: list[Show] = []
        for start in range(0, len(ids), IDS_AT_ONCE):
            some = ids[start : start + IDS_AT_ONCE]
            params = [("ids[]", str(one)) for one in some] + [("page_size", str(len(some)))]
            body = await self._client.get(f"{API}/shows", params)
            rows = unwrap_list("shows", body, "shows")
            shows.extend(_readable(rows, lambda row: read_show(row, zone, marker_field)))
        return shows

    async def _create(self, path: str, kind: str, record: Json) -> int:
        body = await self._client.create(f"{API}/{path}", {kind: record})
        return unwrap(path, body, kind).integer("id")

    async def _server_time(self) -> datetime:
        """The server's own clock; dates are compared with this one, not with ours."""
        body = await self._client.get(f"{API}/systemtime")
        record = unwrap("systemtime", body, "systemTime", may_be_bare=True)
        self._zone = _zone_of(record)
        time = record.time("time", self._zone)
        if time is None:
            raise wrong_field("systemtime", "time", "a date", record.raw.get("time"))
        return time

    async def _time_zone(self) -> tzinfo:
        if self._zone is None:
            await self._server_time()
        return self._zone or UTC

    async def _marker(self) -> int | None:
        """The number of the station's own show field for us, looked up once."""
        if not self._knows_fields:
            body = await self._client.get(f"{API}/showfields")
            for row in unwrap_list("showfields", body, "showFields"):
                if row.raw.get("label") == MARKER_LABEL:
                    self._marker_field = row.integer("id")
            self._knows_fields = True
        return self._marker_field

    async def _digital_file_format(self, location: int) -> int:
        body = await self._client.get(f"{API}/formats", [("location", str(location))])
        rows = unwrap_list("formats", body, "formats")
        fitting = (row for row in rows if row.raw.get("primitiveFormat") == DIGITAL_FILE)
        return self._first(_of_location(fitting, location), "format for digital files")

    async def _vod_configuration(self, location: int) -> int:
        body = await self._client.get(f"{API}/vodconfigurations", [("location", str(location))])
        rows = unwrap_list("vodconfigurations", body, "vodConfigurations")
        return self._first(_of_location(rows, location), "VOD configuration")

    def _first(self, rows: Iterator[Record], what: str) -> int:
        for row in rows:
            return row.integer("id")
        raise Conflict(
            f"{self._client.server.name} has no {what} for this location",
            hint="Set it up in Cablecast, or correct the city's location in the station file, then press Retry.",
            code="VS-SERVER-NOT-SET-UP",
        )


def _of_location(rows: Iterable[Record], location: int) -> Iterator[Record]:
    return (row for row in rows if row.raw.get("location") in (None, location))


def _readable(rows: Iterable[Record], read: Callable[[Record], T]) -> Iterator[T]:
    for row in rows:
        try:
            yield read(row)
        except Refused:
            continue


def _zone_of(record: Record) -> tzinfo:
    """The server's zone by name, else by its offset now."""
    try:
        return ZoneInfo(record.text("ianaTimeZone") or "none")
    except (ZoneInfoNotFoundError, ValueError):
        return timezone(timedelta(hours=record.number("gmtOffset")))


def _subtitle_track(master: str) -> str | None:
    """The address of the first subtitle track in a player's main list."""
    for line in master.splitlines():
        if line.startswith("#EXT-X-MEDIA:") and "TYPE=SUBTITLES" in line:
            _, _, rest = line.partition('URI="')
            return rest.partition('"')[0] or None
    return None
