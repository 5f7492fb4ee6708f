"""The composition root: builds the store, the clients, the lanes and the services, and joins them by constructor."""
# Longer than 350 lines: everything is joined in one place, so that a reader sees the whole house at once.

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from vodstudio.cablecast.catalogue import CablecastCatalogue
from vodstudio.cablecast.client import Client
from vodstudio.cablecast.transfer import ContentDriveFiles
from vodstudio.checkup import Parts, health_of
from vodstudio.city_words import CityWords
from vodstudio.config import Settings
from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import NotFound, VodError, is_patience
from vodstudio.core.events import Event, Logged
from vodstudio.core.files import remove_leftovers
from vodstudio.core.jobs import Job, JobState, StepKind, StepState
from vodstudio.core.ports import Emit, Unit
from vodstudio.core.rows import Check, JobFilter, LogLine, Verdict
from vodstudio.core.shows import PublicShow, ShowId
from vodstudio.core.station import Lane, Server, ServerId
from vodstudio.core.switches import may_claim
from vodstudio.core.version import VERSION
from vodstudio.going_back import hint_for
from vodstudio.paths import Places
from vodstudio.services.all_workers import AllWorkers
from vodstudio.services.cities import Cities
from vodstudio.services.conditions import Conditions, Machine
from vodstudio.services.desk import Desk, Services
from vodstudio.services.holds import Holds
from vodstudio.services.importing import Importing
from vodstudio.services.jobs import JobControl
from vodstudio.services.measuring import Measuring
from vodstudio.services.models import Models
from vodstudio.services.monitoring import Monitoring
from vodstudio.services.notebook import StoreNotebook
from vodstudio.services.publishing import Publishing
from vodstudio.services.remote import RemoteLane, RemoteStep
from vodstudio.services.reviewing import Reviewing
from vodstudio.services.rewording import Rewording
from vodstudio.services.teaching import Teaching
from vodstudio.services.transcripts import Transcripts
from vodstudio.store.store import SqliteStore
from vodstudio.vault import Vault
from vodstudio.workers.alone import own_children
from vodstudio.workers.context import Surroundings
from vodstudio.workers.devices import Devices, card_count
from vodstudio.workers.drives import ChildDrives
from vodstudio.workers.media import Media
from vodstudio.workers.model_hub import HUB, HUB_VARIABLE
from vodstudio.workers.model_room import ModelRoom
from vodstudio.workers.models import Shelf
from vodstudio.workers.pool import Pool
from vodstudio.workers.power import check_power, is_on_battery
from vodstudio.workers.practice import SIMULATOR, start_simulator
from vodstudio.workers.process import Children, end_leftovers
from vodstudio.workers.sound_pictures import KeptSoundPictures
from vodstudio.workers.steps import FfmpegFinder, Toolbox

log = logging.getLogger(__name__)

