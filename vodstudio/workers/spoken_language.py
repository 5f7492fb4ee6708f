"""Which language is spoken: the one that was set, or that several stretches agree on; and where it is another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from vodstudio.captions.tongue import language_name
from vodstudio.captions.transcript import Mark
from vodstudio.core.errors import NeedsUser
from vodstudio.workers.windows import SAMPLE_RATE, Speech

SURE_ENOUGH = 0.8
SAMPLES = 4
FOREIGN_STRETCH = "L2"
IN_A_ROW = 2
LONG_ENOUGH_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language, and how sure that is: 1 when it was set or when the model knows no other."""

    name: str
    probability: float = 1.0


def language_of(model: Any, speech: Speech, wanted: str) -> Language:
    """The language that was set, or the one that is heard; a model that does not know it refuses."""
    if wanted and wanted not in model.supported_languages:
        raise NeedsUser(
            f"This speech model does not know the language '{wanted}'",
            hint="Get a model that knows it in Speech models, then press Retry. Or set another language in the preset"
            " and import the recording again: a job keeps the preset that it began with.",
            detail=f"it knows {', '.join(model.supported_languages)}",
            code="VS-MODEL-LANGUAGE",
        )
    if wanted or not model.model.is_multilingual:
        return Language(name=wanted or "en")
    length = int(model.feature_extractor.chunk_length) * SAMPLE_RATE
    return agreed(
        [_probabilities(model, speech, start, length) for start in sample_starts(speech.length, length)]
    )


def sample_starts(total: int, length: int) -> list[int]:
    """Where to listen: at most four stretches spread over all that is spoken, none of them twice."""
    count = max(1, min(SAMPLES, total // length))
    room = max(0, total - length)
    return [0] if count == 1 else [room * place // (count - 1) for place in range(count)]


def agreed(found: Sequence[dict[str, float]]) -> Language:
    """The language with the highest mean probability; a stretch of music or another tongue cannot decide alone."""
    sums: dict[str, float] = defaultdict(float)
    for probabilities in found:
        for name, probability in probabilities.items():
            sums[name] += probability / len(found)
    name = max(sorted(sums), key=lambda one: sums[one])
    return Language(name=name, probability=round(sums[name], 4))


def spoken_in(model: Any, encoded: Any) -> list[Language]:
    """What each of these inputs sounds like: one step of the decoder on what is encoded already."""
    if not model.model.is_multilingual:
        return []
    return [agreed([_named(found[:1])]) for found in model.model.detect_language(encoded)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounded:
    """What some seconds of speech sound like."""

    start_s: float
    end_s: float
    speech_s: float
    spoken: Language


def foreign_marks(sounded: Sequence[Sounded], language: str) -> tuple[Mark, ...]:
    """Stretches that are surely in another language than the words (E12): told to a person, never translated away.

    One piece of thirty seconds may be a name or a song; two in a row are somebody who speaks. Pieces that are too
    short to tell count neither way.
    """
    marks: list[Mark] = []
    told = [each for each in sounded if each.speech_s >= LONG_ENOUGH_S]
    for name, run in groupby(told, key=lambda each: _foreign_name(each.spoken, language)):
        pieces = list(run)
        if not name or len(pieces) < IN_A_ROW:
            continue
        start, end = pieces[0].start_s, pieces[-1].end_s
        sure = min(each.spoken.probability for each in pieces)
        spoken_s = sum(each.speech_s for each in pieces)  # a break of an hour may lie in between
        text = (
            f"For {max(1, round(spoken_s / 60))} min this sounds like {language_name(name)} ({sure:.0%} sure), "
            f"and the words are in {language_name(language)}: they may be translated or wrong"
        )
        marks.append(Mark(rule=FOREIGN_STRETCH, start=start, end=end, text=text))
    return tuple(marks)


def _foreign_name(spoken: Language, language: str) -> str:
    return spoken.name if spoken.name != language and spoken.probability >= SURE_ENOUGH else ""


def _named(found: Sequence[tuple[str, float]]) -> dict[str, float]:
    return {token[2:-2]: float(probability) for token, probability in found}


def _probabilities(model: Any, speech: Speech, start: int, length: int) -> dict[str, float]:
    from faster_whisper.audio import pad_or_trim

    features = model.feature_extractor(speech.read(start, min(start + length, speech.length)))
    encoded = model.encode(pad_or_trim(features[..., :-1]))
    return _named(model.model.detect_language(encoded)[0])
