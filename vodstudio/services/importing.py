"""Bring recordings in: known again by content, given to a city, planned and stored; refused with a reason."""

from __future__ import annotations

import asyncio
import os
import stat
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from vodstudio.core.errors import BadMedia, NoAccess, NotFound, VodError, problem_of
from vodstudio.core.events import JobAdded, JobChanged
from vodstudio.core.filename import read_name
from vodstudio.core.jobs import JobId, Rank
from vodstudio.core.patience import WAITED_FOR
from vodstudio.core.plan import plan_for
from vodstudio.core.ports import Clock, Emit, NewJob, Store, Unit, Workers
from vodstudio.core.recording import Recording, RecordingId, fingerprint_of
from vodstudio.core.rows import JobRow
from vodstudio.core.station import City, CityId, PresetId, Station, city_of
from vodstudio.services.cities import check_city
from vodstudio.services.gathering import RefusedFile, gather
from vodstudio.services.jobs import JobControl
from vodstudio.services.teaching import Words
from vodstudio.services.vocabulary import words_for


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """The same content is in the queue already."""

    path: Path
    job_id: JobId
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of each file."""

    added: tuple[JobRow, ...] = ()
    known: tuple[KnownFile, ...] = ()
    refused: tuple[RefusedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the person said about the files."""

    city_id: CityId | None = None
    preset_id: PresetId | None = None
    deadline: datetime | None = None
    again: bool = False


class Importing:
    """Add recordings to the queue."""

    def __init__(
        self, station: Station, store: Store, clock: Clock, emit: Emit, workers: Workers, jobs: JobControl
    ) -> None:
        self._station = station
        self._store = store
        self._clock = clock
        self._emit = emit
        self._workers = workers
        self._jobs = jobs
        self._city: Callable[[CityId | None], City | None] = station.city

    def hear_with(self, words: Words) -> None:
        """From now on recordings get the words that their city has when they are added."""
        self._city = words.city

    async def add(
        self,
        paths: Sequence[Path],
        *,
        city_id: CityId | None = None,
        preset_id: PresetId | None = None,
        deadline: datetime | None = None,
        again: bool = False,
    ) -> ImportReport:
        """Files and folders; a folder gives the recordings in it and below. One bad file stops nothing.

        `again` makes another job of a recording that is known already: what did not change is reused.
        """
        wish = Wish(city_id=city_id, preset_id=preset_id, deadline=deadline, again=again)
        self._check(wish)
        files, refused = await asyncio.to_thread(gather, paths)
        added: list[JobRow] = []
        known: list[KnownFile] = []
        for path in files:
            try:
                outcome = await self._add_one(path, wish)
            except WAITED_FOR:
                raise
            except VodError as error:
                refused.append(RefusedFile(path=path, problem=problem_of(error)))
                continue
            if isinstance(outcome, JobRow):
                added.append(outcome)
                self._emit(JobAdded(outcome))
                self._workers.wake()
            else:
                known.append(outcome)
        return ImportReport(added=tuple(added), known=tuple(known), refused=tuple(refused))

    async def add_once(self, path: Path) -> JobId:
        """The job of the file in this place, made when there is none; the same content elsewhere is another job."""
        seen = await asyncio.to_thread(_read, path)
        known = await self._store.look(lambda unit: unit.jobs.job_at(seen.fingerprint, seen.path))
        if known is not None:
            return known
        report = await self.add([path], again=True)
        for refused in report.refused:
            problem = refused.problem
            raise VodError(problem.title, hint=problem.hint, detail=problem.detail, code=problem.code)
        return report.added[0].id

    async def undo(self, job_ids: Iterable[JobId]) -> None:
        """Take back what was just added, as long as nothing of it was published."""
        await self._jobs.take_back(job_ids)

    def _check(self, wish: Wish) -> None:
        if wish.city_id is not None:
            check_city(self._station, wish.city_id, "Nothing was added. Known: {known}.")
        if wish.preset_id is not None and self._station.preset(wish.preset_id) is None:
            raise NotFound(
                f"There is no preset “{wish.preset_id}” in the station file",
                hint=f"Nothing was added. Known: {', '.join(p.id for p in self._station.presets)}.",
                code="VS-UNKNOWN-PRESET",
            )

    async def _add_one(self, path: Path, wish: Wish) -> JobRow | KnownFile:
        recording = await asyncio.to_thread(_read, path)
        job = self._plan(recording, wish)
        city = await asyncio.to_thread(self._city, job.city_id)

        def add(unit: Unit) -> JobRow:
            known = None if wish.again else unit.jobs.open_job_of(recording.fingerprint)
            if known is None:
                preset = words_for(unit, job.preset, city, recording.path.stem)
                unit.jobs.add(replace(job, preset=preset))
            row = unit.jobs.row(known or job.id)
            assert row is not None
            return row

        row = await self._store.run(add)
        if row.id == job.id:
            return row
        await self._follow(row, recording)
        return KnownFile(path=path, job_id=row.id, title=row.title)

    async def _follow(self, known: JobRow, seen: Recording) -> None:
        """A known recording that is no longer where it was, but here: the job goes on with it (B31)."""
        if known.path == seen.path or await asyncio.to_thread(_is_there, known.path):
            return

        def move(unit: Unit) -> JobRow | None:
            job = unit.jobs.job(known.id)
            if job is not None:
                unit.recordings.moved(job.recording.id, seen.path)
            return unit.jobs.row(known.id)

        row = await self._store.run(move)
        if row is not None:
            self._emit(JobChanged(row))

    def _plan(self, recording: Recording, wish: Wish) -> NewJob:
        station = self._station
        name = read_name(recording.path.stem)
        city = station.city(wish.city_id) or city_of(station, recording.path, recording.path.stem)
        city_id = city.id if city else None
        return NewJob(
            id=JobId(str(uuid.uuid4())),
            recording=recording,
            city_id=city_id,
            preset=station.preset(wish.preset_id) or station.preset_of(city_id),
            plan=plan_for(station, recording.path, name),
            rank=Rank.DEADLINE if wish.deadline else Rank.NORMAL,
            deadline=wish.deadline,
            added_at=self._clock.now(),
        )


