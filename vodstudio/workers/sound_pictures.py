"""The parent's side of the picture of the sound: made once in a child, kept as a small file."""

from __future__ import annotations

import asyncio
from pathlib import Path

from vodstudio.core.errors import VodError
from vodstudio.core.files import make_work_folder
from vodstudio.workers.media import Media
from vodstudio.workers.waveform import RATE


class KeptSoundPictures:
    """`services.reviewing.SoundPictures`."""

    def __init__(self, media: Media, folder: Path) -> None:
        self._media = media
        self._folder = folder

    async def peaks(self, path: Path, name: str) -> tuple[bytes, float]:
        """How loud it is, one byte for each part of a second; nothing for a file that cannot be heard."""
        try:
            return await asyncio.to_thread(self._peaks, path, name), float(RATE)
        except VodError:
            return b"", float(RATE)

    def _peaks(self, path: Path, name: str) -> bytes:
        target = make_work_folder(self._folder, "sound") / f"{name}.peaks"
        if not target.is_file():
            request = {"verb": "peaks", "path": str(path), "target": str(target), "duration_s": 0.0}
            self._media.ask(request, lambda: None)
        return target.read_bytes()
