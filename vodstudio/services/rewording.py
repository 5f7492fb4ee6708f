"""Names that were written as the city's list says, taken back by a person: a version of its own, which can be undone."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass

from vodstudio.captions.rewording import taken_back
from vodstudio.core.jobs import Job
from vodstudio.core.transcripts import TranscriptVersion
from vodstudio.core.vocabulary import Replacement
from vodstudio.services.transcripts import Transcripts


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """The version that counts now and the one before it; `later` says why its captions are not made again right now."""

    before: TranscriptVersion
    version: TranscriptVersion
    later: str = ""


class Rewording:
    """Every deed makes the captions of the job again; no version is ever changed or lost."""

    def __init__(self, transcripts: Transcripts) -> None:
        self._transcripts = transcripts

    async def take_back(
        self, job: Job, version: TranscriptVersion, places: Sequence[Replacement]
    ) -> TakenBack:
        """What was heard stands in these places again."""
        transcript = await self._transcripts.read(version)
        mine = await to_thread(taken_back, transcript, places)
        made = await self._transcripts.correct(job, version, mine)
        return TakenBack(before=version, version=made.version, later=made.later)

    async def undo(self, job: Job, done: TakenBack) -> TakenBack:
        """The version before counts again."""
        made = await self._transcripts.go_back(job, done.before, done.version)
        return TakenBack(before=done.version, version=made.version, later=made.later)
