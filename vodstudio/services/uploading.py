"""Sends a recording to a server whose content drive is out of reach: captions first, then the video, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import Conflict, NeedsUser
from vodstudio.core.jobs import Output
from vodstudio.core.ports import AsyncContext, Clock
from vodstudio.core.server import Catalogue
from vodstudio.core.shows import FileState, ReelId
from vodstudio.core.station import Server
from vodstudio.services.intents import Intents
from vodstudio.services.notebook import Notebook

# The checkpoint that says that captions lie on the server.
SIDECAR = "sidecar"
# With the ledger of their upload: what is forgotten so that captions that are made again are sent again.
CAPTIONS_SENT = (SIDECAR, "upload:*.scc:*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploading:
    """What one attempt of one step needs to send its files."""

    server: Server
    catalogue: Catalogue
    context: AsyncContext
    intents: Intents
    notebook: Notebook
    clock: Clock

    async def send(self, base: str, video: Output, captions: Output | None, reel_id: ReelId) -> None:
        """Both files under their names, each once; a reel that plays something else is left alone."""
        name = f"{base}.mp4"
        was_sent, is_captioned = self.intents.kept("file"), captions is None or self.intents.kept(SIDECAR)
        if was_sent is not None and is_captioned:
            return
        sent = await self.notebook.read(self._key(name))
        plays = (await self.catalogue.reel(reel_id)).file is FileState.VALID
        if sent != video.sha256 and (plays or sent is not None):
            raise Conflict(
                f"This show on {self.server.name} has another file already",
                hint="Nothing was replaced. Remove that file in Cablecast, or remove the number from our "
                "recording's name and add it again to make a new show.",
                detail=f"reel {reel_id}: {name}: sent before: {sent}",
                code="VS-SHOW-HAS-FILE",
            )
        store = await self._store()
        if captions is not None and self.intents.kept(SIDECAR) is None:
            await self._send_captions(f"{base}.scc", captions, store)
        if not plays and was_sent is None:
            await self.notebook.write(self._key(name), video.sha256)
            await self.catalogue.upload(self.context, video.path, name, store)
            crash_point("publish.file.sent")
        await self.intents.keep("file", {"name": name, "sha256": video.sha256}, self.clock.now())

    async def _send_captions(self, name: str, captions: Output, store: int) -> None:
        if await self.notebook.read(self._key(name)) != captions.sha256:
            await self.catalogue.upload(self.context, captions.path, name, store)
            crash_point("publish.sidecar.sent")
            await self.notebook.write(self._key(name), captions.sha256)
        await self.intents.keep(SIDECAR, {"sha256": captions.sha256}, self.clock.now())

    async def _store(self) -> int:
        """The one that the station file names, else the only one that the server has."""
        if self.server.file_store is not None:
            return self.server.file_store
        stores = await self.catalogue.file_stores()
        if len(stores) == 1:
            return next(iter(stores))
        known = ", ".join(f"{number} ({name})" for number, name in stores.items()) or "none"
        raise NeedsUser(
            f"The station file does not say which file store of {self.server.name} takes recordings",
            hint=f"Add file_store to the server {self.server.id}, then press Retry. "
            f"It has: {known}. No file was sent.",
            code="VS-WHICH-STORE",
        )

    def _key(self, name: str) -> str:
        return f"sent:{self.server.id}:{name}"
