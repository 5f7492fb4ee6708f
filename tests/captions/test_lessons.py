"""What corrections teach: names, counted, wherever the words have moved to."""

from __future__ import annotations

from dataclasses import replace

from vodstudio.captions.lessons import Lesson, lessons_of
from vodstudio.captions.transcript import Word
from vodstudio.core.vocabulary import Offer

RIVERA = Offer(written="Rivera", heard="riviera")


def said(text: str, *, later_s: float = 0.0) -> list[Word]:
    return [
        Word(text=f" {part}", start=number + later_s, end=number + 0.8 + later_s)
        for number, part in enumerate(text.split())
    ]


def corrected(words: list[Word], changes: dict[str, str]) -> list[Word]:
    return [replace(word, text=f" {changes.get(word.text.strip(), word.text.strip())}") for word in words]


HEARD = said("Then Riviera spoke. Now Riviera moves and Riviera seconds the pear.")


def test_a_name_that_was_corrected_three_times_is_one_lesson() -> None:
    after = corrected(HEARD, {"Riviera": "Rivera"})
    assert lessons_of(HEARD, after) == (Lesson(offer=RIVERA, count=3),)
    assert lessons_of(HEARD, after, known=["rivera"]) == ()


def test_words_that_are_taken_away_or_put_in_teach_nothing_and_hide_nothing() -> None:
    after = corrected(HEARD, {"Riviera": "Rivera"})
    del after[-1]
    after.insert(3, Word(text=" quickly", start=2.9, end=2.95))
    (lesson,) = lessons_of(HEARD, after)
    assert lesson == Lesson(offer=RIVERA, count=3)
    assert lessons_of(HEARD, HEARD) == ()
    assert lessons_of([], HEARD) == ()


def test_in_a_long_meeting_that_was_shifted_too() -> None:
    text = "They heard Riviera again and again for a while. " * 40
    before = said(text)
    after = corrected(said(text, later_s=0.5), {"Riviera": "Rivera"})
    assert lessons_of(before, after) == (Lesson(offer=RIVERA, count=40),)
    assert lessons_of(before, [replace(word, text=" Else") for word in said(text, later_s=0.5)]) == ()
    assert lessons_of(before, after[:-1]) == ()


def test_the_capital_of_a_sentence_is_no_name() -> None:
    before = said("all is well. again we meet") + said("x " * 300, later_s=50.0)
    after = corrected(before, {"again": "Again"})
    assert lessons_of(before, after) == ()
    moved = [replace(word, start=word.start + 0.5, end=word.end + 0.5) for word in after]
    assert lessons_of(before, moved) == ()
