"""Names that were written as the city's list says, taken back by a person: a version of its own, which can be undone."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass

from vodstudio.captions.rewording import taken_back
from vodstudio.core.errors import Conflict, VodError
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
        await self._check(version)
        transcript = await self._transcripts.read(version)
        mine = await to_thread(taken_back, transcript, places)
        made = await self._transcripts.save_version(job.recording, version, mine)
        return TakenBack(before=version, version=made, later=await self._captions_again(job))

    async def undo(self, job: Job, done: TakenBack) -> TakenBack:
        """The version before counts again."""
        await self._check(done.version)
        version = await self._transcripts.choose(done.before.id)
        return TakenBack(before=done.version, version=version, later=await self._captions_again(job))

    async def _check(self, version: TranscriptVersion) -> None:
        """Nobody's newer work is set aside without a word."""
        chosen = await self._transcripts.chosen(version.recording_id)
        if chosen is None or chosen.id != version.id:
            raise Conflict(
                "The words of this recording were changed meanwhile",
                hint="Nothing was taken back. Look at the words as they are now, then press it again.",
                code="VS-WORDS-NEWER",
            )

    async def _captions_again(self, job: Job) -> str:
        """The words are safe already: captions that cannot be made now are no reason to fail."""
        try:
            await self._transcripts.captions_again(job.id)
        except VodError as error:
            return f"{error.title}. {error.hint}"
        return ""
