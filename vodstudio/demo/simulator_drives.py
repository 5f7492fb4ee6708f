"""The content drives as the server's indexer sees them: files by name, whether they are whole, their sidecars."""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path
from typing import BinaryIO

from vodstudio.demo.simulator_captions import NotCaptions, decode_scc
from vodstudio.demo.simulator_objects import Body
from vodstudio.demo.simulator_world import World
from vodstudio.demo.simulator_writes import add_asset

_NAME = re.compile(r"^(?P<show>\d+)\s*-\s*(?:(?P<reel>\d{1,2})-)?.*\.[^.]+$")
VIDEO_ENDINGS = frozenset({".mp4", ".mov", ".m4v", ".mpg", ".mpeg", ".ts", ".mkv"})
_BOXED = frozenset({".mp4", ".mov", ".m4v"})


def look_at_drives(world: World) -> None:
    """Bring the records of files and reels in line with what lies on the drives now."""
    known = {body["path"]: body for body in world.objects.all("file")}
    for store, folder in world.drives.items():
        if not folder.is_dir():
            continue
        present = set()
        for entry in sorted(os.scandir(folder), key=lambda e: e.name):
            path = Path(entry.path)
            if path.suffix.lower() in VIDEO_ENDINGS and not entry.name.startswith(".") and entry.is_file():
                present.add(str(path))
                _look_at_file(world, store, path, known.get(str(path)))
        for path_text, body in known.items():
            if body["store"] == store and path_text not in present:
                world.objects.remove("file", body["id"])
    _flag_reels(world)


def _look_at_file(world: World, store: int, path: Path, known: Body | None) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    size_and_time = [status.st_size, status.st_mtime_ns]
    if known is None:
        known = world.objects.add("file", _new_file(world, store, path, size_and_time))
    before = dict(known)
    if known["state"] == "processing" and world.now() - known["seen_at"] >= world.behaviour.index_s:
        _judge(known, path, size_and_time)
    _look_at_sidecar(world, known, path)
    if known != before:
        world.objects.put("file", known)


def _new_file(world: World, store: int, path: Path, size_and_time: list[int]) -> Body:
    match = _NAME.match(path.name)
    return {
        "id": 0,
        "asset": add_asset(world, path, "video", size_and_time[0])["id"],
        "path": str(path),
        "store": store,
        "size_and_time": size_and_time,
        "seen_at": world.now(),
        "state": "processing",
        "problem": None,
        "show": int(match["show"]) if match else None,
        "reel_number": int(match["reel"] or 1) if match else 1,
        "duration_s": None,
        "sidecar": None,
    }


def _judge(known: Body, path: Path, size_and_time: list[int]) -> None:
    """A file that changed while it was indexed stays invalid until somebody asks to index it again."""
    if known["size_and_time"] != size_and_time:
        known.update(state="invalid", problem="The file changed while it was indexed")
        return
    if path.suffix.lower() not in _BOXED:
        known.update(state="valid" if size_and_time[0] else "invalid", duration_s=None)
        return
    with path.open("rb") as file:
        duration_s = movie_duration_s(file, size_and_time[0])
    if duration_s is None:
        known.update(state="invalid", problem="The file cannot be played")
    else:
        known.update(state="valid", duration_s=duration_s)


def _look_at_sidecar(world: World, known: Body, path: Path) -> None:
    """A sidecar counts only when its base name is exactly the video's and a decoder shows something from it."""
    for ending in (".scc", ".mcc"):
        beside = path.with_suffix(ending)
        if not beside.is_file():
            continue
        status = beside.stat()
        size_and_time = [status.st_size, status.st_mtime_ns]
        if known["sidecar"] and known["sidecar"]["size_and_time"] == size_and_time:
            return
        known["sidecar"] = {
            "path": str(beside),
            "size_and_time": size_and_time,
            "seen_at": world.now(),
            "problem": _problem_of_sidecar(beside),
        }
        return
    known["sidecar"] = None


def _problem_of_sidecar(path: Path) -> str | None:
    if path.suffix == ".mcc":
        return "MCC files are not read by this simulator"
    try:
        decode_scc(path.read_bytes())
    except NotCaptions as error:
        return str(error)
    return None


def _flag_reels(world: World) -> None:
    files = world.objects.all("file")
    for reel in world.objects.all("reel"):
        mine = file_of_reel(reel, files)
        state = mine["state"] if mine else ""
        flags = {
            "hasValidFile": state == "valid",
            "hasInvalidFile": state == "invalid",
            "hasProcessingFile": state == "processing",
            "playbackAsset": mine["asset"] if mine else None,
        }
        if any(reel[key] != value for key, value in flags.items()):
            world.objects.put("reel", {**reel, **flags})


def file_of_reel(reel: Body, files: list[Body]) -> Body | None:
    """The file that plays for a reel: linked by its own name, else by the number rule of the indexer."""
    named = reel.get("userFileName")
    for body in files:
        if named and Path(body["path"]).name == Path(named).name:
            return body
    for body in files:
        if body["show"] == reel["show"] and body["reel_number"] == reel["reelNumber"]:
            return body
    return None


def movie_duration_s(file: BinaryIO, size_bytes: int) -> float | None:
    """The length that an MP4 states; None when it has no table of contents or lacks its end."""
    position, duration_s = 0, None
    while position + 8 <= size_bytes:
        file.seek(position)
        header = file.read(16)
        length, kind = struct.unpack(">I4s", header[:8])
        body_at = position + 8
        if length == 1 and len(header) == 16:
            length = struct.unpack(">Q", header[8:16])[0]
            body_at += 8
        elif length == 0:
            length = size_bytes - position
        if length < 8 or position + length > size_bytes:
            return None
        if kind == b"moov":
            file.seek(body_at)
            duration_s = _movie_header_s(file.read(min(length, 256)))
        position += length
    return duration_s


def _movie_header_s(start: bytes) -> float | None:
    at = start.find(b"mvhd")
    if at < 0:
        return None
    body = start[at + 4 :]
    try:
        if body[0] == 1:
            scale, length = struct.unpack(">IQ", body[20:32])
        else:
            scale, length = struct.unpack(">II", body[12:20])
    except (struct.error, IndexError):
        return None
    return length / scale if scale else None
