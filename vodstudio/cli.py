"""The command line: the same services as the window, without Qt."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from vodstudio import logs, paths
from vodstudio.cli_parser import build_parser
from vodstudio.cli_text import RENDER
from vodstudio.config import Settings, read_settings
from vodstudio.core.errors import (
    Cancelled,
    Hold,
    NeedsUser,
    NoAccess,
    Problem,
    TryLater,
    VodError,
    problem_of,
)
from vodstudio.core.jobs import StepKind
from vodstudio.owner import Owner, ask, is_owned, read_owner, take, take_or_find
from vodstudio.paths import HOME_VARIABLE, Places

DONE, FAILED, USAGE, NOT_SET_UP, HELD, BUSY, LATER, STOPPED = 0, 1, 2, 3, 4, 5, 6, 130
LONGEST_CALL_S = 600.0
USAGE_CODES = frozenset(
    {
        "VS-USAGE",
        "VS-BAD-ARGUMENT",
        "VS-UNKNOWN-CITY",
        "VS-UNKNOWN-PRESET",
        "VS-UNKNOWN-SERVER",
        "VS-UNKNOWN-STATE",
        "VS-NO-JOB",
        "VS-SET",
    }
)
SET_UP_CODES = ("VS-CONFIG-", "VS-HOME-", "VS-NO-STATION", "VS-NO-SCREEN", "VS-STORE-")
NEED_STATION = frozenset({"import", "work", "cities"})

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
        return _tell_error(exc, as_json)
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return STOPPED
    except BrokenPipeError:
        # Who reads us has seen enough; Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as exc:
        log.exception("the command %s ended with an error of ours", argv[:1])
        return _tell_error(_unexpected(exc), as_json)


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
        return _tell_error(exc, as_json=False)
    status: int = import_module("vodstudio.app").main(argv)
    return status


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


def _unexpected(error: Exception) -> VodError:
    """A bug of ours, for a reader who has no window with a button for a report."""
    problem = problem_of(error)
    return VodError(
        problem.title,
        hint="Nothing is lost. Please report it with the command and the last lines of"
        f" {paths.places(os.environ).logs / 'aside.jsonl'}.",
        detail=problem.detail,
        code=problem.code,
    )


def _tell_error(error: Exception, as_json: bool) -> int:
    problem = problem_of(error)
    log.info("%s: %s (%s)", problem.code, problem.title, problem.detail)
    if as_json:
        _print_json({"error": _error_body(problem)})
    else:
        sys.stderr.write(f"{_stop(problem.title)} {_stop(problem.hint)}".strip() + f" ({problem.code})\n")
    return code_of(error)


def _stop(sentence: str) -> str:
    return sentence if not sentence or sentence[-1] in ".?!" else sentence + "."


def _error_body(problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "title": problem.title, "hint": problem.hint}


def _print_json(body: object) -> None:
    _print(json.dumps(body, indent=2, ensure_ascii=False, default=str))


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _show(word: str, body: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        _print_json(body)
    else:
        for line in RENDER[word](body):
            _print(line)


def _places() -> Places:
    where = paths.places(os.environ)
    paths.make(where)
    return where


def _settings(where: Places, word: str, as_json: bool) -> Settings:
    settings = read_settings(where)
    logging.getLogger().setLevel(settings.preferences.log_level.upper())
    for warning in settings.warnings:
        log.info("%s", warning)
        if not as_json:
            sys.stderr.write(f"note: {warning}\n")
    if word in NEED_STATION and not settings.has_station:
        raise NeedsUser(
            "There is no station yet",
            hint=f"Write {where.station_file}, or try the sample station: vodstudio demo. Nothing was changed.",
            code="VS-NO-STATION",
        )
    return settings


def _at_desk(arguments: argparse.Namespace) -> int:
    """A command that the owner of the queue does; with no owner we are it for as long as it takes."""
    where = _places()
    word, call = _call(arguments)
    found = take_or_find(where)
    if isinstance(found, Owner):
        answer = ask(found, word, call, LONGEST_CALL_S)
    else:
        with found:
            keeping = logs.start(where.logs)
            try:
                answer = _alone(_settings(where, arguments.word, arguments.json), word, call)
            finally:
                keeping.stop()
    body: dict[str, Any] = dict(answer) if isinstance(answer, dict) else {}
    if arguments.word == "status":
        body = _with_owner(body, where)
    _show(word, body, arguments.json)
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
    where = _places()
    owner = read_owner(where) if is_owned(where) else None
    if owner is not None:
        answer = ask(owner, "doctor", {}, LONGEST_CALL_S)
        body: dict[str, Any] = dict(answer) if isinstance(answer, dict) else {}
    else:
        body = _examined(where)
    _show("doctor", body, arguments.json)
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


def _alone(settings: Settings, word: str, call: Mapping[str, object]) -> object:
    from vodstudio.bootstrap import open_house

    async def answer() -> object:
        house = await open_house(settings, lambda event: None)
        try:
            return await house.desk.answer(word, call)
        finally:
            await house.stop()

    with asyncio.Runner() as runner:
        return runner.run(answer())


def _work(arguments: argparse.Namespace) -> int:
    from vodstudio import headless

    where = _places()
    with take(where):
        keeping = logs.start(where.logs)
        try:
            settings = _settings(where, "work", arguments.json)
            _say(arguments.json)(f"Working on the queue in {where.home}; Ctrl+C stops it at its checkpoint.")
            with asyncio.Runner() as runner:
                return runner.run(
                    _until_told(
                        lambda stop: headless.work(
                            settings, _say(arguments.json), stop=stop, is_until_idle=arguments.until_idle
                        )
                    )
                )
        finally:
            keeping.stop()


def _say(as_json: bool) -> Callable[[str], None]:
    def say(line: str) -> None:
        _print(json.dumps({"line": line}, ensure_ascii=False) if as_json else line)

    return say


async def _until_told(work: Callable[[asyncio.Event], Any]) -> int:
    """Run until it ends by itself or somebody asks it to: Ctrl+C, or the end of the session."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    before = {
        number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        return int(await work(stop))
    finally:
        for number, was in before.items():
            signal.signal(number, was)


