"""Captions in the hands of a person: opened once, kept while they are corrected, saved as a version, made again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import Protocol

from vodstudio.captions.changes import change_from_json, change_to_json
from vodstudio.captions.commands import edit_text
from vodstudio.captions.document import Document
from vodstudio.captions.history import Change
from vodstudio.captions.left_behind import Correction, corrections_of
from vodstudio.captions.lessons import Lesson, lessons_of
from vodstudio.captions.profile import profile_named
from vodstudio.captions.transcript import Transcript
from vodstudio.captions.video import Video, setting_for, video_of
from vodstudio.core.errors import NotFound, VodError
from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import Job, JobId, StepKind, StepState
from vodstudio.core.recording import RecordingId
from vodstudio.core.transcripts import TranscriptVersion
from vodstudio.services.jobs import JobControl
from vodstudio.services.measuring import Measuring
from vodstudio.services.review_journal import TYPED, Journal, Kept, Line
from vodstudio.services.teaching import Teaching
from vodstudio.services.transcripts import Transcripts


class SoundPictures(Protocol):
    """Looks at the sound of a file in a child, and keeps what it saw."""

    async def peaks(self, path: Path, name: str) -> tuple[bytes, float]:
        """How loud it is, one byte for each part of a second, and how many parts a second has."""
        ...


Told = Callable[[float], object]
CAPTION_FILES = ("srt", "vtt", "scc", "ttml")
VIDEO_AWAY = (
    "The video is not where it was. The captions can be corrected all the same; to see it, connect its drive "
    "or put it back, and open this window again."
)
VIDEO_UNCHECKED = (
    "The video has not been checked yet, so it is not played. The captions can be corrected all the same."
)


def _nobody(_share: float) -> None:
    """Listens to how far it is."""


class _NobodyWaitsError(Exception):
    """Ends the work of a thread for which nobody waits any more."""


@dataclass(slots=True, kw_only=True)
class Review:
    """One window's work: what is corrected, of which version, for which video, and what an earlier window left.

    `no_video` says why the video is not played; `left_behind` is when corrections of other words were noted that
    nobody has saved.
    """

    job: Job
    version: TranscriptVersion
    transcript: Transcript
    document: Document
    video: Video
    journal: Journal
    kept: Kept | None = None
    is_read_only: bool = False
    no_video: str = ""
    left_behind: datetime | None = None
    is_undecided: bool = False

    @property
    def may_write(self) -> bool:
        """Whether captions can be changed here: not beside another window, and not before it is decided what to do
        with the changes that an earlier window left.
        """
        return not (self.is_read_only or self.is_undecided)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The version that a person's work became; `later` says why its captions are not made again right now.

    `lessons` are the names that were corrected, for the words of the city.
    """

    version: TranscriptVersion
    later: str = ""
    lessons: tuple[Lesson, ...] = ()


