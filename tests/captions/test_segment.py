"""Words to cues: nothing lost, no line too long, breaks where a reader would breathe."""

# ruff: noqa: RUF001 - typographic signs are meant.

from __future__ import annotations

import dataclasses
import itertools
import math
import unicodedata
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import council_cues, council_words, said
from vodstudio.captions.breaks import ends_sentence, is_pair
from vodstudio.captions.cue import Cue, check_cues, clean_line, grapheme_count
from vodstudio.captions.profile import (
    BROADCAST_32,
    LIVE_REPAIR,
    PROFILES,
    SLOW_READER,
    Profile,
    profile_named,
)
from vodstudio.captions.repair import repair_words
from vodstudio.captions.scc import write_scc
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.transcript import Word

LETTERS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]) | st.sampled_from(" -/.,?!’“é漢́"), max_size=12
)
NAMES = st.text("abcdefgh-/.,é“”♪½", min_size=1, max_size=90)


def cues_of(
    words: Sequence[Word], profile: Profile = BROADCAST_32, *, language: str = "en"
) -> tuple[Cue, ...]:
    duration_s = max((word.end for word in words), default=0.0) + 10
    return segment(words, profile, Setting(duration_s=duration_s, language=language)).cues


def letters(texts: Sequence[str]) -> str:
    return unicodedata.normalize("NFC", "".join(clean_line(text) for text in texts).replace(" ", ""))


@st.composite
def heard(draw: st.DrawFn) -> tuple[list[Word], float]:
    texts = draw(st.lists(LETTERS | NAMES, max_size=40))
    spaced = draw(st.booleans())
    words: list[Word] = []
    at = 0.0
    for text in texts:
        at += draw(st.sampled_from((0.0, 0.01, 0.3, 1.0, 2.0)))
        length = draw(st.sampled_from((0.0, 0.02, 0.2, 0.9, 4.0)))
        words.append(Word(text=f" {text}" if spaced else text, start=at, end=at + length))
        at += length
    return words, at + draw(st.sampled_from((0.0, 3.0)))


@settings(max_examples=150, deadline=None)
@given(heard(), st.sampled_from(list(PROFILES.values())), st.sampled_from(("en", "ja")))
def test_every_letter_is_in_one_cue_and_no_limit_is_broken(
    spoken: tuple[list[Word], float], profile: Profile, language: str
) -> None:
    words, duration_s = spoken
    mended = repair_words(words, duration_s).words
    setting = Setting(duration_s=duration_s, language=language)
    made = segment(mended, profile, setting)
    assert letters([cue.text for cue in made.cues]) == letters([word.text for word in words])
    check_cues(made.cues)
    for cue in made.cues:
        assert len(cue.lines) <= profile.max_lines
        assert all(grapheme_count(line) <= profile.max_columns for line in cue.lines)
        assert cue.end_s - cue.start_s <= profile.max_s + 0.001
    assert segment(mended, profile, setting) == made
    if profile.is_line21:
        assert not [found for found in write_scc(made.cues).findings if found.rule in ("Q01", "Q02")]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([Fraction(25), Fraction(30000, 1001), Fraction(60)]))
def test_cues_lie_on_frames_and_begin_with_their_first_word(seed: int, fps: Fraction) -> None:
    words, duration_s = council_words(seed, 12)
    cues = segment(words, BROADCAST_32, Setting(duration_s=duration_s, fps=fps)).cues
    starts = {round(word.start * float(fps)) for word in words}
    for cue in cues:
        assert abs(cue.start_s * float(fps) - round(cue.start_s * float(fps))) < 1e-6
        assert min(abs(cue.start_s * float(fps) - start) for start in starts) <= 1.01
    for before, after in itertools.pairwise(cues):
        gap = (after.start_s - before.end_s) * float(fps)
        assert round(gap) >= 2
        assert round(gap) == 2 or after.start_s - before.end_s >= 0.49


def test_a_sentence_of_the_demo_voice_is_one_cue() -> None:
    (cue,) = cues_of(said("The clerk will call the roll."))
    assert cue.lines == ("The clerk will call the roll.",)


def test_two_lines_break_where_the_sentence_breathes() -> None:
    (cue,) = cues_of(said("The Maplewood city council will come to order."))
    assert cue.lines == ("The Maplewood city council", "will come to order.")


def test_whole_sentences_stay_whole() -> None:
    words = said("The public hearing is now closed. | Is there a second? | Aye. | I second the motion.")
    assert [cue.text for cue in cues_of(words)] == [
        "The public hearing is now closed.",
        "Is there a second?",
        "Aye.",
        "I second the motion.",
    ]


