"""I06, I11, I15: what comes from outside stays what it is, and what we stand on is known."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.conftest import ROOT

HOUSE = ROOT / "vodstudio"
LOCKED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def imported(path: Path) -> set[str]:
    """The modules a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_i06_i11_no_archive_is_opened_and_no_spreadsheet_is_written() -> None:
    """There is no import of archives and no CSV export; whoever adds one brings its own trial of I06 or I11."""
    banned = {"zipfile", "tarfile", "csv"}
    assert not [path for path in HOUSE.rglob("*.py") if banned & imported(path)]


def test_i15_what_we_stand_on_is_pinned_and_hashed() -> None:
    """Every package by version and hash, no address, and the versions that were found to work together."""
    for name in ("run", "dev"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        versions = dict(LOCKED.findall(text))
        assert text.count("--hash=sha256:") >= len(versions) > 20
        assert "://" not in text
        assert versions["pyside6"] == "6.11.3"
        assert tuple(map(int, versions["onnxruntime"].split("."))) < (1, 29)
