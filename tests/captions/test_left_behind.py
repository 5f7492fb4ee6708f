"""Corrections of words that do not count any more, put where they belong in the words that do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.captions.council import said
from vodstudio.captions.alignment import text_of
from vodstudio.captions.commands import edit_text, reword, shift_from, split
from vodstudio.captions.document import Document
from vodstudio.captions.left_behind import Correction, apply_here, corrections_of, is_here
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.segment import Setting
from vodstudio.captions.transcript import Transcript
from vodstudio.core.errors import Conflict

TEXT = "The Maplewood council will come to order. | The clerk will call the roll. | Mayor Okafor is here."


def opened(text: str = TEXT) -> Document:
    words = said(text)
    transcript = Transcript(language="en", duration=60.0, words=tuple(words), run="heard")
    return Document(transcript, BROADCAST_32, Setting(duration_s=60.0))


def corrected(*texts: tuple[int, str]) -> tuple[Correction, ...]:
    """What a person wrote in these captions of words that were thrown away."""
    document = opened()
    before = list(document.words)
    for row, text in texts:
        change = edit_text(document, row, text)
        assert change is not None
        document.apply(change)
    return corrections_of(before, document.words)


def test_what_was_written_is_told_with_the_word_in_front() -> None:
    (found,) = corrected((1, "The clerk will read the roll."))
    assert (found.before, found.after) == (("will", "call"), ("will", "read"))
    document = opened()
    before = list(document.words)
    document.apply(shift_from(document, 1, 2.0))
    assert corrections_of(before, document.words) == ()


def test_a_correction_is_applied_to_words_that_were_heard_anew() -> None:
    (found,) = corrected((1, "The clerk will read the roll."))
    for text in (TEXT, TEXT.replace("clerk will", "Clerk, will"), TEXT.replace("clerk will", "clerk shall")):
        document = opened(text)
        assert not is_here(document, found)
        change = apply_here(document, found)
        assert change is not None
        document.apply(change)
        assert "read the roll." in " ".join(cue.text for cue in document.cues)
        assert is_here(document, found) is ("shall" not in text)
        document.undo()
        assert text_of(document.words) == text.replace("| ", "")


def test_words_put_in_and_taken_out_are_known_again() -> None:
    put_in, taken_out = corrected(
        (0, "The Maplewood city council will come to order."), (2, "Mayor is here.")
    )
    document = opened()
    for correction in (put_in, taken_out):
        assert not is_here(document, correction)
        change = apply_here(document, correction)
        assert change is not None
        document.apply(change)
        assert is_here(document, correction)
    assert text_of(document.words).startswith("The Maplewood city council")
    assert text_of(document.words).endswith("Mayor is here.")


def test_what_does_not_stand_there_any_more_is_refused_in_words() -> None:
    (found,) = corrected((1, "The clerk will read the roll."))
    for document in (opened("Good evening. | Nobody is here."), opened()):
        wanted = found if document.count < 3 else replace(found, at_s=found.at_s + 50)
        with pytest.raises(Conflict, match="does not stand here any more"):
            apply_here(document, wanted)
    (first,) = corrected((0, "A Maplewood council will come to order."))
    with pytest.raises(Conflict, match="does not stand here any more"):
        apply_here(opened("Good evening."), first)
    with pytest.raises(Conflict):
        apply_here(opened(), Correction(at_s=0.0, before=(), after=("Aye.",)))


def test_words_of_two_captions_are_corrected_at_once() -> None:
    document = opened()
    document.apply(split(document, 1, 10))
    first, _ = document.span(1)
    change = reword(document, first + 1, first + 4, "secretary reads")
    assert change is not None
    document.apply(change)
    assert "The secretary reads the roll." in text_of(document.words)
    assert reword(document, 0, 3, text_of(document.words[:3])) is None
    nothing = reword(document, 0, 1, " ")
    assert nothing is not None
    document.apply(nothing)
    assert text_of(document.words).startswith("Maplewood")
