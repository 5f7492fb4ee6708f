"""A Cablecast server for practice, as a program of its own: `vodstudio simulate-cablecast`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType

from vodstudio.core.errors import Conflict
from vodstudio.demo.simulator_seed import seed
from vodstudio.demo.simulator_server import Simulator
from vodstudio.demo.simulator_world import Behaviour


def main(argv: Sequence[str]) -> int:
    """The entry of a process that is a practice server and nothing else."""
    try:
        return serve(argv)
    except Conflict as error:
        sys.stderr.write(f"{error.title}\n")
        return 2


def serve(argv: Sequence[str]) -> int:
    """Serve until told to stop; the first line on stdout is JSON with the address."""
    asked = _arguments().parse_args(argv)
    folder: Path = asked.folder
    drives = _drives(folder, asked.drive)
    for drive in drives.values():
        drive.mkdir(parents=True, exist_ok=True)
    behaviour = Behaviour(
        index_s=asked.index_seconds, transcode_s=asked.transcode_seconds, cache_s=asked.cache_seconds
    )
    try:
        simulator = Simulator(
            folder, drives, behaviour=behaviour, port=asked.port, allow_faults=asked.allow_faults
        )
    except OSError as error:
        raise Conflict(
            f"The port {asked.port} cannot be used: {error.strerror}",
            hint="Name another port with --port; 0 takes a free one. Nothing was changed.",
            detail=str(error),
            code="VS-PORT",
        ) from error
    seed(simulator.world)
    simulator.start()
    try:
        _tell_ready(simulator, drives.values())
        _wait_for_end(asked.until_stdin_closes)
    except BrokenPipeError:
        # Whoever started us is gone already.
        return 1
    finally:
        simulator.close()
    return 0


def _tell_ready(simulator: Simulator, drives: Iterable[Path]) -> None:
    ready = {
        "ready": True,
        "url": simulator.url,
        "port": simulator.port,
        "user": simulator.world.behaviour.user,
        "drives": [str(path) for path in drives],
    }
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vodstudio simulate-cablecast",
        description="A practice server that behaves like Cablecast, on this machine only.",
        epilog="Example: vodstudio simulate-cablecast --port 8089 --folder ./practice",
    )
    parser.add_argument("--port", type=int, default=0, help="where to listen; 0 takes a free port")
    parser.add_argument(
        "--folder", type=Path, default=Path("cablecast-simulator"), help="its records and drives"
    )
    parser.add_argument(
        "--drive", action="append", default=[], metavar="N=PATH", help="a content drive to watch"
    )
    parser.add_argument("--index-seconds", type=float, default=1.0, help="how long it looks at a new file")
    parser.add_argument("--transcode-seconds", type=float, default=3.0, help="how long a video takes")
    parser.add_argument(
        "--cache-seconds", type=float, default=2.0, help="how old an answer to a guest may be"
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="end together with the caller")
    parser.add_argument("--allow-faults", action="store_true", help="let tests plan faults")
    return parser


def _drives(folder: Path, given: Sequence[str]) -> dict[int, Path]:
    """`N=PATH`, or a bare path that gets the next number; one drive in the folder when none is named."""
    drives: dict[int, Path] = {}
    for text in given:
        number, is_numbered, path_text = text.partition("=")
        if is_numbered and number.isdigit():
            drives[int(number)] = Path(path_text)
        else:
            drives[len(drives) + 1] = Path(text)
    return drives or {1: folder / "content"}


def _wait_for_end(until_stdin_closes: bool) -> None:
    if until_stdin_closes:
        while sys.stdin.buffer.read(4096):
            pass
        return
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    while not stop.wait(1.0):
        pass
