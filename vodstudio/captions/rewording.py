"""Aliases put right in a transcript, each place kept with what was heard, so that a person can take it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from vodstudio.captions.edits import spliced
from vodstudio.captions.transcript import Transcript, Word
from vodstudio.core import vocabulary
from vodstudio.core.vocabulary import Alias, Replacement

PLACES = "replacements"
AROUND = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A place as a person reads it: when it is said, and `said`, with some words before and behind."""

    start_s: float
    said: str
    place: Replacement


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


def rewritten(transcript: Transcript) -> tuple[Rewritten, ...]:
    """The places whose words are still there, in their order: what a person has changed since is theirs."""
    words, found = transcript.words, []
    for place in replacements_of(transcript):
        at = vocabulary.place_of(words, place)
        if at is not None:
            around = words[max(0, at - AROUND) : at + len(place.after) + AROUND]
            said = " ".join("".join(word.text for word in around).split())
            found.append(Rewritten(start_s=words[at].start, said=said, place=place))
    return tuple(sorted(found, key=lambda each: each.start_s))


def taken_back(transcript: Transcript, places: Iterable[Replacement]) -> Transcript:
    """As it was heard in these places; what a person decided about other words stays with them."""
    words, edits, gone = transcript.words, transcript.edits, list(places)
    for place in gone:
        at = vocabulary.place_of(words, place)
        if at is not None:
            words = vocabulary.undo(words, place)
            edits = spliced(edits, at, len(place.after), len(place.before))
    left = [_to_json(each) for each in replacements_of(transcript) if each not in gone]
    return replace(transcript, words=words, edits=edits, settings={**transcript.settings, PLACES: left})


def _to_json(place: Replacement) -> dict[str, object]:
    return asdict(place) | {
        "before": [asdict(w) for w in place.before],
        "after": [asdict(w) for w in place.after],
    }


def _from_json(body: object) -> Replacement | None:
    try:
        told: Mapping[str, Any] = dict(body)  # type: ignore[call-overload]
        place = Replacement(
            index=int(told["index"]),
            heard=str(told["heard"]),
            written=str(told["written"]),
            before=_words(told["before"]),
            after=_words(told["after"]),
        )
        return place if place.before and place.after else None
    except (TypeError, ValueError, KeyError):
        return None


def _words(body: Sequence[Mapping[str, Any]]) -> tuple[Word, ...]:
    return tuple(Word(**word) for word in body)
