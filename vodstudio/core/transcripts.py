"""The versions of what was heard in a recording: who made each, from which one, and which one counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NewType
from uuid import NAMESPACE_URL, uuid5

from vodstudio.core.recording import Fingerprint, RecordingId

TranscriptId = NewType("TranscriptId", str)

SPEECH = "speech"
OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptVersion:
    """One file of words. It is never changed: a correction is a new version with this one as its parent."""

    id: TranscriptId
    recording_id: RecordingId
    parent_id: TranscriptId | None
    path: Path
    sha256: str
    author: str
    is_chosen: bool
    made_at: datetime

    @property
    def is_by_hand(self) -> bool:
        """Whether a person's work is in it."""
        return self.author != SPEECH


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Some seconds of what was said, as one paragraph; `doubts` says why a person should listen to it."""

    start_s: float
    end_s: float
    text: str
    doubts: tuple[str, ...] = ()


def transcript_id(fingerprint: Fingerprint, sha256: str) -> TranscriptId:
    """The same words of the same recording are the same version, however often they are heard."""
    return TranscriptId(str(uuid5(NAMESPACE_URL, f"transcript/{fingerprint}/{sha256}")))


def may_take_over(chosen: TranscriptVersion | None) -> bool:
    """Whether what was heard anew becomes the chosen version by itself: never over a person's work (E20)."""
    return chosen is None or not chosen.is_by_hand
