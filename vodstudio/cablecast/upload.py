"""A file in pieces over HTTP, for servers whose content drive is out of reach: each piece is kept in a ledger."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from vodstudio.cablecast.client import API, Client
from vodstudio.cablecast.schema import Record, unwrap
from vodstudio.core.crash import crash_point
from vodstudio.core.errors import NeedsUser, NotYet, Refused
from vodstudio.core.jobs import Json
from vodstudio.core.ports import AsyncContext, Clock

PIECE_BYTES = 5 * 1024 * 1024
PIECE_DEADLINE_S = 15 * 60.0
FINISHED_WITHIN = timedelta(hours=6)
MOST_TRIES = 5
UPLOADING, WHOLE = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of the file."""

    index: int
    content: bytes
    sha256: str


class Uploads:
    """Uploads to one server; what was sent is known after any interruption."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def upload(self, context: AsyncContext, source: Path, name: str, store: int) -> int:
        """The number of the asset that the file has become on the server."""
        size_bytes = (await asyncio.to_thread(source.stat)).st_size
        kept = {one.key: (one.body, one.at) for one in await context.checkpoints()}
        for attempt in range(MOST_TRIES):
            key = f"upload:{name}:{attempt}"
            if f"{key}:given-up" in kept:
                continue
            if key not in kept:
                number = await self._begin(name, store, size_bytes)
                await context.checkpoint(key, {"id": number, "size_bytes": size_bytes})
                kept[key] = ({"id": number, "size_bytes": size_bytes}, self._clock.now())
            asset = await self._go_on(context, source, key, kept)
            if asset is not None:
                return asset
            await context.checkpoint(f"{key}:given-up", {})
        raise NeedsUser(
            f"{self._client.server.name} gave up {name} {MOST_TRIES} times",
            hint="Look at the uploads in Cablecast and at its free space, then add the recording again.",
            detail=f"store {store}, {size_bytes} bytes",
            code="VS-UPLOAD-FAILED",
        )

    async def _go_on(
        self, context: AsyncContext, source: Path, key: str, kept: Mapping[str, tuple[Json, datetime]]
    ) -> int | None:
        """Send what is missing, say that it is whole, wait for the asset; None when the server gave this one up."""
        body, began_at = kept[key]
        number, size_bytes = _integer(body["id"]), _integer(body["size_bytes"])
        upload = await self._state(number)
        if upload.integer("state") == UPLOADING:
            await self._send(context, source, key, number, kept)
            crash_point("upload.sent")
            upload = await self._complete(number)
        # 0 failed, 6 timed out, 5 finished; what lies between is the server at work.
        match upload.integer("state"):
            case 0 | 6:
                return None
            case 5:
                return await self._asset(upload, size_bytes, began_at)
            case _:
                raise self._still_working(upload, began_at)

    async def _send(
        self,
        context: AsyncContext,
        source: Path,
        key: str,
        number: int,
        kept: Mapping[str, tuple[Json, datetime]],
    ) -> None:
        """A piece whose answer was lost is sent again under the same index."""
        total = pieces_of(_integer(kept[key][0]["size_bytes"]))
        for index in range(total):
            context.check()
            place = f"{key}:{index}"
            piece = await asyncio.to_thread(read_piece, source, index)
            if place in kept:
                if kept[place][0]["sha256"] != piece.sha256:
                    raise Refused(
                        f"{source.name} changed while it was sent",
                        hint="Nothing was published. Add the recording again.",
                        detail=f"piece {index} of upload {number}",
                        code="VS-SOURCE-CHANGED",
                    )
                continue
            path = f"{API}/fileuploads/{number}/upload"
            await self._client.send_piece(path, index, piece.content, deadline_s=PIECE_DEADLINE_S)
            crash_point("upload.piece.sent")
            await context.checkpoint(place, {"sha256": piece.sha256})
            context.progress((index + 1) / total, note=f"piece {index + 1} of {total}")

    async def _begin(self, name: str, store: int, size_bytes: int) -> int:
        asked = {
            "fileName": name,
            "destinationStore": store,
            "totalSegments": pieces_of(size_bytes),
            "size": size_bytes,
        }
        body = await self._client.create(f"{API}/fileuploads", {"fileUpload": asked})
        return unwrap("fileuploads", body, "fileUpload").integer("id")

    async def _complete(self, number: int) -> Record:
        body = await self._client.put(f"{API}/fileuploads/{number}", {"fileUpload": {"state": WHOLE}})
        return unwrap(f"fileuploads/{number}", body, "fileUpload")

    async def _state(self, number: int) -> Record:
        body = await self._client.get(f"{API}/fileuploads/{number}")
        return unwrap(f"fileuploads/{number}", body, "fileUpload")

    async def _asset(self, upload: Record, size_bytes: int, began_at: datetime) -> int:
        """Finished means: the state says so, there is an asset, and it has our size."""
        number = upload.optional_integer("asset")
        if number is None:
            raise self._still_working(upload, began_at)
        body = await self._client.get(f"{API}/assets/{number}")
        stored = unwrap(f"assets/{number}", body, "asset").integer("size")
        if stored != size_bytes:
            raise NeedsUser(
                f"{self._client.server.name} stored {stored} of {size_bytes} bytes",
                hint="Remove this asset in Cablecast, then add the recording again.",
                detail=f"asset {number}",
                code="VS-UPLOAD-SHORT",
            )
        return number

    def _still_working(self, upload: Record, began_at: datetime) -> NotYet | NeedsUser:
        server = self._client.server
        number = upload.raw.get("id")
        if self._clock.now() - began_at > FINISHED_WITHIN:
            return NeedsUser(
                f"{server.name} has not finished the upload for hours",
                hint="Look at it in Cablecast; remove it there, then add the recording again.",
                detail=f"upload {number}: state {upload.raw.get('state')}, asset {upload.raw.get('asset')}",
                code="VS-UPLOAD-STUCK",
            )
        return NotYet(
            f"{server.name} is storing the upload",
            condition=f"wait:upload:{server.id}:{number}",
            hint="This goes on by itself.",
        )


def pieces_of(size_bytes: int) -> int:
    """How many pieces a file has; an empty one has one."""
    return max(1, math.ceil(size_bytes / PIECE_BYTES))


def read_piece(source: Path, index: int) -> Piece:
    """One piece with its digest."""
    with source.open("rb") as file:
        file.seek(index * PIECE_BYTES)
        content = file.read(PIECE_BYTES)
    return Piece(index=index, content=content, sha256=hashlib.sha256(content).hexdigest())


def _integer(value: object) -> int:
    assert isinstance(value, int)
    return value
