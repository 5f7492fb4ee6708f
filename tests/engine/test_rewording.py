"""Names that were put right, taken back by a person over the real store: versions, captions again, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.store.kit import Transactions, add, job_id, recording, run_to_the_end, run_until
from vodstudio.captions.edits import Edits
from vodstudio.captions.rewording import reworded
from vodstudio.captions.transcript import Transcript, Word
from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import Conflict
from vodstudio.core.jobs import Job, JobId, JobState, StepKind, StopReason
from vodstudio.core.recording import Recording
from vodstudio.core.transcripts import SPEECH, TranscriptId, TranscriptVersion
from vodstudio.core.vocabulary import Alias
from vodstudio.services.rewording import Rewording
from vodstudio.services.transcripts import Transcripts
from vodstudio.store.store import SqliteStore

Run = Callable[[Coroutine[Any, Any, Any]], Any]
RECORDING = recording(1)
ALIASES = (Alias(heard="cone", written="Kohn"), Alias(heard="or chard", written="Orchard"))


class Lanes:
    """Whoever is woken."""

    def wake(self) -> None:
        pass

    def stop(self, job_id: JobId, reason: StopReason) -> None:
        raise AssertionError("nothing runs here")


class Bench:
    """The services over a real store, with a meeting that was heard and put right."""

    def __init__(self, folder: Path) -> None:
        held = SqliteStore(folder / "vodstudio.db")
        held.open()
        self.close = held.close
        self.store: Transactions = held
        self.transcripts = Transcripts(held, SystemClock(), lambda event: None, Lanes(), folder / "words")
        self.service = Rewording(self.transcripts)
        add(self.store, 1)

    def job(self) -> Job:
        found = self.store.call(lambda unit: unit.jobs.job(job_id(1)))
        assert found is not None
        return found

    def state(self) -> JobState:
        row = self.store.call(lambda unit: unit.jobs.row(job_id(1)))
        assert row is not None
        return row.state

    async def heard(self, text: str, edits: Edits | None = None) -> TranscriptVersion:
        words = tuple(
            Word(text=f" {part}", start=number * 1.0, end=number + 0.5)
            for number, part in enumerate(text.split())
        )
        heard = reworded(Transcript(language="en", duration=60.0, words=words), ALIASES)
        made = heard if edits is None else replace(heard, edits=edits)
        return await self.transcripts.save_version(RECORDING, None, made, SPEECH)

    async def said(self) -> str:
        chosen = await self.transcripts.chosen(RECORDING.id)
        assert chosen is not None
        transcript = await self.transcripts.read(chosen)
        return "".join(word.text for word in transcript.words).strip()


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_one_place_is_taken_back_and_the_captions_are_made_again(run: Run, bench: Bench) -> None:
    run_to_the_end(bench.store)
    first = run(bench.heard("motion by cone second by or chard and cone agrees"))
    shown = run(bench.transcripts.words_of(bench.job()))
    assert [(each.start_s, each.said) for each in shown.rewritten] == [
        (2.0, "motion by Kohn second by Orchard and"),
        (5.0, "by Kohn second by Orchard and Kohn agrees"),
        (8.0, "second by Orchard and Kohn agrees"),
    ]
    assert bench.state() is JobState.DONE
    done = run(bench.service.take_back(bench.job(), first, [shown.rewritten[1].place]))
    assert run(bench.said()) == "motion by Kohn second by or chard and Kohn agrees"
    assert (done.before, done.version.parent_id, done.version.is_by_hand) == (first, first.id, True)
    assert (done.later, bench.state()) == ("", JobState.WAITING)
    left = run(bench.transcripts.words_of(bench.job())).rewritten
    assert [each.place.written for each in left] == ["Kohn", "Kohn"]
    run_to_the_end(bench.store)
    back = run(bench.service.undo(bench.job(), done))
    assert run(bench.said()) == "motion by Kohn second by Orchard and Kohn agrees"
    assert (back.version.id, bench.state()) == (first.id, JobState.WAITING)
    assert len(run(bench.transcripts.of(RECORDING.id))) == 2, "no version is lost"


def test_one_kind_is_taken_back_in_the_whole_meeting_and_decisions_stay_with_their_words(
    run: Run, bench: Bench
) -> None:
    decided = Edits(locked_breaks=frozenset({4, 5}), time_overrides={5: (6.0, 8.0)})
    first = run(bench.heard("one or chard and or chard then more", decided))
    places = [each.place for each in run(bench.transcripts.words_of(bench.job())).rewritten]
    done = run(bench.service.take_back(bench.job(), first, places))
    assert run(bench.said()) == "one or chard and or chard then more"
    edits = run(bench.transcripts.read(done.version)).edits
    assert (sorted(edits.locked_breaks), dict(edits.time_overrides)) == ([6, 7], {7: (6.0, 8.0)})
    assert run(bench.transcripts.words_of(bench.job())).rewritten == ()


def test_what_a_person_wrote_meanwhile_is_theirs(run: Run, bench: Bench) -> None:
    first = run(bench.heard("motion by cone and cone"))
    heard = run(bench.transcripts.read(first))
    words = tuple(
        replace(word, text=" Cohen") if number == 2 else replace(word, start=word.start + 0.2)
        for number, word in enumerate(heard.words)
    )
    mine = run(bench.transcripts.save_version(RECORDING, first, replace(heard, words=words)))
    (left,) = run(bench.transcripts.words_of(bench.job())).rewritten
    assert left.said == "motion by Cohen and Kohn"
    with pytest.raises(Conflict, match="changed meanwhile"):
        run(bench.service.take_back(bench.job(), first, [left.place]))
    done = run(bench.service.take_back(bench.job(), mine, [left.place]))
    assert run(bench.said()) == "motion by Cohen and cone"
    run(bench.transcripts.choose(first.id))
    with pytest.raises(Conflict, match="changed meanwhile"):
        run(bench.service.undo(bench.job(), done))


@pytest.mark.parametrize("running", [StepKind.CAPTIONS, StepKind.PUBLISH])
def test_words_are_taken_back_also_when_captions_cannot_be_made_now(
    run: Run, bench: Bench, running: StepKind
) -> None:
    first = run(bench.heard("motion by cone"))
    (place,) = run(bench.transcripts.words_of(bench.job())).rewritten
    run_until(bench.store, running)
    done = run(bench.service.take_back(bench.job(), first, [place.place]))
    assert "right now" in done.later
    assert run(bench.said()) == "motion by cone"


def test_what_is_saved_while_places_are_taken_back_is_theirs(
    run: Run, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading and writing the words of a long meeting takes a moment: somebody may save just then."""
    first = run(bench.heard("motion by cone"))
    (left,) = run(bench.transcripts.words_of(bench.job())).rewritten
    heard = run(bench.transcripts.read(first))
    corrected = replace(heard, words=(*heard.words, Word(text=" Aye.", start=9.0, end=9.5)))
    write = Transcripts._write

    def saved_meanwhile(service: Transcripts, of: Recording, transcript: Transcript) -> tuple[Path, str]:
        monkeypatch.setattr(Transcripts, "_write", write)
        path, sha256 = write(service, of, replace(corrected, run="theirs"))
        bench.store.call(
            lambda unit: unit.transcripts.add(
                replace(first, id=TranscriptId("theirs"), path=path, sha256=sha256, author="operator")
            )
        )
        return write(service, of, transcript)

    monkeypatch.setattr(Transcripts, "_write", saved_meanwhile)
    with pytest.raises(Conflict, match="changed meanwhile"):
        run(bench.service.take_back(bench.job(), first, [left.place]))
    assert run(bench.said()) == "motion by Kohn Aye."


def test_the_power_goes_between_words_and_captions_and_both_or_none_have_happened(
    run: Run, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_to_the_end(bench.store)
    first = run(bench.heard("motion by cone"))
    (left,) = run(bench.transcripts.words_of(bench.job())).rewritten

    class PowerCut(BaseException):
        pass

    def cut(name: str) -> None:
        if name == "store.redo.written":
            raise PowerCut

    monkeypatch.setattr("vodstudio.store.redoing.crash_point", cut)
    with pytest.raises(PowerCut):
        run(bench.service.take_back(bench.job(), first, [left.place]))
    monkeypatch.undo()
    assert (run(bench.said()), bench.state()) == ("motion by Kohn", JobState.DONE)
    run(bench.service.take_back(bench.job(), first, [left.place]))
    assert (run(bench.said()), bench.state()) == ("motion by cone", JobState.WAITING)
