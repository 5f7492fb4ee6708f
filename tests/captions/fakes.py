"""A step's context in memory, and the inputs of the captions step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.captions.council import council_words
from vodstudio.captions.transcript import Transcript, transcript_to_json
from vodstudio.core.errors import Cancelled
from vodstudio.core.jobs import Checkpoint, Inputs, JobId, Json, Output, PlanKind, StepId, StepKind
from vodstudio.core.recording import Fingerprint, Recording, RecordingId
from vodstudio.core.station import Preset, PresetId


@dataclass
class MemoryContext:
    """`core.ports.Context`; the step is stopped at its check number `stop_at`."""

    work_folder: Path
    stop_at: int = -1
    checks: int = 0
    told: list[float] = field(default_factory=list)

    def check(self) -> None:
        self.checks += 1
        if self.checks == self.stop_at:
            raise Cancelled

    def progress(
        self, done: float, *, speed: float | None = None, note: str = "", remaining_s: float | None = None
    ) -> None:
        self.told.append(done)

    def checkpoint(self, key: str, body: Json) -> None:
        raise AssertionError("captions are made again rather than kept in pieces")

    def checkpoints(self) -> Sequence[Checkpoint]:
        return ()


def meeting() -> Transcript:
    """A few minutes of a council."""
    words, duration_s = council_words(11, 60)
    return Transcript(language="en", duration=duration_s, words=tuple(words), run="r", model="demo")


def output(name: str, path: Path, facts: Json | None = None) -> Output:
    return Output(name=name, path=path, size_bytes=0, sha256="", facts=facts or {})


def inputs_for(
    folder: Path,
    transcript: Transcript | None,
    *,
    video: Json | None = None,
    profile: str = "BROADCAST-32",
    probe: Json | None = None,
) -> Inputs:
    """A recording `16380-1-Council.mov`; with facts of a video the plan is deliver, without it is in place."""
    outputs: dict[str, Output] = {}
    if transcript is not None:
        words = folder / "words.json"
        words.write_text(transcript_to_json(transcript), "utf-8")
        outputs["words"] = output("words", words)
    if video is not None:
        outputs["video"] = output("video", folder / "Lake Elmo Council.mp4", video)
    return Inputs(
        job_id=JobId("job"),
        step_id=StepId("step"),
        recording=Recording(
            id=RecordingId("recording"),
            path=folder / "16380-1-Council.mov",
            fingerprint=Fingerprint("0-0"),
            size_bytes=1,
            title="Council",
        ),
        plan=PlanKind.CAPTION_IN_PLACE if video is None else PlanKind.DELIVER,
        city_id=None,
        preset=Preset(id=PresetId("council"), name="Council", caption_profile=profile),
        outputs=outputs,
        facts={StepKind.PROBE: probe} if probe else {},
    )
