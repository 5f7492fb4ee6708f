"""The words that were heard, each with its time, and words.json: the file that carries them between steps."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NoReturn

from vodstudio.captions.edits import NO_EDITS, Edits, edits_from_json, edits_to_json
from vodstudio.core.errors import BadMedia, NoAccess

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One heard word. `text` keeps the space that the model put before it; `start` and `end` are seconds."""

    text: str
    start: float
    end: float
    probability: float | None = None
    window: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A stretch that a person should look at: the rule that found it (`H1` …) and why, in the operator's words."""

    rule: str
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """All words of a recording, with what made them. `run` is this hearing, `parent` the one it corrects.

    `regions` are the seconds from and to where a voice was found, where anybody looked; `marks` what was doubted;
    `edits` what a person decided about the captions.
    """

    language: str
    duration: float
    words: tuple[Word, ...] = ()
    regions: tuple[tuple[float, float], ...] = ()
    marks: tuple[Mark, ...] = ()
    run: str = ""
    parent: str = ""
    recording_fingerprint: str = ""
    author: str = ""
    model: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    edits: Edits = NO_EDITS


def transcript_to_json(transcript: Transcript) -> str:
    """The text of words.json; the same transcript always gives the same bytes."""
    body: dict[str, object] = {
        "schema": SCHEMA,
        "run": transcript.run,
        "parent": transcript.parent,
        "recording_fingerprint": transcript.recording_fingerprint,
        "author": transcript.author,
        "language": transcript.language,
        "duration": transcript.duration,
        "model": transcript.model,
        "settings": dict(transcript.settings),
        "regions": [list(region) for region in transcript.regions],
        "marks": [asdict(mark) for mark in transcript.marks],
        **({"edits": edits_to_json(transcript.edits)} if transcript.edits else {}),
        "words": [_word_to_json(word) for word in transcript.words],
    }
    try:
        return json.dumps(body, ensure_ascii=True, allow_nan=False, sort_keys=False, indent=None) + "\n"
    except ValueError as error:
        _refuse(f"a time or setting is not a number: {error}", cause=error)


def transcript_from_json(text: str) -> Transcript:
    """Read words.json. Only language, duration and words are asked for; what is impossible is refused by name."""
    try:
        body = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        _refuse(f"it is not JSON: {error}", cause=error)
    if not isinstance(body, dict):
        _refuse("it is not an object")
    schema = body.get("schema", SCHEMA)
    if schema != SCHEMA:
        _refuse(f"its schema is {schema!r} and this program reads {SCHEMA}")
    words = body.get("words")
    if not isinstance(words, list):
        _refuse("it has no list called words")
    settings = body.get("settings", {})
    return Transcript(
        language=_text(body, "language", "the file"),
        duration=_seconds(body, "duration", "the file"),
        words=tuple(_word_from_json(word, number) for number, word in enumerate(words, start=1)),
        regions=_regions(body.get("regions") or []),
        marks=_marks(body.get("marks") or []),
        run=str(body.get("run") or ""),
        parent=str(body.get("parent") or ""),
        recording_fingerprint=str(body.get("recording_fingerprint") or ""),
        author=str(body.get("author") or ""),
        model=str(body.get("model") or ""),
        settings=settings if isinstance(settings, dict) else _refuse("settings is not an object"),
        edits=_edits(body.get("edits") or {}),
    )


def read_transcript(path: Path) -> Transcript:
    """Read words.json from a file."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise NoAccess(
            "The list of words cannot be opened",
            hint="The recording is not changed. Check that the disk is there, then retry.",
            detail=f"{path}: {error}",
            code="VS-WORDS-AWAY",
        ) from error
    except UnicodeDecodeError as error:
        _refuse(f"it is not text: {error}", cause=error)
    return transcript_from_json(text)


def _word_to_json(word: Word) -> dict[str, object]:
    return {
        "text": word.text,
        "start": word.start,
        "end": word.end,
        "probability": word.probability,
        "window": word.window,
        "source": word.source,
    }


def _word_from_json(body: object, number: int) -> Word:
    where = f"word {number}"
    if not isinstance(body, dict):
        _refuse(f"{where} is not an object")
    window = body.get("window")
    if window is not None and (isinstance(window, bool) or not isinstance(window, int)):
        _refuse(f"{where}: window is not a whole number")
    return Word(
        text=_text(body, "text", where),
        start=_seconds(body, "start", where),
        end=_seconds(body, "end", where),
        probability=None if body.get("probability") is None else _seconds(body, "probability", where),
        window=window,
        source=str(body.get("source") or ""),
    )


def _regions(body: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(body, list):
        _refuse("regions is not a list")
    pairs = [
        pair if isinstance(pair, list) and len(pair) == 2 else _refuse("a region is not a pair")
        for pair in body
    ]
    return tuple(
        (_number(pair[0], "a region begins at"), _number(pair[1], "a region ends at")) for pair in pairs
    )


def _marks(body: object) -> tuple[Mark, ...]:
    if not isinstance(body, list):
        _refuse("marks is not a list")
    return tuple(
        Mark(
            rule=_text(mark, "rule", "a mark"),
            start=_seconds(mark, "start", "a mark"),
            end=_seconds(mark, "end", "a mark"),
            text=_text(mark, "text", "a mark"),
        )
        if isinstance(mark, dict)
        else _refuse("a mark is not an object")
        for mark in body
    )


def _edits(body: object) -> Edits:
    try:
        return edits_from_json(body)
    except ValueError as error:
        _refuse(str(error), cause=error)


def _text(body: Mapping[str, object], key: str, where: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else _refuse(f"{where}: {key} is missing or not text")


def _seconds(body: Mapping[str, object], key: str, where: str) -> float:
    return _number(body.get(key), f"{where}: {key}")


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(f"{what} is missing or not a number")
    try:
        number = float(value)
    except OverflowError as error:
        _refuse(f"{what} is too large", cause=error)
    if not math.isfinite(number) or number < 0:
        _refuse(f"{what} is {value}, which cannot be")
    return number


def _refuse_constant(name: str) -> NoReturn:
    _refuse(f"it has {name} where a number belongs")


def _refuse(detail: str, *, cause: Exception | None = None) -> NoReturn:
    raise BadMedia(
        "The list of words cannot be used",
        hint="The recording is not changed. Make the words again: import the recording again.",
        detail=detail,
        code="VS-WORDS-BROKEN",
    ) from cause
