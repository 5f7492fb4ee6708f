"""Runs a piece of code in a fresh process of its own, with a home of its own, and reads what it measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def run(code: str, home: Path) -> dict[str, float]:
    """One fresh process; its last line is the result."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "VODSTUDIO_HOME": str(home),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"the measured process said nothing:\n{done.stderr}")
    result: dict[str, float] = json.loads(lines[-1])
    return result
