"""What a client may create or change; everything is stored before the answer is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vodstudio.demo.simulator_objects import Body
from vodstudio.demo.simulator_shapes import custom_field, full
from vodstudio.demo.simulator_world import World

FAILED, UPLOADING, COMPLETE, POST_PROCESSING, FINISHED, TIMED_OUT = 0, 1, 2, 3, 5, 6
UPLOAD_IDLE_S = 4 * 3600.0


class BadRequest(ValueError):
    """The server answers 400 with this message."""


class Missing(LookupError):
    """The server answers 404."""


def create(world: World, kind: str, sent: Body) -> Body:
    """A new record of this kind."""
    makers: dict[str, Callable[[World, Body], Body]] = {
        "show": _create_show,
        "media": _create_media,
        "reel": create_reel,
        "vod": _create_vod,
        "chapter": _create_chapter,
        "fileUpload": _create_upload,
    }
    if kind not in makers:
        raise Missing(kind)
    with world.objects.change():
        return makers[kind](world, sent)


def replace(world: World, kind: str, number: int, sent: Body) -> Body:
    """PUT: the whole record is replaced; what the server owns stays. An upload accepts a part."""
    with world.objects.change():
        before = world.objects.get(kind, number)
        if before is None:
            raise Missing(f"{kind} {number}")
        if kind == "fileUpload":
            return _change_upload(world, before, sent)
        if kind not in _OWNED:
            raise BadRequest(f"A {kind} cannot be changed")
        after = full(kind, {**sent, "id": number}, newer=world.behaviour.is_newer_build)
        after.update({key: before[key] for key in _OWNED[kind] if key in before})
        if kind == "show":
            after["customFields"] = _custom_fields(world, sent)
            after["lastModified"] = after["modified"] = world.stamp()
        world.objects.put(kind, after)
        return after


_OWNED: dict[str, tuple[str, ...]] = {
    "show": ("reels", "vods", "created", "hasCaptions", "totalRunTime", "runCount"),
    "vod": ("show", "vodState", "percentComplete", "url", "localUrl", "chapters", "isWatchable", "length"),
    "chapter": ("vod",),
    "reel": ("show", "hasValidFile", "hasInvalidFile", "hasProcessingFile", "playbackAsset"),
    "media": ("creationDate",),
}


def _create_show(world: World, sent: Body) -> Body:
    _need(sent, "title", str)
    _linked(world, sent, "location", "location")
    now = world.stamp()
    body = full("show", sent, newer=world.behaviour.is_newer_build)
    body.update(
        reels=[],
        vods=[],
        customFields=_custom_fields(world, sent),
        eventDate=world.read_date(sent.get("eventDate")),
        created=now,
        modified=now,
        lastModified=now,
        hasCaptions=False,
        totalRunTime=0,
    )
    return world.objects.add("show", body)


def _custom_fields(world: World, sent: Body) -> list[Body]:
    given = {field.get("showField"): field.get("value") for field in sent.get("customFields") or []}
    definitions = {body["id"]: body for body in world.objects.all("fieldDefinition")}
    fields = []
    for number, field in enumerate(world.objects.all("showField"), start=1):
        kind = definitions.get(field["fieldDefinition"], {}).get("type", "string")
        fields.append(custom_field(number, {**field, "type": kind}, given.get(field["id"])))
    return fields


def _create_media(world: World, sent: Body) -> Body:
    _linked(world, sent, "location", "location")
    _linked(world, sent, "format", "format")
    body = full("media", sent)
    body["creationDate"] = world.read_date(sent.get("creationDate")) or world.stamp()
    return world.objects.add("media", body)


def create_reel(world: World, sent: Body) -> Body:
    """One reel, linked into its show."""
    show = _linked(world, sent, "show", "show")
    _linked(world, sent, "media", "media")
    reel = world.objects.add("reel", full("reel", sent))
    _touch(world, {**show, "reels": [*show["reels"], reel["id"]]})
    return reel


def _create_vod(world: World, sent: Body) -> Body:
    show = _linked(world, sent, "show", "show")
    _linked(world, sent, "vodConfiguration", "vodConfiguration")
    vod = world.objects.add("vod", full("vod", sent, newer=world.behaviour.is_newer_build))
    vod.update(
        vodStatus=vod["id"],
        vodState="waiting",
        percentComplete=0.0,
        webVtt=f"{world.base_url}/cablecastapi/v1/vods/{vod['id']}/chapters",
        embedCode=f'<iframe src="{world.base_url}/cablecastapi/embed?show_id={show["id"]}"></iframe>',
    )
    world.objects.put("vod", vod)
    _touch(world, {**show, "vods": [*show["vods"], vod["id"]]})
    return vod


def _create_chapter(world: World, sent: Body) -> Body:
    vod = _linked(world, sent, "vod", "vod")
    chapter = world.objects.add("chapter", full("chapter", sent))
    world.objects.put("vod", {**vod, "chapters": [*vod["chapters"], chapter["id"]]})
    return chapter


def _create_upload(world: World, sent: Body) -> Body:
    for name, kind in (("fileName", str), ("totalSegments", int), ("size", int)):
        _need(sent, name, kind)
    store = _linked(world, sent, "destinationStore", "fileStore")
    if store["id"] not in world.drives:
        raise BadRequest("This store takes no files")
    if Path(sent["fileName"]).name != sent["fileName"] or "\\" in sent["fileName"]:
        raise BadRequest("fileName is not a plain name")
    now = world.stamp()
    body = full("fileUpload", {**sent, "state": UPLOADING, "created": now, "lastModified": now})
    upload = world.objects.add("fileUpload", body)
    world.objects.put("uploadrun", {"id": upload["id"], "segments": {}, "at": world.now()})
    return upload


def segment_path(world: World, upload: int, index: int) -> Path:
    """Where a piece of an upload lies until the upload is whole."""
    folder = next(iter(world.drives.values()))
    return folder.parent / "uploads" / f"{upload}-{index:06d}"


def take_segment(world: World, number: int, index: int, content: bytes) -> None:
    """One piece of an upload; the same piece may come again."""
    upload, run = world.objects.get("fileUpload", number), world.objects.get("uploadrun", number)
    if upload is None or run is None:
        raise Missing(f"fileUpload {number}")
    if upload["state"] != UPLOADING:
        raise BadRequest("This upload takes no more segments")
    if not 0 <= index < upload["totalSegments"]:
        raise BadRequest(f"Segment {index} is out of range")
    path = segment_path(world, number, index)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    with world.objects.change():
        run = world.objects.get("uploadrun", number) or run
        segments = {**run["segments"], str(index): len(content)}
        world.objects.put("uploadrun", {**run, "segments": segments, "at": world.now()})
        world.objects.put("fileUpload", {**upload, "lastModified": world.stamp()})


def _change_upload(world: World, before: Body, sent: Body) -> Body:
    if sent.get("state") != COMPLETE or before["state"] != UPLOADING:
        raise BadRequest("Only an upload in progress can be completed")
    run = world.objects.get("uploadrun", before["id"]) or {"segments": {}}
    total = sum(run["segments"].values())
    if len(run["segments"]) != before["totalSegments"] or total != before["size"]:
        after = {**before, "state": FAILED}
    else:
        target = world.drives[before["destinationStore"]] / before["fileName"]
        with target.with_suffix(".uploading").open("wb") as file:
            for index in range(before["totalSegments"]):
                file.write(segment_path(world, before["id"], index).read_bytes())
        target.with_suffix(".uploading").replace(target)
        after = {**before, "state": POST_PROCESSING, "lastModified": world.stamp()}
        world.objects.put("uploaded", {"id": before["id"], "path": str(target)})
    world.objects.put("fileUpload", after)
    for index in range(before["totalSegments"]):
        segment_path(world, before["id"], index).unlink(missing_ok=True)
    return after


def advance_uploads(world: World) -> None:
    """A whole upload becomes an asset; one that rests for four hours is given up by the server."""
    assets = {asset["path"]: asset for asset in world.objects.all("asset")}
    for upload in world.objects.all("fileUpload"):
        run = world.objects.get("uploadrun", upload["id"])
        if upload["state"] == UPLOADING and run and world.now() - run["at"] > UPLOAD_IDLE_S:
            world.objects.put("fileUpload", {**upload, "state": TIMED_OUT})
        if upload["state"] == POST_PROCESSING:
            _finish_upload(world, upload, assets)


def _finish_upload(world: World, upload: Body, assets: dict[str, Body]) -> None:
    asset = assets.get(upload["fileName"])
    if asset is None and Path(upload["fileName"]).suffix == ".scc":
        asset = add_asset(world, Path(upload["fileName"]), "caption", upload["size"])
    if asset:
        world.objects.put("fileUpload", {**upload, "state": FINISHED, "asset": asset["id"]})


def add_asset(world: World, path: Path, kind: str, size_bytes: int) -> Body:
    """A file as the Assets section lists it."""
    known = {"path": path.name, "extension": path.suffix, "fileType": kind, "size": size_bytes}
    return world.objects.add("asset", full("asset", {**known, "fileStatus": "Unlinked"}))


def _touch(world: World, show: Body) -> None:
    world.objects.put("show", {**show, "lastModified": world.stamp()})


def _need(sent: Body, name: str, kind: type) -> None:
    if not isinstance(sent.get(name), kind):
        raise BadRequest(f"The {name} field is required.")


def _linked(world: World, sent: Body, name: str, kind: str) -> Body:
    _need(sent, name, int)
    row = world.objects.get(kind, sent[name])
    if row is None:
        raise BadRequest(f"There is no {name} {sent[name]}.")
    return row
