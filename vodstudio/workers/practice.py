"""Starts the practice server of the sample station as a child that ends with us."""

from __future__ import annotations

import json
import queue
from collections.abc import Sequence
from pathlib import Path

from vodstudio.core.errors import ChildCrashed
from vodstudio.workers.process import Children, Command, child_command

SIMULATOR = "simulator:"
READY_WITHIN_S = 30.0


def start_simulator(children: Children, folder: Path, drives: Sequence[Path]) -> str:
    """The address of a server that watches these content drives; its records lie in the folder."""
    watched = [f"--drive={number}={path}" for number, path in enumerate(drives, 1)]
    command = child_command("cablecast", "--until-stdin-closes", f"--folder={folder}", *watched)
    child = children.start(Command(argv=command, is_ours=True, has_input=True, is_low_priority=False))
    try:
        line = child.line(READY_WITHIN_S)
        return str(json.loads(line or "")["url"])
    except (queue.Empty, ValueError, KeyError) as error:
        detail = child.errors()
        child.end()
        raise ChildCrashed(
            "The practice server did not start",
            hint="Start the program again. Nothing is lost.",
            detail=detail,
            code="VS-NO-SIMULATOR",
        ) from error
