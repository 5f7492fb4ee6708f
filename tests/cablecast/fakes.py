"""Hand-written stand-ins for what publishing needs, and small files to publish."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from vodstudio.captions.cue import Cue
from vodstudio.captions.scc import write_scc
from vodstudio.captions.vtt import write_vtt
from vodstudio.core.errors import Cancelled, NotFound
from vodstudio.core.jobs import Checkpoint, Inputs, JobId, Json, Output, PlanKind, StepId, StepKind
from vodstudio.core.ports import AsyncContext
from vodstudio.core.recording import Recording, RecordingId, fingerprint_of
from vodstudio.core.rows import StorageView
from vodstudio.core.shows import (
    FileState,
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
    VodState,
)
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
)

Row = TypeVar("Row")
NOON = datetime(2026, 6, 10, 17, 0, tzinfo=UTC)
SERVER, CITY, DRIVE = ServerId("main"), CityId("birchwood"), StorageId("flex1")
PRESET = Preset(id=PresetId("council"), name="Council meeting")
CUES = (
    Cue(start_s=2.0, end_s=4.0, lines=("The council will come", "to order.")),
    Cue(start_s=9.0, end_s=11.0, lines=("Please rise for the pledge",)),
    Cue(start_s=19.5, end_s=21.0, lines=("of allegiance, José.",)),
)


class FakeClock:
    """Time that moves when a test says so."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._start = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    def seconds(self) -> float:
        return self._now.timestamp()

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class FakeSecrets:
    """One password."""

    def __init__(self, password: str = "cablecast") -> None:
        self.password = password
        self.reads = 0

    def read(self, reference: str) -> str:
        self.reads += 1
        return self.password


class FakeNotebook:
    """Facts in memory."""

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}
        self.trail: list[tuple[str, Json]] = []

    async def audit(self, what: str, body: Json) -> None:
        self.trail.append((what, body))

    async def read(self, key: str) -> str | None:
        return self.facts.get(key)

    async def write(self, key: str, value: str) -> None:
        self.facts[key] = value


class FakeDrives:
    """Storages that are what the test says."""

    def __init__(self) -> None:
        self.is_present = True
        self.is_writable = True
        self.free = 10**12

    async def look(self, storage: Storage, *, try_writing: bool = False) -> StorageView:
        return StorageView(
            id=storage.id, is_present=self.is_present, is_writable=self.is_writable, free_bytes=self.free
        )

    async def is_there(self, path: Path) -> bool:
        return self.is_present

    async def free_bytes(self, path: Path) -> int | None:
        return self.free


