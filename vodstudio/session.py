"""One run of the window: opens the house behind it, answers other processes, and closes everything in order."""
# Longer than 350 lines: opening and closing are one order, and the order is the idea.

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QIcon
from PySide6.QtWidgets import QApplication

from vodstudio import logs
from vodstudio.config import Settings, read_settings, save_window_settings
from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import Locked, Problem, VodError, problem_of
from vodstudio.core.jobs import JobState
from vodstudio.last_chance import LastChance, Signals
from vodstudio.owner import Owner, OwnerServer, Ownership, take_or_find
from vodstudio.paths import Places, make
from vodstudio.ui import icons
from vodstudio.ui import theme as look
from vodstudio.ui.bridge import Bridge
from vodstudio.ui.coroutines import Coroutines
from vodstudio.ui.desk import Desk
from vodstudio.ui.doors import Doors
from vodstudio.ui.garbage import Garbage
from vodstudio.ui.leaving import LeaveDialog, Tray
from vodstudio.ui.main_window import MainWindow
from vodstudio.ui.notices import Notices
from vodstudio.ui.passwords import PasswordAsker
from vodstudio.ui.workplace import Workplace

if TYPE_CHECKING:
    from vodstudio.bootstrap import House

STAGE_LIMIT_S = 20.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What stood before the loop began."""

    app: QApplication
    window: MainWindow
    places: Places
    choice: look.Choice
    ownership: Ownership | None
    trouble: Problem | None = None
    files: tuple[Path, ...] = ()
    is_demo: bool = False


async def run(start: Start) -> int:
    """The whole session; it is made on the loop on which it lives."""
    garbage = Garbage()
    try:
        session = Session(start)
        session.bridge.listen(garbage.collect)
        return await session.run()
    finally:
        garbage.stop()


class Session(QObject):
    """The order of start and stop; everything visible lies in `ui`, everything else in the house."""

    def __init__(self, start: Start) -> None:
        super().__init__()
        self._app, self.window, self._places = start.app, start.window, start.places
        self._choice, self._ownership = start.choice, start.ownership
        self._trouble, self._files = start.trouble, list(start.files)
        self._is_demo = start.is_demo
        self._theme = look.chosen(start.choice, start.app)
        self.bridge = Bridge(self.window)
        self.notices = Notices(self.window)
        self.coroutines = Coroutines(self.notices.show_problem)
        self.house: House | None = None
        self.workplace: Workplace | None = None
        self._server: OwnerServer | None = None
        self._keeping: logs.LogKeeping | None = None
        self._doors = Doors(self.window, self._theme)
        self._dialog: LeaveDialog | None = None
        self._ended = asyncio.Event()
        self._is_ending = False
        self._is_started = False
        self._saving = asyncio.Lock()

    async def run(self) -> int:
        """From the painted window to the closed house."""
        self._connect()
        with LastChance(self._places.logs, self.notices.show_problem), Signals(self.end):
            if self._ownership is not None:
                self._keeping = logs.start(self._places.logs)
            self.coroutines.start(self.open())
            await self._ended.wait()
            await self._close()
        return 0

    def _connect(self) -> None:
        self._app.setQuitOnLastWindowClosed(False)
        icon = QIcon(icons.pixmap("app", "#000000", 128))
        self._app.setWindowIcon(icon)
        self.tray = Tray(icon, self.window)
        self.tray.show_wanted.connect(self.come_forward)
        self.tray.pause_wanted.connect(self._on_tray_pause_chosen)
        self.tray.quit_wanted.connect(self.end)
        self._doors.sample_wanted.connect(self._on_sample_wanted)
        self._doors.station_made.connect(self._on_station_made)
        self._doors.retry_wanted.connect(self._on_retry_pressed)
        self._doors.folder_wanted.connect(self._on_folder_wanted)
        self._doors.quit_wanted.connect(self.end)
        self.window.closing.connect(self._on_window_closing)
        self._app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        asyncio.get_running_loop().set_exception_handler(partial(_on_loop_failed, self.notices))

    async def open(self) -> None:
        """Everything from the lock to the queue; what goes wrong is a page in the window."""
        self._doors.wait("Opening the queue …")
        try:
            if self._trouble is not None:
                self._doors.trouble(self._trouble)
                return
            settings = await asyncio.to_thread(self._prepare)
            await self._serve()
            if settings.has_station:
                await self._open_house(settings)
            else:
                self._doors.welcome()
        except VodError as error:
            log.warning("the house did not open: %s (%s)", problem_of(error).title, problem_of(error).detail)
            self._doors.trouble(problem_of(error))

    def _prepare(self) -> Settings:
        """Not on the main thread: the lock, if an earlier try did not get it, and the settings."""
        if self._ownership is None:
            self._ownership = _own(self._places)
            self._keeping = logs.start(self._places.logs)
        return settings_of(self._places)

    async def _serve(self) -> None:
        if self._server is None:
            server = OwnerServer(self._places, self._answer)
            await server.start()
            self._server = server

    async def _open_house(self, settings: Settings) -> None:
        if self.house is None or self.workplace is None:
            bootstrap = await asyncio.to_thread(import_module, "vodstudio.bootstrap")
            self.house = await bootstrap.open_house(settings, self.bridge.post)
            workplace = self._furnish(self.house)
        else:  # an earlier start failed: a second store on the same file would be one too many
            workplace = self.workplace
            workplace.show_tab()
        if not self._is_started:
            await self.house.start()
            self._is_started = True
        if self._is_demo:
            await _bring_sample(self.house, self._places)
        files, self._files = self._files, []
        workplace.bring(files)
        for warning in settings.warnings:
            self.notices.say("A line of the station file was not used", warning)

    def _furnish(self, house: House) -> Workplace:
        desk = _desk(house, self.bridge, self.coroutines, self.notices)
        self.workplace = workplace = Workplace(self.window, desk, self._theme)
        workplace.theme_wanted.connect(self._on_theme_chosen)
        workplace.quit_wanted.connect(self.window.close)
        workplace.queue.counts_changed.connect(self.tray.hear)
        workplace.menu.show_theme(self._choice)
        self._passwords = PasswordAsker(desk, house.keep_password, self.window)
        return workplace

    async def _answer(self, call: str, arguments: Mapping[str, object]) -> object:
        """Another process asks: come forward, or whatever the services can do."""
        if call == "raise":
            told = arguments.get("paths")
            found = [Path(str(text)) for text in told] if isinstance(told, list) else []
            self.come_forward()
            if self.workplace is not None:
                self.workplace.bring(found)
            else:
                self._files += found
            return {"raised": True}
        if self.house is None:
            raise Locked(
                "VOD Studio is still opening",
                hint="Try again in a moment. Nothing was changed.",
                code="VS-OWNER-OPENING",
            )
        return await self.house.desk.answer(call, arguments)

    def come_forward(self) -> None:
        """Show the window before all others."""
        self.tray.hide()
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def _on_retry_pressed(self) -> None:
        self._trouble = None
        self.coroutines.start(self.open(), group="open")

    def _on_folder_wanted(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._places.config)))

    def _on_sample_wanted(self) -> None:
        self._doors.wait("Writing the sample station …")
        self.coroutines.start(self._try_sample(), group="open")

    async def _try_sample(self) -> None:
        station = await asyncio.to_thread(import_module, "vodstudio.demo.station")
        await asyncio.to_thread(station.write_sample_station, self._places)
        self._is_demo = True
        await self.open()

    def _on_station_made(self, name: str, cities: list[str], folder: str) -> None:
        self.coroutines.start(self._save_station(name, cities, folder), group="open")

    async def _save_station(self, name: str, cities: list[str], folder: str) -> None:
        from vodstudio.first_station import write_first_station

        try:
            await asyncio.to_thread(write_first_station, self._places.station_file, name, cities, folder)
        except VodError as error:
            self._doors.refuse_station(problem_of(error))
            return
        await self.open()

    def _on_theme_chosen(self, value: str) -> None:
        self._choice = look.Choice(value)
        self._apply_theme()
        self.coroutines.start(self._remember({"theme": value}))

    def _on_scheme_changed(self) -> None:
        if self._choice is look.Choice.SYSTEM:
            self._apply_theme()

    def _apply_theme(self) -> None:
        theme = look.chosen(self._choice, self._app)
        if theme is self._theme:
            return
        self._theme = theme
        self._doors.set_theme(theme)
        look.apply(self._app, theme)
        if self.workplace is not None:
            self.workplace.set_theme(theme)
        else:
            self.window.set_theme(theme)

    async def _remember(self, values: dict[str, str | int]) -> None:
        if self._ownership is not None:
            async with self._saving:  # each save reads the file first: two at once would lose one
                await asyncio.to_thread(save_window_settings, self._places, values)

    def _on_tray_pause_chosen(self) -> None:
        if self.workplace is not None:
            self.workplace.queue.bar.toggle_pause()

    def _on_window_closing(self) -> None:
        working = self.workplace.counts.of(JobState.WORKING) if self.workplace is not None else 0
        if self._is_ending or self._dialog is not None:
            return
        if not working:
            self.end()
            return
        self._dialog = dialog = LeaveDialog(working, has_tray=Tray.is_possible(), parent=self.window)
        dialog.tray_wanted.connect(self._on_tray_wanted)
        dialog.quit_wanted.connect(self.end)
        dialog.finished.connect(self._on_dialog_finished)
        dialog.open()

    def _on_dialog_finished(self) -> None:
        self._dialog = None

    def _on_tray_wanted(self) -> None:
        self.tray.show(self.window.summary.text())
        self.window.hide()

    def end(self) -> None:
        """Finish: the window says so until the house is closed."""
        if self._is_ending:
            return
        self._is_ending = True
        self.window.take_files(False)
        self.window.header.setEnabled(False)
        self._doors.wait("Finishing: what runs is kept where it is …")
        self._ended.set()

    async def _close(self) -> None:
        """In reverse; each stage has its limit and its line in the log."""
        place: dict[str, str | int] = {
            "geometry": self.window.place(),
            "tab": self.window.header.tabs.current,
            "theme": self._choice.value,
        }
        await _stage("settings of the window", self._remember(place))
        if self.workplace is not None:
            await _stage("captions that are reviewed", self.workplace.close_reviews())
        await _stage("what the window was doing", self.coroutines.close())
        if self._server is not None:
            await _stage("answers to other processes", self._server.stop())
        if self.house is not None:
            await _stage("lanes and store", self.house.stop())
        self.tray.hide()
        self.window.let_close()
        self.window.close()
        if self._keeping is not None:
            self._keeping.stop()
        if self._ownership is not None:
            self._ownership.leave()


def _on_loop_failed(notices: Notices, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """Nothing dies in silence: a task that nobody awaited is told like any other error."""
    error = context.get("exception")
    log.error("unhandled in the loop: %s", context.get("message"), exc_info=error)  # type: ignore[arg-type]
    if isinstance(error, BaseException):
        notices.show_problem(problem_of(error))


async def _stage(name: str, work: Awaitable[object]) -> None:
    try:
        async with asyncio.timeout(STAGE_LIMIT_S):
            await work
    except TimeoutError:
        log.warning("closing: %s took longer than %.0f s and was left", name, STAGE_LIMIT_S)
    except VodError as error:
        log.warning("closing: %s: %s", name, error.title)
    else:
        log.info("closed: %s", name)


def settings_of(places: Places) -> Settings:
    """The settings; from now on the log tells as much as they say."""
    settings = read_settings(places)
    logging.getLogger().setLevel(settings.preferences.log_level.upper())
    return settings


def _own(places: Places) -> Ownership:
    """The lock, when an earlier try did not get it."""
    make(places)
    found = take_or_find(places)
    if isinstance(found, Owner):
        raise Locked(
            "Another VOD Studio works with this folder",
            hint="Use its window, or close it and try again. Nothing was changed.",
            code="VS-OWNER-BUSY",
        )
    return found


def _desk(house: House, bridge: Bridge, coroutines: Coroutines, notices: Notices) -> Desk:
    return Desk(
        station=house.settings.station,
        jobs=house.jobs,
        importing=house.importing,
        cities=house.cities,
        monitoring=house.monitoring,
        models=house.models,
        transcripts=house.transcripts,
        rewording=house.rewording,
        reviewing=house.reviewing,
        bridge=bridge,
        coroutines=coroutines,
        notices=notices,
        now=SystemClock().now,
        try_card_again=house.try_card_again,
    )


async def _bring_sample(house: House, places: Places) -> None:
    """The demonstration shows the main job at once: both recordings, each once."""
    station = await asyncio.to_thread(import_module, "vodstudio.demo.station")
    sample = station.sample_station(places)
    for path in (sample.deliver, sample.caption):
        await house.importing.add_once(path)