def _is_there(path: Path) -> bool:
    """In doubt it is: a share that does not answer is no reason to follow a copy."""
    try:
        return path.exists()
    except OSError:
        return True


def _read(path: Path) -> Recording:
    """Identity and name of a file; reads at most three mebibytes of it."""
    try:
        path = Path(os.path.realpath(path))
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise BadMedia("This is not a file", hint=f"Nothing was added: {path}", code="VS-NOT-A-FILE")
        if about.st_size == 0:
            raise BadMedia(
                "The file is empty",
                hint="Maybe it is still being copied. Nothing was added; drop it again when the copy is done.",
                code="VS-EMPTY-FILE",
            )
        fingerprint = fingerprint_of(path)
    except FileNotFoundError as error:
        raise NotFound(
            "The file is not there", hint=f"Nothing was added: {path}", code="VS-NO-SUCH-FILE"
        ) from error
    except PermissionError as error:
        raise NoAccess(
            "The file may not be read",
            hint=f"Nothing was added. Allow this user to read {path}.",
            code="VS-MAY-NOT-READ",
        ) from error
    except (OSError, ValueError) as error:
        raise NoAccess(
            "The file could not be read",
            detail=str(error),
            hint=f"Nothing was added: {path}",
            code="VS-CANNOT-READ",
        ) from error
    name = read_name(path.stem)
    return Recording(
        id=RecordingId(str(uuid.uuid4())),
        path=path,
        fingerprint=fingerprint,
        size_bytes=about.st_size,
        title=name.title,
        recorded_on=name.recorded_on,
        show_number=name.show_number,
        reel=name.reel,
    )
