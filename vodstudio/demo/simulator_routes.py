"""Which address answers what: the paths of a Cablecast server, in any letter case, as far as publishing needs."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vodstudio.demo import simulator_query as query
from vodstudio.demo import simulator_site as site
from vodstudio.demo import simulator_writes as writes
from vodstudio.demo.simulator_multipart import read_parts
from vodstudio.demo.simulator_objects import Body
from vodstudio.demo.simulator_vods import advance
from vodstudio.demo.simulator_world import VERSION, World

_API = re.compile(r"^/cablecastapi/v1/(?P<rest>.+?)/?$", re.IGNORECASE)
_PUBLIC = re.compile(r"^/cablecastapi/publicsitedata/shows/(?P<id>\d+)/?$", re.IGNORECASE)
_ONE = re.compile(r"^(?P<name>[a-z]+)/(?P<id>\d+)$")
_SEGMENT = re.compile(r"^fileuploads/(\d+)/upload$")
_REINDEX = re.compile(r"^digitalfiles/(\d+)/reindex$")
_SECRET = frozenset({"usersession", "assetreellinks", "volumeinfos"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came in."""

    method: str
    path: str
    params: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes out; a path as body is a file that is sent piece by piece."""

    status: int = 200
    body: bytes | Path = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(world: World, request: Request) -> Reply:
    """The whole server as one function."""
    if request.method == "HEAD":
        return _message(405, "The requested resource does not support http method 'HEAD'.")
    if not request.path.startswith("/store-"):
        advance(world)
    api = _API.match(request.path)
    if api is None:
        return _outside_api(world, request)
    rest = api["rest"].lower()
    if not _may_enter(world, request, rest):
        return _message(401, "Authorization has been denied for this request.")
    return _inside_api(world, request, rest)


def _inside_api(world: World, request: Request, rest: str) -> Reply:
    try:
        return _read(world, request, rest) if request.method == "GET" else _write(world, request, rest)
    except writes.Missing as error:
        return _message(404, f"No HTTP resource was found: {error}")
    except (writes.BadRequest, query.BadSearch, KeyError, TypeError, AttributeError) as error:
        return _message(400, f"The request is invalid. {error}")
    except json.JSONDecodeError as error:
        return _message(400, f"The request body is not JSON. {error}")


def _may_enter(world: World, request: Request, rest: str) -> bool:
    """Guests read most things and search; a wrong password opens nothing."""
    if "authorization" in {name.lower() for name in request.headers}:
        return _is_known(world, request)
    return rest.split("/")[0] not in _SECRET and (request.method == "GET" or _is_search(rest))


def _outside_api(world: World, request: Request) -> Reply:
    public = _PUBLIC.match(request.path)
    if request.method != "GET":
        return _message(403, "Only cachable requests are allowed here.")
    if public:
        show = site.public_show(world, int(public["id"]))
        return _json({"show": show}) if show else _message(404, "No such show")
    stored = site.stored_file(world, request.path)
    if stored:
        return Reply(body=stored[0], content_type=stored[1])
    return Reply(status=404, body=b"<html><body>Not Found</body></html>", content_type="text/html")


def _read(world: World, request: Request, rest: str) -> Reply:
    known = {
        "systeminfo": _system_info,
        "systemtime": _system_time,
        "usersession": _session,
    }
    if rest in known:
        return _json(known[rest](world))
    chapters = re.fullmatch(r"vods/(\d+)/chapters", rest)
    if chapters:
        text = site.chapters_vtt(world, int(chapters[1]))
        if text is None:
            raise writes.Missing(rest)
        return Reply(body=text.encode(), content_type="text/vtt")
    match = _ONE.match(rest)
    if match and match["name"] == "vodstatuses":
        return _json(_vod_status(world, int(match["id"])))
    resource = query.RESOURCES.get(match["name"] if match else rest)
    if resource is None:
        raise writes.Missing(rest)
    if match is None:
        return _json(query.listing(world, resource, request.params))
    found = query.one(world, resource, int(match["id"]), request.params)
    if found is None:
        raise writes.Missing(rest)
    return _json(found)


def _write(world: World, request: Request, rest: str) -> Reply:
    if request.method == "POST":
        special = _special_write(world, request, rest)
        if special:
            return special
    match = _ONE.match(rest)
    resource = query.RESOURCES.get(match["name"] if match else rest)
    if resource is None or request.method != ("PUT" if match else "POST"):
        return _message(405, f"The requested resource does not support http method '{request.method}'.")
    sent = json.loads(request.body)[resource.one]
    if match:
        return _json({resource.one: writes.replace(world, resource.kind, int(match["id"]), sent)})
    return _json({resource.one: writes.create(world, resource.kind, sent)})


def _special_write(world: World, request: Request, rest: str) -> Reply | None:
    segment, reindex = _SEGMENT.match(rest), _REINDEX.match(rest)
    if segment:
        return _take_segment(world, request, int(segment[1]))
    if reindex:
        return _reindex(world, int(reindex[1]))
    if _is_search(rest):
        sent = json.loads(request.body)["savedShowSearch"]
        return _json({"savedShowSearch": {**sent, "results": query.search(world, sent.get("query"))}})
    if rest == "reels/batch":
        with world.objects.change():
            made = [writes.create_reel(world, reel) for reel in json.loads(request.body)["reels"]]
        return _json({"reels": made})
    return None


def _take_segment(world: World, request: Request, number: int) -> Reply:
    parts = read_parts(request.headers.get("Content-Type", ""), request.body)
    if "segment" not in parts or "file" not in parts:
        return _message(400, "segment and file are required")
    writes.take_segment(world, number, int(parts["segment"].decode()), parts["file"])
    return Reply(body=b"")


def _reindex(world: World, number: int) -> Reply:
    file = world.objects.get("file", number)
    if file is None:
        raise writes.Missing(f"digitalFile {number}")
    status = Path(file["path"]).stat()
    again = {"state": "processing", "problem": None, "seen_at": world.now()}
    world.objects.put("file", {**file, **again, "size_and_time": [status.st_size, status.st_mtime_ns]})
    return Reply(body=b"")


def _vod_status(world: World, number: int) -> Body:
    vod = world.objects.get("vod", number)
    if vod is None:
        raise writes.Missing(f"vod {number}")
    return {"vodStatus": {key: vod[key] for key in ("id", "vodState", "percentComplete", "errorMessage")}}


def _system_info(world: World) -> Body:
    return {
        "hardwareID": world.behaviour.hardware,
        "cablecastVersion": VERSION,
        "cablecastFriendlyVersion": f"Cablecast {VERSION} (simulated)",
        "siteName": world.behaviour.site_name,
        "databaseBackupsConfigured": True,
        "softwareMetricsConfigured": False,
        "updatesAvailable": False,
        "baseUrlForEmbeds": world.base_url,
        "updateInProgress": False,
        "serverUpdateStatuses": [],
        "activeReleaseStatus": 0,
        "timestamp": world.stamp(),
    }


def _system_time(world: World) -> Body:
    local = datetime.fromtimestamp(world.now(), UTC).astimezone(world.zone)
    offset = local.utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0.0
    return {
        "time": world.stamp(),
        "timeZone": "Central Standard Time",
        "gmtOffset": hours,
        "clientOffset": 0,
        "ianaTimeZone": world.behaviour.time_zone,
    }


def _session(world: World) -> Body:
    return {"user": world.behaviour.user, "isAdmin": True, "permissions": {}}


def _is_search(rest: str) -> bool:
    return rest == "shows/search/advanced"


def _is_known(world: World, request: Request) -> bool:
    given = next(v for k, v in request.headers.items() if k.lower() == "authorization")
    scheme, _, coded = given.partition(" ")
    try:
        pair = base64.b64decode(coded.strip(), validate=True)
    except binascii.Error:
        return False
    wanted = f"{world.behaviour.user}:{world.behaviour.password}".encode()
    return scheme.lower() == "basic" and hmac.compare_digest(pair, wanted)


def _json(body: Body) -> Reply:
    return Reply(body=json.dumps(body).encode())


def _message(status: int, text: str) -> Reply:
    return Reply(status=status, body=json.dumps({"Message": text}).encode())
