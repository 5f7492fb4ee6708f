"""The whole program with its window: first run, set-up, broken files, a second window, closing."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from tests.ui.stage import end_wait, gone
from vodstudio import paths
from vodstudio.app import own
from vodstudio.core.errors import Conflict, Locked, problem_of
from vodstudio.core.jobs import JobState
from vodstudio.core.rows import Counts
from vodstudio.first_station import first_station, write_first_station
from vodstudio.owner import ask_later, read_owner, take
from vodstudio.paths import HOME_VARIABLE
from vodstudio.session import Session, Start, settings_of
from vodstudio.station_file import read_station
from vodstudio.ui import theme as look
from vodstudio.ui.leaving import LeaveDialog
from vodstudio.ui.main_window import MainWindow
from vodstudio.ui.pages import StationPage, TroublePage, WelcomePage

Run = Callable[..., Any]
Play = Callable[["Scene"], Coroutine[Any, Any, None]]


@pytest.fixture(autouse=True)
def no_old_loop() -> None:
    """The loop of the test before is collected here: its timers belong to this thread."""
    gc.collect()


class Scene:
    """A program that runs while the test acts in it."""

    def __init__(self, app: QApplication, trouble: Exception | None = None) -> None:
        self.where = paths.places(os.environ)
        ownership = None if trouble else own(self.where, ())
        self.window = MainWindow(look.LIGHT)
        self.window.show()
        self.session = Session(
            Start(
                app=app,
                window=self.window,
                places=self.where,
                choice=look.Choice.LIGHT,
                ownership=ownership,
                trouble=problem_of(trouble) if trouble else None,
            )
        )

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Look again with every turn of the loop."""
        while not is_so():
            turned = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_later(0.01, end_wait, turned)
            await turned

    def page(self, kind: type) -> Callable[[], bool]:
        """Whether this page stands in the window."""
        return lambda: isinstance(self.window.stack.currentWidget(), kind)

    def press(self, text: str) -> None:
        """Click the visible button with this word."""
        buttons = self.window.findChildren(QAbstractButton)
        made = next(made for made in buttons if made.text() == text and made.isVisible())
        QTest.mouseClick(made, Qt.MouseButton.LeftButton)

    def words(self) -> str:
        """All visible words."""
        return "\n".join(label.text() for label in self.window.findChildren(QLabel) if label.isVisible())

    def is_open(self) -> bool:
        """The queue is shown."""
        work = self.session.workplace
        return work is not None and self.window.stack.currentWidget() is work.queue


async def play(app: QApplication, acts: Play, trouble: Exception | None = None) -> Scene:
    """Run the program, act, end it."""
    scene = Scene(app, trouble)
    running = asyncio.ensure_future(scene.session.run())
    try:
        async with asyncio.timeout(90):
            await acts(scene)
    finally:
        scene.session.end()
        await running
        assert not scene.window.isVisible()
        await gone(scene.window)
    take(scene.where).leave()
    return scene


def station(home: Path, text: str = "") -> None:
    where = paths.places(os.environ)
    paths.make(where)
    where.station_file.write_text(text or first_station("Valley", ["Oakdale", "Grant"], ""), "utf8")


def test_a_start_that_failed_is_tried_again_with_the_same_store(
    qapp: QApplication, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, allowed_logs: list[str]
) -> None:
    from vodstudio.bootstrap import House

    allowed_logs.append("the house did not open")
    station(home)
    start = House.start
    tries: list[House] = []

    async def fails_once(house: House) -> None:
        tries.append(house)
        if len(tries) == 1:
            raise Locked("The disk is full", code="VS-X")
        await start(house)

    monkeypatch.setattr(House, "start", fails_once)

    async def acts(scene: Scene) -> None:
        await scene.until(scene.page(TroublePage))
        scene.press("Try again")
        await scene.until(lambda: scene.is_open() and len(tries) == 2)
        assert tries[0] is tries[1] is scene.session.house

    run(play(qapp, acts), 120)


def test_the_first_run_offers_two_ways_and_sets_up_a_station(qapp: QApplication, run: Run) -> None:
    async def acts(scene: Scene) -> None:
        await scene.until(scene.page(WelcomePage))
        assert "Welcome to VOD Studio" in scene.words()
        scene.press("Set up my station")
        await scene.until(scene.page(StationPage))
        page = scene.window.stack.currentWidget()
        assert isinstance(page, StationPage)
        scene.press("Save and open")
        assert "Please write the name of the station" in scene.words()
        QTest.keyClicks(page.name, "Valley Community Media")
        scene.press("Save and open")
        assert "Please write at least one city" in scene.words()
        QTest.keyClicks(page.cities, "Oakdale")
        QTest.keyClick(page.cities, Qt.Key.Key_Return)
        QTest.keyClicks(page.cities, "White Bear Lake")
        scene.press("Save and open")
        await scene.until(scene.is_open)
        assert [city.name for city in read_station(scene.where.station_file).station.cities] == [
            "Oakdale",
            "White Bear Lake",
        ]

    run(play(qapp, acts), 120)


def test_back_from_the_set_up_leads_to_the_welcome(qapp: QApplication, run: Run) -> None:
    async def acts(scene: Scene) -> None:
        await scene.until(scene.page(WelcomePage))
        scene.press("Set up my station")
        await scene.until(scene.page(StationPage))
        scene.press("Back")
        await scene.until(scene.page(WelcomePage))

    run(play(qapp, acts), 120)


