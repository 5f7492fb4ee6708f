"""dev.py: what it says before anything is installed, and when it makes .venv anew."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {kind: (ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8") for kind in ("run", "dev")}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what dev.py needs to know, with small lists."""
    folder = tmp_path / "a copy"
    (folder / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "dev.py", folder)
    for kind in LOCKS:
        (folder / "requirements" / f"{kind}.txt").write_text("# nothing\n", encoding="utf-8")
    return folder


@pytest.fixture
def dev(checkout: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev_copy", checkout / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start(checkout: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(checkout / "dev.py"), *words],
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("system", "machine", "bits", "glibc", "avx", "said"),
    [
        ("darwin", "x86_64", 64, None, True, "Linux and Windows"),
        ("linux", "aarch64", 64, "2.36", True, "Intel or AMD"),
        ("linux", "", 64, "2.36", True, "unknown"),
        ("win32", "AMD64", 32, None, True, "32-bit"),
        ("linux", "x86_64", 64, "2.36", False, "AVX"),
        ("linux", "x86_64", 64, None, True, "musl"),
        ("linux", "x86_64", 64, "2.31", True, "too old"),
    ],
)
def test_an_unfit_computer_is_told_in_one_sentence(
    dev: ModuleType, system: str, machine: str, bits: int, glibc: str | None, avx: bool, said: str
) -> None:
    sentence = dev.refusal(system, machine, bits, glibc, avx)
    assert said in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")


def test_a_fit_computer_is_not_refused(dev: ModuleType) -> None:
    assert dev.refusal("linux", "x86_64", 64, "2.34", True) is None
    assert dev.refusal("win32", "AMD64", 64, None, True) is None


def test_versions_are_compared_as_numbers(dev: ModuleType) -> None:
    assert dev.version_of("2.4") < dev.version_of("2.34") < dev.version_of("2.100")


def test_it_speaks_python_3_8(dev: ModuleType) -> None:
    import ast

    text = (ROOT / "dev.py").read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= set(sys.stdlib_module_names)


def test_without_a_word_it_shows_the_two_commands(checkout: Path) -> None:
    done = start(checkout)
    assert done.returncode == 2
    assert "dev.py run" in done.stderr
    assert "dev.py test" in done.stderr
    assert start(checkout, "--help").returncode == 0


def test_what_is_missing_is_named_with_its_package(dev: ModuleType) -> None:
    dev.LIBRARIES_CORE["libsurely-not-there.so.9"] = "libsurely9"
    assert dev.missing_parts("setup")["libsurely-not-there.so.9"] == "libsurely9"
    assert "libsurely-not-there.so.9" not in dev.missing_parts("lint")


def test_ffmpeg_is_asked_for_by_tests_alone(dev: ModuleType) -> None:
    dev.PROGRAMS_TEST["no-such-program"] = "no-such-package"
    assert "no-such-program" in dev.missing_parts("test")
    assert "no-such-program" not in {**dev.missing_parts("run"), **dev.missing_parts("setup")}


def make_venv(folder: Path, *, stamped: ModuleType | None = None) -> None:
    venv.create(folder / ".venv", with_pip=False)
    if stamped is not None:
        stamps = {kind: stamped.stamp_now(kind) for kind in ("run", "dev")}
        stamped.STAMP.write_text(stamped.json.dumps(stamps), encoding="utf-8")


def test_a_ready_venv_is_used_as_it_is(dev: ModuleType, checkout: Path) -> None:
    make_venv(checkout, stamped=dev)
    assert dev.is_ready("run")
    assert dev.is_ready("dev")


def test_a_changed_list_is_installed_again(dev: ModuleType, checkout: Path) -> None:
    make_venv(checkout, stamped=dev)
    (dev.LOCKS / "dev.txt").write_text("# changed\n", encoding="utf-8")
    assert dev.is_ready("run")
    assert not dev.is_ready("dev")


