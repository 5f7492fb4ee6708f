"""The versions of the words as a contract, and what is done again when a person corrected them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.store.kit import (
    START,
    Transactions,
    add,
    after,
    claim,
    finish,
    finish_well,
    job_id,
    must_claim,
    new_job,
    recording,
    result_of,
    run_to_the_end,
    run_until,
)
from vodstudio.core.errors import Conflict, Problem
from vodstudio.core.jobs import Checkpoint, Claim, JobState, Output, PlanKind, StepKind, StepResult, StepState
from vodstudio.core.ports import Done, Failed, Held
from vodstudio.core.recording import Recording
from vodstudio.core.station import Lane
from vodstudio.core.transcripts import OPERATOR, SPEECH, TranscriptVersion, transcript_id

TROUBLE = Problem(code="VS-SERVER", title="The server said no")


def version(of: Recording, sha256: str, at: datetime = START, **changes: object) -> TranscriptVersion:
    made = {
        "id": transcript_id(of.fingerprint, sha256),
        "recording_id": of.id,
        "parent_id": None,
        "path": Path(f"/data/transcripts/{of.fingerprint}/words.{sha256}.json"),
        "sha256": sha256,
        "author": OPERATOR,
        "is_chosen": True,
        "made_at": at,
    }
    return TranscriptVersion(**{**made, **changes})  # type: ignore[arg-type]


def save(store: Transactions, of: Recording, sha256: str, at: datetime = START, **changes: object) -> None:
    store.call(lambda unit: unit.transcripts.add(version(of, sha256, at, **changes)))


def chosen(store: Transactions, of: Recording) -> str | None:
    found = store.call(lambda unit: unit.transcripts.chosen(of.id))
    return found.sha256 if found else None


def heard(store: Transactions, claimed: Claim, sha256: str, at: datetime = START) -> None:
    """The speech step ends with these words."""
    words = Output(name="words", path=Path(f"/data/words.{sha256}.json"), size_bytes=9, sha256=sha256)
    assert finish(store, claimed, Done(StepResult(outputs=(words,))), at)


def states(store: Transactions, number: int = 1) -> dict[StepKind, StepState]:
    job = store.call(lambda unit: unit.jobs.job(job_id(number)))
    assert job is not None
    return {step.kind: step.state for step in job.steps}


def keep(store: Transactions, claimed: Claim, key: str) -> bool:
    kept = Checkpoint(key=key, body={"id": 7}, at=START)
    return store.call(lambda unit: unit.queue.checkpoint(claimed.step_id, claimed.attempt, kept))


def redo(store: Transactions, number: int = 1, forget: tuple[str, ...] = ()) -> bool:
    return store.call(lambda unit: unit.jobs.redo(job_id(number), StepKind.CAPTIONS, after(99), forget))


def test_versions_are_told_newest_first_and_one_is_chosen(store: Transactions) -> None:
    add(store, 1)
    of = recording(1)
    assert chosen(store, of) is None
    save(store, of, "a", after(1), author=SPEECH)
    save(store, of, "b", after(2), parent_id=transcript_id(of.fingerprint, "a"))
    save(store, of, "c", after(2), is_chosen=False)
    found = store.call(lambda unit: unit.transcripts.of(of.id))
    assert [(each.sha256, each.is_chosen) for each in found] == [("c", False), ("b", True), ("a", False)]
    assert found[1] == version(of, "b", after(2), parent_id=found[2].id)
    store.call(lambda unit: unit.transcripts.choose(found[2].id))
    assert chosen(store, of) == "a"
    assert store.call(lambda unit: unit.transcripts.version(found[2].id)) == version(
        of, "a", after(1), author=SPEECH
    )


def test_a_version_that_is_known_stays_as_it_is_and_an_unknown_one_cannot_be_chosen(
    store: Transactions,
) -> None:
    add(store, 1)
    of = recording(1)
    save(store, of, "a", after(1))
    save(store, of, "a", after(5), author="somebody else", path=Path("/elsewhere"))
    assert store.call(lambda unit: unit.transcripts.of(of.id)) == [version(of, "a", after(1))]
    store.call(lambda unit: unit.transcripts.choose(transcript_id(of.fingerprint, "never")))
    assert chosen(store, of) == "a"
    assert store.call(lambda unit: unit.transcripts.version(transcript_id(of.fingerprint, "never"))) is None


def test_the_words_belong_to_the_content_wherever_it_lies(store: Transactions) -> None:
    add(store, 1)
    there = recording(2, fingerprint=recording(1).fingerprint, path=Path("/media/flex/copy.mp4"))
    store.call(lambda unit: unit.jobs.add(new_job(2, recording=there)))
    add(store, 3)
    save(store, recording(1), "a", after(1))
    assert (chosen(store, there), chosen(store, recording(3))) == ("a", None)
    save(store, there, "b", after(2))
    assert chosen(store, recording(1)) == "b"
    assert [v.is_chosen for v in store.call(lambda unit: unit.transcripts.of(there.id))] == [True, False]


def test_words_outlive_the_job_and_follow_a_recording_that_was_moved(store: Transactions) -> None:
    add(store, 1)
    of = recording(1)
    save(store, of, "a", after(1))
    store.call(lambda unit: unit.jobs.remove(job_id(1)))
    assert chosen(store, of) == "a"
    there = recording(2, fingerprint=of.fingerprint, path=Path("/media/flex/copy.mp4"))
    store.call(lambda unit: unit.jobs.add(new_job(2, recording=there)))
    store.call(lambda unit: unit.recordings.moved(of.id, there.path))
    found = store.call(lambda unit: unit.transcripts.of(there.id))
    assert [(each.recording_id, each.sha256) for each in found] == [(there.id, "a")]
    assert store.call(lambda unit: unit.transcripts.chosen(of.id)) is None


def test_what_was_heard_becomes_a_version_in_the_transaction_that_ends_the_step(store: Transactions) -> None:
    add(store, 1)
    heard(store, run_until(store, StepKind.SPEECH), "a", after(7))
    assert store.call(lambda unit: unit.transcripts.of(recording(1).id)) == [
        version(recording(1), "a", after(7), author=SPEECH, path=Path("/data/words.a.json"))
    ]


def test_a_step_that_made_no_words_makes_no_version(store: Transactions) -> None:
    add(store, 1)
    run_to_the_end(store)
    assert store.call(lambda unit: unit.transcripts.of(recording(1).id)) == []


@pytest.mark.parametrize(("author", "expected"), [(SPEECH, "new"), (OPERATOR, "old")])
def test_e20_a_new_hearing_never_takes_the_place_of_hand_edits(
    store: Transactions, author: str, expected: str
) -> None:
    add(store, 1)
    save(store, recording(1), "old", after(1), author=author)
    heard(store, run_until(store, StepKind.SPEECH), "new", after(2))
    assert chosen(store, recording(1)) == expected
    assert len(store.call(lambda unit: unit.transcripts.of(recording(1).id))) == 2


def test_captions_are_made_of_the_chosen_version_and_each_version_is_other_work(store: Transactions) -> None:
    add(store, 1)
    heard(store, run_until(store, StepKind.SPEECH), "a")
    first = run_until(store, StepKind.CAPTIONS)
    assert first.inputs.transcript == version(
        recording(1), "a", author=SPEECH, path=Path("/data/words.a.json")
    )
    assert first.inputs.words == Path("/data/words.a.json")
    finish_well(store, first)
    run_to_the_end(store)
    save(store, recording(1), "mine", after(5))
    assert redo(store)
    again = must_claim(store, Lane.LIGHT)
    assert (again.kind, again.reuse) == (StepKind.CAPTIONS, None)
    assert again.inputs.words == version(recording(1), "mine").path
    assert again.key != first.key


def test_captions_that_a_twin_made_of_the_same_words_are_used_again(store: Transactions) -> None:
    add(store, 1, plan=PlanKind.CAPTION_IN_PLACE)
    finish(store, run_until(store, StepKind.PROBE), Done(result_of(StepKind.PROBE)))
    save(store, recording(1), "mine")
    heard(store, run_until(store, StepKind.SPEECH), "a")
    run_to_the_end(store)
    there = recording(2, fingerprint=recording(1).fingerprint, path=Path("/media/flex/copy.mp4"))
    store.call(lambda unit: unit.jobs.add(new_job(2, recording=there, plan=PlanKind.CAPTION_IN_PLACE)))
    finish(store, run_until(store, StepKind.PROBE), Done(result_of(StepKind.PROBE)))
    heard(store, run_until(store, StepKind.SPEECH), "a")
    assert run_until(store, StepKind.CAPTIONS).reuse is not None


def test_only_captions_depend_on_the_chosen_words(store: Transactions) -> None:
    add(store, 1)
    save(store, recording(1), "mine")
    assert run_until(store, StepKind.SPEECH).inputs.transcript is None


def test_a_done_job_is_captioned_published_and_verified_again(store: Transactions) -> None:
    add(store, 1)
    run_to_the_end(store, after(50))
    assert redo(store)
    assert [kind for kind, state in states(store).items() if state is not StepState.DONE] == [
        StepKind.CAPTIONS,
        StepKind.PUBLISH,
        StepKind.VERIFY,
    ]
    row = store.call(lambda unit: unit.jobs.row(job_id(1)))
    assert row is not None
    assert (row.state, row.current, row.progress, row.ended_at) == (
        JobState.WAITING,
        StepKind.CAPTIONS,
        0.0,
        None,
    )
    assert run_to_the_end(store) == [StepKind.CAPTIONS, StepKind.PUBLISH, StepKind.VERIFY]
    assert set(states(store).values()) == {StepState.DONE}


@pytest.mark.parametrize("ending", [Failed(TROUBLE), Held("server:main", TROUBLE)])
def test_what_failed_or_waits_after_the_captions_is_begun_anew(
    store: Transactions, ending: Failed | Held
) -> None:
    add(store, 1)
    publishing = run_until(store, StepKind.PUBLISH)
    for key in ("show", "sidecar", "upload:7-1-A.scc:0", "upload:7-1-A.scc:0:0", "upload:7-1-A.mp4:0"):
        assert keep(store, publishing, key)
    finish(store, publishing, ending)
    assert redo(store, forget=("sidecar", "upload:*.scc:*"))
    assert states(store)[StepKind.PUBLISH] is StepState.WAITING
    assert store.call(lambda unit: unit.queue.held()) == []
    kept_keys = [kept.key for kept in store.call(lambda unit: unit.queue.checkpoints(publishing.step_id))]
    assert kept_keys == ["show", "upload:7-1-A.mp4:0"]
    assert run_to_the_end(store)[-1] is StepKind.VERIFY


def test_captions_that_are_not_made_yet_need_no_second_time(store: Transactions) -> None:
    add(store, 1)
    assert redo(store) is False
    assert redo(store, 2) is False
    assert states(store)[StepKind.CAPTIONS] is StepState.WAITING


def test_what_is_being_published_is_not_pulled_away(store: Transactions) -> None:
    add(store, 1)
    run_until(store, StepKind.PUBLISH)
    with pytest.raises(Conflict, match="being published right now"):
        redo(store)
    assert states(store)[StepKind.CAPTIONS] is StepState.DONE


def test_a_cancelled_job_is_not_brought_back_by_a_correction(store: Transactions) -> None:
    add(store, 1)
    finish_well(store, run_until(store, StepKind.CAPTIONS))
    store.call(lambda unit: unit.jobs.cancel(job_id(1), START))
    with pytest.raises(Conflict, match="was cancelled"):
        redo(store)
    assert claim(store, Lane.LIGHT) is None
