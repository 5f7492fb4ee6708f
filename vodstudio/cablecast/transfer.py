"""Files onto a server's content drive: copied off the event loop, proved, and never put over another file."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

from vodstudio.core import files
from vodstudio.core.crash import crash_point
from vodstudio.core.errors import Conflict, TryLater

CHUNK_BYTES = 1 << 20
TELL_EVERY_S = 0.1


class ContentDriveFiles:
    """`core.server.ContentDrive`: every read and write happens on a thread, never on the event loop."""

    async def place(
        self, source: Path, target: Path, *, sha256: str, tell: Callable[[float], None] | None = None
    ) -> bool:
        """Copy under a temporary name, prove size and content, then rename; an equal file is left as it is."""
        loop = asyncio.get_running_loop()
        stop = threading.Event()

        def told(done: float) -> None:
            if tell is not None:
                loop.call_soon_threadsafe(tell, done)

        copying = asyncio.create_task(asyncio.to_thread(_place, source, target, sha256, told, stop))
        try:
            return await asyncio.shield(copying)
        except asyncio.CancelledError:
            # The thread cannot be cancelled: it is told to stop, and we leave when it has tidied up.
            stop.set()
            while not copying.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([copying])
            if not copying.cancelled():
                copying.exception()
            raise

    async def replace(self, target: Path, content: bytes) -> None:
        """Put small content in the place of a file."""
        await asyncio.to_thread(_replace, target, content)

    async def read(self, path: Path, limit_bytes: int) -> bytes | None:
        """The content of a small file; None when there is none."""
        return await asyncio.to_thread(_read, path, limit_bytes)

    async def names(self, folder: Path) -> list[str]:
        """The names of the files at the top of a folder."""
        return await asyncio.to_thread(_names, folder)


class _Stopped(TryLater):
    """The copy was told to stop; whoever waited for it was cancelled and hears nothing of this."""


def _place(
    source: Path, target: Path, sha256: str, tell: Callable[[float], None], stop: threading.Event
) -> bool:
    with files.writing(target):
        if target.exists():
            if _is_same(source, target, sha256, stop):
                return False
            raise Conflict(
                f"Another file with the name {target.name} lies on the content drive",
                hint="Nothing was replaced. Rename or remove that file if it is not wanted, then press Retry.",
                detail=str(target),
                code="VS-NAME-TAKEN",
            )
        temporary = temporary_for(target)
        try:
            _copy(source, temporary, tell, stop)
            crash_point("transfer.copied")
            if not _is_same(source, temporary, sha256, stop):
                raise TryLater(
                    f"The copy of {source.name} does not equal the original",
                    hint="The bad copy was removed, and it is tried again by itself.",
                    detail=f"{source} -> {target}",
                    code="VS-BAD-COPY",
                )
            files.adopt(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    return True


def _copy(source: Path, target: Path, tell: Callable[[float], None], stop: threading.Event) -> None:
    total = max(1, source.stat().st_size)
    done, told_at = 0, float("-inf")
    with source.open("rb") as reading, target.open("wb") as writing:
        while chunk := reading.read(CHUNK_BYTES):
            if stop.is_set():
                raise _Stopped("The copy was stopped")
            writing.write(chunk)
            done += len(chunk)
            if done >= total or time.monotonic() - told_at >= TELL_EVERY_S:
                told_at = time.monotonic()
                tell(done / total)


def _replace(target: Path, content: bytes) -> None:
    temporary = temporary_for(target)
    with files.writing(target):
        try:
            temporary.write_bytes(content)
            crash_point("transfer.written")
            files.adopt(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


def temporary_for(target: Path) -> Path:
    """The same name at every attempt, so that what a power cut left is written over and never piles up."""
    mark = hashlib.sha256(target.name.encode("utf-8", "surrogateescape")).hexdigest()
    return target.with_name(f".vs-{mark[:12]}.tmp")


def _is_same(source: Path, target: Path, sha256: str, stop: threading.Event) -> bool:
    def check() -> None:
        if stop.is_set():
            raise _Stopped("The comparison was stopped")

    is_same_size = source.stat().st_size == target.stat().st_size
    return is_same_size and files.sha256_of(target, check) == sha256


def _read(path: Path, limit_bytes: int) -> bytes | None:
    with files.writing(path):
        try:
            with path.open("rb") as file:
                return file.read(limit_bytes)
        except FileNotFoundError:
            return None


def _names(folder: Path) -> list[str]:
    with files.writing(folder / "any"):
        return sorted(entry.name for entry in folder.iterdir() if entry.is_file())
