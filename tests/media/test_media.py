"""The parent's side of the media child: warm, disposable, watched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.media.conftest import CHILD
from tests.media.kit import MediaFiles
from vodstudio.core.errors import BadMedia, Cancelled, ChildCrashed, Conflict, NoSpace, VodError
from vodstudio.workers.analyse import places_of
from vodstudio.workers.encode import Tools
from vodstudio.workers.media import Media
from vodstudio.workers.media_child import answer
from vodstudio.workers.process import Children
from vodstudio.workers.wire import error_of_wire, wire_of


def _nothing() -> None:
    return


def _probe(path: Path) -> dict[str, object]:
    return {"verb": "probe", "path": str(path)}


def _media(children: Children, code: str, stalled_s: float = 60.0) -> Media:
    return Media(children, (sys.executable, "-c", code), stalled_s)


def test_one_child_is_kept_warm(tools: Tools, media_files: MediaFiles, tmp_path: Path) -> None:
    for _ in range(3):
        tools.media.ask(_probe(media_files.plain), _nothing)
    assert len(list((tmp_path / "run").glob("child-*.json"))) == 1


def test_several_workers_may_ask_at_once(tools: Tools, media_files: MediaFiles) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: tools.media.ask(_probe(media_files.plain), _nothing), range(6)))
    assert all(answer == answers[0] for answer in answers)


def test_a_child_that_died_while_idle_is_replaced(
    tools: Tools, media_files: MediaFiles, tmp_path: Path
) -> None:
    tools.media.ask(_probe(media_files.plain), _nothing)
    (record,) = (tmp_path / "run").glob("child-*.json")
    pid = int(record.name.split("-")[1])
    os.kill(pid, signal.SIGKILL)
    first = tools.media.ask(_probe(media_files.plain), _nothing)
    assert isinstance(first, dict)


def test_d03_a_child_that_crashes_on_a_file_is_thrown_away(tools: Tools, tmp_path: Path) -> None:
    media = _media(tools.children, "import os, sys; sys.stdin.readline(); os.abort()")
    with pytest.raises(ChildCrashed) as caught:
        media.ask(_probe(tmp_path), _nothing)
    assert caught.value.code == "VS-CHILD-CRASHED"
    media.close()


def test_d04_a_child_that_hangs_on_a_file_is_ended(tools: Tools, tmp_path: Path) -> None:
    media = _media(tools.children, "import sys, time; sys.stdin.readline(); time.sleep(600)", 0.4)
    with pytest.raises(ChildCrashed) as caught:
        media.ask(_probe(tmp_path), _nothing)
    assert caught.value.code == "VS-CHILD-HUNG"


def test_progress_keeps_a_slow_child_alive(tools: Tools, tmp_path: Path) -> None:
    code = (
        "import sys, time; sys.stdin.readline()\n"
        "for n in range(12): print('{\"progress\": %s}' % (n / 12), flush=True); time.sleep(0.25)\n"
        "print('{\"result\": 7}', flush=True); sys.stdin.readline()"
    )
    media, told = _media(tools.children, code, 2.5), list[float]()
    assert media.ask(_probe(tmp_path), _nothing, told.append) == 7
    assert told == [n / 12 for n in range(12)]
    media.close()


def test_a_cancelled_request_ends_its_child(tools: Tools, tmp_path: Path) -> None:
    def check() -> None:
        raise Cancelled

    media = _media(tools.children, "import sys, time; sys.stdin.readline(); time.sleep(600)")
    with pytest.raises(Cancelled):
        media.ask(_probe(tmp_path), check)
    assert not list((tmp_path / "run").glob("child-*.json"))


def test_a_child_that_served_long_enough_is_replaced(tools: Tools, tmp_path: Path) -> None:
    code = CHILD.replace("import sys;", "import sys; from vodstudio.workers import media_child;").replace(
        "sys.exit", "media_child.REQUESTS_A_LIFE = 2; sys.exit"
    )
    media = _media(tools.children, code)
    for _ in range(5):
        with pytest.raises(VodError):
            media.ask({"verb": "probe", "path": str(tmp_path / "gone.mp4")}, _nothing)
    media.close()


def test_an_idle_child_ends_by_itself(tools: Tools, media_files: MediaFiles) -> None:
    code = CHILD.replace("import sys;", "import sys; from vodstudio.workers import media_child;").replace(
        "sys.exit", "media_child.IDLE_S = 1.0; sys.exit"
    )
    media = _media(tools.children, code)
    media.ask(_probe(media_files.plain), _nothing)
    (child,) = media.idle
    assert child.wait(20.0) == 0
    media.ask(_probe(media_files.plain), _nothing)
    media.close()


def test_errors_cross_the_pipe_as_they_are() -> None:
    for error in (
        BadMedia("a", hint="b", detail="c", code="VS-D"),
        NoSpace("full", condition="disk:/x", hint="h"),
        Conflict("two"),
    ):
        again = error_of_wire(wire_of(error))
        assert type(again) is type(error)
        assert (again.title, again.hint, again.detail, again.code) == (
            error.title,
            error.hint,
            error.detail,
            error.code,
        )
    hold = error_of_wire(wire_of(NoSpace("full", condition="disk:/x")))
    assert isinstance(hold, NoSpace)
    assert hold.condition == "disk:/x"


def test_the_parent_never_loads_the_media_library() -> None:
    code = (
        "import sys; from vodstudio.workers import encode, probe, stills, media, source, media_child, containers\n"
        "assert not {'av', 'numpy', 'ffmpeg', 'psutil', 'imageio_ffmpeg'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    ("duration_s", "places"), [(3.0, [0.0]), (25.0, [0.0, 10.0, 20.0]), (600.0, [95.0, 295.0, 495.0])]
)
def test_samples_are_spread_over_the_recording(duration_s: float, places: list[float]) -> None:
    assert places_of(duration_s) == pytest.approx(places)


def test_the_child_answers_in_its_own_process_too(media_files: MediaFiles, tmp_path: Path) -> None:
    """The same calls without a pipe, so that what the child does is seen by the coverage of this process."""
    told: list[float] = []
    mkv = media_files.make("plain.mkv", f"-i {media_files.plain} -c copy")
    for path in (media_files.plain, mkv):
        facts = answer(_probe(path), told.append)["result"]
        assert isinstance(facts, dict)
        assert facts["duration_s"] == pytest.approx(6.0, abs=0.1)
        levels = answer({"verb": "levels", "path": str(path), "duration_s": 6.0}, told.append)["result"]
        assert isinstance(levels, list)
        assert levels[0]["silent"] is False
        request = {
            "verb": "stills",
            "path": str(path),
            "duration_s": 6.0,
            "count": 2,
            "folder": str(tmp_path),
        }
        pictures = answer(request, told.append)["result"]
        assert isinstance(pictures, list)
        assert len(pictures) == 2
    (tmp_path / "empty.mp4").touch()
    for path, code in (
        (tmp_path / "empty.mp4", "VS-EMPTY-FILE"),
        (tmp_path / "gone.mp4", "VS-SOURCE-MISSING"),
    ):
        refusal = answer(_probe(path), told.append)["error"]
        assert isinstance(refusal, dict)
        assert refusal["code"] == code


def test_black_stills_are_passed_over(media_files: MediaFiles, tmp_path: Path) -> None:
    path = media_files.make(
        "blinking.mp4",
        "-f lavfi -i testsrc2=s=160x90:r=25:d=8 -vf drawbox=t=fill:c=black:enable=between(mod(t\\,4)\\,1.5\\,2.5)"
        " -c:v libx264 -preset ultrafast -g 5",
    )
    request = {"verb": "stills", "path": str(path), "duration_s": 8.0, "count": 2, "folder": str(tmp_path)}
    found = answer(request, lambda _done: None)["result"]
    assert isinstance(found, list)
    assert [still["brightness"] > 60 for still in found] == [True, True]


def test_threads_of_a_child_have_ended_with_it(tools: Tools, media_files: MediaFiles) -> None:
    tools.media.ask(_probe(media_files.plain), _nothing)
    tools.media.close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("child-")]
