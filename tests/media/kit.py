"""What the tests of media steps share: a context in memory, recordings made by FFmpeg, and the steps' tools."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vodstudio.core.errors import Cancelled
from vodstudio.core.jobs import Checkpoint, Inputs, JobId, Json, PlanKind, StepId, StepKind, StepResult
from vodstudio.core.recording import Recording, RecordingId, fingerprint_of
from vodstudio.core.station import EncodeSettings, Preset, PresetId
from vodstudio.workers.encode import Tools, encode
from vodstudio.workers.probe import probe
from vodstudio.workers.stills import stills

NOW = datetime(2026, 11, 21, tzinfo=UTC)
QUICK = EncodeSettings(height=1080, video_kbps=800, speed="ultrafast", audio_kbps=96)


def _never(_context: MemoryContext) -> bool:
    return False


@dataclass(slots=True)
class MemoryContext:
    """`core.ports.Context` without a store; `stop_when` says when the operator cancels."""

    work_folder: Path
    stop_when: Callable[[MemoryContext], bool] = _never
    told: list[tuple[float, float | None, str]] = field(default_factory=list)
    kept: dict[str, Json] = field(default_factory=dict)
    checks: int = 0

    def check(self) -> None:
        self.checks += 1
        if self.stop_when(self):
            raise Cancelled

    def progress(
        self, done: float, *, speed: float | None = None, note: str = "", remaining_s: float | None = None
    ) -> None:
        self.told.append((done, speed, note))

    def checkpoint(self, key: str, body: Json) -> None:
        self.kept.setdefault(key, body)

    def checkpoints(self) -> Sequence[Checkpoint]:
        return [Checkpoint(key=key, body=body, at=NOW) for key, body in self.kept.items()]


def recording_of(path: Path, title: str = "") -> Recording:
    """A recording as importing would make it."""
    return Recording(
        id=RecordingId("r1"),
        path=path,
        fingerprint=fingerprint_of(path),
        size_bytes=path.stat().st_size,
        title=title or path.stem,
    )


def inputs_of(recording: Recording, facts: Json | None = None, settings: EncodeSettings = QUICK) -> Inputs:
    """What a step is given; `facts` are those of probe."""
    return Inputs(
        job_id=JobId("j1"),
        step_id=StepId("s1"),
        recording=recording,
        plan=PlanKind.DELIVER,
        city_id=None,
        preset=Preset(id=PresetId("quick"), name="Quick", encode=settings, stills=3),
        facts={} if facts is None else {StepKind.PROBE: facts},
    )


@dataclass(frozen=True, slots=True)
class Steps:
    """The media steps as the tests call them."""

    tools: Tools
    folder: Path

    def context(self, name: str, stop_when: Callable[[MemoryContext], bool] = _never) -> MemoryContext:
        """A context with a work folder of its own."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return MemoryContext(folder, stop_when)

    def run_probe(self, context: MemoryContext, inputs: Inputs) -> StepResult:
        """The step itself."""
        return probe(self.tools.media, context, inputs)

    def run_encode(self, context: MemoryContext, inputs: Inputs) -> StepResult:
        """The step itself."""
        return encode(self.tools, context, inputs)

    def run_stills(self, context: MemoryContext, inputs: Inputs) -> StepResult:
        """The step itself."""
        return stills(self.tools.media, context, inputs)

    def probe(self, path: Path) -> Json:
        """The facts of a file."""
        return self.run_probe(self.context("probe"), inputs_of(recording_of(path))).facts

    def encode(self, path: Path, settings: EncodeSettings = QUICK, title: str = "") -> StepResult:
        """Probe and encode a file."""
        inputs = inputs_of(recording_of(path, title), self.probe(path), settings)
        return self.run_encode(self.context("encode"), inputs)

    def stills(self, path: Path) -> StepResult:
        """Probe a file and take its stills."""
        return self.run_stills(self.context("stills"), inputs_of(recording_of(path), self.probe(path)))


@dataclass(frozen=True, slots=True)
class MediaFiles:
    """Recordings made once in a session by the real FFmpeg."""

    folder: Path

    def make(self, name: str, arguments: str) -> Path:
        """The file with this name; made when it is not there yet."""
        path = self.folder / name
        if not path.exists():
            command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments.split(), f"file:{path}"]
            subprocess.run(command, check=True, timeout=120)
        return path

    @property
    def plain(self) -> Path:
        """Six seconds of picture and sound, index in front."""
        return self.make(
            "plain.mp4",
            "-f lavfi -i testsrc2=s=320x180:r=25:d=6 -f lavfi -i sine=440:r=48000:d=6 -ac 2"
            " -c:v libx264 -preset ultrafast -g 25 -c:a aac -shortest -movflags +faststart",
        )

    def copy(self, folder: Path, name: str) -> Path:
        """The plain recording under another name."""
        path = folder / name
        shutil.copyfile(self.plain, path)
        return path
