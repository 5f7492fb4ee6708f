"""Child side of listening: one walk through the recording makes the spool of samples and finds where speech is.

The regions are told as they become final, so that the first words need not wait for the end of the walk. Every five
minutes of sound the state is told as well, after the spool is on the disk. A walk that goes on decodes from the start
again, because no decoder can be stopped and continued to the bit; it compares what it skips with what was there.
"""

from __future__ import annotations

import contextlib
import os
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import BadMedia
from vodstudio.core.files import writing
from vodstudio.workers.child import Channel
from vodstudio.workers.containers import sound_frames
from vodstudio.workers.sound import no_audio, samples_of, sound_of, timekeeper
from vodstudio.workers.sound_choice import HeardFrom, choose
from vodstudio.workers.voice import VadSettings, Voice
from vodstudio.workers.windows import SAMPLE_BYTES, SAMPLE_RATE, Features, Region, Speech, checksum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Json = Mapping[str, Any]
KEEP_EVERY_S = 300
_TELL_EVERY_S = 0.1
_TELL_REGIONS_EVERY_S = 0.25


class NotTheSame(Exception):
    """What is decoded now is not what an earlier walk left: it has to begin anew."""


def listen(request: Json, channel: Channel, inbox: object) -> None:
    """Decode into the spool and say where speech is. The model is never in the process that opens the file."""
    del inbox
    source, spool = Path(request["source"]), Path(request["spool"])
    wanted = request.get("heard_from")
    heard_from = HeardFrom(**wanted) if wanted else choose(source, str(request.get("language") or ""))
    walk = Walk(source, spool, VadSettings(**request["vad"]), heard_from, channel)
    try:
        walk.go(request.get("kept"))
    except NotTheSame:
        walk.go(None)
    except BadMedia:
        spool.unlink(missing_ok=True)
        raise
    mels = request.get("mels")
    channel.tell(
        {
            "event": "listened",
            "samples": walk.samples,
            "sum": walk.sum,
            "regions": _told(walk.regions),
            "marks": walk.marks,
            "maximum": loudest(spool, walk.regions, int(mels)) if mels and walk.regions else None,
            "heard_from": asdict(heard_from),
        }
    )


def loudest(spool: Path, regions: list[Region], mels: int) -> float:
    """The loudest value of the features of all speech; the model's child needs it before its first window."""
    from faster_whisper.feature_extractor import FeatureExtractor

    return Features(FeatureExtractor(feature_size=mels), Speech(spool, regions), None).maximum


class Walk:
    """Once through the recording, from its start or from where an earlier walk left its state."""

    def __init__(
        self, source: Path, spool: Path, settings: VadSettings, heard_from: HeardFrom, channel: Channel
    ) -> None:
        self._source = source
        self._spool = spool
        self._settings = settings
        self._heard_from = heard_from
        self._channel = channel
        self._pace = _Pace()
        self._begin(None)

    def _begin(self, kept: Json | None) -> None:
        self.samples = self.sum = 0
        self.marks: list[tuple[float, float]] = []
        self.regions = [Region(start, end) for start, end in kept["regions"]] if kept else []
        self._untold, self._unkept = 0, len(self.regions)
        self._kept_to = int(kept["samples"]) if kept else 0
        self._sum = int(kept["sum"]) if kept else 0

    def go(self, kept: Json | None) -> None:
        """All of it; `kept` is the last state that was told."""
        if kept and not self._spool.is_file():
            kept = None
        self._begin(kept)
        self._channel.tell({"event": "began", "heard_from": asdict(self._heard_from)})
        voice = Voice(self._settings, kept["voice"] if kept else None)
        with sound_of(self._source, self._heard_from.track) as (container, stream):
            times = timekeeper(container)
            self.marks = times.marks
            blocks = samples_of(sound_frames(container, stream), self._heard_from.channel, times)
            with _opened(self._spool, "r+b" if kept else "w+b") as file:
                if kept:
                    blocks = self._beyond(blocks, file)
                for block in blocks:
                    self._take(block, voice, file)
                self._sync(file)
                self.sum = checksum(file, self._kept_to, self.samples, self._sum)
        if self.samples == 0:
            raise no_audio(self._source)
        self.regions += voice.finish()
        crash_point("speech.spooled")

    def _beyond(self, blocks: Iterator[NDArray[np.int16]], file: BinaryIO) -> Iterator[NDArray[np.int16]]:
        """What lies behind the state that was kept; before it nothing may have changed, on disk nor in the file."""
        wanted, total = self._sum, self._kept_to
        if checksum(file, 0, total, 0) != wanted:
            raise NotTheSame
        file.truncate(total * SAMPLE_BYTES)
        file.seek(0, os.SEEK_END)
        found = 0
        for block in blocks:
            known = block[: max(0, total - self.samples)]
            found = zlib.crc32(known.astype("<i2").tobytes(), found)
            self.samples += len(known)
            if self.samples < total:
                self._tell_progress()
                continue
            if found != wanted:
                raise NotTheSame
            yield block[len(known) :]
        if found != wanted:
            raise NotTheSame

    def _take(self, block: NDArray[np.int16], voice: Voice, file: BinaryIO) -> None:
        with writing(self._spool):
            file.write(block.astype("<i2").tobytes())
        self.samples += len(block)
        self.regions += voice.show(block)
        self._tell_progress()
        if len(self.regions) > self._untold and self._pace.is_due("regions", _TELL_REGIONS_EVERY_S):
            with writing(self._spool):
                file.flush()
            self._tell_regions()
        if voice.seen - self._kept_to >= KEEP_EVERY_S * SAMPLE_RATE:
            self._keep(voice, file)

    def _tell_progress(self) -> None:
        if self._pace.is_due("listening", _TELL_EVERY_S):
            self._channel.tell({"event": "listening", "at_s": self.samples / SAMPLE_RATE})

    def _tell_regions(self) -> None:
        new = self.regions[self._untold :]
        self._untold = len(self.regions)
        self._channel.tell({"event": "regions", "regions": _told(new), "marks": self.marks})

    def _keep(self, voice: Voice, file: BinaryIO) -> None:
        self._sync(file)
        after = [self._kept_to, self._sum]
        self._sum = checksum(file, self._kept_to, voice.seen, self._sum)
        self._kept_to = voice.seen
        new = self.regions[self._unkept :]
        self._unkept = len(self.regions)
        self._channel.tell(
            {
                "event": "kept",
                "samples": self._kept_to,
                "sum": self._sum,
                "after": after,
                "regions": _told(new),
                "heard_from": asdict(self._heard_from),
                "voice": voice.kept,
            }
        )

    def _sync(self, file: BinaryIO) -> None:
        with writing(self._spool):
            file.flush()
            os.fsync(file.fileno())


@contextlib.contextmanager
def _opened(spool: Path, mode: str) -> Iterator[BinaryIO]:
    """What is still in hand is written as it closes: on a full disk that fails like any other writing."""
    with writing(spool):
        file = cast(BinaryIO, spool.open(mode))
    try:
        yield file
    finally:
        with writing(spool):
            file.close()


def _told(regions: list[Region]) -> list[list[int]]:
    return [[region.start, region.end] for region in regions]


class _Pace:
    """How often a thing is told."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def is_due(self, what: str, every_s: float) -> bool:
        now = time.monotonic()
        if now - self._last.get(what, float("-inf")) < every_s:
            return False
        self._last[what] = now
        return True
