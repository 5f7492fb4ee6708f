"""The command line: the same services as the window, without Qt."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from vodstudio import cli_alone, logs, paths
from vodstudio.cli_desk import LONGEST_CALL_S, asked
from vodstudio.cli_home import places_made
from vodstudio.cli_output import DONE, FAILED, STOPPED, show, tell_error, unexpected
from vodstudio.cli_parser import build_parser
from vodstudio.config import Settings, read_settings
from vodstudio.core.errors import NoAccess, VodError
from vodstudio.owner import ask, is_owned, read_owner
from vodstudio.paths import Places

log = logging.getLogger(__name__)


def main(argv: list[str]) -> int:
    """Run one command; every error becomes one sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    as_json = "--json" in argv
    # An error of ours that comes before or after the log of a command: its traceback belongs into a file too.
    logging.lastResort = _LastLines()
    try:
        arguments = build_parser().parse_args(argv)
        return COMMANDS.get(arguments.word, _at_desk)(arguments)
    except VodError as exc:
        return tell_error(exc, as_json)
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return STOPPED
    except BrokenPipeError:
        # Who reads us has seen enough; Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as exc:
        log.exception("the command %s ended with an error of ours", argv[:1])
        return tell_error(unexpected(exc), as_json)


class _LastLines(logging.Handler):
    """Where the log goes while no log is kept: into the one of those who work beside the owner."""

    def emit(self, record: logging.LogRecord) -> None:
        """Only what is grave, and never into the output that another program reads."""
        if record.levelno >= logging.ERROR:
            keeping = logs.start(paths.places(os.environ).logs, is_owner=False)
            try:
                logging.getLogger().handle(record)
            finally:
                keeping.stop()


def window(argv: list[str]) -> int:
    """Open the window, or say in one sentence that there is no screen for it."""
    try:
        paths.prove_screen(os.environ)
    except NoAccess as exc:
        return tell_error(exc, as_json=False)
    status: int = import_module("vodstudio.app").main(argv)
    return status


def _at_desk(arguments: argparse.Namespace) -> int:
    """A command that the owner of the queue does; with no owner we are it for as long as it takes."""
    where = places_made()
    word, call = _call(arguments)
    body = asked(where, word, call, word=arguments.word, as_json=arguments.json)
    if arguments.word == "status":
        body = _with_owner(body, where)
    show(word, body, arguments.json)
    return _exit_code(body)


def _with_owner(body: Mapping[str, Any], where: Places) -> dict[str, Any]:
    owner = read_owner(where)
    told = {"pid": owner.pid, "started_at": owner.started_at} if owner else None
    return {"home": str(where.home), "owner": told, **body}


def _exit_code(body: Mapping[str, Any]) -> int:
    if body.get("refused"):
        return FAILED
    return FAILED if any(each["verdict"] == "bad" for each in body.get("checks", ())) else DONE


def _call(arguments: argparse.Namespace) -> tuple[str, dict[str, object]]:
    """What the desk is asked, by which name: paths are absolute, because the owner has another working folder."""
    told = vars(arguments)
    if told.get("all"):
        return "queue", {"switch": arguments.word}
    call: dict[str, object] = {
        key: told[key]
        for key in ("ids", "id", "city", "preset", "text", "limit", "to", "days")
        if key in told
    }
    if arguments.word == "import":
        call["paths"] = [str(Path(text).absolute()) for text in arguments.paths]
        call |= {"deadline": arguments.by, "again": arguments.again}
    if arguments.word == "jobs":
        call["states"] = arguments.state
    return arguments.word, call


def _doctor(arguments: argparse.Namespace) -> int:
    """Also where the station file is broken: that is one of its lines."""
    where = places_made()
    owner = read_owner(where) if is_owned(where) else None
    if owner is not None:
        answer = ask(owner, "doctor", {}, LONGEST_CALL_S)
        body: dict[str, Any] = dict(answer) if isinstance(answer, dict) else {}
    else:
        body = _examined(where)
    show("doctor", body, arguments.json)
    return _exit_code(body)


def _examined(where: Places) -> dict[str, Any]:
    from vodstudio.bootstrap import doctor
    from vodstudio.services.shapes import checks_shape

    keeping = logs.start(where.logs, is_owner=False)
    try:
        settings, trouble = read_settings(where), None
    except VodError as exc:
        settings, trouble = Settings(places=where), exc
    try:
        with asyncio.Runner() as runner:
            return checks_shape(runner.run(doctor(settings, trouble)))
    finally:
        keeping.stop()


def _captions(arguments: argparse.Namespace) -> int:
    from vodstudio import cli_captions

    return cli_captions.captions(arguments)


def _models(arguments: argparse.Namespace) -> int:
    from vodstudio import cli_models

    return cli_models.models(arguments)


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "doctor": _doctor,
    "work": cli_alone.work,
    "step": cli_alone.step,
    "restore": cli_alone.restore,
    "demo": cli_alone.demo,
    "simulate-cablecast": cli_alone.simulate,
    "captions": _captions,
    "models": _models,
}
