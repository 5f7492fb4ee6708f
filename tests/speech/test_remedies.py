"""A doubtful stretch is heard again in other ways; the better hearing is kept, and nothing disappears silently."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from vodstudio.workers.hearing import Answer, Ear, HeardWindow, HeardWord, PlaceWord, Position
from vodstudio.workers.remedies import ALONE, FIRST, GAPS, PAUSES, Examined, Remedies
from vodstudio.workers.windows import SAMPLE_RATE, Region

Said = Sequence[tuple[str, float, float]]
GOOD = [
    "the",
    "motion",
    "to",
    "approve",
    "the",
    "minutes",
    "of",
    "last",
    "week",
    "carries",
    "with",
    "all",
    "in",
    "favor",
]
LOOP = ["thank", "you", "very", "much"] * 8


def _said(words: Sequence[str], start: float = 0.0, each: float = 0.5) -> Said:
    return [(f" {word}", start + at * each, start + at * each + 0.4) for at, word in enumerate(words)]


@dataclass(frozen=True)
class _Options:
    hotwords: str | None = "Mahtomedi"
    temperatures: tuple[float, ...] = (0.0, 0.2)


class _Extractor:
    chunk_length, hop_length = 30, 160

    def __call__(self, samples: Any) -> Any:
        return np.zeros((80, len(samples) // self.hop_length + 1), dtype=np.float32)


class ScriptedEar:
    """An ear that says what the script has for each way of asking; it notes how it was asked."""

    language = "en"
    longest_frames = 3000
    options = _Options()

    def __init__(self, script: Mapping[str, Said], ratio: float = 1.5) -> None:
        self.model = SimpleNamespace(feature_extractor=_Extractor())
        self._script = script
        self._ratio = ratio
        self.asked: list[tuple[str, _Options]] = []

    def ask(self, features: Any, number: str, options: _Options) -> Answer:
        way = next(way for way in (GAPS, PAUSES, ALONE) if way in number)
        self.asked.append((way, options))
        return _answer(cast("list[int]", self._script.get(way, ())), self._ratio)

    def is_silence(self, answer: Answer) -> bool:
        return cast(Said, answer.tokens) == [(" (silence)", 0.0, 0.4)]

    def placed(self, answer: Answer, seek: int, size: int, last_s: float) -> tuple[Any, int, bool]:
        return answer.tokens, size, True

    def words(self, segments: Said, place: PlaceWord) -> tuple[HeardWord, ...]:
        return tuple(_word(text, *place(start, end)) for text, start, end in segments)


def _answer(tokens: list[int], ratio: float) -> Answer:
    return Answer(
        encoded=None,
        tokens=tokens,
        temperature=0.0,
        avg_logprob=-0.2,
        compression_ratio=ratio,
        no_speech_prob=0.0,
    )


def _word(text: str, start: float, end: float) -> HeardWord:
    return HeardWord(text=text, start=start, end=end, probability=0.9)


def _window(said: Said, end_s: float, ratio: float = 1.5) -> HeardWindow:
    words = tuple(_word(*each) for each in said)
    stretch = _answer([], ratio).stretch((0, int(end_s * 100)), (0.0, end_s), words)
    return HeardWindow(index=4, stretches=(stretch,), after=Position(index=5, seek=stretch.last))


def _examined(
    ear: ScriptedEar,
    window: HeardWindow,
    spool: Path,
    *,
    regions: Sequence[tuple[float, float]] = ((0.0, 20.0),),
    is_batched: bool = False,
    is_on: bool = True,
) -> Examined:
    spool.write_bytes(bytes(2 * 40 * SAMPLE_RATE))
    known = [Region(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)) for start, end in regions]
    remedies = Remedies(cast(Ear, ear), spool, lambda: known, is_batched=is_batched)
    return remedies.examined(window, is_on=is_on)


def _text(examined: Examined) -> str:
    return "".join(word.text for word in examined.window.words).strip()


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "speech.s16"


def test_words_without_a_doubt_are_heard_once(spool: Path) -> None:
    ear = ScriptedEar({})
    window = _window(_said(GOOD), 8.0)
    examined = _examined(ear, window, spool, regions=((0.0, 8.0),))
    assert (examined.window, examined.marks, examined.reheard, ear.asked) == (window, (), (), [])


def test_e11_a_loop_is_heard_again_by_itself_and_the_sentence_is_kept(spool: Path) -> None:
    """Voice without a pause: there is nothing to swap, so it is asked by itself, at temperature 0, without hints."""
    ear = ScriptedEar({ALONE: _said(GOOD * 2)})
    examined = _examined(ear, _window(_said(LOOP), 16.0), spool, regions=((0.0, 16.0),))
    assert _text(examined) == " ".join(GOOD * 2)
    assert ear.asked == [(ALONE, _Options(hotwords=None, temperatures=[0.0]))]  # type: ignore[arg-type]
    (told,) = examined.reheard
    assert (told.start, told.end, told.kept) == (0.0, 16.0, ALONE)
    assert [way for way, _ in told.tried] == [FIRST, ALONE]
    assert "H1" in told.tried[0][1]
    assert told.why
    (mark,) = examined.marks
    assert mark.rule == "D1"
    assert "the words are not certain" in mark.text


def test_e11_a_loop_in_every_way_stays_and_is_marked_for_a_person(spool: Path) -> None:
    ear = ScriptedEar({PAUSES: _said(LOOP), ALONE: _said(LOOP)})
    window = _window(_said(LOOP), 20.0)
    examined = _examined(ear, window, spool, regions=((0.0, 16.0),))
    assert examined.window == window
    assert [way for way, _ in ear.asked] == [PAUSES, ALONE]
    assert examined.reheard[0].kept == FIRST
    assert "H1" in {mark.rule for mark in examined.marks}
    assert "D1" not in {mark.rule for mark in examined.marks}


def test_e11_words_never_give_way_to_none(spool: Path) -> None:
    ear = ScriptedEar({PAUSES: _said(["(silence)"]), ALONE: ()})
    window = _window(_said(LOOP), 20.0)
    examined = _examined(ear, window, spool, regions=((0.0, 16.0),))
    assert examined.window == window
    assert {"H1", "D1"} <= {mark.rule for mark in examined.marks}


def test_with_remedies_off_the_doubt_is_told_and_nothing_is_heard_again(spool: Path) -> None:
    ear = ScriptedEar({ALONE: _said(GOOD)})
    window = _window(_said(LOOP), 16.0)
    examined = _examined(ear, window, spool, is_on=False)
    assert (examined.window, examined.reheard, ear.asked) == (window, (), [])
    assert "H1" in {mark.rule for mark in examined.marks}


def test_batches_never_tried_higher_temperatures_so_the_remedy_does(spool: Path) -> None:
    ear = ScriptedEar({ALONE: _said(GOOD * 2)})
    _examined(ear, _window(_said(LOOP), 16.0), spool, regions=((0.0, 16.0),), is_batched=True)
    assert ear.asked == [(ALONE, _Options(hotwords=None))]


def test_the_silence_that_was_left_out_may_help(spool: Path) -> None:
    """The words of the second hearing lie where the recording has them, pauses and all."""
    ear = ScriptedEar({PAUSES: _said(GOOD * 2, start=2.0)})
    examined = _examined(ear, _window(_said(LOOP), 20.0), spool, regions=((2.0, 17.0),))
    assert examined.reheard[0].kept == PAUSES
    assert examined.window.words[0].start == 2.0
    assert examined.window.after == Position(index=5, seek=2000)


def test_what_does_not_fit_into_the_model_is_not_heard_with_its_pauses(spool: Path) -> None:
    ear = ScriptedEar({ALONE: _said(GOOD * 2)})
    _examined(ear, _window(_said(LOOP), 35.0), spool, regions=((0.0, 8.0), (27.0, 35.0)))
    assert PAUSES not in [way for way, _ in ear.asked]


def test_a_voice_without_a_word_is_heard_by_itself(spool: Path) -> None:
    """H9: words that are found in the gap are put between those that were heard."""
    said = [*_said(GOOD, 0.0), *_said(GOOD[::-1], 14.0)]
    ear = ScriptedEar({GAPS: _said(["is", "there", "a", "second"], start=2.0)})
    examined = _examined(ear, _window(said, 21.0), spool, regions=((0.0, 21.0),))
    assert _text(examined) == " ".join([*GOOD, "is", "there", "a", "second", *GOOD[::-1]])
    starts = [word.start for word in examined.window.words]
    assert starts == sorted(starts)
    assert examined.reheard[0].kept == GAPS


def test_a_gap_that_repeats_the_words_beside_it_adds_nothing(spool: Path) -> None:
    """The sentence was heard, at a wrong time: it is not said twice, and the doubt stays."""
    said = [*_said(GOOD, 0.0), *_said(GOOD[::-1], 16.0)]
    ear = ScriptedEar({GAPS: _said(GOOD, start=1.0), ALONE: said})
    window = _window(said, 23.0)
    examined = _examined(ear, window, spool, regions=((0.0, 23.0),))
    assert examined.window == window
    assert [mark.rule for mark in examined.marks] == ["H9"]


def test_each_piece_of_a_batch_is_looked_at(spool: Path) -> None:
    good = _window(_said(GOOD), 8.0).stretches[0]
    loop = dataclasses.replace(
        _window(_said(LOOP, 10.0), 26.0).stretches[0], start_s=10.0, first=1000, last=2600
    )
    window = HeardWindow(index=0, stretches=(good, loop), after=Position(index=1))
    examined = _examined(
        ScriptedEar({ALONE: _said(GOOD * 2)}), window, spool, regions=((0.0, 8.0), (10.0, 26.0))
    )
    assert [stretch.words == good.words for stretch in examined.window.stretches] == [True, False]
    assert [told.start for told in examined.reheard] == [10.0]
