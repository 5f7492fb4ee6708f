"""What a viewer gets: the public page's record of a show, and the files of a finished video."""

from __future__ import annotations

import re
from pathlib import Path

from vodstudio.demo.simulator_captions import clock, piece, playlist, transcript
from vodstudio.demo.simulator_objects import Body
from vodstudio.demo.simulator_vods import caption_track, folder_name
from vodstudio.demo.simulator_world import World

_STORED = re.compile(r"^/store-1/(?P<folder>[^/]+)/(?P<name>.+)$")
_PIECE = re.compile(r"^subtitles/0/captions\.en\.(\d{5})\.vtt$")


def public_show(world: World, number: int) -> Body | None:
    """The show as the public portal reads it."""
    show = world.objects.get("show", number)
    if show is None:
        return None
    vod = _finished_vod(world, show)
    track = caption_track(world, vod) if vod else None
    folder = f"{world.base_url}/store-1/{folder_name(world, vod)}" if vod else None
    words = {"languageCode": "en", "languageName": "English", "flagCode": "us"}
    return {
        "showId": show["id"],
        "title": show["cgTitle"] or show["title"],
        "eventDate": show["eventDate"],
        "thumbnailUrl": f"/cablecastapi/dynamicthumbnails/{show['thumbnail'] or 0}",
        "vodUrl": f"{folder}/vod.m3u8" if folder else None,
        "liveStreamUrl": None,
        "embedCode": vod["embedCode"] if vod else None,
        "fieldDisplays": _field_displays(show),
        "upcomingRuns": [],
        "chapters": _public_chapters(world, vod),
        "hit": None,
        "price": None,
        "stripeProduct": None,
        "thumbnailAltText": None,
        "vodTranscripts": [{**words, "url": f"{folder}/transcript.en.txt"}] if track else [],
        "isRestrictedToMembers": False,
        "scheduleStartTime": None,
        "isLive": False,
        "liveEventStarted": None,
        "hasClosedCaptions": track is not None,
        "hasTranslations": False,
        "hasAudioDescription": False,
        "liveBridgeEventStatus": None,
    }


def stored_file(world: World, path: str) -> tuple[bytes | Path, str] | None:
    """A file of a finished video: its content (or where it lies) and type; None when there is none."""
    match = _STORED.match(path)
    vod = _vod_of_folder(world, match["folder"]) if match else None
    if match is None or vod is None:
        return None
    name = match["name"]
    if name == "vod.mp4":
        run = world.objects.get("vodrun", vod["id"])
        file = world.objects.get("file", run["file"]) if run else None
        return (Path(file["path"]), "video/mp4") if file else None
    if name == "vod.m3u8":
        return _master(caption_track(world, vod) is not None).encode(), "application/vnd.apple.mpegurl"
    return _caption_file(world, vod, name)


def chapters_vtt(world: World, number: int) -> str | None:
    """The chapters (not the captions) of a video, as players read them."""
    vod = world.objects.get("vod", number)
    if vod is None:
        return None
    rows = _chapters(world, vod) if vod["chaptersPublished"] else []
    parts = ["WEBVTT FILE\n"]
    for index, row in enumerate(rows):
        end_s = rows[index + 1]["offset"] if index + 1 < len(rows) else vod["length"]
        parts.append(f"{index + 1}\n{clock(row['offset'])} --> {clock(end_s)}\n{row['title']}\n")
    return "\n".join(parts)


def _caption_file(world: World, vod: Body, name: str) -> tuple[bytes, str] | None:
    track = caption_track(world, vod)
    wanted = _PIECE.match(name)
    if track is None:
        return None
    if name == "captions.en.m3u8":
        return playlist(track, vod["length"]).encode(), "application/vnd.apple.mpegurl"
    if name == "transcript.en.txt":
        return transcript(track).encode(), "text/plain; charset=utf-8"
    return (piece(track, int(wanted[1])).encode(), "text/vtt; charset=utf-8") if wanted else None


def _master(has_captions: bool) -> str:
    subtitles = ',SUBTITLES="subs"' if has_captions else ""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3"]
    if has_captions:
        lines.append(
            '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",LANGUAGE="en",'
            'DEFAULT=NO,AUTOSELECT=YES,URI="captions.en.m3u8"'
        )
    for name, size, rate in (("1080p", "1920x1080", 6000000), ("720p", "1280x720", 3000000)):
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={rate},RESOLUTION={size}{subtitles}",
            f"{name}.m3u8?duration=0",
        ]
    return "\n".join([*lines, ""])


def _finished_vod(world: World, show: Body) -> Body | None:
    vods = [vod for number in show["vods"] if (vod := world.objects.get("vod", number))]
    return next((vod for vod in reversed(vods) if vod["vodState"] == "complete"), None)


def _vod_of_folder(world: World, folder: str) -> Body | None:
    number = folder.split("-", 1)[0]
    for vod in world.objects.all("vod"):
        is_finished = str(vod["show"]) == number and vod["vodState"] == "complete"
        if is_finished and folder_name(world, vod) == folder:
            return vod
    return None


def _chapters(world: World, vod: Body) -> list[Body]:
    rows = [row for row in world.objects.all("chapter") if row["vod"] == vod["id"] and not row["deleted"]]
    return sorted((row for row in rows if not row["hidden"]), key=lambda row: row["offset"])


def _public_chapters(world: World, vod: Body | None) -> list[Body]:
    if vod is None or not vod["chaptersPublished"]:
        return []
    keys = ("title", "body", "offset")
    return [{"vodId": vod["id"], **{key: row[key] for key in keys}} for row in _chapters(world, vod)]


def _field_displays(show: Body) -> list[Body]:
    length = show["totalRunTime"]
    texts = (
        ("Description", show["comments"] or "", "block-text"),
        ("Length:", f"{length // 3600:02d}:{length // 60 % 60:02d}:{length % 60:02d}", "inline-text"),
    )
    return [
        {"label": label, "value": value, "order": order, "widget": widget}
        for order, (label, value, widget) in enumerate(texts, start=1)
    ]
