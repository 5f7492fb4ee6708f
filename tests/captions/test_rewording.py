"""Aliases in a transcript: put right, carried in words.json, taken back one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vodstudio.captions.rewording import PLACES, replacements_of, reworded, rewritten, taken_back
from vodstudio.captions.transcript import Transcript, Word, transcript_from_json, transcript_to_json
from vodstudio.core.vocabulary import Alias

SMITH = Alias(heard="counsel woman smyth", written="Councilwoman Smith")


NO_WORDS = {"index": 1, "heard": "a", "written": "b", "before": [], "after": []}


def _heard(text: str) -> Transcript:
    words = tuple(
        Word(text=f" {part}", start=n, end=n + 0.5, probability=0.5, window=n // 4, source="small")
        for n, part in enumerate(text.split())
    )
    return Transcript(language="en", duration=60.0, words=words, settings={"beam_size": 5})


def _text(transcript: Transcript) -> str:
    return "".join(word.text for word in transcript.words).strip()


def test_a_place_survives_the_file_and_is_taken_back() -> None:
    heard = _heard("thank you counsel woman smyth and counsel woman smyth")
    made = transcript_from_json(transcript_to_json(reworded(heard, [SMITH])))
    assert _text(made) == "thank you Councilwoman Smith and Councilwoman Smith"
    assert made.settings["beam_size"] == 5
    first, second = replacements_of(made)
    once = taken_back(made, [second])
    assert _text(once) == "thank you Councilwoman Smith and counsel woman smyth"
    assert replacements_of(once) == (first,)
    again = taken_back(transcript_from_json(transcript_to_json(once)), [first])
    assert again.words == heard.words
    assert replacements_of(again) == ()


def test_nothing_to_put_right_changes_nothing() -> None:
    heard = _heard("thank you")
    assert reworded(heard, [SMITH]) is heard
    assert reworded(heard, []) is heard
    assert replacements_of(heard) == ()


@pytest.mark.parametrize("told", ["x", [1], [{}], [{"index": "a"}], [{"index": 1, "heard": "a"}]])
def test_places_that_cannot_be_read_are_left_out(told: object) -> None:
    assert replacements_of(replace(_heard("a"), settings={PLACES: told})) == ()


def test_places_are_shown_in_their_order_with_the_words_around_them() -> None:
    made = reworded(_heard("we thank counsel woman smyth for the counsel woman smyth report"), [SMITH])
    first, second = rewritten(made)
    assert (first.start_s, first.said) == (2.0, "we thank Councilwoman Smith for the Councilwoman Smith")
    assert second.said == "Councilwoman Smith for the Councilwoman Smith report"
    mine = replace(made, words=(*made.words[:2], *made.words[4:]))
    assert [each.place for each in rewritten(mine)] == [second.place], "what is gone is not shown"
    assert taken_back(mine, [first.place]).words == mine.words
