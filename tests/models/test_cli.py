"""Speech models on the command line: the words, the JSON and the exit codes that docs/command-line.md promises."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.shape import Shape, faults
from tests.models.hub import Hub
from vodstudio import cli
from vodstudio.cli_output import DONE, FAILED, LATER, USAGE
from vodstudio.core.errors import Conflict
from vodstudio.owner import OwnerServer, take
from vodstudio.paths import make, places
from vodstudio.workers.model_file import prove

MODEL: Shape = {
    "name": str,
    "standing": frozenset({"here", "coming", "partly here", "not here", "incomplete", "damaged"}),
    "why": str,
    "size_bytes": int,
    "arrived_bytes": int,
    "languages": (None, str),
    "about": str,
    "memory_bytes": int,
    "why_not": str,
    "speed": (None, float),
    "is_recommended": bool,
    "is_listed": bool,
    "is_demo_voice": bool,
}
SHAPES: dict[str, Shape] = {
    "list": {"folder": str, "models": [MODEL]},
    "came": {"came": str, "folder": str},
    "removed": {"removed": str},
    "error": {"error": {"code": str, "title": str, "hint": str}},
}
Do = Callable[..., tuple[int, Any]]


@pytest.fixture
def do(capsys: pytest.CaptureFixture[str], hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Do:
    """Run a command in this process with --json; the hub is ours."""
    monkeypatch.setenv("HF_ENDPOINT", hub.address)

    def run(*argv: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = cli.main(["models", *argv, "--json"])
        said = capsys.readouterr()
        assert said.err == ""
        return code, json.loads(said.out)

    return run


def _check(body: object, shape: str) -> None:
    assert faults(body, SHAPES[shape]) == []


def test_a_model_from_the_hub_to_its_removal(do: Do, home: Path) -> None:
    code, came = do("get", "test/voice")
    assert code == DONE
    _check(came, "came")
    assert came["folder"] == str(home / "models" / "voice")
    prove(home / "models" / "voice")
    code, listed = do("list")
    assert code == DONE
    _check(listed, "list")
    assert listed["folder"] == str(home / "models")
    assert [row["standing"] for row in listed["models"] if row["name"] == "voice"] == ["here"]
    assert do("remove", "voice") == (DONE, {"removed": "voice"})
    assert not (home / "models" / "voice").exists()


def test_a_model_from_a_folder(do: Do, home: Path, repository: Path) -> None:
    code, came = do("import", str(repository), "--name", "ours")
    _check(came, "came")
    assert (code, came["came"]) == (DONE, "ours")
    prove(home / "models" / "ours")
    code, refused = do("import", str(repository), "--name", "ours")
    assert (code, refused["error"]["code"]) == (FAILED, "VS-MODEL-EXISTS")
    _check(refused, "error")


def test_what_goes_wrong_has_a_code(do: Do, hub: Hub, tmp_path: Path) -> None:
    assert do("get", "smal")[0] == USAGE
    assert do("remove", "small")[0] == USAGE
    code, body = do("import", str(tmp_path), "--name", "x")
    assert (code, body["error"]["code"]) == (FAILED, "VS-NO-MODEL-HERE")
    hub.ways.status = 503
    assert do("get", "test/voice")[0] == LATER
    hub.ways.status = 404
    assert do("get", "tiny")[0] == FAILED


class _Terminal(io.StringIO):
    """Where a person looks."""

    def isatty(self) -> bool:
        return True


def test_a_person_sees_how_far_it_is(do: Do, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    with contextlib.redirect_stderr(terminal):
        assert cli.main(["models", "get", "test/voice"]) == DONE
    lines = terminal.getvalue().split("\r")
    assert lines[-1].startswith(f"[{'#' * 30}] checking")
    assert any("2.7 MB of 2.7 MB" in line or "3 MB of 3 MB" in line for line in lines)


def test_the_owner_hears_that_a_model_has_come_and_says_whether_one_may_go(
    do: Do, home: Path, repository: Path, run: Callable[..., Any]
) -> None:
    told: list[tuple[str, object]] = []

    async def answer(call: str, arguments: Mapping[str, object]) -> object:
        told.append((call, dict(arguments)))
        if call == "model-remove":
            raise Conflict("A recording is being heard now", hint="Pause it first.", code="VS-MODEL-IN-USE")
        return {}

    async def scenario() -> None:
        where = places({"VODSTUDIO_HOME": str(home)})
        make(where)
        with take(where):
            server = OwnerServer(where, answer)
            await server.start()
            try:
                assert (await asyncio.to_thread(do, "import", str(repository), "--name", "ours"))[0] == DONE
                code, body = await asyncio.to_thread(do, "remove", "ours")
                assert (code, body["error"]["code"]) == (FAILED, "VS-MODEL-IN-USE")
            finally:
                await server.stop()

    run(scenario(), 30.0)
    assert told == [("model-came", {"name": "ours"}), ("model-remove", {"name": "ours"})]
    assert (home / "models" / "ours").exists()


def test_people_read_a_line_for_each_model(do: Do, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    do("get", "test/voice")
    (home / "models" / "voice" / "config.json").write_text("")
    assert cli.main(["models", "list"]) == DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"speech models in {home / 'models'}"
    assert any("recommended" in line for line in lines)
    voice = next(line for line in lines if line.startswith("voice "))
    assert "incomplete" in voice
    assert "config.json is missing or empty" in voice
    assert cli.main(["models", "get", "test/voice"]) == DONE
    assert "the speech model voice is here" in capsys.readouterr().out
    assert cli.main(["models", "remove", "voice"]) == DONE
    assert "removed" in capsys.readouterr().out
