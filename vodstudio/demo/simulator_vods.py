"""How a video on demand comes to be: waiting for a file, queued, processing, complete, and its caption track."""

from __future__ import annotations

import functools
import math
import re
from pathlib import Path

from vodstudio.demo.simulator_captions import NotCaptions, ShownText, decode_scc
from vodstudio.demo.simulator_drives import file_of_reel, look_at_drives
from vodstudio.demo.simulator_objects import Body
from vodstudio.demo.simulator_world import World
from vodstudio.demo.simulator_writes import advance_uploads

QUEUED_SHARE = 0.15
WATCHABLE_SHARE = 0.4
_NUMBER_PREFIX = re.compile(r"^\d+\s*-\s*(?:\d{1,2}-)?")
_FAILED = frozenset({"error", "permanentFailure", "disabled"})


def advance(world: World) -> None:
    """Let the server do what it has had the time to do."""
    with world.objects.change():
        look_at_drives(world)
        files = world.objects.all("file")
        for vod in world.objects.all("vod"):
            after = _advanced(world, vod, files)
            if after != vod:
                world.objects.put("vod", after)
        _flag_shows(world, files)
        advance_uploads(world)


def retranscode(world: World, vod_number: int) -> None:
    """What the button of that name does: a new version in a new folder; the old addresses are gone."""
    with world.objects.change():
        run = world.objects.get("vodrun", vod_number)
        vod = world.objects.get("vod", vod_number)
        if run and vod:
            world.objects.put("vodrun", {**run, "version": run["version"] + 1, "queued_at": world.now()})
            world.objects.put("vod", {**vod, "vodState": "queued", "percentComplete": 0.0})


def caption_track(world: World, vod: Body) -> list[ShownText] | None:
    """The captions that a player of this video is offered, or None."""
    run = world.objects.get("vodrun", vod["id"])
    file = world.objects.get("file", run["file"]) if run else None
    sidecar = file["sidecar"] if file else None
    if run is None or sidecar is None or sidecar["problem"] or vod["vodState"] != "complete":
        return None
    complete_at = run["queued_at"] + world.behaviour.transcode_s
    is_late = sidecar["seen_at"] > complete_at
    if is_late and world.behaviour.late_sidecar_needs_retranscode:
        return None
    if world.now() < max(complete_at, sidecar["seen_at"]) + world.behaviour.captions_s:
        return None
    try:
        return _decoded(sidecar["path"], *sidecar["size_and_time"])
    except (NotCaptions, OSError):
        return None


@functools.lru_cache(maxsize=8)
def _decoded(path_text: str, size_bytes: int, changed_at: int) -> list[ShownText]:
    """Decoded once for each version of a sidecar: a player asks for thousands of pieces."""
    return decode_scc(Path(path_text).read_bytes())


def folder_name(world: World, vod: Body) -> str:
    """`<showId>-<Slug>-v<N>`: the slug is the file's name cut to twenty letters, N grows with each transcode."""
    run = world.objects.get("vodrun", vod["id"])
    file = world.objects.get("file", run["file"]) if run else None
    if run is None:
        return ""
    name = _NUMBER_PREFIX.sub("", Path(file["path"]).stem if file else run["name"])[:20].strip()
    slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
    return f"{vod['show']}-{slug}-v{run['version']}"


def _advanced(world: World, vod: Body, files: list[Body]) -> Body:
    if vod["disabled"] or vod["vodState"] in _FAILED:
        return vod
    reels = [reel for reel in world.objects.all("reel") if reel["show"] == vod["show"]]
    mine = [file_of_reel(reel, files) for reel in reels]
    first = mine[0] if mine else None
    is_ready = bool(first) and all(file and file["state"] == "valid" for file in mine)
    run = world.objects.get("vodrun", vod["id"])
    if run is None:
        if not is_ready or first is None:
            return {**vod, "vodState": "waiting", "percentComplete": 0.0}
        run = {
            "id": vod["id"],
            "version": 1,
            "queued_at": world.now(),
            "file": first["id"],
            "name": Path(first["path"]).stem,
        }
        world.objects.put("vodrun", run)
    elif not is_ready and vod["vodState"] != "complete":
        return {**vod, "vodState": "error", "errorMessage": "The source file is missing or invalid"}
    return _working(world, vod, run, sum(_length_s(r, f) for r, f in zip(reels, mine, strict=True)))


def _working(world: World, vod: Body, run: Body, length_s: float) -> Body:
    spent = world.now() - run["queued_at"]
    share = spent / world.behaviour.transcode_s if world.behaviour.transcode_s > 0 else 1.0
    if share < QUEUED_SHARE:
        return {**vod, "vodState": "queued", "percentComplete": 0.0, "isWatchable": False}
    if share < 1.0:
        return {
            **vod,
            "vodState": "partial" if share >= WATCHABLE_SHARE else "processing",
            "percentComplete": math.floor(share * 20) / 20,
            "isWatchable": share >= WATCHABLE_SHARE,
        }
    address = f"{world.base_url}/store-1/{folder_name(world, vod)}/vod.mp4"
    length = vod["length"] if vod["vodState"] == "complete" else round(length_s)
    return {
        **vod,
        "vodState": "complete",
        "percentComplete": 1.0,
        "isWatchable": True,
        "length": length,
        "url": address,
        "localUrl": address,
    }


def _length_s(reel: Body, file: Body | None) -> float:
    """In-point and length of the reel are honoured; without a length the rest of the file plays."""
    stated = file["duration_s"] if file else None
    rest: float | None = stated - reel["cue"] if stated is not None else None
    if reel["length"] and rest is not None:
        return min(float(reel["length"]), rest)
    return float(reel["length"] or rest or 0)


def _flag_shows(world: World, files: list[Body]) -> None:
    captioned = {body["show"] for body in files if body["sidecar"] and not body["sidecar"]["problem"]}
    reels = world.objects.all("reel")
    for show in world.objects.all("show"):
        length = sum(reel["length"] for reel in reels if reel["show"] == show["id"])
        after = {**show, "hasCaptions": show["id"] in captioned, "totalRunTime": length}
        if after != show:
            world.objects.put("show", after)
