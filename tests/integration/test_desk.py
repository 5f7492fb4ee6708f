"""The desk over a real house: calls by name, plain JSON in and out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

from vodstudio.bootstrap import House, open_house
from vodstudio.config import read_settings
from vodstudio.core.errors import NotFound, Refused
from vodstudio.paths import make, places
from vodstudio.services.desk import Desk

Work = Callable[[Desk], Coroutine[Any, Any, Any]]


@pytest.fixture
def at_desk(home: Path) -> Callable[[Work], Any]:
    """Run a coroutine with the desk of a house that is open and not working."""
    where = places({"VODSTUDIO_HOME": str(home)})
    make(where)

    async def main(work: Work) -> Any:
        house: House = await open_house(read_settings(where), lambda event: None)
        try:
            return await work(house.desk)
        finally:
            await house.stop()

    def run(work: Work) -> Any:
        with asyncio.Runner() as runner:
            return runner.run(main(work))

    return run


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "Grant City Council.mp4"
    path.write_bytes(b"x" * 1000)
    return path


def test_the_switches_of_the_queue(at_desk: Callable[[Work], Any]) -> None:
    async def work(desk: Desk) -> list[object]:
        return [
            await desk.answer("queue", {"switch": each})
            for each in ("pause", "stop-after-current", "", "resume")
        ]

    both = {"is_paused": True, "stop_after_current": True}
    assert at_desk(work) == [
        {"is_paused": True, "stop_after_current": False}, both, both,
        {"is_paused": False, "stop_after_current": False},
    ]  # fmt: skip


def test_h04_the_files_of_a_second_start_reach_the_first(
    at_desk: Callable[[Work], Any], recording: Path
) -> None:
    shown: list[Sequence[Path]] = []

    async def show(paths: Sequence[Path]) -> None:
        shown.append(paths)

    async def work(desk: Desk) -> list[object]:
        without_window = await desk.answer("raise", {"paths": [str(recording)]})
        desk.show = show
        with_window = await desk.answer("raise", {"paths": ["/b.mp4"]})
        jobs = await desk.answer("jobs", {})
        return [without_window, with_window, jobs["jobs"]]

    without_window, with_window, jobs = at_desk(work)
    assert (without_window, with_window) == ({"is_raised": False}, {"is_raised": True})
    assert shown == [[Path("/b.mp4")]]
    assert [row["path"] for row in jobs] == [str(recording)]


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("fly", {}),
        ("job", {}),
        ("job", {"id": 7}),
        ("pause", {"ids": "all"}),
        ("pause", {"ids": []}),
        ("pause", {"ids": [1]}),
        ("jobs", {"limit": -1}),
        ("jobs", {"limit": True}),
        ("import", {"paths": ["/a"], "deadline": "soon"}),
        ("cleanup", {"days": "many"}),
    ],
)
def test_a_wrong_call_is_refused(
    at_desk: Callable[[Work], Any], call: str, arguments: dict[str, object]
) -> None:
    with pytest.raises(Refused) as caught:
        at_desk(lambda desk: desk.answer(call, arguments))
    assert "Nothing was changed" in caught.value.hint


def test_one_unknown_job_changes_none(at_desk: Callable[[Work], Any], recording: Path) -> None:
    async def work(desk: Desk) -> Any:
        added = await desk.answer("import", {"paths": [str(recording)]})
        job_id = added["added"][0]["id"]  # type: ignore[index]
        with pytest.raises(NotFound):
            await desk.answer("cancel", {"ids": [job_id, "ffffffff"]})
        return (await desk.answer("job", {"id": job_id}))["state"]

    assert at_desk(work) == "waiting"


def test_now_takes_several_in_their_order(at_desk: Callable[[Work], Any], tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.mp4" for name in ("one", "two", "three")]
    for path in paths:
        path.write_bytes(path.name.encode() * 100)

    async def work(desk: Desk) -> Any:
        ids: list[str] = []
        for path in paths:
            added: Any = await desk.answer("import", {"paths": [str(path)]})
            ids.append(added["added"][0]["id"])
        await desk.answer("now", {"ids": ids[1:]})
        listed: Any = await desk.answer("jobs", {})
        return [Path(row["path"]).stem for row in listed["jobs"]]

    assert at_desk(work)[:2] == ["two", "three"]


def test_i01_a_password_that_is_entered_ends_what_waited_for_it(home: Path) -> None:
    where = places({"VODSTUDIO_HOME": str(home)})
    make(where)

    async def main() -> list[bool]:
        house = await open_house(read_settings(where), lambda event: None)
        try:
            before = await house.conditions.is_over("vault:vault:cablecast")
            await house.keep_password("cablecast", "a-password")
            await house.look_again()
            return [before, await house.conditions.is_over("vault:vault:cablecast")]
        finally:
            await house.stop()

    with asyncio.Runner() as runner:
        assert runner.run(main()) == [False, True]
