"""What may be invented, missing or displaced is doubted; what councils really say is not."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import council_words
from vodstudio.captions.cue import Cue
from vodstudio.captions.drift import drift_of, pad_of
from vodstudio.captions.mask import mask_of, merged, without
from vodstudio.captions.phrases import phrases_of
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.suspicion import Doubt, HeardStretch, doubts, doubts_of_stretch
from vodstudio.captions.tongue import foreign_script, language_name
from vodstudio.captions.transcript import Transcript, Word

NAMES = ["Smith", "Jones", "García", "Lee", "Park", "Okafor", "Nguyen", "Larson", "Peterson", "Alvarez"]
TRUE_COUNCIL = {
    "a voice vote": "All in favor say aye. Aye. Aye. Aye. Aye. Aye. Aye. Aye. Opposed? Motion carries.",
    "a roll call": "The clerk will call the roll. "
    + " ".join(f"Council Member {name}? Aye." for name in NAMES)
    + " The motion passes ten to zero.",
    "a slow roll call": " ".join(f"Commissioner {name}, how do you vote? Yes." for name in NAMES),
    "a roll call of votes": " ".join(f"Commissioner {name} votes yes." for name in NAMES),
    "attendance": " ".join(f"{name}? Here." for name in NAMES) + " Here. Here. Present.",
    "a consent agenda": "Item one, approval of the minutes. All in favor say aye. Aye. Any opposed? Motion carries. "
    "Item two, the claims list. All in favor say aye. Aye. Any opposed? Motion carries. "
    "Item three, the liquor license for the Elmo Inn. All in favor say aye. Aye. Any opposed? Motion carries. "
    "Item four, the street closing for the parade. All in favor say aye. Aye. Any opposed? Motion carries.",
    "years of a budget": "We spent nine million in two thousand twenty, ten million in two thousand twenty one, "
    "eleven million in two thousand twenty two, twelve million in two thousand twenty three, and fourteen "
    "million in two thousand twenty four.",
    "an emphatic speaker": "No, no, no, no. That is not what we agreed to. I am very, very, very concerned.",
    "thanks": "Thank you. Thank you, Mayor. Thank you very much for coming tonight.",
    "a Spanish greeting": "Buenas noches, and thank you to all of you for being here with us this evening.",
    "street names": "The streets are La Playa, Las Palmas, El Camino, Del Norte and Los Altos, and we have to "
    "pave each of them before the snow comes in November.",
}


def said(text: str, *, start: float = 1.0, each: float = 0.3, probability: float | None = 0.9) -> list[Word]:
    """Words at an even pace; `|` is ten seconds of silence. `each` is how long a word of six letters takes."""
    words: list[Word] = []
    at = start
    for part in text.split():
        if part == "|":
            at += 10.0
            continue
        lasts = each * (0.4 + 0.1 * len(part))
        words.append(Word(text=f" {part}", start=at, end=at + lasts, probability=probability))
        at += lasts + 0.05 + 0.3 * part.endswith((".", "?"))
    return words


def heard(
    words: Sequence[Word], regions: Iterable[tuple[float, float]] | None = None, language: str = "en"
) -> Transcript:
    """With the voice where the words are, unless it is said where it is."""
    around = merged(((word.start - 0.2, word.end + 0.2) for word in words), 0.3)
    return Transcript(
        language=language,
        duration=max((word.end for word in words), default=0.0) + 20.0,
        words=tuple(words),
        regions=around if regions is None else tuple(regions),
    )


def cues_of(transcript: Transcript) -> tuple[Cue, ...]:
    setting = Setting(duration_s=transcript.duration, language=transcript.language)
    return segment(transcript.words, BROADCAST_32, setting).cues


def rules(found: Iterable[Doubt]) -> list[str]:
    return [doubt.rule for doubt in found]


@pytest.mark.parametrize("text", TRUE_COUNCIL.values(), ids=TRUE_COUNCIL)
@pytest.mark.parametrize("each", [0.25, 0.4])
def test_what_councils_say_is_not_doubted(text: str, each: float) -> None:
    transcript = heard(said(text, each=each))
    assert doubts(transcript) == ()
    assert doubts(transcript, cues_of(transcript)) == ()
    stretch = HeardStretch(start=0.0, end=30.0, words=transcript.words, avg_logprob=-0.3, no_speech_prob=0.1)
    assert doubts_of_stretch(stretch, transcript.regions, "en") == ()


def test_an_ordinary_meeting_is_not_doubted() -> None:
    words, _ = council_words(5, 60)
    mixed = heard([replace(word, probability=0.8) for word in words])
    assert doubts(mixed) == ()


@pytest.mark.parametrize(
    "text",
    [
        "and we are going to go ahead " * 5,
        "thank you " * 12,
        "the " * 15,
        "I'm going to go to the next slide. " * 6,
        "Okay. So the applicant has asked for a variance. " * 4 + "Thank you, Mayor.",
    ],
)
def test_h1_a_loop_is_doubted_once(text: str) -> None:
    transcript = heard(said(f"Good evening everybody. {text} We are adjourned."))
    (loop,) = [doubt for doubt in doubts(transcript) if doubt.rule == "H1"]
    assert loop.start > transcript.words[1].start
    assert loop.end - loop.start >= 3.0
    assert "again and again" in loop.text


def test_h1_a_loop_with_small_changes_is_doubted() -> None:
    filling = ["uh", "well", "so", "then", "and", "but", "now", "also"]
    text = " ".join(f"we are going {word}" for word in filling)
    assert "H1" in rules(doubts(heard(said(text, each=0.2))))


def test_h1_a_loop_over_minutes_is_told_with_its_whole_length() -> None:
    words = said("we will see about that " * 60)
    loops = [doubt for doubt in doubts(heard(words)) if doubt.rule == "H1"]
    assert len(loops) == 1
    assert loops[0].end == words[-1].end


def test_h1_two_loops_are_two() -> None:
    text = "we will see about that " * 4 + "| and nobody knows the answer " * 1 + "it is what it is now " * 4
    assert rules(doubts(heard(said(text)))).count("H1") == 2


def test_h1_answers_without_end_are_doubted() -> None:
    (found,) = [doubt for doubt in doubts(heard(said("Aye. " * 40))) if doubt.rule == "H1"]
    assert found.text == "40 answers in a row without one name: more than any vote has"


def test_h1_the_same_caption_three_times_in_a_row() -> None:
    transcript = heard(said("Please stand by. | Please stand by. | Please stand by. | We begin."))
    found = doubts(transcript, cues_of(transcript))
    assert [doubt.text for doubt in found] == ["“Please stand by.” stands 3 times in a row"]
    assert doubts(transcript) == ()
    twice = heard(said("Please stand by. | Please stand by. | We begin."))
    assert doubts(twice, cues_of(twice)) == ()


def test_h2_half_a_minute_that_packs_too_well() -> None:
    lots = " ".join(f"parcel {number} in Oak Ridge Second Addition," for number in range(7))
    transcript = heard(said(lots))
    assert "H2" in rules(doubts(transcript))
    assert "H1" not in rules(doubts(transcript))


def test_h2_is_told_as_the_model_measured_it() -> None:
    words = tuple(said("The water main is done. It was cheap."))
    stretch = HeardStretch(start=0.0, end=30.0, words=words, compression_ratio=3.1)
    assert rules(doubts_of_stretch(stretch, (), "en")) == ["H2"]
    vote = HeardStretch(start=0.0, end=30.0, words=tuple(said("Aye. " * 9)), compression_ratio=4.5)
    assert doubts_of_stretch(vote, (), "en") == ()
    loop = HeardStretch(
        start=0.0, end=30.0, words=tuple(said("and so we go on then " * 14)), compression_ratio=9.0
    )
    assert rules(doubts_of_stretch(loop, (), "en")) == ["H1", "H2"]


@pytest.mark.parametrize(
    ("no_speech", "logprob", "words", "expected"),
    [
        (0.7, -1.2, "Thank you all.", ["H3"]),
        (0.7, -0.9, "Thank you all.", []),
        (0.5, -1.2, "Thank you all.", []),
        (None, -1.2, "Thank you all.", []),
        (0.7, None, "Thank you all.", []),
        (0.7, -1.2, "", []),
    ],
)
def test_h3_the_model_hears_nobody(
    no_speech: float | None, logprob: float | None, words: str, expected: list[str]
) -> None:
    stretch = HeardStretch(
        start=0.0, end=30.0, words=tuple(said(words)), no_speech_prob=no_speech, avg_logprob=logprob
    )
    assert rules(doubts_of_stretch(stretch, (), "en")) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Thanks for watching!", "en", ["H4", "H5"]),
        ("Subtitles by the Amara.org community", "en", ["H4", "H5"]),
        ("♪♪♪", "en", ["H4", "H5"]),
        ("Gracias por ver el video.", "es", ["H4", "H5"]),
        ("Please subscribe.", "es-MX", ["H4", "H5"]),
        ("The water main is on Elm.", "en", ["H4"]),
    ],
)
def test_h4_h5_words_where_nobody_speaks(text: str, language: str, expected: list[str]) -> None:
    words = said(f"The meeting begins. | {text}")
    voiced = [(0.8, 2.6)]
    transcript = heard(words, voiced, language)
    assert [rule for rule in rules(doubts(transcript)) if rule != "H10"] == expected
    assert rules(doubts(transcript, cues_of(transcript))) == expected
    stretch = HeardStretch(start=0.0, end=30.0, words=tuple(words))
    assert rules(doubts_of_stretch(stretch, voiced, language)) == expected


def test_h4_a_caption_that_nobody_spoke_has_no_words_to_judge() -> None:
    transcript = heard(said("We begin."))
    (spoken,) = cues_of(transcript)
    applause = Cue(start_s=spoken.end_s + 1, end_s=spoken.end_s + 3, lines=("[APPLAUSE]",))
    assert doubts(transcript, (spoken, applause)) == ()


def test_h5_a_station_that_really_thanks_its_viewers_is_believed() -> None:
    assert doubts(heard(said("Good night. Thanks for watching!"))) == ()


def test_h4_nobody_looked_for_a_voice() -> None:
    assert doubts(heard(said("Thanks for watching!"), ())) == ()


def test_h4_a_word_without_length_says_nothing() -> None:
    nothing = [Word(text=" Aye.", start=9.0, end=9.0)]
    assert doubts(heard(nothing, [(1.0, 2.0)])) == ()


def test_h4_half_a_sentence_in_the_voice_is_believed() -> None:
    words = said("We will open the hearing now")
    middle = words[3].start + 0.1
    assert doubts(heard(words, [(0.8, middle)])) == ()
    assert rules(doubts(heard(words, [(0.8, 1.3)]))) == ["H4"]


def test_h6_words_that_nobody_could_have_said() -> None:
    unlikely = said("Bring the copter round", probability=0.05)
    assert rules(doubts(heard(unlikely))) == ["H6"]
    long = [replace(said("Hello")[0], end=5.5)]
    assert "H6" in rules(doubts(heard(long)))
    unknown = said("Bring the copter round", probability=None)
    assert doubts(heard(unknown)) == ()
    signs = [Word(text=" —", start=1.0, end=1.01, probability=0.01)]
    assert doubts(heard(signs)) == ()


def test_h6_a_word_without_a_length_beside_a_long_one_is_a_slip() -> None:
    """Speech models give two words one time now and then: “you can call it”, of which “can” lasts nothing."""
    slip = [
        Word(text=" you", start=1.0, end=1.2, probability=0.9),
        Word(text=" can", start=1.2, end=1.22, probability=0.9),
        Word(text=" call", start=1.22, end=1.4, probability=0.9),
        Word(text=" it", start=1.4, end=1.42, probability=0.9),
        Word(text=" outside", start=1.42, end=1.9, probability=0.9),
    ]
    assert doubts(heard(slip)) == ()
    alone = [replace(word, end=word.start + 0.01, probability=0.5) for word in slip]
    assert "H6" in rules(doubts(heard(alone)))


def test_h6_long_sentences_are_quoted_in_short() -> None:
    words = said(
        "which altogether notwithstanding considerations administratively forthcoming", probability=0.1
    )
    (found,) = doubts(heard(words))
    assert len(found.text) < 130
    assert "..." in found.text


def test_h7_faster_than_anybody_speaks_and_slower() -> None:
    fast = heard(said("administration considers recommendations concerning redevelopment " * 2, each=0.1))
    assert "H7" in rules(doubts(fast))
    slow = [Word(text=" I", start=1.0, end=3.0), Word(text=" am", start=3.5, end=5.4)]
    assert rules(doubts(heard(slow))) == ["H7"]


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("Спасибо за внимание.", "en", "CYRILLIC"),
        ("謝謝大家", "en", "CJK"),
        ("Zoë Núñez, façade", "en", ""),
        ("Mayor Ω", "en", ""),
        ("12 ½ ♪", "en", ""),
        ("♪ ½ “”", "en", ""),
        ("会議を始めます", "ja", ""),
        ("Welcome to the meeting of tonight", "ru-RU", "LATIN"),
        ("IBM", "ru", ""),
        ("Спасибо", "", ""),
    ],
)
def test_h8_letters_of_another_language(text: str, language: str, script: str) -> None:
    assert foreign_script(text, language) == script


def test_h8_is_told_in_words() -> None:
    (found,) = doubts(heard(said("Спасибо за просмотр")))
    assert (found.rule, found.text) == ("H8", "“Спасибо за просмотр” is written in Cyrillic letters")


SPANISH = (
    "Buenas noches, yo vivo en la calle Elm y mi hijo va a la escuela por el parque, pero los coches van muy "
    "rápido y es un peligro para los niños que cruzan con su familia."
)


def test_h8_another_language_in_the_same_letters() -> None:
    (found,) = doubts(heard(said(f"{TRUE_COUNCIL['thanks']} {SPANISH}")))
    assert found.rule == "H8"
    assert found.text == "This reads like Spanish, and the recording is said to be English"
    assert doubts(heard(said(SPANISH), language="es")) == ()
    assert doubts(heard(said(SPANISH), language="sv")) == ()


def test_h9_a_voice_without_words() -> None:
    words = said("We begin. | We go on.")
    (found,) = doubts(heard(words, [(0.8, 15.0)]))
    assert found.rule == "H9"
    assert found.start == pytest.approx(words[1].end + 0.5)
    assert found.end == pytest.approx(words[2].start - 0.5)


def test_h9_a_voice_with_hardly_a_word() -> None:
    words = [Word(text=" so", start=at, end=at + 0.4) for at in (1.0, 4.0, 7.0, 10.0, 13.0)]
    found = doubts(heard(words, [(0.8, 16.0)]))
    assert [(doubt.rule, doubt.text) for doubt in found] == [("H9", "15 s of voice gave 5 words only")]
    assert doubts(heard(words, [(0.8, 16.0)], "ja")) == ()


def test_h9_is_told_for_a_stretch_alone() -> None:
    words = tuple(said("We go on from here.", start=40.0))
    stretch = HeardStretch(start=30.0, end=60.0, words=words)
    found = doubts_of_stretch(stretch, [(10.0, 36.0), (39.8, 42.0)], "en")
    assert [(doubt.rule, doubt.start, doubt.end) for doubt in found] == [("H9", 30.0, 36.0)]


def test_h10_after_the_end() -> None:
    words = said("This is the end.")
    late = replace(heard(words), duration=1.5)
    assert rules(doubts(late)) == ["H10"]
    cue = Cue(start_s=1.0, end_s=3.0, lines=("This is the end.",))
    assert rules(doubts(late, [cue])) == ["H10"]
    assert doubts(replace(late, duration=0.0)) == ()


def speech(seed: int, minutes: float) -> list[Word]:
    """Sentences with pauses as people make them."""
    rng = random.Random(seed)
    words: list[Word] = []
    at = 1.0
    while at < minutes * 60:
        for _ in range(rng.randint(3, 14)):
            lasts = rng.uniform(0.1, 0.5)
            words.append(Word(text=" word", start=at, end=at + lasts))
            at += lasts + 0.02
        at += rng.uniform(0.8, 4.0)
    return words


@pytest.mark.parametrize("offset", [0.4, -0.4, 6.0, -14.5])
def test_e19_h11_all_words_too_late_or_too_early(offset: float) -> None:
    words = speech(1, 25)
    regions = heard(words).regions
    moved = [
        replace(word, start=word.start + offset, end=word.end + offset)
        for word in words
        if word.start + offset >= 0
    ]
    drift = drift_of(moved, regions)
    assert drift is not None
    assert drift.offset_s == pytest.approx(offset, abs=0.06)
    told = [doubt for doubt in doubts(heard(moved, regions)) if doubt.rule == "H11"]
    assert len(told) == 1
    assert f"{abs(offset):.2f} s too {'late' if offset > 0 else 'early'}" in told[0].text


@pytest.mark.parametrize("per_hour", [3.6, -3.6, 0.6])
def test_e19_h11_words_that_run_away(per_hour: float) -> None:
    words = speech(2, 60)
    regions = heard(words).regions
    scale = 1 + per_hour / 3600
    moved = [replace(word, start=word.start * scale, end=word.end * scale) for word in words]
    drift = drift_of(moved, regions)
    assert drift is not None
    assert drift.per_hour_s == pytest.approx(per_hour, abs=0.1)
    assert any("run away" in doubt.text for doubt in doubts(heard(moved, regions)))


def test_h11_the_noise_of_word_times_is_no_drift() -> None:
    rng = random.Random(4)
    words = [replace(word, start=word.start + rng.gauss(0, 0.04)) for word in speech(3, 60)]
    assert "H11" not in rules(doubts(heard(words, heard(speech(3, 60)).regions)))


def test_h11_too_little_to_say_anything() -> None:
    assert drift_of(said("Good evening."), [(0.8, 2.0)]) is None
    assert drift_of([], [(float(at), at + 1.0) for at in range(0, 60, 3)]) is None


def test_h11_words_of_something_else_have_no_place() -> None:
    """Where nothing fits anywhere, no offset is invented."""
    regions = heard(speech(3, 12)).regions
    everywhere = [Word(text=" so", start=at / 2, end=at / 2 + 0.5) for at in range(1440)]
    drift = drift_of(everywhere, regions)
    assert drift is None or abs(drift.offset_s) < 1.5


def test_the_quiet_around_a_region_is_known_from_the_listening() -> None:
    assert pad_of({"vad": {"speech_pad_ms": 400}}) == 0.4
    assert pad_of({"vad": {}}) == pad_of({}) == pad_of({"vad": "on"}) == 0.2


STRETCHES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (pair[0] / 2, pair[1] / 2)),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(STRETCHES, STRETCHES)
def test_a_mask_counts_as_one_counts_by_hand(
    stretches: list[tuple[float, float]], taken: list[tuple[float, float]]
) -> None:
    def halves(parts: Iterable[tuple[float, float]]) -> set[int]:
        return {half for start, end in parts for half in range(round(start * 2), round(end * 2))}

    mask, other = mask_of(stretches), mask_of(taken)
    assert mask.total_s * 2 == len(halves(stretches))
    assert mask.covered_s(5.0, 20.0) * 2 == len(halves(stretches) & set(range(10, 40)))
    assert mask.covered_s(9.0, 9.0) == 0.0
    assert halves(mask.within(5.0, 20.0)) == halves(stretches) & set(range(10, 40))
    assert halves(without(mask.stretches, other)) == halves(stretches) - halves(taken)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_every_word_is_in_one_phrase(seed: int) -> None:
    words, _ = council_words(seed, 8)
    phrases = phrases_of(words)
    assert [each.first for each in phrases[1:]] == [each.last for each in phrases[:-1]]
    assert (phrases[0].first, phrases[-1].last) == (0, len(words))


def test_twelve_hours_are_looked_at_in_a_moment() -> None:
    """Counted in this process's own time, with room for a busy machine; `bench captions` has the figure."""
    words, duration_s = council_words(3, 2000)
    transcript = replace(heard(words), duration=duration_s)
    begin = time.process_time()
    doubts(transcript)
    assert time.process_time() - begin < 12 * 2.0 * duration_s / (12 * 3600)


@pytest.mark.parametrize(
    ("tag", "name"), [("es-MX", "Spanish"), ("EN", "English"), ("xx", "the language 'xx'")]
)
def test_languages_have_the_names_that_people_call_them(tag: str, name: str) -> None:
    assert language_name(tag) == name
