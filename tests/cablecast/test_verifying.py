"""Proof of publication: what a viewer gets is compared with what we made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cablecast.conftest import Run
from tests.cablecast.fakes import CUES, FakeCatalogue, FakeClock, FakeContext, inputs_for
from vodstudio.core.errors import NeedsUser, NotYet
from vodstudio.core.jobs import Inputs, PlanKind, StepKind
from vodstudio.core.shows import NewShow, VodId, VodState
from vodstudio.services.read_back import compare, cues_of_pieces, words_of
from vodstudio.services.verifying import Verifying

TRUE_PIECES = [
    "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n00:00:02.002 --> 00:00:04.004 line:90%\n"
    "THE COUNCIL WILL COME\nTO ORDER.\n\n1\n00:00:09.009 --> 00:00:11.011\nPLEASE RISE FOR THE PLEDGE\n",
    "WEBVTT\r\n\r\n00:00:09.009 --> 00:00:11.011\r\nPLEASE RISE FOR THE PLEDGE\r\n\r\n"
    "00:19.520 --> 00:21.021\r\n<c>of allegiance,</c> Jose\u0301.\r\n",
]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def catalogue(clock: FakeClock, run: Run[Any]) -> FakeCatalogue:
    made = FakeCatalogue(clock, pieces=list(TRUE_PIECES))
    show = run(made.create_show(NewShow(title="Birchwood", location=1, marker="x")))
    vod = run(made.create_vod(show, 1))
    made.vods[vod] = replace(made.vods[vod], state=VodState.COMPLETE, length_s=30)
    return made


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    made = inputs_for(tmp_path / "made")
    facts = {"server": "main", "show_id": 101, "vod_id": 1, "has_captions": True}
    return replace(made, facts={StepKind.PUBLISH: facts})


@pytest.fixture
def context(tmp_path: Path, clock: FakeClock) -> FakeContext:
    return FakeContext(tmp_path / "work", clock)


def needs_somebody(run: Run[Any], coro: Any) -> NeedsUser:
    with pytest.raises(NeedsUser) as told:
        run(coro)
    return told.value


def test_true_captions_are_proved(
    catalogue: FakeCatalogue, clock: FakeClock, context: FakeContext, inputs: Inputs, run: Run[Any]
) -> None:
    result = run(Verifying(catalogue, clock).verify(context, inputs))
    assert result.facts["words"] == 14
    assert "14 words" in result.note


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("RISE", "RICE", "“rice” instead of “rise”"),
        ("TO ORDER.\n", "", "instead of"),
        ("JOSE", "JOSE", ""),
        ("00:19.520", "00:23.520", "4.0 s away"),
    ],
)
def test_what_differs_is_told(
    catalogue: FakeCatalogue,
    clock: FakeClock,
    context: FakeContext,
    inputs: Inputs,
    run: Run[Any],
    before: str,
    after: str,
    said: str,
) -> None:
    catalogue.pieces = [piece.replace(before, after) for piece in TRUE_PIECES]
    if not said:
        run(Verifying(catalogue, clock).verify(context, inputs))
        return
    error = needs_somebody(run, Verifying(catalogue, clock).verify(context, inputs))
    assert error.code == "VS-NOT-VERIFIED"
    assert error.title.startswith("Published, not verified: ")
    assert said in error.title


def test_missing_words_at_the_end_are_counted(
    catalogue: FakeCatalogue, clock: FakeClock, context: FakeContext, inputs: Inputs, run: Run[Any]
) -> None:
    catalogue.pieces = TRUE_PIECES[:1]
    error = needs_somebody(run, Verifying(catalogue, clock).verify(context, inputs))
    assert "11 of 14 words" in error.title


def test_what_608_cannot_show_is_compared_with_the_sidecar(
    catalogue: FakeCatalogue, clock: FakeClock, context: FakeContext, inputs: Inputs, run: Run[Any]
) -> None:
    """A letter that was replaced when the sidecar was written is not a fault of the server."""
    vtt = inputs.outputs["vtt"].path
    vtt.write_text(
        vtt.read_text(encoding="utf-8").replace("allegiance", "\N{GREEK SMALL LETTER ALPHA}llegiance"),
        encoding="utf-8",
    )
    assert run(Verifying(catalogue, clock).verify(context, inputs)).facts["words"] == 14


@pytest.mark.parametrize("state", [VodState.WAITING, VodState.QUEUED, VodState.PARTIAL, VodState.UNKNOWN])
def test_an_unfinished_video_is_waited_for(
    catalogue: FakeCatalogue,
    clock: FakeClock,
    context: FakeContext,
    inputs: Inputs,
    run: Run[Any],
    state: VodState,
) -> None:
    catalogue.vods[1] = replace(catalogue.vods[1], state=state)
    with pytest.raises(NotYet) as told:
        run(Verifying(catalogue, clock).verify(context, inputs))
    assert told.value.condition == "wait:vod:main:1"


@pytest.mark.parametrize("state", [VodState.ERROR, VodState.PERMANENT_FAILURE, VodState.DISABLED])
def test_a_broken_video_needs_somebody(
    catalogue: FakeCatalogue,
    clock: FakeClock,
    context: FakeContext,
    inputs: Inputs,
    run: Run[Any],
    state: VodState,
) -> None:
    catalogue.vods[1] = replace(catalogue.vods[1], state=state)
    assert needs_somebody(run, Verifying(catalogue, clock).verify(context, inputs)).code == "VS-VOD-FAILED"


def test_a_video_of_another_length(
    catalogue: FakeCatalogue, clock: FakeClock, context: FakeContext, inputs: Inputs, run: Run[Any]
) -> None:
    catalogue.vods[1] = replace(catalogue.vods[VodId(1)], length_s=25)
    error = needs_somebody(run, Verifying(catalogue, clock).verify(context, inputs))
    assert "0:25 long" in error.title
    in_place = replace(inputs, plan=PlanKind.CAPTION_IN_PLACE)
    assert "0:25 of 0:30" in run(Verifying(catalogue, clock).verify(context, in_place)).note


def test_captions_may_come_later_but_not_never(
    catalogue: FakeCatalogue, clock: FakeClock, context: FakeContext, inputs: Inputs, run: Run[Any]
) -> None:
    catalogue.pieces = []
    error = looked_until_somebody_is_needed(catalogue, clock, context, inputs, run)
    assert error.code == "VS-NO-CAPTION-TRACK"
    assert "Retranscode" in error.hint
    catalogue.pieces = TRUE_PIECES
    run(Verifying(catalogue, clock).verify(context, inputs))


def looked_until_somebody_is_needed(
    catalogue: FakeCatalogue, clock: FakeClock, context: FakeContext, inputs: Inputs, run: Run[Any]
) -> NeedsUser:
    """Once a minute for half an hour."""
    for _ in range(31):
        with pytest.raises(NotYet):
            run(Verifying(catalogue, clock).verify(context, inputs))
        clock.advance(60)
    return needs_somebody(run, Verifying(catalogue, clock).verify(context, inputs))


def test_g02_time_without_the_server_is_no_time_for_captions(
    catalogue: FakeCatalogue, clock: FakeClock, context: FakeContext, inputs: Inputs, run: Run[Any]
) -> None:
    """Away for hours, then back: it has its half hour; and again after a person's Retry."""
    catalogue.pieces = []
    with pytest.raises(NotYet):
        run(Verifying(catalogue, clock).verify(context, inputs))
    for hours in (7, 0):
        clock.advance(hours * 3600 + 10)
        looked_until_somebody_is_needed(catalogue, clock, context, inputs, run)


def test_words_are_compared_without_dress() -> None:
    assert words_of("The Mayor\u2019s naïve ½ \u2013 ♪ [APPLAUSE] _x_") == [
        "the",
        "mayors",
        "naive",
        "1",
        "2",
        "applause",
        "x",
    ]


def test_a_repeated_caption_of_the_meeting_itself_counts_twice() -> None:
    ours = [(1.0, "Aye."), (2.0, "Aye."), (3.0, "Aye.")]
    piece = "WEBVTT\n\n" + "".join(f"00:0{n}.000 --> 00:0{n}.900\nAye.\n\n" for n in (1, 2, 3))
    assert not compare(ours, cues_of_pieces([piece, piece])).problem
    assert compare([], []).words == 0


def test_the_cues_of_the_tests_are_what_they_say() -> None:
    assert sum(len(words_of(cue.text)) for cue in CUES) == 14
