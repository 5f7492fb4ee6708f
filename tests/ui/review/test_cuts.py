"""What was noted on the disk belongs to one cut of the recording, and is there before anything else happens."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.store.kit import job_id
from tests.ui.review_desk import QUIET, Desk, Run
from tests.ui.review_kit import ReviewStage
from vodstudio.core.errors import NoSpace, Problem

pytestmark = QUIET


def test_f07_what_was_noted_for_one_cut_is_never_done_to_another(
    desk: Desk, stage: ReviewStage, run: Run
) -> None:
    """Words are numbered from the beginning of the video: another job may begin later, and has other numbers."""
    desk.window.cues.choose(2)
    desk.type_over("The clerk will read the roll.")
    desk.press(Qt.Key.Key_Return)
    desk.settle()
    before = desk.texts()
    run(stage.crash(desk.window))
    run(stage.fill(facts={"in_point_s": 3.0}, number=2))
    other = run(stage.open(job_id(2)))
    assert other.review.kept is None
    assert other.review.left_behind is None
    run(stage.reviews.close_all())
    again = Desk(stage, run)
    again.answer("Take them up")
    again.wait(lambda: "taken up" in again.toasts())
    assert again.texts() == before
    again.settle()


def test_f07_what_cannot_be_noted_again_is_not_taken_up(
    desk: Desk, stage: ReviewStage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is changed in the window before it is on the disk: what is noted next would be lost beneath it."""
    before = desk.window.review.document.cues
    desk.act("later")
    desk.settle()
    run(stage.crash(desk.window))
    again = Desk(stage, run)
    review = again.window.review

    def full(changes: object) -> None:
        raise NoSpace(
            "There is no room left", condition="disk:home", hint="Nothing is lost.", code="VS-NO-SPACE"
        )

    monkeypatch.setattr(review.journal, "start_over", full)
    stage.told.clear()
    again.answer("Take them up")
    again.wait(lambda: any(isinstance(told, Problem) for told in stage.told) or "no room" in again.toasts())
    assert review.document.cues == before
    assert review.is_undecided
    assert review.journal.read() is not None
    again.settle()
