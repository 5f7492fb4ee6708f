"""Our side of listening: what is asked of the child that opens the recording, and what is kept of its answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from vodstudio.core.crash import crash_point
from vodstudio.core.jobs import Json
from vodstudio.core.ports import Context
from vodstudio.workers.voice import VadSettings
from vodstudio.workers.windows import SAMPLE_BYTES, checksum

LISTENED = "listened"
KEPT = "listening"
DEFAULT_MELS = 80


@dataclass(slots=True, kw_only=True)
class Listening:
    """One recording that is listened to; `regions` and `marks` are what is final so far.

    The spool has its name while it grows: it is no output, and only the committed answer says that it is whole.
    """

    context: Context
    spool: Path
    vad: VadSettings
    mels: int = DEFAULT_MELS
    language: str = ""
    regions: list[Sequence[int]] = field(default_factory=list)
    marks: list[Sequence[float]] = field(default_factory=list)
    heard_from: Json | None = None

    @property
    def _mark(self) -> str:
        """What would give another spool, other regions or another maximum has another mark."""
        body = json.dumps([asdict(self.vad), self.mels, self.language], sort_keys=True)
        return hashlib.sha256(body.encode()).hexdigest()[:12]

    def known(self) -> Json | None:
        """The answer of an earlier attempt, when its spool still lies there, sample for sample."""
        key = f"{LISTENED}:{self._mark}"
        body = next((c.body for c in self.context.checkpoints() if c.key == key), None)
        if body is None or not self.spool.is_file():
            return None
        samples = cast(int, body["samples"])
        if self.spool.stat().st_size != samples * SAMPLE_BYTES:
            return None
        with self.spool.open("rb") as file:
            found = checksum(file, 0, samples, check=self.context.check)
        return body if found == body.get("sum") else None

    def request(self, source: Path) -> Mapping[str, Any]:
        """For the child, with the last state that an interrupted attempt left."""
        kept = self._kept()
        return {
            "verb": "listen",
            "source": str(source.absolute()),
            "spool": str(self.spool),
            "vad": asdict(self.vad),
            "mels": self.mels,
            "language": self.language,
            "heard_from": kept["heard_from"] if kept else None,
            "kept": kept,
        }

    def take(self, answer: Mapping[str, Any]) -> None:
        """Each answer of the child, in its order."""
        body = {name: value for name, value in answer.items() if name != "event"}
        match answer["event"]:
            case "began":
                self.heard_from, self.regions, self.marks = body["heard_from"], [], []
            case "regions":
                self.regions += body["regions"]
                self.marks = body["marks"]
            case "kept":
                self.context.checkpoint(f"{KEPT}:{self._mark}:{body['samples']}", body)
                crash_point("speech.listening-kept")
            case "listened":
                self.regions, self.marks = body["regions"], body["marks"]
                self.context.checkpoint(f"{LISTENED}:{self._mark}", body)
                crash_point("speech.listened")

    def _kept(self) -> dict[str, Any] | None:
        """The last state with the regions of all those that it follows."""
        start = f"{KEPT}:{self._mark}:"
        bodies = [cast(dict[str, Any], c.body) for c in self.context.checkpoints() if c.key.startswith(start)]
        by_place = {(body["samples"], body["sum"]): body for body in bodies}
        place = max(by_place, default=(0, 0))
        last, regions = by_place.get(place), list[Sequence[int]]()
        while place != (0, 0):
            body = by_place.get(place)
            if body is None:
                return None
            regions[:0] = body["regions"]
            place = (body["after"][0], body["after"][1])
        return {**last, "regions": regions} if last else None


def mels_of(model: Path) -> int:
    """How many bands the features of a model have, as the library finds out."""
    try:
        return int(json.loads((model / "preprocessor_config.json").read_text("utf-8"))["feature_size"])
    except (OSError, ValueError, KeyError):
        return DEFAULT_MELS
