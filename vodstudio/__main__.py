"""The entry of every process of the program: the window, the command line, or one of our children."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

# Before anything can load them: these libraries would otherwise report home.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

CHILDREN = {
    "media": ("vodstudio.workers.media_child", "main"),
    "speech": ("vodstudio.workers.speech_child", "main"),
    "models": ("vodstudio.workers.model_child", "main"),
    "look": ("vodstudio.workers.look_child", "main"),
    "exec": ("vodstudio.workers.child", "exec_main"),
    "cablecast": ("vodstudio.demo.simulator", "main"),
}
USAGE_ERROR = 2


def main(argv: list[str]) -> int:
    """Decide what this process is; only what it needs is imported."""
    if argv[:1] == ["--child"]:
        return _child(argv[1:])
    return _run("vodstudio.cli", "main" if argv and not _are_files(argv) else "window", argv)


def _run(module: str, name: str, argv: list[str]) -> int:
    status: int = getattr(import_module(module), name)(argv)
    return status


def _child(argv: list[str]) -> int:
    entry = CHILDREN.get(argv[0]) if argv else None
    if entry is None:
        sys.stderr.write("vodstudio: --child is for the program itself\n")
        return USAGE_ERROR
    return _run(*entry, argv[1:])


def _are_files(argv: list[str]) -> bool:
    """Files dropped on the icon or opened with the program go to the window."""
    return all(not each.startswith("-") and Path(each).exists() for each in argv) and not _is_word(argv[0])


def _is_word(text: str) -> bool:
    from vodstudio.cli_parser import words

    return text in words()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
