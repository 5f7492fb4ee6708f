"""Words of a city: ranked for a meeting, put right where they were heard wrongly, learnt from corrections."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vodstudio.core.vocabulary import (
    Alias,
    Body,
    Expected,
    Offer,
    Roster,
    expected,
    hotwords,
    offers,
    replace,
    said,
    tally,
    undo,
)


@dataclass(frozen=True)
class Word:
    text: str
    start: float = 0.0
    end: float = 0.0
    probability: float | None = 0.9


def _words(text: str) -> tuple[Word, ...]:
    """As the model gives them: a space before each, half a second each."""
    return tuple(Word(f" {part}", n * 0.5, n * 0.5 + 0.4) for n, part in enumerate(text.split()))


def _text(words: tuple[Word, ...]) -> str:
    return "".join(word.text for word in words).strip()


def _put_right(text: str, **aliases: str) -> str:
    told = [Alias(heard=heard.replace("_", " "), written=written) for heard, written in aliases.items()]
    return _text(replace(_words(text), told)[0])


CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"
CITY = Roster(
    names=("Schafer", "Mahtomedi"), streets=("Ideal Avenue",), acronyms=("MnDOT",), projects=("Well 4",)
)
PLANNING = Body(
    id="planning",
    name="Planning Commission",
    patterns=("PC",),
    roster=Roster(names=("Larson",), aliases=(Alias(heard="cindy larsen", written="Cindy Larson"),)),
)


def test_the_body_in_the_title_goes_first() -> None:
    found = expected("Grant PC 06 17 2025", CITY, [PLANNING])
    assert found.words == ("Larson", "Schafer", "MnDOT", "Ideal Avenue", "Well 4", "Mahtomedi")
    assert found.aliases == PLANNING.roster.aliases
    other = expected("Grant City Council (PCA) 06 17 2025", CITY, [PLANNING])
    assert other.words == ("Schafer", "MnDOT", "Ideal Avenue", "Well 4", "Mahtomedi")
    assert other.aliases == ()


def test_what_was_said_lately_goes_before_the_rest_of_its_roster() -> None:
    found = expected("Grant PC", CITY, [PLANNING], recent=("well 4", "Mahtomedi", "WELL 4"))
    assert found.words == ("Larson", "Well 4", "Mahtomedi", "Schafer", "MnDOT", "Ideal Avenue")


def test_the_words_of_the_preset_come_last_and_nothing_twice() -> None:
    own = Expected(
        words=("mahtomedi", "Quorum"),
        aliases=(Alias(heard="cindy larsen", written="Nobody"), Alias(heard="kworum", written="quorum")),
    )
    found = expected("Planning Commission", CITY, [PLANNING], own)
    assert found.words[-2:] == ("Mahtomedi", "Quorum")
    assert [alias.written for alias in found.aliases] == ["Cindy Larson", "quorum"]


def test_hotwords_stay_within_the_tokens_of_the_model() -> None:
    def count(text: str) -> int:
        return len(text.replace(",", " ,").split())

    assert hotwords(("Schafer", "Ideal Avenue", "Larson"), count, 100) == (
        "Schafer, Ideal Avenue, Larson",
        (),
    )
    assert hotwords(("Schafer", "Ideal Avenue", "Larson"), count, 3) == ("Schafer, Larson", ("Ideal Avenue",))
    assert hotwords(("Schafer",), count, 0) == ("", ("Schafer",))


@given(st.lists(st.text("abc ", min_size=1, max_size=8), max_size=12), st.integers(0, 40))
def test_hotwords_lose_no_word_and_keep_the_order(words: list[str], limit: int) -> None:
    text, left_out = hotwords(words, len, limit)
    assert len(text) <= limit
    taken = text.split(", ") if text else []
    assert sorted([*taken, *left_out]) == sorted(words)


def test_an_alias_is_put_right_as_whole_words() -> None:
    words = _words("Thank you, counsel woman smyth. Counsel woman Smythe left.")
    made, found = replace(words, [Alias(heard="counsel woman smyth", written="Councilwoman Smith")])
    assert _text(made) == "Thank you, Councilwoman Smith. Counsel woman Smythe left."
    assert [word.text for word in made[2:4]] == [" Councilwoman", " Smith."]
    assert (made[2].start, made[3].end) == (words[2].start, words[4].end)
    assert made[2].end == made[3].start
    assert [(each.index, each.heard, each.written) for each in found] == [
        (2, "counsel woman smyth", "Councilwoman Smith")
    ]
    assert (found[0].before, found[0].after) == (words[2:5], made[2:4])
    assert all(word.probability == 0.9 for word in made)


def test_as_many_words_keep_their_own_times() -> None:
    words = _words("in matter meaty today")
    made, _ = replace(words, [Alias(heard="matter meaty", written="Mahtomedi City")])
    assert [(word.start, word.end) for word in made] == [(word.start, word.end) for word in words]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("mr. smyth's motion", "mr. Smith's motion"),
        (f"mr. smyth{CURLY}s motion", f"mr. Smith{CURLY}s motion"),
        ('said "smyth," then', 'said "Smith," then'),
        ("SMYTH spoke", "Smith spoke"),
        ("smythson spoke", "smythson spoke"),
        ("(smyth)", "(Smith)"),
        ("Smith spoke", "Smith spoke"),
        ("smyth", "Smith"),
    ],
)
def test_marks_and_endings_stay(text: str, wanted: str) -> None:
    assert _put_right(text, smyth="Smith") == wanted


def test_an_apostrophe_of_the_alias_is_its_own() -> None:
    told = [Alias(heard="o's", written="O'Shea"), Alias(heard="the smyths", written="the Smiths")]
    assert (
        _text(replace(_words("by o's and the smyths' house"), told)[0]) == "by O'Shea and the Smiths' house"
    )


def test_a_mark_in_between_parts_what_is_heard() -> None:
    assert _put_right("the counsel. Woman smyth", counsel_woman="Councilwoman") == "the counsel. Woman smyth"
    assert (
        _put_right("the counsel (woman smyth)", counsel_woman="Councilwoman") == "the counsel (woman smyth)"
    )


def test_small_letters_match_any_case_and_a_capital_only_itself() -> None:
    told = [Alias(heard="US", written="U.S."), Alias(heard="pub lick works", written="public works")]
    assert _text(replace(_words("give us the US act"), told)[0]) == "give us the U.S. act"
    assert _text(replace(_words("Pub lick works met."), told)[0]) == "Public works met."
    assert _text(replace(_words("the pub lick works"), told)[0]) == "the public works"


def test_the_longest_alias_wins_and_nothing_is_replaced_twice() -> None:
    told = [
        Alias(heard="white bear", written="White Bear"),
        Alias(heard="white bear lake", written="White Bear Lake Township"),
        Alias(heard="township", written="Village"),
    ]
    assert _text(replace(_words("in white bear lake and white bear"), told)[0]) == (
        "in White Bear Lake Township and White Bear"
    )


def test_what_is_right_already_is_no_replacement() -> None:
    words = _words("in Mahtomedi's hall")
    assert replace(words, [Alias(heard="mahtomedi", written="Mahtomedi")]) == (words, ())


def test_an_alias_of_nothing_is_left_alone() -> None:
    told = [Alias(heard="", written="x"), Alias(heard="...", written="x"), Alias(heard="motion", written=" ")]
    words = _words("a motion ... passed")
    assert replace(words, told) == (words, ())
    assert replace((), told) == ((), ())


def test_the_first_word_of_a_recording_has_no_space() -> None:
    made, _ = replace((Word("smyth"), Word(" spoke")), [Alias(heard="smyth", written="Mr Smith")])
    assert [word.text for word in made] == ["Mr", " Smith", " spoke"]


def test_each_place_can_be_undone_whatever_was_undone_before() -> None:
    words = _words("smyth and smyth and smyth")
    made, found = replace(words, [Alias(heard="smyth", written="Councilwoman Smith")])
    assert len(made) == 8
    again = undo(undo(made, found[0]), found[2])
    assert _text(again) == "smyth and Councilwoman Smith and smyth"
    assert undo(again, found[0]) == again, "what is gone is left alone"
    assert undo(undo(again, found[1]), found[1]) == words
    assert undo((), found[0]) == ()


@given(
    st.lists(
        st.sampled_from(["smyth", "Smyth,", "counsel", "woman", "smyth's", "the", "motion."]), max_size=14
    )
)
def test_undoing_everything_gives_what_was_heard(texts: list[str]) -> None:
    words = _words(" ".join(texts))
    told = [
        Alias(heard="smyth", written="Mary Smith"),
        Alias(heard="counsel woman smyth", written="Councilwoman"),
    ]
    made, found = replace(words, told)
    assert all(one.start <= one.end for one in made)
    assert [word.start for word in made] == sorted(word.start for word in made)
    assert not [word for word in replace(made, told)[1] if word.heard == "smyth"]
    for each in found:
        made = undo(made, each)
    assert made == words


def test_they_are_counted_for_people() -> None:
    _, found = replace(_words("smyth smyth larsen"), [
        Alias(heard="smyth", written="Smith"), Alias(heard="larsen", written="Larson")])  # fmt: skip
    assert tally(found) == [
        {"heard": "smyth", "written": "Smith", "count": 2},
        {"heard": "larsen", "written": "Larson", "count": 1},
    ]


def test_what_was_said_is_known_for_the_next_meeting() -> None:
    entries = ("Ideal Avenue", "Well 4", "MnDOT", "Schafer", "Avenue")
    assert said(entries, [" On", " Ideal", " Avenue,", " MnDOT's", " well", " 4."]) == (
        "Ideal Avenue",
        "Well 4",
        "Avenue",
    )


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("thank you counsel woman smyth.", "thank you Councilwoman Smith.", ("Councilwoman Smith", "counsel woman smyth")),
        ("in mahtomedi today", "in Mahtomedi today", ("Mahtomedi", "mahtomedi")),
        ("the matter Meaty board", "the Mahtomedi board", ("Mahtomedi", "matter meaty")),
        ("Larsen spoke", "Larson spoke", ("Larson", "larsen")),
        ("he said. larsen left", "he said. Larson left", ("Larson", "larsen")),
        ("the well five project", "the Well 5 project", ("Well 5", "well five")),
        ("the em dot plan", "the MnDOT plan", ("MnDOT", "em dot")),
    ],
)  # fmt: skip
def test_a_correction_is_offered(before: str, after: str, wanted: tuple[str, str]) -> None:
    assert offers(before.split(), after.split()) == (Offer(written=wanted[0], heard=wanted[1]),)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("there motion", "their motion"),
        ("the motion passed", "The motion passed"),
        ("it failed. the mayor left", "it failed. The mayor left"),
        ("the motion passed", "the motion passed."),
        ("we will see", "Robert Zimmermann will see"),
        ("a b c d e f g", "A1 B1 C1 D1 E1 F1 G1"),
        ("the motion", "the motion Smith"),
        ("the motion Smith", "the motion"),
        ("the -- motion", "the Smith motion"),
        ("", ""),
    ],
)
def test_what_teaches_nothing_is_not_offered(before: str, after: str) -> None:
    assert offers(before.split(), after.split()) == ()


def test_what_is_known_already_is_not_offered() -> None:
    assert offers(["by", "smyth"], ["by", "Smith"], known=["SMITH"]) == ()


def test_an_offer_does_what_it_promises() -> None:
    before, after = "by counsel woman smyth today", "by Councilwoman Smith today"
    (offer,) = offers(before.split(), after.split())
    assert _text(replace(_words(before), [Alias(heard=offer.heard, written=offer.written)])[0]) == after
