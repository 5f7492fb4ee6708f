"""Names that were put right, on the Words page: listed, reached and taken back with mouse and keys, and undone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from tests.ui.stage import Stage
from tests.ui.test_words import DONE, open_words, tab
from vodstudio.captions.passages import passages_of
from vodstudio.captions.rewording import reworded, rewritten
from vodstudio.captions.transcript import Transcript, Word
from vodstudio.core.errors import Conflict
from vodstudio.core.jobs import Job, JobId
from vodstudio.core.recording import RecordingId
from vodstudio.core.rows import JobRow
from vodstudio.core.transcripts import TranscriptVersion
from vodstudio.core.vocabulary import Alias
from vodstudio.services.transcripts import Counted, WordsOfJob
from vodstudio.ui.queue.rewritten import MOST_PLACES, by_kind
from vodstudio.ui.wording import TIMES

Shown = Callable[[Callable[[], bool]], None]
ALIASES = (Alias(heard="cone", written="Kohn"), Alias(heard="lason", written="Larson"))
SAID = "moved by cone and seconded by lason . cone says aye ."


def meeting(stage: Stage, shown: Shown, said: str = SAID) -> None:
    """A version of the words on the page, read anew from whatever version is chosen."""
    words = tuple(
        Word(text=f" {part}", start=number * 30.0, end=number * 30.0 + 0.5)
        for number, part in enumerate(said.split())
    )
    heard = reworded(Transcript(language="en", duration=60.0 * len(words), words=words), ALIASES)
    transcripts, recording = stage.transcripts, RecordingId(DONE)

    async def words_of(job: Job) -> WordsOfJob:
        version = await transcripts.chosen(recording)
        if job.id != DONE or version is None:
            return WordsOfJob()
        now = transcripts.read_words[version.id]
        return WordsOfJob(passages=passages_of(now.words), rewritten=rewritten(now), version=version)

    transcripts.words_of = words_of  # type: ignore[method-assign]
    row = stage.model.row_of(DONE)
    assert row is not None

    async def begin() -> None:
        job = await stage.jobs.job(DONE)
        version = await transcripts.save_version(job.recording, None, heard)
        assert version.recording_id == recording
        first = await words_of(job)
        transcripts.words[DONE] = first

    stage.coroutines.start(begin())
    shown(lambda: DONE in transcripts.words)
    open_words(stage, shown, transcripts.words[DONE], DONE)
    shown(tab(stage).rewritten.toggle.isVisible)


def texts(stage: Stage) -> str:
    return " ".join(passage.text for passage in tab(stage).model.passages)


def listed(stage: Stage) -> list[str]:
    found = tab(stage).rewritten._list.findChildren(QLabel)
    return [label.text() for label in found if label.isVisible()]


def test_names_are_listed_reached_and_taken_back_one_by_one(stage: Stage, shown: Shown) -> None:
    meeting(stage, shown)
    panel = tab(stage).rewritten
    assert panel.toggle.text() == "2 names put right in 3 places"
    assert not panel._list.isVisible()
    QTest.mouseClick(panel.toggle, Qt.MouseButton.LeftButton)
    kinds = [f"cone → Kohn (2{TIMES})", f"lason → Larson (1{TIMES})"]
    shown(lambda: [text for text in listed(stage) if "→" in text] == kinds)
    QTest.mouseClick(stage.button("4:00", panel), Qt.MouseButton.LeftButton)
    assert tab(stage).model.passages[tab(stage).view.currentIndex().row()].text.startswith("Kohn")
    one = next(
        button for button in panel.findChildren(type(panel.toggle))
        if button.accessibleName() == "Take back: “Kohn” at 4:00"
    )  # fmt: skip
    QTest.mouseClick(one, Qt.MouseButton.LeftButton)
    shown(lambda: "cone says aye" in texts(stage))
    assert "by Kohn and" in texts(stage)
    assert stage.transcripts.again == [DONE]
    assert panel.toggle.text() == "2 names put right in 2 places"
    shown(lambda: any(t.startswith("1 place says what was heard again") for t in stage.toasts()))
    QTest.mouseClick(stage.button("Undo"), Qt.MouseButton.LeftButton)
    shown(lambda: "Kohn says aye" in texts(stage))
    assert stage.transcripts.again == [DONE, DONE]
    shown(lambda: any(t.startswith("The names are written as before") for t in stage.toasts()))


def test_one_kind_is_taken_back_everywhere_with_the_keyboard_alone(stage: Stage, shown: Shown) -> None:
    meeting(stage, shown)
    panel = tab(stage).rewritten
    panel.toggle.setFocus()
    QTest.keyClick(panel.toggle, Qt.Key.Key_Return)
    shown(lambda: bool(listed(stage)))
    QTest.keyClick(panel.toggle, Qt.Key.Key_Tab)
    first = stage.window.focusWidget()
    assert first is not None
    assert first.accessibleName() == "Take back all: “Kohn”, heard as “cone”, everywhere"
    QTest.keyClick(first, Qt.Key.Key_Space)
    shown(lambda: "by cone and" in texts(stage) and "cone says" in texts(stage))
    shown(lambda: panel.toggle.text() == "1 name put right in 1 place")
    shown(lambda: len(listed(stage)) == 2)
    assert stage.window.focusWidget() is panel.toggle, "the keyboard is not lost with the line"
    QTest.keyClick(panel.toggle, Qt.Key.Key_Tab)
    QTest.keyClick(stage.window.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(stage.window.focusWidget(), Qt.Key.Key_Space)
    shown(lambda: "seconded by lason" in texts(stage))
    shown(lambda: not panel.isVisible())
    assert stage.window.focusWidget() is tab(stage).view


def test_very_many_places_are_counted_and_the_first_are_listed(stage: Stage, shown: Shown) -> None:
    meeting(stage, shown, "cone " * (MOST_PLACES + 5))
    panel = tab(stage).rewritten
    QTest.mouseClick(panel.toggle, Qt.MouseButton.LeftButton)
    shown(lambda: "5 more places are not listed one by one." in listed(stage))
    assert len(by_kind(panel._found)[("cone", "Kohn")]) == MOST_PLACES + 5


def test_a_second_press_does_not_cut_off_the_first(stage: Stage, shown: Shown) -> None:
    """What is written is written: nobody may be left without its way back."""
    meeting(stage, shown)
    panel = tab(stage).rewritten
    QTest.mouseClick(panel.toggle, Qt.MouseButton.LeftButton)
    shown(lambda: bool(listed(stage)))
    correct, is_free, asked = stage.transcripts.correct, asyncio.Event(), []

    async def slow(
        job: Job, parent: TranscriptVersion, transcript: Transcript, *, overrules: bool = False
    ) -> Counted:
        asked.append(parent)
        await is_free.wait()
        return await correct(job, parent, transcript, overrules=overrules)

    stage.transcripts.correct = slow  # type: ignore[method-assign]
    takers = [b for b in panel.findChildren(type(panel.toggle)) if b.text() == "Take back"]
    QTest.mouseClick(takers[0], Qt.MouseButton.LeftButton)
    shown(lambda: len(asked) == 1)
    QTest.mouseClick(takers[1], Qt.MouseButton.LeftButton)
    is_free.set()
    shown(lambda: panel.toggle.text() == "2 names put right in 2 places")
    shown(lambda: any(told.startswith("1 place says what was heard again") for told in stage.toasts()))
    assert (len(asked), stage.transcripts.again) == (1, [DONE])
    QTest.mouseClick(stage.button("Take back", panel), Qt.MouseButton.LeftButton)
    shown(lambda: panel.toggle.text() == "1 name put right in 1 place")


def test_words_that_were_changed_meanwhile_are_not_overruled(stage: Stage, shown: Shown) -> None:
    meeting(stage, shown)
    panel = tab(stage).rewritten
    QTest.mouseClick(panel.toggle, Qt.MouseButton.LeftButton)
    known = stage.transcripts.versions[RecordingId(DONE)]
    known[:] = [replace(known[0], is_chosen=False)]
    shown(lambda: bool(listed(stage)))
    QTest.mouseClick(stage.button("Take back all", panel), Qt.MouseButton.LeftButton)
    shown(lambda: any("changed meanwhile" in toast for toast in stage.toasts()))
    assert stage.transcripts.again == []


def test_captions_that_cannot_be_made_now_are_made_when_a_person_says_so(stage: Stage, shown: Shown) -> None:
    meeting(stage, shown)
    again, busy = stage.transcripts.captions_again, [True, True]

    async def captions_again(job_id: JobId) -> JobRow:
        if busy:
            busy.pop()
            raise Conflict("This job is being published right now", hint="Nothing is lost.")
        return await again(job_id)

    stage.transcripts.captions_again = captions_again  # type: ignore[method-assign]
    panel = tab(stage).rewritten
    QTest.mouseClick(panel.toggle, Qt.MouseButton.LeftButton)
    shown(lambda: bool(listed(stage)))
    QTest.mouseClick(stage.button("Take back all", panel), Qt.MouseButton.LeftButton)
    shown(lambda: any("being published right now" in told for told in stage.toasts()))
    QTest.mouseClick(stage.button("Make captions again"), Qt.MouseButton.LeftButton)
    shown(lambda: not busy and any("being published right now" in told for told in stage.toasts()))
    QTest.mouseClick(stage.button("Make captions again"), Qt.MouseButton.LeftButton)
    shown(lambda: any(told.startswith("The captions are made again") for told in stage.toasts()))
    assert stage.transcripts.again == [DONE]
    assert "by cone and" in texts(stage)
