"""The commands that do their work themselves: the queue without a window, one step, a backup, the practice station."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from vodstudio import logs, paths
from vodstudio.cli_home import places_made, settings_for
from vodstudio.cli_output import DONE, STOPPED, progress, say, show
from vodstudio.core.errors import Cancelled, NoAccess
from vodstudio.core.jobs import StepKind
from vodstudio.owner import take
from vodstudio.paths import HOME_VARIABLE, Places


def work(arguments: argparse.Namespace) -> int:
    """Own the queue and work on it until the end, or until it is empty."""
    from vodstudio import headless

    where = places_made()
    with take(where):
        keeping = logs.start(where.logs)
        try:
            settings = settings_for(where, "work", arguments.json)
            say(arguments.json)(f"Working on the queue in {where.home}; Ctrl+C stops it at its checkpoint.")
            with asyncio.Runner() as runner:
                return runner.run(
                    _until_told(
                        lambda stop: headless.work(
                            settings, say(arguments.json), stop=stop, is_until_idle=arguments.until_idle
                        )
                    )
                )
        finally:
            keeping.stop()


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


def step(arguments: argparse.Namespace) -> int:
    """One step alone; Ctrl+C leaves it so that the same command goes on."""
    from vodstudio.step_alone import StepRequest, run_step

    request = StepRequest(
        kind=StepKind(arguments.kind),
        file=Path(arguments.file),
        out=Path(arguments.out),
        changes=tuple(arguments.set),
    )
    where = places_made()
    keeping = logs.start(where.logs, is_owner=False)
    try:
        body = run_step(settings_for(where, "step", arguments.json), request, progress(arguments.json))
    except Cancelled:
        sys.stderr.write("stopped; the same command goes on from here\n")
        return STOPPED
    finally:
        keeping.stop()
    show("step", body, arguments.json)
    return DONE


def restore(arguments: argparse.Namespace) -> int:
    """Put a backup in the place of the queue."""
    from vodstudio import going_back

    where = places_made()
    with take(where):
        keeping = logs.start(where.logs)
        try:
            done = going_back.restore(where, Path(arguments.file).absolute())
        finally:
            keeping.stop()
    left_out = [{"id": job.job_id, "title": job.title, "state": job.state} for job in done.left_out]
    body = {"restored": str(done.file), "kept": str(done.kept) if done.kept else None, "left_out": left_out}
    show("restore", body, arguments.json)
    return DONE


def demo(arguments: argparse.Namespace) -> int:
    """The sample station lies in a home of its own, so that it never meets a real one."""
    home = Path(arguments.home).absolute() if arguments.home else None
    if home is None and HOME_VARIABLE not in os.environ:
        home = paths.places(os.environ).home.with_name("vodstudio-demo")
    if home is not None:
        os.environ[HOME_VARIABLE] = str(home)
    where = places_made()
    if not arguments.headless:
        return _demo_window(where)
    from vodstudio import headless

    with take(where):
        keeping = logs.start(where.logs)
        try:
            with asyncio.Runner() as runner:
                return runner.run(
                    _until_told(lambda stop: headless.demo(where, say(arguments.json), stop=stop))
                )
        finally:
            keeping.stop()


def _demo_window(where: Places) -> int:
    from vodstudio.demo.station import write_sample_station

    paths.prove_screen(os.environ)
    write_sample_station(where)
    status: int = import_module("vodstudio.app").main([], is_demo=True)
    return status


def simulate(arguments: argparse.Namespace) -> int:
    """A Cablecast server for practice, until Ctrl+C."""
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
