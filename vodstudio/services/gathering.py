"""Find the recordings among what a person dropped: files as they are, folders with all below them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vodstudio.core.errors import BadMedia, NoAccess, NotFound, Problem, problem_of

MEDIA_ENDINGS = frozenset(
    [
        ".mp4",
        ".m4v",
        ".mov",
        ".mkv",
        ".webm",
        ".ts",
        ".m2ts",
        ".mts",
        ".mpg",
        ".mpeg",
        ".mxf",
        ".avi",
        ".wmv",
        ".asf",
        ".flv",
        ".dv",
        ".gxf",
        ".lxf",
        ".wav",
        ".w64",
        ".mp3",
        ".m4a",
        ".aac",
        ".ac3",
        ".flac",
        ".ogg",
    ]
)
MOST_FILES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedFile:
    """A file that could not be brought in, and why."""

    path: Path
    problem: Problem


def gather(paths: Sequence[Path]) -> tuple[list[Path], list[RefusedFile]]:
    """Files as they are, folders as the recordings in them; symbolic links to folders are not followed."""
    files: list[Path] = []
    refused: list[RefusedFile] = []
    for path in paths:
        if _is_folder(path):
            _walk(path, files, refused)
        else:
            files.append(path)
    if len(files) > MOST_FILES:
        too_many = BadMedia(
            f"More than {MOST_FILES:,} recordings at once",
            hint=f"The first {MOST_FILES:,} were added. Drop the rest again.",
            code="VS-TOO-MANY-FILES",
        )
        refused.append(RefusedFile(path=paths[0], problem=problem_of(too_many)))
    return list(dict.fromkeys(files))[:MOST_FILES], refused


def _is_folder(path: Path) -> bool:
    """What cannot even be asked is treated as a file: reading it says why."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _walk(folder: Path, files: list[Path], refused: list[RefusedFile]) -> None:
    def note(error: OSError) -> None:
        cause = NoAccess(
            "The folder may not be opened",
            detail=str(error),
            hint=f"Allow this user to read {error.filename}, then add it again. No other file is concerned.",
            code="VS-MAY-NOT-READ",
        )
        refused.append(RefusedFile(path=Path(str(error.filename)), problem=problem_of(cause)))

    before, top = len(files), Path(os.path.realpath(folder))
    for root, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if name.startswith(".") or path.suffix.lower() not in MEDIA_ENDINGS:
                continue
            if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(top):
                refused.append(_leads_out(path))
            else:
                files.append(path)
    if len(files) == before and not refused:
        nothing = NotFound(
            "No recordings in this folder",
            hint="It has no file with the ending of a video or sound file. Nothing was added.",
            code="VS-EMPTY-FOLDER",
        )
        refused.append(RefusedFile(path=folder, problem=problem_of(nothing)))


def _leads_out(link: Path) -> RefusedFile:
    """A folder that anybody may write to must not make us publish what lies elsewhere on the machine."""
    cause = NoAccess(
        "This link leads out of the folder",
        hint=f"It was left out. If it is meant, add {os.path.realpath(link)} itself.",
        code="VS-LEADS-OUT",
    )
    return RefusedFile(path=link, problem=problem_of(cause))
