"""The words of a recording in the hands of a person: saved as versions, chosen, read back, captions made again."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.store.kit import (
    START,
    Transactions,
    add,
    finish_well,
    job_id,
    recording,
    run_to_the_end,
    run_until,
)
from vodstudio.captions.transcript import Mark, Transcript, Word, transcript_to_json
from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import Conflict, NoAccess, NotFound, VodError
from vodstudio.core.events import Event, JobChanged, TranscriptChosen
from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import Checkpoint, Claim, Job, JobId, JobState, StepKind, StopReason
from vodstudio.core.ports import Store
from vodstudio.core.transcripts import OPERATOR, TranscriptId
from vodstudio.services.transcripts import Transcripts, WordsOfJob
from vodstudio.store.store import SqliteStore

Run = Callable[[Coroutine[Any, Any, Any]], Any]
RECORDING = recording(1)


@dataclass
class Desk:
    """The service over a real store, and what it told."""

    service: Transcripts
    store: Transactions
    folder: Path
    told: list[Event] = field(default_factory=list)
    woken: int = 0

    def wake(self) -> None:
        self.woken += 1

    def stop(self, job_id: JobId, reason: StopReason) -> None:
        raise AssertionError("nothing runs here")


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    store = SqliteStore(tmp_path / "vodstudio.db")
    store.open()
    folder = tmp_path / "transcripts"
    made = Desk(service=None, store=store, folder=folder)  # type: ignore[arg-type]
    held: Store = store
    made.service = Transcripts(held, SystemClock(), made.told.append, made, folder)
    add(store, 1)
    yield made
    store.close()


def words(*texts: str) -> Transcript:
    heard = tuple(Word(text=f" {text}", start=n, end=n + 0.5) for n, text in enumerate(texts))
    return Transcript(language="en", duration=60.0, words=heard, run="abc", author="speech")


def trail(desk: Desk) -> list[tuple[str, dict[str, object]]]:
    rows = desk.store.call(
        lambda unit: unit.notes._connection.exec_driver_sql("SELECT what, body FROM audit ORDER BY no").all()  # type: ignore[attr-defined]
    )
    return [(what, json.loads(body)) for what, body in rows]


def test_a_correction_is_a_version_of_its_own_and_counts(run: Run, desk: Desk) -> None:
    assert run(desk.service.chosen(RECORDING.id)) is None
    first = run(desk.service.save_version(RECORDING, None, words("Aye"), "import"))
    second = run(desk.service.save_version(RECORDING, first, words("I", "agree")))
    assert run(desk.service.chosen(RECORDING.id)) == second
    assert [v.id for v in run(desk.service.of(RECORDING.id))] == [second.id, first.id]
    assert (first.author, second.author, second.parent_id) == ("import", OPERATOR, first.id)
    read = run(desk.service.read(second))
    assert [word.text for word in read.words] == [" I", " agree"]
    assert (read.author, read.parent) == (OPERATOR, run(desk.service.read(first)).run)
    assert (read.recording_fingerprint, len(read.run)) == (RECORDING.fingerprint, 12)
    assert second.path == desk.folder / RECORDING.fingerprint / f"words.{read.run}.json"
    assert second.path.with_name("words.json").read_bytes() == second.path.read_bytes()
    assert desk.told == [TranscriptChosen(first), TranscriptChosen(second)]
    assert trail(desk)[1] == (
        "transcript.saved",
        {
            "recording": RECORDING.title,
            "transcript": second.id,
            "parent": first.id,
            "sha256": sha256_of(second.path),
            "author": OPERATOR,
        },
    )


def test_an_earlier_version_can_be_chosen_again(run: Run, desk: Desk) -> None:
    first = run(desk.service.save_version(RECORDING, None, words("Aye")))
    run(desk.service.save_version(RECORDING, first, words("No")))
    back = run(desk.service.choose(first.id))
    assert (back.id, back.is_chosen) == (first.id, True)
    assert run(desk.service.chosen(RECORDING.id)) == back
    assert first.path.with_name("words.json").read_bytes() == first.path.read_bytes()
    assert desk.told[-1] == TranscriptChosen(back)
    assert trail(desk)[-1] == ("transcript.chosen", {"transcript": first.id})
    with pytest.raises(NotFound, match="not known"):
        run(desk.service.choose(TranscriptId("never")))


def test_f09_words_that_another_program_changed_are_not_believed(run: Run, desk: Desk) -> None:
    version = run(desk.service.save_version(RECORDING, None, words("Aye")))
    for path in (version.path, version.path.with_name("words.json")):
        path.write_text(transcript_to_json(words("No")), "utf-8")
    with pytest.raises(Conflict, match="changed by another program"):
        run(desk.service.read(version))
    version.path.unlink()
    with pytest.raises(NoAccess, match="cannot be opened"):
        run(desk.service.read(version))


def test_a_version_that_cannot_be_written_changes_nothing(run: Run, desk: Desk) -> None:
    first = run(desk.service.save_version(RECORDING, None, words("Aye")))
    desk.folder.rename(desk.folder.with_name("aside"))
    desk.folder.write_text("a file where the folder was")
    with pytest.raises(VodError):
        run(desk.service.save_version(RECORDING, None, words("No")))
    assert run(desk.service.chosen(RECORDING.id)) == first
    assert [event for event in desk.told if isinstance(event, TranscriptChosen)] == [TranscriptChosen(first)]


def test_a_version_counts_even_when_words_json_cannot_be_renewed(
    run: Run, desk: Desk, allowed_logs: list[str]
) -> None:
    first = run(desk.service.save_version(RECORDING, None, words("Aye")))
    beside = first.path.with_name("words.json")
    beside.unlink()
    beside.mkdir()
    allowed_logs.append("words.json was not renewed")
    second = run(desk.service.save_version(RECORDING, first, words("No")))
    assert run(desk.service.chosen(RECORDING.id)) == second


def test_captions_are_made_again_when_a_person_says_so(run: Run, desk: Desk) -> None:
    run_to_the_end(desk.store)
    row = run(desk.service.captions_again(job_id(1)))
    assert row.state is JobState.WAITING
    assert (desk.told, desk.woken) == ([JobChanged(row)], 1)
    assert trail(desk) == [("captions.again", {"job": job_id(1)})]


def test_captions_that_were_never_made_wait_for_their_turn(run: Run, desk: Desk) -> None:
    row = run(desk.service.captions_again(job_id(1)))
    assert row.state is JobState.WAITING
    assert trail(desk) == []
    with pytest.raises(NotFound, match="no job"):
        run(desk.service.captions_again(job_id(7)))


def job_of(desk: Desk) -> Job:
    found = desk.store.call(lambda unit: unit.jobs.job(job_id(1)))
    assert found is not None
    return found


def test_the_page_of_a_job_shows_what_was_heard_so_far_then_the_chosen_words(run: Run, desk: Desk) -> None:
    assert run(desk.service.words_of(job_of(desk))) == WordsOfJob()
    hearing = run_until(desk.store, StepKind.SPEECH)
    for place in (1, 0):  # a later window may be kept first
        body = {"words": [{"text": f" {place}", "start": float(place), "end": place + 0.5}]}
        kept = Checkpoint(key=f"window:{place}", body=body, at=START)
        assert keep(desk, hearing, kept)
    doubt = {"rule": "H1", "start": 0.0, "end": 1.0, "text": "it repeats"}
    reheard = {"start": 0.0, "end": 1.0, "why": ["it repeats"], "kept": "first"}
    fallback = {"at_s": 1.5, "why": "The graphics card ran out of memory"}
    for key, told in (
        ("listened:1", {"samples": 16000, "heard_from": {"track": 1, "why": "The first track is silent."}}),
        ("fallback:1:0", fallback),
        (
            "window:2",
            {"words": [], "marks": [doubt], "reheard": [reheard], "device": "cpu", "device_why": "no card"},
        ),
    ):
        assert keep(desk, hearing, Checkpoint(key=key, body=told, at=START))
    so_far = run(desk.service.words_of(job_of(desk)))
    assert ([p.text for p in so_far.passages], so_far.is_whole, so_far.version) == (["0 1"], False, None)
    assert so_far.passages[0].doubts == ("it repeats",)
    assert so_far.facts == {
        "reheard": [reheard],
        "fallbacks": [fallback],
        "heard_from": {"track": 1, "why": "The first track is silent."},
        "device": "cpu",
        "device_why": "no card",
    }
    finish_well(desk.store, hearing)
    mark = Mark(rule="H1", start=0.0, end=1.0, text="the words repeat")
    version = run(desk.service.save_version(RECORDING, None, replace(words("Aye", "aye"), marks=(mark,))))
    shown = run(desk.service.words_of(job_of(desk)))
    assert (shown.version, shown.is_whole) == (version, True)
    assert [(p.text, p.doubts) for p in shown.passages] == [("Aye aye", ("the words repeat",))]


def keep(desk: Desk, claimed: Claim, kept: Checkpoint) -> bool:
    return desk.store.call(lambda unit: unit.queue.checkpoint(claimed.step_id, claimed.attempt, kept))
