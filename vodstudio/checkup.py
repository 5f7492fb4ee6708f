"""What is looked at to prove that this machine is ready: builds the questions from the parts of the house."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, cast
from uuid import UUID

from vodstudio.config import Settings
from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import VodError
from vodstudio.core.jobs import Json
from vodstudio.core.ports import Drives
from vodstudio.core.recording import Recording, RecordingId, fingerprint_of
from vodstudio.core.station import Server, ServerId, SpeechSettings, Storage
from vodstudio.core.wording import many
from vodstudio.paths import has_screen, resource
from vodstudio.services.health import Finding, Health, Question, bad, care, good, off
from vodstudio.store.audit import head
from vodstudio.store.backup import backups_in
from vodstudio.store.engine import engine_of
from vodstudio.store.mending import lacking
from vodstudio.store.schema import differences
from vodstudio.store.versions import identity_of, refuse_foreign
from vodstudio.vault import Vault
from vodstudio.workers.conversation import Conversation
from vodstudio.workers.devices import Devices, engine_request
from vodstudio.workers.ffmpeg import global_arguments
from vodstudio.workers.model_file import read_sums
from vodstudio.workers.models import Model
from vodstudio.workers.process import Command, finished
from vodstudio.workers.steps import Toolbox

LITTLE_BYTES = 20 * 1000**3
TOO_LITTLE_BYTES = 2 * 1000**3
OLD_BACKUP = timedelta(days=3)
CLOCK_LEEWAY_S = 120.0
SAFE_SQLITE = (3, 51, 3)
MODEL_LIMIT_S = 120.0


class Answering(Protocol):
    """What doctor asks of a server."""

    async def check(self) -> Json:
        """Name, version and clock."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the questions are put to."""

    toolbox: Toolbox
    drives: Drives
    vault: Vault
    catalogues: Mapping[ServerId, Answering]


def health_of(settings: Settings, parts: Parts, station_trouble: VodError | None = None) -> Health:
    """All questions of this station, in the order in which they are shown."""
    inquiry = _Inquiry(settings, parts)

    async def station() -> Finding:
        return _station(settings, station_trouble)

    questions = [
        Question(id="home", name="Home folder", look=_off_loop(inquiry.home)),
        Question(id="station", name="Station file", look=station),
        Question(id="store", name="Queue database", look=_off_loop(inquiry.store)),
        Question(id="ffmpeg", name="FFmpeg", look=_off_loop(inquiry.ffmpeg), limit_s=60.0),
        *inquiry.models(),
        Question(id="vault", name="Password vault", look=_off_loop(inquiry.vault)),
        *(inquiry.storage(storage) for storage in settings.station.storages),
        *(inquiry.server(server) for server in settings.station.servers),
        Question(id="display", name="Screen", look=_off_loop(_display)),
    ]
    return Health(questions, SystemClock())


def _off_loop(look: Callable[[], Finding]) -> Callable[[], asyncio.Future[Finding]]:
    """Run a blocking look on a thread."""

    def begin() -> asyncio.Future[Finding]:
        return asyncio.ensure_future(asyncio.to_thread(look))

    return begin


