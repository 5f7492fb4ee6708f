"""Measured accuracy: a person corrects the chosen minutes of a recording, one by one, and what differs is counted."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from vodstudio.captions.accuracy import (
    Accuracy,
    corrected_sample,
    minute_accuracy,
    minute_text,
    sample_minutes,
    sample_text,
    together,
)
from vodstudio.captions.transcript import Transcript
from vodstudio.core.errors import BadMedia, Conflict, NotFound
from vodstudio.core.jobs import Job, JobId
from vodstudio.core.measured import Measured, Sample, of_model
from vodstudio.core.ports import Clock, Store, Unit
from vodstudio.core.station import CityId
from vodstudio.core.transcripts import TranscriptVersion
from vodstudio.services.jobs import JobControl
from vodstudio.services.transcripts import Transcripts

# Places are kept in milliseconds.
_SAME_S = 0.01
_SAME_TENTH_S = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """One of the chosen minutes: what was heard in it, and what a person has made of it, once that is confirmed.

    `draft` is what was typed and not confirmed yet.
    """

    start_s: float
    end_s: float
    heard: str
    kept: str | None = None
    draft: str = ""
    found: Accuracy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """The minutes of one recording, and how far their correcting has come."""

    job: Job
    transcript: Transcript
    minutes: tuple[Minute, ...]

    @property
    def model(self) -> str:
        """Whose words are measured."""
        return self.transcript.model

    @property
    def text(self) -> str:
        """What was heard in the minutes, to be corrected in a file."""
        regions = [(minute.start_s, minute.end_s) for minute in self.minutes]
        return sample_text(self.transcript.words, regions)

    @property
    def next_place(self) -> int:
        """The first minute that nobody has confirmed yet; as many as there are when all are."""
        places = (place for place, minute in enumerate(self.minutes) if minute.found is None)
        return next(places, len(self.minutes))

    @property
    def found(self) -> Accuracy | None:
        """What all minutes together say; None until the last one is confirmed."""
        told = [minute.found for minute in self.minutes if minute.found is not None]
        return together(told) if len(told) == len(self.minutes) else None


class Measuring:
    """What a person can do about it; each confirmed minute is kept, so that another day can go on."""

    def __init__(self, store: Store, clock: Clock, jobs: JobControl, transcripts: Transcripts) -> None:
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._transcripts = transcripts

    async def begin(self, job_id: JobId) -> Measurement:
        """The minutes of this recording, always the same ones, with what was confirmed before."""
        job = await self._jobs.job(job_id)
        transcript = await self._transcripts.read(await self._heard(job))
        minutes = await to_thread(sample_minutes, transcript.regions, transcript.duration)
        if not minutes:
            raise NotFound(
                "Nothing is said here that could be measured",
                hint="Nothing was changed. Choose a meeting in which people speak.",
                code="VS-NOTHING-TO-MEASURE",
            )
        fingerprint = job.recording.fingerprint
        bare = Measurement(
            job=job, transcript=transcript, minutes=tuple(_minute(transcript, *region) for region in minutes)
        )

        def look(unit: Unit) -> tuple[list[Sample], list[str | None]]:
            drafts = [unit.notes.get(_draft_key(bare, place)) for place in range(len(minutes))]
            return unit.samples.of(fingerprint, transcript.model), drafts

        kept, drafts = await self._store.look(look)
        return replace(
            bare,
            minutes=tuple(
                replace(_confirmed(transcript, minute, kept), draft=draft or "")
                for minute, draft in zip(bare.minutes, drafts, strict=True)
            ),
        )

    async def draft(self, measurement: Measurement, place: int, text: str) -> Measurement:
        """Note what is typed and not confirmed, so that closing and a crash lose nothing."""
        await self._store.run(lambda unit: unit.notes.set(_draft_key(measurement, place), text))
        return _with(measurement, place, replace(measurement.minutes[place], draft=text))

    async def keep(self, measurement: Measurement, place: int, text: str) -> Measurement:
        """A person has listened to this minute, and says that these are its words; returns after the commit."""
        minute, transcript = measurement.minutes[place], measurement.transcript
        _refuse_empty(text)
        region = (minute.start_s, minute.end_s)
        found = await to_thread(minute_accuracy, transcript.words, text, region)
        after = _with(measurement, place, replace(minute, kept=text, found=found, draft=""))
        now = self._clock.now()
        body = _audited(after)

        def write(unit: Unit) -> None:
            for sample in _samples(after, now):
                unit.samples.keep(sample)
            unit.notes.set(_draft_key(measurement, place), "")
            if body is not None:
                unit.notes.audit("accuracy.measured", body, now)

        await self._store.run(write)
        return after

    async def keep_text(self, measurement: Measurement, text: str) -> Measurement:
        """The minutes of a sample that was corrected in a file; all of them are of this recording, or none is kept."""
        regions, words = corrected_sample(text)
        places = [_place_of(measurement, start_s) for start_s, _ in regions]
        texts = [minute_text(words, region) for region in regions]
        for each in texts:
            _refuse_empty(each)
        for place, each in zip(places, texts, strict=True):
            measurement = await self.keep(measurement, place, each)
        return measurement

    async def of_city(self, city_id: CityId | None, model: str) -> Measured | None:
        """What all measurements of this city say about this model."""
        if city_id is None:
            return None
        return of_model(await self._store.look(lambda unit: unit.samples.measured(city_id)), model)

    async def _heard(self, job: Job) -> TranscriptVersion:
        """The words as the model heard them, before a person corrected any."""
        versions = {each.id: each for each in await self._transcripts.of(job.recording.id)}
        version = next((each for each in versions.values() if each.is_chosen), None)
        while version is not None and version.is_by_hand:
            version = versions.get(version.parent_id) if version.parent_id else None
        if version is None:
            raise NotFound(
                "There are no heard words to measure yet",
                hint="Nothing was changed. This can be measured when the speech step is done.",
                code="VS-NO-WORDS",
            )
        return version


def _minute(transcript: Transcript, start_s: float, end_s: float) -> Minute:
    return Minute(start_s=start_s, end_s=end_s, heard=minute_text(transcript.words, (start_s, end_s)))


def _confirmed(transcript: Transcript, minute: Minute, kept: list[Sample]) -> Minute:
    """What was confirmed of other words of the same model is counted against these."""
    same = next((each for each in kept if abs(each.start_s - minute.start_s) < _SAME_S), None)
    if same is None:
        return minute
    found = minute_accuracy(transcript.words, same.text, (minute.start_s, minute.end_s))
    return replace(minute, kept=same.text, found=found)


def _with(measurement: Measurement, place: int, minute: Minute) -> Measurement:
    minutes = (*measurement.minutes[:place], minute, *measurement.minutes[place + 1 :])
    return replace(measurement, minutes=minutes)


def _refuse_empty(text: str) -> None:
    if not text.strip():
        raise Conflict(
            "There are no words in this sample",
            hint="Nothing was kept. Write what is said in it, as it was said.",
            code="VS-EMPTY-SAMPLE",
        )


def _place_of(measurement: Measurement, start_s: float) -> int:
    """A text tells times in tenths of a second."""
    for place, minute in enumerate(measurement.minutes):
        if abs(minute.start_s - start_s) <= _SAME_TENTH_S:
            return place
    raise BadMedia(
        "This sample is of another recording",
        hint="Nothing was kept. Make one of this job with --sample, and leave the lines with times as they are.",
        code="VS-OTHER-SAMPLE",
    )


def _draft_key(measurement: Measurement, place: int) -> str:
    start_ms = round(measurement.minutes[place].start_s * 1000)
    return f"accuracy.draft:{measurement.job.recording.fingerprint}:{measurement.model}:{start_ms}"


def _samples(measurement: Measurement, now: datetime) -> Iterator[Sample]:
    """What is confirmed, all of it counted against the same words."""
    for minute in measurement.minutes:
        if minute.found is not None:
            yield Sample(
                fingerprint=measurement.job.recording.fingerprint,
                model=measurement.model,
                city_id=measurement.job.city_id,
                start_s=minute.start_s,
                end_s=minute.end_s,
                samples=len(measurement.minutes),
                text=minute.kept or "",
                words=minute.found.words,
                changed=minute.found.changed,
                missing=minute.found.missing,
                invented=minute.found.invented,
                at=now,
            )


def _audited(measurement: Measurement) -> dict[str, object] | None:
    found = measurement.found
    if found is None:
        return None
    return {
        "job": measurement.job.id,
        "recording": measurement.job.recording.title,
        "model": measurement.model,
        "words": found.words,
        "errors": found.errors,
        "samples": len(measurement.minutes),
    }
