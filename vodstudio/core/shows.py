"""Their side as values: shows, reels and videos on a Cablecast server, as our services use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

ShowId = NewType("ShowId", int)
MediaId = NewType("MediaId", int)
ReelId = NewType("ReelId", int)
VodId = NewType("VodId", int)


class FileState(StrEnum):
    """What the server says about the file of a reel."""

    NONE = "none"
    PROCESSING = "processing"
    VALID = "valid"
    INVALID = "invalid"


class VodState(StrEnum):
    """How far the server is with a video."""

    UNKNOWN = "unknown"
    QUEUED = "queued"
    PROCESSING = "processing"
    PARTIAL = "partial"
    COMPLETE = "complete"
    ERROR = "error"
    PERMANENT_FAILURE = "permanentFailure"
    DISABLED = "disabled"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A show. `marker` is what we wrote into the station's own field for us, if it has one."""

    id: ShowId
    title: str
    location: int | None
    reels: tuple[ReelId, ...] = ()
    vods: tuple[VodId, ...] = ()
    event_date: datetime | None = None
    created_at: datetime | None = None
    changed_at: datetime | None = None
    has_captions: bool = False
    marker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reel:
    """A part of a show, and what the server knows about its file."""

    id: ReelId
    show_id: ShowId
    number: int
    file: FileState


@dataclass(frozen=True, slots=True, kw_only=True)
class Vod:
    """A video on demand. Its address changes with each transcode: read again, never stored."""

    id: VodId
    show_id: ShowId
    state: VodState
    length_s: int
    is_watchable: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VodProgress:
    """How far the server is."""

    state: VodState
    done: float
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicShow:
    """The show as the public page gives it to a viewer."""

    id: ShowId
    title: str
    has_captions: bool
    video_url: str = ""
    transcripts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShow:
    """A show to be made. `marker` names our intent, so that a lost answer can be looked up."""

    title: str
    location: int
    marker: str
    event_date: date | None = None
    project: int | None = None
    producer: int | None = None
    comments: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """Which server this is and what time it has; `key` stays the same for the same machine."""

    name: str
    version: str
    key: str
    time: datetime
    is_practice: bool
