"""What the command line says, in words or as JSON, and the exit code with which it ends."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from vodstudio import paths
from vodstudio.cli_text import RENDER
from vodstudio.core.errors import Hold, Problem, TryLater, VodError, problem_of

DONE, FAILED, USAGE, NOT_SET_UP, HELD, BUSY, LATER, STOPPED = 0, 1, 2, 3, 4, 5, 6, 130
USAGE_CODES = frozenset(
    {
        "VS-USAGE",
        "VS-BAD-ARGUMENT",
        "VS-CAPTION-FORMAT",
        "VS-CAPTION-PROFILE",
        "VS-TIMEBASE",
        "VS-MODEL-NAME",
        "VS-UNKNOWN-CITY",
        "VS-UNKNOWN-MODEL",
        "VS-UNKNOWN-PRESET",
        "VS-UNKNOWN-SERVER",
        "VS-UNKNOWN-STATE",
        "VS-NO-JOB",
        "VS-SET",
    }
)
SET_UP_CODES = ("VS-CONFIG-", "VS-HOME-", "VS-NO-STATION", "VS-NO-SCREEN", "VS-STORE-")

log = logging.getLogger(__name__)


def code_of(error: Exception) -> int:
    """The exit code of an error: who can help decides it."""
    code = problem_of(error).code
    if code in USAGE_CODES:
        return USAGE
    if code.startswith("VS-OWNER-"):
        return BUSY
    if isinstance(error, Hold):
        return HELD
    if isinstance(error, TryLater):
        return LATER
    return NOT_SET_UP if code.startswith(SET_UP_CODES) else FAILED


def unexpected(error: Exception) -> VodError:
    """A bug of ours, for a reader who has no window with a button for a report."""
    problem = problem_of(error)
    return VodError(
        problem.title,
        hint="Nothing is lost. Please report it with the command and the last lines of"
        f" {paths.places(os.environ).logs / 'aside.jsonl'}.",
        detail=problem.detail,
        code=problem.code,
    )


def tell_error(error: Exception, as_json: bool) -> int:
    """One sentence on stderr, or the error as JSON on stdout; gives the exit code."""
    problem = problem_of(error)
    log.info("%s: %s (%s)", problem.code, problem.title, problem.detail)
    if as_json:
        print_json({"error": _error_body(problem)})
    else:
        sys.stderr.write(f"{_stop(problem.title)} {_stop(problem.hint)}".strip() + f" ({problem.code})\n")
    return code_of(error)


def _stop(sentence: str) -> str:
    return sentence if not sentence or sentence[-1] in ".?!" else sentence + "."


def _error_body(problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "title": problem.title, "hint": problem.hint}


def print_json(body: object) -> None:
    """One object on stdout."""
    print_line(json.dumps(body, indent=2, ensure_ascii=False, default=str))


def print_line(line: str) -> None:
    """One line on stdout, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def show(word: str, body: Mapping[str, Any], as_json: bool) -> None:
    """What a command answers, for people or for programs."""
    if as_json:
        print_json(body)
    else:
        for line in RENDER[word](body):
            print_line(line)


def say(as_json: bool) -> Callable[[str], None]:
    """How a command that takes its time tells what happens."""

    def tell(line: str) -> None:
        print_line(json.dumps({"line": line}, ensure_ascii=False) if as_json else line)

    return tell


def progress(as_json: bool) -> Callable[[float, float | None, str], None]:
    """A line that is written over on a terminal; nothing where a program listens."""

    def tell(done: float, speed: float | None, note: str) -> None:
        if not as_json and sys.stderr.isatty():
            pace = f"  {speed:.1f}x" if speed else ""
            sys.stderr.write(f"\r{done:6.1%}{pace}  {note[:50]:50}" + ("\n" if done >= 1.0 else ""))
            sys.stderr.flush()

    return tell
