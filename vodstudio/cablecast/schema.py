"""Their JSON read with care: unknown fields are kept, a missing or wrong one is named with its address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeVar

from vodstudio.core.errors import Refused
from vodstudio.core.shows import (
    FileState,
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

MARKER_LABEL = "VOD Studio ID"
PRACTICE_PREFIX = "VOD-STUDIO-SIMULATOR"
T = TypeVar("T")
Raw = Mapping[str, object]


def wrong_field(endpoint: str, field: str, expected: str, found: object) -> Refused:
    """The typed error for an answer that lacks what we need."""
    return Refused(
        "The Cablecast server's answer is not what we expect",
        hint="Nothing was changed. The server may have another version: send us this message.",
        detail=f"{endpoint}: field {field!r} should be {expected}, found {found!r:.80}",
        code="VS-ANSWER-WRONG",
    )


@dataclass(frozen=True, slots=True)
class Record:
    """One object of an answer; `raw` is all of it, so that a change can be written back without loss."""

    endpoint: str
    raw: Raw

    def integer(self, field: str) -> int:
        """A number that must be there."""
        value = self.raw.get(field)
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_field(self.endpoint, field, "a whole number", value)
        return value

    def text(self, field: str) -> str:
        """Text; null counts as empty."""
        value = self.raw.get(field)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise wrong_field(self.endpoint, field, "text", value)
        return value

    def number(self, field: str) -> float:
        """A number with or without fraction; null counts as zero."""
        value = self.raw.get(field)
        if value is None:
            return 0.0
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_field(self.endpoint, field, "a number", value)
        return float(value)

    def flag(self, field: str) -> bool:
        """True only when it says so."""
        return self.raw.get(field) is True

    def optional_integer(self, field: str) -> int | None:
        """A link to another record, or none."""
        return None if self.raw.get(field) is None else self.integer(field)

    def integers(self, field: str) -> tuple[int, ...]:
        """Links to other records; null counts as none."""
        value = self.raw.get(field)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(type(one) is int for one in value):
            raise wrong_field(self.endpoint, field, "a list of numbers", value)
        return tuple(value)

    def time(self, field: str, zone: tzinfo) -> datetime | None:
        """An aware time; a date without offset is the server's own, and the year 1 means none."""
        text = self.text(field)
        if not text:
            return None
        try:
            when = datetime.fromisoformat(text)
        except ValueError as error:
            raise wrong_field(self.endpoint, field, "a date", text) from error
        if when.year <= 1:
            return None
        return when if when.tzinfo else when.replace(tzinfo=zone)

    def records(self, field: str) -> Iterator[Record]:
        """Objects in a list; null counts as none."""
        value = self.raw.get(field)
        if value is not None and not isinstance(value, list):
            raise wrong_field(self.endpoint, field, "a list", value)
        for one in value or []:
            if isinstance(one, dict):
                yield Record(self.endpoint, one)


def unwrap(endpoint: str, body: Raw, key: str, *, may_be_bare: bool = False) -> Record:
    """The one record of an answer."""
    inner = body.get(key)
    if isinstance(inner, dict):
        return Record(endpoint, inner)
    if may_be_bare and key not in body:
        return Record(endpoint, body)
    raise wrong_field(endpoint, key, "an object", inner)


def unwrap_list(endpoint: str, body: Raw, key: str) -> list[Record]:
    """The records of a list answer."""
    if key not in body:
        raise wrong_field(endpoint, key, "a list", None)
    return list(Record(endpoint, body).records(key))


def read_show(record: Record, zone: tzinfo, marker_field: int | None) -> Show:
    """A show."""
    return Show(
        id=ShowId(record.integer("id")),
        title=record.text("title"),
        location=record.optional_integer("location"),
        reels=tuple(ReelId(n) for n in record.integers("reels")),
        vods=tuple(VodId(n) for n in record.integers("vods")),
        event_date=record.time("eventDate", zone),
        created_at=record.time("created", zone),
        changed_at=record.time("lastModified", zone),
        has_captions=record.flag("hasCaptions"),
        marker=_marker(record, marker_field),
    )


def read_reel(record: Record) -> Reel:
    """A reel and the state of its file; a file that is being looked at is not judged yet."""
    state = FileState.NONE
    for field, meaning in (
        ("hasInvalidFile", FileState.INVALID),
        ("hasValidFile", FileState.VALID),
        ("hasProcessingFile", FileState.PROCESSING),
    ):
        state = meaning if record.flag(field) else state
    return Reel(
        id=ReelId(record.integer("id")),
        show_id=ShowId(record.integer("show")),
        number=record.integer("reelNumber"),
        file=state,
    )


def read_vod(record: Record) -> Vod:
    """A video."""
    return Vod(
        id=VodId(record.integer("id")),
        show_id=ShowId(record.integer("show")),
        state=_vod_state(record),
        length_s=record.optional_integer("length") or 0,
        is_watchable=record.flag("isWatchable"),
        problem=record.text("errorMessage") or record.text("statusMessage"),
    )


def read_vod_progress(record: Record) -> VodProgress:
    """How far the server is."""
    done = min(max(record.number("percentComplete"), 0.0), 1.0)
    return VodProgress(state=_vod_state(record), done=done, problem=record.text("errorMessage"))


def read_public_show(record: Record) -> PublicShow:
    """The public page's record; cloud portals write the number as text."""
    number = record.raw.get("showId")
    if isinstance(number, str) and number.isdigit():
        number = int(number)
    if type(number) is not int:
        raise wrong_field(record.endpoint, "showId", "a whole number", number)
    return PublicShow(
        id=ShowId(number),
        title=record.text("title"),
        has_captions=record.flag("hasClosedCaptions"),
        video_url=record.text("vodUrl"),
        transcripts=tuple(one.text("url") for one in record.records("vodTranscripts")),
    )


def read_server(record: Record, time: datetime) -> ServerFacts:
    """Which server this is; an older one without a hardware number is known by its name."""
    hardware = record.text("hardwareID")
    return ServerFacts(
        name=record.text("siteName"),
        version=record.text("cablecastVersion"),
        key=hardware or record.text("siteName"),
        time=time,
        is_practice=hardware.startswith(PRACTICE_PREFIX),
    )


def _marker(record: Record, marker_field: int | None) -> str:
    if marker_field is None:
        return ""
    for custom in record.records("customFields"):
        if custom.raw.get("showField") == marker_field:
            value = custom.raw.get("value")
            return value if isinstance(value, str) else ""
    return ""


def _vod_state(record: Record) -> VodState:
    """A state that we do not know yet is treated as unknown, not as a fault."""
    try:
        return VodState(record.text("vodState"))
    except ValueError:
        return VodState.UNKNOWN
