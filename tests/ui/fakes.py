"""A small house in memory for the window: real coroutines, real events, no store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

from vodstudio.captions.history import Change
from vodstudio.captions.left_behind import Correction
from vodstudio.captions.lessons import Lesson
from vodstudio.captions.transcript import Transcript
from vodstudio.core.errors import Conflict, NotFound, Problem
from vodstudio.core.events import JobAdded, JobChanged, JobRemoved, QueueSwitched, TranscriptChosen
from vodstudio.core.jobs import (
    Job,
    JobId,
    JobState,
    Output,
    PlanKind,
    Rank,
    Step,
    StepId,
    StepKind,
    StepState,
)
from vodstudio.core.measured import Measured
from vodstudio.core.ports import Emit, TakenOut
from vodstudio.core.recording import Fingerprint, Recording, RecordingId
from vodstudio.core.rows import (
    Check,
    CityCard,
    Counts,
    JobFilter,
    JobRow,
    LogLine,
    Pip,
    StorageView,
    Verdict,
)
from vodstudio.core.station import (
    City,
    CityId,
    Numbers,
    Preset,
    PresetId,
    Station,
    Storage,
    StorageId,
    city_of,
)
from vodstudio.core.transcripts import OPERATOR, TranscriptId, TranscriptVersion
from vodstudio.services.gathering import RefusedFile
from vodstudio.services.importing import ImportReport, KnownFile
from vodstudio.services.removing import Removal
from vodstudio.services.reviewing import Review, Saved
from vodstudio.services.transcripts import Counted, WordsOfJob
from vodstudio.ui.queue.model import SECTION_OF, Section
from vodstudio.ui.review.measuring import MeasuringService

NOW = datetime(2026, 11, 18, 19, 2, tzinfo=UTC)
NAMES = (
    "Oakdale",
    "Lake Elmo",
    "White Bear Lake",
    "Mahtomedi",
    "Birchwood",
    "Grant",
    "Dellwood",
    "Willernie",
    "White Bear Township",
)
STATION = Station(
    name="Sample station",
    cities=tuple(City(id=CityId(name.lower().replace(" ", "-")), name=name) for name in NAMES),
    storages=(Storage(id=StorageId("flex-7"), path=Path("/srv/flex7"), cities=(CityId("oakdale"),)),),
)
KINDS = tuple(StepKind)
ORDER = list(Section)


def pips(text: str) -> tuple[Pip, ...]:
    """`ddrw...` : done, running, waiting, held, look, failed, cancelled, y for ready."""
    states = {
        "d": StepState.DONE,
        "r": StepState.RUNNING,
        "w": StepState.WAITING,
        "h": StepState.HELD,
        "l": StepState.FAILED,
        "f": StepState.FAILED,
        "c": StepState.CANCELLED,
        "y": StepState.READY,
    }
    return tuple(
        Pip(kind=kind, state=states[letter], needs_user=letter == "l")
        for kind, letter in zip(KINDS, text, strict=True)
    )


def make_row(number: int, title: str, city: str, state: JobState, steps: str, **more: object) -> JobRow:
    """A row with the usual things filled in."""
    row = JobRow(
        id=JobId(f"job-{number:06}"),
        title=title,
        city_id=CityId(city) if city else None,
        plan=PlanKind.DELIVER,
        state=state,
        path=Path(f"/srv/flex7/2144{number}-1-{title}.mp4"),
        recorded_on=date(2026, 11, 18) - timedelta(days=number % 9),
        size_bytes=8_400_000_000 // (1 + number % 5),
        duration_s=9667.0 / (1 + number % 3),
        picture="1080p",
        pips=pips(steps),
        added_at=NOW - timedelta(hours=number % 40),
    )
    return replace(row, **more)  # type: ignore[arg-type]


def sample_rows() -> list[JobRow]:
    """The queue of the pictures."""
    away = Problem(
        code="VS-STORAGE-AWAY",
        title="Waiting for storage flex-8",
        hint="checked 20 s ago · continues by itself",
    )
    names = Problem(
        code="VS-CHECK",
        title="4 unknown names",
        hint="Published with captions. Read them once more.",
        needs_user=True,
    )
    broken = Problem(
        code="VS-ENCODE",
        title="FFmpeg ended without a file",
        hint="Nothing was published. Retry, then Copy report.",
    )
    return [
        make_row(
            1, "City Council, regular meeting", "oakdale", JobState.WORKING, "dddrwww",
            current=StepKind.SPEECH, progress=0.43, speed=6.1, finish_at=NOW + timedelta(minutes=78),
        ),
        make_row(
            2, "Planning Commission", "lake-elmo", JobState.WORKING, "drddwww",
            current=StepKind.ENCODE, progress=0.71, note="part 52 of 73", picture="720p",
        ),
        make_row(
            3, "School Board", "mahtomedi", JobState.WORKING, "dddddrw",
            current=StepKind.PUBLISH, progress=0.88, note="24 MB/s",
        ),
        make_row(
            4, "City Council, special meeting", "birchwood", JobState.WAITING, "dyyywww",
            why="1st: on air Thu 19:00, and Birchwood has waited longest of all cities",
        ),
        make_row(5, "Parks Advisory Board", "white-bear-lake", JobState.HELD, "hwwwwww", problem=away),
        make_row(
            6, "Historic Preservation Commission", "oakdale", JobState.PAUSED, "dddywww", is_paused=True,
            current=StepKind.SPEECH, progress=0.31,
        ),
        make_row(7, "Town Board", "grant", JobState.NEEDS_A_LOOK, "ddddlww", problem=names),
        make_row(8, "Cable Commission", "", JobState.FAILED, "dfddwww", problem=broken),
        make_row(
            9, "Economic Development Authority", "lake-elmo", JobState.DONE, "ddddddd",
            ended_at=NOW - timedelta(hours=5), note="1,204 captions · 98.7 % of speech covered",
        ),
        make_row(
            10, "City Council", "willernie", JobState.DONE, "ddddddd",
            ended_at=NOW - timedelta(hours=9), note="822 captions · 99.1 % of speech covered",
        ),
        make_row(
            11, "Joint Powers Board", "dellwood", JobState.CANCELLED, "ddccccc", ended_at=NOW - timedelta(hours=26)
        ),
    ]  # fmt: skip


class FakeJobs:
    """The queue, in a list."""

    def __init__(self, rows: Sequence[JobRow], emit: Emit) -> None:
        self.held = {row.id: row for row in rows}
        self.emit = emit
        self.calls: list[tuple[str, tuple[JobId, ...]]] = []
        self.switched = QueueSwitched(is_paused=False)
        self.outputs: dict[JobId, dict[str, Output]] = {}
        self.fault: Exception | None = None
        self.is_full = False

    async def rows(self, wanted: JobFilter, limit: int = 200, offset: int = 0) -> list[JobRow]:
        if self.fault:
            raise self.fault
        found = [row for row in self.held.values() if _fits(row, wanted)]
        found.sort(key=lambda row: (ORDER.index(SECTION_OF[row.state]), row.rank))
        return found[offset : offset + limit]

    async def job(self, job_id: JobId) -> Job:
        row = self.held.get(job_id)
        if row is None:
            raise NotFound("There is no such job", code="VS-NO-JOB")
        recording = Recording(
            id=RecordingId(job_id),
            path=row.path,
            fingerprint=Fingerprint("1-a"),
            size_bytes=row.size_bytes,
            title=row.title,
            recorded_on=row.recorded_on,
            duration_s=row.duration_s,
        )
        return Job(
            id=job_id,
            recording=recording,
            city_id=row.city_id,
            preset=Preset(id=PresetId("council"), name="Council meeting"),
            plan=row.plan,
            rank=row.rank,
            is_paused=row.is_paused,
            added_at=row.added_at,
            ended_at=row.ended_at,
            steps=tuple(_step(row, pip) for pip in row.pips),
            outputs=self.outputs.get(job_id, {}),
            why=row.why,
        )

    async def counts(self) -> Counts:
        states = [row.state for row in self.held.values()]
        cities = [row.city_id for row in self.held.values() if row.state is not JobState.DONE]
        return Counts(
            by_state={state: states.count(state) for state in set(states)},
            open_by_city={city: cities.count(city) for city in set(cities)},
        )

    async def pause(self, ids: Iterable[JobId]) -> list[JobRow]:
        return self._change("pause", ids, state=JobState.PAUSED, is_paused=True)

    async def resume(self, ids: Iterable[JobId]) -> list[JobRow]:
        return self._change("resume", ids, state=JobState.WAITING, is_paused=False)

    async def cancel(self, ids: Iterable[JobId]) -> list[JobRow]:
        return self._change("cancel", ids, state=JobState.CANCELLED, ended_at=NOW)

    async def retry(self, ids: Iterable[JobId]) -> list[JobRow]:
        return self._change("retry", ids, state=JobState.WAITING, problem=None)

    async def approve(self, ids: Iterable[JobId]) -> list[JobRow]:
        return self._change("approve", ids, state=JobState.WAITING, problem=None)

    async def acknowledge(self, ids: Iterable[JobId]) -> list[JobRow]:
        return self._change("acknowledge", ids, is_acknowledged=True)

    @property
    def removing(self) -> FakeJobs:
        """What leaves the queue, and comes back, is here too."""
        return self

    async def take_out(self, ids: Iterable[JobId]) -> Removal:
        gone = list(ids)
        if any(self.held[job_id].state is JobState.WORKING for job_id in gone):
            raise Conflict("A job that is being worked on cannot be removed", hint="Nothing was removed.")
        self.calls.append(("remove", tuple(gone)))
        taken = TakenOut(tuple(gone), [self.held.pop(job_id) for job_id in gone])
        for job_id in gone:
            self.emit(JobRemoved(job_id))
        return Removal(taken=(taken,), may_come_back=not self.is_full)

    async def put_back(self, removal: Removal) -> list[JobRow]:
        rows = cast("list[JobRow]", removal.taken[0].content)
        self.calls.append(("put_back", tuple(removal.job_ids)))
        for row in rows:
            self.held[row.id] = row
            self.emit(JobAdded(row))
        return rows

    async def clear(self, removal: Removal) -> None:
        self.calls.append(("clear", tuple(removal.job_ids)))

    async def to_top(self, ids: Sequence[JobId]) -> list[JobRow]:
        first = {job_id: self.held.pop(job_id) for job_id in ids}
        self.held = {**first, **self.held}
        return self._change("to_top", ids, rank=Rank.PINNED)

    async def to_bottom(self, ids: Sequence[JobId]) -> list[JobRow]:
        for job_id in ids:
            self.held[job_id] = self.held.pop(job_id)
        return self._change("to_bottom", ids, rank=Rank.BACKLOG)

    async def to_normal(self, ids: Sequence[JobId]) -> list[JobRow]:
        return self._change("to_normal", ids, rank=Rank.NORMAL)

    async def up(self, ids: Sequence[JobId]) -> list[JobRow]:
        return self._change("up", ids)

    async def down(self, ids: Sequence[JobId]) -> list[JobRow]:
        return self._change("down", ids)

    async def now(self, job_id: JobId) -> list[JobRow]:
        return self._change("now", [job_id], rank=Rank.PINNED)

    async def set_city(self, ids: Iterable[JobId], city_id: CityId | None) -> list[JobRow]:
        return self._change("set_city", ids, city_id=city_id)

    async def pause_queue(self) -> QueueSwitched:
        return self._switch(QueueSwitched(is_paused=True))

    async def resume_queue(self) -> QueueSwitched:
        return self._switch(QueueSwitched(is_paused=False))

    async def stop_after_current(self, on: bool) -> QueueSwitched:
        return self._switch(QueueSwitched(is_paused=False, stop_after_current=on))

    async def switch(self) -> QueueSwitched:
        return self.switched

    def put(self, row: JobRow) -> None:
        """The world changed this row."""
        self.held[row.id] = row
        self.emit(JobChanged(row))

    def _switch(self, switched: QueueSwitched) -> QueueSwitched:
        self.switched = switched
        self.emit(switched)
        return switched

    def _change(self, name: str, ids: Iterable[JobId], **more: object) -> list[JobRow]:
        wanted = list(ids)
        self.calls.append((name, tuple(wanted)))
        changed = [replace(self.held[job_id], **more) for job_id in wanted]  # type: ignore[arg-type]
        for row in changed:
            self.put(row)
        return changed


class FakeImporting:
    """Takes .mp4, refuses the rest."""

    def __init__(self, jobs: FakeJobs, emit: Emit) -> None:
        self.jobs = jobs
        self.emit = emit
        self.undone: list[JobId] = []

    async def add(
        self,
        paths: Sequence[Path],
        *,
        city_id: CityId | None = None,
        preset_id: PresetId | None = None,
        deadline: datetime | None = None,
    ) -> ImportReport:
        added, refused, known = [], [], []
        held = {row.path: row for row in self.jobs.held.values()}
        for path in paths:
            if path in held:
                known.append(KnownFile(path=path, job_id=held[path].id, title=held[path].title))
            elif path.suffix != ".mp4":
                problem = Problem(
                    code="VS-BAD-MEDIA", title="This is not a recording", hint="Nothing was changed."
                )
                refused.append(RefusedFile(path=path, problem=problem))
            else:
                city = city_of(STATION, path, path.stem)
                number = 500 + len(self.jobs.held)
                row = make_row(
                    number, path.stem, city.id if city else "", JobState.WAITING, "ywwwwww", path=path
                )
                self.jobs.held[row.id] = row
                added.append(row)
                self.emit(JobAdded(row))
        return ImportReport(added=tuple(added), known=tuple(known), refused=tuple(refused))

    async def undo(self, job_ids: Iterable[JobId]) -> None:
        for job_id in job_ids:
            self.undone.append(job_id)
            del self.jobs.held[job_id]
            self.emit(JobRemoved(job_id))


class FakeReviewing:
    """Nothing was heard in any of these recordings; `tests/ui/review_kit.py` has real ones."""

    @property
    def measuring(self) -> MeasuringService:
        raise AssertionError("nothing was opened")

    async def open(self, job_id: JobId, told: Callable[[float], object]) -> Review:
        raise NotFound("There are no words to review yet", hint="Nothing was changed.", code="VS-NO-WORDS")

    def close(self, review: Review) -> None:
        raise AssertionError("nothing was opened")

    async def keep(self, review: Review, changes: Sequence[Change | Mapping[str, object]]) -> None:
        raise AssertionError("nothing was opened")

    async def take_up(self, review: Review) -> int:
        raise AssertionError("nothing was opened")

    async def left_corrections(self, review: Review) -> list[Correction]:
        raise AssertionError("nothing was opened")

    async def forget(self, review: Review) -> None:
        raise AssertionError("nothing was opened")

    async def changed_outside(self, review: Review) -> list[Path]:
        raise AssertionError("nothing was opened")

    async def chosen_meanwhile(self, review: Review) -> TranscriptVersion | None:
        raise AssertionError("nothing was opened")

    def city_name(self, review: Review) -> str:
        raise AssertionError("nothing was opened")

    async def learn(self, review: Review, lessons: Sequence[Lesson]) -> int:
        raise AssertionError("nothing was opened")

    async def save(self, review: Review) -> Saved:
        raise AssertionError("nothing was opened")

    async def peaks(self, review: Review) -> tuple[bytes, float]:
        raise AssertionError("nothing was opened")


class FakeTranscripts:
    """Words by job, and what was asked."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit
        self.words: dict[JobId, WordsOfJob] = {}
        self.versions: dict[RecordingId, list[TranscriptVersion]] = {}
        self.read_words: dict[TranscriptId, Transcript] = {}
        self.again: list[JobId] = []

    async def words_of(self, job: Job) -> WordsOfJob:
        return self.words.get(job.id, WordsOfJob())

    async def of(self, recording_id: RecordingId) -> list[TranscriptVersion]:
        return self.versions.get(recording_id, [])

    async def chosen(self, recording_id: RecordingId) -> TranscriptVersion | None:
        return next((v for v in await self.of(recording_id) if v.is_chosen), None)

    async def read(self, version: TranscriptVersion) -> Transcript:
        return self.read_words[version.id]

    async def save_version(
        self,
        recording: Recording,
        parent: TranscriptVersion | None,
        transcript: Transcript,
        author: str = OPERATOR,
    ) -> TranscriptVersion:
        known = self.versions.setdefault(recording.id, [])
        version = TranscriptVersion(
            id=TranscriptId(f"version-{len(known) + 1}"),
            recording_id=recording.id,
            parent_id=parent.id if parent else None,
            path=Path(f"/srv/words.{len(known) + 1}.json"),
            sha256=str(len(known) + 1),
            author=author,
            is_chosen=False,
            made_at=NOW,
        )
        known.insert(0, version)
        self.read_words[version.id] = transcript
        return await self.choose(version.id)

    async def choose(self, chosen_id: TranscriptId) -> TranscriptVersion:
        for known in self.versions.values():
            if any(version.id == chosen_id for version in known):
                known[:] = [replace(version, is_chosen=version.id == chosen_id) for version in known]
        found = next(v for known in self.versions.values() for v in known if v.id == chosen_id)
        self.emit(TranscriptChosen(found))
        return found

    async def correct(
        self, job: Job, parent: TranscriptVersion, transcript: Transcript, *, overrules: bool = False
    ) -> Counted:
        if not overrules:
            await self._check_counts(parent)
        made = await self.save_version(job.recording, parent, transcript)
        return Counted(version=made, later=await self._later(job))

    async def go_back(self, job: Job, before: TranscriptVersion, done: TranscriptVersion) -> Counted:
        await self._check_counts(done)
        return Counted(version=await self.choose(before.id), later=await self._later(job))

    async def _check_counts(self, version: TranscriptVersion) -> None:
        chosen = await self.chosen(version.recording_id)
        if chosen is None or chosen.id != version.id:
            raise Conflict(
                "The words of this recording were changed meanwhile", hint="Nothing was changed now."
            )

    async def _later(self, job: Job) -> str:
        try:
            await self.captions_again(job.id)
        except Conflict as error:
            return f"{error.title}. {error.hint}"
        return ""

    async def captions_again(self, job_id: JobId) -> JobRow:
        self.again.append(job_id)
        return make_row(1, "again", "", JobState.WAITING, "ddddyww")


