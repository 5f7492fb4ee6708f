"""The command line as other programs and people use it: real store, real processes, exit codes and shapes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.conftest import Do
from tests.integration.shape import Shape, faults
from vodstudio import cli, owner
from vodstudio import cli_output as codes
from vodstudio.captions.transcript import Transcript, Word, transcript_to_json
from vodstudio.cli_parser import build_parser, words
from vodstudio.core.errors import Conflict, Hold, NeedsUser, ServerBusy
from vodstudio.core.jobs import JobState, StepState
from vodstudio.core.version import VERSION
from vodstudio.paths import Places, places

linux_only = pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are POSIX")
ROOT = Path(__file__).resolve().parents[2]

TEXT_OR_NULL = str | None
NUMBER_OR_NULL = float | int | None
ERROR = {"code": str, "title": str, "hint": str}
STATES = frozenset(str(state) for state in JobState)
ROW: Shape = {
    "id": str, "title": str, "path": str, "city": TEXT_OR_NULL, "plan": frozenset({"deliver", "caption-in-place"}),
    "state": STATES, "current": TEXT_OR_NULL, "progress": NUMBER_OR_NULL, "speed": NUMBER_OR_NULL,
    "finish_at": TEXT_OR_NULL, "duration_s": NUMBER_OR_NULL, "why": str, "note": str, "is_paused": bool,
    "rank": str, "deadline": TEXT_OR_NULL, "added_at": str, "ended_at": TEXT_OR_NULL, "error": (None, ERROR),
}  # fmt: skip
COUNTS = {str(state): int for state in JobState}
STORAGE = {"id": str, "is_present": bool, "free_bytes": int | None, "shared": bool, "problem": str}
JOB: Shape = {
    "id": str,
    "recording": {"path": str, "duration_s": NUMBER_OR_NULL, "fingerprint": str},
    "city": TEXT_OR_NULL,
    "preset": str,
    "plan": frozenset({"deliver", "caption-in-place"}),
    "state": STATES,
    "why": str,
    "steps": [
        {
            "kind": str,
            "state": frozenset(str(state) for state in StepState),
            "attempts": int,
            "progress": float | int,
            "error": (None, ERROR),
        }
    ],
    "outputs": {"*": str},
    "trail": [{"at": str, "what": str, "text": str}],
}
SHAPES: dict[str, Shape] = {
    "jobs": {"jobs": [ROW], "counts": COUNTS},
    "job": JOB,
    "rows": {"jobs": [ROW]},
    "removed": {"removed": [str]},
    "import": {
        "added": [ROW],
        "known": [{"path": str, "job": str, "title": str}],
        "refused": [{"path": str, "error": ERROR}],
    },
    "status": {
        "home": str,
        "owner": (None, {"pid": int, "started_at": str}),
        "version": str,
        "queue": {"is_paused": bool, "stop_after_current": bool},
        "counts": COUNTS,
        "working": [ROW],
        "held": [{"condition": str, "title": str, "steps": int, "since": str, "checked_at": TEXT_OR_NULL}],
    },
    "cities": {
        "cities": [
            {
                "id": str, "name": str, "storages": [STORAGE], "captioned_share": NUMBER_OR_NULL, "measured": [object],
                "needs_a_look": int, "held": int, "latest": (None, ROW),
            }
        ],
        "storages": [STORAGE],
    },
    "doctor": {
        "checks": [
            {"id": str, "name": str, "verdict": frozenset({"good", "care", "bad", "off"}), "text": str, "fix": str}
        ]
    },
    "backup": {"backup": str},
    "restore": {
        "restored": str,
        "kept": TEXT_OR_NULL,
        "left_out": [{"id": str, "title": str, "state": STATES}],
    },
    "step": {"kind": str, "state": str, "note": str, "is_reused": bool, "facts": dict, "outputs": {"*": str}},
    "error": {"error": ERROR},
}  # fmt: skip


@pytest.fixture
def where(home: Path) -> Places:
    return places({"VODSTUDIO_HOME": str(home)})


@pytest.fixture
def station(where: Places) -> Path:
    """Two cities, one storage that is there."""
    where.config.mkdir(parents=True)
    (where.home / "flex-1").mkdir()
    where.station_file.write_text(
        '[cities.grant]\nname = "Grant"\n[cities.oakdale]\nname = "Oakdale"\n'
        '[storages.flex1]\npath = "flex-1"\ncities = ["grant"]\n',
        encoding="utf-8",
    )
    return where.station_file


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "Grant City Council 03 04 2026.mp4"
    path.write_bytes(b"not a film, but it has content" * 100)
    return path


def check(body: object, shape: str) -> None:
    assert faults(body, SHAPES[shape]) == []


def test_a_job_from_import_to_removal(station: Path, recording: Path, do: Do) -> None:
    code, added = do("import", str(recording), "--by", "2030-01-01T10:00")
    assert code == codes.DONE
    check(added, "import")
    job_id = added["added"][0]["id"]
    assert added["added"][0]["city"] == "grant"
    check(do("import", str(recording))[1], "import")
    assert do("import", str(recording))[1]["known"][0]["job"] == job_id
    for word in ("pause", "resume", "priority", "now", "cancel", "retry", "cancel", "acknowledge"):
        code, rows = do(word, job_id[:8])
        assert code == codes.DONE
        check(rows, "rows")
    code, job = do("job", job_id[:8])
    check(job, "job")
    assert job["id"] == job_id
    assert [step["kind"] for step in job["steps"]][:2] == ["probe", "encode"]
    code, listed = do("jobs", "--city", "grant", "--state", "cancelled")
    check(listed, "jobs")
    assert [row["id"] for row in listed["jobs"]] == [job_id]
    check(do("cleanup")[1], "removed")
    assert do("remove", job_id) == (codes.DONE, {"removed": [job_id]})
    assert do("jobs")[1]["jobs"] == []


def test_priority_moves_and_deadlines(station: Path, recording: Path, do: Do) -> None:
    job_id = do("import", str(recording))[1]["added"][0]["id"]
    for to, rank in (
        ("top", "pinned"),
        ("bottom", "backlog"),
        ("normal", "normal"),
        ("2031-05-06T07:08", "deadline"),
    ):
        rows = do("priority", job_id, "--to", to)[1]["jobs"]
        assert rows[0]["rank"] == rank
    assert do("priority", job_id, "--to", "sideways")[0] == codes.USAGE


def test_status_and_cities_have_their_shapes(station: Path, do: Do) -> None:
    code, status = do("status")
    assert code == codes.DONE
    check(status, "status")
    assert status["version"] == VERSION
    code, cities = do("cities")
    assert code == codes.DONE
    check(cities, "cities")
    assert cities["cities"][0]["storages"][0]["is_present"] is True


def test_doctor_names_each_fault_with_a_fix(station: Path, do: Do) -> None:
    (station.parent / "flex-1").rmdir()
    code, body = do("doctor")
    check(body, "doctor")
    checks = {each["id"]: each for each in body["checks"]}
    assert code == codes.FAILED
    assert checks["storage:flex1"]["verdict"] == "bad"
    assert "by themselves" in checks["storage:flex1"]["fix"]
    assert {"home", "station", "store", "ffmpeg", "model", "vault", "display"} <= checks.keys()
    assert checks["ffmpeg"]["verdict"] == "good"


def test_doctor_works_where_the_station_file_is_broken(station: Path, do: Do) -> None:
    station.write_text("[cities.grant]\nname = 7\n", encoding="utf-8")
    code, body = do("doctor")
    broken = next(each for each in body["checks"] if each["id"] == "station")
    assert code == codes.FAILED
    assert "line 2" in broken["text"]


def test_backup_and_restore(station: Path, recording: Path, do: Do, where: Places) -> None:
    do("import", str(recording))
    another = recording.with_name("Oakdale.mp4")
    another.write_bytes(b"another" * 100)
    code, made = do("backup")
    check(made, "backup")
    job_id = do("jobs")[1]["jobs"][0]["id"]
    do("cancel", job_id)
    do("remove", job_id)
    newer = do("import", str(another))[1]["added"][0]["id"]
    code, restored = do("restore", made["backup"])
    assert code == codes.DONE
    check(restored, "restore")
    assert Path(restored["kept"]).exists()
    assert [each["id"] for each in restored["left_out"]] == [newer]
    assert [row["id"] for row in do("jobs")[1]["jobs"]] == [job_id]


def test_a15_a_file_that_is_no_backup_changes_nothing(
    station: Path, recording: Path, do: Do, tmp_path: Path
) -> None:
    do("import", str(recording))
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    code, body = do("restore", str(bad))
    assert code in (codes.FAILED, codes.NOT_SET_UP)
    check(body, "error")
    assert len(do("jobs")[1]["jobs"]) == 1


@pytest.mark.parametrize(
    ("argv", "code", "name"),
    [
        (["import", "x.mp4", "--city", "nowhere"], codes.USAGE, "VS-UNKNOWN-CITY"),
        (["jobs", "--city", "nowhere"], codes.USAGE, "VS-UNKNOWN-CITY"),
        (["import", "x.mp4", "--preset", "nothing"], codes.USAGE, "VS-UNKNOWN-PRESET"),
        (["import", "x.mp4", "--by", "soon"], codes.USAGE, "VS-USAGE"),
        (["job", "ffffffff"], codes.USAGE, "VS-NO-JOB"),
        (["cancel", "ffffffff"], codes.USAGE, "VS-NO-JOB"),
        (["jobs", "--state", "asleep"], codes.USAGE, "VS-UNKNOWN-STATE"),
        (["jobs", "--limit", "many"], codes.USAGE, "VS-USAGE"),
        (["fly"], codes.USAGE, "VS-USAGE"),
        ([], codes.USAGE, "VS-USAGE"),
        (["step", "publish", "x", "--out", "y"], codes.USAGE, "VS-USAGE"),
        (["restore", "nothing.db"], codes.FAILED, "VS-NO-BACKUP"),
        (["import", "-x.mp4"], codes.USAGE, "VS-USAGE"),
        (["step", "probe", "nothing.mp4", "--out", "y"], codes.FAILED, "VS-NO-SUCH-FILE"),
        (["simulate-cablecast", "--folder", str(Path(__file__) / "x")], codes.FAILED, "VS-FOLDER-NO-ACCESS"),
    ],
)
def test_a_wrong_command_is_one_sentence_and_a_code(
    station: Path, do: Do, argv: list[str], code: int, name: str
) -> None:
    found, body = do(*argv)
    check(body, "error")
    assert (found, body["error"]["code"]) == (code, name)
    assert body["error"]["hint"]
    assert ("./-name" in body["error"]["hint"]) == ("-x.mp4" in argv)


def test_a_port_in_use_is_one_sentence(do: Do, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, body = do("simulate-cablecast", "--port", str(port), "--folder", str(tmp_path / "practice"))
    assert (code, body["error"]["code"]) == (codes.FAILED, "VS-PORT")
    assert str(port) in body["error"]["title"]
    assert "--port" in body["error"]["hint"]


def test_json_keeps_stderr_clean_where_the_station_file_has_an_odd_key(
    station: Path, do: Do, capsys: pytest.CaptureFixture[str]
) -> None:
    station.write_text("colour = 3\n" + station.read_text(encoding="utf-8"), encoding="utf-8")
    assert do("jobs")[0] == codes.DONE
    assert cli.main(["jobs"]) == codes.DONE
    assert "line 1: colour is not known" in capsys.readouterr().err


def test_without_a_screen_the_window_is_one_sentence(station: Path) -> None:
    bare = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    bare.pop("QT_QPA_PLATFORM", None)
    for argv in ([], ["demo"]):
        done = subprocess.run(
            [sys.executable, "-m", "vodstudio", *argv],
            capture_output=True, text=True, check=False, cwd=ROOT, env=bare, timeout=60,
        )  # fmt: skip
        if sys.platform == "linux":
            assert done.returncode == codes.NOT_SET_UP
            assert done.stderr.count("\n") == 1
            assert "VS-NO-SCREEN" in done.stderr


def test_a_bug_of_ours_is_one_sentence_and_its_traceback_lies_in_the_log(where: Places) -> None:
    code = (
        "import sys; from vodstudio import cli\n"
        "def broken(arguments): raise ZeroDivisionError('by a test')\n"
        "cli.COMMANDS['doctor'] = broken\n"
        "sys.exit(cli.main(['doctor', *sys.argv[1:]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--json"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    body = json.loads(done.stdout)
    assert (done.returncode, done.stderr, body["error"]["code"]) == (codes.FAILED, "", "VS-UNEXPECTED")
    assert str(where.logs / "aside.jsonl") in body["error"]["hint"]
    assert "by a test" in (where.logs / "aside.jsonl").read_text(encoding="ascii")


def test_errors_for_people_stand_on_stderr(station: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["import", "x.mp4", "--city", "grnt"]) == codes.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "grnt" in said.err
    assert "Nothing was added" in said.err


def test_refused_files_are_named_and_the_others_go_in(
    station: Path, recording: Path, do: Do, tmp_path: Path
) -> None:
    (tmp_path / "empty.mp4").touch()
    code, body = do("import", str(tmp_path / "empty.mp4"), str(tmp_path / "none.mp4"), str(recording))
    check(body, "import")
    assert code == codes.FAILED
    assert len(body["added"]) == 1
    assert [each["error"]["code"] for each in body["refused"]] == ["VS-EMPTY-FILE", "VS-NO-SUCH-FILE"]


def test_c01_c02_c03_bad_media_is_refused_by_a_step_alone(
    do: Do, tmp_path: Path, sample_meeting: Path
) -> None:
    text, empty, half = tmp_path / "text.mp4", tmp_path / "empty.mp4", tmp_path / "half.mp4"
    text.write_text("this is a text file " * 500)
    empty.touch()
    whole = sample_meeting.read_bytes()
    half.write_bytes(whole[: len(whole) // 2])
    for path in (text, empty, half):
        code, body = do("step", "probe", str(path), "--out", str(tmp_path / path.stem))
        check(body, "error")
        assert code == codes.FAILED
        assert body["error"]["hint"]


def test_a_broken_station_file_is_named_with_its_line(station: Path, do: Do) -> None:
    station.write_text('[cities.grant]\nname = "Grant"\nserver = "nowhere"\n', encoding="utf-8")
    code, body = do("jobs")
    assert code == codes.NOT_SET_UP
    assert "line 3" in body["error"]["title"]
    assert "safe" in body["error"]["hint"]


def test_without_a_station_import_says_what_to_do(recording: Path, do: Do) -> None:
    code, body = do("import", str(recording))
    assert (code, body["error"]["code"]) == (codes.NOT_SET_UP, "VS-NO-STATION")
    assert "vodstudio demo" in body["error"]["hint"]


@linux_only
def test_a05_a_home_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, do: Do) -> None:
    monkeypatch.setenv("VODSTUDIO_HOME", "/proc/vodstudio")
    code, body = do("jobs")
    assert (code, body["error"]["code"]) == (codes.NOT_SET_UP, "VS-HOME-READ-ONLY")
    assert "/proc/vodstudio" in body["error"]["title"]


def test_a12_a_newer_database_is_refused_and_not_touched(station: Path, do: Do, where: Places) -> None:
    do("jobs")
    with closing(sqlite3.connect(where.database)) as connection:
        connection.execute("PRAGMA user_version = 999")
    before = where.database.read_bytes()
    code, body = do("jobs")
    assert (code, body["error"]["code"]) == (codes.NOT_SET_UP, "VS-STORE-NEWER")
    assert where.database.read_bytes() == before


def test_a12_the_way_back_is_named_with_what_it_leaves_out(
    station: Path, do: Do, where: Places, recording: Path
) -> None:
    made = do("backup")[1]["backup"]
    do("import", str(recording))
    with closing(sqlite3.connect(where.database)) as connection:
        connection.execute("PRAGMA user_version = 999")
    hint = do("jobs")[1]["error"]["hint"]
    assert f"vodstudio restore {made}" in hint
    assert "Grant City Council" in hint
    code, restored = do("restore", made)
    assert (code, len(restored["left_out"])) == (codes.DONE, 1)
    assert do("jobs")[1]["jobs"] == []


def start(*argv: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "vodstudio", *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


@pytest.fixture
def working(station: Path, where: Places) -> Iterator[subprocess.Popen[str]]:
    """`vodstudio work` in a process of its own, ready for questions."""
    process = start("work")
    assert process.stdout
    assert "Working on the queue" in process.stdout.readline()
    found = owner.take_or_find(where, patience_s=60.0)
    assert isinstance(found, owner.Owner)
    yield process
    process.terminate()
    process.communicate(timeout=60)


@linux_only
def test_h04_a_second_program_uses_the_first(
    working: subprocess.Popen[str], recording: Path, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = do("status")[1]
    assert status["owner"]["pid"] == working.pid
    code, body = do("work")
    assert (code, body["error"]["code"]) == (codes.BUSY, "VS-OWNER-BUSY")
    assert do("restore", str(recording))[0] == codes.BUSY
    monkeypatch.chdir(recording.parent)
    code, added = do("import", recording.name)
    assert code == codes.DONE
    assert added["added"][0]["path"] == str(recording)
    assert do("import", "x.mp4", "--city", "nowhere")[0] == codes.USAGE
    working.send_signal(signal.SIGTERM)
    _out, err = working.communicate(timeout=60)
    assert "Traceback" not in err
    assert working.returncode in (codes.DONE, codes.FAILED, codes.HELD)
    assert do("status")[1]["owner"] is None
    assert len(do("jobs")[1]["jobs"]) == 1


@linux_only
def test_h04_an_owner_that_was_killed_is_taken_over(
    working: subprocess.Popen[str], do: Do, where: Places
) -> None:
    working.kill()
    working.communicate()
    assert where.owner_file.exists()
    code, status = do("status")
    assert code == codes.DONE
    assert status["owner"] is None


@linux_only
def test_h02_the_end_of_the_session_ends_it_well(working: subprocess.Popen[str]) -> None:
    working.send_signal(signal.SIGTERM)
    _out, err = working.communicate(timeout=60)
    assert working.returncode == codes.DONE
    assert "Traceback" not in err


def test_a_step_alone_is_done_once(do: Do, tmp_path: Path, sample_meeting: Path) -> None:
    arguments = ("step", "probe", str(sample_meeting), "--out", str(tmp_path / "out"))
    code, first = do(*arguments)
    assert code == codes.DONE
    check(first, "step")
    assert first["is_reused"] is False
    assert do(*arguments)[1] == {**first, "is_reused": True}
    other = tmp_path / "other.mp4"
    other.write_bytes(sample_meeting.read_bytes() + b"\0\0\0\x08free")
    code, body = do("step", "probe", str(other), "--out", str(tmp_path / "out"))
    assert (code, body["error"]["code"]) == (codes.FAILED, "VS-OUT-OTHER-WORK")


def test_captions_are_made_of_a_file_of_words(do: Do, tmp_path: Path) -> None:
    spoken = "The meeting will come to order. Please rise for the pledge of allegiance."
    words_of_it = tuple(
        Word(text=f" {text}", start=n * 0.4, end=n * 0.4 + 0.35) for n, text in enumerate(spoken.split())
    )
    file, out = tmp_path / "words.json", str(tmp_path / "out")
    file.write_text(transcript_to_json(Transcript(language="en", duration=10.0, words=words_of_it)))
    code, body = do("step", "captions", str(file), "--out", out, "--set", "caption_profile=WEB-42")
    assert code == codes.DONE
    check(body, "step")
    assert sorted(body["outputs"]) == ["check", "check-page", "scc", "srt", "ttml", "txt", "vtt"]
    assert "pledge of allegiance" in Path(body["outputs"]["srt"]).read_text().replace("\n", " ")
    file.write_text("{}")
    code, body = do("step", "captions", str(file), "--out", str(tmp_path / "other"))
    check(body, "error")
    assert code == codes.FAILED


@linux_only
def test_ctrl_c_stops_a_step_and_its_child(tmp_path: Path, sample_meeting: Path, where: Places) -> None:
    out = tmp_path / "out"
    process = start(
        "step", "encode", str(sample_meeting), "--out", str(out), "--set", "encode.speed=veryslow"
    )
    log = out / "ffmpeg.log"
    try:
        while process.poll() is None and not (log.exists() and log.stat().st_size):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == codes.STOPPED
    assert "the same command goes on from here" in err
    assert "Traceback" not in err
    assert not [path for path in out.iterdir() if path.suffix in (".mp4", ".tmp")]
    assert not list(where.run.iterdir())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("height", "key=value"),
        ("encode.hight=720", 'did you mean "encode.height"'),
        ("height=tall", "a number"),
        ("height=9", "from 144 to 4320"),
    ],
)
def test_set_is_checked(do: Do, tmp_path: Path, sample_meeting: Path, change: str, said: str) -> None:
    code, body = do("step", "encode", str(sample_meeting), "--out", str(tmp_path / "out"), "--set", change)
    assert (code, body["error"]["code"]) == (codes.USAGE, "VS-SET")
    assert said in body["error"]["title"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NeedsUser("x"), codes.FAILED),
        (Hold("x", condition="storage:a"), codes.HELD),
        (ServerBusy("x"), codes.LATER),
        (Conflict("x", code="VS-OWNER-BUSY"), codes.BUSY),
        (NeedsUser("x", code="VS-CONFIG-VALUE"), codes.NOT_SET_UP),
        (ZeroDivisionError(), codes.FAILED),
    ],
)
def test_who_can_help_decides_the_exit_code(error: Exception, code: int) -> None:
    assert codes.code_of(error) == code


def test_every_word_has_help_with_examples_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    for word in sorted(words()):
        with pytest.raises(SystemExit) as caught:
            build_parser().parse_args([word, "--help"])
        assert caught.value.code == 0
        text = capsys.readouterr().out
        assert "examples:" in text
        assert f"vodstudio {word}" in text
        assert "exit codes:" in text


def test_the_document_names_every_word_and_every_code() -> None:
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert [word for word in words() if f"`{word}" not in text] == []
    assert all(f"| {code} |" in text for code in (0, 1, 2, 3, 4, 5, 6, 130))


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"vodstudio {VERSION}\n"
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def entry(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vodstudio", *argv],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=dict(os.environ),
        timeout=60,
    )


def test_the_entry_knows_words_children_and_mistakes(tmp_path: Path) -> None:
    assert entry("--version").stdout == f"vodstudio {VERSION}\n"
    assert entry("--child", "look", str(tmp_path), "").returncode == 0
    assert entry("--child", "nothing").returncode == codes.USAGE
    assert entry("impotr", "x").returncode == codes.USAGE


def test_the_command_line_loads_no_qt_for_a_question(station: Path) -> None:
    code = "import sys; from vodstudio import cli; cli.main(['--help'])"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "PySide6" not in done.stderr
    assert "sqlalchemy" not in done.stderr
