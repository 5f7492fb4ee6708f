"""`captions accuracy`: minutes to correct, and what the corrections say; of a job they are kept for its city."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vodstudio.captions.accuracy import Accuracy, accuracy_of, corrected_sample, sample_minutes, sample_text
from vodstudio.captions.reading import decode
from vodstudio.captions.transcript import read_transcript
from vodstudio.cli_desk import asked
from vodstudio.cli_home import places_made
from vodstudio.core.errors import Conflict, Refused
from vodstudio.core.files import write_atomically
from vodstudio.services.shapes import accuracy_shape
from vodstudio.services.sidecar_survey import content_of


def accuracy(arguments: argparse.Namespace) -> dict[str, Any]:
    """Minutes to correct where nothing is corrected yet, else what the corrections say."""
    if arguments.job:
        return _of_job(arguments)
    if not arguments.words:
        raise Refused(
            "Nothing is named that could be measured",
            hint="Name words.json, or a job with --job ID. Nothing was changed.",
            code="VS-USAGE",
        )
    transcript = read_transcript(Path(arguments.words))
    measured: Accuracy | None = None
    if arguments.corrected:
        minutes, meant = corrected_sample(_text_of(arguments.corrected))
        measured = accuracy_of(transcript.words, meant, minutes)
    else:
        minutes = sample_minutes(transcript.regions, transcript.duration)
    is_asked = arguments.sample and not arguments.corrected
    return {
        "model": transcript.model,
        "language": transcript.language,
        "minutes": [{"start_s": start_s, "end_s": end_s} for start_s, end_s in minutes],
        "sample": _written(arguments.sample, sample_text(transcript.words, minutes)) if is_asked else None,
        "measured": None if measured is None else accuracy_shape(measured),
        "city": None,
    }


def _of_job(arguments: argparse.Namespace) -> dict[str, Any]:
    """The file that is named is the corrected sample: the words are those of the job."""
    call: dict[str, object] = {"id": arguments.job}
    if arguments.words:
        call["text"] = _text_of(arguments.words)
    answer = asked(places_made(), "accuracy", call, word="captions", as_json=arguments.json)
    sample = _written(arguments.sample, str(answer["text"])) if _wants_sample(arguments, answer) else None
    told = ("model", "language", "minutes", "measured", "city")
    return {"sample": sample, **{name: answer[name] for name in told}}


def _wants_sample(arguments: argparse.Namespace, answer: Mapping[str, object]) -> bool:
    return bool(arguments.sample) and not arguments.words and bool(answer["text"])


def _text_of(path: str) -> str:
    return decode(content_of(Path(path)))[0]


def _written(name: str, text: str) -> str:
    path, data = Path(name), text.encode("utf-8")
    if path.exists() and content_of(path) != data:
        raise Conflict(
            f"{path.name} is there already, and is not the same",
            hint="Nothing was written: it may have been corrected. Choose another name.",
            detail=str(path),
            code="VS-FILE-EXISTS",
        )
    write_atomically(path, data)
    return str(path)
