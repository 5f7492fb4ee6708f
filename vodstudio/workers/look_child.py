"""A child that looks at one folder and tells what it sees; a share that hangs blocks it and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from vodstudio.core.files import temporary_beside
from vodstudio.workers.child import die_with_parent


def main(argv: list[str]) -> int:
    """`--child look PATH MARKER [try-writing]`: one line of JSON."""
    die_with_parent()
    path, marker = Path(argv[0]), argv[1]
    sys.stdout.write(json.dumps(look(path, marker, try_writing="try-writing" in argv[2:])) + "\n")
    return 0


def look(path: Path, marker: str, *, try_writing: bool) -> dict[str, object]:
    """Everything that can be asked of a folder, with the reason when it is not there."""
    try:
        if not path.exists():
            return {"is_there": False, "problem": "it is not there"}
        if marker and not (path / marker).exists():
            return {
                "is_there": False,
                "problem": f"its marker file {marker} is missing: maybe it is not mounted",
            }
        return {
            "is_there": True,
            "is_writable": _is_writable(path, try_writing),
            "free_bytes": shutil.disk_usage(path).free,
            "problem": "",
        }
    except OSError as error:
        return {"is_there": False, "problem": error.strerror or str(error)}


def _is_writable(path: Path, try_writing: bool) -> bool:
    if not try_writing or not path.is_dir():
        return os.access(path, os.W_OK)
    trial = temporary_beside(path / "trial")
    try:
        trial.write_bytes(b"x")
        trial.unlink()
    except OSError:
        return False
    return True