MOST_LOOKED_AT = 1_000
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What reaches outside: children, servers, storages, secrets."""

    toolbox: Toolbox
    drives: ChildDrives
    vault: Vault
    catalogues: Mapping[ServerId, CablecastCatalogue]

    async def close(self) -> None:
        """End the connections and the children."""
        for catalogue in self.catalogues.values():
            await catalogue.close()
        await asyncio.to_thread(self.toolbox.close)


class House:
    """Everything of one station in one process; built by `open_house`, started once, stopped once."""

    def __init__(self, settings: Settings, store: SqliteStore, tools: Tools, emit: Emit) -> None:
        self.settings = settings
        self.store = store
        self.clock = SystemClock()
        self._tools = tools
        self._hears = emit
        self._worker = str(uuid.uuid4())
        self._workers = AllWorkers()
        self._daily: asyncio.TimerHandle | None = None
        self._chores: set[asyncio.Task[None]] = set()
        station, work = settings.station, settings.work_folder
        surroundings = (store, self.clock, self.emit)
        self.jobs = JobControl(*surroundings, self._workers, work, self.look_again)
        words = CityWords(settings.places.station_file, station)
        self.importing = Importing(station, *surroundings, self._workers, self.jobs)
        self.importing.hear_with(words)
        self.transcripts = Transcripts(*surroundings, self._workers, settings.places.transcripts)
        self.rewording = Rewording(self.transcripts)
        self.measuring = Measuring(store, self.clock, self.jobs, self.transcripts)
        self.reviewing = self._reviewing(Teaching(store, words))
        self.cities = Cities(station, store, self.clock, tools.drives, words)
        self.monitoring = Monitoring(store, self.clock, self.checks)
        self.conditions = _conditions(settings, tools)
        self.holds = Holds(*surroundings, is_over=self.conditions.is_over, wake=self._workers.wake)
        self.models = Models(_room(tools.toolbox), *surroundings, self._on_models_changed)
        self.remote = RemoteLane(*surroundings, work, worker=self._worker, on_finished=self._on_step_finished)
        self.pool: Pool | None = None
        self.publishing = Publishing(
            station,
            tools.catalogues,
            ContentDriveFiles(),
            tools.drives,
            self.clock,
            StoreNotebook(store, self.clock),
            settings.places.sidecars,
        )
        self._health = health_of(settings, _parts(tools))
        self.desk = Desk(
            Services(
                store=store,
                importing=self.importing,
                jobs=self.jobs,
                cities=self.cities,
                measuring=self.measuring,
                models=self.models,
                checks=self.checks,
                backup=self.backup,
                accept_server=self.accept_server,
            )
        )

    def emit(self, event: Event) -> None:
        """From any thread: whoever listens hears it."""
        self._hears(event)

    async def start(self) -> None:
        """Recover what an earlier run left, then open the lanes."""
        await self.store.run(lambda unit: unit.queue.recover(self._is_us, self.clock.now()))
        await asyncio.to_thread(remove_leftovers, self.settings.work_folder)
        await self.jobs.removing.sweep()
        steps = await asyncio.to_thread(self._tools.toolbox.steps)
        sizes = lane_sizes(self.settings.station.lanes, os.cpu_count() or 1, card_count())
        self.pool = Pool(
            _surroundings(self.settings, self.store, self.emit),
            steps,
            {lane: size for lane, size in sizes.items() if lane is not Lane.REMOTE},
            worker=self._worker,
            on_finished=self._on_step_finished,
        )
        self._workers.join(self.pool, self.remote)
        self.remote.open(self._remote_steps(), sizes[Lane.REMOTE])
        self.pool.open()
        self.holds.open()
        self._every_day()

    async def stop(self) -> None:
        """In reverse; each stage has its limit, and what did not end in time is in the log."""
        if self._daily is not None:
            self._daily.cancel()
        for chore in list(self._chores):
            chore.cancel()
        await asyncio.gather(*self._chores, return_exceptions=True)
        self.models.stop()
        await self.holds.close()
        if self.pool is not None and not await asyncio.to_thread(self.pool.close):
            log.warning("a step did not stop in time; it goes on at its checkpoint at the next start")
        await self.remote.close()
        await self.jobs.removing.clear_all()
        await self._tools.close()
        await asyncio.to_thread(self.store.close)

    async def is_busy(self) -> bool:
        """Whether something runs, may run in its turn, or waits for a server that is working on it."""
        return not self.holds.has_looked or await self.store.look(self._is_busy)

    def _is_busy(self, unit: Unit) -> bool:
        if unit.jobs.running_steps():
            return True
        permission = may_claim(unit)
        if not permission.started_jobs:
            return False
        waits = any(is_patience(held.condition) for held in unit.queue.held())
        waiting = unit.jobs.rows(
            JobFilter(states=frozenset({JobState.WAITING, JobState.WORKING})), MOST_LOOKED_AT
        )
        begun = [row for row in waiting if any(pip.state is StepState.DONE for pip in row.pips)]
        return waits or bool(waiting if permission.any_job else begun)

    async def public_show(self, job: Job) -> PublicShow | None:
        """What a viewer gets of a job that was published."""
        published = next((s.facts for s in job.steps if s.kind is StepKind.PUBLISH), {})
        catalogue = self._tools.catalogues.get(ServerId(str(published.get("server", ""))))
        if catalogue is None:
            return None
        return await catalogue.public_show(ShowId(int(str(published["show_id"]))))

    async def keep_password(self, name: str, secret: str) -> bool:
        """Keep a password for `vault:NAME`, then let go on what waited for it; False when it is kept in memory alone."""
        is_in_vault = await asyncio.to_thread(self._tools.vault.keep, name, secret)
        self._forget_refusals()
        await self.holds.check_now()
        return is_in_vault

    async def accept_server(self, server_id: ServerId) -> None:
        """A person says that this server was replaced; what waited for that goes on."""
        if self.settings.station.server(server_id) is None:
            raise NotFound(
                f"There is no server “{server_id}” in the station file",
                hint="Nothing was changed.",
                code="VS-UNKNOWN-SERVER",
            )
        await self.publishing.accept_server(server_id)
        await self.holds.check_now()

    async def look_again(self) -> None:
        """A person is here: what is held is looked at now, and a locked vault may ask once more."""
        self._tools.vault.ask_again()
        self._forget_refusals()
        await self.holds.check_now()

    def _forget_refusals(self) -> None:
        """A person may want the same password sent once more: the account may have been mended."""
        for catalogue in self._tools.catalogues.values():
            catalogue.forget_refusal()

    def try_card_again(self) -> None:
        """The next recording asks the graphics card anew."""
        devices = self._tools.toolbox.devices
        if devices is not None:
            devices.forget()

    async def checks(self) -> tuple[Check, ...]:
        """One line for each thing we depend on."""
        return await self._health.checks()

    async def backup(self) -> Path:
        """A verified copy of the store."""
        return await self.store.backup("by hand")

    def _is_us(self, worker: str) -> bool:
        return worker == self._worker

    def _on_step_finished(self) -> None:
        self._workers.wake()
        self.holds.ring()

    async def _on_models_changed(self) -> None:
        """Words that another model heard are other words; and what waited for a model may go on."""
        if self.pool is not None:
            speech = await asyncio.to_thread(self._tools.toolbox.speech_version)
            self.pool.renew(StepKind.SPEECH, speech)
        await self.holds.check_now()

    def _reviewing(self, teaching: Teaching) -> Reviewing:
        sounds = KeptSoundPictures(self._tools.toolbox.media, self.settings.places.cache)
        return Reviewing(
            self.jobs, self.transcripts, self.settings.places.reviews, sounds, teaching, self.measuring
        )

    def _remote_steps(self) -> Mapping[StepKind, RemoteStep]:
        return {
            StepKind.PUBLISH: RemoteStep(run=self.publishing.publish, tools=VERSION),
            StepKind.VERIFY: RemoteStep(run=self.publishing.verify, tools=VERSION),
        }

    def _every_day(self) -> None:
        """Retention and the daily backup, now and each day while the program runs."""
        chore = asyncio.create_task(self._do_chores(), name="daily chores")
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)
        self._daily = asyncio.get_running_loop().call_later(A_DAY.total_seconds(), self._every_day)

    async def _do_chores(self) -> None:
        try:
            if await self.store.run(lambda unit: unit.jobs.may_forget(self.clock.now())):
                await self.jobs.cleanup(timedelta(days=self.settings.preferences.retention_days))
            await self.store.backup_daily()
        except VodError as error:
            log.warning("the daily chores were left for tomorrow: %s %s", error.title, error.detail)
            text = f"{error.title}. {error.hint}"
            self.emit(Logged(LogLine(at=self.clock.now(), verdict=Verdict.BAD, where="Store", text=text)))


async def open_house(settings: Settings, emit: Emit) -> House:
    """Build everything; the store is opened, checked and migrated on its own thread. Nothing runs before `start`."""
    store = SqliteStore(settings.places.database, keep=settings.preferences.backups_kept)
    try:
        await asyncio.to_thread(store.open)
    except VodError as error:
        error.hint = hint_for(error, settings.places)
        raise
    await asyncio.to_thread(_clear, settings.places)
    children = Children(settings.places.run)
    try:
        settings = await _with_simulator(settings, children)
    except BaseException:
        await asyncio.to_thread(children.close)
        await asyncio.to_thread(store.close)
        raise
    return House(settings, store, _tools(settings, children), emit)


def _clear(places: Places) -> None:
    """What a run that was cut off left behind: its children, and files that never got their name."""
    end_leftovers(places.run)
    for folder in {places.home, places.config, places.run, places.backups}:
        remove_leftovers(folder, below=False)
    remove_leftovers(places.transcripts)
    remove_leftovers(places.sidecars)


async def doctor(settings: Settings, trouble: VodError | None = None) -> tuple[Check, ...]:
    """The checks of this machine without a queue: nothing is opened for writing."""
    with own_children(settings.places.run) as children:
        settings = await _with_simulator(settings, children)
        tools = _tools(settings, children)
        try:
            return await health_of(settings, _parts(tools), trouble).checks()
        finally:
            await tools.close()


def _parts(tools: Tools) -> Parts:
    return Parts(toolbox=tools.toolbox, drives=tools.drives, vault=tools.vault, catalogues=tools.catalogues)


def _room(toolbox: Toolbox) -> ModelRoom:
    hub = os.environ.get(HUB_VARIABLE) or HUB
    return ModelRoom(shelf=toolbox.shelf, children=toolbox.children, hub=hub, speed=toolbox.speed)


def _surroundings(settings: Settings, store: SqliteStore, emit: Emit) -> Surroundings:
    return Surroundings(
        store=store,
        clock=SystemClock(),
        emit=emit,
        work=settings.work_folder,
        may_begin=lambda lane: check_power(lane, settings.preferences.work_on_battery),
    )


def _conditions(settings: Settings, tools: Tools) -> Conditions:
    shelf = tools.toolbox.shelf
    machine = Machine(has_model=shelf.has, work=settings.work_folder, is_on_battery=is_on_battery)
    return Conditions(settings.station, tools.drives, tools.vault, tools.catalogues, machine)


def _tools(settings: Settings, children: Children) -> Tools:
    vault, clock = Vault(os.environ), SystemClock()
    toolbox = Toolbox(
        children=children,
        media=Media(children),
        ffmpeg=FfmpegFinder(children, settings.preferences.ffmpeg),
        shelf=Shelf.at(settings.places.models),
        transcripts=settings.places.transcripts,
        model_kept_s=settings.preferences.model_kept_minutes * 60.0,
        machine=settings.places.data / "machine.json",
        devices=Devices(children),
    )
    catalogues = {
        server.id: CablecastCatalogue(Client(server, vault, clock)) for server in settings.station.servers
    }
    return Tools(toolbox=toolbox, drives=ChildDrives(children), vault=vault, catalogues=catalogues)


async def _with_simulator(settings: Settings, children: Children) -> Settings:
    """A server with the address `simulator:` is the practice server of the sample station: it starts with us."""
    station = settings.station
    servers: list[Server] = []
    for server in station.servers:
        if server.url == SIMULATOR:
            drives = [s.path for s in station.storages if s.content_drive_of == server.id]
            folder = settings.places.data / "simulator" / server.id
            url = await asyncio.to_thread(start_simulator, children, folder, drives)
            servers.append(replace(server, url=url))
        else:
            servers.append(server)
    return replace(settings, station=replace(station, servers=tuple(servers)))


def lane_sizes(told: Mapping[Lane, int], cpus: int, cards: int = 0) -> dict[Lane, int]:
    """Honest defaults for this machine: one encode, one listener for each graphics card, and room for what is light."""
    natural = {
        Lane.MEDIA: 1,
        Lane.SPEECH: max(1, cards),
        Lane.LIGHT: max(1, min(2, cpus)),
        Lane.FETCH: 2,
        Lane.REMOTE: 4,
    }
    return {lane: max(1, told.get(lane, size)) for lane, size in natural.items()}
