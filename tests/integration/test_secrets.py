"""A secret that is used for real is found nowhere afterwards (I03)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from vodstudio import cli
from vodstudio.demo.simulator_seed import seed
from vodstudio.demo.simulator_server import Simulator
from vodstudio.demo.simulator_world import Behaviour

CANARY = "canary-6tVq-71xB"


@pytest.fixture(autouse=True)
def no_slow_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doctor looks at everything; here the server is what matters."""
    monkeypatch.setenv("FFMPEG", "no-ffmpeg-here")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Simulator]:
    drive = tmp_path / "server" / "content"
    drive.mkdir(parents=True)
    simulator = Simulator(tmp_path / "server", {1: drive}, behaviour=Behaviour(password=CANARY))
    seed(simulator.world)
    simulator.start()
    yield simulator
    simulator.close()


def write_station(home: Path, url: str, secret: str) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    server = f'[servers.main]\nname = "Main"\nurl = "{url}"\nuser = "station"\nsecret = "{secret}"\n'
    no_model = '[presets.quick]\n[presets.quick.speech]\nmodel = "none"\n'
    (home / "station.toml").write_text(server + no_model, encoding="utf-8")


def server_check(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """What doctor says about the server, and everything it printed."""
    capsys.readouterr()
    cli.main(["doctor", "--json"])
    said = capsys.readouterr()
    check = next(each for each in json.loads(said.out)["checks"] if each["id"] == "server:main")
    return check["verdict"], said.out + said.err


def files_with(folder: Path, text: str) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


@pytest.mark.parametrize("kind", ["env", "file"])
def test_i03_a_secret_that_was_used_lies_nowhere(
    home: Path,
    server: Simulator,
    tmp_path: Path,
    kind: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PASSWORD_OF_THE_SERVER", CANARY)
    secret_file = tmp_path / "secret"
    secret_file.write_text(CANARY + "\n")
    secret_file.chmod(0o600)
    reference = "env:PASSWORD_OF_THE_SERVER" if kind == "env" else f"file:{secret_file}"
    write_station(home, server.url, reference)
    verdict, said = server_check(capsys)
    assert verdict == "good"
    assert CANARY not in said
    assert files_with(home, CANARY) == []


def test_i03_a_wrong_secret_is_refused_without_being_told(
    home: Path, server: Simulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG", "canary-wrong-9Qe2")
    write_station(home, server.url, "env:WRONG")
    verdict, said = server_check(capsys)
    assert verdict == "bad"
    assert "canary" not in said
    assert files_with(home, "canary-wrong") == []


def test_a_missing_secret_is_a_line_with_a_fix(
    home: Path, server: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    write_station(home, server.url, "env:NOT_SET_ANYWHERE")
    verdict, said = server_check(capsys)
    assert verdict == "bad"
    assert "NOT_SET_ANYWHERE" in said
