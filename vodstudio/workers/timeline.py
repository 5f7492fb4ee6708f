"""Child side: when the packets of a recording begin and end, measured rather than believed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.index import IndexEntry
    from av.packet import Packet
    from av.stream import Stream

Tell = Callable[[float], None]

TELL_EVERY_S = 0.5
# FFmpeg's own limit: a larger step of the clock in a stream of these formats is a restart and not a gap.
JUMP_S = 10.0
RESTARTS = ("mpegts", "mpeg")


@dataclass(slots=True)
class Times:
    """When the packets of one stream begin and end, in seconds.

    A recorder that was restarted begins its clock again; FFmpeg joins such pieces, so we add them up.
    """

    joins: bool = False
    first_s: float | None = None
    start_s: float = float("inf")
    end_s: float = float("-inf")
    last_s: float | None = None
    before_s: float = 0.0
    jumps: int = 0

    def see(self, at_s: float, duration_s: float) -> None:
        """Another packet."""
        if self.last_s is not None and abs(at_s - self.last_s) > JUMP_S:
            self.jumps += 1
            if self.joins:
                self.before_s += self.end_s - self.start_s
                self.start_s, self.end_s = float("inf"), float("-inf")
        self.first_s = at_s if self.first_s is None else self.first_s
        self.start_s = min(self.start_s, at_s)
        self.end_s = max(self.end_s, at_s + duration_s)
        self.last_s = at_s

    @property
    def length_s(self) -> float:
        """How long it plays."""
        return 0.0 if self.is_empty else self.before_s + self.end_s - self.start_s

    @property
    def last_picture_s(self) -> float:
        """When the last one begins, from the first; what follows it is nothing or stands still."""
        if self.last_s is None or self.jumps:
            return self.length_s
        return self.last_s - self.start_s

    @property
    def is_empty(self) -> bool:
        """Whether no packet was seen."""
        return self.last_s is None


@dataclass(slots=True)
class Timeline:
    """The packet times of every stream that has a picture or a sound."""

    joins: bool = False
    streams: dict[int, Times] = field(default_factory=dict)

    def of(self, index: int) -> Times:
        """The times of one stream."""
        return self.streams.setdefault(index, Times(joins=self.joins))

    @property
    def jumps(self) -> int:
        """How often the clock of the recording jumped."""
        return max((times.jumps for times in self.streams.values()), default=0)

    def length_s(self, presented_from_s: float) -> float:
        """From the first moment that is presented to the last packet of any stream."""
        seen = [times for times in self.streams.values() if not times.is_empty]
        if self.joins and self.jumps:
            return max(times.length_s for times in seen)
        begin_s = min((times.start_s for times in seen), default=0.0)
        return max((times.end_s for times in seen), default=0.0) - max(begin_s, presented_from_s)


def packet_times(container: InputContainer, size_bytes: int, tell: Tell) -> Timeline:
    """Measured, not believed: from the index where each entry says where its bytes lie, else from all packets."""
    streams = [stream for stream in container.streams if stream.type in ("video", "audio")]
    if _has_whole_index(container, streams):
        return _times_of_index(streams, size_bytes)
    return _times_of_packets(container, streams, size_bytes, tell)


def _has_whole_index(container: InputContainer, streams: list[Stream]) -> bool:
    is_mov = "mov" in container.format.name.split(",")
    return is_mov and all(0 < stream.frames == len(stream.index_entries) for stream in streams)


def _times_of_index(streams: list[Stream], size_bytes: int) -> Timeline:
    """An entry whose bytes lie behind the end of the file is a packet that is not there."""
    timeline = Timeline()
    for stream in streams:
        times, base = timeline.of(stream.index), float(stream.time_base or 1)
        first = stream.index_entries[0].timestamp
        offset = (stream.start_time or 0) - first
        before: IndexEntry | None = None
        lasts = stream.duration or 0
        for entry in stream.index_entries:
            if before is not None:
                lasts = entry.timestamp - before.timestamp
                _see_entry(times, before, size_bytes, ((before.timestamp + offset) * base, lasts * base))
            before = entry
        if before is not None:
            # The last picture of a screen recording may stand for minutes; no later entry tells for how long.
            lasts = max(lasts, (stream.duration or 0) - (before.timestamp - first))
            _see_entry(times, before, size_bytes, ((before.timestamp + offset) * base, lasts * base))
    return timeline


def _see_entry(times: Times, entry: IndexEntry, size_bytes: int, span: tuple[float, float]) -> None:
    if entry.pos + entry.size <= size_bytes:
        times.see(*span)


def _times_of_packets(
    container: InputContainer, streams: list[Stream], size_bytes: int, tell: Tell
) -> Timeline:
    timeline, told_at = Timeline(joins=container.format.name in RESTARTS), time.monotonic()
    for packet in _packets(container, streams):
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None or packet.time_base is None:
            continue
        duration = packet.duration or 0
        timeline.of(packet.stream_index).see(
            float(stamp * packet.time_base), float(duration * packet.time_base)
        )
        if time.monotonic() - told_at >= TELL_EVERY_S:
            told_at = time.monotonic()
            tell(min(1.0, (packet.pos or 0) / size_bytes))
    return timeline


def _packets(container: InputContainer, streams: list[Stream]) -> Iterator[Packet[Stream]]:
    """All packets; a damaged place ends neither the reading nor us."""
    import av

    packets = container.demux(streams)
    damaged = 0
    while damaged < 100:
        try:
            yield next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError:
            damaged += 1