def test_i01_a_broken_station_file_is_a_page_that_names_the_line(
    qapp: QApplication, run: Run, home: Path, allowed_logs: list[str]
) -> None:
    station(home, 'name = "Valley"\n[cities.oakdale]\nname = 5\n')
    allowed_logs.append("the house did not open")

    async def acts(scene: Scene) -> None:
        await scene.until(scene.page(TroublePage))
        assert "station.toml" in scene.words()
        assert "untouched" in scene.words()
        station(home)
        scene.press("Try again")
        await scene.until(scene.is_open)

    run(play(qapp, acts), 120)


def test_a05_a_home_that_cannot_be_used_is_a_page(qapp: QApplication, run: Run, home: Path) -> None:
    home.write_text("this is a file, not a folder")
    with pytest.raises(Exception, match="is a file") as caught:
        own(paths.places(os.environ), ())

    async def acts(scene: Scene) -> None:
        await scene.until(scene.page(TroublePage))
        assert "is a file, and VOD Studio needs a folder there" in scene.words()
        home.unlink()  # noqa: ASYNC240 - one file of a test
        scene.press("Try again")
        await scene.until(scene.page(WelcomePage))

    run(play(qapp, acts, caught.value), 120)


def test_h05_a_second_window_hands_its_files_to_the_first(
    qapp: QApplication, run: Run, home: Path, tmp_path: Path
) -> None:
    station(home)
    notes = tmp_path / "notes.txt"
    notes.write_text("not a recording")

    async def acts(scene: Scene) -> None:
        await scene.until(scene.is_open)
        scene.window.hide()
        owner = read_owner(scene.where)
        assert owner is not None
        assert await ask_later(owner, "raise", {"paths": [str(notes)]}) == {"raised": True}
        assert scene.window.isVisible()
        work = scene.session.workplace
        assert work is not None
        await scene.until(lambda: work.queue.model.count == 1)
        await scene.until(lambda: work.counts.of(JobState.NEEDS_A_LOOK) == 1)
        answer = await ask_later(owner, "jobs", {})
        assert isinstance(answer, dict)
        assert [job["state"] for job in answer["jobs"]] == ["needs-a-look"]

    run(play(qapp, acts), 120)


def test_h01_closing_with_work_running_asks_once(qapp: QApplication, run: Run, home: Path) -> None:
    station(home)

    async def acts(scene: Scene) -> None:
        await scene.until(scene.is_open)
        work = scene.session.workplace
        assert work is not None
        busy = Counts(by_state={JobState.WORKING: 2})
        work.counts = busy
        scene.window.close()
        scene.window.close()
        dialogs = scene.window.findChildren(LeaveDialog)
        assert len(dialogs) == 1
        assert "2 recordings are being worked on" in "\n".join(
            label.text() for label in dialogs[0].findChildren(QLabel)
        )
        QTest.mouseClick(dialogs[0].stay, Qt.MouseButton.LeftButton)
        await scene.until(lambda: not scene.window.findChildren(LeaveDialog))
        assert scene.window.isVisible()
        scene.window.hide()
        scene.session.come_forward()
        assert scene.window.isVisible()
        work.counts = busy
        scene.window.close()
        QTest.mouseClick(scene.window.findChildren(LeaveDialog)[0].quit, Qt.MouseButton.LeftButton)
        assert scene.window.stack.currentWidget() is scene.window.skeleton

    run(play(qapp, acts), 120)


def test_closing_with_nothing_running_ends_at_once_and_keeps_the_place(
    qapp: QApplication, run: Run, home: Path
) -> None:
    station(home)

    async def acts(scene: Scene) -> None:
        await scene.until(scene.is_open)
        scene.session._on_theme_chosen("dark")
        scene.window.header.tabs.choose(1)
        scene.window.close()

    scene: Scene = run(play(qapp, acts), 120)
    told = scene.where.window_file.read_text("utf8")
    assert "geometry" in told
    assert "tab = 1" in told
    assert 'theme = "dark"' in told


def test_a_call_before_the_house_is_open_is_told_to_wait(qapp: QApplication, run: Run) -> None:
    async def acts(scene: Scene) -> None:
        await scene.until(scene.page(WelcomePage))
        with pytest.raises(Locked, match="still opening"):
            await scene.session._answer("jobs", {})
        await scene.session._answer("raise", {"paths": ["/x/a.mp4"]})

    run(play(qapp, acts), 120)


def test_an_error_nobody_caught_is_shown(
    qapp: QApplication, run: Run, home: Path, allowed_logs: list[str]
) -> None:
    allowed_logs.append("unhandled in the loop")
    station(home)

    async def acts(scene: Scene) -> None:
        await scene.until(scene.is_open)
        context = {"message": "a test", "exception": ValueError("of ours")}
        asyncio.get_running_loop().call_exception_handler(context)
        await scene.until(lambda: "Something unexpected happened" in scene.words())

    run(play(qapp, acts), 120)


def test_the_log_tells_as_much_as_the_settings_say(tmp_path: Path) -> None:
    where = paths.places({HOME_VARIABLE: str(tmp_path)})
    paths.make(where)
    where.settings_file.write_text('log_level = "warning"\n', encoding="utf-8")
    root = logging.getLogger()
    before = root.level
    try:
        root.setLevel(logging.INFO)
        assert settings_of(where).preferences.log_level == "warning"
        assert root.level == logging.WARNING
    finally:
        root.setLevel(before)


def test_a_station_file_that_exists_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    write_first_station(path, "Väl “ley”", ["Oak Dale", "Oak-Dale", "Ñandú"], "/mnt/x")
    read = read_station(path).station
    assert read.name == "Väl “ley”"
    assert [city.id for city in read.cities] == ["oak-dale", "oak-dale-2", "nandu"]
    assert read.storages[0].path == Path("/mnt/x")
    with pytest.raises(Conflict):
        write_first_station(path, "Other", ["Grant"], "")