class Reviewing:
    """What the review window asks for; a recording is corrected in one window at a time (F08)."""

    def __init__(
        self,
        jobs: JobControl,
        transcripts: Transcripts,
        folder: Path,
        sounds: SoundPictures,
        teaching: Teaching,
        measuring: Measuring,
    ) -> None:
        self._jobs = jobs
        self._transcripts = transcripts
        self._folder = folder
        self._sounds = sounds
        self._teaching = teaching
        self.measuring = measuring
        self._open: set[RecordingId] = set()

    async def open(self, job_id: JobId, told: Told = _nobody) -> Review:
        """Everything a window needs; only the first one on a recording may write. `told` hears how far it is, on another thread."""
        job = await self._jobs.job(job_id)
        version = await self._transcripts.chosen(job.recording.id)
        if version is None:
            raise NotFound(
                "There are no words to review yet",
                hint="Nothing was changed. The captions can be reviewed when the speech step is done.",
                code="VS-NO-WORDS",
            )
        is_read_only = job.recording.id in self._open
        self._open.add(job.recording.id)
        try:
            return await self._opened(job, version, told, is_read_only=is_read_only)
        except BaseException:
            if not is_read_only:
                self._open.discard(job.recording.id)
            raise

    async def _opened(
        self, job: Job, version: TranscriptVersion, told: Told, *, is_read_only: bool
    ) -> Review:
        transcript = await self._transcripts.read(version)
        probed = next((step for step in job.steps if step.kind is StepKind.PROBE), None)
        facts = probed.facts if probed else {}
        video = video_of(job.recording, job.plan, job.outputs, facts, transcript.duration)
        is_checked = probed is not None and probed.state is StepState.DONE
        journal = self._journal(version, video)
        document = await _laid_out(partial(_document, job, transcript, video), told)
        kept = None if is_read_only else await asyncio.to_thread(journal.read)
        return Review(
            job=job,
            version=version,
            transcript=transcript,
            document=document,
            video=video,
            journal=journal,
            kept=kept,
            is_undecided=kept is not None,
            is_read_only=is_read_only,
            no_video=await asyncio.to_thread(_why_not_played, video.path, is_checked=is_checked),
            left_behind=await self._left_behind(version, video),
        )

    async def _left_behind(self, version: TranscriptVersion, video: Video) -> datetime | None:
        """When a person last corrected other words of this recording that were chosen then and never saved."""
        return max((kept.at for _, kept in await self._others(version, video)), default=None)

    async def _others(self, version: TranscriptVersion, video: Video) -> list[tuple[TranscriptVersion, Kept]]:
        """Versions that do not count now, with corrections that were never saved."""
        versions = await self._transcripts.of(version.recording_id)
        saved_at = {each.parent_id: each.made_at for each in reversed(versions) if each.parent_id}
        others = [each for each in versions if each.id != version.id]
        kept = await asyncio.to_thread(lambda: [self._journal(each, video).read() for each in others])
        return [
            (each, found)
            for each, found in zip(others, kept, strict=True)
            if found and not (each.id in saved_at and saved_at[each.id] >= found.at)
        ]

    async def left_corrections(self, review: Review) -> list[Correction]:
        """What was corrected in other words and never saved, in the order of the meeting; all of it stays noted."""
        found: set[Correction] = set()
        for version, kept in await self._others(review.version, review.video):
            transcript = await self._transcripts.read(version)
            found |= await asyncio.to_thread(_corrections, review, transcript, kept)
        return sorted(found, key=lambda each: (each.at_s, each.before, each.after))

    def _journal(self, version: TranscriptVersion, video: Video) -> Journal:
        """Words are numbered, and times are told, from the beginning of the video: another cut is noted apart."""
        cut = f"-{video.in_point_s:.3f}" if video.in_point_s else ""
        return Journal(self._folder / f"{version.id}{cut}.jsonl", version.sha256)

    def close(self, review: Review) -> None:
        """The window is gone: another one may write."""
        if not review.is_read_only:
            self._open.discard(review.job.recording.id)

    async def keep(self, review: Review, changes: Sequence[Change | Line]) -> None:
        """Note changes on disk; what is noted survives a crash (F07)."""
        await asyncio.to_thread(lambda: review.journal.write([_line(each) for each in changes]))

    async def take_up(self, review: Review) -> int:
        """Do again what an earlier window left; how many changes. What is damaged, and all after it, is left out."""
        if review.kept is None:
            return 0
        twin = review.document.apart()
        done = await asyncio.to_thread(_replayed, twin, review.kept)
        # On the disk before anything else can be noted or thrown away.
        await asyncio.to_thread(review.journal.start_over, done)
        review.document.become(twin)
        review.is_undecided = False
        return len(done)

    async def forget(self, review: Review) -> None:
        """Throw away what was not saved."""
        await asyncio.to_thread(review.journal.end)
        review.is_undecided = False

    async def peaks(self, review: Review) -> tuple[bytes, float]:
        """How loud it is, one byte for each part of a second, and how many parts a second has."""
        name = hashlib.sha256(
            f"{review.video.path}:{review.job.recording.fingerprint}:{review.video.duration_s}".encode()
        ).hexdigest()[:32]
        return await self._sounds.peaks(review.video.path, name)

    async def changed_outside(self, review: Review) -> list[Path]:
        """Caption files of this job that another program has changed since they were made (F09)."""
        job = await self._jobs.job(review.job.id)
        made = {out.path: out.sha256 for name, out in job.outputs.items() if name in CAPTION_FILES}
        return await asyncio.to_thread(_differing, made)

    async def chosen_meanwhile(self, review: Review) -> TranscriptVersion | None:
        """The version that counts now, where it is not the one that is corrected here."""
        chosen = await self._transcripts.chosen(review.job.recording.id)
        return chosen if chosen is not None and chosen.id != review.version.id else None

    async def save(self, review: Review) -> Saved:
        """Keep the corrections as a version, and have the caption files made, published and verified again."""
        transcript = review.document.transcript(run="", author="")
        lessons = await asyncio.to_thread(
            lessons_of, review.transcript.words, transcript.words, review.job.preset.vocabulary
        )
        counted = await self._transcripts.correct(review.job, review.version, transcript, overrules=True)
        review.document.mark_saved()
        before, review.version, review.transcript = review.journal, counted.version, transcript
        review.journal = self._journal(counted.version, review.video)
        later = counted.later
        try:
            await asyncio.to_thread(before.end)
        except VodError as error:
            later = later or f"{error.title}. {error.hint}"
        return Saved(version=counted.version, later=later, lessons=lessons)

    def city_name(self, review: Review) -> str:
        """The city whose words may be added to; empty where the recording has none."""
        return self._teaching.city_name(review.job.city_id)

    async def learn(self, review: Review, lessons: Sequence[Lesson]) -> int:
        """Add these to the words of the city; how many recordings that wait already will be heard with them."""
        city_id = review.job.city_id
        assert city_id is not None
        return await self._teaching.learn(city_id, [lesson.offer for lesson in lessons])


