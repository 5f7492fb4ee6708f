"""Measuring accuracy as a person does it: hear a minute, correct it, confirm it, and be told what that says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from tests.ui.review_desk import CTRL, QUIET, SHIFT, Build, Desk, Key, Run, spoken
from tests.ui.review_kit import JOB, heard
from vodstudio.captions.transcript import Transcript, Word
from vodstudio.core.station import CityId
from vodstudio.ui.review.measuring import CUT_OFF, MinutesDialog

pytestmark = QUIET


def long_meeting() -> Transcript:
    """Somebody says a word a second for half an hour."""
    words = tuple(Word(text=f" w{at}", start=at + 0.1, end=at + 0.6) for at in range(1800))
    return replace(heard(words), duration=1800.0, regions=((0.0, 1800.0),), model="small.en")


@pytest.fixture
def begin(build: Build, run: Run) -> Callable[..., tuple[Desk, MinutesDialog]]:
    def begun(**more: Any) -> tuple[Desk, MinutesDialog]:
        desk = Desk(build(**{"transcript": long_meeting(), **more}), run)
        return desk, measure(desk)

    return begun


def measure(desk: Desk) -> MinutesDialog:
    """Press the key of the menu entry, until the dialog is there."""
    desk.window.activateWindow()
    desk.wait(desk.window.isActiveWindow)
    desk.press(Key.Key_A, CTRL | SHIFT)
    desk.wait(lambda: desk.window.accuracy.dialog is not None and desk.window.accuracy.dialog.isVisible())
    dialog = desk.window.accuracy.dialog
    assert dialog is not None
    return dialog


def field(dialog: QWidget) -> QPlainTextEdit:
    (found,) = dialog.findChildren(QPlainTextEdit)
    return found


def confirm(desk: Desk, dialog: MinutesDialog) -> None:
    before = dialog.title.text()
    QTest.keyClick(field(dialog), Key.Key_Return, CTRL)
    desk.wait(lambda: not dialog.is_busy and dialog.title.text() != before)


def close(desk: Desk, dialog: MinutesDialog) -> None:
    QTest.keyClick(dialog, Key.Key_Escape)
    desk.wait(lambda: desk.window.accuracy.dialog is None and desk.window.coroutines.is_idle)


def test_three_minutes_are_corrected_and_the_result_is_told(begin: Callable[..., Any], run: Run) -> None:
    desk, dialog = begin()
    assert dialog.title.text().startswith("Sample 1 of 3, 0:")
    text = field(dialog)
    start = int(text.toPlainText().split()[0].removeprefix("w"))
    assert f"0:{start // 60:02}:{start % 60:02} to" in dialog.title.text()
    assert not dialog.before.isEnabled()
    text.setFocus()
    QTest.keyClick(text, Key.Key_Home, CTRL)
    QTest.keyClicks(text, "Good evening ")
    confirm(desk, dialog)
    assert dialog.title.text().startswith("Sample 2 of 3")
    confirm(desk, dialog)
    confirm(desk, dialog)
    assert dialog.title.text() == "Measured"
    told = spoken(dialog)
    assert "2 of 182 words that were checked differ (1.1 %)" in told
    assert "This is a measurement of 182 words of this recording, and no more." in told
    assert (
        "Maplewood with the model small.en, all that was measured: 98.9 % of 182 words in 3 samples" in told
    )
    assert not text.isVisible()
    close(desk, dialog)
    (found,) = desk.stage.store.call(lambda unit: unit.samples.measured(city(desk)))
    assert (found.words, found.errors) == (182, 2)


def city(desk: Desk) -> CityId:
    found = desk.window.review.job.city_id
    assert found is not None
    return found


def test_what_is_typed_and_confirmed_is_there_another_day(begin: Callable[..., Any]) -> None:
    desk, dialog = begin()
    confirm(desk, dialog)
    QTest.keyClick(field(dialog), Key.Key_A, CTRL)
    QTest.keyClicks(field(dialog), "half of a min")
    close(desk, dialog)
    again = measure(desk)
    assert again.title.text().startswith("Sample 2 of 3")
    assert field(again).toPlainText() == "half of a min"
    QTest.mouseClick(again.before, Qt.MouseButton.LeftButton)
    assert again.title.text().startswith("Sample 1 of 3")
    assert field(again).toPlainText().startswith("w")
    confirm(desk, again)
    assert field(again).toPlainText() == "half of a min"
    close(desk, again)


def test_what_is_typed_is_noted_while_it_is_typed(begin: Callable[..., Any], run: Run) -> None:
    """A crash takes a second of work at most (F07)."""
    desk, dialog = begin()
    QTest.keyClick(field(dialog), Key.Key_A, CTRL)
    QTest.keyClicks(field(dialog), "noted")

    def is_noted() -> bool:
        return any(minute.draft == "noted" for minute in dialog.measurement.minutes)

    desk.wait(is_noted)
    begun = run(desk.stage.reviewing.measuring.begin(JOB))
    assert begun.minutes[0].draft == "noted"
    close(desk, dialog)


def test_a_minute_without_words_is_refused_and_stays(begin: Callable[..., Any]) -> None:
    desk, dialog = begin()
    QTest.keyClick(field(dialog), Key.Key_A, CTRL)
    QTest.keyClick(field(dialog), Key.Key_Delete)
    QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)
    desk.wait(lambda: not dialog.is_busy)
    assert "There are no words in this sample" in desk.toasts()
    assert dialog.title.text().startswith("Sample 1 of 3")
    close(desk, dialog)


def test_a_measured_recording_says_so_and_can_be_looked_at_again(begin: Callable[..., Any]) -> None:
    desk, dialog = begin()
    for _ in range(3):
        confirm(desk, dialog)
    close(desk, dialog)
    again = measure(desk)
    desk.wait(lambda: again.title.text() == "Measured")
    assert "0 of 180 words that were checked differ" in spoken(again)
    QTest.mouseClick(again.before, Qt.MouseButton.LeftButton)
    assert again.title.text().startswith("Sample 1 of 3")
    for _ in range(3):
        confirm(desk, again)
    assert again.title.text() == "Measured"
    close(desk, again)


def test_a_minute_is_played_from_its_beginning(begin: Callable[..., Any], stage: Any, run: Run) -> None:
    desk, dialog = begin(transcript=heard(), facts={"in_point_s": 1.0})
    assert dialog.title.text().startswith("Sample 1 of 1, 0:00:00")
    assert dialog.play.isEnabled()
    desk.wait(lambda: desk.window.player.can_play)
    desk.window.player.seek(20.0)
    QTest.keyClick(dialog, Key.Key_F5)
    desk.wait(lambda: desk.window.player.is_playing and desk.window.player.at_s < 15)
    assert dialog.pause.text() == "Pause"
    QTest.mouseClick(dialog.back, Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.pause, Qt.MouseButton.LeftButton)
    desk.wait(lambda: not desk.window.player.is_playing)
    assert dialog.pause.text() == "Play on"
    QTest.mouseClick(dialog.play, Qt.MouseButton.LeftButton)
    desk.wait(lambda: desk.window.player.is_playing)
    close(desk, dialog)
    assert not desk.window.player.is_playing


def test_a_minute_that_the_video_does_not_show_cannot_be_played(begin: Callable[..., Any]) -> None:
    desk, dialog = begin(facts={"in_point_s": 1700.0, "duration_s": 100.0})
    assert not dialog.play.isEnabled()
    assert CUT_OFF in spoken(dialog)
    close(desk, dialog)


def test_a_recording_without_a_voice_is_told(build: Build, run: Run) -> None:
    desk = Desk(build(transcript=replace(long_meeting(), regions=())), run)
    desk.press(Key.Key_A, CTRL | SHIFT)
    desk.wait(lambda: "Nothing is said here that could be measured" in desk.toasts())
    assert desk.window.accuracy.dialog is None
