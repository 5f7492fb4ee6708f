"""Listening without a child: the walk of the listening child in this process, with what it told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from vodstudio.workers.child import Channel
from vodstudio.workers.listen_child import listen
from vodstudio.workers.voice import VadSettings
from vodstudio.workers.windows import Region

# The options of `transcribe(vad_filter=True)` and those of our presets.
LIBRARY = VadSettings(min_silence_duration_ms=2000, speech_pad_ms=400, max_speech_duration_s=None)
OURS = VadSettings()


def as_the_library(settings: VadSettings) -> dict[str, Any]:
    """The same for `VadOptions` of faster-whisper, which knows no quietest moment."""
    told = asdict(settings)
    del told["cut_at_quietest"]
    return {name: value for name, value in told.items() if value is not None}


@dataclass
class Told:
    """The channel of a child, kept in a list; it may act as the world does in the middle of a walk."""

    bodies: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, body: Mapping[str, Any]) -> None:
        self.bodies.append(dict(body))

    def of(self, event: str) -> list[dict[str, Any]]:
        return [body for body in self.bodies if body["event"] == event]

    @property
    def listened(self) -> dict[str, Any]:
        return self.of("listened")[0]


def listened(
    source: Path, spool: Path, settings: VadSettings = OURS, told: Told | None = None, **more: Any
) -> Told:
    """One walk through a recording."""
    told = told or Told()
    request = {"source": str(source), "spool": str(spool), "vad": asdict(settings), **more}
    listen(request, cast(Channel, told), None)
    return told


def regions_of(source: Path, spool: Path, settings: VadSettings = OURS) -> list[Region]:
    """The spool of a recording, and where somebody speaks in it."""
    return [Region(start, end) for start, end in listened(source, spool, settings).listened["regions"]]