def test_bad_splits_are_rare() -> None:
    """At most one in a hundred breaks parts what belongs together (article and noun, title and name)."""
    breaks = [
        (upper.split()[-1], lower.split()[0])
        for upper, lower in itertools.pairwise(line for cue in council_cues(2, 300) for line in cue.lines)
    ]
    bad = [pair for pair in breaks if not ends_sentence(*pair) and is_pair(*pair, _bare(pair))]
    assert len(bad) * 100 <= len(breaks), bad


def _bare(pair: tuple[str, str]) -> tuple[str, str]:
    first, second = (word.lower().strip(".,;:?!“”\"'") or word for word in pair)
    return first, second


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("the", "clerk"),
        ("of", "the"),
        ("is", "present"),
        ("not", "know"),
        ("don't", "know"),
        ("we", "move"),
        ("you", "are"),
        ("Mayor", "Smith"),
        ("Maria", "Okafor"),
        ("Item", "12"),
        ("seven", "votes"),
        ("twenty", "five"),
        ("March", "4"),
        ("4", "March"),
        ("$", "100"),
        ("Tuesday,", "March"),
        ("Tuesday", "March"),
        ("vs.", "City"),
        ("public", "hearing"),
    ],
)
def test_what_belongs_together(left: str, right: str) -> None:
    assert is_pair(left, right, _bare((left, right)))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("hearing,", "the"),
        ("you", "Mayor"),
        ("public", "and"),
        ("out", "and"),
        ("roll", "call"),
        ("Item", "“twelve”x"),
        ("water", "3"),
        ("wait...", "I"),
    ],
)
def test_what_may_part(left: str, right: str) -> None:
    assert not is_pair(left, right, _bare((left, right)))


@pytest.mark.parametrize(
    ("left", "right"),
    [("some", "who"), ("those", "of"), ("which", "in"), ("this", "and")],
)
def test_a_word_that_stands_for_a_noun_may_end_a_line(left: str, right: str) -> None:
    assert not is_pair(left, right, _bare((left, right)))
    assert is_pair(left, "motion", _bare((left, "motion")))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "We need to answer quickly and carefully when they call.",
            ("We need to answer quickly", "and carefully when they call."),
        ),
        (
            "Tell the council you can take two different kinds of hikes.",
            ("Tell the council you can take", "two different kinds of hikes."),
        ),
        (
            "And in the end we can give them a new park.",
            ("And in the end", "we can give them a new park."),
        ),
    ],
)
def test_lines_end_where_a_reader_would_breathe(text: str, lines: tuple[str, ...]) -> None:
    """Seen in real speech: “quickly and / carefully”, “two / different kinds”, “give / you”."""
    (one,) = cues_of(said(text, each=0.42))
    assert one.lines == lines


def test_r5_two_captions_rather_than_a_pair_parted() -> None:
    """What a council says at every hearing fits into two lines only where “public | hearing” is parted."""
    cues = cues_of(said("We will now open the public hearing on the parking permit.", each=0.36))
    lines = [line for one in cues for line in one.lines]
    assert len(cues) == 2
    assert not [line for line in lines if line.endswith(" public")]


def test_spanish_breaks_where_a_spanish_reader_would_breathe() -> None:
    text = "Hay gente con la que no quiero trabajar y hay lugares en los que no quiero estar más."
    lines = [line for one in cues_of(said(text), language="es-MX") for line in one.lines]
    assert not [line for line in lines if line.split()[-1] in ("y", "la", "los", "en", "con", "que", "no")]
    assert is_pair("la", "conclusión", ("la", "conclusión"), spanish=True)
    assert not is_pair("estar", "y", ("estar", "y"), spanish=True)
    assert not is_pair("on", "conclusión", ("on", "conclusión"), spanish=True)


@pytest.mark.parametrize(
    ("text", "following", "ends"),
    [
        ("roll.", "", True),
        ("“Aye.”", "Next", True),
        ("Mr.", "Smith", False),
        ("J.", "Smith", False),
        ("p.m.", "in", False),
        ("p.m.", "The", True),
        ("no.", "The", True),
        ("No.", "5", False),
        ("roll", "call", False),
    ],
)
def test_where_a_sentence_ends(text: str, following: str, ends: bool) -> None:
    assert ends_sentence(text, following) is ends


def test_a_long_pause_and_a_locked_break_end_a_cue() -> None:
    words = said("We will vote | on this now please everyone")
    assert [cue.text for cue in cues_of(words)] == ["We will vote", "on this now please everyone"]
    locked = Setting(duration_s=30.0, locked_breaks=frozenset({4}))
    assert [cue.text for cue in segment(words, BROADCAST_32, locked).cues] == [
        "We will vote",
        "on",
        "this now please everyone",
    ]


def test_a_word_wider_than_a_line_is_cut_after_its_hyphens() -> None:
    address = "www.birchwood-village.gov/council-agenda/2024-15/attachments"
    cues = cues_of(said(f"See {address} please"))
    lines = [line for cue in cues for line in cue.lines]
    assert "".join(lines).replace(" ", "") == f"See{address}please"
    assert all(len(line) <= 32 for line in lines)
    assert all(line[-1] in "-./" for line in lines[:-1] if "please" not in line and line != "See")


