"""The words `models …` of the command line: see speech models, get one, copy one, remove one."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vodstudio import logs
from vodstudio.cli_home import places_made
from vodstudio.cli_output import DONE, STOPPED, show
from vodstudio.core.errors import Cancelled, VodError
from vodstudio.core.models import gigabytes
from vodstudio.owner import ask, is_owned, read_owner
from vodstudio.paths import Places

if TYPE_CHECKING:
    from vodstudio.workers.model_room import ModelRoom

OWNER_ANSWERS_WITHIN_S = 30.0
_BAR = 30

Told = Callable[[int, int, str], None]


def models(arguments: argparse.Namespace) -> int:
    """The list, or what is done with one; the bytes come to this process, whoever owns the queue."""
    where = places_made()
    keeping = logs.start(where.logs, is_owner=False)
    try:
        with _room(where) as room:
            match arguments.verb:
                case "get":
                    return _come(arguments, where, lambda told: room.get(arguments.name, never, told))
                case "import":
                    folder = Path(arguments.folder)
                    return _come(
                        arguments, where, lambda told: room.bring(folder, arguments.name or "", never, told)
                    )
                case "remove":
                    return _remove(arguments, where, room)
                case _:
                    return _list(arguments, room)
    except (Cancelled, KeyboardInterrupt):
        sys.stderr.write("stopped; the same command goes on from here\n")
        return STOPPED
    finally:
        keeping.stop()


def never() -> None:
    """Ctrl+C stops it."""


@contextlib.contextmanager
def _room(where: Places) -> Iterator[ModelRoom]:
    from vodstudio.workers.alone import own_children
    from vodstudio.workers.model_hub import HUB, HUB_VARIABLE
    from vodstudio.workers.model_room import ModelRoom
    from vodstudio.workers.models import Shelf
    from vodstudio.workers.tuning import Tuning

    with own_children(where.run) as children:
        hub = os.environ.get(HUB_VARIABLE) or HUB
        tuning = Tuning(where.data / "machine.json", children)
        yield ModelRoom(shelf=Shelf.at(where.models), children=children, hub=hub, speed=tuning.speed)


def _list(arguments: argparse.Namespace, room: ModelRoom) -> int:
    from vodstudio.services.models import model_shape

    body = {"folder": str(room.shelf.folder), "models": [dict(model_shape(row)) for row in room.rows()]}
    show("models", body, arguments.json)
    return DONE


def _come(arguments: argparse.Namespace, where: Places, work: Callable[[Told], Path]) -> int:
    folder = work(_bar(arguments.json))
    _tell_owner(where, folder.name)
    show("model-came", {"came": folder.name, "folder": str(folder)}, arguments.json)
    return DONE


def _tell_owner(where: Places, name: str) -> None:
    """What waits for a model goes on at once; an owner that does not hear it looks within a minute."""
    owner = read_owner(where) if is_owned(where) else None
    if owner is not None:
        with contextlib.suppress(VodError):
            ask(owner, "model-came", {"name": name}, OWNER_ANSWERS_WITHIN_S)


def _remove(arguments: argparse.Namespace, where: Places, room: ModelRoom) -> int:
    """The owner knows whether somebody hears with it now."""
    owner = read_owner(where) if is_owned(where) else None
    if owner is not None:
        ask(owner, "model-remove", {"name": arguments.name}, OWNER_ANSWERS_WITHIN_S)
    else:
        room.remove(arguments.name)
    show("model-remove", {"removed": arguments.name}, arguments.json)
    return DONE


def _bar(as_json: bool) -> Told:
    """A line that is written over on a terminal; nothing where a program listens."""
    if as_json or not sys.stderr.isatty():
        return lambda done, total, note: None
    began: list[tuple[float, int]] = []

    def told(done: int, total: int, note: str) -> None:
        now = time.monotonic()
        if not began:
            began.append((now, done))
        passed, come = now - began[0][0], done - began[0][1]
        pace = f"  {gigabytes(int(come / passed))}/s" if passed > 1.0 and come else ""
        filled = _BAR * done // max(total, 1)
        bar = "#" * filled + "." * (_BAR - filled)
        words = note or f"{gigabytes(done)} of {gigabytes(total)}{pace}"
        sys.stderr.write(f"\r[{bar}] {words:40}" + ("\n" if note else ""))
        sys.stderr.flush()

    return told
