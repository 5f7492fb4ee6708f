"""Captions on the picture of the sound: pulled with the mouse and with keys, and shown at the top."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.store.kit import add
from tests.ui.review_desk import ALT, CTRL, NONE, QUIET, SHIFT, Desk, Key, Run
from tests.ui.review_kit import ReviewStage
from vodstudio.captions.commands import set_times
from vodstudio.captions.cue import Cue
from vodstudio.captions.document import Document
from vodstudio.ui.review.model import Column

pytestmark = QUIET
LEFT = Qt.MouseButton.LeftButton
CAPTIONS_Y = 10


class Hand:
    """The mouse on the strip; places are seconds, and a picture stands still while it is pressed."""

    def __init__(self, desk: Desk) -> None:
        self.sound = desk.window.sound
        desk.window.player.seek(desk.window.review.document.cue(2).start_s)

    def at(self, at_s: float) -> QPoint:
        return QPoint(round(self.sound.x_of(at_s)), CAPTIONS_Y)

    def press(self, at_s: float) -> None:
        QTest.mousePress(self.sound, LEFT, NONE, self.at(at_s))

    def move(self, at_s: float) -> None:
        QTest.mouseMove(self.sound, self.at(at_s))

    def drop(self, at_s: float) -> None:
        QTest.mouseRelease(self.sound, LEFT, NONE, self.at(at_s))

    def drag(self, from_s: float, to_s: float) -> None:
        self.press(from_s)
        self.move((from_s + to_s) / 2)
        self.move(to_s)
        self.drop(to_s)

    @property
    def px_s(self) -> float:
        return self.sound.s_of(1)


@pytest.fixture
def hand(desk: Desk) -> Hand:
    return Hand(desk)


@pytest.fixture
def document(desk: Desk) -> Document:
    return desk.window.review.document


def middle(cue: Cue) -> float:
    return (cue.start_s + cue.end_s) / 2


def test_an_edge_is_pulled_as_one_change_and_taken_back(desk: Desk, hand: Hand, document: Document) -> None:
    before = document.cues
    end_s = before[2].end_s
    away_s = document.words[document.span(2)[1] - 1].end - 0.5
    hand.drag(end_s - hand.px_s, away_s)
    cue = document.cue(2)
    assert cue.end_s == pytest.approx(away_s, abs=2 * hand.px_s)
    assert cue.end_s / document.frame_s == pytest.approx(round(cue.end_s / document.frame_s))
    assert document.undo_name == "Pull the caption"
    assert desk.window.cues.row == 2
    desk.press(Key.Key_Z, CTRL)
    assert document.cues == before
    assert not document.undo_name
    desk.settle()


def test_a_caption_is_pulled_whole_and_stops_at_its_neighbour(
    desk: Desk, hand: Hand, document: Document
) -> None:
    before = document.cues
    hand.drag(middle(before[2]), middle(before[2]) + 30)
    cue = document.cue(2)
    gap_s = document.profile.min_gap_frames * document.frame_s
    assert cue.end_s == pytest.approx(before[3].start_s - gap_s, abs=document.frame_s)
    assert cue.end_s - cue.start_s == pytest.approx(before[2].end_s - before[2].start_s)
    assert document.cue(3) == before[3]
    desk.settle()


def test_escape_lets_go_and_nothing_has_changed(desk: Desk, hand: Hand, document: Document) -> None:
    before, seen_s = document.cues, hand.sound.window_s
    hand.press(middle(before[2]))
    hand.move(middle(before[2]) + 0.6)
    assert hand.sound.cursor().shape() is Qt.CursorShape.ClosedHandCursor
    assert hand.sound.window_s == seen_s
    desk.press(Key.Key_Escape)
    hand.move(middle(before[2]) + 0.9)
    hand.drop(middle(before[2]) + 0.9)
    assert document.cues == before
    assert not desk.window.editor.has_unsaved


def test_a_change_under_the_hand_lets_go(desk: Desk, hand: Hand, document: Document) -> None:
    desk.window.cues.choose(5)
    hand.press(middle(document.cue(2)))
    hand.move(middle(document.cue(2)) + 0.6)
    desk.act("later")
    hand.drop(middle(document.cue(2)) + 0.6)
    assert document.undo_name == "Shift the caption"
    desk.act("undo")
    assert not document.undo_name
    desk.settle()


def test_what_stands_in_an_open_field_is_kept_before_a_caption_is_pulled(
    desk: Desk, hand: Hand, document: Document
) -> None:
    desk.type_over("Good evening.")
    end_s = document.cue(2).end_s
    hand.drag(end_s - hand.px_s, end_s - 0.4)
    assert desk.texts()[0] == "Good evening."
    assert document.undo_name == "Pull the caption"
    desk.settle()


def test_the_pointer_says_what_can_be_pulled(desk: Desk, hand: Hand, document: Document) -> None:
    cue = document.cue(2)
    for at_s, shape in (
        (cue.start_s + hand.px_s, Qt.CursorShape.SizeHorCursor),
        (middle(cue), Qt.CursorShape.OpenHandCursor),
        (cue.end_s - hand.px_s, Qt.CursorShape.SizeHorCursor),
    ):
        hand.move(at_s)
        assert hand.sound.cursor().shape() is shape
    QTest.mouseMove(hand.sound, QPoint(hand.at(middle(cue)).x(), 60))
    assert hand.sound.cursor().shape() is Qt.CursorShape.ArrowCursor


def test_a_press_alone_chooses_and_the_other_button_does_nothing(
    desk: Desk, hand: Hand, document: Document
) -> None:
    QTest.mouseClick(hand.sound, Qt.MouseButton.RightButton, NONE, hand.at(middle(document.cue(3))))
    assert desk.window.cues.row == 0
    hand.press(middle(document.cue(3)))
    hand.drop(middle(document.cue(3)))
    assert desk.window.cues.row == 3
    hand = Hand(desk)
    hand.press(middle(document.cue(2)))
    hand.sound.hide()
    assert hand.sound._pressed is None
    hand.sound.show()


def test_what_is_pulled_is_drawn_with_its_times(desk: Desk, hand: Hand, document: Document) -> None:
    plain = hand.sound.grab().toImage()
    hand.press(middle(document.cue(2)))
    hand.move(middle(document.cue(2)) + 0.2)
    assert hand.sound.grab().toImage() != plain
    desk.press(Key.Key_Right)
    desk.press(Key.Key_Escape)
    assert hand.sound.grab().toImage() == plain


def test_frames_are_pulled_with_keys_as_far_as_there_is_room(desk: Desk, document: Document) -> None:
    desk.window.cues.choose(2)
    before = document.cue(2)
    desk.press(Key.Key_Left, ALT | SHIFT)
    assert document.cue(2).end_s == pytest.approx(before.end_s - document.frame_s)
    desk.press(Key.Key_Right, ALT | SHIFT)
    desk.press(Key.Key_Right, CTRL | SHIFT)
    assert document.cue(2).start_s == pytest.approx(before.start_s + document.frame_s)
    desk.press(Key.Key_Left, CTRL | SHIFT)
    assert document.cue(2) == before
    cue = document.cue(0)
    desk.window.cues.choose(0)
    desk.window.editor.attempt(lambda: set_times(document, 0, 0.0, cue.end_s))
    desk.act("start_earlier")
    assert "no room for that" in desk.toasts()
    assert "Ctrl+Shift+Left" in desk.window.sound.toolTip()
    assert "Ctrl+Shift+Left" in desk.window.sound.accessibleDescription()
    desk.settle()


def test_in_a_window_that_only_reads_nothing_is_pulled(desk: Desk, stage: ReviewStage, run: Run) -> None:
    other = add(stage.store, 2, recording=desk.window.review.job.recording)
    second = run(stage.open(other))
    cue = second.review.document.cue(0)
    second.player.seek(cue.start_s)
    x = round(second.sound.x_of(middle(cue)))
    QTest.mousePress(second.sound, LEFT, NONE, QPoint(x, CAPTIONS_Y))
    QTest.mouseMove(second.sound, QPoint(x + 60, CAPTIONS_Y))
    QTest.mouseRelease(second.sound, LEFT, NONE, QPoint(x + 60, CAPTIONS_Y))
    assert second.review.document.cue(0) == cue
    second.close()
    desk.wait(lambda: len(stage.reviews.windows) == 1)


def test_a_caption_is_shown_at_the_top_in_the_picture_the_list_and_the_words(
    desk: Desk, document: Document
) -> None:
    window = desk.window
    window.cues.choose(4)
    low = min(rect.top() for rect, _ in window.screen_.cells(window.screen_.picture(), document.cue(4)))
    plain = (
        window.cues.viewport().grab(window.cues.visualRect(window.model.index(4, Column.NUMBER))).toImage()
    )
    desk.press(Key.Key_P, CTRL)
    assert window.screen_.cue == document.cue(4)
    assert window.screen_.cue.is_top
    high = max(rect.bottom() for rect, _ in window.screen_.cells(window.screen_.picture(), document.cue(4)))
    assert high < window.screen_.picture().center().y() < low
    index = window.model.index(4, Column.NUMBER)
    assert window.cues.viewport().grab(window.cues.visualRect(index)).toImage() != plain
    assert "at the top" in str(index.data(Qt.ItemDataRole.AccessibleTextRole))
    desk.press(Key.Key_Z, CTRL)
    assert not document.cue(4).is_top
    desk.press(Key.Key_Z, CTRL | SHIFT)
    desk.settle()
    before = document.cues
    desk._run(desk.stage.crash(window))
    again = Desk(desk.stage, desk._run)
    again.answer("Take them up")
    again.wait(lambda: "taken up" in again.toasts())
    assert again.window.review.document.cues == before
    assert again.window.review.document.cue(4).is_top
