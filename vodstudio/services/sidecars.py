"""Puts captions beside a video: what is no captions makes room, what somebody else made only when a person says so."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vodstudio.captions.cut import heard_in_video
from vodstudio.captions.fit import Evidence
from vodstudio.captions.sidecar import FALSE_STATES, Sidecar, SidecarState, judge
from vodstudio.captions.timecode import timebase_for
from vodstudio.captions.transcript import read_transcript
from vodstudio.captions.video import video_of
from vodstudio.core.approval import HAS_CAPTIONS, MAY_REPLACE
from vodstudio.core.crash import crash_point
from vodstudio.core.errors import Conflict, TryLater, VodError
from vodstudio.core.files import write_atomically
from vodstudio.core.jobs import Inputs, Output, StepKind
from vodstudio.core.ports import Clock
from vodstudio.core.server import ContentDrive
from vodstudio.services.intents import Intents
from vodstudio.services.notebook import Notebook

LARGEST_SIDECAR_BYTES = 64 * 1024 * 1024
_ASKED = "asked-about:"
_REPLACED = "replaced:"
_WHOSE: Mapping[SidecarState, str] = {
    SidecarState.VALID: "captions that somebody else made",
    SidecarState.LATE: "captions that somebody else made",
    SidecarState.FOREIGN: "captions of another video",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecars:
    """Knows which sidecars are ours. `folder` outlives every job: what ours took the place of is kept there."""

    inputs: Inputs
    content: ContentDrive
    notebook: Notebook
    intents: Intents
    clock: Clock
    folder: Path

    async def put(self, target: Path, made: Output) -> None:
        """Put our captions at `target`; what lay there is kept first, or asked about."""
        ours = await asyncio.to_thread(made.path.read_bytes)
        before = await self._content_of(target)
        if before == ours:
            return
        if before is not None:
            await self._make_room(target, before, made)
        await self.notebook.write(_key(ours), str(target))
        crash_point("publish.sidecar.noted")
        if await self._content_of(target) != before:
            raise TryLater(
                f"{target.name} was changed by somebody just now",
                hint="It was not touched. It is looked at again by itself.",
                detail=str(target),
                code="VS-SIDECAR-CHANGED",
            )
        await self.content.replace(target, ours)
        crash_point("publish.sidecar.placed")

    def replaced(self, made: Output) -> tuple[Output, ...]:
        """What these captions took the place of, in this attempt or in an earlier one."""
        kept = self.intents.kept(_REPLACED + made.sha256)
        if kept is None:
            return ()
        return (
            Output(
                name="replaced-sidecar",
                path=Path(str(kept["path"])),
                size_bytes=int(str(kept["bytes"])),
                sha256=str(kept["sha256"]),
                facts={"reason": kept["reason"]},
            ),
        )

    async def _content_of(self, target: Path) -> bytes | None:
        """Whole, or not at all: what is read in part cannot be kept."""
        content = await self.content.read(target, LARGEST_SIDECAR_BYTES + 1)
        if content is not None and len(content) > LARGEST_SIDECAR_BYTES:
            raise Conflict(
                f"{target.name} is far too large for captions",
                hint="It was not touched. Move it away if ours shall take its place, then press Retry.",
                detail=f"{target}: more than {LARGEST_SIDECAR_BYTES} bytes",
                code="VS-SIDECAR-TOO-LARGE",
            )
        return content

    async def _make_room(self, target: Path, before: bytes, made: Output) -> None:
        """Ours and blank ones go without a word, false ones are kept, those of others go when a person says so."""
        if not before.strip() or await self.notebook.read(_key(before)) is not None:
            return
        found = await asyncio.to_thread(self._judged, before)
        sha256 = hashlib.sha256(before).hexdigest()
        if found.state not in FALSE_STATES:
            await self._ask(target, found, sha256)
        await self._keep(target, before, found, made)

    def _judged(self, content: bytes) -> Sidecar:
        """Compared with what was heard, on the clock of the video; without words, with its length."""
        inputs, preset = self.inputs, self.inputs.preset
        video = video_of(
            inputs.recording, inputs.plan, inputs.outputs, inputs.facts.get(StepKind.PROBE, {}), 0.0
        )
        length_s = video.duration_s or inputs.recording.duration_s or 0.0
        evidence = Evidence(duration_s=length_s or None)
        if inputs.words is not None:
            try:
                transcript = read_transcript(inputs.words)
            except VodError:
                # Without words less can be told: a person is asked all the same.
                return judge(content, evidence, ending=".scc")
            heard = heard_in_video(transcript, video.in_point_s, length_s or transcript.duration)
            evidence = Evidence(duration_s=length_s or None, speech=heard.regions, words=heard.words)
        base = timebase_for(video.fps, counting=preset.scc, first_label=preset.scc_first_label)
        return judge(content, evidence, ending=".scc", base=base)

    async def _ask(self, target: Path, found: Sidecar, sha256: str) -> None:
        """A yes counts for the captions that it was asked about: others that come later are asked about again."""
        question = _ASKED + sha256
        if self.intents.was_answered(question, MAY_REPLACE):
            return
        await self.intents.keep(question, {"path": str(target)}, self.clock.now())
        raise Conflict(
            f"{target.name} holds {_WHOSE[found.state]}: {found.reason}",
            hint="They were not touched. To put ours in their place, choose Approve "
            f"(vodstudio approve {self.inputs.job_id[:8]}): theirs are kept. To leave them there, cancel this job.",
            detail="; ".join([f"{target}: {found.state.value}", *found.faults[:20]]),
            code=HAS_CAPTIONS,
        )

    async def _keep(self, target: Path, before: bytes, found: Sidecar, made: Output) -> None:
        """The copy, then the audit trail, then the mark: a power cut in between does it once more, and loses nothing."""
        sha256 = hashlib.sha256(before).hexdigest()
        mark = self.intents.kept(_REPLACED + made.sha256)
        if mark is not None and mark["sha256"] == sha256:
            return
        copy = self.folder / sha256[:16] / target.name
        await asyncio.to_thread(_write_copy, copy, before)
        crash_point("publish.sidecar.kept")
        told = {"path": str(copy), "sha256": sha256, "state": found.state.value, "reason": found.reason}
        note = {"job": self.inputs.job_id, "by": made.sha256, **told, "kept": str(copy), "path": str(target)}
        await self.notebook.audit("sidecar.replaced", note)
        await self.intents.keep(_REPLACED + made.sha256, {**told, "bytes": len(before)}, self.clock.now())


def _write_copy(copy: Path, content: bytes) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(copy, content)


def _key(content: bytes) -> str:
    return f"sidecar:{hashlib.sha256(content).hexdigest()}"
