"""Aliases put right in a transcript, each place kept with what was heard, so that a person can take it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from vodstudio.captions.transcript import Transcript, Word
from vodstudio.core import vocabulary
from vodstudio.core.vocabulary import Alias, Replacement

PLACES = "replacements"


def reworded(transcript: Transcript, aliases: Iterable[Alias]) -> Transcript:
    """The transcript with its aliases put right; every place lies in its settings."""
    words, places = vocabulary.replace(transcript.words, aliases)
    if not places:
        return transcript
    told = [_to_json(place) for place in places]
    return replace(transcript, words=words, settings={**transcript.settings, PLACES: told})


def replacements_of(transcript: Transcript) -> tuple[Replacement, ...]:
    """The places where an alias was put right and not taken back; what cannot be read is left out."""
    told = transcript.settings.get(PLACES)
    places = [_from_json(each) for each in told] if isinstance(told, list) else []
    return tuple(place for place in places if place is not None)


def taken_back(transcript: Transcript, place: Replacement) -> Transcript:
    """As it was heard in this one place."""
    words = vocabulary.undo(transcript.words, place)
    left = [_to_json(each) for each in replacements_of(transcript) if each != place]
    return replace(transcript, words=words, settings={**transcript.settings, PLACES: left})


def _to_json(place: Replacement) -> dict[str, object]:
    return asdict(place) | {
        "before": [asdict(w) for w in place.before],
        "after": [asdict(w) for w in place.after],
    }


def _from_json(body: object) -> Replacement | None:
    try:
        told: Mapping[str, Any] = dict(body)  # type: ignore[call-overload]
        return Replacement(
            index=int(told["index"]),
            heard=str(told["heard"]),
            written=str(told["written"]),
            before=_words(told["before"]),
            after=_words(told["after"]),
        )
    except (TypeError, ValueError, KeyError):
        return None


def _words(body: Sequence[Mapping[str, Any]]) -> tuple[Word, ...]:
    return tuple(Word(**word) for word in body)
