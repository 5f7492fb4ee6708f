"""What the panels are given: the services as they use them, the station and the paths to loop and events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from vodstudio.core.events import QueueSwitched
from vodstudio.core.jobs import Job, JobId
from vodstudio.core.models import ModelRow
from vodstudio.core.recording import Recording, RecordingId
from vodstudio.core.rows import Check, CityCard, Counts, JobFilter, JobRow, LogLine, StorageView
from vodstudio.core.station import CityId, PresetId, Station, StorageId
from vodstudio.core.transcripts import TranscriptId, TranscriptVersion
from vodstudio.ui.bridge import Bridge
from vodstudio.ui.coroutines import Coroutines
from vodstudio.ui.notices import Notices

if TYPE_CHECKING:
    from vodstudio.captions.transcript import Transcript
    from vodstudio.core.vocabulary import Replacement
    from vodstudio.services.importing import ImportReport
    from vodstudio.services.removing import Removal
    from vodstudio.services.rewording import TakenBack
    from vodstudio.services.transcripts import WordsOfJob
    from vodstudio.ui.review.editor import ReviewingService


class RemovingService(Protocol):
    """`services.removing.Removing`."""

    async def take_out(self, ids: Iterable[JobId]) -> Removal: ...
    async def put_back(self, removal: Removal) -> list[JobRow]: ...
    async def clear(self, removal: Removal) -> None: ...


class JobsService(Protocol):
    """`services.jobs.JobControl`."""

    @property
    def removing(self) -> RemovingService: ...

    async def rows(self, wanted: JobFilter, limit: int = ..., offset: int = ...) -> list[JobRow]: ...
    async def job(self, job_id: JobId) -> Job: ...
    async def counts(self) -> Counts: ...
    async def pause(self, ids: Iterable[JobId]) -> list[JobRow]: ...
    async def resume(self, ids: Iterable[JobId]) -> list[JobRow]: ...
    async def cancel(self, ids: Iterable[JobId]) -> list[JobRow]: ...
    async def retry(self, ids: Iterable[JobId]) -> list[JobRow]: ...
    async def approve(self, ids: Iterable[JobId]) -> list[JobRow]: ...
    async def acknowledge(self, ids: Iterable[JobId]) -> list[JobRow]: ...
    async def to_top(self, ids: Sequence[JobId]) -> list[JobRow]: ...
    async def to_bottom(self, ids: Sequence[JobId]) -> list[JobRow]: ...
    async def to_normal(self, ids: Sequence[JobId]) -> list[JobRow]: ...
    async def up(self, ids: Sequence[JobId]) -> list[JobRow]: ...
    async def down(self, ids: Sequence[JobId]) -> list[JobRow]: ...
    async def now(self, job_id: JobId) -> list[JobRow]: ...
    async def set_city(self, ids: Iterable[JobId], city_id: CityId | None) -> list[JobRow]: ...
    async def pause_queue(self) -> QueueSwitched: ...
    async def resume_queue(self) -> QueueSwitched: ...
    async def stop_after_current(self, on: bool) -> QueueSwitched: ...
    async def switch(self) -> QueueSwitched: ...


class ImportingService(Protocol):
    """`services.importing.Importing`."""

    async def add(
        self,
        paths: Sequence[Path],
        *,
        city_id: CityId | None = None,
        preset_id: PresetId | None = None,
        deadline: datetime | None = None,
    ) -> ImportReport: ...
    async def undo(self, job_ids: Iterable[JobId]) -> None: ...


class CitiesService(Protocol):
    """`services.cities.Cities`."""

    async def cards(self) -> tuple[CityCard, ...]: ...
    async def storages(self) -> dict[StorageId, StorageView]: ...


class MonitoringService(Protocol):
    """`services.monitoring.Monitoring`."""

    async def health(self) -> tuple[Check, ...]: ...
    async def log(self, limit: int = ..., text: str = ...) -> list[LogLine]: ...
    async def story(self, job_id: JobId, limit: int = ...) -> list[LogLine]: ...
    async def throughput(self, hours: int = ...) -> list[tuple[datetime, float]]: ...
    async def report(self, job_id: JobId) -> str: ...


class TranscriptsService(Protocol):
    """`services.transcripts.Transcripts`."""

    async def words_of(self, job: Job) -> WordsOfJob: ...
    async def of(self, recording_id: RecordingId) -> list[TranscriptVersion]: ...
    async def chosen(self, recording_id: RecordingId) -> TranscriptVersion | None: ...
    async def read(self, version: TranscriptVersion) -> Transcript: ...
    async def save_version(
        self,
        recording: Recording,
        parent: TranscriptVersion | None,
        transcript: Transcript,
        author: str = ...,
    ) -> TranscriptVersion: ...
    async def choose(self, chosen_id: TranscriptId) -> TranscriptVersion: ...
    async def captions_again(self, job_id: JobId) -> JobRow: ...


class RewordingService(Protocol):
    """`services.rewording.Rewording`."""

    async def take_back(
        self, job: Job, version: TranscriptVersion, places: Sequence[Replacement]
    ) -> TakenBack: ...
    async def undo(self, job: Job, done: TakenBack) -> TakenBack: ...


class ModelsService(Protocol):
    """`services.models.Models`."""

    async def rows(self) -> list[ModelRow]: ...
    async def get(self, name: str) -> bool: ...
    async def bring(self, folder: Path, name: str = ...) -> bool: ...
    async def remove(self, name: str) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything a panel may reach."""

    station: Station
    jobs: JobsService
    importing: ImportingService
    cities: CitiesService
    monitoring: MonitoringService
    models: ModelsService
    transcripts: TranscriptsService
    rewording: RewordingService
    reviewing: ReviewingService
    bridge: Bridge
    coroutines: Coroutines
    notices: Notices
    now: Callable[[], datetime]

    def city_name(self, city_id: str | None) -> str:
        """The name of a city, its id when the station no longer has it, or nothing."""
        city = self.station.city(CityId(city_id)) if city_id else None
        return city.name if city else city_id or ""
