"""The versions of the words of a recording: read, corrected by a person, chosen, and captions made of them again."""

from __future__ import annotations

import logging
from asyncio import to_thread
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import cast
from uuid import uuid4

from vodstudio.captions import versions
from vodstudio.captions.passages import marks_in, passages_of, words_in
from vodstudio.captions.rewording import Rewritten, rewritten
from vodstudio.captions.transcript import Transcript
from vodstudio.core.errors import Conflict, NotFound, VodError
from vodstudio.core.events import JobChanged, TranscriptChosen
from vodstudio.core.files import make_work_folder, sha256_of
from vodstudio.core.jobs import Checkpoint, Job, JobId, Json, StepKind, StepState
from vodstudio.core.ports import Clock, Emit, Store, Unit, Workers
from vodstudio.core.recording import Recording, RecordingId
from vodstudio.core.rows import JobRow
from vodstudio.core.transcripts import OPERATOR, Passage, TranscriptId, TranscriptVersion, transcript_id
from vodstudio.services.jobs import unknown_job
from vodstudio.services.uploading import CAPTIONS_SENT

FALLBACK = "fallback:"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsOfJob:
    """What was heard in the recording of a job; no version while it is still being heard.

    `rewritten` are the places where a name was written as the city's list says.
    """

    passages: tuple[Passage, ...] = ()
    facts: Json = field(default_factory=dict)
    rewritten: tuple[Rewritten, ...] = ()
    version: TranscriptVersion | None = None
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The version that counts now; `later` says why the captions of the job are not made of it right now."""

    version: TranscriptVersion
    later: str = ""


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
        return await to_thread(versions.read_version, version)

    async def words_of(self, job: Job) -> WordsOfJob:
        """What the job's page shows: the words heard so far while they are heard, then those of the chosen version."""
        speech = next((step for step in job.steps if step.kind is StepKind.SPEECH), None)
        if speech is not None and speech.state is not StepState.DONE:
            kept = await self._store.look(lambda unit: unit.queue.checkpoints(speech.id))
            if kept:
                return await to_thread(_so_far, kept)
        version = await self.chosen(job.recording.id)
        if version is None:
            return WordsOfJob()
        transcript = await self.read(version)
        return WordsOfJob(
            passages=await to_thread(passages_of, transcript.words, transcript.marks),
            facts=speech.facts if speech else {},
            rewritten=await to_thread(rewritten, transcript),
            version=version,
        )

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
        version = await self._written(recording, parent, transcript, author)
        await self._store.run(lambda unit: _add(unit, version, recording))
        return await self._told(version)

    async def correct(
        self, job: Job, parent: TranscriptVersion, transcript: Transcript, *, overrules: bool = False
    ) -> Counted:
        """Keep a correction of `parent`, and make the captions of the job of it: both, or neither.

        Refused where another version counts by now, unless a person knows of it and overrules it.
        """
        version = await self._written(job.recording, parent, transcript, OPERATOR)

        def write(unit: Unit) -> TranscriptVersion:
            if not overrules:
                _check_counts(unit, parent)
            _add(unit, version, job.recording)
            return version

        return await self._counted(job, write)

    async def go_back(self, job: Job, before: TranscriptVersion, done: TranscriptVersion) -> Counted:
        """`before` counts again in the place of `done`, and the captions of the job are made of it: both, or neither."""
        now = self._clock.now()

        def write(unit: Unit) -> TranscriptVersion:
            _check_counts(unit, done)
            return _choose(unit, before.id, now)

        return await self._counted(job, write)

    async def choose(self, chosen_id: TranscriptId) -> TranscriptVersion:
        """A person says which version counts."""
        now = self._clock.now()
        return await self._told(await self._store.run(lambda unit: _choose(unit, chosen_id, now)))

    async def captions_again(self, job_id: JobId) -> JobRow:
        """Make the captions of a job of the chosen words, and publish and verify them again.

        What runs or was cancelled raises Conflict; captions that are not made yet will be of the chosen words anyway.
        """
        now = self._clock.now()
        row = await self._store.run(lambda unit: _captions_again(unit, job_id, now))
        self._emit(JobChanged(row))
        self._workers.wake()
        return row

    async def _counted(self, job: Job, write: Callable[[Unit], TranscriptVersion]) -> Counted:
        """Words that are safe are not lost again because their captions cannot be made now."""
        now = self._clock.now()

        def both(unit: Unit) -> tuple[Counted, JobRow | None]:
            version = write(unit)
            try:
                return Counted(version=version), _captions_again(unit, job.id, now)
            except (Conflict, NotFound) as error:
                return Counted(version=version, later=f"{error.title}. {error.hint}"), None

        counted, row = await self._store.run(both)
        await self._told(counted.version)
        if row is not None:
            self._emit(JobChanged(row))
            self._workers.wake()
        return counted

    async def _written(
        self, recording: Recording, parent: TranscriptVersion | None, transcript: Transcript, author: str
    ) -> TranscriptVersion:
        """A file that nobody knows of yet."""
        mine = replace(
            transcript,
            run=uuid4().hex[:12],
            parent=await self._run_of(parent),
            author=author,
            recording_fingerprint=recording.fingerprint,
        )
        path, sha256 = await to_thread(self._write, recording, mine)
        return TranscriptVersion(
            id=transcript_id(recording.fingerprint, sha256),
            recording_id=recording.id,
            parent_id=parent.id if parent else None,
            path=path,
            sha256=sha256,
            author=author,
            is_chosen=True,
            made_at=self._clock.now(),
        )

    async def _run_of(self, version: TranscriptVersion | None) -> str:
        return (await self.read(version)).run if version else ""

    def _write(self, recording: Recording, transcript: Transcript) -> tuple[Path, str]:
        path = versions.keep(make_work_folder(self._folder, recording.fingerprint), transcript)
        return path, sha256_of(path)

    async def _told(self, version: TranscriptVersion) -> TranscriptVersion:
        """It counts; `words.json` is for others to read and is made anew with the next choice when it fails now."""
        try:
            await to_thread(_show, version)
        except (VodError, OSError) as error:
            log.warning("words.json was not renewed: %s", error)
        self._emit(TranscriptChosen(version))
        return version


