"""The recording on disk: changed, replaced or gone while we work; faults B28, B29 and B31."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.media.kit import MediaFiles, MemoryContext, Steps, inputs_of, recording_of
from vodstudio.core.errors import Conflict, NotFound, StorageAway
from vodstudio.workers.probe import probe


def test_b28_a_copy_that_went_on_after_the_import_is_noticed(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    path = media_files.copy(tmp_path, "x.mp4")
    recording = recording_of(path)
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(Conflict) as caught:
        probe(steps.tools.media, steps.context("probe"), inputs_of(recording))
    assert caught.value.code == "VS-SOURCE-CHANGED"
    assert "changed while we worked on it" in caught.value.title


@pytest.mark.parametrize("step", ["probe", "encode", "stills"])
def test_b29_a_file_that_is_replaced_meanwhile_gives_no_result(
    steps: Steps, media_files: MediaFiles, tmp_path: Path, step: str
) -> None:
    path = media_files.copy(tmp_path, "x.mp4")
    inputs = inputs_of(recording_of(path), steps.probe(path))

    def replace_it(context: MemoryContext) -> bool:
        if context.checks == 1:
            shutil.copyfile(path, tmp_path / "y.mp4")
            with (tmp_path / "y.mp4").open("ab") as file:
                file.write(b"another end")
            (tmp_path / "y.mp4").replace(path)
        return False

    context = steps.context(step, replace_it)
    run = {"probe": steps.run_probe, "encode": steps.run_encode, "stills": steps.run_stills}[step]
    with pytest.raises(Conflict):
        run(context, inputs)
    assert not list(context.work_folder.glob("*.mp4"))
    assert not list(context.work_folder.glob("*.jpg"))
    assert "encoded" not in context.kept


def test_b31_a_missing_file_is_a_question_and_a_missing_folder_is_waited_for(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    path = media_files.copy(folder, "x.mp4")
    inputs = inputs_of(recording_of(path))
    path.unlink()
    with pytest.raises(NotFound) as missing:
        probe(steps.tools.media, steps.context("probe"), inputs)
    assert missing.value.code == "VS-SOURCE-MISSING"
    folder.rmdir()
    with pytest.raises(StorageAway) as away:
        probe(steps.tools.media, steps.context("probe"), inputs)
    assert away.value.condition == f"path:{folder}"


def test_b03_a_share_that_goes_away_while_we_read_is_waited_for(
    steps: Steps, media_files: MediaFiles, tmp_path: Path
) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    path = media_files.copy(folder, "x.mp4")
    inputs = inputs_of(recording_of(path), steps.probe(path))

    def unplug(_context: MemoryContext) -> bool:
        if folder.exists():
            folder.rename(tmp_path / "unplugged")
        return False

    for run in (steps.run_probe, steps.run_encode, steps.run_stills):
        with pytest.raises(StorageAway) as away:
            run(steps.context("step", unplug), inputs)
        assert away.value.condition == f"path:{folder}"
        (tmp_path / "unplugged").rename(folder)
