"""A long meeting: opened beside everything else, left again, corrected in thousands of places at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.captions.council import council_words
from tests.ui.review_desk import QUIET, Build, Desk, Run
from tests.ui.review_kit import JOB, ReviewStage, heard
from vodstudio.core.errors import Problem
from vodstudio.ui.garbage import Garbage
from vodstudio.ui.review.opening import Opening

pytestmark = QUIET
CUES = 2000


@pytest.fixture(autouse=True)
def garbage() -> Iterator[None]:
    """As in the program: threads that work for seconds collect no windows."""
    garbage = Garbage()
    yield
    garbage.stop()


@pytest.fixture
def stage(build: Build) -> ReviewStage:
    words, _ = council_words(7, CUES)
    return build(transcript=heard(tuple(words)))


def opening(stage: ReviewStage, run: Run) -> Opening:
    """The window that says how far it is, once it says so."""
    run(stage.begin(JOB))
    shown = stage.reviews.openings[JOB]
    run(stage.until(lambda: shown.isVisible() and 0 < shown.bar.value() < 100))
    return shown


def test_how_far_it_is_is_seen_and_the_window_comes(stage: ReviewStage, run: Run) -> None:
    shown = opening(stage, run)
    assert "%" in shown.words.text()
    run(stage.begin(JOB))
    assert list(stage.reviews.openings.values()) == [shown]
    desk = Desk(stage, run)
    assert not stage.reviews.openings
    assert desk.window.review.document.count > CUES / 2
    desk.wait(lambda: "want" in desk.window.summary.text())


def test_who_does_not_want_to_wait_leaves_it_and_may_come_again(stage: ReviewStage, run: Run) -> None:
    shown = opening(stage, run)
    QTest.mouseClick(shown.cancel, Qt.MouseButton.LeftButton)
    run(stage.until(lambda: not stage.reviews.openings and stage.coroutines.is_idle))
    assert not stage.reviews.windows
    assert not any(isinstance(each, Problem) for each in stage.told)
    desk = Desk(stage, run)
    assert not desk.window.review.is_read_only


def test_the_program_may_end_while_it_opens(stage: ReviewStage, run: Run) -> None:
    opening(stage, run)
    run(stage.reviews.close_all())
    run(stage.until(lambda: stage.coroutines.is_idle))
    assert not stage.reviews.windows


def test_thousands_of_places_are_replaced_beside_the_window(stage: ReviewStage, run: Run) -> None:
    desk = Desk(stage, run)
    before = desk.window.review.document.cues
    desk.act("find")
    bar = desk.window.find_bar
    QTest.keyClicks(bar.needle, "e")
    bar.other.setText("E")
    places = int(bar.count.text().replace(",", "").split()[0])
    assert places > CUES
    bar.replace_all.click()
    desk.wait(lambda: desk.window.editor.is_busy)
    assert "Working on all captions" in desk.window.state.text()
    desk.wait(lambda: f"{places:,} places replaced" in desk.toasts())
    assert not any("e" in cue.text for cue in desk.window.review.document.cues)
    desk.act("undo")
    desk.wait(lambda: not desk.window.editor.is_busy)
    assert desk.window.review.document.cues == before
    desk.settle()
