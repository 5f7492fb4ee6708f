"""The Queue tab as a person uses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QMenu, QToolTip

from tests.ui.fakes import NOW, make_row
from tests.ui.stage import Stage
from vodstudio.core.approval import ASK_FIRST
from vodstudio.core.errors import Problem
from vodstudio.core.events import JobChanged, QueueStopped, StepProgressed
from vodstudio.core.jobs import JobId, JobState, Output, StepId, StepKind
from vodstudio.core.rows import LogLine, Verdict
from vodstudio.ui.notices import Toast
from vodstudio.ui.queue.delegate import mark_at, mark_places
from vodstudio.ui.queue.model import QueueModel, Role
from vodstudio.ui.theme import DARK, Tone

Shown = Callable[[Callable[[], bool]], None]


def job(number: int) -> JobId:
    return JobId(f"job-{number:06}")


def test_rows_stand_under_their_headings(stage: Stage) -> None:
    titles = stage.titles()
    assert [title for title in titles if title in ("Working", "Next", "Needs somebody", "Done")] == [
        "Working",
        "Next",
        "Needs somebody",
        "Done",
    ]
    assert titles[:4] == ["Working", "City Council, regular meeting", "Planning Commission", "School Board"]


def test_each_state_has_its_words(stage: Stage) -> None:
    assert stage.face(1).headline.startswith("Speech 43 % · 6.1")
    assert "done" in stage.face(1).headline
    assert stage.face(2).headline == "Encode 71 % · part 52 of 73"
    assert (stage.face(4).headline, stage.face(4).second[:3]) == ("Next", "1st")
    assert stage.face(5).headline == "Held: waiting for storage flex-8"
    assert stage.face(6).headline == "Paused by you"
    assert stage.face(7).headline == "Needs a look: 4 unknown names"
    assert stage.face(8).headline == "Failed: FFmpeg ended without a file"
    assert stage.face(9).headline.startswith("On demand, verified")
    assert stage.face(11).headline.startswith("Cancelled")


def test_four_outcomes_have_four_colours(stage: Stage) -> None:
    tones = [stage.face(number).tone for number in (5, 7, 8, 9)]
    assert tones == [Tone.HELD, Tone.LOOK, Tone.FAILED, Tone.DONE]


def test_progress_changes_the_row_live(stage: Stage, shown: Shown) -> None:
    event = StepProgressed(
        job_id=job(1), step_id=StepId("s"), kind=StepKind.SPEECH, progress=0.5, speed=7.0, remaining_s=60
    )
    stage.bridge.post(event)
    shown(lambda: "50 %" in stage.face(1).headline)
    assert "7.0" in stage.face(1).headline
    stage.bridge.post(replace(event, kind=StepKind.STILLS, progress=0.9))
    stage.bridge.post(replace(event, progress=0.51))
    shown(lambda: "51 %" in stage.face(1).headline)


@pytest.mark.parametrize("is_chosen", [False, True])
def test_a_row_that_only_got_further_is_painted_as_ever(stage: Stage, is_chosen: bool) -> None:
    view = stage.page.view
    view.clearSelection()
    if is_chosen:
        view.select_jobs([job(1)])
    stage.model.progress(
        StepProgressed(job_id=job(1), step_id=StepId("s"), kind=StepKind.SPEECH, progress=0.7, speed=7.0)
    )

    def painted(region: QRegion) -> QImage:
        made = QImage(view.viewport().size(), QImage.Format.Format_RGB32)
        made.fill(0)
        view.viewport().render(made, QPoint(), region)
        return made

    region = QRegion(view._due_region)
    assert not region.isEmpty()
    shortened = painted(region)
    assert not view._due
    assert shortened == painted(region)
    assert painted(QRegion(0, 0, 5, 5)) != shortened


def test_space_pauses_and_resumes(stage: Stage, shown: Shown) -> None:
    stage.choose(1)
    QTest.keyClick(stage.page.view, Qt.Key.Key_Space)
    shown(lambda: stage.face(1).headline == "Paused by you")
    assert stage.page.view.selected_ids() == [job(1)]
    assert stage.button("Resume", stage.page.details).isEnabled()
    QTest.keyClick(stage.page.view, Qt.Key.Key_Space)
    shown(lambda: ("resume", (job(1),)) in stage.jobs.calls)


def test_two_rows_are_moved_to_the_top_and_stay_chosen(stage: Stage, shown: Shown) -> None:
    stage.choose(5, 6)
    QTest.keyClick(stage.page.view, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    shown(lambda: stage.titles()[5:7] == ["Parks Advisory Board", "Historic Preservation Commission"])
    assert stage.page.view.selected_ids() == [job(5), job(6)]
    QTest.keyClick(stage.page.view, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    shown(lambda: ("to_bottom", (job(5), job(6))) in stage.jobs.calls)


@pytest.mark.parametrize(
    ("number", "key", "modifiers", "call"),
    [
        (7, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier, "retry"),
        (1, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier, "cancel"),
        (4, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier, "up"),
        (4, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier, "down"),
        (8, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier, "acknowledge"),
        (9, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, "remove"),
    ],
)
def test_keys(
    stage: Stage, shown: Shown, number: int, key: Qt.Key, modifiers: Qt.KeyboardModifier, call: str
) -> None:
    stage.page.view.scrollTo(stage.model.index_of(job(number)))
    stage.choose(number)
    QTest.keyClick(stage.page.view, key, modifiers)
    shown(lambda: (call, (job(number),)) in stage.jobs.calls)


@pytest.mark.parametrize(
    ("number", "buttons"),
    [
        (1, ["Pause", "Cancel", "(Captions…)", "More"]),
        (3, ["Pause", "Cancel", "Captions…", "More"]),
        (4, ["Pause", "This one now", "More"]),
        (7, ["Retry", "Captions…", "More"]),
        (8, ["Retry", "Captions…", "More"]),
        (9, ["Captions…", "More"]),
        (11, ["Retry", "(Captions…)", "More"]),
    ],
)
def test_a_job_offers_what_makes_sense_for_it(stage: Stage, number: int, buttons: list[str]) -> None:
    stage.choose(number)
    strip = stage.button("More", stage.page.details).parentWidget()
    assert strip is not None
    shown = [made for made in strip.findChildren(QAbstractButton) if made.isVisible()]
    shown.sort(key=lambda made: made.x())
    assert [made.text() if made.isEnabled() else f"({made.text()})" for made in shown] == buttons


def test_nothing_chosen_offers_nothing(stage: Stage) -> None:
    stage.page.view.clearSelection()
    texts = [label.text() for label in stage.page.details.findChildren(QLabel) if label.isVisible()]
    assert texts == ["Nothing chosen", "Click a recording to see its steps."]
    assert [b for b in stage.page.details.findChildren(QAbstractButton) if b.isVisible()] == []


@pytest.mark.qt_log_ignore("pipewire")  # the player of the review looks for what this machine lacks
def test_captions_are_reviewed_once_there_are_words(stage: Stage, shown: Shown) -> None:
    wanted: list[str] = []
    stage.page.review_wanted.connect(wanted.append)
    stage.choose(1)
    early = stage.button("Captions…", stage.page.details)
    assert "when the speech step is done" in early.toolTip()
    QTest.mouseClick(early, Qt.MouseButton.LeftButton)
    QTest.keyClick(stage.page.view, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert wanted == []
    stage.choose(9)
    assert stage.page.actions_["review"].toolTip().endswith("(Ctrl+E)")
    ready = stage.button("Captions…", stage.page.details)
    QTest.mouseClick(ready, Qt.MouseButton.LeftButton)
    assert stage.window.focusWidget() is ready
    QTest.keyClick(ready, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    stage.page.view.setFocus()
    QTest.keyClick(stage.page.view, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert wanted == [job(9), job(9), job(9)]
    shown(lambda: "There are no words to review yet. Nothing was changed." in stage.toasts())
    stage.choose(9, 10)
    assert stage.page.actions_["review"].toolTip() == "Choose one job alone"
    assert not stage.page.actions_["review"].isEnabled()


def test_what_waits_for_a_yes_is_approved_and_not_retried(stage: Stage, shown: Shown) -> None:
    asking = Problem(code=ASK_FIRST, title="Recordings of Grant wait for a person", needs_user=True)
    stage.jobs.held[job(7)] = replace(stage.jobs.held[job(7)], problem=asking)
    stage.bridge.post(JobChanged(stage.jobs.held[job(7)]))
    shown(lambda: "wait for a person" in stage.face(7).headline)
    stage.choose(8)
    assert not stage.page.actions_["approve"].isEnabled()
    assert stage.button("Retry", stage.page.details).isEnabled()
    stage.choose(7)
    assert stage.button("Approve", stage.page.details).isEnabled()
    with pytest.raises(AssertionError, match="no button"):
        stage.button("Retry", stage.page.details)
    stage.choose(7, 8)
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(stage.page.view, Qt.Key.Key_A, keys)
    shown(lambda: ("approve", (job(7),)) in stage.jobs.calls)
    shown(lambda: any("1 job approved" in toast for toast in stage.toasts()))


def test_a_removed_job_leaves_its_neighbour_chosen(stage: Stage, shown: Shown) -> None:
    stage.page.view.scrollTo(stage.model.index_of(job(10)))
    stage.choose(9)
    QTest.keyClick(stage.page.view, Qt.Key.Key_Delete)
    shown(lambda: stage.page.view.selected_ids() == [job(10)])
    assert any("removed from the queue" in toast for toast in stage.toasts())
    assert not any(call == "clear" for call, _ in stage.jobs.calls)


def test_a_removal_is_taken_back(stage: Stage, shown: Shown) -> None:
    stage.choose(8, 9)
    QTest.keyClick(stage.page.view, Qt.Key.Key_Delete)
    shown(lambda: any("2 jobs removed from the queue" in toast for toast in stage.toasts()))
    assert job(9) not in stage.model.job_ids()
    stage.button("Undo").click()
    shown(lambda: {job(8), job(9)} <= set(stage.model.job_ids()))
    shown(lambda: any("2 jobs put back" in toast for toast in stage.toasts()))
    assert ("put_back", (job(8), job(9))) in stage.jobs.calls
    assert stage.page.view.selected_ids() == [job(8), job(9)]


def test_the_files_of_removed_jobs_go_with_the_toast(stage: Stage, shown: Shown) -> None:
    stage.choose(9)
    QTest.keyClick(stage.page.view, Qt.Key.Key_Delete)
    shown(lambda: any("removed from the queue" in toast for toast in stage.toasts()))
    next(toast for toast in stage.window.findChildren(Toast) if toast.isVisible()).leave()
    shown(lambda: ("clear", (job(9),)) in stage.jobs.calls)


def test_what_cannot_come_back_is_not_offered(stage: Stage, shown: Shown) -> None:
    stage.jobs.is_full = True
    stage.choose(9)
    QTest.keyClick(stage.page.view, Qt.Key.Key_Delete)
    shown(lambda: any("The disk was full" in toast for toast in stage.toasts()))
    with pytest.raises(AssertionError, match="no button"):
        stage.button("Undo")
    shown(lambda: ("clear", (job(9),)) in stage.jobs.calls)


def test_what_makes_no_sense_is_not_offered(stage: Stage) -> None:
    stage.choose(9)
    assert not stage.page.actions_["pause"].isEnabled()
    assert not stage.page.actions_["retry"].isEnabled()
    stage.choose(1)
    assert not stage.page.actions_["remove"].isEnabled()
    stage.choose(1, 2)
    assert not stage.page.actions_["now"].isEnabled()
    assert stage.page.actions_["cancel"].isEnabled()


def test_an_error_of_a_service_is_shown_with_what_to_do(stage: Stage, shown: Shown) -> None:
    stage.choose(1)
    stage.page.actions_["remove"].setEnabled(True)
    stage.page.actions_["remove"].trigger()
    shown(lambda: any("cannot be removed" in toast for toast in stage.toasts()))
    QTest.mouseClick(stage.button("Copy report"), Qt.MouseButton.LeftButton)
    assert "VS-CONFLICT" in QGuiApplication.clipboard().text()
    shown(lambda: not stage.toasts())


def test_the_context_menu_holds_everything(stage: Stage) -> None:
    stage.choose(1)
    rect = stage.page.view.visualRect(stage.model.index_of(job(1)))
    stage.page.view.customContextMenuRequested.emit(rect.center())
    menu = next(menu for menu in stage.page.findChildren(QMenu) if menu.isVisible())
    texts = [action.text() for action in menu.actions() if action.text()]
    assert {
        "Pause",
        "This one now",
        "Retry",
        "Cancel",
        "Move to top",
        "Remove from the queue",
        "Belongs to",
    } <= {*texts}
    menu.close()


def test_a_wrong_city_is_corrected(stage: Stage, shown: Shown) -> None:
    stage.choose(8)
    menu = QMenu(stage.page)
    stage.page.bar.add_city_menu(menu, stage.page.deeds.set_city)
    inner = next(action.menu() for action in menu.actions() if action.text() == "Belongs to")
    assert isinstance(inner, QMenu)
    next(action for action in inner.actions() if action.text() == "Grant").trigger()
    shown(lambda: stage.face(8).city == "Grant")


def test_the_filter_finds_words_and_says_when_nothing_fits(stage: Stage, shown: Shown) -> None:
    QTest.keyClick(stage.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(stage.page.bar.filter, "school")
    shown(lambda: stage.titles() == ["Working", "School Board"])
    QTest.keyClicks(stage.page.bar.filter, "zzz")
    shown(lambda: stage.model.count == 0)
    words = [label.text() for label in stage.page.findChildren(QLabel) if label.isVisible()]
    assert "No recording fits this filter" in words
    QTest.mouseClick(stage.button("Show all recordings"), Qt.MouseButton.LeftButton)
    shown(lambda: stage.model.count == 11)


def test_one_city_alone(stage: Stage, shown: Shown) -> None:
    stage.page.bar.choose_city("lake-elmo")
    shown(
        lambda: stage.titles() == ["Working", "Planning Commission", "Done", "Economic Development Authority"]
    )
    assert stage.page.bar.cities.text() == "Lake Elmo"


def test_the_whole_queue_is_paused_and_goes_on(stage: Stage, shown: Shown) -> None:
    QTest.mouseClick(stage.button("Pause queue"), Qt.MouseButton.LeftButton)
    shown(lambda: stage.page.bar.pause.text() == "Resume queue")
    QTest.keyClick(stage.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    shown(lambda: stage.page.bar.pause.text() == "Pause queue")
    QTest.mouseClick(stage.button("Stop after current"), Qt.MouseButton.LeftButton)
    shown(lambda: stage.jobs.switched.stop_after_current)
    shown(stage.page.bar.stop_after.isChecked)


def test_an_empty_queue_says_what_to_do_first(stage: Stage, shown: Shown) -> None:
    stage.jobs.held.clear()
    stage.page.reload()
    shown(lambda: stage.model.count == 0)
    words = [label.text() for label in stage.page.findChildren(QLabel) if label.isVisible()]
    assert "Drop recordings here" in words


def test_details_show_steps_files_and_log(stage: Stage, shown: Shown, tmp_path: Path) -> None:
    srt = tmp_path / "captions.srt"
    stage.jobs.outputs[job(1)] = {"srt": Output(name="srt", path=srt, size_bytes=80, sha256="0" * 64)}
    said = LogLine(
        at=NOW, verdict=Verdict.GOOD, where=stage.face(1).title, text="window 138 kept", job_id=job(1)
    )
    stage.monitoring.lines.append(said)
    stage.choose(2)
    stage.choose(1)

    def words() -> str:
        return "\n".join(
            label.text() for label in stage.page.details.findChildren(QLabel) if label.isVisible()
        )

    shown(lambda: "Council meeting" in words() and "done in 7 min" in words())
    tabs = stage.page.details.tabs.buttons
    QTest.mouseClick(tabs[3], Qt.MouseButton.LeftButton)
    shown(lambda: str(srt) in words())
    QTest.mouseClick(tabs[2], Qt.MouseButton.LeftButton)
    shown(lambda: "window 138 kept" in words())


def test_each_pip_says_its_step_and_state(stage: Stage) -> None:
    view, index = stage.page.view, stage.model.index_of(job(1))
    rect, face = view.visualRect(index), stage.face(1)
    for place, mark in zip(mark_places(rect, len(face.marks)), face.marks, strict=True):
        assert mark_at(face, rect, place.center()) is mark
        assert ":" in mark.tooltip
    assert mark_at(face, rect, QPoint(rect.left() + 2, rect.center().y())) is None
    assert face.marks[3].tooltip == "Speech: working"
    QToolTip.hideText()


def test_a_stopped_lane_is_shown(stage: Stage, shown: Shown) -> None:
    stage.bridge.post(
        QueueStopped(Problem(code="VS-LANE", title="The speech lane stopped", hint="Start again."))
    )
    shown(lambda: any("speech lane stopped" in toast for toast in stage.toasts()))


def test_a_job_that_ends_moves_to_done_and_the_counts_follow(stage: Stage, shown: Shown) -> None:
    row = stage.model.row_of(job(3))
    assert row is not None
    stage.jobs.put(replace(row, state=JobState.DONE, pips=(), ended_at=NOW))
    shown(lambda: stage.titles().index("School Board") > stage.titles().index("Done"))
    shown(lambda: stage.window.summary.text().startswith("2 working"))


def test_an_unknown_row_of_another_process_appears(stage: Stage, shown: Shown) -> None:
    stage.jobs.put(make_row(77, "Library Board", "grant", JobState.WAITING, "ywwwwww"))
    shown(lambda: "Library Board" in stage.titles())


def test_the_dark_theme_is_put_on_everything(stage: Stage) -> None:
    stage.workplace.open_tab(1)
    stage.workplace.open_tab(2)
    stage.workplace.set_theme(DARK)
    stage.workplace.open_tab(0)
    assert not stage.window.grab().isNull()


def test_pages_come_as_the_list_is_scrolled(stage: Stage, shown: Shown) -> None:
    for number in range(100, 700):
        row = make_row(number, f"Old {number}", "grant", JobState.DONE, "ddddddd", ended_at=NOW)
        stage.jobs.held[row.id] = row
    stage.page.reload()
    shown(lambda: stage.model.count == 200)
    bar = stage.page.view.verticalScrollBar()
    bar.setValue(bar.maximum())
    shown(lambda: stage.model.count >= 400)


def test_the_model_keeps_qts_rules(stage: Stage, qtmodeltester: object) -> None:
    qtmodeltester.check(stage.model)  # type: ignore[attr-defined]


def test_rows_keep_their_place_when_the_order_changes(stage: Stage) -> None:
    model = QueueModel(str, lambda: NOW)
    rows = [make_row(n, f"Job {n}", "", JobState.WAITING, "ywwwwww") for n in range(6)]
    model.show_front(rows, has_more=False)
    model.show_front([rows[4], rows[0], rows[2], rows[5]], has_more=False)
    assert model.job_ids() == [rows[n].id for n in (4, 0, 2, 5)]
    model.show_front([rows[5]], has_more=True)
    assert model.job_ids() == [rows[n].id for n in (5, 4, 0, 2)]
    model.take(rows[0].id)
    assert model.index(0, 0).data(Role.SECTION) == "Next"
    assert model.rowCount() == 4
