"""Puts captions beside a video: what is no captions may be replaced, what somebody else made never is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from vodstudio.captions.sidecar import SidecarState, examine_scc
from vodstudio.core.crash import crash_point
from vodstudio.core.errors import Conflict
from vodstudio.core.files import write_atomically
from vodstudio.core.jobs import JobId, Output
from vodstudio.core.server import ContentDrive
from vodstudio.services.notebook import Notebook

LARGEST_SIDECAR_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecars:
    """Knows which sidecars are ours."""

    job_id: JobId
    content: ContentDrive
    notebook: Notebook
    work_folder: Path

    async def put(self, target: Path, made: Output, keep: Callable[[Output], Awaitable[None]]) -> None:
        """Put our captions at `target`; `keep` hears first of what lay there and is kept in the work folder."""
        ours = await asyncio.to_thread(made.path.read_bytes)
        before = await self.content.read(target, LARGEST_SIDECAR_BYTES)
        if before == ours:
            return
        aside = await self._set_aside(target, before) if before is not None else None
        await self.notebook.write(_key(ours), str(target))
        if aside is not None:
            await keep(aside)
            what = {"path": str(target), "sha256": aside.sha256, "by": made.sha256, **aside.facts}
            body = {"job": self.job_id, **what}
            await self.notebook.audit("sidecar.replaced", body)
        crash_point("publish.sidecar.noted")
        await self.content.replace(target, ours)
        crash_point("publish.sidecar.placed")

    async def _set_aside(self, target: Path, before: bytes) -> Output | None:
        """Empty ones go without a word, false ones are kept, real ones of others stop us."""
        verdict = await asyncio.to_thread(examine_scc, before)
        if verdict.state is SidecarState.EMPTY:
            return None
        is_ours = await self.notebook.read(_key(before)) is not None
        if verdict.state is SidecarState.VALID and not is_ours:
            raise Conflict(
                f"{target.name} holds captions that somebody else made",
                hint="They were not touched. Remove or rename that file if ours shall take its place, then press Retry.",
                detail=f"{target}: {verdict.reason}",
                code="VS-HAS-CAPTIONS",
            )
        sha256 = hashlib.sha256(before).hexdigest()
        copy = self.work_folder / f"replaced-{sha256[:8]}-{target.name}"
        await asyncio.to_thread(write_atomically, copy, before)
        return Output(
            name="replaced-sidecar",
            path=copy,
            size_bytes=len(before),
            sha256=sha256,
            facts={"reason": verdict.reason},
        )


def _key(content: bytes) -> str:
    return f"sidecar:{hashlib.sha256(content).hexdigest()}"
