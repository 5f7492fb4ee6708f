"""The environment that a child is started with: ours finds this program, a foreign one finds its own libraries."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

PARENT_VARIABLE = "VODSTUDIO_PARENT"
_HOME = str(Path(__file__).resolve().parents[2])


def child_environment(extra: Mapping[str, str], *, is_ours: bool) -> dict[str, str]:
    """For a child of ours, or for a foreign program; `extra` counts more than what is there."""
    is_foreign_to_bundle = getattr(sys, "frozen", False) and not is_ours
    environment = system_environment(os.environ) if is_foreign_to_bundle else dict(os.environ)
    if is_ours:
        # The child finds this program wherever the parent was started from.
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (_HOME, environment.get("PYTHONPATH"))))
    return {**environment, **extra, PARENT_VARIABLE: str(os.getpid())}


def system_environment(bundled: Mapping[str, str]) -> dict[str, str]:
    """The environment as it was before a bundled program put its own libraries in front."""
    before = bundled.get("LD_LIBRARY_PATH_ORIG")
    ours = ("LD_LIBRARY_PATH", "LD_LIBRARY_PATH_ORIG")
    environment = {name: value for name, value in bundled.items() if name not in ours}
    return environment if before is None else {**environment, "LD_LIBRARY_PATH": before}
