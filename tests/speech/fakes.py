"""What the speech step is given in these tests: a context in memory, and tools over real children."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vodstudio.core.errors import Cancelled
from vodstudio.core.jobs import Checkpoint, Inputs, JobId, Json, PlanKind, StepId
from vodstudio.core.recording import Recording, RecordingId, fingerprint_of
from vodstudio.core.station import Preset, PresetId, SpeechSettings
from vodstudio.workers.devices import Devices
from vodstudio.workers.process import child_command
from vodstudio.workers.speech import SpeechTools

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "resources" / "demo"
VOICE = DEMO / "model"
MEETING = DEMO / "meeting.mp4"
CHILD = child_command("speech")


@dataclass
class MemoryContext:
    """`core.ports.Context` that remembers; `on_checkpoint` may act as the world does between two windows."""

    work_folder: Path
    kept: list[Checkpoint] = field(default_factory=list)
    told: list[tuple[float, float | None, str]] = field(default_factory=list)
    is_cancelled: bool = False
    on_checkpoint: Callable[[str], None] = lambda key: None

    def check(self) -> None:
        if self.is_cancelled:
            raise Cancelled

    def progress(
        self, done: float, *, speed: float | None = None, note: str = "", remaining_s: float | None = None
    ) -> None:
        self.told.append((done, speed, note))

    def checkpoint(self, key: str, body: Json) -> None:
        if all(checkpoint.key != key for checkpoint in self.kept):
            self.kept.append(Checkpoint(key=key, body=body, at=datetime.now(UTC)))
        self.on_checkpoint(key)

    def checkpoints(self) -> Sequence[Checkpoint]:
        return tuple(self.kept)

    @property
    def windows(self) -> list[str]:
        return [checkpoint.key for checkpoint in self.kept if checkpoint.key.startswith("window:")]


def inputs_of(
    path: Path,
    *,
    model: str = "",
    language: str = "en",
    vocabulary: tuple[str, ...] = (),
    engine: str = "auto",
    remedies: bool = True,
    cut_at_quietest: bool = True,
) -> Inputs:
    """A recording that was just imported."""
    recording = Recording(
        id=RecordingId("recording"),
        path=path,
        fingerprint=fingerprint_of(path),
        size_bytes=path.stat().st_size,
        title=path.stem,
        duration_s=120.0,
    )
    preset = Preset(
        id=PresetId("council"),
        name="Council meeting",
        speech=SpeechSettings(
            model=model,
            language=language,
            engine=engine,
            remedies=remedies,
            cut_at_quietest=cut_at_quietest,
        ),
        vocabulary=vocabulary,
    )
    return Inputs(
        job_id=JobId("job"),
        step_id=StepId("step"),
        recording=recording,
        plan=PlanKind.DELIVER,
        city_id=None,
        preset=preset,
    )


def scripted(script: str) -> tuple[str, ...]:
    """The command of the scripted engine."""
    return (sys.executable, str(ROOT / "tests" / "speech" / "engine.py"), script)


def with_card(tools: SpeechTools, script: str) -> SpeechTools:
    """The same tools on a machine that has a graphics card, with the scripted engine on it."""
    command = scripted(script)
    devices = Devices(tools.children, command, has_gpu=lambda: True, cards=1)
    return dataclasses.replace(tools, devices=devices, command=command)
