"""Captions pulled along the sound: on frames, held by speech, never over a neighbour."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import council_words, said
from vodstudio.captions.commands import LEAST_S, set_times
from vodstudio.captions.cue import check_cues
from vodstudio.captions.document import Document
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.pulling import Grip, grip_at, pull
from vodstudio.captions.segment import Setting
from vodstudio.captions.transcript import Transcript, Word

TEXT = "I move to approve the minutes. | Is there a second? | All in favor say aye. | The motion carries."


def opened(words: list[Word], duration_s: float) -> Document:
    transcript = Transcript(language="en", duration=duration_s, words=tuple(words), run="heard")
    return Document(transcript, BROADCAST_32, Setting(duration_s=duration_s))


@pytest.fixture
def document() -> Document:
    words = said(TEXT)
    return opened(words, words[-1].end + 5)


def test_an_edge_goes_to_the_nearest_frame(document: Document) -> None:
    cue, frame_s = document.cue(1), document.frame_s
    start, end = pull(document, 1, Grip.END).to(0.11)
    assert start == pytest.approx(cue.start_s)
    assert end == pytest.approx(cue.end_s + 3 * frame_s)
    start, end = pull(document, 1, Grip.START).to(0.11)
    assert (start, end) == pytest.approx((cue.start_s + 3 * frame_s, cue.end_s))


def test_an_edge_holds_at_speech_that_is_near_and_nowhere_else(document: Document) -> None:
    cue = document.cue(1)
    voice = [(cue.start_s - 0.3, cue.end_s + 0.3)]
    held = pull(document, 1, Grip.END, voice)
    assert held.to(0.2, 0.15)[1] == pytest.approx(cue.end_s + 0.3, abs=document.frame_s / 2)
    assert held.to(0.2)[1] == pytest.approx(cue.end_s + 0.2, abs=document.frame_s / 2)
    held = pull(document, 1, Grip.START, voice)
    assert held.to(-0.2, 0.15)[0] == pytest.approx(cue.start_s - 0.3, abs=document.frame_s / 2)


def test_the_whole_caption_goes_with_its_length_and_either_edge_holds(document: Document) -> None:
    cue = document.cue(1)
    lasts_s = cue.end_s - cue.start_s
    for voice in ([(cue.start_s + 0.3, 99.0)], [(-9.0, cue.end_s + 0.3)]):
        start, end = pull(document, 1, Grip.WHOLE, voice).to(0.25, 0.1)
        assert start == pytest.approx(cue.start_s + 0.3, abs=document.frame_s / 2)
        assert end - start == pytest.approx(lasts_s)


def test_neighbours_and_the_ends_of_the_video_stop_it(document: Document) -> None:
    gap_s, last = BROADCAST_32.min_gap_frames * document.frame_s, document.count - 1
    assert pull(document, 1, Grip.START).to(-99.0)[0] == pytest.approx(document.cue(0).end_s + gap_s)
    assert pull(document, 1, Grip.END).to(99.0)[1] == pytest.approx(document.cue(2).start_s - gap_s)
    assert pull(document, 0, Grip.WHOLE).to(-99.0)[0] == 0.0
    assert pull(document, last, Grip.END).to(99.0)[1] <= document.duration_s
    start, end = pull(document, 1, Grip.START).to(99.0)
    assert LEAST_S <= end - start < LEAST_S + document.frame_s


def test_where_nobody_knows_the_length_of_the_video_the_last_caption_has_a_minute() -> None:
    document = opened(said("Good evening."), 0.0)
    end_s = document.cue(0).end_s
    assert pull(document, 0, Grip.END).to(999.0)[1] == pytest.approx(end_s + 60, abs=0.1)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.sampled_from(Grip),
    st.floats(-20, 20),
    st.floats(0, 1),
    st.lists(st.tuples(st.floats(0, 60), st.floats(0, 60)), max_size=4),
)
def test_what_was_pulled_can_be_done_and_covers_no_other_caption(
    seed: int, place: int, grip: Grip, by_s: float, near_s: float, voice: list[tuple[float, float]]
) -> None:
    words, duration_s = council_words(seed, 8)
    document = opened(words, duration_s)
    row = place % document.count
    times = pull(document, row, grip, voice).to(by_s, near_s)
    before = document.cues
    if grip is Grip.WHOLE:
        assert times[1] - times[0] == pytest.approx(before[row].end_s - before[row].start_s)
    document.apply(set_times(document, row, *times))
    assert (document.cue(row).start_s, document.cue(row).end_s) == pytest.approx(times)
    check_cues(document.cues)
    assert " ".join(cue.text for cue in document.cues) == " ".join(cue.text for cue in before)


def test_what_lies_under_the_hand(document: Document) -> None:
    cue = document.cue(1)
    assert grip_at(document, cue.start_s + 0.05, 0.1) == (1, Grip.START)
    assert grip_at(document, cue.start_s - 0.05, 0.1) in ((1, Grip.START), (0, Grip.END))
    assert grip_at(document, cue.end_s - 0.05, 0.1) == (1, Grip.END)
    assert grip_at(document, (cue.start_s + cue.end_s) / 2, 0.1) == (1, Grip.WHOLE)
    assert grip_at(document, document.duration_s, 0.1) is None
    assert grip_at(document, 0.0, 0.1) is None
    assert grip_at(document, document.cue(0).start_s - 0.05, 0.1) == (0, Grip.START)
    assert grip_at(document, document.cue(document.count - 1).end_s + 0.05, 0.1) == (
        document.count - 1,
        Grip.END,
    )
    assert grip_at(opened([], 60.0), 1.0, 0.1) is None


def test_a_narrow_caption_keeps_a_middle_to_hold(document: Document) -> None:
    cue = document.cue(1)
    assert grip_at(document, (cue.start_s + cue.end_s) / 2, 60.0) == (1, Grip.WHOLE)