MEASURED = Measured(
    model="large-v3-turbo",
    words=1204,
    errors=46,
    samples=3,
    recordings=1,
    at=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
)


class FakeCities:
    """The cards of the pictures."""

    def __init__(self, jobs: FakeJobs) -> None:
        self.jobs = jobs
        self.numbers: dict[CityId, Numbers | None] = {}

    async def set_numbers(self, city_id: CityId, numbers: Numbers | None) -> None:
        self.numbers[city_id] = numbers

    async def cards(self) -> tuple[CityCard, ...]:
        return tuple(self._card(place, city) for place, city in enumerate(STATION.cities))

    async def storages(self) -> dict[StorageId, StorageView]:
        return {
            StorageId(f"flex-{place + 1}"): StorageView(
                id=StorageId(f"flex-{place + 1}"),
                is_present=place != 2,
                free_bytes=(place + 1) * 97_000_000_000,
                shared=place == 5,
                problem="" if place != 2 else "away since 13:02",
            )
            for place in range(7)
        }

    def _card(self, place: int, city: City) -> CityCard:
        mine = [row for row in self.jobs.held.values() if row.city_id == city.id]
        share = 0.77 + place * 0.025
        return CityCard(
            city_id=city.id,
            name=city.name,
            storages=(
                StorageView(id=StorageId(f"flex-{min(place, 5) + 1}"), is_present=True, shared=place > 4),
            ),
            latest=mine[0] if mine else None,
            recent=tuple(mine[1:3]),
            captioned_share=None if place == 8 else share,
            captioned_by_month=(share - 0.3, share - 0.1, share, min(1.0, share + 0.02)),
            needs_a_look=sum(row.state is JobState.NEEDS_A_LOOK for row in mine),
            held=sum(row.state is JobState.HELD for row in mine),
            measured=() if place % 2 else (MEASURED,),
            numbers=self.numbers.get(city.id),
        )


