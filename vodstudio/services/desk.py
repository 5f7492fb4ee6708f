"""Every command of a person by its name, plain JSON in and out: for other processes and the command line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vodstudio.core.errors import NotFound, Refused
from vodstudio.core.jobs import JobId, JobState, Rank
from vodstudio.core.ports import Store
from vodstudio.core.rows import Check, JobFilter, JobRow
from vodstudio.core.station import CityId, PresetId, ServerId
from vodstudio.core.version import VERSION
from vodstudio.services.cities import Cities
from vodstudio.services.importing import Importing
from vodstudio.services.jobs import JobControl
from vodstudio.services.measuring import Measuring
from vodstudio.services.models import Models, model_shape
from vodstudio.services.shapes import (
    Shape,
    accuracy_shape,
    card_shape,
    checks_shape,
    counts_shape,
    held_shape,
    job_shape,
    report_shape,
    row_shape,
    storage_shape,
    switch_shape,
    trail_shape,
)

MOST_ROWS = 10_000
MOST_NOTES = 100
Arguments = Mapping[str, object]
Show = Callable[[Sequence[Path]], Awaitable[None]]
Call = Callable[[Arguments], Awaitable[Shape]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the desk hands the commands on to."""

    store: Store
    importing: Importing
    jobs: JobControl
    cities: Cities
    measuring: Measuring
    models: Models
    checks: Callable[[], Awaitable[tuple[Check, ...]]]
    backup: Callable[[], Awaitable[Path]]
    accept_server: Callable[[ServerId], Awaitable[None]]


