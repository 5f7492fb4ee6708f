"""Which FFmpeg is used, what it can do, and what its end means."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.media.kit import MediaFiles
from vodstudio.core.errors import (
    BadMedia,
    Cancelled,
    ChildCrashed,
    Locked,
    NeedsUser,
    NoAccess,
    NoSpace,
    NotFound,
    StorageAway,
    VodError,
)
from vodstudio.workers.encode import Tools
from vodstudio.workers.ffmpeg import (
    Run,
    Watch,
    error_of_end,
    file_url,
    find_ffmpeg,
    look_at,
    run_ffmpeg,
)


def _nothing() -> None:
    return


def _run(folder: Path, check: Callable[[], None] = _nothing, stalled_after_s: float = 120.0) -> Run:
    return Run(
        check=check,
        tell=lambda _done, _speed: None,
        source=folder / "source.mp4",
        target=folder / "target.mp4",
        stalled_after_s=stalled_after_s,
    )


def _script(folder: Path, code: str) -> Path:
    path = folder / "ffmpeg"
    path.write_text(f"#!{sys.executable}\n{code}\n")
    path.chmod(0o700)
    return path


def test_the_choice_of_the_user_comes_first_then_the_variable_then_the_path(tmp_path: Path) -> None:
    chosen, named = tmp_path / "chosen", tmp_path / "named"
    chosen.touch()
    named.touch()
    assert find_ffmpeg(chosen, {"FFMPEG": str(named)}) == chosen
    assert find_ffmpeg(None, {"FFMPEG": str(named)}) == named
    assert find_ffmpeg(None, {"PATH": os.environ["PATH"]}).name.startswith("ffmpeg")


def test_d01_without_any_ffmpeg_on_the_path_the_embedded_one_is_used(tools: Tools, tmp_path: Path) -> None:
    path = find_ffmpeg(None, {"PATH": str(tmp_path)})
    assert "imageio" in str(path)
    ffmpeg = look_at(tools.children, path)
    assert ffmpeg.missing == ()
    assert ffmpeg.version


def test_d01_a_named_ffmpeg_that_is_missing_or_broken_is_named(tools: Tools, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is not there") as caught:
        find_ffmpeg(tmp_path / "gone", {})
    assert "antivirus" in caught.value.hint
    for code in ("print('hello')", "raise SystemExit(1)", "pass"):
        with pytest.raises(NotFound):
            look_at(tools.children, _script(tmp_path, code))


def test_d13_a_program_beside_the_media_is_never_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _script(tmp_path, "pass")
    monkeypatch.chdir(tmp_path)
    found = find_ffmpeg(None, {"PATH": os.environ["PATH"]})
    assert found.is_absolute()
    assert found.parent != tmp_path


def test_d04_no_progress_for_too_long_ends_it(tools: Tools, tmp_path: Path) -> None:
    hangs = _script(
        tmp_path, "import time\nprint('out_time_us=1000000\\nprogress=continue', flush=True)\ntime.sleep(600)"
    )
    with pytest.raises(ChildCrashed) as caught:
        run_ffmpeg(tools.children, hangs, ["x"], _run(tmp_path, stalled_after_s=0.3))
    assert caught.value.code == "VS-FFMPEG-HUNG"


def test_d04_the_same_time_again_and_again_is_no_progress(tools: Tools, tmp_path: Path) -> None:
    code = (
        "import time\nwhile True:\n"
        "    print('out_time_us=N/A\\nout_time_us=1000000\\nspeed=N/A\\nprogress=continue', flush=True); time.sleep(0.05)"
    )
    with pytest.raises(ChildCrashed) as caught:
        run_ffmpeg(tools.children, _script(tmp_path, code), ["x"], _run(tmp_path, stalled_after_s=0.3))
    assert caught.value.code == "VS-FFMPEG-HUNG"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts bytes of /proc")
def test_d04_writing_the_index_moves_bytes_and_no_time(tmp_path: Path) -> None:
    watch = Watch(0.0)
    assert not watch.is_stalled(os.getpid())
    (tmp_path / "index").write_bytes(bytes(3_000_000))
    assert not watch.is_stalled(os.getpid())
    assert not watch.is_stalled(2**22 + 1)
    assert watch.is_stalled(2**22 + 1)


def test_cancel_ends_a_real_ffmpeg(tools: Tools, media_files: MediaFiles, tmp_path: Path) -> None:
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if len(asked) > 5:
            raise Cancelled

    arguments = ["-re", "-i", file_url(media_files.plain), "-f", "null", "-"]
    with pytest.raises(Cancelled):
        run_ffmpeg(tools.children, tools.ffmpeg().path, arguments, _run(tmp_path, check))


def test_a_real_ffmpeg_tells_its_time_and_speed(
    tools: Tools, media_files: MediaFiles, tmp_path: Path
) -> None:
    told: list[float] = []
    run = Run(
        check=_nothing,
        tell=lambda done, _speed: told.append(done),
        source=media_files.plain,
        target=tmp_path / "x",
    )
    arguments = ["-i", file_url(media_files.plain), "-f", "null", "-"]
    ended = run_ffmpeg(tools.children, tools.ffmpeg().path, arguments, run)
    assert ended.out_time_s == pytest.approx(6.0, abs=0.1)
    assert told[-1] == ended.out_time_s
    assert ended.broken_lines == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_b01_d09_a_full_disk_is_understood_from_a_real_ffmpeg(
    tools: Tools, media_files: MediaFiles, tmp_path: Path
) -> None:
    arguments = ["-i", file_url(media_files.plain), "-f", "wav", file_url(Path("/dev/full"))]
    with pytest.raises(NoSpace) as caught:
        run_ffmpeg(tools.children, tools.ffmpeg().path, arguments, _run(tmp_path))
    assert caught.value.condition == f"disk:{tmp_path}"


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="needs prlimit")
def test_b01_a_file_that_may_not_grow_is_a_full_disk(
    tools: Tools, media_files: MediaFiles, tmp_path: Path
) -> None:
    real = tools.ffmpeg().path
    limited = tmp_path / "limited"
    limited.write_text(f'#!/bin/sh\nexec prlimit --fsize=20000 {real} "$@"\n')
    limited.chmod(0o700)
    arguments = ["-i", file_url(media_files.plain), "-f", "wav", file_url(tmp_path / "x.wav")]
    with pytest.raises(NoSpace):
        run_ffmpeg(tools.children, limited, arguments, _run(tmp_path))


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (1, "file:x: No such file or directory", NotFound),
        (1, "file:x: Input/output error", StorageAway),
        (1, "file:x: Permission denied", NoAccess),
        (1, "Read-only file system", NoAccess),
        (1, "Unknown encoder 'libx264'", NeedsUser),
        (1, "Invalid data found when processing input", BadMedia),
        (1, "Stream map '0:a:0' matches no streams.", BadMedia),
        (228, "No space left on device", NoSpace),
        (-25, "", NoSpace),
        (-9, "No space left on device", ChildCrashed),
        (1, "something new", ChildCrashed),
    ],
)
def test_the_end_of_ffmpeg_is_understood(
    status: int, text: str, kind: type[VodError], tmp_path: Path
) -> None:
    error = error_of_end(status, text, _run(tmp_path))
    assert type(error) is kind
    assert error.title
    assert text in error.detail


def test_a_missing_source_is_understood_from_a_real_ffmpeg(tools: Tools, tmp_path: Path) -> None:
    arguments = ["-i", file_url(tmp_path / "gone.mp4"), "-f", "null", "-"]
    with pytest.raises(NotFound, match=r"source\.mp4 is not there"):
        run_ffmpeg(tools.children, tools.ffmpeg().path, arguments, _run(tmp_path))


def test_b03_b35_a_share_or_a_work_folder_that_went_away_is_no_fault_of_the_file(tmp_path: Path) -> None:
    gone = replace(_run(tmp_path), source=tmp_path / "share" / "x.mp4")
    away = error_of_end(1, "No such file or directory", gone)
    assert isinstance(away, StorageAway)
    assert away.condition == f"path:{tmp_path / 'share'}"
    removed = replace(_run(tmp_path), target=tmp_path / "work" / "x.tmp")
    assert isinstance(error_of_end(1, "No such file or directory", removed), Locked)
