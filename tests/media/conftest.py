"""The tools of the media steps, with real children and a real FFmpeg."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.media.kit import MediaFiles, Steps
from vodstudio.workers.encode import Tools
from vodstudio.workers.ffmpeg import Ffmpeg, find_ffmpeg, look_at
from vodstudio.workers.media import Media
from vodstudio.workers.process import Children

# The media child with its settings in reach of a test.
CHILD = "import sys; from vodstudio.workers.media_child import main; sys.exit(main([]))"


@pytest.fixture(scope="session")
def media_files(tmp_path_factory: pytest.TempPathFactory) -> MediaFiles:
    if shutil.which("ffmpeg") is None:
        pytest.skip("the tests make their recordings with an FFmpeg on the PATH")
    return MediaFiles(tmp_path_factory.mktemp("recordings"))


@cache
def _known(path: Path, version_file: Path) -> Ffmpeg:
    children = Children(version_file)
    try:
        return look_at(children, path)
    finally:
        children.close()


@pytest.fixture
def tools(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tools]:
    children = Children(tmp_path / "run")
    media = Media(children)
    path = find_ffmpeg(None, os.environ)
    yield Tools(children=children, media=media, ffmpeg=lambda: _known(path, tmp_path_factory.getbasetemp()))
    media.close()
    children.close()


@pytest.fixture
def steps(tools: Tools, tmp_path: Path) -> Steps:
    return Steps(tools, tmp_path / "work")
