"""Copies a model from a folder onto the shelf: a plain one, or one of the hub's own cache with its links."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from vodstudio.core.errors import Conflict, NeedsUser
from vodstudio.core.files import CHUNK_BYTES, sha256_of, writing
from vodstudio.core.models import is_name, known
from vodstudio.workers.model_file import (
    CHECKSUMS,
    WANTED,
    WEIGHTS,
    fault_of_weights,
    git_digest,
    no_weights,
    read_sums,
    refuse_programs,
)
from vodstudio.workers.model_place import Place, place_for
from vodstudio.workers.source import reading

_CACHED = re.compile(r"models--([^/\\]+?)--([^/\\]+)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_GIT = re.compile(r"[0-9a-f]{40}")

Tell = Callable[[int, int, str], None]


def bring(folder: Path, shelf: Path, name: str, tell: Tell) -> Path:
    """Copy what a model needs and nothing else; the copy is read back before it gets its name."""
    with reading(folder):
        source = found_in(folder.expanduser())
        name = name or name_for(source)
        _prove_source(source, shelf, name)
        sizes = {each: (source / each).stat().st_size for each in WANTED if (source / each).is_file()}
    with place_for(shelf, name) as place:
        place.prove_room(sizes)
        sums = _copied(source, sizes, place, tell)
        tell(sum(sizes.values()), sum(sizes.values()), "checking")
        for each, digest in sums.items():
            if sha256_of(place.folder / each) != digest:
                (place.folder / each).unlink()
                raise _changed(source, f"the copy of {each} is not what was read")
        return place.finish(sums, {"folder": str(source)})


def found_in(folder: Path) -> Path:
    """The folder with the weights: this one, or the newest snapshot of a folder of the hub's cache."""
    if (folder / WEIGHTS).is_file() or not (folder / "snapshots").is_dir():
        return folder
    main = folder / "refs" / "main"
    named = folder / "snapshots" / (main.read_text("utf-8").strip() if main.is_file() else ".")
    if (named / WEIGHTS).is_file():
        return named
    snapshots = [each for each in (folder / "snapshots").iterdir() if (each / WEIGHTS).is_file()]
    return max(snapshots, key=lambda each: each.stat().st_mtime_ns, default=folder)


def name_for(folder: Path) -> str:
    """What a model from this folder is called: as in our list, or as its folder."""
    folder = folder.absolute()
    cached = next((m for part in reversed(folder.parts) if (m := _CACHED.fullmatch(part))), None)
    if cached:
        listed = known(f"{cached[1]}/{cached[2]}")
        return str(listed.name) if listed else cached[2]
    return re.sub(r"[^\w.+-]+", "-", folder.name, flags=re.ASCII).strip(".-")


def _prove_source(source: Path, shelf: Path, name: str) -> None:
    if not source.is_dir():
        raise FileNotFoundError(2, "no such folder", str(source))
    if not is_name(name):
        raise NeedsUser(
            f"A speech model cannot be called “{name}”",
            hint="Give it another name: letters, digits, - and . Nothing was changed.",
            code="VS-MODEL-NAME",
        )
    refuse_programs(source)
    if not (source / WEIGHTS).is_file():
        raise no_weights(source)
    fault = fault_of_weights(source / WEIGHTS)
    if fault:
        raise _changed(source, f"{WEIGHTS} {fault}")
    if (shelf / name).exists():
        raise Conflict(
            f"There is a speech model called {name} already",
            hint=f"Remove it first (`vodstudio models remove {name}`), or give the new one another name."
            " Nothing was changed.",
            detail=str(shelf / name),
            code="VS-MODEL-EXISTS",
        )


def _copied(source: Path, sizes: Mapping[str, int], place: Place, tell: Tell) -> dict[str, str]:
    expected = read_sums(source)
    total, before = sum(sizes.values()), 0
    sums: dict[str, str] = {}
    for name, size in sizes.items():
        sums[name] = _copy(source / name, place.folder / name, lambda n, at=before: tell(at + n, total, ""))  # type: ignore[misc]
        if name in expected and sums[name] != expected[name]:
            raise _changed(source, f"{name} is not what {CHECKSUMS} says")
        _compare_with_blob(source / name, sums[name])
        before += size
    tell(total, total, "")
    return sums


def _copy(source: Path, target: Path, told: Callable[[int], None]) -> str:
    """Links are followed: what they lead to is copied. The digest is that of what was read."""
    digest, done = hashlib.sha256(), 0
    with reading(source), source.open("rb") as file, writing(target), target.open("wb") as out:
        while chunk := file.read(CHUNK_BYTES):
            out.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            told(done)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _compare_with_blob(path: Path, digest: str) -> None:
    """In the hub's cache a link leads to a file that is called after its content."""
    blob = path.resolve().name
    is_right = not (_SHA256.fullmatch(blob) and blob != digest) and not (
        _GIT.fullmatch(blob) and git_digest(path) != blob
    )
    if not is_right:
        raise _changed(path.parent, f"{path.name} is not what its name in the cache says ({blob})")


def _changed(source: Path, detail: str) -> NeedsUser:
    return NeedsUser(
        "The speech model in this folder is damaged or incomplete",
        hint="Copy it there again from where it comes from, and look that the copy is whole. Nothing was changed here.",
        detail=f"{source}: {detail}",
        code="VS-MODEL-BROKEN",
    )
