"""What a recording is, and how we know it again: its size and a hash of its head, middle and tail."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NewType

RecordingId = NewType("RecordingId", str)
Fingerprint = NewType("Fingerprint", str)

SAMPLE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file that came to us. `path` is where it was last seen, `fingerprint` is what it is."""

    id: RecordingId
    path: Path
    fingerprint: Fingerprint
    size_bytes: int
    title: str
    recorded_on: date | None = None
    show_number: int | None = None
    reel: int | None = None
    duration_s: float | None = None


def fingerprint_of(path: Path) -> Fingerprint:
    """Identity of the content: `<size>-<hash>`; three reads of at most 1 MiB, whatever the length."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for start in sorted({0, max(0, size // 2 - SAMPLE_BYTES // 2), max(0, size - SAMPLE_BYTES)}):
            file.seek(start)
            digest.update(file.read(SAMPLE_BYTES))
    return Fingerprint(f"{size}-{digest.hexdigest()[:32]}")