class FakeContext:
    """Checkpoints in memory that survive from attempt to attempt; dies at a key when told to."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self._folder = folder
        self._clock = clock
        self.kept: list[Checkpoint] = []
        self.die_before: str = ""
        self.told: list[float] = []
        self.is_stopped = False
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def work_folder(self) -> Path:
        return self._folder

    def check(self) -> None:
        if self.is_stopped:
            raise Cancelled

    def progress(self, done: float, *, speed: float | None = None, note: str = "") -> None:
        self.told.append(done)

    async def checkpoint(self, key: str, body: Json) -> None:
        if self.die_before and key.startswith(self.die_before):
            raise Died(key)
        assert key not in {one.key for one in self.kept}
        self.kept.append(Checkpoint(key=key, body=json.loads(json.dumps(body)), at=self._clock.now()))

    async def checkpoints(self) -> Sequence[Checkpoint]:
        return list(self.kept)


class Died(BaseException):
    """The program ended here, as by a power cut."""


@dataclass
class FakeCatalogue:
    """A Cablecast server in memory, held to the same contract as the real client over the simulator."""

    clock: FakeClock
    has_marker_field: bool = True
    key: str = "fake-1"
    shows: dict[int, Show] = field(default_factory=dict)
    media: dict[int, tuple[str, int]] = field(default_factory=dict)
    reels: dict[int, Reel] = field(default_factory=dict)
    vods: dict[int, Vod] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    stores: dict[int, str] = field(default_factory=lambda: {1: "Content drive 1"})
    uploads: list[str] = field(default_factory=list)

    async def check(self) -> Json:
        facts = await self.facts()
        return {"name": facts.name, "version": facts.version, "key": facts.key, "is_practice": True}

    async def facts(self) -> ServerFacts:
        return ServerFacts(name="Fake", version="7", key=self.key, time=self.clock.now(), is_practice=True)

    async def show(self, show_id: ShowId) -> Show:
        return self._found(self.shows, show_id)

    async def shows_changed_since(self, since: datetime, location: int | None) -> list[Show]:
        return [
            show
            for show in self.shows.values()
            if location in (None, show.location) and (show.changed_at or NOON) > since - timedelta(minutes=10)
        ]

    async def create_show(self, new: NewShow) -> ShowId:
        number = ShowId(101 + len(self.shows))
        now = self.clock.now()
        self.shows[number] = Show(
            id=number,
            title=new.title,
            location=new.location,
            created_at=now,
            changed_at=now,
            marker=new.marker if self.has_marker_field else "",
        )
        return number

    async def media_named(self, name: str, location: int) -> list[MediaId]:
        return [MediaId(number) for number, media in self.media.items() if media == (name, location)]

    async def create_media(self, name: str, location: int) -> MediaId:
        number = MediaId(1 + len(self.media))
        self.media[number] = (name, location)
        return number

    async def reel(self, reel_id: ReelId) -> Reel:
        return self._found(self.reels, reel_id)

    async def create_reel(self, show_id: ShowId, media_id: MediaId, number: int, length_s: int) -> ReelId:
        reel_id = ReelId(1 + len(self.reels))
        show = self._found(self.shows, show_id)
        self.reels[reel_id] = Reel(id=reel_id, show_id=show_id, number=number, file=FileState.NONE)
        self.shows[show_id] = replace(show, reels=(*show.reels, reel_id))
        return reel_id

    async def vod(self, vod_id: VodId) -> Vod:
        return self._found(self.vods, vod_id)

    async def vod_progress(self, vod_id: VodId) -> VodProgress:
        vod = self._found(self.vods, vod_id)
        return VodProgress(state=vod.state, done=1.0 if vod.state is VodState.COMPLETE else 0.0)

    async def create_vod(self, show_id: ShowId, location: int) -> VodId:
        vod_id = VodId(1 + len(self.vods))
        show = self._found(self.shows, show_id)
        self.vods[vod_id] = Vod(id=vod_id, show_id=show_id, state=VodState.WAITING, length_s=0)
        self.shows[show_id] = replace(show, vods=(*show.vods, vod_id))
        return vod_id

    async def file_stores(self) -> Mapping[int, str]:
        return self.stores

    async def upload(self, context: AsyncContext, source: Path, name: str, store: int) -> int:
        assert store in self.stores
        self.uploads.append(name)
        return len(self.uploads)

    async def public_show(self, show_id: ShowId) -> PublicShow:
        show = self._found(self.shows, show_id)
        return PublicShow(
            id=show_id,
            title=show.title,
            has_captions=bool(self.pieces),
            video_url="http://127.0.0.1/vod.m3u8",
        )

    async def viewer_captions(self, video_url: str) -> list[str]:
        return self.pieces

    def _found(self, rows: dict[int, Row], number: int) -> Row:
        if number not in rows:
            raise NotFound("Not there", code="VS-GONE-ON-SERVER")
        return rows[number]


def tiny_movie(path: Path, duration_s: float, fill: bytes = b"x" * 5000) -> Path:
    """The smallest file that states a length as an MP4 does."""
    header = struct.pack(">IIIII", 0, 0, 0, 1000, round(duration_s * 1000)) + bytes(80)
    mvhd = _box(b"mvhd", header)
    path.write_bytes(_box(b"ftyp", b"isom\0\0\2\0isom") + _box(b"moov", mvhd) + _box(b"mdat", fill))
    return path


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def output_of(name: str, path: Path, **facts: object) -> Output:
    content = path.read_bytes()
    return Output(
        name=name,
        path=path,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        facts=facts,
    )


def made_captions(folder: Path, cues: Sequence[Cue] = CUES) -> dict[str, Output]:
    """VTT and SCC as the captions step makes them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "made.vtt").write_bytes(write_vtt(cues).encode())
    (folder / "made.scc").write_bytes(write_scc(cues).text.encode())
    return {name: output_of(name, folder / f"made.{name}") for name in ("vtt", "scc")}


def inputs_for(
    folder: Path,
    *,
    plan: PlanKind = PlanKind.DELIVER,
    title: str = "Birchwood City Council",
    show_number: int | None = None,
    path: Path | None = None,
    job: str = "5f6a0c1e-0000-4000-8000-000000000001",
) -> Inputs:
    """What the publish step of one recording is given: 30 s of video and three captions."""
    folder.mkdir(parents=True, exist_ok=True)
    source = path or tiny_movie(folder / "source.mp4", 30.2)
    outputs = made_captions(folder)
    if plan is PlanKind.DELIVER:
        video = tiny_movie(folder / "video.mp4", 30.2, fill=title.encode() * 200)
        outputs["video"] = output_of("video", video, duration_s=30.2)
    recording = Recording(
        id=RecordingId("r1"),
        path=source,
        fingerprint=fingerprint_of(source),
        size_bytes=source.stat().st_size,
        title=title,
        recorded_on=NOON.date(),
        show_number=show_number,
        duration_s=30.2,
    )
    return Inputs(
        job_id=JobId(job),
        step_id=StepId("s1"),
        recording=recording,
        plan=plan,
        city_id=CITY,
        preset=PRESET,
        outputs=outputs,
        facts={StepKind.SPEECH: {"is_demo_voice": True}},
    )


def station_at(drive: Path, url: str, *, user: str = "station") -> Station:
    """One city, one content drive, one server."""
    return Station(
        cities=(City(id=CITY, name="Birchwood", server=SERVER, location=1, project=1, producer=1),),
        storages=(Storage(id=DRIVE, path=drive, cities=(CITY,), content_drive_of=SERVER),),
        servers=(Server(id=SERVER, name="Main", url=url, user=user, secret="env:CABLECAST"),),
        presets=(PRESET,),
    )