def _step(arguments: argparse.Namespace) -> int:
    from vodstudio.step_alone import StepRequest, run_step

    request = StepRequest(
        kind=StepKind(arguments.kind),
        file=Path(arguments.file),
        out=Path(arguments.out),
        changes=tuple(arguments.set),
    )
    where = _places()
    keeping = logs.start(where.logs, is_owner=False)
    try:
        body = run_step(_settings(where, "step", arguments.json), request, _progress(arguments.json))
    except Cancelled:
        sys.stderr.write("stopped; the same command goes on from here\n")
        return STOPPED
    finally:
        keeping.stop()
    _show("step", body, arguments.json)
    return DONE


def _progress(as_json: bool) -> Callable[[float, float | None, str], None]:
    """A line that is written over on a terminal; nothing where a program listens."""

    def tell(done: float, speed: float | None, note: str) -> None:
        if not as_json and sys.stderr.isatty():
            pace = f"  {speed:.1f}x" if speed else ""
            sys.stderr.write(f"\r{done:6.1%}{pace}  {note[:50]:50}" + ("\n" if done >= 1.0 else ""))
            sys.stderr.flush()

    return tell


def _restore(arguments: argparse.Namespace) -> int:
    from vodstudio.going_back import restore

    where = _places()
    with take(where):
        keeping = logs.start(where.logs)
        try:
            done = restore(where, Path(arguments.file).absolute())
        finally:
            keeping.stop()
    left_out = [{"id": job.job_id, "title": job.title, "state": job.state} for job in done.left_out]
    body = {"restored": str(done.file), "kept": str(done.kept) if done.kept else None, "left_out": left_out}
    _show("restore", body, arguments.json)
    return DONE


def _demo(arguments: argparse.Namespace) -> int:
    """The sample station lies in a home of its own, so that it never meets a real one."""
    home = Path(arguments.home).absolute() if arguments.home else None
    if home is None and HOME_VARIABLE not in os.environ:
        home = paths.places(os.environ).home.with_name("vodstudio-demo")
    if home is not None:
        os.environ[HOME_VARIABLE] = str(home)
    where = _places()
    if not arguments.headless:
        return _demo_window(where)
    from vodstudio import headless

    with take(where):
        keeping = logs.start(where.logs)
        try:
            with asyncio.Runner() as runner:
                return runner.run(
                    _until_told(lambda stop: headless.demo(where, _say(arguments.json), stop=stop))
                )
        finally:
            keeping.stop()


def _demo_window(where: Places) -> int:
    from vodstudio.demo.station import write_sample_station

    paths.prove_screen(os.environ)
    write_sample_station(where)
    status: int = import_module("vodstudio.app").main([], is_demo=True)
    return status


def _simulate(arguments: argparse.Namespace) -> int:
    from vodstudio.demo.simulator import serve

    folder = arguments.folder or str(paths.places(os.environ).home / "practice-server")
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        return serve(["--port", str(arguments.port), "--folder", folder])
    except OSError as exc:
        raise NoAccess(
            f"The folder {folder} cannot be used for a practice server: {exc.strerror or exc}",
            hint="Name a folder that you may write, with --folder. Nothing was published anywhere.",
            detail=str(exc),
            code="VS-FOLDER-NO-ACCESS",
        ) from exc


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "doctor": _doctor,
    "work": _work,
    "step": _step,
    "restore": _restore,
    "demo": _demo,
    "simulate-cablecast": _simulate,
}
