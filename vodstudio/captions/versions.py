"""The versions of a transcript in one folder: `words.<run>.json` for each, `words.json` for the one that counts."""

from __future__ import annotations

from pathlib import Path

from vodstudio.captions.transcript import Transcript, read_transcript, transcript_to_json
from vodstudio.core.errors import VodError
from vodstudio.core.files import write_atomically
from vodstudio.core.transcripts import SPEECH

CHOSEN_FILE = "words.json"


def keep(folder: Path, transcript: Transcript) -> Path:
    """Write a version under the name of its run, never over another: a run that gave other words before gets a number."""
    data = transcript_to_json(transcript).encode()
    path, number = folder / f"words.{transcript.run}.json", 1
    while path.exists() and path.read_bytes() != data:
        number += 1
        path = folder / f"words.{transcript.run}-{number}.json"
    if not path.exists():
        write_atomically(path, data)
    return path


def show(version: Path) -> Path:
    """From now on `words.json` beside it says what this version says."""
    chosen = version.with_name(CHOSEN_FILE)
    write_atomically(chosen, version.read_bytes())
    return chosen


def show_heard(version: Path) -> bool:
    """The same for what was heard anew, unless `words.json` holds a person's work (E20); whether it was shown."""
    if _is_by_hand(version.with_name(CHOSEN_FILE)):
        return False
    show(version)
    return True


def _is_by_hand(chosen: Path) -> bool:
    """What cannot be read is nobody's work any more."""
    try:
        author = read_transcript(chosen).author
    except VodError:
        return False
    return author not in ("", SPEECH)
