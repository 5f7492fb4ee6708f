"""The review window as a person uses it: keys, clicks and typing, on a real store and the real sample meeting."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QScrollArea, QWidget

from tests.store.kit import add
from tests.ui.review_desk import CTRL, NONE, QUIET, SHIFT, Build, Desk, Key, Run, spoken
from tests.ui.review_kit import JOB, MEETING, ReviewStage, heard, heard_words
from vodstudio.captions.srt import parse_srt
from vodstudio.core.jobs import StepKind, StepState
from vodstudio.core.transcripts import OPERATOR, SPEECH
from vodstudio.services.reviewing import VIDEO_AWAY
from vodstudio.ui import theme as look
from vodstudio.ui.review.asking import ReasonQuestion, ShiftQuestion
from vodstudio.ui.review.model import Column, Role
from vodstudio.ui.review.player import NO_SOUND, NO_VIDEO
from vodstudio.ui.review.window import READ_ONLY
from vodstudio.ui.review.worries import CHECKING, RIGHT

pytestmark = QUIET


def test_a_word_is_corrected_with_the_keyboard_alone(desk: Desk) -> None:
    desk.press(Key.Key_Down)
    desk.press(Key.Key_Down)
    assert desk.window.cues.row == 2
    desk.press(Key.Key_Return)
    field = desk.field()
    assert isinstance(field, QPlainTextEdit)
    QTest.keyClick(field, Key.Key_A, CTRL)
    QTest.keyClicks(field, "The clerk will read the roll.")
    QTest.keyClick(field, Key.Key_Return)
    assert desk.texts()[2] == "The clerk will read the roll."
    assert desk.window.state.text().startswith(("Not saved", "Noting"))
    desk.press(Key.Key_Z, CTRL)
    assert desk.texts()[2] == "The clerk will call the roll."
    desk.press(Key.Key_Z, CTRL | SHIFT)
    assert desk.texts()[2] == "The clerk will read the roll."
    desk.settle()


def test_escape_leaves_the_text_as_it_was(desk: Desk) -> None:
    before = desk.texts()
    desk.press(Key.Key_F2)
    field = desk.field()
    QTest.keyClicks(field, "nonsense")
    QTest.keyClick(field, Key.Key_Escape)
    assert desk.texts() == before
    assert not desk.window.editor.has_unsaved


def test_times_are_typed_over_and_nonsense_is_not_taken(desk: Desk) -> None:
    desk.press(Key.Key_E, CTRL | SHIFT)
    field = desk.field()
    assert isinstance(field, QLineEdit)
    field.setText("9.2")
    QTest.keyClick(field, Key.Key_Return)
    assert str(desk.window.model.index(0, Column.END).data()).startswith("0:00:09.2")
    desk.press(Key.Key_B, CTRL | SHIFT)
    field = desk.field()
    assert isinstance(field, QLineEdit)
    field.setText("soon")
    QTest.keyClick(field, Key.Key_Return)
    assert desk.window.review.document.undo_name == "Change the times"
    assert "“soon” is no time" in desk.toasts()
    desk.press(Key.Key_B, CTRL | SHIFT)
    field = desk.field()
    assert isinstance(field, QLineEdit)
    field.setText("9:59")
    QTest.keyClick(field, Key.Key_Return)
    assert "cannot end before it has begun" in desk.toasts()
    desk.settle()


def test_split_at_the_cursor_join_and_delete(desk: Desk) -> None:
    count = len(desk.texts())
    desk.press(Key.Key_F2)
    field = desk.field()
    assert isinstance(field, QPlainTextEdit)
    QTest.keyClick(field, Key.Key_Home, CTRL)
    for _ in range(len("The Maplewood ")):
        QTest.keyClick(field, Key.Key_Right)
    QTest.keyClick(field, Key.Key_Return, CTRL)
    assert desk.texts()[:2] == ["The Maplewood", "city council will come to order."]
    desk.press(Key.Key_M, CTRL)
    assert len(desk.texts()) == count
    desk.act("split")
    assert len(desk.texts()) == count + 1
    desk.act("delete")
    assert len(desk.texts()) == count
    desk.settle()


def test_what_was_typed_is_kept_when_it_is_split(desk: Desk) -> None:
    desk.press(Key.Key_F2)
    field = desk.field()
    assert isinstance(field, QPlainTextEdit)
    QTest.keyClick(field, Key.Key_A, CTRL)
    QTest.keyClicks(field, "Good evening. The council")
    for _ in range(len("The council")):
        QTest.keyClick(field, Key.Key_Left)
    QTest.keyClick(field, Key.Key_Return, CTRL)
    assert desk.texts()[:2] == ["Good evening.", "The council"]
    desk.settle()


def test_find_and_replace_counts_steps_and_takes_back_at_once(desk: Desk) -> None:
    desk.press(Key.Key_F, CTRL)
    bar = desk.window.find_bar
    assert bar.isVisible()
    QTest.keyClicks(bar.needle, "council")
    places = int(bar.count.text().split()[0])
    assert places == sum(text.lower().count("council") for text in desk.texts())
    QTest.keyClick(bar.needle, Key.Key_Return)
    QTest.keyClick(bar.needle, Key.Key_Return)
    assert bar.count.text().startswith("2 of")
    desk.press(Key.Key_F3, SHIFT)
    assert bar.count.text().startswith("1 of")
    QTest.keyClicks(bar.other, "board")
    QTest.mouseClick(bar.replace, Qt.MouseButton.LeftButton)
    assert bar.count.text() == f"1 of {places - 1}"
    QTest.mouseClick(bar.replace_all, Qt.MouseButton.LeftButton)
    assert "council" not in " ".join(desk.texts()).lower()
    assert f"{places - 1} places replaced" in desk.toasts()
    desk.act("undo")
    assert bar.count.text().endswith(f"{places - 1}") or bar.count.text().startswith(f"{places - 1}")
    QTest.mouseClick(bar.case, Qt.MouseButton.LeftButton)
    assert int(bar.count.text().split()[-1 if " of " in bar.count.text() else 0]) < places
    QTest.keyClick(bar.needle, Key.Key_Escape)
    assert not bar.isVisible()
    desk.settle()


def test_replacing_with_what_is_looked_for_again_does_not_stand_still(desk: Desk) -> None:
    desk.act("find")
    bar = desk.window.find_bar
    bar.needle.setText("is present")
    bar.other.setText("is present, is present")
    QTest.mouseClick(bar.replace, Qt.MouseButton.LeftButton)
    first = desk.window.cues.row
    QTest.mouseClick(bar.replace, Qt.MouseButton.LeftButton)
    assert desk.window.cues.row > first
    desk.settle()


def test_the_whole_meeting_is_shifted_and_shifted_back(desk: Desk) -> None:
    before = desk.window.review.document.cues
    desk.act("shift")
    question = desk.question()
    assert isinstance(question, ShiftQuestion)
    question.seconds.setText("1,5")
    question._scopes.button(2).click()
    desk.answer("Shift")
    desk.wait(lambda: desk.window.review.document.undo_name == "Shift all captions")
    assert abs(desk.window.review.document.cue(3).start_s - before[3].start_s - 1.5) < 0.034
    for text, told in (("x", "no number"), ("nan", "no number"), ("-99", "room")):
        desk.act("shift")
        question = desk.question()
        assert isinstance(question, ShiftQuestion)
        question.seconds.setText(text)
        question._scopes.button(1).click()
        desk.answer("Shift")
        desk.wait(lambda: told in desk.toasts())  # noqa: B023 - waited for at once
    desk.act("shift")
    desk.answer("Cancel")
    desk.act("later")
    desk.act("earlier")
    desk.settle()


def test_a_caption_is_added_at_the_play_head(desk: Desk) -> None:
    desk.window.player.seek(1.0)
    desk.press(Key.Key_Insert)
    field = desk.field()
    QTest.keyClick(field, Key.Key_A, CTRL)
    QTest.keyClicks(field, "[MUSIC]")
    QTest.keyClick(field, Key.Key_Return)
    assert desk.texts()[0] == "[MUSIC]"
    desk.settle()


def test_begin_and_end_at_the_play_head(desk: Desk) -> None:
    desk.window.cues.choose(1)
    desk.window.player.seek(9.8)
    desk.press(Key.Key_F9)
    desk.window.player.seek(11.5)
    desk.press(Key.Key_F9, SHIFT)
    cue = desk.window.review.document.cue(1)
    assert abs(cue.start_s - 9.8) < 0.034
    assert abs(cue.end_s - 11.5) < 0.034
    desk.settle()


def test_saved_as_a_child_and_the_captions_are_made_again(desk: Desk, stage: ReviewStage, run: Run) -> None:
    desk.press(Key.Key_F2)
    field = desk.field()
    QTest.keyClick(field, Key.Key_A, CTRL)
    QTest.keyClicks(field, "Good evening.")
    QTest.keyClick(field, Key.Key_Return)
    desk.press(Key.Key_S, CTRL)
    desk.wait(lambda: "saved as a version" in desk.toasts())
    version = run(stage.transcripts.chosen(desk.window.review.job.recording.id))
    transcript = run(stage.transcripts.read(version))
    assert version.author == OPERATOR
    assert [word.text for word in transcript.words[:2]] == [" Good", " evening."]
    assert transcript.edits.locked_breaks
    job = run(stage.jobs.job(JOB))
    states = {step.kind: step.state for step in job.steps}
    assert states[StepKind.CAPTIONS] is StepState.READY
    assert states[StepKind.SPEECH] is StepState.DONE
    assert desk.window.state.text() == "Nothing is unsaved."
    assert list((stage.folder / "reviews").glob("*.jsonl")) == []
    assert "corrected by the operator" in desk.window.sub.text()


def test_f09_captions_that_another_program_changed_are_shown_before_they_are_replaced(
    desk: Desk, stage: ReviewStage
) -> None:
    path = stage.folder / "meeting.srt"
    path.write_bytes(path.read_bytes().replace(b"The", b"Ye"))
    assert parse_srt(path.read_bytes().decode())
    desk.act("later")
    desk.act("save")
    assert "meeting.srt is not what was made here" in spoken(desk.question())
    desk.answer("Do not save")
    desk.wait(lambda: not desk.window.editor.is_busy)
    assert desk.window.editor.has_unsaved
    desk.act("save")
    desk.answer("Replace them")
    desk.wait(lambda: "saved as a version" in desk.toasts())


def test_f07_a_crash_loses_nothing_that_was_noted(desk: Desk, stage: ReviewStage, run: Run) -> None:
    desk.window.cues.choose(2)
    desk.act("later")
    desk.act("merge")
    desk.act("undo")
    desk.settle()
    before = desk.window.review.document.cues
    run(stage.crash(desk.window))
    again = Desk(stage, run)
    assert "3 changes" in spoken(again.question())
    again.answer("Take them up")
    again.wait(lambda: "taken up" in again.toasts())
    assert again.window.editor.has_unsaved
    assert again.window.review.document.cues == before


def test_f07_a_line_that_was_being_written_is_left_out(desk: Desk, stage: ReviewStage, run: Run) -> None:
    desk.act("later")
    desk.settle()
    (journal,) = (stage.folder / "reviews").glob("*.jsonl")
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"name": "Change the te')
    run(stage.crash(desk.window))
    again = Desk(stage, run)
    again.answer("Throw them away")
    again.wait(lambda: not journal.exists())
    assert not again.window.editor.has_unsaved


def test_closing_with_unsaved_corrections_asks(desk: Desk, stage: ReviewStage, run: Run) -> None:
    desk.act("later")
    desk.act("close")
    desk.answer("Stay")
    assert desk.window.isVisible()
    desk.act("close")
    desk.answer("Keep for later")
    desk.wait(lambda: not stage.reviews.windows)
    again = Desk(stage, run)
    again.answer("Take them up")
    again.wait(lambda: again.window.editor.has_unsaved)
    again.act("close")
    again.answer("Throw away")
    desk.wait(lambda: not stage.reviews.windows)
    assert list((stage.folder / "reviews").glob("*.jsonl")) == []


def test_closing_can_save(desk: Desk, stage: ReviewStage, run: Run) -> None:
    desk.act("later")
    desk.act("close")
    desk.answer("Save and make again")
    desk.wait(lambda: not stage.reviews.windows)
    version = run(stage.transcripts.chosen(run(stage.jobs.job(JOB)).recording.id))
    assert version.author == OPERATOR


def test_a_saved_version_is_opened_as_it_was_left(desk: Desk, stage: ReviewStage, run: Run) -> None:
    desk.act("split")
    desk.act("later")
    before = desk.window.review.document.cues
    desk.act("save")
    desk.wait(lambda: "saved as a version" in desk.toasts())
    desk.act("close")
    desk.wait(lambda: not stage.reviews.windows)
    assert Desk(stage, run).window.review.document.cues == before


def test_f08_a_second_window_on_the_same_recording_can_only_be_read(
    desk: Desk, stage: ReviewStage, run: Run
) -> None:
    other = add(stage.store, 2, recording=desk.window.review.job.recording)
    second = run(stage.open(other))
    assert second.state.text() == READ_ONLY
    assert not second.model.flags(second.model.index(0, Column.TEXT)) & Qt.ItemFlag.ItemIsEditable
    second.actions_["later"].trigger()
    assert not second.review.document.is_changed
    run(stage.begin(JOB))
    assert len(stage.reviews.windows) == 2
    second.close()
    desk.wait(lambda: len(stage.reviews.windows) == 1)
    desk.act("later")
    assert desk.window.editor.has_unsaved
    desk.settle()


def test_f10_captions_after_the_end_of_the_video_are_flagged(build: Build, run: Run, tmp_path: Path) -> None:
    stage = build(facts={"duration_s": 60.0})
    desk = Desk(stage, run)
    desk.wait(lambda: desk.window.model.wrong_count > 0)
    last = desk.window.model.rowCount() - 1
    assert desk.window.model.index(last, 0).data(Role.IS_BEYOND)
    desk.window.cues.choose(last - 1)
    desk.press(Key.Key_F8)
    assert desk.window.cues.row == last
    assert "Q24" in str(desk.window.model.index(last, Column.MARKS).data())


def test_problems_are_visited_waived_with_a_reason_and_come_back(
    build: Build, run: Run, tmp_path: Path
) -> None:
    words = list(heard_words())
    fast = [replace(word, start=word.start / 3, end=word.end / 3) for word in words]
    stage = build(transcript=heard(tuple(fast)))
    desk = Desk(stage, run)
    desk.wait(lambda: desk.window.model.wrong_count > 2)
    desk.press(Key.Key_F8)
    row = desk.window.cues.row
    found = desk.window.model.findings(row)
    assert found
    assert found[0].rule in desk.window.worries.findChildren(QWidget)[0].text()  # type: ignore[attr-defined]
    desk.press(Key.Key_F8)
    assert desk.window.cues.row > row
    desk.press(Key.Key_F8, SHIFT)
    assert desk.window.cues.row == row
    count = len(found)
    desk.act("waive")
    desk.answer("Leave it")
    desk.wait(lambda: "reason is needed" in desk.toasts())
    desk.act("waive")
    question = desk.question()
    assert isinstance(question, ReasonQuestion)
    QTest.keyClicks(question.reason, "roll call")
    desk.answer("Leave it")
    desk.wait(lambda: len(desk.window.model.findings(row)) < count)
    assert desk.window.review.document.edits.waivers[0].reason == "roll call"


def test_what_was_changed_is_not_called_right_before_it_was_checked(desk: Desk) -> None:
    window = desk.window
    desk.wait(lambda: "nothing found amiss" in window.summary.text())
    assert window.worries.findChildren(QLabel)[0].text() == RIGHT
    desk.act("later")
    assert window.worries.findChildren(QLabel)[0].text() == CHECKING
    assert "being checked" in window.summary.text()
    desk.wait(lambda: "nothing found amiss" in window.summary.text())
    assert window.worries.findChildren(QLabel)[0].text() == RIGHT
    desk.settle()


def test_nothing_amiss_is_said(desk: Desk) -> None:
    desk.window.model.show_findings([])
    desk.act("next_problem")
    assert "Nothing is found amiss" in desk.toasts()


def test_the_video_plays_and_the_caption_is_drawn_in_its_place(desk: Desk) -> None:
    window = desk.window
    desk.wait(lambda: window.player.can_play)
    window.cues.choose(4)
    assert window.screen_.cue == window.review.document.cue(4)
    cells = window.screen_.cells(window.screen_.picture(), window.review.document.cue(4))
    picture = window.screen_.picture()
    rows = {round((rect.top() - picture.top()) / picture.height(), 3) for rect, _ in cells}
    assert min(rows) > 0.75
    assert max(rows) < 0.9
    assert all(picture.left() < rect.left() and rect.right() < picture.right() for rect, _ in cells)
    desk.press(Key.Key_F5)
    desk.wait(lambda: window.player.is_playing)
    desk.wait(lambda: not window.player.is_playing)
    cue = window.review.document.cue(4)
    assert abs(window.player.at_s - cue.end_s) < 0.5
    assert window.transport.hint.text() in (NO_SOUND, "")


def test_a_caption_is_repeated_until_somebody_stops_it(desk: Desk) -> None:
    window = desk.window
    desk.wait(lambda: window.player.can_play)
    window.cues.choose(3)
    cue = window.review.document.cue(3)
    window.player.set_speed(2.0)
    places: list[float] = []
    window.player.moved.connect(places.append)
    desk.press(Key.Key_F6)
    desk.wait(lambda: any(a - b > 1.0 for a, b in pairwise(places)))
    assert window.cues.row == 3
    assert min(places) >= cue.start_s - 0.1
    desk.act("loop")
    desk.act("play")
    assert not window.player.is_playing


def test_speed_and_place_have_keys(desk: Desk) -> None:
    player, transport = desk.window.player, desk.window.transport
    desk.act("faster")
    assert player.speed == 1.1
    assert transport.speed.currentText().startswith("1.1")
    desk.act("normal")
    desk.act("slower")
    assert player.speed == 0.9
    transport.speed.activated.emit(0)
    assert player.speed == 0.5
    player.seek(10.0)
    desk.act("back")
    assert player.at_s == 8.0
    desk.act("forward")
    assert player.at_s == 10.0
    desk.act("here")
    assert desk.window.cues.row == desk.window.review.document.row_at(10.0)


def test_without_a_video_the_captions_can_be_corrected_all_the_same(
    build: Build, run: Run, tmp_path: Path
) -> None:
    video = tmp_path / "gone.mp4"
    video.write_bytes(b"not a video")
    stage = build(video=video)
    video.unlink()
    desk = Desk(stage, run)
    assert desk.window.transport.hint.text() == VIDEO_AWAY
    desk.act("later")
    assert desk.window.editor.has_unsaved
    desk.settle()


def test_a_file_that_is_no_video_is_said(build: Build, run: Run, tmp_path: Path) -> None:
    video = tmp_path / "broken.mp4"
    video.write_bytes(b"not a video" * 100)
    stage = build(video=video)
    desk = Desk(stage, run)
    desk.wait(lambda: desk.window.transport.hint.text() == NO_VIDEO)


def test_the_picture_of_the_sound_is_pressed(desk: Desk) -> None:
    sound = desk.window.sound
    desk.wait(lambda: bool(sound._peaks))
    desk.window.player.seek(30.0)
    x = round(sound.x_of(35.0))
    QTest.mouseClick(sound, Qt.MouseButton.LeftButton, NONE, QPoint(x, 60))
    assert abs(desk.window.player.at_s - 35.0) < 0.1
    row = desk.window.review.document.row_at(37.0)
    x = round(sound.x_of(desk.window.review.document.cue(row).start_s + 0.3))
    QTest.mouseClick(sound, Qt.MouseButton.LeftButton, NONE, QPoint(x, 8))
    assert desk.window.cues.row == row


def test_every_action_has_a_key_and_the_sheet_shows_it(desk: Desk) -> None:
    told = dict(pair for _, pairs in desk.window.actions_.all_keys() for pair in pairs)
    assert all(told.values())
    assert len(set(told.values())) == len(told)
    desk.window.resize(1024, 620)
    desk.press(Key.Key_F1)
    assert desk.window.keys.isVisible()
    (area,) = desk.window.keys.findChildren(QScrollArea)
    sheet = area.widget()
    assert sheet is not None
    assert sheet.width() <= area.viewport().width()
    assert all(made.height() >= 18 for made in sheet.findChildren(QLabel))
    last = area.verticalScrollBar()
    QTest.keyClick(desk.window.keys, Key.Key_PageDown)
    QTest.keyClick(desk.window.keys, Key.Key_PageDown)
    assert last.value() == last.maximum() > 0
    QTest.keyClick(desk.window.keys, Key.Key_Escape)
    assert not desk.window.keys.isVisible()


def test_colours_follow_the_theme(desk: Desk, stage: ReviewStage) -> None:
    stage.reviews.set_theme(look.DARK)
    assert desk.window.delegate._theme is look.DARK


def test_a_model_as_qt_wants_it(desk: Desk, qtmodeltester: Any) -> None:
    desk.window.editor.stop()
    desk.wait(lambda: desk.window.coroutines.is_idle)
    qtmodeltester.check(desk.window.model)
    index = desk.window.model.index(0, Column.TEXT)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("Caption 1, 0:00:06")
    assert desk.window.model.headerData(3, Qt.Orientation.Horizontal) == "Text"


def test_a_job_without_words_says_so(build: Build, run: Run, tmp_path: Path) -> None:
    stage = build(is_filled=False)
    add(stage.store, 1)
    run(stage.begin(JOB))
    run(stage.until(lambda: bool(stage.told)))
    assert "no words to review" in str(stage.told[-1])


def test_the_meeting_is_real() -> None:
    assert MEETING.is_file()
    assert heard().author == SPEECH
