"""A Cablecast server and its content drive as the services need them: protocols only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from vodstudio.core.jobs import Json
from vodstudio.core.ports import AsyncContext
from vodstudio.core.shows import (
    MediaId,
    NewShow,
    PublicShow,
    Reel,
    ReelId,
    ServerFacts,
    Show,
    ShowId,
    Vod,
    VodId,
    VodProgress,
)


class Catalogue(Protocol):
    """A Cablecast server as our services use it. Reads may be repeated; what creates is looked up after a lost answer."""

    async def check(self) -> Json:
        """Name, version and clock of the server; raises ServerAway, NotConnected or Refused."""
        ...

    async def facts(self) -> ServerFacts:
        """Which server this is."""
        ...

    async def show(self, show_id: ShowId) -> Show:
        """One show, fresh; NotFound when the server does not have it."""
        ...

    async def shows_changed_since(self, since: datetime, location: int | None) -> list[Show]:
        """Shows that were made or changed since then (the server's own clock)."""
        ...

    async def create_show(self, new: NewShow) -> ShowId:
        """Make a show."""
        ...

    async def media_named(self, name: str, location: int) -> list[MediaId]:
        """Media with exactly this name."""
        ...

    async def create_media(self, name: str, location: int) -> MediaId:
        """Make the media record that a reel points to."""
        ...

    async def reel(self, reel_id: ReelId) -> Reel:
        """One reel with the state of its file."""
        ...

    async def create_reel(self, show_id: ShowId, media_id: MediaId, number: int, length_s: int) -> ReelId:
        """Make a reel of a show."""
        ...

    async def vod(self, vod_id: VodId) -> Vod:
        """One video."""
        ...

    async def vod_progress(self, vod_id: VodId) -> VodProgress:
        """How far the server is with a video; cheap."""
        ...

    async def create_vod(self, show_id: ShowId, location: int) -> VodId:
        """Ask for a video; the server makes it as soon as the file is there."""
        ...

    async def public_show(self, show_id: ShowId) -> PublicShow:
        """The show as a viewer sees it, asked without our name."""
        ...

    async def file_stores(self) -> Mapping[int, str]:
        """Where uploads can go: number and name."""
        ...

    async def upload(self, context: AsyncContext, source: Path, name: str, store: int) -> int:
        """Send a file in pieces, continued after any interruption; the number of the asset it has become."""
        ...

    async def viewer_captions(self, video_url: str) -> list[str]:
        """The WebVTT pieces that a player of this video is offered, in order; none when there is no track."""
        ...


class ContentDrive(Protocol):
    """Files on a server's content drive; all work on files happens off the event loop."""

    async def place(
        self, source: Path, target: Path, *, sha256: str, tell: Callable[[float], None] | None = None
    ) -> bool:
        """Copy under a temporary name, prove it, give it its name; False when exactly this file was there already.

        Conflict when another file has the name: nothing is ever replaced here.
        """
        ...

    async def replace(self, target: Path, content: bytes) -> None:
        """Put small content in the place of a file, whole or not at all."""
        ...

    async def read(self, path: Path, limit_bytes: int) -> bytes | None:
        """The content of a small file; None when there is no such file."""
        ...

    async def names(self, folder: Path) -> list[str]:
        """The names of the files at the top of a folder."""
        ...
