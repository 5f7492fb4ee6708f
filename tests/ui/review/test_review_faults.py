"""The review window when something goes wrong: killed, closed while it works, typed nonsense, other words, no video."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from tests.conftest import ROOT
from tests.store.kit import add
from tests.ui.review_desk import CTRL, QUIET, SHIFT, Build, Desk, Key, Run, spoken
from tests.ui.review_kit import JOB, ReviewStage, heard, heard_words
from vodstudio.captions.commands import set_times
from vodstudio.captions.document import Document
from vodstudio.captions.history import Change
from vodstudio.captions.transcript import Transcript, Word
from vodstudio.core.jobs import StepKind, StepState
from vodstudio.core.transcripts import OPERATOR, SPEECH
from vodstudio.services.reviewing import VIDEO_UNCHECKED
from vodstudio.ui import theme as look
from vodstudio.ui.review import editor as editing
from vodstudio.ui.review.asking import ShiftQuestion
from vodstudio.ui.review.model import Column, Role
from vodstudio.ui.review.window import UNDECIDED

pytestmark = QUIET
LOST_AT_MOST_S = 2.0


def hurried(document: Document, row: int) -> Change:
    """A caption that nobody has the time to see."""
    cue = document.cue(row)
    return set_times(document, row, cue.start_s, cue.start_s + 0.2)


def version_of(stage: ReviewStage, run: Run) -> Transcript:
    version = run(stage.transcripts.chosen(run(stage.jobs.job(JOB)).recording.id))
    transcript: Transcript = run(stage.transcripts.read(version))
    return transcript


def test_f07_a_killed_process_loses_at_most_two_seconds_of_typing(
    build: Build, run: Run, tmp_path: Path
) -> None:
    home = tmp_path / "home-0"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    victim = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.review_victim", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    assert victim.stdout is not None
    told: list[tuple[float, str]] = []
    try:
        for line in victim.stdout:
            at, text = line.rstrip("\n").split(" ", 1)
            told.append((float(at), text.strip()))
            if told[-1][0] - told[0][0] > 3.3:
                break
    finally:
        victim.send_signal(signal.SIGKILL)
        left, _ = victim.communicate()
    told += [(float(line.split()[0]), line.split()[1]) for line in left.splitlines()[:-1] if line]
    assert victim.returncode == -signal.SIGKILL
    desk = Desk(build(is_filled=False), run)
    assert "2 changes" in spoken(desk.question())
    desk.answer("Take them up")
    desk.wait(lambda: "taken up" in desk.toasts())
    kept = next(text for text in desk.window.review.document.heard().words if text.text.strip() == "n0")
    words = [word.text.strip() for word in desk.window.review.document.words]
    last = max(number for number, (_, text) in enumerate(told) if text in words)
    assert kept
    assert told[-1][0] - told[last][0] <= LOST_AT_MOST_S
    assert words[words.index("n0") : words.index("n0") + last + 1] == [text for _, text in told[: last + 1]]
    desk.settle()


def test_f07_what_is_corrected_after_a_torn_line_survives_the_next_crash(
    desk: Desk, stage: ReviewStage, run: Run
) -> None:
    desk.act("later")
    desk.settle()
    (journal,) = (stage.folder / "reviews").glob("*.jsonl")
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"name": "Change the te')
    run(stage.crash(desk.window))
    again = Desk(stage, run)
    again.answer("Take them up")
    again.wait(lambda: "taken up" in again.toasts())
    again.act("later")
    again.settle()
    before = again.window.review.document.cues
    run(stage.crash(again.window))
    third = Desk(stage, run)
    assert "2 changes" in spoken(third.question())
    third.answer("Take them up")
    third.wait(lambda: "taken up" in third.toasts())
    assert third.window.review.document.cues == before


def test_a_journal_that_is_no_journal_is_put_aside(desk: Desk, stage: ReviewStage, run: Run) -> None:
    desk.act("later")
    desk.settle()
    (journal,) = (stage.folder / "reviews").glob("*.jsonl")
    run(stage.crash(desk.window))
    journal.write_bytes(b"\0" * 300)
    again = Desk(stage, run)
    again.act("later")
    again.settle()
    assert journal.with_name(journal.name + ".damaged").read_bytes() == b"\0" * 300
    run(stage.crash(again.window))
    third = Desk(stage, run)
    assert "1 change " in spoken(third.question())
    third.answer("Take them up")
    third.wait(lambda: "taken up" in third.toasts())


def test_text_is_typed_and_saved_with_one_key(desk: Desk, stage: ReviewStage, run: Run) -> None:
    desk.act("later")
    desk.type_over("Good evening.")
    desk.act("save")
    desk.wait(lambda: "saved as a version" in desk.toasts())
    assert [word.text for word in version_of(stage, run).words[:2]] == [" Good", " evening."]


def test_a_field_that_is_left_leaves_nothing_to_take_up(
    desk: Desk, stage: ReviewStage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = desk.type_over("Good evening")
    desk.window.editor._on_typed_due()
    desk.settle()
    QTest.keyClick(field, Key.Key_Escape)
    desk.settle()
    assert not desk.window.editor.has_unsaved
    run(stage.crash(desk.window))
    assert Desk(stage, run).window.review.kept is None


def test_closing_with_an_open_field_asks_about_what_was_typed(desk: Desk, stage: ReviewStage) -> None:
    desk.type_over("Good evening.")
    desk.window.close()
    desk.answer("Stay")
    assert desk.texts()[0] == "Good evening."
    desk.settle()


def test_closing_while_it_is_saving_waits_for_the_captions(desk: Desk, stage: ReviewStage, run: Run) -> None:
    desk.act("later")
    desk.act("save")
    desk.act("save")
    desk.window.close()
    desk.wait(lambda: not stage.reviews.windows)
    job = run(stage.jobs.job(JOB))
    assert {step.kind: step.state for step in job.steps}[StepKind.CAPTIONS] is StepState.READY
    versions = run(stage.transcripts.of(job.recording.id))
    assert [each.author for each in versions].count(OPERATOR) == 1


def test_undo_after_save_is_a_change_of_the_saved_version(desk: Desk, stage: ReviewStage, run: Run) -> None:
    before = desk.window.review.document.cues
    desk.act("later")
    desk.act("save")
    desk.wait(lambda: "saved as a version" in desk.toasts())
    desk.act("undo")
    assert desk.window.review.document.cues == before
    assert desk.window.editor.has_unsaved
    desk.settle()
    run(stage.crash(desk.window))
    again = Desk(stage, run)
    again.answer("Take them up")
    again.wait(lambda: "taken up" in again.toasts())
    assert again.window.review.document.cues == before


def test_other_words_that_were_chosen_meanwhile_are_said_before_they_are_replaced(
    desk: Desk, stage: ReviewStage, run: Run
) -> None:
    job = desk.window.review.job
    other = replace(heard(), words=heard_words()[:-1])
    newer = run(stage.transcripts.save_version(job.recording, None, other, SPEECH))
    desk.act("later")
    desk.act("save")
    assert "Other words were chosen" in spoken(desk.question())
    desk.answer("Do not save")
    desk.wait(lambda: not desk.window.saving.is_saving)
    assert run(stage.transcripts.chosen(job.recording.id)).id == newer.id
    desk.settle()
    run(stage.crash(desk.window))
    again = Desk(stage, run)
    assert "corrections that were never saved" in again.toasts()
    assert again.window.review.version.id == newer.id


def test_nothing_is_left_behind_after_a_save(desk: Desk, stage: ReviewStage, run: Run) -> None:
    desk.act("later")
    desk.act("save")
    desk.wait(lambda: "saved as a version" in desk.toasts())
    desk.window.close()
    desk.wait(lambda: not stage.reviews.windows)
    assert Desk(stage, run).window.review.left_behind is None


def test_a_video_that_nobody_has_checked_is_not_played(build: Build, run: Run) -> None:
    stage = build()
    job = run(stage.jobs.job(JOB))
    other = add(stage.store, 2, recording=job.recording)
    window = run(stage.open(other))
    assert window.transport.hint.text() == VIDEO_UNCHECKED
    assert not window.player.can_play
    window.actions_["play"].trigger()
    assert not window.player.is_playing


def test_without_a_word_a_caption_can_be_added(build: Build, run: Run) -> None:
    desk = Desk(build(transcript=heard(())), run)
    assert desk.texts() == []
    for name in ("text", "split", "merge", "delete", "later", "start_here", "shift", "waive", "undo", "loop"):
        desk.act(name)
    desk.act("insert")
    field = desk.field()
    QTest.keyClick(field, Key.Key_A, CTRL)
    QTest.keyClicks(field, "[MUSIC]")
    QTest.keyClick(field, Key.Key_Return)
    assert desk.texts() == ["[MUSIC]"]
    desk.act("delete")
    assert desk.texts() == []
    desk.settle()


def test_the_only_caption_is_emptied_with_the_key_that_splits(build: Build, run: Run) -> None:
    desk = Desk(build(transcript=heard((Word(text=" Yes.", start=1.0, end=1.4),))), run)
    field = desk.type_over(" ")
    QTest.keyClick(field, Key.Key_Return, CTRL)
    assert desk.texts() == []
    desk.act("undo")
    assert desk.texts() == ["Yes."]
    desk.settle()


@pytest.mark.parametrize(
    "text",
    [
        "<b>Motion</b> 5 --> 6 & more",
        "{\\an8}Aye",
        "\u05e9\u05dc\u05d5\u05dd \u05dc\u05db\u05dc",
        "a b c d e f g h i j",
    ],
)
def test_whatever_is_typed_is_text_and_comes_back(
    desk: Desk, stage: ReviewStage, run: Run, text: str
) -> None:
    field = desk.type_over("")
    field.setPlainText(text)
    QTest.keyClick(field, Key.Key_Return)
    assert "".join(desk.texts()[0].split()) == "".join(text.split())
    desk.act("save")
    desk.wait(lambda: "saved as a version" in desk.toasts())
    assert "".join(word.text for word in version_of(stage, run).words).strip().startswith(text)


@pytest.mark.parametrize(
    ("column", "typed", "told"),
    [
        (Column.START, "-5", "is no time"),
        (Column.END, "0:00:01", "end before it has begun"),
        (Column.START, "99:59:59", "end before it has begun"),
        (Column.END, "9:00", "when the caption below it begins"),
        (Column.START, "0:01", "before the caption above it"),
    ],
)
def test_times_that_cannot_be_are_said_and_nothing_changes(
    desk: Desk, column: Column, typed: str, told: str
) -> None:
    desk.window.cues.choose(2)
    before = desk.window.review.document.cues
    desk.press(Key.Key_B if column is Column.START else Key.Key_E, CTRL | SHIFT)
    field = desk.field()
    assert isinstance(field, QLineEdit)
    field.setText(typed)
    QTest.keyClick(field, Key.Key_Return)
    assert told in desk.toasts()
    assert desk.window.review.document.cues == before


def test_an_end_beyond_the_video_is_its_end(desk: Desk) -> None:
    document = desk.window.review.document
    desk.window.cues.choose(document.count - 1)
    desk.press(Key.Key_E, CTRL | SHIFT)
    field = desk.field()
    assert isinstance(field, QLineEdit)
    field.setText("9:59:59")
    QTest.keyClick(field, Key.Key_Return)
    assert document.cue(document.count - 1).end_s <= document.duration_s
    desk.settle()


def test_a_meeting_of_many_words_is_shifted_beside_its_rows(
    build: Build, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editing, "MANY_WORDS", 20)
    desk = Desk(build(), run)
    rows = desk.texts()
    desk.act("shift")
    question = desk.question()
    assert isinstance(question, ShiftQuestion)
    question._scopes.button(2).click()
    desk.answer("Shift")
    desk.wait(lambda: desk.window.editor.is_busy)
    assert desk.texts() == rows
    desk.act("later")
    desk.window.close()
    desk.answer("Keep for later")
    desk.wait(lambda: not desk.stage.reviews.windows)


def test_players_are_gone_with_their_windows(desk: Desk, stage: ReviewStage, run: Run) -> None:
    desk.wait(lambda: desk.window.player.can_play)
    gone: list[bool] = []
    desk.window.player.destroyed.connect(lambda: gone.append(True))
    desk.window.close()
    desk.wait(lambda: bool(gone))


def test_a_corrected_name_is_offered_for_the_words_of_the_city(desk: Desk, stage: ReviewStage) -> None:
    field = desk.type_over("The Mapleton city council will come to order.")
    QTest.keyClick(field, Key.Key_Return)
    desk.act("save")
    question = desk.question()
    assert "words of Maplewood" in spoken(question)
    assert "Mapleton, heard as “maplewood” (corrected once)" in spoken(question)
    desk.answer("Add them")
    desk.wait(lambda: "added to the words" in desk.toasts())
    assert stage.pupil.learnt == [("oakdale", "maplewood", "Mapleton")]


def test_a_name_is_not_learnt_when_nobody_wants_it(desk: Desk, stage: ReviewStage) -> None:
    field = desk.type_over("The Mapleton city council will come to order.")
    QTest.keyClick(field, Key.Key_Return)
    desk.act("save")
    desk.answer("Not now")
    desk.wait(lambda: not desk.window.saving.is_saving)
    assert stage.pupil.learnt == []


def test_problems_are_mended_one_and_all_and_taken_back(desk: Desk) -> None:
    document = desk.window.review.document
    before = document.cues
    for row in (2, 6):
        desk.window.editor.attempt(partial(hurried, document, row))
    broken = document.cues
    desk.wait(lambda: desk.window.model.mendable == [2, 6])
    assert "(2)" in desk.window.actions_["mend_all"].text()
    desk.window.cues.choose(2)
    QTest.mouseClick(desk.window.worries.mend, Qt.MouseButton.LeftButton)
    assert document.cue(2) == before[2]
    desk.act("undo")
    assert document.cues == broken
    desk.wait(lambda: desk.window.model.mendable == [2, 6])
    desk.act("mend_all")
    desk.wait(lambda: "2 captions mended" in desk.toasts())
    assert document.cues == before
    assert document.undo_name == "Mend 2 places"
    desk.act("undo")
    assert document.cues == broken
    desk.window.cues.choose(0)
    desk.act("mend")
    assert "can be mended without a person" in desk.toasts()
    desk.settle()


def test_words_that_were_hardly_heard_are_underlined(build: Build, run: Run) -> None:
    words = list(heard_words())
    words[1] = replace(words[1], probability=0.3)
    desk = Desk(build(transcript=heard(tuple(words))), run)
    index = desk.window.model.index(0, Column.TEXT)
    assert index.data(Role.UNSURE) == ("Maplewood",)
    assert "little certainty: Maplewood" in str(index.data(Qt.ItemDataRole.ToolTipRole))
    rect = desk.window.cues.visualRect(index)
    desk.window.cues.choose(5)
    picture = desk.window.cues.viewport().grab(rect).toImage()
    held = QColor(look.LIGHT.held).rgb()
    dots = [picture.pixel(x, y) for y in range(picture.height()) for x in range(picture.width())].count(held)
    assert dots > 20
    plain = desk.window.cues.viewport().grab(desk.window.cues.visualRect(index.siblingAtRow(1))).toImage()
    assert held not in {plain.pixel(x, y) for y in range(plain.height()) for x in range(plain.width())}


def test_escape_decides_nothing_and_nothing_can_be_changed_before(
    desk: Desk, stage: ReviewStage, run: Run
) -> None:
    desk.act("later")
    desk.settle()
    before = desk.window.review.document.cues
    run(stage.crash(desk.window))
    again = Desk(stage, run)
    question = again.question()
    assert "Escape decides later" in spoken(question)
    QTest.keyClick(question, Key.Key_Escape)
    again.wait(lambda: again.window.state.text() == UNDECIDED)
    assert again.window.review.document.cues != before
    again.act("later")
    again.press(Key.Key_F2)
    assert not again.window.cues.is_typed_in
    again.window.sound.pulled.emit(0, 1.0, 2.0)
    assert not again.window.editor.has_unsaved
    again.act("close")
    again.wait(lambda: not stage.reviews.windows)
    third = Desk(stage, run)
    QTest.keyClick(third.question(), Key.Key_Escape)
    third.wait(lambda: third.window.state.text() == UNDECIDED)
    third.act("decide")
    third.answer("Take them up")
    third.wait(lambda: "taken up" in third.toasts())
    assert third.window.review.document.cues == before
    assert not third.window.actions_["decide"].isEnabled()
    third.act("later")
    assert third.window.review.document.undo_name == "Shift the caption"
    third.settle()


def left_behind(desk: Desk, stage: ReviewStage, run: Run, text: str) -> Desk:
    """Two captions are corrected, then the recording is heard again and other words count."""
    for row, written in ((0, "The Mapleton city council will come to order."), (2, text)):
        desk.window.cues.choose(row)
        QTest.keyClick(desk.type_over(written), Key.Key_Return)
    desk.settle()
    other = replace(heard(), words=heard_words()[:-1], run="heard-again")
    run(stage.transcripts.save_version(desk.window.review.job.recording, None, other, SPEECH))
    run(stage.crash(desk.window))
    again = Desk(stage, run)
    assert "Ctrl+Shift+L" in again.toasts()
    again.act("left_behind")
    again.wait(lambda: again.window.left_behind.shown is not None)
    return again


def press(desk: Desk, text: str, words: str) -> None:
    shown = desk.window.left_behind.shown
    assert shown is not None
    (found,) = (
        each
        for each in shown.findChildren(QPushButton)
        if each.text() == text and words in each.accessibleName() and not each.isHidden()
    )
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def test_corrections_of_other_words_are_applied_or_left_and_stay_noted(
    desk: Desk, stage: ReviewStage, run: Run
) -> None:
    again = left_behind(desk, stage, run, "The clerk will read the roll.")
    shown = again.window.left_behind.shown
    assert shown is not None
    assert shown.title.text() == "2 corrections"
    press(again, "Apply here", "Mapleton")
    assert again.texts()[0].startswith("The Mapleton city council")
    assert again.window.review.document.undo_name == "Correct the words"
    assert shown.title.text() == "1 correction"
    press(again, "Leave", "read")
    again.wait(lambda: again.window.left_behind.shown is None)
    assert again.texts()[2] == "The clerk will call the roll."
    again.act("left_behind")
    again.wait(lambda: again.window.left_behind.shown is not None)
    press(again, "Apply here", "read")
    assert again.texts()[2] == "The clerk will read the roll."
    again.wait(lambda: again.window.left_behind.shown is None)
    again.act("left_behind")
    again.wait(lambda: "stand here already" in again.toasts())
    assert len(list((stage.folder / "reviews").glob("*.jsonl"))) == 2
    again.settle()


def test_a_correction_that_belongs_nowhere_is_said(desk: Desk, stage: ReviewStage, run: Run) -> None:
    again = left_behind(desk, stage, run, "The clerk will read the roll.")
    again.window.cues.choose(2)
    again.act("delete")
    press(again, "Apply here", "read")
    assert "does not stand here any more" in again.toasts()
    shown = again.window.left_behind.shown
    assert shown is not None
    assert len(shown.lines) == 2
    again.act("left_behind")
    again.wait(lambda: again.window.left_behind.shown not in (None, shown))
    again.window.left_behind.shown.close()  # type: ignore[union-attr]
    again.wait(lambda: again.window.left_behind.shown is None)
    again.settle()
