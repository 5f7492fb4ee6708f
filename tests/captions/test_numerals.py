"""T3: numbers in digits or in words, as a city wants them; what is not sure stays as it was heard."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.captions.council import said
from vodstudio.captions.alignment import HAND
from vodstudio.captions.cardinals import count_of, is_number_word
from vodstudio.captions.check import CheckSetting, check
from vodstudio.captions.commands import edit_text, find, merge, replace_matches, split
from vodstudio.captions.document import Document
from vodstudio.captions.imported import spoken_times, squeezed
from vodstudio.captions.making import cues_of
from vodstudio.captions.numerals import REACH, spelled
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.segment import Setting
from vodstudio.captions.spelling import Spelling
from vodstudio.captions.transcript import Transcript, Word, transcript_from_json, transcript_to_json
from vodstudio.core.errors import Conflict
from vodstudio.core.station import Numbers

DIGITS, TO_TEN = Numbers.DIGITS, Numbers.WORDS_TO_TEN


def written(text: str, numbers: Numbers, language: str = "en") -> str:
    return "".join(word.text for word in spelled(said(text), numbers, language)).strip()


@pytest.mark.parametrize(
    ("heard", "digits", "to_ten"),
    [
        # Votes.
        ("The motion passes seven to two.", "The motion passes 7 to 2.", "The motion passes 7 to 2."),
        ("It carries five to zero and we", "It carries 5 to 0 and we", "It carries 5 to 0 and we"),
        ("That vote was 7 to 2 on it", None, None),
        ("There were five ayes and two nays", "There were 5 ayes and 2 nays", "There were 5 ayes and 2 nays"),
        ("We voted. It is 7 to 10 minutes away", None, "We voted. It is seven to ten minutes away"),
        ("It was a seven to two vote", "It was a 7 to 2 vote", "It was a 7 to 2 vote"),
        ("a vote of six and one, a two or three decision",) + ("a vote of six and one, a 2 or 3 decision",) * 2,
        ("Then 7 to 2 was it", None, None),
        ("I wonder which one am I", None, None),
        ("In April seven people spoke", None, None),
        ("It was approved in 7 to 10 days", None, "It was approved in seven to ten days"),
        # Money and percent.
        ("It costs five dollars today", "It costs $5 today", "It costs $5 today"),
        ("about ten thousand dollars, sir", "about $10,000, sir", "about $10,000, sir"),
        ("is two million dollars", "is 2 million dollars", "is 2 million dollars"),
        ("only five dollars and ten cents", "only 5 dollars and 10 cents", "only 5 dollars and 10 cents"),
        ("is five percent of it", "is 5 percent of it", "is 5 percent of it"),
        ("a hundred dollars", None, None),
        # Dates and times.
        ("On April five we meet", "On April 5 we meet", "On April 5 we meet"),
        ("On May five, we meet", "On May 5, we meet", "On May 5, we meet"),
        ("In short: May two people speak", None, None),
        ("On May 5 we meet", None, None),
        ("from seven p.m. to 8 o'clock", "from 7 p.m. to 8 o'clock", "from 7 p.m. to 8 o'clock"),
        ("We begin at 7 and end by 9", None, None),
        ("The twenty fifth of May", None, None),
        # Addresses, items, ordinances.
        ("He lives at five Main Street now", "He lives at 5 Main Street now", "He lives at 5 Main Street now"),
        ("On First Street and Fifth", None, None),
        ("Ordinance 2026-14 is one of them", None, None),
        ("On items four, five and six", "On items 4, 5 and 6", "On items 4, 5 and 6"),
        ("See section two of it", "See section 2 of it", "See section 2 of it"),
        ("See page one.", "See page 1.", "See page 1."),
        ("The ward one residents", None, None),
        ("We have Well 4 and number 3", None, None),
        # Counts.
        ("We have 3 people here", None, "We have three people here"),
        ("We have three people here", "We have 3 people here", None),
        ("It is 5 to 10 minutes", None, "It is five to ten minutes"),
        ("It is 5 to 20 minutes", None, None),
        ("It is five to twenty minutes", "It is 5 to 20 minutes", None),
        ("It is fifteen to twenty minutes", "It is 15 to 20 minutes", "It is 15 to 20 minutes"),
        ("We saw 3 or 4 of us", None, "We saw three or four of us"),
        ("We saw twenty-five chairs", "We saw 25 chairs", "We saw 25 chairs"),
        ("We saw two hundred twenty five chairs", "We saw 225 chairs", "We saw 225 chairs"),
        ("We saw one hundred and five people", None, None),
        ("We saw 11 chairs and 0 tables", None, None),
        ("It takes two and a half hours", None, None),
        ("It takes 2 and a half hours", None, None),
        ("It is two point five miles", None, None),
        ("Point five miles: point five", None, None),
        ("and five thousand and five people", None, None),
        # What is no count.
        ("count four three two one now", None, None),
        ("count four, three, two, one now", None, None),
        ("It is one of the best, no one knows", None, None),
        ("It is for the two of you", None, None),
        ("Both of these two.", None, None),
        ("Two people came", None, None),
        ("5 people came.", None, "Five people came."),
        ("It is done. 3. The next one", None, None),
        ("We crossed three Rivers and 3 Rivers", None, None),
        ("It is Seven there", None, None),
        ("It is 2 by 4 and 3 of 5", None, None),
        ("It is 4 x 4 and 4 b", None, None),
        ("We saw 4 4th grade classes", None, None),
        ("we said twenty twenty six", None, None),
        ("we said one oh five", None, None),
        ("we said one two three four five six seven eight nine", None, None),
        ("he has no. 5 pump. >> 2 more", None, "he has no. 5 pump. >> Two more"),
        ("between 5 and Main 7 or 8 Main Street", None, None),
        ("we have “3 people” (4 dogs)", None, "we have “three people” (four dogs)"),
        ("item one or two is", "item one or 2 is", "item one or 2 is"),
        ("item. Two of us", None, None),
        ("Call it resolution 24 dash 007 or 24 dash 7", None, None),
        ("Read ordinance twenty four dash fifteen", None, None),
        ("That is tract 05, well 007 and unit 010", None, None),
        ("It went from 0 to 5 people", None, None),
        ("It is done by item. 2 of us came", None, "It is done by item. Two of us came"),
        ("It passed by 5 to 3 margins", None, None),
        ("Rates went 5 to 3, they say", None, None),
        ("in April, five of us", None, None),
        ("in April sixty of us", "in April 60 of us", "in April 60 of us"),
        ("the motion failed. It was 3 to 2.", None, None),
        ("two", None, None),
        ("", None, None),
    ],
)  # fmt: skip
def test_t3_numbers_as_a_city_wants_them(heard: str, digits: str | None, to_ten: str | None) -> None:
    assert written(heard, Numbers.AS_HEARD) == heard
    assert written(heard, DIGITS) == (digits or heard)
    assert written(heard, TO_TEN) == (to_ten or heard)


def test_another_language_is_not_touched() -> None:
    assert written("We have three people here", DIGITS, "en-US") == "We have 3 people here"
    for language in ("es", "de-AT", ""):
        assert written("We have three people here", DIGITS, language) == "We have three people here"


def test_a_long_list_of_items_is_one_too() -> None:
    heard = "See items two and three and four and five and six and seven and eight and nine now"
    assert written(heard, DIGITS) == "See items 2 and 3 and 4 and 5 and 6 and 7 and 8 and 9 now"


def test_a_number_of_several_words_stands_in_its_first() -> None:
    words = said("We saw two hundred people")
    words = [replace(word, probability=0.9 - at / 10) for at, word in enumerate(words)]
    shown = spelled(words, DIGITS, "en")
    assert [word.text for word in shown] == [" We", " saw", " 200", "", " people"]
    assert (shown[2].start, shown[2].end) == (words[2].start, words[3].end)
    assert shown[2].probability == words[3].probability
    assert [word.start for word in shown] == [word.start for word in words]


def test_no_number_reaches_across_a_pause_a_break_or_the_hand_of_a_person() -> None:
    assert written("We saw two | hundred people", DIGITS) == "We saw two hundred people"
    words = said("We saw two hundred people")
    assert spelled(words, DIGITS, "en", {3}) == words
    assert spelled(words, DIGITS, "en", {2, 4})[2].text == " 200"
    by_hand = [*words[:3], replace(words[3], source=HAND), words[4]]
    assert spelled(by_hand, DIGITS, "en") == by_hand


def test_words_that_are_written_together_are_no_numbers() -> None:
    parts = [" We", " have", " 3", "-5", " people", " and", " 4", " dogs"]
    words = [Word(text=text, start=at, end=at + 0.5) for at, text in enumerate(parts)]
    assert [word.text for word in spelled(words, TO_TEN, "en")] == [*parts[:6], " four", " dogs"]
    bare = [replace(word, text=word.text.strip()) for word in words if word.text != "-5"]
    assert [word.text for word in spelled(bare, TO_TEN, "en")][2] == "three"
    behind = [replace(word, text=word.text.strip() + " ") for word in words if word.text != "-5"]
    assert [word.text for word in spelled(behind, TO_TEN, "en")][2] == "three "


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("zero", 0), ("nineteen", 19), ("twenty", 20), ("twenty-five", 25), ("twenty five", 25),
        ("two hundred", 200), ("two hundred five", 205), ("nine hundred ninety-nine", 999),
        ("twelve thousand", 12_000), ("two hundred thousand forty", 200_040), ("one thousand one", 1001),
        ("twenty zero", None), ("twenty twenty", None), ("hundred", None), ("ten hundred", None),
        ("two hundred zero hundred", None), ("two hundred twenty twenty", None), ("thousand", None),
        ("two thousand twenty twenty", None), ("one two", None), ("oh", None), ("twenty-ten", None),
    ],
)  # fmt: skip
def test_what_words_count(text: str, value: int | None) -> None:
    assert count_of(text.split()) == value
    assert all(is_number_word(word) for word in text.split() if word != "twenty-ten")


SPOKEN = st.sampled_from([
    "one", "two", "three", "five", "seven", "ten", "eleven", "twenty", "twenty-five", "hundred", "thousand",
    "million", "point", "oh", "and", "or", "to", "of", "the", "a", "items", "item", "page", "vote",
    "passed", "ayes", "dollars", "cents", "percent", "May", "April", "Street", "Main", "Well", "1", "2",
    "4", "7", "10", "11", "20", "2026", "2026-14", "5,", "two,", "seven.", "done.", "half", "p.m.",
    "people", "minutes", ">>", "(3", "3)", "$5", "first", "fifth", "by", "Seven", "no.", "at",
])  # fmt: skip
TEXT = st.lists(SPOKEN, max_size=60)
STYLE = st.sampled_from((DIGITS, TO_TEN))


@settings(max_examples=300, deadline=None)
@given(TEXT, STYLE, st.sets(st.integers(1, 60), max_size=5), st.sets(st.integers(0, 60), max_size=5))
@example(["one", "hundred"], DIGITS, set(), set())
def test_as_many_words_in_order_and_twice_is_once(
    texts: list[str], numbers: Numbers, breaks: set[int], hands: set[int]
) -> None:
    words = [
        replace(word, source=HAND) if at in hands else word for at, word in enumerate(said(" ".join(texts)))
    ]
    shown = spelled(words, numbers, "en", breaks)
    assert len(shown) == len(words)
    assert list(spelled(shown, numbers, "en", breaks)) == list(shown)
    for heard, one in zip(words, shown, strict=True):
        assert (one.start, one.source) == (heard.start, heard.source)
        assert one.end >= heard.end
        if heard.source == HAND or not any(sign.isdigit() for sign in heard.text + one.text):
            assert one.text in (heard.text, "")
        if heard.source == HAND:
            assert one == heard


@settings(max_examples=60, deadline=None)
@given(st.lists(SPOKEN, min_size=20, max_size=60), STYLE, st.integers(0, 10**6), st.integers(0, 8), TEXT)
def test_a_changed_word_changes_nothing_far_away(
    texts: list[str], numbers: Numbers, place: int, removed: int, new: list[str]
) -> None:
    """Kept in step piece by piece it is what it would be if everything were written anew."""
    words = said(" ".join(texts * 12))
    breaks = set(range(0, len(words), 37))
    spelling = Spelling(words, breaks, numbers, "en")
    twin = spelling.apart()
    first = place % len(words)
    removed = min(removed, len(words) - first)
    after = [*words[:first], *said(" ".join(new)), *words[first + removed :]]
    moved = {at for at in breaks if at < first} | {
        at + len(after) - len(words) for at in breaks if at >= first + removed
    }
    low, high = spelling.replaced(after, moved, (first, removed, len(new)), (first, first + removed))
    assert spelling.words == Spelling(after, moved, numbers, "en").words
    assert twin.words == Spelling(words, breaks, numbers, "en").words
    assert first - REACH <= low <= first <= first + removed <= high <= first + removed + REACH


MEETING = (
    "The motion passes seven to two. We saw two hundred people in 3 rooms. It is 5 to 10 minutes, "
    "and five dollars for item four. Thank you all."
)


def opened(numbers: Numbers = TO_TEN) -> Document:
    words = said(MEETING)
    duration_s = words[-1].end + 5
    heard = Transcript(language="en", duration=duration_s, words=tuple(words), run="heard")
    return Document(heard, BROADCAST_32, Setting(duration_s=duration_s, numbers=numbers))


def all_of(document: Document) -> str:
    return " ".join(cue.text for cue in document.cues)


STYLED = (
    "The motion passes 7 to 2. We saw 200 people in three rooms. It is five to ten minutes, "
    "and $5 for item 4. Thank you all."
)


def again(document: Document) -> Document:
    told = transcript_from_json(transcript_to_json(document.transcript(run="r2", author="clerk")))
    setting = Setting(duration_s=document.duration_s, numbers=TO_TEN)
    return Document(told, BROADCAST_32, setting)


def test_captions_are_made_with_the_numbers_of_the_city() -> None:
    heard = opened().heard()
    setting = Setting(duration_s=heard.duration, numbers=TO_TEN)
    made = cues_of(heard, BROADCAST_32, setting)
    assert " ".join(cue.text for cue in made.cues) == STYLED
    assert made.cues == opened().cues
    plain = cues_of(heard, BROADCAST_32, replace(setting, numbers=Numbers.AS_HEARD))
    assert plain.spelled is None
    assert opened(Numbers.AS_HEARD).spelling.anew is None
    assert " ".join(cue.text for cue in plain.cues) == MEETING


def test_the_check_compares_captions_with_the_words_as_they_are_written() -> None:
    """A caption that comes late is found by its words, though they were heard as others."""
    document = opened()
    assert spoken_times(document.cues, document.words) is None
    assert document.spelling.anew is not None
    assert spoken_times(document.cues, document.spelling.anew) is not None
    late = [replace(cue, start_s=cue.start_s + 0.6, end_s=cue.end_s + 0.6) for cue in document.cues]
    setting = CheckSetting(duration_s=document.duration_s, spelled=document.spelling.anew)
    told = [found for found in check(late, document.heard(), None, setting).findings if found.rule == "Q07"]
    assert len(told) == len(late)


def test_what_is_not_changed_stays_as_it_was_heard() -> None:
    document = opened()
    before = [word.text for word in document.words]
    assert edit_text(document, 0, document.text(0)) is None
    change = edit_text(document, 0, document.text(0).replace("motion", "measure"))
    assert change is not None
    document.apply(change)
    assert all_of(document) == STYLED.replace("motion", "measure")
    assert [word.text for word in document.words] == [
        " measure" if text == " motion" else text for text in before
    ]
    document.undo()
    assert [word.text for word in document.words] == before


def test_what_a_person_writes_is_written_as_they_wrote_it() -> None:
    document = opened()
    row = next(row for row in range(document.count) if "7 to 2" in document.text(row))
    change = edit_text(document, row, document.text(row).replace("7", "seven"))
    assert change is not None
    document.apply(change)
    assert "passes seven to" in all_of(document)
    assert "passes seven to" in all_of(again(document))
    row = next(row for row in range(document.count) if "200" in document.text(row))
    change = edit_text(document, row, document.text(row).replace("200", "two hundred"))
    assert change is not None
    document.apply(change)
    assert "saw two hundred people" in all_of(again(document))
    assert again(document).cues == document.cues


def test_found_and_replaced_is_what_is_read() -> None:
    document = opened()
    assert not find(document, "two hundred")
    change = replace_matches(document, find(document, "200 people"), "200 citizens")
    assert change is not None
    document.apply(change)
    assert all_of(document) == STYLED.replace("people", "citizens")
    assert [word.text for word in document.words if "hundred" in word.text] == [" hundred"]


def test_a_caption_is_never_split_within_a_number() -> None:
    document = opened()
    row = next(row for row in range(document.count) if "200" in document.text(row))
    place = document.text(row).index("200") + 3
    document.apply(split(document, row, place))
    assert all_of(document) == STYLED
    document.apply(merge(document, row))
    assert all_of(document) == STYLED
    first, _ = document.span(row)
    at = [word.text for word in document.words].index(" hundred")
    assert document.spelling.place_after(first, 0) == first
    assert document.spelling.place_after(at - 1, 1) == at + 1
    assert document.spelling.place_after(first, 999) == len(document.words)


COMMAND = st.tuples(
    st.sampled_from(("text", "split", "merge", "undo", "redo")),
    st.integers(0, 40),
    st.integers(0, 40),
    st.sampled_from(("seven", "7", "to", "two hundred", "item", "")),
)


@settings(max_examples=60, deadline=None)
@given(TEXT, STYLE, st.lists(COMMAND, max_size=6))
def test_whatever_was_corrected_the_cues_are_those_of_the_saved_words(
    texts: list[str], numbers: Numbers, commands: list[tuple[str, int, int, str]]
) -> None:
    words = said(" ".join(["Well", *texts, "Thank you."]))
    setting = Setting(duration_s=words[-1].end + 5, numbers=numbers)
    document = Document(
        Transcript(language="en", duration=setting.duration_s, words=tuple(words)), BROADCAST_32, setting
    )
    for kind, row, number, text in commands:
        try:
            _correct(document, kind, row % max(1, document.count), number, text)
        except Conflict:
            continue
    told = json.loads(transcript_to_json(document.transcript(run="r2", author="clerk")))
    fresh = Document(transcript_from_json(json.dumps(told)), BROADCAST_32, setting)
    assert fresh.cues == document.cues
    assert document.spelling.anew is not None
    everything = "".join(word.text for word in document.spelling.anew)
    assert squeezed(all_of(document)) == squeezed(everything)


def _correct(document: Document, kind: str, row: int, number: int, text: str) -> None:
    if kind in ("undo", "redo"):
        (document.undo if kind == "undo" else document.redo)()
    elif kind == "text":
        parts = document.text(row).split()
        parts[number % len(parts)] = text
        change = edit_text(document, row, " ".join(parts))
        if change is not None:
            document.apply(change)
    elif kind == "split":
        document.apply(split(document, row, number))
    else:
        document.apply(merge(document, row))
