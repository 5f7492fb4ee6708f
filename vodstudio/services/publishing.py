"""Brings a finished recording onto a Cablecast server, once, whatever happens in between."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from vodstudio.core.approval import APPROVED, ASK_FIRST
from vodstudio.core.crash import crash_point
from vodstudio.core.errors import Conflict, NeedsUser, NotFound, NotYet
from vodstudio.core.jobs import Inputs, Output, PlanKind, StepKind, StepResult
from vodstudio.core.names import safe_stem
from vodstudio.core.ports import AsyncContext, Clock, Drives
from vodstudio.core.server import Catalogue, ContentDrive
from vodstudio.core.shows import FileState, ReelId, ShowId
from vodstudio.core.station import ServerId, Station, Unattended
from vodstudio.services.destination import (
    Destination,
    catalogue_of,
    check_drive,
    check_server,
    destination_of,
)
from vodstudio.services.intents import Intents
from vodstudio.services.notebook import Notebook
from vodstudio.services.records import Records
from vodstudio.services.sidecars import Sidecars
from vodstudio.services.uploading import SIDECAR, Uploading
from vodstudio.services.verifying import Verifying

INDEXED_WITHIN = timedelta(minutes=30)
LONGEST_TITLE = 80
VIDEO_ENDINGS = (".mp4", ".mov", ".m4v", ".mpg", ".mpeg", ".ts", ".mkv")


@dataclass(frozen=True, slots=True)
class Publishing:
    """The two steps of the remote lane: `publish`, and `verify` as a viewer."""

    station: Station
    catalogues: Mapping[ServerId, Catalogue]
    content: ContentDrive
    drives: Drives
    clock: Clock
    notebook: Notebook
    replaced: Path

    async def publish(self, context: AsyncContext, inputs: Inputs) -> StepResult:
        """Deliver the video with its captions, or put captions beside a video that is there already."""
        there = destination_of(self.station, inputs)
        catalogue = catalogue_of(self.catalogues, there.server)
        facts = await check_server(catalogue, there.server, self.notebook, inputs)
        intents = await Intents.of(context)
        self._ask_first(intents, inputs)
        records = Records(
            inputs=inputs,
            there=there,
            catalogue=catalogue,
            intents=intents,
            clock=self.clock,
            notebook=self.notebook,
            server=facts,
        )
        run = _Run(
            house=self,
            context=context,
            inputs=inputs,
            there=there,
            catalogue=catalogue,
            intents=intents,
            records=records,
        )
        if inputs.plan is PlanKind.CAPTION_IN_PLACE:
            return await run.caption_in_place()
        return await run.deliver()

    def _ask_first(self, intents: Intents, inputs: Inputs) -> None:
        """A city may want a person to look before anything is published; only that person's yes lets it go on."""
        city = self.station.city(inputs.city_id)
        if city is None or city.unattended is Unattended.PUBLISH or intents.kept(APPROVED) is not None:
            return
        look = _needs_look(inputs)
        if city.unattended is Unattended.CAREFUL and not look:
            return
        raise NeedsUser(
            f"The captions of {city.name} wait for a person: this one {look}"
            if look
            else f"Recordings of {city.name} wait for a person before they are published",
            hint=f"Look at it, then choose Approve (vodstudio approve {inputs.job_id[:8]}). Nothing was sent.",
            code=ASK_FIRST,
        )

    async def verify(self, context: AsyncContext, inputs: Inputs) -> StepResult:
        """Read it back as a viewer."""
        published = inputs.facts[StepKind.PUBLISH]
        catalogue = self.catalogues.get(ServerId(str(published["server"])))
        if catalogue is None:
            raise NeedsUser(
                "The server on which this was published is not in the station file any more",
                hint="It stays published. Add that server again and press Retry to have it verified, "
                "or remove this job.",
                detail=f"server {published['server']}",
                code="VS-SERVER-REMOVED",
            )
        result = await Verifying(catalogue, self.clock).verify(context, inputs)
        look = _needs_look(inputs)
        return replace(result, note=f"{result.note}; published, {look}") if look else result

    async def accept_server(self, server_id: ServerId) -> None:
        """A person says that the server was replaced: the one that answers next is taken as the right one."""
        facts = await self.catalogues[server_id].facts()
        await self.notebook.write(f"server:{server_id}", facts.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One attempt to publish one recording."""

    house: Publishing
    context: AsyncContext
    inputs: Inputs
    there: Destination
    catalogue: Catalogue
    intents: Intents
    records: Records

    async def deliver(self) -> StepResult:
        """Show, media, reel and video first; then captions, then the file, so that it is never without them."""
        video = self.inputs.outputs["video"]
        await check_drive(self.house.drives, self.there, video.size_bytes)
        await self.records.bind()
        show_id = await self.records.show()
        await self.records.remember(show_id)
        length_s = math.ceil(_seconds(video) or self.inputs.recording.duration_s or 0)
        base = await self._base_name(show_id)
        if self.there.storage is not None:
            await self._check_place_is_free(show_id, base)
        reel_id = await self.records.reel(show_id, base, length_s)
        vod_id = await self.records.vod(show_id)
        captions = self.inputs.outputs.get("scc")
        if self.there.storage is None:
            await self._uploading().send(base, video, captions, reel_id)
        else:
            if captions is not None:
                await self._captions(self.there.folder / f"{base}.scc", captions)
            await self._file(video, self.there.folder / f"{base}.mp4", reel_id)
        await self._wait_for_file(reel_id)
        return await self._result(show_id, reel_id, vod_id, base)

    async def caption_in_place(self) -> StepResult:
        """The file lies on the content drive and its name carries the show: add captions, and a video if none is."""
        path, number = self.inputs.recording.path, self.inputs.recording.show_number
        captions = self.inputs.outputs.get("scc")
        await check_drive(self.house.drives, self.there, 0)
        await self._check_name(path)
        await self.records.bind()
        show = await self.records.existing_show(number)
        if show is None:
            raise NotFound(
                f"{self.there.server.name} has no show {number}, which the file's name speaks of",
                hint="Nothing was changed. Correct the number in the file's name, then press Retry.",
                detail=str(path),
                code="VS-NO-SUCH-SHOW",
            )
        length_s = math.ceil(self.inputs.recording.duration_s or 0)
        reel_id = await self.records.reel(show.id, path.stem, length_s)
        if captions is not None:
            await self._captions(path.with_suffix(".scc"), captions)
        vod_id = await self.records.vod(show.id)
        await self.intents.keep("file", {"name": path.name}, self.house.clock.now())
        await self._wait_for_file(reel_id)
        return await self._result(show.id, reel_id, vod_id, path.stem)

    async def _check_name(self, video: Path) -> None:
        """Captions belong to the video of their name: one that was renamed since would stand there without them."""
        names = await self.house.content.names(video.parent)
        if video.name in names:
            return
        number = re.compile(rf"{self.inputs.recording.show_number}\s*-", re.ASCII)
        others = [name for name in names if number.match(name) and name.lower().endswith(VIDEO_ENDINGS)]
        now = f"It may be {' or '.join(others)} now. " if others else ""
        raise NotFound(
            f"{video.name} does not lie on the content drive under this name any more",
            hint=f"{now}Captions must have the name of their video. Give it this name again and press Retry, "
            "or remove this job and add the file that is there. Nothing was changed.",
            detail=str(video),
            code="VS-VIDEO-RENAMED",
        )

    async def _base_name(self, show_id: ShowId) -> str:
        """`<ShowID>-<Reel>-<Title>`, decided once."""
        kept = self.intents.kept("base")
        if kept is not None:
            return str(kept["base"])
        title = safe_stem(self.inputs.recording.title)[:LONGEST_TITLE].rstrip(" .-")
        base = f"{show_id}-{self.inputs.recording.reel or 1}-{title}"
        await self.intents.keep("base", {"base": base}, self.house.clock.now())
        return base

    async def _check_place_is_free(self, show_id: ShowId, base: str) -> None:
        """The server links files to shows by number: a second file for the same reel would be a quarrel."""
        number = self.inputs.recording.reel or 1
        rule = re.compile(rf"{show_id}\s*-\s*(?:0?{number}-|(?!\d{{1,2}}-))", re.ASCII)
        names = await self.house.content.names(self.there.folder)
        others = [
            name
            for name in names
            if rule.match(name) and name.lower().endswith(VIDEO_ENDINGS) and name != f"{base}.mp4"
        ]
        if others:
            raise self._has_file(f"show {show_id}: {', '.join(others)}")

    def _has_file(self, detail: str) -> Conflict:
        return Conflict(
            f"This show on {self.there.server.name} has a file already",
            hint="Nothing was replaced. Remove the number from our recording's name to make a new show, "
            "or remove that file, then press Retry.",
            detail=f"{self.there.folder}: {detail}",
            code="VS-SHOW-HAS-FILE",
        )

    def _uploading(self) -> Uploading:
        return Uploading(
            server=self.there.server,
            catalogue=self.catalogue,
            context=self.context,
            intents=self.intents,
            notebook=self.house.notebook,
            clock=self.house.clock,
        )

    def _sidecars(self) -> Sidecars:
        return Sidecars(
            inputs=self.inputs,
            content=self.house.content,
            notebook=self.house.notebook,
            intents=self.intents,
            clock=self.house.clock,
            folder=self.house.replaced,
        )

    async def _captions(self, target: Path, captions: Output) -> None:
        await self._sidecars().put(target, captions)
        await self.intents.keep(SIDECAR, {"sha256": captions.sha256}, self.house.clock.now())

    async def _file(self, video: Output, target: Path, reel_id: ReelId) -> None:
        is_there = target.name in await self.house.content.names(target.parent)
        if self.intents.kept("file") is not None and is_there:
            return
        if not is_there and (await self.catalogue.reel(reel_id)).file is FileState.VALID:
            raise self._has_file(f"reel {reel_id} plays a file that lies elsewhere")
        await self.house.content.place(
            video.path,
            target,
            sha256=video.sha256,
            tell=lambda done: self.context.progress(0.9 * done, note="copying to the content drive"),
        )
        crash_point("publish.file.placed")
        await self.intents.keep("file", {"name": target.name, "sha256": video.sha256}, self.house.clock.now())

    async def _wait_for_file(self, reel_id: ReelId) -> None:
        """The indexer links the file by its name within minutes; until then nothing here is busy."""
        server, now = self.there.server, self.house.clock.now()
        state = (await self.catalogue.reel(reel_id)).file
        if state is FileState.VALID:
            return
        if state is FileState.INVALID:
            raise NeedsUser(
                f"{server.name} says that the file is not valid",
                hint="Choose Reindex for this file in Cablecast, then press Retry. The file equals ours.",
                detail=f"reel {reel_id}",
                code="VS-FILE-INVALID",
            )
        if state is FileState.NONE and await self.intents.waited("file", now) > INDEXED_WITHIN:
            await self.intents.gave_up("file", now)
            raise NeedsUser(
                f"{server.name} does not see the file on its content drive",
                hint="The file is there. Check that the storage or file store in the station file is "
                "a content drive of this server, then press Retry.",
                detail=f"reel {reel_id}: {self.there.folder}",
                code="VS-FILE-NOT-SEEN",
            )
        raise NotYet(
            f"{server.name} is looking at the new file",
            condition=f"wait:reel:{server.id}:{reel_id}",
            hint="This takes one or two minutes and goes on by itself.",
        )

    def _why_without(self) -> str:
        made = "srt" in self.inputs.outputs
        return "longer than the day that an SCC file can name" if made else "no speech was found"

    async def _result(self, show_id: ShowId, reel_id: ReelId, vod_id: int, base: str) -> StepResult:
        captions = self.inputs.outputs.get("scc")
        has_captions = captions is not None
        words = "with captions" if has_captions else f"without captions: {self._why_without()}"
        replaced = self._sidecars().replaced(captions) if captions is not None else ()
        if replaced:
            words += "; what lay in their place is kept"
        facts: dict[str, object] = {
            "server": self.there.server.id,
            "show_id": show_id,
            "reel_id": reel_id,
            "vod_id": vod_id,
            "base": base,
            "has_captions": has_captions,
        }
        told = {"job": self.inputs.job_id, "recording": self.inputs.recording.title, **facts}
        await self.house.notebook.audit("published", told)
        return StepResult(
            outputs=replaced,
            facts=facts,
            note=f"show {show_id} on {self.there.server.name}, {words}",
        )


def _needs_look(inputs: Inputs) -> str:
    """What the captions step has found that a person should look at: `needs a look: …`, or nothing."""
    return str(inputs.facts.get(StepKind.CAPTIONS, {}).get("needs_look") or "")


def _seconds(output: Output) -> float | None:
    value = output.facts.get("duration_s")
    return float(value) if isinstance(value, int | float) else None
