"""Two videos of one recording that begin at different places, and the corrections of each."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.store.kit import job_id
from tests.ui.review_desk import QUIET, Desk, Run
from tests.ui.review_kit import ReviewStage

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