class _Inquiry:
    """The questions and how each is answered."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._settings = settings
        self._parts = parts

    def home(self) -> Finding:
        """Is there room where the work is done?"""
        work = self._settings.work_folder
        free = shutil.disk_usage(work if work.exists() else self._settings.places.home).free
        text = f"{self._settings.places.home}, {free / 1e9:.0f} GB free for work"
        if free < TOO_LITTLE_BYTES:
            return bad(
                text, f"Free space on the disk of {work}, or name another work_folder in settings.toml."
            )
        if free < LITTLE_BYTES:
            return care(text, f"An evening of meetings needs more: free space on the disk of {work}.")
        return good(text)

    def store(self) -> Finding:
        """Is the file of the queue ours, whole, as the code expects, and backed up? Looked at read-only."""
        path = self._settings.places.database
        if not path.exists():
            return off("no queue yet; it is made when the first recording is added")
        if not os.access(path, os.R_OK | os.W_OK):
            return bad(f"{path} may not be read and written", f"Give your user permission for {path}.")
        refuse_foreign(path, identity_of(path))
        trouble, differing, noted = _complaints(path)
        if trouble:
            return bad(trouble, "Run `vodstudio restore FILE` with the newest backup.")
        if differing:
            fix = "The work goes on: a missing index or trigger is made again when the queue is opened next."
            return care(f"{path} was changed by hand: {'; '.join(differing[:3])}", fix)
        text = f"whole, {path.stat().st_size / 1e6:.1f} MB, {many(noted, 'note')} in the audit trail"
        text += f", SQLite {sqlite3.sqlite_version}"
        has_one_writer = sqlite3.sqlite_version_info < SAFE_SQLITE
        return self._judge_backups(f"{text} (one writing connection)" if has_one_writer else text)

    def _judge_backups(self, text: str) -> Finding:
        made = backups_in(self._settings.places.backups)
        if not made:
            return care(
                f"{text}; no backup yet", "Run `vodstudio backup`, or leave the program running for a day."
            )
        age = datetime.now(UTC) - made[0].made_at
        text = f"{text}; {many(len(made), 'backup')}, the newest {age.total_seconds() / 3600:.0f} h old"
        return care(text, "Run `vodstudio backup`.") if age > OLD_BACKUP else good(text)

    def ffmpeg(self) -> Finding:
        """A second of picture and sound through the encoders that we use."""
        found = self._parts.toolbox.ffmpeg()
        if found.missing:
            return bad(
                f"{found.path} lacks {', '.join(found.missing)}", "Install the full FFmpeg of your system."
            )
        sources = ("-f", "lavfi", "-i", "testsrc2=d=1:s=320x180", "-f", "lavfi", "-i", "sine=d=1")
        coded = ("-c:v", "libx264", "-c:a", "aac", "-f", "null", "-")
        command = Command(argv=(str(found.path), *global_arguments(), *sources, *coded))
        with self._parts.toolbox.children.running(command, grace_s=0.5) as child:
            status, _ = finished(child, 50.0)
            said = child.errors().strip().splitlines()
        if status != 0:
            return bad(
                f"{found.path} could not encode: {said[-1] if said else status}", "Install another FFmpeg."
            )
        return good(f"{found.version} encodes H.264 and AAC ({found.path})")

    def models(self) -> list[Question]:
        """One question for each model that the presets name."""
        named = {preset.speech.model: preset.speech for preset in self._settings.station.presets}
        return [
            Question(
                id=f"model:{name}" if name else "model",
                name=f"Speech model {name}".strip(),
                look=_off_loop(lambda speech=speech: self._model(speech)),  # type: ignore[misc]
                limit_s=MODEL_LIMIT_S,
            )
            for name, speech in named.items()
        ]

    def _model(self, speech: SpeechSettings) -> Finding:
        """Five seconds through the model, in a child."""
        model = self._parts.toolbox.shelf.choose(speech, _sample())
        children = self._parts.toolbox.children
        device = Devices(children).choose(model.folder, speech.compute_type, _never_stop)
        request = {"verb": "trial", "engine": engine_request(model.folder, device, speech.compute_type)}
        with Conversation(children, request, _never_stop) as talk:
            answer = talk.wait_for("tried", MODEL_LIMIT_S)
        device_text = f"{answer['device']} ({answer['compute_type']})"
        text = f"{model.name} {_wholeness(model)}; it read five seconds in {answer['seconds']} s on {device_text}"
        if model.is_demo_voice:
            return care(
                f"{text}; it knows the sample meeting and nothing else, so real speech was not measured here",
                "For real meetings get one in Speech models, or with `vodstudio models get large-v3-turbo`.",
            )
        speed = self._parts.toolbox.speed(model)
        pace = f"hears {speed:.1f} times as fast as people speak" if speed else "speed not measured yet"
        return good(f"{text}; {pace}")

    def vault(self) -> Finding:
        """Is there a place for passwords?"""
        has_vault, text = self._parts.vault.describe()
        if has_vault:
            return good(text)
        needs = [s.name for s in self._settings.station.servers if s.secret.startswith("vault:")]
        fix = "Install a key ring (GNOME Keyring or KWallet), or write env:NAME or file:PATH in the station file."
        return care(text, fix) if needs else off(text, "")

    def storage(self, storage: Storage) -> Question:
        """Is it there, is it really it, can it be written, is there room?"""

        async def look() -> Finding:
            seen = await self._parts.drives.look(storage, try_writing=True)
            if not seen.is_present:
                fix = f"Mount or connect {storage.path}. Jobs that need it wait and go on by themselves."
                return bad(f"{storage.path}: {seen.problem or 'it is not there'}", fix)
            free = "" if seen.free_bytes is None else f", {seen.free_bytes / 1e9:.0f} GB free"
            if not seen.is_writable:
                return bad(
                    f"{storage.path}{free}: it cannot be written", "Give your user permission to write there."
                )
            if seen.free_bytes is not None and seen.free_bytes < TOO_LITTLE_BYTES:
                return bad(f"{storage.path}{free}", "Free space on it.")
            if not storage.marker:
                fix = f'Write marker = ".vod-studio-storage" for {storage.id}, and make that file in it.'
                return care(
                    f"{storage.path}{free}; without a marker file an unmounted folder looks empty", fix
                )
            return good(f"{storage.path}, marker there, writable{free}")

        return Question(id=f"storage:{storage.id}", name=f"Storage {storage.id}", look=look)

    def server(self, server: Server) -> Question:
        """Does it answer, does it know us, and does its clock agree with ours?"""

        async def look() -> Finding:
            catalogue = self._parts.catalogues.get(server.id)
            if catalogue is None:
                return off("it is not used")
            facts = await catalogue.check()
            said = f"{facts.get('name')} {facts.get('version')} at {server.url}"
            off_by_s = _seconds_off(facts.get("time"))
            if off_by_s is not None and abs(off_by_s) > CLOCK_LEEWAY_S:
                return care(
                    f"{said}; its clock differs from ours by {off_by_s:+.0f} s",
                    "Set both clocks by the network.",
                )
            return good(said if off_by_s is None else f"{said}; its clock agrees with ours")

        return Question(id=f"server:{server.id}", name=f"Server {server.name}", look=look)


def _complaints(path: Path) -> tuple[str, list[str], int]:
    """What makes the file useless, what is only not as expected, and how long its audit trail is."""
    engine = engine_of(path, is_writer=False)
    try:
        with engine.connect() as connection, connection.begin():
            whole = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if whole != "ok":
                return f"{path} is damaged: {whole}", [], 0
            lacks = lacking(cast("sqlite3.Connection", connection.connection.dbapi_connection))
            if lacks:
                return f"{path}: {'; '.join(lacks[:3])}", [], 0
            newest = head(connection)
            return "", differences(connection), newest.no if newest else 0
    finally:
        engine.dispose()


def _wholeness(model: Model) -> str:
    """It was proven before it was used: to its last byte, and against its checksums where it has some."""
    has_sums = bool(read_sums(model.folder))
    return "is whole by its checksums" if has_sums else "is complete (copied by hand, without checksums)"


def _station(settings: Settings, trouble: VodError | None) -> Finding:
    if trouble is not None:
        return bad(trouble.title, trouble.hint)
    if not settings.has_station:
        return off("no station yet", f"Write {settings.places.station_file}, or run `vodstudio demo`.")
    station = settings.station
    text = ", ".join(
        [
            many(len(station.cities), "city", "cities"),
            many(len(station.storages), "storage"),
            many(len(station.servers), "server"),
        ]
    )
    if settings.warnings:
        return care(f"{text}; {'; '.join(settings.warnings)}", "Correct what is named here.")
    return good(text)


def _sample() -> Recording:
    """The one recording that every model may hear."""
    path = resource("demo", "meeting.mp4")
    return Recording(
        id=RecordingId(str(UUID(int=0))),
        path=path,
        fingerprint=fingerprint_of(path),
        size_bytes=path.stat().st_size,
        title="Sample meeting",
    )


def _never_stop() -> None:
    """Doctor is not interrupted; its limit ends it."""


def _seconds_off(time_text: object) -> float | None:
    try:
        theirs = datetime.fromisoformat(str(time_text))
    except ValueError:
        return None
    return (theirs - datetime.now(UTC)).total_seconds() if theirs.tzinfo else None


def _display() -> Finding:
    if has_screen(os.environ):
        return good("there is one for the window")
    return off("none here; everything works without the window: vodstudio work, vodstudio demo --headless")
