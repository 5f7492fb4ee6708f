"""Captions laid over a recording: of this one, late, or of another; by words, by the voice, by the length alone."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import council_cues, council_words
from vodstudio.captions.cue import Cue
from vodstudio.captions.fit import Evidence, Fit, by_length, by_speech, by_words, fitting
from vodstudio.captions.formats import FORMATS, write_one
from vodstudio.captions.mask import mask_of
from vodstudio.captions.sidecar import SidecarState, judge
from vodstudio.captions.transcript import Word

WORDS, LENGTH_S = council_words(1, 400)
CUES = council_cues(1, 400)
OTHERS = council_cues(2, 400)
# As a voice activity model tells it: pauses below half a second are bridged, the edges are wide.
SPEECH = mask_of(((word.start, word.end) for word in WORDS), join_s=0.5, pad_s=0.2).stretches
KNOWN = {"words": Evidence(words=tuple(WORDS)), "speech": Evidence(speech=SPEECH)}


def later(cues: tuple[Cue, ...], by_s: float) -> tuple[Cue, ...]:
    return tuple(
        dataclasses.replace(cue, start_s=cue.start_s + by_s, end_s=cue.end_s + by_s)
        for cue in cues
        if cue.start_s + by_s >= 0
    )


def misheard(words: list[Word]) -> tuple[Word, ...]:
    """Every sixth word is wrong, as a small model hears."""
    return tuple(
        dataclasses.replace(word, text=" uh") if place % 6 == 0 else word for place, word in enumerate(words)
    )


@pytest.mark.parametrize("evidence", KNOWN.values(), ids=KNOWN)
@pytest.mark.parametrize(
    ("cues", "fit", "offset_s"),
    [
        (CUES, Fit.FITS, 0.0),
        (later(CUES, 0.6), Fit.FITS, 0.6),
        (later(CUES, 2.0), Fit.LATE, 2.0),
        (later(CUES, -3.0), Fit.LATE, -3.0),
        (later(CUES, 47.0), Fit.LATE, 47.0),
        (later(CUES, 3600.0), Fit.LATE, 3600.0),
        (OTHERS, Fit.OTHER, 0.0),
        (CUES[:3], None, 0.0),
        ((), Fit.UNKNOWN, 0.0),
    ],
)
def test_captions_over_a_recording(
    cues: tuple[Cue, ...], fit: Fit | None, offset_s: float, evidence: Evidence
) -> None:
    found = fitting(cues, evidence)
    if fit is None:
        assert found.fit in (Fit.UNKNOWN, Fit.FITS)
        return
    assert found.fit is fit, found
    if fit is Fit.LATE:
        assert found.offset_s == pytest.approx(offset_s, abs=0.6)


def test_words_that_were_badly_heard_still_tell() -> None:
    found = by_words(later(CUES, 5.0), misheard(WORDS))
    assert (found.fit, round(found.offset_s)) == (Fit.LATE, 5)
    assert by_words(OTHERS, misheard(WORDS)).fit is Fit.OTHER


def unheard(cues: tuple[Cue, ...]) -> tuple[Cue, ...]:
    """The same captions in words that nobody says here."""
    return tuple(
        dataclasses.replace(cue, lines=tuple(f"palabra{place} {line[::-1]}" for line in cue.lines))
        for place, cue in enumerate(cues)
    )


def test_a_translation_is_of_this_recording_when_it_lies_on_the_voice() -> None:
    other_words = unheard(CUES)
    assert by_words(other_words, WORDS).fit is Fit.OTHER
    assert fitting(other_words, Evidence(words=tuple(WORDS))).fit is Fit.OTHER
    assert fitting(other_words, Evidence(words=tuple(WORDS), speech=SPEECH)).fit is Fit.FITS
    foreign = Evidence(words=tuple(WORDS), speech=SPEECH)
    assert fitting(OTHERS, foreign).fit is Fit.OTHER


def test_a_tenth_of_the_phrases_or_of_the_voice_says_nothing_either_way() -> None:
    part = len(CUES) // 10
    rest = tuple(cue for cue in unheard(OTHERS) if cue.start_s > CUES[part].end_s)
    assert by_words((*CUES[:part], *rest), WORDS).fit is Fit.UNKNOWN
    some = CUES[: len(CUES) // 4]
    strange = tuple(cue for cue in OTHERS if cue.start_s > some[-1].end_s)
    assert by_speech((*some, *strange), SPEECH).fit is Fit.UNKNOWN


@pytest.mark.parametrize(
    ("cues", "speech"),
    [
        (CUES, ()),
        ((), SPEECH),
        (CUES, ((0.0, LENGTH_S),)),
        (CUES[:10], tuple(region for region in SPEECH if region[1] < CUES[9].end_s)),
    ],
)
def test_a_voice_without_pauses_or_without_length_says_nothing(
    cues: tuple[Cue, ...], speech: tuple[tuple[float, float], ...]
) -> None:
    assert by_speech(cues, speech).fit is Fit.UNKNOWN


@settings(max_examples=20, deadline=None)
@given(st.integers(-700, 700))
def test_any_shift_is_measured(by_s: int) -> None:
    found = by_speech(later(CUES, by_s), SPEECH)
    expected = Fit.FITS if abs(by_s) < 1 else Fit.LATE
    if abs(by_s) >= 2 or by_s == 0:
        assert found.fit is expected
        assert found.offset_s == pytest.approx(by_s, abs=0.5)


def at(*times: tuple[float, float]) -> list[Cue]:
    return [Cue(start_s=start, end_s=end, lines=("a",)) for start, end in times]


@pytest.mark.parametrize(
    ("cues", "duration_s", "fit"),
    [
        (at((1, 2)), 100.0, Fit.UNKNOWN),
        (at((1, 2), (105, 109)), 100.0, Fit.UNKNOWN),
        (at((1, 2), (105, 170)), 100.0, Fit.OTHER),
        (at((3601, 3602), (3690, 3699)), 100.0, Fit.LATE),
        (at((3601, 3602), (4000, 4002)), 100.0, Fit.OTHER),
        (at((1, 2)), None, Fit.UNKNOWN),
        (at(), 100.0, Fit.UNKNOWN),
    ],
)
def test_what_a_length_alone_can_say(cues: list[Cue], duration_s: float | None, fit: Fit) -> None:
    assert by_length(cues, duration_s).fit is fit


@pytest.mark.parametrize("name", ["scc", "srt", "vtt", "ttml"])
def test_each_kind_of_sidecar_is_judged(name: str) -> None:
    evidence = Evidence(duration_s=LENGTH_S, speech=SPEECH, words=tuple(WORDS))
    good = judge(write_one(CUES, FORMATS[name]).data, evidence, ending=f".{name}")
    assert (good.state, good.format, good.faults) == (SidecarState.VALID, name, ())
    assert "of its phrases are heard" in good.reason
    late = judge(write_one(later(CUES, 4.0), FORMATS[name]).data, evidence, ending=name)
    assert (late.state, round(late.offset_s)) == (SidecarState.LATE, 4)
    assert late.reason.startswith("its captions come 4.1 s too late: ")
    early = judge(write_one(later(CUES, -4.0), FORMATS[name]).data, evidence)
    assert "too early" in early.reason
    foreign = judge(write_one(OTHERS, FORMATS[name]).data, evidence, ending=name)
    assert foreign.state is SidecarState.FOREIGN


def test_captions_that_stop_in_the_middle_or_go_on_after_the_end_are_told() -> None:
    half = judge(write_one(CUES[:200], FORMATS["srt"]).data, Evidence(words=tuple(WORDS)))
    assert half.state is SidecarState.VALID
    assert any("speech goes on until" in fault for fault in half.faults)
    cut = Evidence(duration_s=CUES[300].start_s, speech=SPEECH)
    whole = judge(write_one(CUES, FORMATS["srt"]).data, cut)
    assert whole.state is SidecarState.VALID
    assert any("the video ends at" in fault for fault in whole.faults)


@pytest.mark.parametrize(
    ("content", "ending", "state"),
    [
        (b"", ".vtt", SidecarState.EMPTY),
        (b"WEBVTT\n\n", ".vtt", SidecarState.EMPTY),
        (b"WEBVTT\n\nNOTE nobody spoke\n", ".vtt", SidecarState.EMPTY),
        (b"\0" * 100, "srt", SidecarState.EMPTY),
        (b"minutes of the meeting", ".srt", SidecarState.FAKE),
        (b"<html><body>404</body></html>", ".ttml", SidecarState.FAKE),
        (b"<tt broken", ".ttml", SidecarState.FAKE),
        (write_one(CUES, FORMATS["srt"]).data, ".vtt", SidecarState.FAKE),
        (write_one(CUES, FORMATS["scc"]).data, ".srt", SidecarState.FAKE),
        (write_one(CUES, FORMATS["srt"]).data, ".scc", SidecarState.FAKE),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\na\n", ".vtt", SidecarState.FAKE),
        (write_one(CUES, FORMATS["ttml"]).data, ".dfxp", SidecarState.VALID),
        (write_one(CUES, FORMATS["ttml"]).data, ".xml", SidecarState.VALID),
        (write_one(CUES, FORMATS["vtt"]).data, "", SidecarState.VALID),
    ],
)
def test_what_is_not_captions_or_not_what_it_is_called(
    content: bytes, ending: str, state: SidecarState
) -> None:
    found = judge(content, ending=ending)
    assert found.state is state, found.reason
    assert found.reason
