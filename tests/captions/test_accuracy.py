"""Measured accuracy: which minutes, how many words differ, and how sure that is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vodstudio.captions.accuracy import (
    Accuracy,
    accuracy_of,
    corrected_sample,
    minute_accuracy,
    sample_minutes,
    sample_text,
)
from vodstudio.captions.transcript import Word
from vodstudio.core.errors import BadMedia


def said(texts: Sequence[str], start: float = 0.0) -> list[Word]:
    return [
        Word(text=f" {text}", start=start + place * 0.3, end=start + place * 0.3 + 0.25)
        for place, text in enumerate(texts)
    ]


def test_three_minutes_of_a_meeting_one_from_each_third() -> None:
    regions = [(at, at + 8.0) for at in range(0, 7200, 10)]
    minutes = sample_minutes(regions, 7200.0)
    assert len(minutes) == 3
    assert all(end - start == 60.0 for start, end in minutes)
    assert [int(start // 2400) for start, _ in minutes] == [0, 1, 2]
    assert sample_minutes(regions, 7200.0) == minutes


def test_minutes_lie_where_somebody_speaks() -> None:
    regions = [(1000.0 + at, 1008.0 + at) for at in range(0, 600, 10)]
    for start, end in sample_minutes(regions, 7200.0):
        assert start >= 990
        assert end <= 1620


def test_minutes_of_scattered_speech_do_not_overlap() -> None:
    regions = [(float(at), at + 4.0) for at in range(0, 1200, 40)]
    minutes = sample_minutes(regions, 1200.0)
    assert len(minutes) == 3
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(minutes))


def test_a_burst_of_speech_has_as_many_minutes_as_fit() -> None:
    minutes = sample_minutes([(100.0, 200.0)], 7200.0)
    assert 1 <= len(minutes) <= 3


def test_a_short_recording_is_checked_whole_and_a_silent_one_not_at_all() -> None:
    assert sample_minutes([(1.0, 50.0)], 100.0) == ((0.0, 100.0),)
    assert sample_minutes([(1.0, 50.0)], 7200.0) == ((0.0, 7200.0),)
    assert sample_minutes([], 7200.0) == ()


def test_words_are_counted_as_people_would() -> None:
    heard = said(["The", "motion,", "carries", "uh", "five", "to", "too"])
    meant = said(["the", "motion", "carries", "five", "to", "two", "tonight."])
    assert accuracy_of(heard, meant, [(0.0, 60.0)]) == Accuracy(words=7, changed=1, missing=1, invented=1)
    assert accuracy_of(heard, heard, [(0.0, 60.0)]).errors == 0
    assert accuracy_of(heard, meant, [(0.0, 0.9), (30.0, 60.0)]) == Accuracy(
        words=3, changed=0, missing=0, invented=0
    )


WORDS = st.lists(st.sampled_from(["aye", "nay", "the", "motion", "carries"]), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None)
@given(WORDS, WORDS)
def test_the_rate_is_that_of_jiwer(meant: list[str], heard: list[str]) -> None:
    """An independent judge of the word error rate."""
    found = accuracy_of(said(heard), said(meant), [(0.0, 60.0)])
    expected = jiwer.process_words(" ".join(meant), " ".join(heard))
    assert found.error_percent == pytest.approx(100 * expected.wer)
    assert found.words == len(meant)


def test_confidence_is_said_plainly() -> None:
    few = Accuracy(words=40, changed=1, missing=0, invented=0)
    assert few.sentence == "1 of 40 words differ: too few words to say more"
    many = Accuracy(words=412, changed=3, missing=1, invented=0)
    assert many.sentence == (
        "4 of 412 words that were checked differ (1.0 %); for the whole recording that means 0.4 to 2.5 %"
    )
    assert Accuracy(words=0, changed=0, missing=0, invented=0).range_percent == (0.0, 100.0)
    assert Accuracy(words=0, changed=0, missing=0, invented=0).error_percent == 0.0
    assert Accuracy(words=0, changed=0, missing=0, invented=2).error_percent == 100.0
    assert Accuracy(words=100, changed=0, missing=0, invented=300).range_percent[1] == pytest.approx(100.0)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["Aye.", "the", "Lake", "Elmo", "twenty-five"]), max_size=40))
def test_a_sample_that_nobody_corrected_has_no_error(texts: list[str]) -> None:
    words = [Word(text=f" {text}", start=at * 3.1, end=at * 3.1 + 0.4) for at, text in enumerate(texts)]
    minutes = ((0.0, 40.5), (70.0, 3725.4))
    read, meant = corrected_sample(sample_text(words, minutes))
    assert read == minutes
    assert accuracy_of(words, meant, minutes).errors == 0


@pytest.mark.parametrize(
    "text", ["", "Good evening.", "Good [0:00:00 to 0:01:00]", "[0:01:00 to 0:01:00]\nAye."]
)
def test_what_is_no_sample_is_refused(text: str) -> None:
    with pytest.raises(BadMedia) as refused:
        corrected_sample(text)
    assert refused.value.code == "VS-NO-SAMPLE"


def test_one_minute_and_its_text_are_counted_as_in_a_sample() -> None:
    heard = [*said(["The", "motion", "carries"]), Word(text=" Later", start=70.0, end=71.0)]
    found = minute_accuracy(heard, "The notion carries, aye.", (0.0, 60.0))
    assert found == Accuracy(words=4, changed=1, missing=1, invented=0)


def test_words_before_the_first_time_are_no_sample() -> None:
    with pytest.raises(BadMedia):
        corrected_sample("Good evening.\n[0:00:00 to 0:01:00]\nAye.")


def test_a_sample_may_have_labels_without_tenths_and_minutes_without_words() -> None:
    minutes, words = corrected_sample("[0:00:00 to 0:01:00]\n\n[1:00:00 to 1:01:00]\nAye.\nNay.\n")
    assert minutes == ((0.0, 60.0), (3600.0, 3660.0))
    assert [(word.text, word.start) for word in words] == [(" Aye.", 3600.0), (" Nay.", 3630.0)]
