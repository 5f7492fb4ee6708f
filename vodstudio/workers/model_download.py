"""Brings a model of the hub onto the shelf: resumed where it was cut, and loadable only when every hash is right."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from vodstudio.core.errors import NeedsUser
from vodstudio.core.files import sha256_of, write_atomically
from vodstudio.core.models import KnownModel
from vodstudio.workers.model_file import git_digest
from vodstudio.workers.model_hub import Hub, Listing, RemoteFile
from vodstudio.workers.model_place import Place, place_for

_LISTING = "listing.json"

Tell = Callable[[int, int, str], None]


def download(model: KnownModel, hub: Hub, shelf: Path, tell: Tell) -> Path:
    """Get it; `tell` hears how many of how many bytes have arrived, and what is being done."""
    with place_for(shelf, model.name) as place:
        listing = _listing(model, hub, place)
        place.prove_room({file.name: file.size_bytes for file in listing.files})
        _fetch(listing, hub, place, tell)
        tell(listing.size_bytes, listing.size_bytes, "checking")
        sums = {file.name: _proven(place, file) for file in listing.files}
        source = {
            "repository": listing.repository,
            "revision": listing.revision,
            "got_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        return place.finish(sums, source)


def _fetch(listing: Listing, hub: Hub, place: Place, tell: Tell) -> None:
    total = listing.size_bytes
    before = 0
    for file in sorted(listing.files, key=lambda each: each.size_bytes):
        path = place.folder / file.name

        def told(_: int, path: Path = path, before: int = before) -> None:
            tell(before + path.stat().st_size, total, "")

        told(0) if path.exists() else tell(before, total, "")
        hub.fetch(listing, file, path, told)
        before += file.size_bytes
    tell(total, total, "")


def _listing(model: KnownModel, hub: Hub, place: Place) -> Listing:
    """The one that an earlier try began with, so that all files are of one commit; else the hub's."""
    path = place.folder / _LISTING
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        body = json.loads(path.read_text("utf-8"))
        if body["asked"] == [model.repository, model.revision, model.weights_sha256]:
            files = tuple(RemoteFile(**each) for each in body["files"])
            return Listing(repository=body["repository"], revision=body["revision"], files=files)
    listing = hub.listing(model)
    body = dataclasses.asdict(listing) | {"asked": [model.repository, model.revision, model.weights_sha256]}
    write_atomically(path, json.dumps(body).encode())
    return listing


def _proven(place: Place, file: RemoteFile) -> str:
    """The SHA-256 of a file that is what the hub and our own list say; anything else is thrown away."""
    path = place.folder / file.name
    digest = sha256_of(path)
    is_right = digest == file.sha256 if file.sha256 else git_digest(path) == file.git
    if is_right:
        return digest
    path.unlink()
    (place.folder / _LISTING).unlink()
    raise NeedsUser(
        f"What came as {file.name} is not what the model {place.name} is made of",
        hint="It was thrown away and nothing was loaded from it. Try again; if it stays so, something between this"
        " computer and the hub changes files: copy the model from another computer.",
        detail=f"{path}: {digest}, expected {file.sha256 or file.git}",
        code="VS-MODEL-WRONG-HASH",
    )
