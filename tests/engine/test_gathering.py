"""What is found in what a person drops: faults B22, B24, B25, B32 and B34."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.conftest import Run as Go
from tests.engine.kit import engine
from vodstudio.core.jobs import JobState
from vodstudio.core.recording import fingerprint_of
from vodstudio.services.gathering import MOST_FILES, gather

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and names that Windows does not have")
TWINS = {
    "composed and decomposed": ("Mar\u00eda.mp4", "Mari\u0301a.mp4"),
    "capital and small": ("Council.mp4", "council.mp4"),
}


def made(path: Path, content: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content or path.name)
    return path


@pytest.mark.parametrize("names", TWINS.values(), ids=TWINS)
def test_b22_names_that_look_alike_are_two_recordings(
    tmp_path: Path, run: Go[None], names: tuple[str, str]
) -> None:
    paths = [made(tmp_path / "in" / name, f"content {number}") for number, name in enumerate(names)]
    if len(list((tmp_path / "in").iterdir())) < 2:
        pytest.skip("this disk takes both names for one")

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            report = await it.importing.add([tmp_path / "in"])
            assert {row.path for row in report.added} == set(paths)
            jobs = [await it.until_state(JobState.DONE, row.id) for row in report.added]
            outputs = [output.path for job in jobs for output in job.outputs.values()]
            assert len(set(outputs)) == len(outputs) > 0
            assert all(path.exists() for path in outputs)

    run(scenario())


def test_b24_a_folder_that_leads_to_itself_is_looked_through_once(tmp_path: Path) -> None:
    inside = made(tmp_path / "in" / "deep" / "Grant.mp4")
    (tmp_path / "in" / "deep" / "loop").symlink_to(tmp_path / "in", target_is_directory=True)
    (tmp_path / "in" / "loop.mp4").symlink_to(tmp_path / "in" / "loop.mp4")
    files, refused = gather([tmp_path / "in"])
    assert inside in files
    assert [path for path in files if path.name == "Grant.mp4"] == [inside]
    assert refused == []


def test_b24_a_link_to_itself_is_refused_alone(tmp_path: Path, run: Go[None]) -> None:
    (tmp_path / "loop.mp4").symlink_to(tmp_path / "loop.mp4")
    good = made(tmp_path / "Grant.mp4")

    async def scenario() -> None:
        async with engine(tmp_path) as it:
            report = await it.importing.add([tmp_path / "loop.mp4", good])
            assert [row.path for row in report.added] == [good]
            assert [refused.path.name for refused in report.refused] == ["loop.mp4"]

    run(scenario())


def test_b25_links_that_leave_the_folder_are_left_out(tmp_path: Path) -> None:
    secret = made(tmp_path / "elsewhere" / "private.mp4")
    made(tmp_path / "elsewhere" / "folder" / "more.mp4")
    own = made(tmp_path / "in" / "Grant.mp4")
    within = tmp_path / "in" / "again.mp4"
    within.symlink_to(own)
    (tmp_path / "in" / "out.mp4").symlink_to(secret)
    (tmp_path / "in" / "outside").symlink_to(tmp_path / "elsewhere" / "folder", target_is_directory=True)
    files, refused = gather([tmp_path / "in"])
    assert set(files) == {own, within}
    (left,) = refused
    assert (left.path, left.problem.code) == (tmp_path / "in" / "out.mp4", "VS-LEADS-OUT")
    assert str(secret) in left.problem.hint


def test_b25_a_link_that_a_person_chose_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "chosen.mp4"
    link.symlink_to(made(tmp_path / "elsewhere" / "Grant.mp4"))
    assert gather([link]) == ([link], [])


def test_b32_ten_thousand_files_are_the_most_at_once(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 1):
        (tmp_path / f"{number:05}.mp4").touch()
    files, refused = gather([tmp_path])
    assert [path.name for path in files] == [f"{number:05}.mp4" for number in range(MOST_FILES)]
    assert [each.problem.code for each in refused] == ["VS-TOO-MANY-FILES"]


@pytest.mark.parametrize("at", [0.0, 1.0, 4_102_444_800.0], ids=["1970", "a second later", "2100"])
def test_b34_the_date_of_a_file_says_nothing_about_what_it_is(tmp_path: Path, at: float) -> None:
    path = made(tmp_path / "Grant.mp4", "council")
    before = fingerprint_of(path)
    os.utime(path, (at, at))
    assert fingerprint_of(path) == before
    assert gather([tmp_path]) == ([path], [])
