"""The language is fixed by the preset, or agreed on by several stretches of speech; doubt is told (E12)."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.speech.fakes import MEETING, MemoryContext, inputs_of, with_card
from vodstudio.captions.transcript import read_transcript
from vodstudio.core.errors import NeedsUser
from vodstudio.workers.models import DEMO_VOICE
from vodstudio.workers.speech import SpeechTools, hear
from vodstudio.workers.spoken_language import (
    SAMPLES,
    Language,
    Sounded,
    agreed,
    foreign_marks,
    language_of,
    sample_starts,
    spoken_in,
)
from vodstudio.workers.windows import SAMPLE_RATE, Region, Speech

_PIECE = 30 * SAMPLE_RATE


class _Polyglot:
    """A model that hears the language of a stretch from its loudness: quiet is Spanish, loud is English."""

    supported_languages = ("en", "es", "fr")
    is_multilingual = True

    def __init__(self) -> None:
        self.model = self
        self.asked = 0

    def feature_extractor(self, samples: Any) -> Any:
        return np.full((80, 3001), float(np.abs(samples).max()), dtype=np.float32)

    feature_extractor.chunk_length = 30  # type: ignore[attr-defined]

    def encode(self, features: Any) -> float:
        return float(features.max())

    def detect_language(self, loudness: float) -> list[list[tuple[str, float]]]:
        self.asked += 1
        spanish = 0.9 if loudness < 0.5 else 0.2
        return [[("<|es|>", spanish), ("<|en|>", 1.0 - spanish)]]


def _speech(folder: Path, loud: list[bool]) -> Speech:
    """Half a minute for each; loud or quiet."""
    samples = np.concatenate([np.full(_PIECE, 30_000 if one else 300, dtype="<i2") for one in loud])
    path = folder / "speech.s16"
    samples.tofile(path)
    return Speech(path, [Region(0, len(samples))])


def test_e12_music_before_the_meeting_does_not_decide(tmp_path: Path) -> None:
    """The first half minute says English, all that follows Spanish: the first alone would have been believed."""
    model = _Polyglot()
    found = language_of(model, _speech(tmp_path, [True, False, False, False, False, False]), "")
    assert found.name == "es"
    assert found.probability == pytest.approx(0.725)
    assert model.asked == SAMPLES


def test_e12_one_language_throughout_is_certain(tmp_path: Path) -> None:
    found = language_of(_Polyglot(), _speech(tmp_path, [False]), "")
    assert (found.name, found.probability) == ("es", 0.9)


def test_a_language_that_was_set_is_not_asked_for(tmp_path: Path) -> None:
    model = _Polyglot()
    assert language_of(model, _speech(tmp_path, [True]), "fr") == Language(name="fr")
    assert model.asked == 0
    with pytest.raises(NeedsUser):
        language_of(model, _speech(tmp_path, [True]), "de")


def test_an_english_model_hears_english(tmp_path: Path) -> None:
    english = SimpleNamespace(supported_languages=("en",), model=SimpleNamespace(is_multilingual=False))
    assert language_of(english, _speech(tmp_path, [True]), "") == Language(name="en")


@given(st.integers(1, 100_000_000))
def test_samples_are_spread_over_all_speech_and_never_overlap(total: int) -> None:
    starts = sample_starts(total, _PIECE)
    assert 1 <= len(starts) <= SAMPLES
    assert starts[0] == 0
    assert all(later - earlier >= _PIECE for earlier, later in pairwise(starts))
    if len(starts) > 1:
        assert starts[-1] + _PIECE == total


_PROBABILITIES = st.dictionaries(st.sampled_from(["en", "es", "hmn", "so"]), st.floats(0.0, 1.0), min_size=1)


@given(st.lists(_PROBABILITIES, min_size=1, max_size=4))
def test_the_order_of_the_stretches_does_not_matter(found: list[dict[str, float]]) -> None:
    assert agreed(found).name == agreed(list(reversed(found))).name
    assert 0.0 <= agreed(found).probability <= 1.0


@pytest.mark.parametrize(("script", "is_sure"), [("trial-ok", False), ("sure", True)])
def test_e12_a_language_that_is_not_certain_is_marked_and_said(
    tools: SpeechTools, context: MemoryContext, script: str, is_sure: bool
) -> None:
    result = hear(with_card(tools, script), context, inputs_of(MEETING, model=DEMO_VOICE))
    marks = [mark for mark in read_transcript(result.outputs[0].path).marks if mark.rule == "L1"]
    if is_sure:
        assert (marks, result.facts["language_note"]) == ([], "")
    else:
        assert (marks[0].start, marks[0].end) == (0.0, 4.0)
        expected = "The language may not be 'en' (55% sure): set it in the preset if it is another"
        assert marks[0].text == result.facts["language_note"] == expected


def test_e15_times_that_cannot_be_are_mended_and_marked(tools: SpeechTools, context: MemoryContext) -> None:
    """Negative, not a number, backwards and far behind the end of four seconds."""
    result = hear(with_card(tools, "times"), context, inputs_of(MEETING, model=DEMO_VOICE))
    transcript = read_transcript(result.outputs[0].path)
    times = [(word.start, word.end) for word in transcript.words]
    assert times == [(0.0, 0.5), (1.0, 1.5), (2.5, 2.5), (3.0, 4.0)]
    assert [mark.rule for mark in transcript.marks if mark.rule == "T1"] == ["T1"] * 4
    assert "1 words had times that cannot be" in transcript.marks[-1].text


def _sounded(*names: str, speech_s: float = 30.0, sure: float = 0.97) -> list[Sounded]:
    return [
        Sounded(
            start_s=30.0 * place,
            end_s=30.0 * place + 30.0,
            speech_s=speech_s,
            spoken=Language(name=name, probability=sure),
        )
        for place, name in enumerate(names)
    ]


def test_e12_minutes_in_another_language_are_marked_from_their_begin_to_their_end() -> None:
    (mark,) = foreign_marks(_sounded("es", "es", "en", "en", "en", "en", "es"), "es")
    assert (mark.rule, mark.start, mark.end) == ("L2", 60.0, 180.0)
    assert mark.text == (
        "For 2 min this sounds like English (97% sure), and the words are in Spanish: "
        "they may be translated or wrong"
    )


def test_a_break_of_an_hour_is_not_spoken_in_another_language() -> None:
    before, after = _sounded("en", "en")
    late = dataclasses.replace(after, start_s=after.start_s + 3600.0, end_s=after.end_s + 3600.0)
    (mark,) = foreign_marks([before, late], "es")
    assert mark.text.startswith("For 1 min this sounds like English")


@pytest.mark.parametrize(
    "sounded",
    [
        [],
        _sounded("es", "es"),
        _sounded("es", "en", "es", "fr", "en"),
        _sounded("en", "en", sure=0.7),
        _sounded("en", "en", "en", speech_s=4.0),
    ],
    ids=["nothing", "ours", "one at a time", "not sure", "too short to tell"],
)
def test_a_name_a_song_or_a_guess_is_no_foreign_stretch(sounded: list[Sounded]) -> None:
    assert foreign_marks(sounded, "es") == ()


def test_a_short_piece_between_two_others_does_not_part_them() -> None:
    sounded = _sounded("en", "es", "en")
    sounded[1] = dataclasses.replace(sounded[1], speech_s=2.0)
    (mark,) = foreign_marks(sounded, "xx")
    assert (mark.start, mark.end) == (0.0, 90.0)
    assert "the words are in the language 'xx'" in mark.text


def test_a_model_of_one_language_is_not_asked_what_it_hears() -> None:
    model = _Polyglot()
    assert [each.name for each in spoken_in(model, 0.2)] == ["es"]
    model.is_multilingual = False
    assert spoken_in(model, 0.2) == []
    assert model.asked == 1


def test_e12_a_foreign_stretch_is_marked_in_the_words_of_the_job(
    tools: SpeechTools, context: MemoryContext
) -> None:
    """Heard piece by piece by the scripted engine: English was set, and all of it sounds like Spanish."""
    result = hear(with_card(tools, "spanish"), context, inputs_of(MEETING, model=DEMO_VOICE))
    marks = read_transcript(result.outputs[0].path).marks
    (foreign,) = [mark for mark in marks if mark.rule == "L2"]
    assert (foreign.start, foreign.end) == (0.0, 4.0)
    assert "sounds like Spanish" in foreign.text
