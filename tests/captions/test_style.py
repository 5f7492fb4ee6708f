"""How a city wants its captions: marks of speakers, place, pictures that change; and how well lines end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import plain_words, said
from vodstudio.captions.breaks import ends_sentence, is_pair
from vodstudio.captions.check import CheckSetting, check
from vodstudio.captions.commands import edit_text
from vodstudio.captions.cue import Cue
from vodstudio.captions.document import Document
from vodstudio.captions.imported import spoken_times, transcript_of_cues
from vodstudio.captions.making import cues_of
from vodstudio.captions.profile import BROADCAST_32, LIVE_REPAIR, WEB_42, Profile
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.shape import bad_breaks, breaks_of
from vodstudio.captions.transcript import Transcript, Word

SETTING = Setting(duration_s=60.0)


def texts(words: list[Word], setting: Setting = SETTING) -> list[str]:
    return [" / ".join(cue.lines) for cue in segment(words, BROADCAST_32, setting).cues]


def test_t4_another_speaker_begins_a_caption() -> None:
    words = said("Any questions? >> Yes, one about the plow. >>Mayor, may I?")
    assert texts(words) == ["Any questions?", ">> Yes, one about the plow.", ">>Mayor, may I?"]
    assert is_pair(">>", "Yes", ("", "yes"))


def test_t4_a_city_that_marks_speakers_with_a_dash() -> None:
    words = said("Any questions? >> Yes, one. >>Mayor, may I? >>")
    dashed = Setting(duration_s=60.0, speaker_mark="-")
    assert texts(words, dashed) == ["Any questions?", "-Yes, one.", "-Mayor, may I?", ">>"]
    cues = segment(words, BROADCAST_32, dashed).cues
    times = spoken_times(cues, words)
    assert times is not None
    assert times[0] == (words[0].start, words[1].end)
    assert times[1][1] == words[4].end


def test_what_a_person_has_joined_stays_joined() -> None:
    words = said("Any questions? >> Yes, one.")
    joined = Setting(duration_s=60.0, whole=frozenset({0}))
    assert texts(words, joined) == ["Any questions? >> Yes, one."]


def test_captions_of_a_city_with_titles_below_stand_at_the_top() -> None:
    words = said("We will vote | and then we adjourn.")
    assert all(cue.is_top for cue in segment(words, BROADCAST_32, Setting(duration_s=60, is_top=True)).cues)
    assert not any(cue.is_top for cue in segment(words, BROADCAST_32, SETTING).cues)


@pytest.mark.parametrize(
    ("shot_s", "moves"), [(0.2, True), (-0.2, True), (0.6, False), (-0.6, False), (9.0, False)]
)
def test_r12_a_caption_goes_with_the_picture(shot_s: float, moves: bool) -> None:
    words = said("We will now open the public hearing | and close it again.")
    first = segment(words, BROADCAST_32, SETTING).cues[0]
    shown = segment(words, BROADCAST_32, Setting(duration_s=60.0, shots=(0.5, first.end_s + shot_s))).cues[0]
    assert shown.start_s == first.start_s
    assert shown.end_s == pytest.approx(first.end_s + (shot_s if moves else 0.0), abs=0.02)
    rate = 30000 / 1001
    assert abs(shown.end_s * rate - round(shown.end_s * rate)) < 1e-6


def test_r12_times_that_a_person_has_set_do_not_move() -> None:
    words = said("We will now open the public hearing.")
    by_hand = Setting(duration_s=60.0, time_overrides={0: (1.0, 3.0)}, shots=(3.2,))
    (cue,) = segment(words, BROADCAST_32, by_hand).cues
    assert cue.end_s == pytest.approx(3.0, abs=0.02)


@pytest.mark.parametrize("profile", [BROADCAST_32, WEB_42])
def test_r5_at_most_one_line_in_a_hundred_ends_badly(profile: Profile) -> None:
    """On what councils really say, with twelve paces and pauses."""
    bad: list[tuple[int, str, str]] = []
    breaks = 0
    for seed in range(12):
        words, duration_s = plain_words(seed)
        cues = segment(words, profile, Setting(duration_s=duration_s)).cues
        bad += bad_breaks(cues)
        breaks += breaks_of(cues)
        report = check(cues, setting=CheckSetting(profile=profile, duration_s=duration_s))
        assert not {found.rule for found in report.findings} & {"Q01", "Q02", "Q05"}
    assert breaks > 1500
    assert len(bad) * 100 <= breaks, bad


def test_live_captions_from_elsewhere_are_laid_out_again() -> None:
    """What came as three rolling lines without sentences' ends has the same words in good captions."""
    live = [
        Cue(start_s=2.0, end_s=5.0, lines=("GOOD EVENING", "AND WELCOME TO THE", "MEETING. >> THANK")),
        Cue(start_s=5.0, end_s=8.0, lines=("YOU, MAYOR.", "I HAVE A QUESTION ABOUT", "THE BUDGET.")),
    ]
    heard: Transcript = transcript_of_cues(live, language="en", duration_s=20.0)
    made = cues_of(heard, LIVE_REPAIR, Setting(duration_s=20.0)).cues
    assert " ".join(cue.text for cue in made) == " ".join(cue.text for cue in live)
    assert made[1].text.startswith(">> THANK YOU, MAYOR.")
    assert made[0].start_s == pytest.approx(2.0, abs=0.04)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 40), st.integers(0, 10**6), st.sampled_from(["a", "nevertheless", "Ordinance 2025-018"])
)
def test_r13_a_corrected_word_moves_its_sentence_and_one_caption_on_each_side(
    seed: int, place: int, text: str
) -> None:
    words, duration_s = plain_words(seed)
    heard = Transcript(language="en", duration=duration_s, words=tuple(words))
    document = Document(heard, BROADCAST_32, Setting(duration_s=duration_s))
    row = place % document.count
    before = document.cues
    first, last = _sentence_rows(before, row)
    change = edit_text(document, row, f"{document.text(row)} {text}")
    assert change is not None
    document.apply(change)
    after = document.cues
    assert after[: max(0, first - 1)] == before[: max(0, first - 1)]
    tail = len(before) - min(len(before), last + 2)
    assert tail == 0 or after[-tail:] == before[-tail:]


def _sentence_rows(cues: tuple[Cue, ...], row: int) -> tuple[int, int]:
    """From the caption that holds the beginning of the sentence to the one that holds its end."""
    first = last = row
    while first > 0 and not ends_sentence(cues[first - 1].text, cues[first].text):
        first -= 1
    while last + 1 < len(cues) and not ends_sentence(cues[last].text, cues[last + 1].text):
        last += 1
    return first, last
