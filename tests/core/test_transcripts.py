"""Which version of the words counts, and when a step may be done again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from vodstudio.core.errors import Conflict
from vodstudio.core.jobs import PlanKind, StepKind, StepState, refuse_redo
from vodstudio.core.plan import followers_of, words_parameter
from vodstudio.core.recording import Fingerprint, RecordingId
from vodstudio.core.transcripts import (
    OPERATOR,
    SPEECH,
    TranscriptVersion,
    may_take_over,
    transcript_id,
)

MAYOR = Fingerprint("1-a")


def version(author: str) -> TranscriptVersion:
    return TranscriptVersion(
        id=transcript_id(MAYOR, "1"),
        recording_id=RecordingId("r"),
        parent_id=None,
        path=Path("/words.json"),
        sha256="1",
        author=author,
        is_chosen=True,
        made_at=datetime(2026, 11, 18, tzinfo=UTC),
    )


def test_e20_only_what_was_heard_gives_way_to_what_is_heard_anew() -> None:
    assert may_take_over(None)
    assert may_take_over(version(SPEECH))
    assert not may_take_over(version(OPERATOR))


def test_the_same_words_of_the_same_recording_are_the_same_version() -> None:
    assert transcript_id(MAYOR, "1") == transcript_id(MAYOR, "1")
    assert (
        len({transcript_id(MAYOR, "1"), transcript_id(MAYOR, "2"), transcript_id(Fingerprint("2"), "1")}) == 3
    )


def test_other_words_are_other_captions() -> None:
    assert words_parameter(None) == {}
    assert words_parameter(version(SPEECH)) == {"transcript": "1"}


def test_what_follows_a_step() -> None:
    assert followers_of(PlanKind.DELIVER, StepKind.CAPTIONS) == {StepKind.PUBLISH, StepKind.VERIFY}
    assert followers_of(PlanKind.CAPTION_IN_PLACE, StepKind.PROBE) == {
        StepKind.SPEECH,
        StepKind.CAPTIONS,
        StepKind.PUBLISH,
        StepKind.VERIFY,
    }
    assert followers_of(PlanKind.DELIVER, StepKind.VERIFY) == frozenset()


def test_a_step_is_done_again_only_when_nothing_runs_after_it_and_nobody_cancelled() -> None:
    done = dict.fromkeys((StepKind.CAPTIONS, StepKind.PUBLISH), StepState.DONE)
    refuse_redo(done, {StepKind.PUBLISH})
    refuse_redo({**done, StepKind.STILLS: StepState.RUNNING}, {StepKind.PUBLISH})
    with pytest.raises(Conflict, match="published right now"):
        refuse_redo({**done, StepKind.PUBLISH: StepState.RUNNING}, {StepKind.PUBLISH})
    with pytest.raises(Conflict, match="cancelled"):
        refuse_redo({**done, StepKind.STILLS: StepState.CANCELLED}, {StepKind.PUBLISH})