def test_a_moved_copy_is_not_ready(dev: ModuleType, checkout: Path, tmp_path: Path) -> None:
    make_venv(checkout, stamped=dev)
    moved = tmp_path / "moved"
    checkout.rename(moved)
    spec = importlib.util.spec_from_file_location("dev_moved", moved / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    there = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(there)
    assert not there.is_ready("run")
    assert there.venv_fault() == "moved from another folder"


def test_a_damaged_stamp_counts_as_none(dev: ModuleType, checkout: Path) -> None:
    make_venv(checkout, stamped=dev)
    dev.STAMP.write_text('["half', encoding="utf-8")
    assert not dev.is_ready("run")


@pytest.mark.parametrize("harm", ["empty", "another python", "no pip"])
def test_a_spoilt_venv_is_made_anew(dev: ModuleType, checkout: Path, harm: str) -> None:
    make_venv(checkout)
    config = checkout / ".venv" / "pyvenv.cfg"
    if harm == "empty":
        config.unlink()
    elif harm == "another python":
        text = re.sub(r"(?m)^(version\w*) = .*$", r"\1 = 3.9.2", config.read_text(encoding="utf-8"))
        config.write_text(text, encoding="utf-8")
    said = {"empty": "half made", "another python": "made for another Python"}
    assert dev.venv_fault() == said.get(harm, "half made, or its Python is gone")


def test_run_passes_words_and_the_exit_code_on(dev: ModuleType, checkout: Path) -> None:
    make_venv(checkout, stamped=dev)
    room = checkout / "vodstudio"
    room.mkdir()
    (room / "__main__.py").write_text(
        "import sys\nprint(sys.argv[1:])\nraise SystemExit(41)\n", encoding="utf-8"
    )
    done = start(checkout, "run", "jobs", "--json")
    assert (done.returncode, done.stdout) == (41, "['jobs', '--json']\n")
    assert done.stderr == ""


def test_run_without_a_screen_says_so_and_shows_the_main_job(dev: ModuleType, checkout: Path) -> None:
    make_venv(checkout, stamped=dev)
    room = checkout / "vodstudio"
    room.mkdir()
    (room / "__main__.py").write_text("import sys\nprint(sys.argv[1:])\n", encoding="utf-8")
    done = start(checkout, "run", DISPLAY="", WAYLAND_DISPLAY="")
    assert done.stdout == "['demo', '--headless']\n"
    assert "no screen" in done.stderr


def test_bench_names_what_there_is(dev: ModuleType, checkout: Path) -> None:
    make_venv(checkout, stamped=dev)
    (checkout / "tests" / "bench").mkdir(parents=True)
    (checkout / "tests" / "bench" / "claims.py").write_text("print('table')\n", encoding="utf-8")
    done = start(checkout, "bench")
    assert done.returncode == 3
    assert "claims" in done.stderr
    assert start(checkout, "bench", "claims").stdout == "table\n"


def rows(kind: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCKS[kind], re.M))


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_the_lists_hold_versions_and_hashes_and_no_address(kind: str) -> None:
    text = LOCKS[kind]
    assert "//" not in text
    assert not re.search(r"^\s*-(?!-hash)", text, re.M)
    starts = re.split(r"\n(?=\S)", text.strip())
    assert len(starts) > 40
    assert not [row for row in starts if "==" not in row or "--hash=sha256:" not in row]


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_the_parts_are_the_whole_list(dev: ModuleType, kind: str) -> None:
    parts = dev.parts_of(LOCKS[kind])
    assert [name for name, _ in parts][1:] == dev.LARGE.split()
    lines = [line for _, rows in parts for line in rows.splitlines()]
    assert sorted(lines) == sorted(LOCKS[kind].splitlines())


def test_development_adds_to_what_runs_and_changes_nothing() -> None:
    run, development = rows("run"), rows("dev")
    assert {name: development.get(name) for name in run} == run


def test_the_pins_with_a_reason_stand() -> None:
    run = rows("run")
    assert run["pyside6"] == "6.11.3"  # 6.12 ends the process on Python 3.11
    assert tuple(map(int, run["onnxruntime"].split("."))) < (1, 29)  # later ones report to their maker
