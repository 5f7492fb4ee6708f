"""What a person sees at a second look: the focused row, the footer, two running steps, news that wants an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.ui.fakes import NOW, make_row
from tests.ui.stage import Stage
from vodstudio.core.errors import NotFound, Problem
from vodstudio.core.events import StepProgressed
from vodstudio.core.jobs import JobId, JobState, StepId, StepKind
from vodstudio.core.rows import Check, Counts, LogLine, Verdict
from vodstudio.first_station import first_station, write_first_station
from vodstudio.ui.main_window import FRAME, USUAL, MainWindow
from vodstudio.ui.pages import StationPage
from vodstudio.ui.parts import button
from vodstudio.ui.queue.face import face_of
from vodstudio.ui.theme import LIGHT
from vodstudio.ui.workplace import signs_of

Shown = Callable[[Callable[[], bool]], None]


def inks(stage: Stage, number: int) -> int:
    """How many colours the row of a job has: an empty box has few."""
    stage.window.repaint()
    rect = stage.page.view.visualRect(stage.model.index_of(JobId(f"job-{number:06}")))
    picture = stage.page.view.viewport().grab(rect.adjusted(110, 8, -8, -8)).toImage()
    return len(
        {picture.pixel(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)}
    )


def test_the_row_with_the_keyboard_can_be_read(stage: Stage) -> None:
    stage.choose(9)
    by_mouse = inks(stage, 9)
    QTest.keyClick(stage.page.view, Qt.Key.Key_Down)
    QTest.keyClick(stage.page.view, Qt.Key.Key_Up)
    assert stage.page.view.selected_ids() == [JobId("job-000009")]
    assert inks(stage, 9) >= by_mouse


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (JobState.FAILED, "2 recordings need somebody"),
        (JobState.DONE, "All done"),
        (JobState.WAITING, "nothing is being worked on"),
    ],
)
def test_the_footer_promises_no_more_than_there_is(stage: Stage, state: JobState, words: str) -> None:
    stage.model.show_front([], has_more=False)
    stage.page.counts_changed.emit(Counts(by_state={state: 2}))
    assert words in stage.window.promise.text()
    stage.page.counts_changed.emit(Counts())
    assert "drop recordings" in stage.window.promise.text()


def test_a_name_keeps_its_letters_after_the_colon() -> None:
    path = Path("/srv/Oakdale text.mp4")
    row = make_row(7, "Oakdale text", "oakdale", JobState.NEEDS_A_LOOK, "lwwwwww", path=path)
    said = Problem(code="VS-X", title="Oakdale text.mp4 is not a media file", hint="It is a text file.")
    face = face_of(replace(row, problem=said), "Oakdale", NOW)
    assert face.headline == "Needs a look: Oakdale text.mp4 is not a media file"
    said = Problem(code="VS-X", title="Cablecast 7 does not see the file", hint="")
    assert face_of(replace(row, problem=said), "", NOW).headline == f"Needs a look: {said.title}"
    said = Problem(code="VS-X", title="The station file names no server", hint="")
    assert (
        face_of(replace(row, problem=said), "", NOW).headline
        == "Needs a look: the station file names no server"
    )


def test_no_finish_time_is_told_at_the_very_beginning() -> None:
    row = make_row(
        1, "Council", "oakdale", JobState.WORKING, "drwwwww", current=StepKind.ENCODE, finish_at=NOW
    )
    assert "done" not in face_of(replace(row, progress=0.01), "", NOW).headline
    assert "done" in face_of(replace(row, progress=0.05), "", NOW).headline


def test_a_waiting_job_names_the_step_that_is_held() -> None:
    said = Problem(code="VS-NO-MODEL", title="No speech model", hint="")
    row = make_row(1, "Council", "oakdale", JobState.WAITING, "dydhwww", problem=said)
    face = face_of(row, "", NOW)
    assert (face.headline, face.second) == ("Waiting", "Speech is held: no speech model")


def test_two_running_steps_each_say_how_far_they_are(stage: Stage, shown: Shown) -> None:
    stage.choose(1)
    shown(lambda: "Speech" in words_of(stage.page.details))
    for kind, share in ((StepKind.SPEECH, 0.71), (StepKind.ENCODE, 0.37)):
        stage.bridge.post(
            StepProgressed(job_id=JobId("job-000001"), step_id=StepId(kind), kind=kind, progress=share)
        )
    shown(lambda: {"71 %", "37 %"} <= set(words_of(stage.page.details)))


def test_the_log_of_a_job_holds_its_own_lines(stage: Stage, shown: Shown) -> None:
    title = stage.face(1).title
    for number in (1, 2):
        line = LogLine(at=NOW, verdict=Verdict.GOOD, where=title, text=f"step of {number}")
        stage.monitoring.lines.append(replace(line, job_id=JobId(f"job-{number:06}")))
    stage.choose(1)
    stage.page.details.tabs.choose(2)
    shown(lambda: "step of 1" in words_of(stage.page.details))
    assert "step of 2" not in words_of(stage.page.details)


def test_small_news_does_not_send_away_what_wants_an_answer(stage: Stage) -> None:
    stage.notices.say("A password is wanted", stays=True)
    for number in range(4):
        stage.notices.say(f"News {number}")
    assert "A password is wanted" in stage.toasts()
    assert "News 3" in stage.toasts()


def test_what_was_refused_is_closed_with_escape_and_is_no_larger_than_its_words(stage: Stage) -> None:
    stage.notices.show_refused(
        "1 file could not be added",
        [("/srv/empty.mp4", Problem(code="VS-X", title="The file is empty", hint="Drop it again."))],
    )
    panel = stage.window.findChild(QWidget, "refused")
    assert panel is not None
    assert panel.isAncestorOf(stage.window.focusWidget())
    assert panel.height() < 300
    QTest.keyClick(stage.window.focusWidget(), Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_help_gives_the_keyboard_back(stage: Stage) -> None:
    stage.page.view.setFocus()
    stage.workplace.menu.help_wanted.emit()
    assert stage.workplace.help.isAncestorOf(stage.window.focusWidget())
    QTest.keyClick(stage.window.focusWidget(), Qt.Key.Key_Tab)
    assert stage.workplace.help.isAncestorOf(stage.window.focusWidget())
    QTest.keyClick(stage.window.focusWidget(), Qt.Key.Key_Escape)
    assert stage.window.focusWidget() is stage.page.view


def test_enter_presses_a_button(qapp: QApplication) -> None:
    host = QWidget()
    made = button("Try again", host)
    made.setCheckable(True)
    QTest.keyClick(made, Qt.Key.Key_Return)
    assert made.isChecked()
    host.deleteLater()


def test_the_signs_are_words() -> None:
    checks = [
        Check(id="model", name="Speech model", verdict=Verdict.CARE, text="demo-voice"),
        Check(id="storage:x", name="Storage recordings", verdict=Verdict.BAD, text="it is not there"),
    ]
    assert [text for text, _, _ in signs_of(checks)] == ["Speech model: take care", "Storage recordings away"]


def test_a_window_never_seen_before_fits_the_screen(qapp: QApplication) -> None:
    window = MainWindow(LIGHT)
    window.restore_place("")
    room = window.screen().availableSize()
    has_room = QSize(USUAL + FRAME).boundedTo(room) == USUAL + FRAME
    assert window.isMaximized() is not has_room
    window.deleteLater()


def test_set_up_says_what_is_missing_and_forgets_it_while_typing(qapp: QApplication) -> None:
    host = QWidget()
    page = StationPage(host)
    page.save.click()
    assert not page.wrong.isHidden()
    QTest.keyClicks(page.name, "V")
    assert page.wrong.isHidden()
    host.deleteLater()


def test_set_up_refuses_half_a_path_and_takes_each_city_once(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="whole path"):
        write_first_station(tmp_path / "station.toml", "Valley", ["Oakdale"], "recordings")
    assert not (tmp_path / "station.toml").exists()
    assert first_station("Valley", ["Oakdale", "Grant", "oakdale"], "").count("[cities.") == 2


def words_of(panel: QWidget) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
