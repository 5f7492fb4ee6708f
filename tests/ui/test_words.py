"""The words of a job in the window: they come as they are heard, the reader decides what is in view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from tests.ui.fakes import NOW
from tests.ui.stage import Stage
from vodstudio.core.errors import Problem
from vodstudio.core.events import StepProgressed, TranscriptChosen, WordsHeard
from vodstudio.core.jobs import JobId, Json, Step, StepId, StepKind, StepState
from vodstudio.core.recording import RecordingId
from vodstudio.core.transcripts import OPERATOR, Passage, TranscriptId, TranscriptVersion
from vodstudio.services.transcripts import WordsOfJob
from vodstudio.ui.queue.heard import (
    device_chip,
    heard_from,
    may_try_card,
    places_of,
    progress_words,
    whole_words,
)
from vodstudio.ui.queue.passages import DOUBTS, TIME, PassageModel
from vodstudio.ui.queue.words import WordsTab
from vodstudio.ui.theme import DARK
from vodstudio.ui.wording import TIMES

Shown = Callable[[Callable[[], bool]], None]
LIVE, DONE = JobId("job-000001"), JobId("job-000009")
SENTENCE = "Would the clerk please call the roll? All members are present, and the motion carries. "


def passage(number: int, *doubts: str) -> Passage:
    start_s = 28.0 * number
    return Passage(
        start_s=start_s, end_s=start_s + 27, text=f"Number {number}. {SENTENCE * 3}", doubts=doubts
    )


def many_passages(count: int) -> tuple[Passage, ...]:
    return tuple(passage(number) for number in range(count))


def tab(stage: Stage) -> WordsTab:
    found = stage.page.details.findChild(WordsTab)
    assert isinstance(found, WordsTab)
    return found


def open_words(stage: Stage, shown: Shown, words: WordsOfJob, job_id: JobId = LIVE) -> WordsTab:
    stage.transcripts.words[job_id] = words
    stage.page.details.tabs.choose(1)
    stage.choose(2)
    stage.choose(int(job_id[-6:]))
    shown(lambda: list(tab(stage).model.passages) == list(words.passages) and tab(stage)._is_loaded)
    return tab(stage)


def hear(stage: Stage, *passages: Passage, job_id: JobId = LIVE, device: str = "") -> None:
    stage.bridge.post(WordsHeard(job_id=job_id, step_id=StepId("s"), passages=passages, device=device))


def is_at_end(words: WordsTab) -> bool:
    bar = words.view.verticalScrollBar()
    last = words.view.visualRect(words.model.index(words.model.rowCount() - 1, 0))
    return bar.value() == bar.maximum() and last.bottom() <= words.view.viewport().height()


def wheel_up(words: WordsTab) -> None:
    """As a hand does it."""
    viewport = words.view.viewport()
    at = QPointF(viewport.rect().center())
    event = QWheelEvent(
        at,
        viewport.mapToGlobal(at),
        QPoint(0, 0),
        QPoint(0, 480),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def labels(words: WordsTab) -> list[str]:
    return [label.text() for label in words.findChildren(QLabel) if label.isVisible()]


def test_words_appear_as_they_are_heard_and_the_newest_stay_in_view(stage: Stage, shown: Shown) -> None:
    words = open_words(stage, shown, WordsOfJob(passages=many_passages(30), is_whole=False))
    shown(lambda: is_at_end(words))
    hear(stage, passage(30), passage(31))
    shown(lambda: words.model.rowCount() == 32 and is_at_end(words))
    assert words.model.index(31).data() == passage(31).text
    assert words.model.index(31).data(TIME) == "14:28"


def test_whoever_scrolled_up_stays_there_until_the_newest_are_wanted(stage: Stage, shown: Shown) -> None:
    words = open_words(stage, shown, WordsOfJob(passages=many_passages(30), is_whole=False))
    shown(lambda: is_at_end(words))
    wheel_up(words)
    place = words.view.verticalScrollBar().value()
    assert not is_at_end(words)
    hear(stage, passage(30))
    shown(lambda: words.model.rowCount() == 31)
    assert words.view.verticalScrollBar().value() == place
    QTest.mouseClick(stage.button("Newest words", words), Qt.MouseButton.LeftButton)
    shown(lambda: is_at_end(words))
    hear(stage, passage(31))
    shown(lambda: words.model.rowCount() == 32 and is_at_end(words))
    QTest.keyClick(words.view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert not words.view.follows
    QTest.keyClick(words.view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert words.view.follows


def test_words_of_another_job_and_words_that_are_known_are_left_out(stage: Stage, shown: Shown) -> None:
    words = open_words(stage, shown, WordsOfJob(passages=many_passages(3), is_whole=False))
    hear(stage, passage(9), job_id=DONE)
    hear(stage, passage(2), passage(3))
    shown(lambda: words.model.rowCount() == 4)
    assert [p.start_s for p in words.model.passages] == [0.0, 28.0, 56.0, 84.0]


def test_the_first_words_end_the_waiting(stage: Stage, shown: Shown) -> None:
    words = open_words(stage, shown, WordsOfJob())
    assert "The words appear here as soon as they are heard." in labels(words)
    hear(stage, passage(0))
    shown(words.view.isVisible)
    assert "The words appear here as soon as they are heard." not in labels(words)


def test_a_recording_without_speech_is_told_from_one_that_was_not_heard_yet(
    stage: Stage, shown: Shown
) -> None:
    words = open_words(stage, shown, WordsOfJob(version=version()), DONE)
    shown(lambda: any("Nobody speaks" in text for text in labels(words)))


def test_progress_speed_and_end_are_told_while_words_are_heard(stage: Stage, shown: Shown) -> None:
    words = open_words(stage, shown, WordsOfJob(passages=many_passages(2), is_whole=False))
    stage.bridge.post(
        StepProgressed(
            job_id=LIVE,
            step_id=StepId("s"),
            kind=StepKind.SPEECH,
            progress=0.5,
            speed=6.1,
            remaining_s=3600.0,
        )
    )
    end = (NOW + timedelta(hours=1)).astimezone()
    shown(lambda: f"Hearing · 50 % · 6.1{TIMES} real time · done {end:%H:%M}" in labels(words))
    QTest.mouseClick(stage.button("Pause", stage.page.details), Qt.MouseButton.LeftButton)
    shown(lambda: ("pause", (LIVE,)) in stage.jobs.calls)
    QTest.mouseClick(stage.button("Resume", stage.page.details), Qt.MouseButton.LeftButton)
    shown(lambda: ("resume", (LIVE,)) in stage.jobs.calls)


def test_a_working_job_is_cancelled_from_its_page(stage: Stage, shown: Shown) -> None:
    open_words(stage, shown, WordsOfJob(passages=many_passages(2), is_whole=False))
    QTest.mouseClick(stage.button("Cancel", stage.page.details), Qt.MouseButton.LeftButton)
    shown(lambda: ("cancel", (LIVE,)) in stage.jobs.calls)


def test_the_whole_transcript_takes_the_place_of_the_live_words_where_the_reader_is(
    stage: Stage, shown: Shown
) -> None:
    words = open_words(stage, shown, WordsOfJob(passages=many_passages(40), is_whole=False))
    shown(lambda: is_at_end(words))
    words.view.show_row(20)
    row = stage.model.row_of(LIVE)
    assert row is not None
    finer = tuple(replace(p, start_s=p.start_s + half) for p in many_passages(40) for half in (0.0, 14.0))
    stage.transcripts.words[LIVE] = WordsOfJob(passages=finer, version=version())
    pips = tuple(replace(p, state=StepState.DONE) if p.kind is StepKind.SPEECH else p for p in row.pips)
    stage.jobs.put(replace(row, pips=pips, current=StepKind.CAPTIONS))
    shown(lambda: words.model.rowCount() == 80)
    shown(lambda: words.model.passages[words.view.top_row].start_s == 20 * 28.0)


def test_a_version_that_is_shown_is_not_read_again_and_a_new_one_is(stage: Stage, shown: Shown) -> None:
    first = version()
    stage.transcripts.versions[RecordingId(DONE)] = [first]
    words = open_words(stage, shown, WordsOfJob(passages=many_passages(5), version=first), DONE)
    reads = []
    read = stage.transcripts.words_of

    async def counted(job: object) -> WordsOfJob:
        reads.append(job)
        return await read(job)  # type: ignore[arg-type]

    stage.transcripts.words_of = counted  # type: ignore[method-assign]
    row = stage.model.row_of(DONE)
    assert row is not None
    stage.jobs.put(replace(row, note="told once more"))
    shown(lambda: stage.face(9).second == "told once more" and stage.coroutines.is_idle)
    assert reads == []
    mine = replace(first, id=TranscriptId("mine"), author=OPERATOR)
    stage.transcripts.versions[RecordingId(DONE)] = [mine]
    stage.transcripts.words[DONE] = WordsOfJob(passages=many_passages(2), version=mine)
    stage.bridge.post(TranscriptChosen(replace(mine, recording_id=RecordingId(DONE))))
    shown(lambda: words.model.rowCount() == 2)
    assert any("corrected" in text for text in labels(words))


def test_what_was_doubted_is_marked_listed_and_reached_with_one_click(stage: Stage, shown: Shown) -> None:
    passages = (*many_passages(20), passage(20, "the words repeat"), *(passage(n) for n in range(21, 40)))
    facts: Json = {"reheard": [{"start": 84.0, "end": 90.0, "why": ["nobody speaks here"], "kept": "alone"}]}
    words = open_words(stage, shown, WordsOfJob(passages=passages, facts=facts, version=version()), DONE)
    link = stage.button("2 places to listen to", words)
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    texts = [action.text() for action in words._menu.actions()]
    assert texts == ["1:24  heard again: nobody speaks here", "9:20  the words repeat"]
    words._menu.actions()[1].trigger()
    words._menu.close()
    assert words.view.currentIndex().row() == 20
    assert words.view.top_row == 20
    assert words.model.index(20).data(DOUBTS) == "the words repeat"
    stage.workplace.set_theme(DARK)
    assert not words.grab().isNull()


def test_reasons_at_one_moment_are_one_line_that_fits() -> None:
    gaps = [f"A voice is heard for {number} s, and there is no word" for number in (4, 9, 4)]
    facts: Json = {"reheard": [{"start": 560.2, "why": gaps}, {"start": 700, "why": ["A & B"]}]}
    passages = (passage(20, gaps[0]), passage(30, "the words repeat"))
    found = places_of(facts, passages)
    assert [(int(place.start_s), place.text) for place in found] == [
        (560, f"heard again: {gaps[0]}, and 1 more"),
        (700, "heard again: A & B"),
        (840, "the words repeat"),
    ]


def test_a_long_list_of_places_says_how_many_more_there_are(stage: Stage, shown: Shown) -> None:
    passages = tuple(passage(number, f"the words repeat {number} times") for number in range(50))
    words = open_words(stage, shown, WordsOfJob(passages=passages, version=version()), DONE)
    words._fill_menu()
    last = words._menu.actions()[-1]
    assert (last.text(), last.isEnabled(), len(words._menu.actions())) == (
        "30 more are marked in the text",
        False,
        21,
    )


def test_the_device_stays_on_the_page(stage: Stage, shown: Shown) -> None:
    facts: Json = {
        "device": "cpu",
        "fallbacks": [{"at_s": 3.0, "why": "The graphics card ran out of memory (CUDA 2)"}],
        "heard_from": {"track": 0, "channel": "right", "why": "The left channel is silent."},
    }
    words = open_words(
        stage, shown, WordsOfJob(passages=many_passages(2), facts=facts, version=version()), DONE
    )
    told = labels(words)
    assert "Processor · the graphics card ran out of memory" in told
    assert "The left channel is silent." in told
    assert "CUDA 2" in words._chip.toolTip()


def test_the_device_shows_from_the_first_words_and_changes_while_they_come(
    stage: Stage, shown: Shown
) -> None:
    words = open_words(stage, shown, WordsOfJob(is_whole=False))
    assert words._chip.isHidden()
    card: Json = {"device": "cuda", "device_why": "an NVIDIA card is here"}
    stage.transcripts.words[LIVE] = WordsOfJob(facts=card, is_whole=False)
    hear(stage, passage(0), device="cuda")
    shown(lambda: "Graphics card" in labels(words))
    assert words._chip.toolTip() == "An NVIDIA card is here"
    gave_up: Json = {"device": "cpu", "fallbacks": [{"at_s": 28.0, "why": "The driver failed"}]}
    stage.transcripts.words[LIVE] = WordsOfJob(facts=gave_up, is_whole=False)
    hear(stage, passage(1), device="cpu")
    shown(lambda: "Processor · the driver failed" in labels(words))
    assert words.model.passages == [passage(0), passage(1)]


def test_what_is_read_of_a_device_is_not_shown_for_another_job(stage: Stage, shown: Shown) -> None:
    words = open_words(stage, shown, WordsOfJob(passages=many_passages(1), is_whole=False))
    stage.transcripts.words[LIVE] = WordsOfJob(facts={"device": "cuda"}, is_whole=False)
    hear(stage, passage(1), device="cuda")
    stage.transcripts.words[DONE] = WordsOfJob(passages=many_passages(2), version=version())
    stage.choose(9)
    shown(lambda: len(words.model.passages) == 2 and words._is_loaded and stage.coroutines.is_idle)
    assert words._chip.isHidden()


def test_chosen_paragraphs_are_copied_with_their_times(stage: Stage, shown: Shown) -> None:
    words = open_words(stage, shown, WordsOfJob(passages=many_passages(5), version=version()), DONE)
    words.view.setFocus()
    words.view.selectRow(1)
    QTest.keyClick(words.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(words.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("  ")[0] for line in lines] == ["0:28", "0:56"]


def test_a_narrower_window_wraps_the_words_anew_and_keeps_the_place(stage: Stage, shown: Shown) -> None:
    words = open_words(stage, shown, WordsOfJob(passages=many_passages(200), version=version()), DONE)
    words.view.show_row(120)
    before = words.view.rowHeight(120)
    stage.page._splitter.setSizes([600, 700])
    shown(lambda: words.view.rowHeight(120) < before and not words.view._layout.isActive())
    assert words.view.top_row == 120


def test_the_paragraphs_keep_qts_rules(qtmodeltester: object) -> None:
    model = PassageModel()
    model.show(many_passages(3))
    qtmodeltester.check(model)  # type: ignore[attr-defined]
    assert [model.row_at(second) for second in (0.0, 27.9, 28.0, 999.0)] == [0, 0, 1, 2]
    model.show(())
    assert model.row_at(5.0) == 0


def version(author: str = "speech") -> TranscriptVersion:
    return TranscriptVersion(
        id=TranscriptId("v"),
        recording_id=RecordingId(DONE),
        parent_id=None,
        path=Path("/srv/words.v.json"),
        sha256="1",
        author=author,
        is_chosen=True,
        made_at=NOW,
    )


@pytest.mark.parametrize(
    ("facts", "text", "tip"),
    [
        ({}, None, None),
        ({"device": ""}, None, None),
        (
            {"device": "cpu", "device_why": "no NVIDIA driver is here"},
            "Processor",
            "No NVIDIA driver is here",
        ),
        ({"device": "cuda:1"}, "Graphics card", ""),
        ({"device": "npu"}, "npu", ""),
        ({"fallbacks": ["The driver failed"]}, "the driver failed", "The driver failed\nNo word was lost."),
        ({"device": "cpu", "fallbacks": [{"why": ""}, 3]}, "Processor · 3", "3\nNo word was lost."),
    ],
)
def test_the_device_in_words(facts: Json, text: str | None, tip: str | None) -> None:
    chip = device_chip(facts)
    assert (chip.text if chip else None, chip.tip if chip else None) == (text, tip)


def test_facts_that_are_missing_or_odd_are_no_trouble() -> None:
    assert heard_from({}) == ""
    assert heard_from({"heard_from": "the right channel"}) == "the right channel"
    assert places_of({"reheard": 3}, ()) == ()
    odd = {"reheard": [{"start": "soon"}, 7, {"start": 1}, {"start": 1, "why": "loop"}]}
    assert [place.text for place in places_of(odd, ())] == [
        "heard again: it was in doubt · heard again: loop"
    ]
    assert whole_words({}, None, NOW) == ""
    assert whole_words({"words": 1204, "model": "small", "language": "en"}, version(), NOW) == (
        "1,204 words · model small · English"
    )


def test_how_far_the_hearing_is_in_words() -> None:
    step = Step(id=StepId("s"), job_id=LIVE, kind=StepKind.SPEECH, state=StepState.RUNNING, progress=0.3)
    live = StepProgressed(
        job_id=LIVE, step_id=StepId("s"), kind=StepKind.SPEECH, progress=0.01, remaining_s=60.0
    )
    assert progress_words(step, None, NOW) == "Hearing · 30 %"
    assert progress_words(step, live, NOW) == "Hearing · 1 %"
    assert progress_words(replace(step, state=StepState.READY), live, NOW) == "ready"
    assert (
        progress_words(
            replace(step, state=StepState.FAILED, problem=Problem(code="VS-NO-MODEL", title="No model")),
            None,
            NOW,
        )
        == "No model"
    )


def test_a_card_that_was_given_up_can_be_tried_again_from_the_page(stage: Stage, shown: Shown) -> None:
    facts: Json = {
        "device": "cpu",
        "device_why": "the graphics card could not be used",
        "has_lost_card": True,
    }
    words = open_words(
        stage, shown, WordsOfJob(passages=many_passages(2), facts=facts, version=version()), DONE
    )
    again = stage.button("Try the graphics card again", words)
    again.setFocus()
    QTest.keyClick(again, Qt.Key.Key_Return)
    assert stage.cards_tried == 1
    shown(lambda: any(told.startswith("The graphics card is tried again") for told in stage.toasts()))
    assert not again.isVisible()


def test_where_no_card_failed_there_is_none_to_try_again(stage: Stage, shown: Shown) -> None:
    facts: Json = {"device": "cpu", "device_why": "no NVIDIA driver is here", "has_lost_card": False}
    words = open_words(
        stage, shown, WordsOfJob(passages=many_passages(2), facts=facts, version=version()), DONE
    )
    assert words._card.isHidden()
    assert may_try_card({"fallbacks": [{"why": "the driver failed"}]})