class FakeMonitoring:
    """Health, log and history of the pictures."""

    def __init__(self) -> None:
        self.lines = [
            LogLine(
                at=NOW - timedelta(seconds=53 * place),
                verdict=(Verdict.GOOD, Verdict.CARE, Verdict.GOOD, Verdict.BAD)[place % 4],
                where=f"{NAMES[place % 9]} · {('Speech', 'Encode', 'Publish')[place % 3]}",
                text=(
                    "window 138 kept, 6.1x",
                    "storage flex-8 does not answer; the job is held, nothing is lost",
                )[place % 2],
                job_id=JobId(f"job-{place % 11:06}"),
            )
            for place in range(40)
        ]
        self.checks = (
            Check(id="server:main", name="Server Cablecast", verdict=Verdict.GOOD, text="connected · 84 ms", at=NOW),
            Check(id="model:small", name="Speech model small", verdict=Verdict.GOOD, text="6.1x", at=NOW),
            Check(id="storage:flex-7", name="Storage flex-7", verdict=Verdict.GOOD, text="612 GB free", at=NOW),
            Check(
                id="storage:flex-8", name="Storage flex-8", verdict=Verdict.CARE, text="is away",
                fix="Connect the share; the jobs go on by themselves.", at=NOW,
            ),
            Check(id="home", name="Disk for work", verdict=Verdict.GOOD, text="412 GB free", at=NOW),
            Check(id="ffmpeg", name="FFmpeg", verdict=Verdict.GOOD, text="7.1 · x264, aac", at=NOW),
            Check(id="gpu", name="GPU", verdict=Verdict.OFF, text="none found: CPU is used", at=NOW),
            Check(id="vault", name="Password vault", verdict=Verdict.GOOD, text="open", at=NOW),
            Check(id="store", name="Store", verdict=Verdict.GOOD, text="healthy · backup 03:00", at=NOW),
            Check(id="clock", name="Clock", verdict=Verdict.GOOD, text="0.2 s from the server", at=NOW),
        )  # fmt: skip

    async def health(self) -> tuple[Check, ...]:
        return self.checks

    async def log(self, limit: int = 200, text: str = "") -> list[LogLine]:
        return [line for line in self.lines if line.is_about(text)][:limit]

    async def story(self, job_id: JobId, limit: int = 60) -> list[LogLine]:
        return [line for line in self.lines if line.job_id == job_id][:limit]

    async def throughput(self, hours: int = 48) -> list[tuple[datetime, float]]:
        first = NOW - timedelta(hours=hours)
        return [(first + timedelta(hours=place), 1.5 + (place * 7 % 11) / 4) for place in range(hours)]

    async def report(self, job_id: JobId) -> str:
        return f"report of {job_id}"


def _fits(row: JobRow, wanted: JobFilter) -> bool:
    text = f"{row.title} {row.city_id} {row.state}".lower()
    return wanted.text.lower() in text and wanted.city_id in (None, row.city_id)


def _step(row: JobRow, pip: Pip) -> Step:
    is_wrong = pip.state in (StepState.FAILED, StepState.HELD)
    is_done = pip.state is StepState.DONE
    return Step(
        id=StepId(f"{row.id}-{pip.kind}"),
        job_id=row.id,
        kind=pip.kind,
        state=pip.state,
        attempts=1,
        progress=(row.progress or 0.0) if pip.state is StepState.RUNNING else 0.0,
        problem=row.problem if is_wrong else None,
        started_at=NOW - timedelta(minutes=9) if is_done else None,
        ended_at=NOW - timedelta(minutes=2) if is_done else None,
    )