def test_a_word_without_a_place_to_break_is_cut_and_told() -> None:
    made = segment(said("A" * 70), BROADCAST_32, Setting(duration_s=60))
    assert [len(line) for cue in made.cues for line in cue.lines] == [32, 32, 6]
    assert [found.rule for found in made.findings] == ["Q01", "Q01"]


def test_words_without_spaces_of_their_own_get_them_except_where_nobody_writes_any() -> None:
    plain = [
        Word(text=text, start=index, end=index + 0.9) for index, text in enumerate(("Call", "the", "roll."))
    ]
    assert [cue.text for cue in cues_of(plain)] == ["Call the roll."]
    japanese = [
        Word(text=text, start=index, end=index + 0.9) for index, text in enumerate(("会議", "を", "始め"))
    ]
    assert [cue.text for cue in cues_of(japanese, language="ja-JP")] == ["会議を始め"]


def test_a_word_that_was_heard_in_two_pieces_stays_one() -> None:
    words = [
        Word(text=" twenty", start=1.0, end=1.4),
        Word(text="-four", start=1.4, end=1.8),
        Word(text=" New York ", start=1.9, end=2.9),
        Word(text="votes.", start=3.0, end=3.4),
    ]
    assert [cue.text for cue in cues_of(words)] == ["twenty-four New York votes."]


def test_fast_speech_gets_all_the_time_there_is() -> None:
    cues = cues_of(said("This goes by far too quickly | and then nobody says anything", each=0.06))
    first = cues[0]
    assert first.text == "This goes by far too quickly"
    assert len(first.text) / (first.end_s - first.start_s) <= 17.5


def test_three_lines_where_the_profile_has_them() -> None:
    text = "the council of the city met in the old hall and talked about the water main for hours"
    cues = cues_of(said(text, each=0.15), LIVE_REPAIR)
    assert " ".join(cue.text for cue in cues) == text
    assert max(len(cue.lines) for cue in cues) == 3


def test_a_slow_reader_gets_shorter_cues_for_longer() -> None:
    words = said("We will now open the public hearing on the storm sewer | and close it again", each=0.2)
    normal, slow = cues_of(words), cues_of(words, SLOW_READER)
    assert slow[0].end_s - slow[0].start_s >= normal[0].end_s - normal[0].start_s


def test_no_words_no_cues() -> None:
    assert segment([], BROADCAST_32, Setting(duration_s=10)).cues == ()
    assert segment([Word(text="  ", start=1, end=2)], BROADCAST_32, Setting(duration_s=10)).cues == ()


def test_a_video_of_unknown_length_keeps_the_last_cue() -> None:
    (cue,) = segment(said("Adjourned."), BROADCAST_32, Setting(duration_s=0.0)).cues
    assert cue.text == "Adjourned."
    assert math.isclose(cue.end_s - cue.start_s, 1.0, abs_tol=0.04)


def test_profiles_are_found_by_name() -> None:
    assert profile_named("broadcast-32") is BROADCAST_32


def test_r13_a_corrected_word_moves_few_cues() -> None:
    words, duration_s = council_words(9, 150)
    setting = Setting(duration_s=duration_s)
    before = segment(words, BROADCAST_32, setting).cues
    for place in range(5, len(words), 60):
        changed = list(words)
        changed[place] = dataclasses.replace(words[place], text=f"{words[place].text}ings")
        after = segment(changed, BROADCAST_32, setting).cues
        assert len(set(after) - set(before)) <= 3


def timed(*words: tuple[str, float, float]) -> list[Word]:
    return [Word(text=f" {text}", start=start, end=end) for text, start, end in words]


def test_a_pause_of_almost_a_second_ends_a_cue_although_both_are_short() -> None:
    words = timed(("motion", 1.0, 1.64), ("Thank", 1.94, 2.28), ("now", 3.18, 3.52), ("will", 3.53, 3.69))
    assert [cue.text for cue in cues_of(words)] == ["motion Thank", "now will"]


def test_r7_nobody_has_to_read_more_than_25_characters_a_second_where_another_break_helps() -> None:
    words = timed(
        ("please", 1.0, 1.16),
        ("roll", 1.17, 1.33),
        ("Mayor", 1.34, 1.48),
        ("council", 1.49, 1.74),
        ("approved.", 1.75, 2.06),
        ("on", 2.07, 2.17),
        ("on", 2.47, 2.53),
        ("clerk", 2.83, 2.93),
        ("votes", 2.94, 3.13),
        ("seven", 3.14, 3.28),
    )
    speeds = [len(cue.text) / (cue.end_s - cue.start_s) for cue in cues_of(words)]
    assert max(speeds) <= 25
