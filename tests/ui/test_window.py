"""The window around the tabs: dropped files, toasts, help, menu, cities, monitoring, errors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from tests.ui.fakes import NOW, STATION
from tests.ui.stage import Stage
from vodstudio.core.events import Logged, StepProgressed
from vodstudio.core.jobs import JobId, StepId, StepKind
from vodstudio.core.rows import Check, LogLine, Verdict
from vodstudio.core.station import Numbers
from vodstudio.ui.bridge import Bridge
from vodstudio.ui.cities.card import both_words
from vodstudio.ui.cities.page import CitiesPage
from vodstudio.ui.cities.style_menu import StyleMenu
from vodstudio.ui.drop import destination
from vodstudio.ui.header import Chip
from vodstudio.ui.main_window import Tab
from vodstudio.ui.monitoring.page import MonitoringPage
from vodstudio.ui.workplace import signs_of

Shown = Callable[[Callable[[], bool]], None]


def mime_of(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drop(stage: Stage, *paths: Path) -> None:
    """A real drop: enter, then let go."""
    mime, place = mime_of(*paths), QPoint(600, 500)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(stage.window, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(place), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(stage.window, event)
    assert event.dropAction() is Qt.DropAction.CopyAction


def words_in(frame: QFrame | None) -> str:
    assert frame is not None
    return "\n".join(label.text() for label in frame.findChildren(QLabel))


def test_files_over_the_window_say_where_they_will_go(stage: Stage) -> None:
    mime = mime_of(Path("/srv/x/Oakdale City Council.mp4"))
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(stage.window, enter)
    overlay = stage.workplace.overlay
    assert overlay.isVisible()
    assert overlay.headline == "Add Oakdale City Council.mp4"
    assert overlay.second == "Oakdale · preset Council meeting"
    assert not overlay.grab().isNull()
    QApplication.sendEvent(stage.window, QDragLeaveEvent())
    assert not overlay.isVisible()


def test_where_files_go_is_said_for_many_and_for_unknown_ones() -> None:
    many = [Path("/x/Oakdale Council.mp4"), Path("/x/Grant Town Board.mp4")]
    assert destination(STATION, many) == (
        "Add 2 files and folders",
        "Oakdale, Grant · each with its own preset",
    )
    assert "the city is asked for later" in destination(STATION, [Path("/x/meeting.mp4")])[1]


def test_a_dropped_file_is_in_the_queue_and_can_be_taken_back(stage: Stage, shown: Shown) -> None:
    drop(stage, Path("/srv/x/Mahtomedi School Board.mp4"))
    shown(lambda: "Mahtomedi School Board" in stage.titles())
    shown(
        lambda: any(toast.startswith("Added Mahtomedi School Board. Mahtomedi") for toast in stage.toasts())
    )
    QTest.mouseClick(stage.button("Undo"), Qt.MouseButton.LeftButton)
    shown(lambda: "Mahtomedi School Board" not in stage.titles())
    shown(lambda: any(toast.startswith("Taken back") for toast in stage.toasts()))


def test_c04_refused_files_stand_in_one_panel_each_with_its_reason(stage: Stage, shown: Shown) -> None:
    drop(stage, Path("/srv/x/notes.txt"), Path("/srv/x/list.xlsx"), Path("/srv/x/Grant Board.mp4"))
    shown(lambda: stage.window.findChild(QFrame, "refused") is not None)
    panel = stage.window.findChild(QFrame, "refused")
    assert "2 files could not be added" in words_in(panel)
    assert words_in(panel).count("This is not a recording") == 2
    assert "Grant Board" in stage.titles()
    QTest.mouseClick(stage.button("Close", panel), Qt.MouseButton.LeftButton)
    shown(lambda: stage.window.findChild(QFrame, "refused") is None)


def test_a_known_recording_is_answered(stage: Stage, shown: Shown) -> None:
    row = stage.model.row_of(JobId("job-000001"))
    assert row is not None
    drop(stage, row.path)
    shown(lambda: any("is in the queue already" in toast for toast in stage.toasts()))
    drop(stage, Path("/srv/x/Oakdale one.mp4"), Path("/srv/x/Grant two.mp4"), row.path)
    shown(lambda: any(toast.startswith("Added 2 recordings") for toast in stage.toasts()))


def test_an_empty_folder_is_answered(stage: Stage, shown: Shown) -> None:
    stage.workplace.importer._desk.coroutines.start(stage.workplace.importer._bring([]))
    shown(lambda: any("No recordings were found" in toast for toast in stage.toasts()))


def test_what_is_no_file_is_not_taken(stage: Stage) -> None:
    mime = QMimeData()
    mime.setText("hello")
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, buttons, keys)
    enter.ignore()
    QApplication.sendEvent(stage.window, enter)
    assert not enter.isAccepted()


def test_the_keys_of_the_tabs_and_of_help(stage: Stage, shown: Shown) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(stage.window, Qt.Key.Key_2, control)
    shown(lambda: isinstance(stage.window.stack.currentWidget(), CitiesPage))
    QTest.keyClick(stage.window, Qt.Key.Key_3, control)
    shown(lambda: isinstance(stage.window.stack.currentWidget(), MonitoringPage))
    QTest.keyClick(stage.window, Qt.Key.Key_1, control)
    shown(lambda: stage.window.stack.currentWidget() is stage.page)
    QTest.keyClick(stage.window, Qt.Key.Key_F1)
    shown(stage.workplace.help.isVisible)
    told = words_in(stage.workplace.help)
    for keys in (
        "Ctrl+O",
        "Space",
        "Ctrl+R",
        "Del",
        "Ctrl+T",
        "Ctrl+B",
        "Ctrl+Up",
        "Ctrl+Return",
        "Ctrl+1",
        "F1",
    ):
        assert keys in told
    QTest.keyClick(stage.workplace.help, Qt.Key.Key_Escape)
    assert not stage.workplace.help.isVisible()


def test_everything_is_in_the_menu(stage: Stage) -> None:
    def texts(actions: list[QAction]) -> list[str]:
        found = []
        for action in actions:
            found.append(action.text())
            menu = action.menu()
            if menu is not None:
                found += texts(menu.actions())  # type: ignore[attr-defined]
        return found

    told = texts(stage.workplace.menu.menu.actions())
    assert {
        "Add recordings…",
        "Pause or resume the queue",
        "Cancel",
        "Move to top",
        "Dark",
        "Help and keys",
        "Quit",
    } <= {*told}


def test_the_theme_is_chosen_in_the_menu(stage: Stage) -> None:
    wanted: list[str] = []
    stage.workplace.theme_wanted.connect(wanted.append)
    next(action for action in stage.workplace.menu._themes.actions() if action.text() == "Dark").trigger()
    assert wanted == ["dark"]


def test_a_city_card_leads_to_its_recordings(stage: Stage, shown: Shown) -> None:
    stage.workplace.open_tab(Tab.CITIES)
    page = stage.window.stack.currentWidget()
    assert isinstance(page, CitiesPage)
    shown(lambda: len(page.views) == 9)
    shown(lambda: "612" not in page.views[0].accessibleName() and bool(page._storages))
    assert not page.grab().isNull()
    QTest.keyClicks(page.filter, "elmo")
    assert [view.isVisible() for view in page.views].count(True) == 1
    shown_view = next(view for view in page.views if view.isVisible())
    QTest.mouseClick(shown_view, Qt.MouseButton.LeftButton)
    shown(lambda: stage.window.stack.currentWidget() is stage.page)
    shown(lambda: stage.model.count == 2)


def test_no_city_fits(stage: Stage, shown: Shown) -> None:
    stage.workplace.open_tab(Tab.CITIES)
    page = stage.window.stack.currentWidget()
    assert isinstance(page, CitiesPage)
    shown(lambda: len(page.views) == 9)
    page.filter.setText("zzz")
    assert page._hint.text() == "No city fits these words."


def test_monitoring_shows_health_charts_and_a_followed_log(stage: Stage, shown: Shown) -> None:
    stage.workplace.open_tab(Tab.MONITORING)
    page = stage.window.stack.currentWidget()
    assert isinstance(page, MonitoringPage)
    shown(lambda: page.health.rowCount() == 10 and page.log.model.rowCount() == 40)
    assert page.health.index(0).data() == "Storage flex-8"
    shown(lambda: "24 hours" in page.finished.accessibleName())
    assert not page.grab().isNull()
    line = LogLine(at=NOW, verdict=Verdict.GOOD, where="Grant · Verify", text="everything is there")
    stage.bridge.post(Logged(line))
    shown(lambda: "everything is there" in str(page.log.model.index(0).data()))
    page.log.filter.setText("encode")
    shown(lambda: 0 < page.log.model.rowCount() < 40)
    stage.bridge.post(Logged(line))
    page.log.follow.setChecked(False)
    page.log.view.setCurrentIndex(page.log.model.index(0))
    QTest.mouseClick(page.log.copy, Qt.MouseButton.LeftButton)
    shown(lambda: QGuiApplication.clipboard().text().startswith("report of job-"))


def test_nothing_is_measured_while_monitoring_is_hidden(stage: Stage, shown: Shown) -> None:
    stage.workplace.open_tab(Tab.MONITORING)
    page = stage.window.stack.currentWidget()
    assert isinstance(page, MonitoringPage)
    shown(page._sampling.isActive)
    stage.workplace.open_tab(Tab.QUEUE)
    shown(lambda: not page._sampling.isActive())


def test_the_models_keep_qts_rules(stage: Stage, shown: Shown, qtmodeltester: object) -> None:
    stage.workplace.open_tab(Tab.MONITORING)
    page = stage.window.stack.currentWidget()
    assert isinstance(page, MonitoringPage)
    shown(lambda: page.log.model.rowCount() == 40)
    for model in (page.health, page.log.model, stage.page.details._words.model):
        qtmodeltester.check(model)  # type: ignore[attr-defined]


def test_signs_say_how_many_storages_are_there() -> None:
    checks = [
        Check(id="server:main", name="Server Practice", verdict=Verdict.BAD, text="does not answer"),
        Check(id="storage:a", name="Storage a", verdict=Verdict.GOOD, text="free"),
        Check(id="storage:b", name="Storage b", verdict=Verdict.CARE, text="away"),
        Check(id="model:x", name="Speech model x", verdict=Verdict.GOOD, text="fast"),
    ]
    assert [(text, verdict) for text, verdict, _ in signs_of(checks)] == [
        ("Practice away", Verdict.BAD),
        ("Model x", Verdict.GOOD),
        ("1 of 2 storages", Verdict.CARE),
    ]


def test_closing_is_asked_and_then_done(stage: Stage) -> None:
    asked: list[bool] = []
    stage.window.closing.connect(lambda: asked.append(True))
    assert not stage.window.close()
    assert asked == [True]
    assert stage.window.isVisible()


def test_the_place_of_the_window_is_kept(stage: Stage) -> None:
    told = stage.window.place()
    stage.window.restore_place(told)
    stage.window.restore_place("this is no geometry")
    assert stage.window.place()


def test_every_control_has_a_name(stage: Stage, shown: Shown) -> None:
    for tab in Tab:
        stage.workplace.open_tab(tab)
    stage.workplace.open_tab(Tab.QUEUE)
    for made in stage.window.findChildren(QPushButton):
        assert made.text() or made.accessibleName(), made
    assert stage.page.view.accessibleName()
    assert stage.page.bar.filter.accessibleName()


@pytest.mark.parametrize("tab", list(Tab))
def test_tab_comes_to_everything_and_back_and_each_has_a_name(stage: Stage, shown: Shown, tab: Tab) -> None:
    stage.workplace.open_tab(tab)
    page = stage.workplace._page(tab)
    shown(lambda: page.isVisible() and stage.coroutines.is_idle)
    page.first.setFocus()
    seen: list[QWidget] = []
    while (focus := stage.window.focusWidget()) is not None and focus not in seen:
        seen.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert seen.index(focus) == 0, "round and round, without the rest"
    for widget in seen:
        assert widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()), widget
    controls = (QPushButton, QToolButton, QLineEdit, Chip)
    wanted = [
        made
        for made in stage.window.findChildren(QWidget)
        if isinstance(made, controls) and made.isVisible() and made.isEnabled()
    ]
    assert [made for made in wanted if made not in seen] == []
    header = [
        stage.window.header.tabs.buttons[tab],
        *stage.window.header._chips,
        stage.window.header.menu_button,
    ]
    assert [seen.index(made) for made in header] == sorted(seen.index(made) for made in header)


def test_events_from_many_threads_arrive_on_the_main_thread(stage: Stage, shown: Shown) -> None:
    bridge, heard, threads = Bridge(), [], set()

    def listen(event: object) -> None:
        heard.append(event)
        threads.add(threading.current_thread())

    def post(number: int) -> None:
        for step in range(200):
            bridge.post(
                StepProgressed(
                    job_id=JobId(f"job-{number}"),
                    step_id=StepId("s"),
                    kind=StepKind.ENCODE,
                    progress=step / 200,
                )
            )

    bridge.listen(listen)
    workers = [threading.Thread(target=post, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    shown(lambda: len(heard) >= 4)
    assert len(heard) < 40, "progress is made rarer"
    assert threads == {threading.main_thread()}
    bridge.unlisten(listen)


@pytest.mark.parametrize("failing", [RuntimeError("a bug of ours")])
def test_a_bug_in_a_coroutine_is_shown_and_logged(
    stage: Stage, shown: Shown, failing: Exception, allowed_logs: list[str]
) -> None:
    allowed_logs.append("a coroutine of the window failed")
    stage.jobs.fault = failing
    stage.page.reload()
    shown(lambda: any("Something unexpected happened" in toast for toast in stage.toasts()))


def test_a_city_chooses_how_its_captions_write_numbers(stage: Stage, shown: Shown) -> None:
    stage.workplace.open_tab(Tab.CITIES)
    page = stage.window.stack.currentWidget()
    assert isinstance(page, CitiesPage)
    shown(lambda: len(page.views) == 9)
    view = page.views[1]
    assert "not measured" in view.toolTip()
    for wanted in ("One to ten in words: three people, 25 chairs", "As its preset says"):
        view.customContextMenuRequested.emit(view.rect().center())
        menu = next(each for each in page.findChildren(StyleMenu) if each.isVisible())
        before = next(action.text() for action in menu.actions() if action.isChecked())
        assert before != wanted
        chosen = next(action for action in menu.actions() if action.text() == wanted)
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(chosen).center())
        is_own = wanted.startswith("One to ten")
        shown(lambda is_own=is_own: (page.views[1].card.numbers is Numbers.WORDS_TO_TEN) is is_own)  # type: ignore[misc]
    shown(lambda: stage.cities.numbers == {view.city_id: None})


def test_a_card_says_what_was_measured(stage: Stage, shown: Shown) -> None:
    stage.workplace.open_tab(Tab.CITIES)
    page = stage.window.stack.currentWidget()
    assert isinstance(page, CitiesPage)
    shown(lambda: len(page.views) == 9)
    told = "Accuracy of the words: large-v3-turbo: 96.2 % of 1,204 words in 3 samples, 2026-11-21"
    assert told in page.views[0].toolTip()
    assert both_words(page.views[0].card).endswith("measured: 96.2 % of 1,204 words right")
