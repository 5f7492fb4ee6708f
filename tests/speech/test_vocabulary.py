"""Vocabulary in the speech step: within the tokens of the model, and aliases put right in what was heard."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest

from tests.speech.fakes import MEETING, VOICE, MemoryContext, inputs_of
from vodstudio.captions.rewording import replacements_of, taken_back
from vodstudio.captions.transcript import read_transcript
from vodstudio.core.vocabulary import Alias
from vodstudio.workers.hearing import _fitted
from vodstudio.workers.speech import SpeechTools, hear


def _texts(path: object) -> list[str]:
    return [word.text.strip() for word in read_transcript(path).words]  # type: ignore[arg-type]


def test_the_models_own_tokenizer_counts() -> None:
    from tokenizers import Tokenizer

    real = Tokenizer.from_file(str(VOICE / "tokenizer.json"))
    counter = SimpleNamespace(encode=lambda text: real.encode(text, add_special_tokens=False).ids)
    words = [f"Mahtomedi{number}" for number in range(400)]
    fitted = _fitted(counter, ", ".join(words), 223)
    assert fitted is not None
    assert len(counter.encode(f" {fitted}")) <= 223
    taken = fitted.split(", ")
    assert taken == words[: len(taken)], "no name is cut in its middle"
    assert len(counter.encode(f" {fitted}, {words[len(taken)]}")) > 223
    assert _fitted(counter, "", 223) is None
    assert _fitted(counter, words[0], 0) is None


@pytest.fixture
def first_words(tools: SpeechTools, context: MemoryContext) -> list[str]:
    return _texts(hear(tools, context, inputs_of(MEETING)).outputs[0].path)


def test_aliases_are_put_right_counted_and_taken_back(
    tools: SpeechTools, context: MemoryContext, first_words: list[str]
) -> None:
    heard = next(word.strip(".,?!") for word in first_words if len(word) > 5)
    inputs = inputs_of(MEETING)
    aliases = (Alias(heard=heard.lower(), written="Mahtomedi Heights"),)
    preset = dataclasses.replace(inputs.preset, aliases=aliases, vocabulary=("Mahtomedi Heights", "Nowhere"))
    result = hear(tools, context, dataclasses.replace(inputs, preset=preset))
    transcript = read_transcript(result.outputs[0].path)
    count = sum(word.strip(".,?!").lower() == heard.lower() for word in first_words)
    places = replacements_of(transcript)
    assert len(places) == count > 0
    told = result.facts["replaced"]
    assert isinstance(told, list)
    assert sum(each["count"] for each in told) == count
    assert result.facts["vocabulary_said"] == ["Mahtomedi Heights"]
    for place in places:
        transcript = taken_back(transcript, [place])
    assert [word.text.strip() for word in transcript.words] == first_words
