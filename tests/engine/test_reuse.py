"""Results that are taken again."""

from __future__ import annotations

from pathlib import Path

from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import Output, StepResult
from vodstudio.workers.reuse import reuse


def test_work_that_is_reused_twice_leaves_nothing_but_itself(tmp_path: Path) -> None:
    """A rename of two links to one file does nothing, so the temporary name has to go by itself."""
    for name in ("done", "mine"):
        (tmp_path / name).mkdir()
    video = tmp_path / "done" / "video.mp4"
    video.write_bytes(b"0123456789")
    result = StepResult(outputs=(Output(name="video", path=video, size_bytes=10, sha256=sha256_of(video)),))
    for _ in range(3):
        assert reuse(result, tmp_path / "mine") is not None
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["video.mp4"]
