"""Words as paragraphs: nothing lost, nothing twice, ended where people would end them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.captions.fakes import meeting
from vodstudio.captions.passages import ENOUGH_S, LONGEST_S, marks_in, passages_of, words_in
from vodstudio.captions.transcript import Mark, Word


def word(text: str, start: float, length_s: float = 0.4) -> Word:
    return Word(text=f" {text}", start=start, end=start + length_s)


def test_no_words_are_no_passages() -> None:
    assert passages_of([]) == ()


def test_a_passage_ends_with_a_sentence_or_a_pause_once_it_is_long_enough() -> None:
    words = [word("Yes.", 0.0), word("we", 1.0), word("do.", ENOUGH_S - 0.5), word("Next", ENOUGH_S)]
    assert [p.text for p in passages_of(words)] == ["Yes. we do.", "Next"]
    words = [word("so", 0.0), word("and", ENOUGH_S - 1), word("then", ENOUGH_S + 2.0)]
    assert [(p.text, p.start_s, p.end_s) for p in passages_of(words)] == [
        ("so and", 0.0, ENOUGH_S - 0.6),
        ("then", ENOUGH_S + 2.0, ENOUGH_S + 2.4),
    ]


def test_endless_speech_is_cut() -> None:
    passages = passages_of([word("and", float(second)) for second in range(100)])
    assert [p.start_s for p in passages] == [0.0, LONGEST_S, 2 * LONGEST_S, 3 * LONGEST_S]


def test_what_was_doubted_is_said_once_where_it_lies() -> None:
    words = [word("Yes.", 0.0), word("we", 40.0), word("do.", 41.0)]
    marks = [
        Mark(rule="H1", start=40.2, end=40.3, text="the words repeat"),
        Mark(rule="H2", start=41.0, end=50.0, text="the words repeat"),
        Mark(rule="H4", start=0.4, end=40.0, text="nobody speaks here"),
    ]
    assert [p.doubts for p in passages_of(words, marks)] == [(), ("the words repeat",)]


def test_the_doubts_in_a_checkpoint() -> None:
    told: dict[str, Any] = {"rule": "H1", "start": 1, "end": 2.5, "text": "it repeats"}
    assert marks_in({"marks": [told, {"rule": "H1"}, 3]}) == (Mark(**told),)
    assert marks_in({"marks": 3}) == marks_in({}) == ()


@given(st.lists(st.tuples(st.sampled_from(["yes", "no.", "aye?", "—"]), st.floats(0, 40)), max_size=40))
def test_all_words_are_there_in_their_order(parts: list[tuple[str, float]]) -> None:
    words, at = [], 0.0
    for text, gap_s in parts:
        at += gap_s
        words.append(word(text, at))
    passages = passages_of(words)
    assert " ".join(p.text for p in passages).split() == [w.text.strip() for w in words]
    assert all(p.end_s > p.start_s for p in passages)
    assert all(p.end_s - p.start_s <= LONGEST_S + 1 for p in passages)


def test_a_meeting_reads_as_a_few_paragraphs_a_minute() -> None:
    heard = meeting()
    passages = passages_of(heard.words)
    assert 2 <= len(passages) / (heard.duration / 60) <= 5


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"words": [{"text": " Aye", "start": 1, "end": 1.5, "probability": 0.9}]}, [(" Aye", 1, 1.5)]),
        ({"words": [{"text": " Aye", "start": None, "end": 1.5}, "Aye", {"text": 3}]}, []),
        ({"words": 3}, []),
        ({}, []),
    ],
)
def test_the_words_in_a_checkpoint(body: dict[str, object], expected: list[tuple[str, float, float]]) -> None:
    assert [(w.text, w.start, w.end) for w in words_in(body)] == expected
