"""words.json and the times of words: what is refused, what is mended, and that nothing is invented."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vodstudio.captions.repair import SHORTEST_S, repair_words
from vodstudio.captions.transcript import (
    Mark,
    Transcript,
    Word,
    read_transcript,
    transcript_from_json,
    transcript_to_json,
)
from vodstudio.core.errors import BadMedia, NoAccess

TIME = st.floats(0, 1e5, allow_nan=False)
WORDS = st.builds(
    Word,
    text=st.text(st.characters(codec="utf-8"), max_size=10),
    start=TIME,
    end=TIME,
    probability=st.none() | st.floats(0, 1),
    window=st.none() | st.integers(0, 1000),
    source=st.sampled_from(("", "demo")),
)


@given(
    st.builds(
        Transcript,
        language=st.sampled_from(("en", "es")),
        duration=TIME,
        words=st.lists(WORDS, max_size=5).map(tuple),
        regions=st.lists(st.tuples(TIME, TIME), max_size=3).map(tuple),
        marks=st.lists(
            st.builds(Mark, rule=st.just("H9"), start=TIME, end=TIME, text=st.text()), max_size=2
        ).map(tuple),
        run=st.text(max_size=5),
        author=st.text(max_size=5),
        settings=st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
    )
)
def test_what_is_written_is_read_back(transcript: Transcript) -> None:
    text = transcript_to_json(transcript)
    assert transcript_from_json(text) == transcript
    assert transcript_to_json(transcript_from_json(text)) == text


def test_language_duration_and_words_are_enough(tmp_path: Path) -> None:
    path = tmp_path / "words.json"
    path.write_text(
        '\ufeff{"language": "en", "duration": 9, "words": [{"text": "Aye.", "start": 1, "end": 2}]}', "utf-8"
    )
    read = read_transcript(path)
    assert (read.duration, read.words[0].text, read.words[0].probability) == (9.0, "Aye.", None)


WORD = {"text": "a", "start": 1, "end": 2}


def body(**changes: object) -> str:
    return json.dumps({"language": "en", "duration": 9, "words": [WORD]} | changes)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        (body(schema=2), "schema"),
        (body(words=None), "no list called words"),
        (body(words=["a"]), "word 1 is not an object"),
        (body(language=7), "language"),
        (body(duration="9"), "duration"),
        (body(duration=-1), "cannot be"),
        (body(duration=True), "duration"),
        (body(duration=10**400), "too large"),
        (body(settings=[]), "settings"),
        (body(regions={"a": 1}), "regions"),
        (body(regions=[[1]]), "pair"),
        (body(marks={"a": 1}), "marks"),
        (body(marks=[1]), "mark is not"),
        (body(marks=[{"rule": "H9", "start": 1, "end": 2}]), "text"),
        (body(regions=[[1, "2"]]), "region ends"),
        (body(duration=float("nan")), "NaN"),
        (body(words=[WORD | {"start": float("inf")}]), "Infinity"),
        (body(words=[WORD | {"start": -0.5}]), "word 1: start"),
        (body(words=[WORD, WORD | {"text": None}]), "word 2: text"),
        (body(words=[WORD | {"end": None}]), "word 1: end"),
        (body(words=[WORD | {"window": 1.5}]), "window"),
        (body(words=[WORD | {"window": True}]), "window"),
        (body(words=[WORD | {"probability": "high"}]), "probability"),
        (body(duration=9).replace("9", "1e999"), "cannot be"),
    ],
)
def test_e15_words_that_cannot_be_are_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(BadMedia, match="list of words cannot be used") as raised:
        transcript_from_json(text)
    assert why in raised.value.detail
    assert raised.value.code == "VS-WORDS-BROKEN"


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.json"
    with pytest.raises(NoAccess, match="cannot be opened"):
        read_transcript(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadMedia):
        read_transcript(path)


def test_a_time_that_is_no_number_is_not_written() -> None:
    with pytest.raises(BadMedia):
        transcript_to_json(Transcript(language="en", duration=math.nan))


def word(start: float, end: float, text: str = " a") -> Word:
    return Word(text=text, start=start, end=end)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-5, 60), st.floats(-5, 60)), max_size=30),
    st.sampled_from((0.0, 0.1, 5.0, 50.0)),
)
def test_repaired_times_are_possible(times: list[tuple[float, float]], duration_s: float) -> None:
    words = [word(start, end, f" {index}") for index, (start, end) in enumerate(times)]
    mended = repair_words(words, duration_s).words
    assert [old.text for old in words] == [new.text for new in mended]
    least = min(SHORTEST_S, duration_s / max(1, len(words))) if duration_s else SHORTEST_S
    for one in mended:
        assert 0 <= one.start < one.end
        assert one.end - one.start >= least - 1e-9
        if duration_s:
            assert one.end <= duration_s + 1e-9
    for before, after in itertools.pairwise(mended):
        assert before.end <= after.start + 1e-9


def test_good_times_are_kept() -> None:
    words = [word(1.0, 1.5), word(1.5, 2.0), word(4.0, 4.4)]
    repaired = repair_words(words, 10.0)
    assert (list(repaired.words), repaired.findings) == (words, ())


@pytest.mark.parametrize(
    ("words", "index", "expected"),
    [
        ([word(1.0, 11.0), word(11.0, 11.5)], 0, (10.4, 11.0)),
        ([word(9.0, 9.4), word(9.4, 19.0)], 1, (9.4, 10.0)),
        ([word(1.0, 2.0), word(2.0, 12.0), word(12.0, 12.5)], 1, (11.4, 12.0)),
        ([word(3.0, 13.0)], 0, (12.4, 13.0)),
    ],
)
def test_w2_a_stretched_word_is_cut_on_the_side_of_the_silence(
    words: list[Word], index: int, expected: tuple[float, float]
) -> None:
    repaired = repair_words(words, 20.0)
    found = repaired.words[index]
    assert (found.start, found.end) == pytest.approx(expected)
    assert [finding.rule for finding in repaired.findings] == ["W2"]


def test_w2_a_stretched_word_begins_where_the_voice_does() -> None:
    (mended,) = repair_words([word(1.0, 11.0)], 20.0, speech=[(0.0, 0.5), (9.5, 14.0)]).words
    assert (mended.start, mended.end) == (9.5, 11.0)
    (other,) = repair_words([word(1.0, 11.0)], 20.0, speech=[(5.0, 14.0)]).words
    assert (other.start, other.end) == pytest.approx((10.4, 11.0))


def test_w5_the_first_word_of_a_sentence_goes_with_it() -> None:
    """A real hearing in short: the word lies over the end of one voice, its sentence begins with the next."""
    words = [
        word(10.0, 10.4, " later."),
        word(10.4, 11.3, " These"),
        word(12.8, 13.6, " steady"),
        word(13.6, 14.0, " walks"),
    ]
    speech = [(4.0, 10.9), (12.5, 20.0)]
    repaired = repair_words(words, 30.0, speech)
    assert [one.start for one in repaired.words] == pytest.approx([10.0, 12.5, 12.8, 13.6])
    assert [finding.rule for finding in repaired.findings] == ["W5"]
    assert repair_words(repaired.words, 30.0, speech).words == repaired.words


@pytest.mark.parametrize(
    ("before", "text", "speech"),
    [
        (" later,", " These", [(4.0, 10.9), (12.5, 20.0)]),
        (" later.", " these", [(4.0, 10.9), (12.5, 20.0)]),
        (" later.", " Yes.", [(4.0, 10.9), (12.5, 20.0)]),
        (" later.", " These", [(4.0, 11.4), (12.5, 20.0)]),
        (" later.", " These", [(4.0, 10.9)]),
        (" later.", " These", []),
        (" later.", " These", [(4.0, 10.9), (12.9, 20.0)]),
    ],
)
def test_w5_a_word_that_may_be_where_it_was_heard_stays(
    before: str, text: str, speech: list[tuple[float, float]]
) -> None:
    words = (word(10.0, 10.4, before), word(10.4, 11.3, text), word(12.8, 13.6, " steady"))
    assert repair_words(words, 30.0, speech).words == words


def _at_once(*texts: str, at_s: float = 10.6) -> list[Word]:
    return [word(at_s, at_s, f" {text}") for text in texts]


def test_w4_words_heard_at_one_moment_take_the_quiet_after_them() -> None:
    """A real hearing in short: the words of a sentence have no length, and then nobody speaks for two seconds."""
    words = [
        word(10.0, 10.6, " Please"),
        *_at_once("state", "your", "name", "and"),
        word(10.6, 10.9, " address."),
        word(13.5, 14.0, " Thank"),
    ]
    repaired = repair_words(words, 30.0)
    starts = [one.start for one in repaired.words]
    each_s = [len(text) / 15 for text in ("state.", "your.", "name.", "and.")]
    assert starts == pytest.approx([10.0, *itertools.accumulate(each_s, initial=10.6), 13.5])
    assert repaired.words[5].end - repaired.words[5].start == pytest.approx(0.3)
    assert {finding.rule for finding in repaired.findings} == {"W4"}
    assert repair_words(repaired.words, 30.0).words == repaired.words


def test_w4_they_share_the_quiet_that_there_is() -> None:
    words = [word(10.0, 10.6), *_at_once("state", "your", "name", "and"), word(11.3, 12.0)]
    mended = repair_words(words, 30.0).words
    assert mended[4].end == pytest.approx(11.2)
    voiced = repair_words(words, 30.0, speech=[(2.0, 4.0), (9.0, 11.0)]).words
    assert voiced[4].end == pytest.approx(11.0)
    assert repair_words(words[:-1], 10.9).words[4].end == pytest.approx(10.9)


@pytest.mark.parametrize("touching", [0, 12])
def test_w4_no_quiet_near_them_leaves_them(touching: int) -> None:
    """Nothing is moved over the words that follow, nor more of them carried along than a few."""
    words = [word(10.0, 10.6), *_at_once("state", "your", "name", "and"), word(10.6, 11.0)]
    words += [word(11.0 + number / 2, 11.5 + number / 2) for number in range(touching)]
    words.append(word(words[-1].end + 0.12, words[-1].end + 1.0))
    mended = repair_words(words, 30.0).words
    assert mended[6:] == tuple(words[6:])
    assert [one.start for one in mended[1:5]] == pytest.approx([10.6, 10.62, 10.64, 10.66])


@pytest.mark.parametrize(
    ("speech", "ended_s", "begins_s"),
    [([], 10.6, 60 - 29 / 15), ([(1.0, 11.0), (58.5, 60.0)], 10.6, 58.5), ([(1.0, 60.0)], 58.2, 58.2)],
)
def test_w4_where_the_recording_ends_with_them_they_take_the_quiet_before_them(
    speech: list[tuple[float, float]], ended_s: float, begins_s: float
) -> None:
    before = word(ended_s - 0.6, ended_s)
    crowd = _at_once("Thank", "you", "for", "coming", "to", "this", at_s=60.0)
    repaired = repair_words([before, *crowd], 60.0, speech)
    assert repaired.words[0] == before
    assert repaired.words[1].start == pytest.approx(begins_s)
    assert repaired.words[-1].end == pytest.approx(60.0)
    assert [found.rule for found in repaired.findings] == ["W4"] * 6
    assert min(one.end - one.start for one in repaired.words) > 0.1


@pytest.mark.parametrize("at_s", [10.6, 10.56])
def test_w4_without_quiet_before_the_end_nothing_is_given_to_them(at_s: float) -> None:
    words = [word(10.0, 10.6), *_at_once("state", "your", "name", "and", at_s=at_s)]
    assert {found.rule for found in repair_words(words, 10.6).findings} == {"W1"}


def test_w4_three_words_are_no_crowd_and_words_out_of_order_neither() -> None:
    three = [word(10.0, 10.6), *_at_once("a", "b", "c"), word(10.6, 11.0), word(14.0, 15.0)]
    assert [finding.rule for finding in repair_words(three, 30.0).findings] == ["W1"] * 4
    apart = [word(10.0 + number, 10.0 + number) for number in range(6)]
    backwards = list(reversed(apart))
    assert {finding.rule for finding in repair_words(apart, 30.0).findings} == {"W1"}
    assert "W4" not in {finding.rule for finding in repair_words(backwards, 30.0).findings}


def test_w1_overlap_trims_the_end_of_the_earlier_word() -> None:
    repaired = repair_words([word(1.0, 2.0), word(1.5, 2.5)], 10.0)
    assert [(one.start, one.end) for one in repaired.words] == [(1.0, 1.5), (1.5, 2.5)]
    assert [finding.rule for finding in repaired.findings] == ["W1"]


def test_w1_times_that_are_no_numbers() -> None:
    nan, inf = math.nan, math.inf
    repaired = repair_words([word(nan, 2.0), word(nan, nan), word(3.0, inf), word(-inf, 5.0)], 10.0)
    assert all(math.isfinite(one.start) and math.isfinite(one.end) for one in repaired.words)


def test_words_without_text_are_left_out() -> None:
    assert repair_words([word(1, 2, "  "), word(3, 4, " a")], 10).words == (word(3, 4, " a"),)
    assert repair_words([], 10).words == ()
