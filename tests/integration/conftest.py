"""The command line as other programs use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from vodstudio import cli

Do = Callable[..., tuple[int, Any]]


@pytest.fixture
def do(capsys: pytest.CaptureFixture[str]) -> Do:
    """Run a command in this process with --json; gives its exit code and what it printed."""

    def run(*argv: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = cli.main([*argv, "--json"])
        said = capsys.readouterr()
        assert said.err == ""
        return code, json.loads(said.out)

    return run