def _choose(unit: Unit, chosen_id: TranscriptId, now: datetime) -> TranscriptVersion:
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


def _captions_again(unit: Unit, job_id: JobId, now: datetime) -> JobRow:
    """Whatever raises does so before anything is written."""
    _check_captions(unit.jobs.job(job_id))
    if unit.jobs.redo(job_id, StepKind.CAPTIONS, now, forget=CAPTIONS_SENT):
        unit.notes.audit("captions.again", {"job": job_id}, now)
    row = unit.jobs.row(job_id)
    if row is None:
        raise unknown_job(job_id)
    return row


def _check_counts(unit: Unit, version: TranscriptVersion) -> None:
    """Nobody's newer work is set aside without a word."""
    chosen = unit.transcripts.chosen(version.recording_id)
    if chosen is None or chosen.id != version.id:
        raise Conflict(
            "The words of this recording were changed meanwhile",
            hint="Nothing was changed now. Look at the words as they are, then do it again.",
            code="VS-WORDS-NEWER",
        )


def _check_captions(job: Job | None) -> None:
    """What is made right now is made of the words that counted as it began."""
    steps = job.steps if job is not None else ()
    if any(step.kind is StepKind.CAPTIONS and step.state is StepState.RUNNING for step in steps):
        raise Conflict(
            "The captions of this job are being made right now, of the words before",
            hint="Nothing is lost. When they are made, make the captions again.",
            code="VS-JOB-RUNS",
        )


def _show(version: TranscriptVersion) -> None:
    """Only what is whole: `words.json` may be the one whole copy of another version."""
    versions.read_version(version)
    versions.show(version.path)


def _so_far(kept: Sequence[Checkpoint]) -> WordsOfJob:
    """Words in their order, whatever window was kept first."""
    words = sorted((word for one in kept for word in words_in(one.body)), key=lambda word: word.start)
    marks = [mark for one in kept for mark in marks_in(one.body)]
    return WordsOfJob(passages=passages_of(words, marks), facts=_facts_so_far(kept), is_whole=False)


def _facts_so_far(kept: Sequence[Checkpoint]) -> Json:
    """What the step will say at its end, as far as it is known."""
    bodies = [one.body for one in kept]
    reheard = [each for body in bodies for each in cast("list[object]", body.get("reheard") or ())]
    heard_from = next((body["heard_from"] for body in bodies if "heard_from" in body), "")
    fallbacks = [one.body for one in kept if one.key.startswith(FALLBACK)]
    last = next((body for body in reversed(bodies) if "device" in body), {})
    device = {name: last[name] for name in ("device", "device_why") if name in last}
    return {"reheard": reheard, "heard_from": heard_from, "fallbacks": fallbacks, **device}


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
