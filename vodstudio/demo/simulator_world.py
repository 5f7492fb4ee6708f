"""What one simulated server is: its records, its content drives, its clock and the speed at which it works."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from vodstudio.demo.simulator_objects import Objects

VERSION = "7.11.0"
HARDWARE_PREFIX = "VOD-STUDIO-SIMULATOR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How fast the server works, and which of the known variants of a Cablecast it is."""

    index_s: float = 1.0
    transcode_s: float = 3.0
    captions_s: float = 0.5
    cache_s: float = 2.0
    time_zone: str = "America/Chicago"
    is_newer_build: bool = True
    offset_counts_records: bool = False
    late_sidecar_needs_retranscode: bool = False
    user: str = "station"
    password: str = "cablecast"
    site_name: str = "Sample Station"
    hardware: str = f"{HARDWARE_PREFIX}-1"


@dataclass(slots=True, kw_only=True)
class World:
    """Everything the routes and the watcher share."""

    objects: Objects
    drives: Mapping[int, Path]
    behaviour: Behaviour = field(default_factory=Behaviour)
    now: Callable[[], float] = time.time
    base_url: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the server writes its dates."""
        return ZoneInfo(self.behaviour.time_zone)

    def stamp(self) -> str:
        """Now, as the server writes it."""
        return local_text(datetime.fromtimestamp(self.now(), UTC), self.zone)

    def read_date(self, text: object) -> str | None:
        """A date from a client (`Z`, an offset, none at all, or a day alone) as the server writes it."""
        when = parse_date(text, self.zone)
        return local_text(when, self.zone) if when else None


def parse_date(text: object, zone: ZoneInfo) -> datetime | None:
    """An aware time; what has no offset is local time of the server."""
    if not isinstance(text, str) or not text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=zone)


def local_text(when: datetime, zone: ZoneInfo) -> str:
    """ISO 8601 with the local offset; milliseconds only when there are any, without trailing zeros."""
    local = when.astimezone(zone)
    ms = local.microsecond // 1000
    fraction = f".{ms:03d}".rstrip("0") if ms else ""
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%dT%H:%M:%S}{fraction}{offset[:3]}:{offset[3:]}"