async def _laid_out(make: Callable[[Told], Document], told: Told) -> Document:
    """Long meetings take seconds: beside the loop, until nobody waits any more."""
    is_over = Event()

    def heard(share: float) -> None:
        if is_over.is_set():
            raise _NobodyWaitsError
        told(share)

    try:
        return await asyncio.to_thread(make, heard)
    finally:
        is_over.set()


def _document(job: Job, transcript: Transcript, video: Video, told: Told) -> Document:
    profile = profile_named(job.preset.caption_profile)
    setting = setting_for(video, transcript.language, job.preset)
    return Document(transcript, profile, setting, in_point_s=video.in_point_s, told=told)


def _corrections(review: Review, transcript: Transcript, kept: Kept) -> set[Correction]:
    document = _document(review.job, transcript, review.video, _nobody)
    before = list(document.words)
    _replayed(document, kept)
    return set(corrections_of(before, document.words))


def _replayed(document: Document, kept: Kept) -> list[Line]:
    """Do what was kept; the lines of what could be done."""
    done: list[Line] = []
    for line in kept.changes:
        try:
            change = change_from_json(line, document)
        except (ValueError, KeyError):
            return done
        document.apply(change)
        done.append(line)
    return [*done, *_typed(document, kept.typed)]


def _typed(document: Document, line: Line | None) -> Iterator[Line]:
    """What stood in the open field when everything ended becomes a change of its caption."""
    row = document.row_of_word(int(str(line["first"]))) if line else -1
    if line is None or not 0 <= row < document.count or document.span(row)[0] != line["first"]:
        return
    change = edit_text(document, row, str(line[TYPED]))
    if change is not None:
        document.apply(change)
        yield change_to_json(change)


def _line(change: Change | Line) -> Line:
    return change_to_json(change) if isinstance(change, Change) else change


def _why_not_played(path: Path, *, is_checked: bool) -> str:
    """Only what a child has opened without harm is opened beside the queue, and only what is there."""
    if not is_checked:
        return VIDEO_UNCHECKED
    return "" if path.is_file() else VIDEO_AWAY


def _differing(made: Mapping[Path, str]) -> list[Path]:
    """What is not there any more cannot be overwritten."""
    return [path for path, sha256 in made.items() if path.is_file() and sha256_of(path) != sha256]
