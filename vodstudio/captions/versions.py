"""The versions of a transcript in one folder: `words.<run>.json` for each, `words.json` for the one that counts."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from pathlib import Path

from vodstudio.captions.transcript import (
    Transcript,
    read_transcript,
    transcript_from_json,
    transcript_to_json,
)
from vodstudio.core.errors import Conflict, NoAccess, VodError
from vodstudio.core.files import write_atomically
from vodstudio.core.transcripts import SPEECH, TranscriptVersion

CHOSEN_FILE = "words.json"
ASIDE = ".changed"

log = logging.getLogger(__name__)


def keep(folder: Path, transcript: Transcript) -> Path:
    """Write a version under the name of its run, never over another: a run that gave other words before gets a number.

    What cannot be read as words any more is no version: it makes room.
    """
    data = transcript_to_json(transcript).encode()
    path, number = folder / f"words.{transcript.run}.json", 1
    while path.exists() and path.read_bytes() != data:
        if not _is_readable(path):
            path.replace(_aside(path))
            break
        number += 1
        path = folder / f"words.{transcript.run}-{number}.json"
    if not path.exists():
        write_atomically(path, data)
    return path


def read_version(version: TranscriptVersion) -> Transcript:
    """The words of a version as they were written: a file that was changed since is mended from its copy, or refused."""
    return transcript_from_json(_content(version).decode("utf-8"))


def _content(version: TranscriptVersion) -> bytes:
    """`words.json` beside it is a copy of the one that counts; what took its place is kept, and never believed."""
    try:
        content = version.path.read_bytes()
    except OSError as error:
        content, lost = b"", _away(version.path, error)
    else:
        lost = _changed(version.path)
    if _sum(content) == version.sha256:
        return content
    with contextlib.suppress(OSError):
        copy = version.path.with_name(CHOSEN_FILE).read_bytes()
        if _sum(copy) == version.sha256:
            log.warning("%s was not as it was written: its copy is used", version.path)
            _mend(version.path, copy)
            return copy
    raise lost


def _mend(path: Path, content: bytes) -> None:
    """As far as that is possible now; the words are in hand already."""
    with contextlib.suppress(OSError, VodError):
        if path.exists():
            path.replace(_aside(path))
        write_atomically(path, content)


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


def _is_readable(path: Path) -> bool:
    try:
        read_transcript(path)
    except VodError:
        return False
    return True


def _aside(path: Path) -> Path:
    return path.with_name(path.name + ASIDE)


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _away(path: Path, error: OSError) -> VodError:
    return NoAccess(
        "The list of words cannot be opened",
        hint="The recording is not changed. Check that the disk is there, then try again.",
        detail=f"{path}: {error}",
        code="VS-WORDS-AWAY",
    )


def _changed(path: Path) -> VodError:
    return Conflict(
        "The list of words was changed by another program",
        hint="It was not used, and the recording is not changed. Put the file back from a copy, or import the"
        " recording again: it is heard once more.",
        detail=str(path),
        code="VS-WORDS-CHANGED",
    )
