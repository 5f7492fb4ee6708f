"""The versions of the words of a recording: read, corrected by a person, chosen, and captions made of them again."""

from __future__ import annotations

import hashlib
import logging
from asyncio import to_thread
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from vodstudio.captions import versions
from vodstudio.captions.transcript import Transcript, transcript_from_json
from vodstudio.core.errors import Conflict, NoAccess, NotFound, VodError
from vodstudio.core.events import JobChanged, TranscriptChosen
from vodstudio.core.files import make_work_folder, sha256_of
from vodstudio.core.jobs import JobId, StepKind
from vodstudio.core.ports import Clock, Emit, Store, Unit, Workers
from vodstudio.core.recording import Recording, RecordingId
from vodstudio.core.rows import JobRow
from vodstudio.core.transcripts import OPERATOR, TranscriptId, TranscriptVersion, transcript_id
from vodstudio.services.jobs import unknown_job
from vodstudio.services.uploading import SIDECAR

log = logging.getLogger(__name__)


class Transcripts:
    """What a person can do with the words of a recording. No version is ever changed or lost."""

    def __init__(self, store: Store, clock: Clock, emit: Emit, workers: Workers, folder: Path) -> None:
        self._store = store
        self._clock = clock
        self._emit = emit
        self._workers = workers
        self._folder = folder

    async def of(self, recording_id: RecordingId) -> list[TranscriptVersion]:
        """All versions, newest first."""
        return await self._store.look(lambda unit: unit.transcripts.of(recording_id))

    async def chosen(self, recording_id: RecordingId) -> TranscriptVersion | None:
        """The version that captions are made of; None before anything was heard."""
        return await self._store.look(lambda unit: unit.transcripts.chosen(recording_id))

    async def read(self, version: TranscriptVersion) -> Transcript:
        """The words of a version; a file that somebody else changed is refused, not believed."""
        return await to_thread(_read, version)

    async def save_version(
        self,
        recording: Recording,
        parent: TranscriptVersion | None,
        transcript: Transcript,
        author: str = OPERATOR,
    ) -> TranscriptVersion:
        """Keep a person's correction of `parent` as a new version, chosen from now on; returns after the commit.

        `run`, `parent`, `author` and the fingerprint of `transcript` are set here. Captions stay as they are until
        `captions_again`.
        """
        mine = replace(
            transcript,
            run=uuid4().hex[:12],
            parent=await self._run_of(parent),
            author=author,
            recording_fingerprint=recording.fingerprint,
        )
        path, sha256 = await to_thread(self._write, recording, mine)
        version = TranscriptVersion(
            id=transcript_id(recording.fingerprint, sha256),
            recording_id=recording.id,
            parent_id=parent.id if parent else None,
            path=path,
            sha256=sha256,
            author=author,
            is_chosen=True,
            made_at=self._clock.now(),
        )
        await self._store.run(lambda unit: _add(unit, version, recording))
        return await self._told(version)

    async def choose(self, chosen_id: TranscriptId) -> TranscriptVersion:
        """A person says which version counts."""
        now = self._clock.now()

        def write(unit: Unit) -> TranscriptVersion:
            if unit.transcripts.version(chosen_id) is None:
                raise NotFound(
                    "This version of the words is not known",
                    hint="Nothing was changed.",
                    code="VS-NO-TRANSCRIPT",
                )
            unit.transcripts.choose(chosen_id)
            unit.notes.audit("transcript.chosen", {"transcript": chosen_id}, now)
            version = unit.transcripts.version(chosen_id)
            assert version is not None
            return version

        return await self._told(await self._store.run(write))

    async def captions_again(self, job_id: JobId) -> JobRow:
        """Make the captions of a job of the chosen words, and publish and verify them again.

        What runs or was cancelled raises Conflict; captions that are not made yet will be of the chosen words anyway.
        """
        now = self._clock.now()

        def write(unit: Unit) -> JobRow:
            if unit.jobs.redo(job_id, StepKind.CAPTIONS, now, forget=(SIDECAR,)):
                unit.notes.audit("captions.again", {"job": job_id}, now)
            row = unit.jobs.row(job_id)
            if row is None:
                raise unknown_job(job_id)
            return row

        row = await self._store.run(write)
        self._emit(JobChanged(row))
        self._workers.wake()
        return row

    async def _run_of(self, version: TranscriptVersion | None) -> str:
        return (await self.read(version)).run if version else ""

    def _write(self, recording: Recording, transcript: Transcript) -> tuple[Path, str]:
        path = versions.keep(make_work_folder(self._folder, recording.fingerprint), transcript)
        return path, sha256_of(path)

    async def _told(self, version: TranscriptVersion) -> TranscriptVersion:
        """It counts; `words.json` is for others to read and is made anew with the next choice when it fails now."""
        try:
            await to_thread(versions.show, version.path)
        except (VodError, OSError) as error:
            log.warning("words.json was not renewed: %s", error)
        self._emit(TranscriptChosen(version))
        return version


def _add(unit: Unit, version: TranscriptVersion, recording: Recording) -> None:
    unit.transcripts.add(version)
    body = {
        "recording": recording.title,
        "transcript": version.id,
        "parent": version.parent_id or "",
        "sha256": version.sha256,
        "author": version.author,
    }
    unit.notes.audit("transcript.saved", body, version.made_at)


def _read(version: TranscriptVersion) -> Transcript:
    try:
        content = version.path.read_bytes()
    except OSError as error:
        raise NoAccess(
            "The list of words cannot be opened",
            hint="The recording is not changed. Check that the disk is there, then try again.",
            detail=f"{version.path}: {error}",
            code="VS-WORDS-AWAY",
        ) from error
    if hashlib.sha256(content).hexdigest() != version.sha256:
        raise Conflict(
            "The list of words was changed by another program",
            hint="It was not used. Choose another version, or retry the speech step.",
            detail=str(version.path),
            code="VS-WORDS-CHANGED",
        )
    return transcript_from_json(content.decode("utf-8"))
