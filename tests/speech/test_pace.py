"""Speed and finish are those of the last minutes; times that cannot be are moved to the nearest that can."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vodstudio.workers.pace import RECENT_S, Pace
from vodstudio.workers.word_times import mended, nearest_moment, with_possible_times


class _Hand:
    """A clock that a test turns; in the sleep of a computer it stands still, as the real one does."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_promised_before_anything_was_heard() -> None:
    pace = Pace(clock=_Hand())
    assert (pace.speed, pace.remaining_s(100.0)) == (None, None)
    pace.passed(0.0, 0.0)
    assert (pace.speed, pace.remaining_s(100.0)) == (None, None)


def test_silence_counts_for_the_speed_and_speech_for_what_is_left() -> None:
    clock = _Hand()
    pace = Pace(clock=clock)
    pace.passed(0.0, 0.0)
    clock.now += 10.0
    pace.passed(100.0, 50.0)
    assert pace.speed == 10.0
    assert pace.remaining_s(150.0) == 20.0
    assert pace.remaining_s(10.0) == 0.0


def test_speech_that_does_not_move_promises_nothing() -> None:
    clock = _Hand()
    pace = Pace(clock=clock)
    pace.passed(0.0, 5.0)
    clock.now += 1.0
    pace.passed(1.0, 5.0)
    assert pace.remaining_s(10.0) is None


def test_e18_what_was_slow_an_hour_ago_is_forgotten() -> None:
    clock = _Hand()
    pace = Pace(clock=clock)
    pace.passed(0.0, 0.0)
    clock.now += 3600.0
    pace.passed(60.0, 60.0)
    at = 60.0
    while clock.now < 100.0 + 3600.0 + 2 * RECENT_S:
        clock.now += 10.0
        at += 100.0
        pace.passed(at, at)
    assert pace.speed == pytest.approx(10.0)
    assert pace.remaining_s(at + 100.0) == pytest.approx(10.0)


def _word(start: float, end: float) -> dict[str, object]:
    return {"text": " word", "start": start, "end": end, "probability": 0.5}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (1.0, 2.0, (1.0, 2.0)),
        (-3.0, 2.0, (0.0, 2.0)),
        (3.0, 2.0, (3.0, 3.0)),
        (math.nan, 8.0, (5.0, 8.0)),
        (6.0, math.nan, (6.0, 6.0)),
        (math.inf, -math.inf, (5.0, 5.0)),
        (9.0, 99.0, (9.0, 10.0)),
        (50.0, 99.0, (10.0, 10.0)),
        (9.5, 10.05, (9.5, 10.05)),
    ],
)
def test_e15_a_time_that_cannot_be_is_moved_to_the_nearest(
    start: float, end: float, expected: tuple[float, float]
) -> None:
    words, changed = with_possible_times([_word(start, end)], 5.0, 10.0)
    assert (words[0]["start"], words[0]["end"]) == expected
    assert changed == ((start, end) != expected)
    assert words[0]["text"] == " word"


_ANY = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(st.tuples(_ANY, _ANY), max_size=20), st.floats(0.0, 1e5))
def test_e15_whatever_the_engine_says_every_word_lies_in_the_recording(
    times: list[tuple[float, float]], duration_s: float
) -> None:
    words, _ = with_possible_times([_word(*pair) for pair in times], 0.0, duration_s)
    assert all(0.0 <= word["start"] <= word["end"] <= duration_s + 0.1 for word in words)
    again, changed = with_possible_times(words, 0.0, duration_s)
    assert (again, changed) == (words, 0)


@given(_ANY, st.floats(0.0, 1e5))
def test_e15_a_moment_lies_in_the_recording(value: float, duration_s: float) -> None:
    assert 0.0 <= nearest_moment(value, duration_s) <= duration_s


def test_a_word_behind_the_end_is_found_as_soon_as_the_end_is_known() -> None:
    """Batches are heard while the recording is still listened to."""
    window = {"start_s": 3.0, "end_s": 99.0, "words": [_word(3.0, 99.0)], "marks": []}
    heard = mended(window, math.inf)
    assert (heard["words"], heard["marks"]) == (window["words"], [])
    known = mended(heard, 4.0)
    assert [(word["start"], word["end"]) for word in known["words"]] == [(3.0, 4.0)]
    assert [(mark["rule"], mark["start"], mark["end"]) for mark in known["marks"]] == [("T1", 3.0, 4.0)]
    assert mended(known, 4.0) == known