class Desk:
    """Answers a call by name; raises errors of `core.errors`. A window sets `show` to be brought to the front."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.show: Show | None = None
        jobs = services.jobs
        self._calls: dict[str, Call] = {
            "import": self._import,
            "jobs": self._jobs,
            "job": self._job,
            "pause": self._for_ids(jobs.pause),
            "resume": self._for_ids(jobs.resume),
            "cancel": self._for_ids(jobs.cancel),
            "retry": self._for_ids(jobs.retry),
            "approve": self._for_ids(jobs.approve),
            "acknowledge": self._for_ids(jobs.acknowledge),
            "remove": self._remove,
            "priority": self._priority,
            "now": self._now,
            "cleanup": self._cleanup,
            "queue": self._queue,
            "status": self._status,
            "cities": self._cities,
            "accuracy": self._accuracy,
            "doctor": self._doctor,
            "backup": self._backup,
            "accept-server": self._accept_server,
            "models": self._models,
            "model-came": self._model_came,
            "model-remove": self._model_remove,
            "raise": self._raise,
        }

    async def answer(self, call: str, arguments: Arguments) -> Shape:
        """Do what was asked."""
        known = self._calls.get(call)
        if known is None:
            raise Refused(f"There is no call “{call}”", hint="Nothing was changed.", code="VS-UNKNOWN-CALL")
        return await known(arguments)

    async def _import(self, arguments: Arguments) -> Shape:
        city, preset = _text(arguments, "city"), _text(arguments, "preset")
        report = await self._services.importing.add(
            [Path(text) for text in _texts(arguments, "paths")],
            city_id=CityId(city) if city else None,
            preset_id=PresetId(preset) if preset else None,
            deadline=_time(arguments, "deadline"),
            again=arguments.get("again") is True,
        )
        return report_shape(report)

    async def _jobs(self, arguments: Arguments) -> Shape:
        wanted = JobFilter(
            text=_text(arguments, "text"),
            city_id=self._services.cities.known(_text(arguments, "city")),
            states=frozenset(_state(text) for text in _texts(arguments, "states", needed=False)),
        )
        limit = _whole(arguments, "limit", 200)
        rows = await self._services.jobs.rows(wanted, limit, _whole(arguments, "offset", 0))
        counts = await self._services.jobs.counts()
        return {"jobs": [row_shape(row) for row in rows], "counts": counts_shape(counts)}

    async def _job(self, arguments: Arguments) -> Shape:
        job_id = await self._services.jobs.find(_text(arguments, "id", needed=True))
        trail = await self._services.store.look(lambda unit: unit.notes.audit_of(job_id, MOST_NOTES))
        return job_shape(await self._services.jobs.job(job_id)) | {"trail": trail_shape(trail)}

    async def _accuracy(self, arguments: Arguments) -> Shape:
        """The minutes of a job to be corrected; with a corrected `text`, what it says, which is kept."""
        measuring = self._services.measuring
        job_id = await self._services.jobs.find(_text(arguments, "id", needed=True))
        measurement, text = await measuring.begin(job_id), _text(arguments, "text")
        if text:
            measurement = await measuring.keep_text(measurement, text)
        city = await measuring.of_city(measurement.job.city_id, measurement.model)
        return {
            "model": measurement.model,
            "language": measurement.transcript.language,
            "minutes": [{"start_s": each.start_s, "end_s": each.end_s} for each in measurement.minutes],
            "text": measurement.text,
            "measured": accuracy_shape(measurement.found) if measurement.found else None,
            "city": city.to_json() | {"sentence": city.sentence} if city else None,
        }

    def _for_ids(self, change: Callable[[list[JobId]], Awaitable[list[JobRow]]]) -> Call:
        async def call(arguments: Arguments) -> Shape:
            return _rows(await change(await self._ids(arguments)))

        return call

    async def _ids(self, arguments: Arguments) -> list[JobId]:
        """All of them are found before anything is changed."""
        return [await self._services.jobs.find(text) for text in _texts(arguments, "ids")]

    async def _remove(self, arguments: Arguments) -> Shape:
        return {"removed": await self._services.jobs.remove(await self._ids(arguments))}

    async def _priority(self, arguments: Arguments) -> Shape:
        jobs, ids = self._services.jobs, await self._ids(arguments)
        to = _text(arguments, "to", needed=True)
        moves: Mapping[str, Callable[[Sequence[JobId]], Awaitable[list[JobRow]]]] = {
            "top": jobs.to_top,
            "bottom": jobs.to_bottom,
            "backlog": jobs.to_bottom,
            "normal": jobs.to_normal,
            "up": jobs.up,
            "down": jobs.down,
        }
        if to in moves:
            return _rows(await moves[to](ids))
        deadline = _time(arguments, "to")
        return _rows(await jobs.set_rank(ids, Rank.DEADLINE, deadline))

    async def _now(self, arguments: Arguments) -> Shape:
        ids = await self._ids(arguments)
        rows = [row for job_id in reversed(ids) for row in await self._services.jobs.now(job_id)]
        return _rows(rows)

    async def _cleanup(self, arguments: Arguments) -> Shape:
        days = _whole(arguments, "days", 30)
        return {"removed": await self._services.jobs.cleanup(timedelta(days=days))}

    async def _queue(self, arguments: Arguments) -> Shape:
        jobs = self._services.jobs
        match _text(arguments, "switch"):
            case "pause":
                switched = await jobs.pause_queue()
            case "resume":
                switched = await jobs.resume_queue()
            case "stop-after-current":
                switched = await jobs.stop_after_current(True)
            case _:
                switched = await jobs.switch()
        return switch_shape(switched)

    async def _status(self, _: Arguments) -> Shape:
        jobs = self._services.jobs
        held = await self._services.store.look(lambda unit: unit.queue.held())
        working = await jobs.rows(JobFilter(states=frozenset({JobState.WORKING})), 50)
        return {
            "version": VERSION,
            "queue": switch_shape(await jobs.switch()),
            "counts": counts_shape(await jobs.counts()),
            "working": [row_shape(row) for row in working],
            "held": [held_shape(each) for each in held],
        }

    async def _cities(self, _: Arguments) -> Shape:
        cities = self._services.cities
        looked = await cities.storages()
        cards = await cities.cards()
        return {
            "cities": [card_shape(card, looked) for card in cards],
            "storages": [storage_shape(view) for view in looked.values()],
        }

    async def _doctor(self, _: Arguments) -> Shape:
        return checks_shape(await self._services.checks())

    async def _accept_server(self, arguments: Arguments) -> Shape:
        server_id = ServerId(_text(arguments, "id", needed=True))
        await self._services.accept_server(server_id)
        return {"accepted": server_id}

    async def _models(self, _: Arguments) -> Shape:
        return {"models": [dict(model_shape(row)) for row in await self._services.models.rows()]}

    async def _model_came(self, arguments: Arguments) -> Shape:
        """Another process has brought one: what waited for it goes on."""
        await self._services.models.came(_text(arguments, "name", needed=True))
        return {"came": _text(arguments, "name")}

    async def _model_remove(self, arguments: Arguments) -> Shape:
        await self._services.models.remove(_text(arguments, "name", needed=True))
        return {"removed": _text(arguments, "name")}

    async def _backup(self, _: Arguments) -> Shape:
        return {"backup": str(await self._services.backup())}

    async def _raise(self, arguments: Arguments) -> Shape:
        """A second window was started: the first comes to the front, with the files of the second."""
        paths = [Path(text) for text in _texts(arguments, "paths", needed=False)]
        if self.show is not None:
            await self.show(paths)
            return {"is_raised": True}
        if paths:
            await self._services.importing.add(paths)
        return {"is_raised": False}


def _rows(rows: Sequence[JobRow]) -> Shape:
    return {"jobs": [row_shape(row) for row in rows]}


def _wrong(key: str, expected: str) -> Refused:
    return Refused(f"“{key}” should be {expected}", hint="Nothing was changed.", code="VS-BAD-ARGUMENT")


def _text(arguments: Arguments, key: str, *, needed: bool = False) -> str:
    value = arguments.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value):
        raise _wrong(key, "a text")
    return value


def _texts(arguments: Arguments, key: str, *, needed: bool = True) -> list[str]:
    value = arguments.get(key) or []
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise _wrong(key, "a list of texts")
    if needed and not value:
        raise _wrong(key, "a list of at least one")
    return list(value)


def _whole(arguments: Arguments, key: str, otherwise: int) -> int:
    value = arguments.get(key)
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_ROWS:
        raise _wrong(key, f"a whole number from 0 to {MOST_ROWS}")
    return value


def _time(arguments: Arguments, key: str) -> datetime | None:
    text = _text(arguments, key)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as exc:
        raise _wrong(key, "a time like 2026-03-01T18:00 (or top, normal, bottom, up, down)") from exc
    return at.astimezone(UTC)


def _state(text: str) -> JobState:
    try:
        return JobState(text)
    except ValueError as exc:
        raise NotFound(
            f"There is no state “{text}”",
            hint=f"Known: {', '.join(JobState)}.",
            code="VS-UNKNOWN-STATE",
        ) from exc
