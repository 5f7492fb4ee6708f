"""What the step does with bad words when nobody is awake, and what the operator reads in the morning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.captions.council import plain_words
from tests.captions.fakes import MemoryContext, inputs_for
from vodstudio.captions.mask import Region, merged
from vodstudio.captions.transcript import Transcript, Word
from vodstudio.core.errors import NeedsUser
from vodstudio.core.jobs import StepResult
from vodstudio.workers.captions import make_captions

SPOKEN, LENGTH_S = plain_words(3)
WORDS = [replace(word, probability=0.9) for word in SPOKEN]
VOICE = merged(((word.start, word.end) for word in WORDS), 0.4)
SAFE = "Nothing was published, and no other job waits for this one. Open Review captions: "


def night(folder: Path, words: Sequence[Word], voice: Sequence[Region], length_s: float) -> StepResult:
    heard = Transcript(language="en", duration=length_s, words=tuple(words), regions=tuple(voice))
    return make_captions(MemoryContext(folder), inputs_for(folder, heard, probe={"duration_s": length_s}))


def stopped(folder: Path, words: Sequence[Word], voice: Sequence[Region], length_s: float) -> NeedsUser:
    with pytest.raises(NeedsUser) as told:
        night(folder, words, voice, length_s)
    assert told.value.code == "VS-CAPTIONS-CHECK"
    assert told.value.hint.startswith(SAFE)
    assert told.value.hint.endswith(f"The check report is {folder / 'check.html'}.")
    assert (folder / "check.html").stat().st_size > 1000
    return told.value


def said(text: str, at_s: float, probability: float) -> list[Word]:
    return [
        Word(
            text=f" {each}", start=at_s + 0.3 * place, end=at_s + 0.3 * place + 0.25, probability=probability
        )
        for place, each in enumerate(text.split())
    ]


def test_good_words_go_without_a_word(tmp_path: Path) -> None:
    made = night(tmp_path, WORDS, VOICE, LENGTH_S)
    assert made.facts["needs_look"] == ""
    assert made.facts["coverage_percent"] == 100.0


def test_a_loop_over_a_voice_is_told_and_goes(tmp_path: Path) -> None:
    """It may be true, as a roll call is; the report says so."""
    loop = [word for time in range(30) for word in said("Thank you very much.", LENGTH_S + 1.5 * time, 0.9)]
    made = night(tmp_path, WORDS + loop, [*VOICE, (LENGTH_S, loop[-1].end)], LENGTH_S + 60)
    rules = made.facts["findings_by_rule"]
    assert isinstance(rules, dict)
    assert rules["Q10"] >= 1


def test_an_invention_in_silence_waits_for_a_person(tmp_path: Path) -> None:
    made_up = said("Thanks for watching and please subscribe to my channel.", LENGTH_S + 60, 0.4)
    told = stopped(tmp_path, WORDS + made_up, VOICE, LENGTH_S + 120)
    assert "is what speech models say into silence; probably nobody said it" in told.title
    assert "take out what nobody said, or waive it with a reason" in told.hint


def test_missing_speech_waits_and_says_where_it_begins(tmp_path: Path) -> None:
    """A figure for the whole recording is no fault at its first second."""
    left = [word for word in WORDS if not 60 < word.start < 120]
    told = stopped(tmp_path, left, VOICE, LENGTH_S)
    assert told.title.startswith("The captions are not right: ")
    assert "% of the speech has captions; 98 % are expected" in told.title
    assert "write what is missing (first at 0:01:0" in told.hint


@pytest.mark.parametrize(("by_s", "way"), [(2.0, "late"), (5.0, "late"), (-2.0, "early")])
def test_words_beside_a_voice_that_hardly_pauses_are_not_told_the_wrong_way(
    tmp_path: Path, by_s: float, way: str
) -> None:
    """Most of them lie on the voice all the same; shifted by what was told before they would stand still worse."""
    voice = [(start + 3, end + 3) for start, end in VOICE]
    moved = [replace(word, start=word.start + 3 + by_s, end=word.end + 3 + by_s) for word in WORDS]
    told = stopped(tmp_path, moved, voice, LENGTH_S + 12)
    assert told.title.startswith("The captions are not right: the words stand ")
    told_s = float(told.title.partition("stand ")[2].partition(" s too")[0])
    assert told_s == pytest.approx(abs(by_s), abs=0.4)
    assert f"too {way} for the voice" in told.title


def test_words_that_run_away_are_told_by_the_cause_and_not_by_what_follows_from_it(tmp_path: Path) -> None:
    words: list[Word] = []
    for time in range(4):
        words += [
            replace(word, start=word.start + LENGTH_S * time, end=word.end + LENGTH_S * time)
            for word in WORDS
        ]
    voice = merged(((word.start, word.end) for word in words), 0.4)
    slow = [replace(word, start=word.start * 1.002, end=word.end * 1.002) for word in words]
    told = stopped(tmp_path, slow, voice, LENGTH_S * 4.01)
    assert told.title.startswith("The captions are not right: the words ")
    assert "too late for the voice" in told.title
    assert "shift all captions to the voice, or waive it with a reason" in told.hint
    assert "Q11" in told.detail
