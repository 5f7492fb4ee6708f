"""The two commands, and a few more: `python3 dev.py run` and `python3 dev.py test` are all the set-up there is.

Standard library only, and readable by Python 3.8, because it has to speak before anything is installed:
it looks for what is missing, installs it or says how, makes `.venv` from a hash-locked list, and starts.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO, NoReturn, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCKS = ROOT / "requirements"
STAMP = VENV / "vodstudio.stamp"
WINDOWS = sys.platform == "win32"
BASE_PYTHON = getattr(sys, "_base_executable", None) or sys.executable
VENV_PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
SUPPORTED = (11, 12, 13, 14)
OLDEST_GLIBC = (2, 34)
STOPPED = 3  # something is missing and a person has to act
# download MB, disk MB, how long: measured on Debian 12; "more" is development on top of what runs
SIZES = {"run": (470, 1450, "3 minutes"), "dev": (520, 1530, "4 minutes"), "more": (60, 110, "1 minute")}
LARGE = "av ctranslate2 imageio-ffmpeg numpy onnxruntime pyside6-addons pyside6-essentials"
USAGE = """VOD Studio. The two commands, from a fresh copy:

  python3 dev.py run       set up what is missing, then open the window
                           (without a screen: carry the sample meeting through, headless)
  python3 dev.py test      set up what is missing, then run the tests; more words go to pytest

  python3 dev.py setup     only set up
  python3 dev.py lint      format, rules and types
  python3 dev.py bench X   run tests/bench/X.py and print its table

After `run`, any words of the command line work: python3 dev.py run doctor
On Windows write `py` in place of `python3`."""


def table(text: str) -> dict[str, str]:
    """Pairs of words: what is looked for, and the apt package that has it."""
    words = text.split()
    return dict(zip(words[::2], words[1::2]))


LIBRARIES_CORE = table("libglib-2.0.so.0 libglib2.0-0")
LIBRARIES_WINDOW = table("""
    libGL.so.1 libgl1    libEGL.so.1 libegl1    libxkbcommon.so.0 libxkbcommon0    libfreetype.so.6 libfreetype6
    libfontconfig.so.1 libfontconfig1    libdbus-1.so.3 libdbus-1-3    libpulse.so.0 libpulse0
""")
LIBRARIES_SCREEN = table("""
    libX11-xcb.so.1 libx11-xcb1          libxcb-cursor.so.0 libxcb-cursor0
    libxcb-icccm.so.4 libxcb-icccm4      libxcb-image.so.0 libxcb-image0
    libxcb-keysyms.so.1 libxcb-keysyms1  libxcb-randr.so.0 libxcb-randr0
    libxcb-shape.so.0 libxcb-shape0      libxcb-render-util.so.0 libxcb-render-util0
    libxcb-shm.so.0 libxcb-shm0          libxcb-sync.so.1 libxcb-sync1
    libxcb-xfixes.so.0 libxcb-xfixes0    libxcb-xkb.so.1 libxcb-xkb1
    libxkbcommon-x11.so.0 libxkbcommon-x11-0
    libwayland-client.so.0 libwayland-client0    libwayland-cursor.so.0 libwayland-cursor0
    libwayland-egl.so.1 libwayland-egl1
""")
PROGRAMS_TEST = table("ffmpeg ffmpeg espeak-ng espeak-ng" + ("" if WINDOWS else " xmllint libxml2-utils"))


def say(text: str) -> None:
    """Everything we say goes to stderr: stdout belongs to the program that is started."""
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> NoReturn:
    say(text)
    raise SystemExit(STOPPED)


# --- this computer -----------------------------------------------------------------------------------------


def refusal(system: str, machine: str, bits: int, glibc: str | None, avx: bool) -> str | None:
    """Why this computer cannot run the program, in one sentence; None when it can."""
    linux = system == "linux"
    checks = (
        (system in ("linux", "win32"), "VOD Studio runs on Linux and Windows; this is another system."),
        (
            machine.lower() in ("x86_64", "amd64"),
            f"VOD Studio needs an Intel or AMD processor (x86-64); this one is {machine or 'unknown'}.",
        ),
        (bits == 64, "This is a 32-bit Python: install the 64-bit one from python.org and try again."),
        (avx, "This processor has no AVX, which speech recognition needs: one made after 2012 has it."),
        (
            not linux or glibc is not None,
            "This Linux has musl instead of glibc, which Qt does not support: use Debian 12 or Ubuntu 22.04.",
        ),
        (
            not linux or version_of(glibc or "99") >= OLDEST_GLIBC,
            f"This Linux is too old (glibc {glibc}; 2.34 is needed): use Debian 12, Ubuntu 22.04 or newer.",
        ),
    )
    return next((sentence for fine, sentence in checks if not fine), None)


def version_of(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def glibc_here() -> str | None:
    if sys.platform == "win32":
        return None
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    except (ValueError, OSError):
        return None
    return version if name == "glibc" else None


def has_avx() -> bool:
    if sys.platform == "win32":
        return bool(ctypes.WinDLL("kernel32").IsProcessorFeaturePresent(39))  # PF_AVX_INSTRUCTIONS_AVAILABLE
    else:  # noqa: RET505 - so that mypy reads both systems
        told = Path("/proc/cpuinfo")
        flags = re.search(r"^flags.*", told.read_text(errors="replace") if told.exists() else "", re.M)
        return not flags or " avx " in flags.group() + " "


def has_screen() -> bool:
    return WINDOWS or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


# --- a Python that fits ------------------------------------------------------------------------------------


def is_supported_here() -> bool:
    """CPython with its lock: there are no wheels for PyPy and for the free-threaded builds."""
    plain = platform.python_implementation() == "CPython" and "free-threading" not in sys.version
    return plain and sys.version_info[0] == 3 and sys.version_info[1] in SUPPORTED


def candidates() -> list[list[str]]:
    """Where another Python may lie, the best-tried version first."""
    found: list[list[str]] = []
    for minor in SUPPORTED:
        if WINDOWS and shutil.which("py"):
            found.append(["py", f"-3.{minor}"])
        found += [[path] for path in (shutil.which(f"python3.{minor}"),) if path]
        pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
        found += [[str(place)] for place in sorted(pyenv.glob(f"3.{minor}.*/bin/python3"), reverse=True)]
    return found


def succeeds(*line: str) -> bool:
    """Start something without showing it; only whether it went well is of interest."""
    quiet = subprocess.DEVNULL
    try:
        return subprocess.call(line, stdin=quiet, stdout=quiet, stderr=quiet, timeout=60) == 0
    except (OSError, subprocess.SubprocessError):
        return False


def fits(command: Sequence[str]) -> bool:
    """Whether this command starts a Python that fits: this very file is asked one question."""
    return succeeds(*command, str(ROOT / "dev.py"), "--fits")


def hand_over(command: Sequence[str], words: Sequence[str]) -> NoReturn:
    """Become another process: its exit code and its signals are ours."""
    line = [*command, *words]
    if not WINDOWS:
        os.execvp(line[0], line)
    try:
        raise SystemExit(subprocess.call(line))
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def find_python(words: Sequence[str]) -> None:
    """Return when this Python fits; otherwise go on as one that does."""
    if is_supported_here():
        return
    again = [str(ROOT / "dev.py"), *words]
    for command in candidates():
        if fits(command):
            hand_over(command, again)
    reason = "VOD Studio needs Python 3.11 to 3.14 and this is {}.{}".format(*sys.version_info[:2])
    if not shutil.which("apt-get"):
        place = "winget install Python.Python.3.12" if WINDOWS else "from your system or python.org"
        stop(f"{reason}: install one ({place}), then run the same command again.")
    say(f"{reason}.")
    name = python_in_apt()
    install([name, name + "-venv", *missing_parts(words[0]).values()])
    if not fits([name]):
        stop(f"{name} was installed but does not start: install a Python 3.11 to 3.14 by hand.")
    hand_over([name], again)


def python_in_apt() -> str:
    """Without lists yet it is 3.11: Ubuntu 22.04, the one with an older default, has that."""
    names = [f"python3.{minor}" for minor in SUPPORTED]
    return next((name for name in names if succeeds("apt-cache", "show", name + "-venv")), "python3.11")


# --- what the system must have -----------------------------------------------------------------------------


def is_loadable(library: str) -> bool:
    try:
        return bool(ctypes.CDLL(library))
    except OSError:
        return False


def has_font() -> bool:
    places = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
    folders = [Path(place).expanduser() for place in places]
    return any(next(folder.rglob("*.[to]tf"), None) for folder in folders if folder.is_dir())


def missing_parts(word: str) -> dict[str, str]:
    """What this word needs and the system lacks, with its apt package. (FFmpeg is embedded: only tests ask.)"""
    testing = word in ("test", "bench")
    parts: dict[str, str] = {}
    if not WINDOWS and word != "lint":
        wanted = dict(LIBRARIES_CORE)
        wanted.update(LIBRARIES_WINDOW if testing or has_screen() else {})
        wanted.update(LIBRARIES_SCREEN if has_screen() else {})
        parts = {name: package for name, package in wanted.items() if not is_loadable(name)}
        if (testing or has_screen()) and not has_font():
            parts["a font"] = "fonts-dejavu-core"
    if testing:
        parts.update({name: package for name, package in PROGRAMS_TEST.items() if not shutil.which(name)})
    return parts


def provide(word: str, words: Sequence[str]) -> None:
    """Find what is missing and get it, with one question for all of it."""
    parts = missing_parts(word)
    lacks_venv = not is_ready(kind_of(word)) and not has_venv_module()
    if lacks_venv:
        parts["the venv module of Python"] = f"python3.{sys.version_info[1]}-venv"
    if not parts:
        return
    say(f"Missing on this computer: {', '.join(parts)}.")
    if WINDOWS:
        stop("To install it: winget install Gyan.FFmpeg eSpeak-NG.eSpeak-NG   (then use a new terminal)")
    if lacks_venv and not Path(BASE_PYTHON).resolve().is_relative_to("/usr/bin"):
        stop(f"{BASE_PYTHON} cannot make virtual environments: install another Python 3.11 to 3.14.")
    install(list(parts.values()))
    left = missing_parts(word)
    if left:
        stop(f"Still missing after the installation: {', '.join(left)}. Install it by hand, then try again.")
    if lacks_venv:  # a Python that once missed a module has to be started again
        hand_over([BASE_PYTHON], [str(ROOT / "dev.py"), *words])


def has_venv_module() -> bool:
    """Debian packs `ensurepip` apart."""
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def install(packages: Sequence[str]) -> None:
    """With apt: as root at once; on a terminal after one question; otherwise say the line and stop."""
    line = ["apt-get", "install", "-y", "--no-install-recommends", *dict.fromkeys(packages)]
    if sys.platform == "win32" or not shutil.which("apt-get"):
        stop("This system has no apt: install these parts with its own package tool, then try again.")
    if os.geteuid() == 0:
        run_apt([], line)
        return
    shown = " ".join(shlex.quote(word) for word in line)
    say(f"To install it:\n\n  sudo apt-get update && sudo {shown}\n")
    if not (sys.stdin.isatty() and shutil.which("sudo")):
        stop("Run that line (an administrator can), then the same command again.")
    if not says_yes("Run this with sudo? [Y/n] "):
        stop("Nothing was installed.")
    run_apt(["sudo"], line)


def says_yes(question: str) -> bool:
    print(question, end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    return answer.strip().lower() in ("", "y", "yes") and answer != ""


def run_apt(before: Sequence[str], line: Sequence[str]) -> None:
    environ = ["env", "DEBIAN_FRONTEND=noninteractive"]
    calm = ["-q", "-o", "Dpkg::Use-Pty=0"]
    updated = subprocess.call([*before, "apt-get", "-qq", "update"], stdout=sys.stderr)
    if updated or subprocess.call([*before, *environ, *line, *calm], stdout=sys.stderr):
        stop("apt could not finish (see above). When that is mended, run the same command again.")


# --- the folder .venv --------------------------------------------------------------------------------------


def stamp_now(kind: str) -> str:
    """What an installation is made of: change any of it and it is checked again."""
    digest = hashlib.sha256((LOCKS / (kind + ".txt")).read_bytes()).hexdigest()
    return "{} {} {}".format(digest, VENV, "{}.{}".format(*sys.version_info[:2]))


def read_stamps() -> dict[str, str]:
    try:
        stamps = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in stamps.items()} if isinstance(stamps, dict) else {}


def venv_fault() -> str | None:
    """Why the folder cannot be used as it is; None when it can."""
    try:
        text = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return "half made"
    keys = dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line)
    made_at = keys.get("command", "").partition(" -m venv ")[2]
    if made_at and not made_at.endswith(str(VENV)):
        return "moved from another folder"
    if version_of(keys.get("version", keys.get("version_info", "")))[:2] != sys.version_info[:2]:
        return "made for another Python"
    works = succeeds(str(VENV_PYTHON), "-m", "pip", "--version")
    return None if works else "half made, or its Python is gone"


def make_venv() -> None:
    if VENV.exists() or VENV.is_symlink():
        fault = venv_fault()
        if fault is None:
            return
        say(f"The folder .venv was {fault}; making it anew.")
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
        else:
            shutil.rmtree(str(VENV))
    say(f"Making .venv with Python {platform.python_version()} ...")
    if subprocess.call([BASE_PYTHON, "-m", "venv", str(VENV)], stdout=sys.stderr):
        stop("Python could not make the folder .venv (see above).")


def parts_of(lock: str) -> list[tuple[str, str]]:
    """The list in parts: the small packages together, then each large one, under its name."""
    large = LARGE.split()
    rows = re.split(r"\n(?=\S)", lock.strip())
    names = [row.split("==")[0] for row in rows]
    small = [row for row, name in zip(rows, names) if name not in large]
    return [("small packages", "\n".join(small)), *((n, row) for row, n in zip(rows, names) if n in large)]


def fill_venv(kind: str) -> None:
    """Install the list part by part: a stopped installation goes on with the part that it was at."""
    tell_size(kind)
    if STAMP.exists():
        STAMP.unlink()
    parts = parts_of((LOCKS / (kind + ".txt")).read_text(encoding="utf-8"))
    for number, (name, rows) in enumerate(parts, 1):
        say(f"Part {number} of {len(parts)}: {name}")
        install_part(rows)
    kinds = ("run", "dev") if kind == "dev" else ("run",)
    whole = STAMP.with_suffix(".part")
    whole.write_text(json.dumps({name: stamp_now(name) for name in kinds}), encoding="utf-8")
    whole.replace(STAMP)


def install_part(rows: str) -> None:
    listed = VENV / "part.txt"
    listed.write_text(rows + "\n", encoding="utf-8")
    how = (
        "--require-hashes --no-deps --only-binary :all: --no-input --retries 8 --disable-pip-version-check -r"
    )
    line = [str(VENV_PYTHON), "-m", "pip", "install", *how.split(), str(listed)]
    for attempt in (1, 2, 3):
        if subprocess.call(line, stdout=sys.stderr) == 0:
            return
        if attempt < 3:
            say(f"That did not finish; trying again ({attempt + 1} of 3) ...")
    say("The packages could not be installed (see above). The parts that are in are kept:")
    stop("run the same command again and it goes on from there.")


def tell_size(kind: str) -> None:
    download_mb, disk_mb, minutes = SIZES["more" if "run" in read_stamps() else kind]
    free_mb = shutil.disk_usage(str(ROOT)).free // 2**20
    if free_mb < disk_mb:
        stop(f"This disk has {free_mb} MB free and {disk_mb} MB are needed: make room, then try again.")
    say(f"Now up to {download_mb} MB are downloaded, which become {disk_mb} MB on disk:")
    say(f"about {minutes} on an ordinary line, only this once.")


def wait_for_another() -> IO[str]:
    """Two first starts at once would spoil .venv: the second one waits for the first."""
    turn = (ROOT / ".venv.lock").open("a")
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(turn.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(turn, fcntl.LOCK_EX)
    return turn


def kind_of(word: str) -> str:
    return "run" if word in ("setup", "run") else "dev"


def is_ready(kind: str) -> bool:
    return read_stamps().get(kind) == stamp_now(kind) and VENV_PYTHON.exists()


def prepare(word: str, words: Sequence[str]) -> None:
    """Everything that must be there before this word can be done; nothing to do costs well under a second."""
    provide(word, words)
    kind = kind_of(word)
    if is_ready(kind):
        return
    with wait_for_another():
        if not is_ready(kind):
            make_venv()
            fill_venv(kind)


# --- the words ---------------------------------------------------------------------------------------------


def do_setup(rest: Sequence[str]) -> int:
    say("Ready. Start it with: {} dev.py run".format("py" if WINDOWS else "python3"))
    return 0


def do_run(rest: Sequence[str]) -> int:
    if not rest and not has_screen():
        say("There is no screen here, so the sample meeting is carried through without a window.")
        rest = ["demo", "--headless"]
    hand_over([str(VENV_PYTHON), "-m", "vodstudio"], rest)


def do_test(rest: Sequence[str]) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if rest:
        hand_over([str(VENV_PYTHON), "-m", "pytest"], rest)
    # The whole suite uses all cores and measures what it ran of the program; a part of it could not tell.
    whole = "coverage run -m pytest -p tests.covered -n logical --maxprocesses 4"
    hand_over([str(VENV_PYTHON), "-m", *whole.split()], [])


def do_lint(rest: Sequence[str]) -> int:
    python = [str(VENV_PYTHON), "-m"]
    checks = (
        [*python, "ruff", "format", "--check", "."],
        [*python, "ruff", "check", "."],
        [*python, "mypy", "--strict", "vodstudio", "tests", "packaging/lock.py", "dev.py"],
    )
    worst = 0
    for line in checks:
        say("> " + " ".join(line[2:]))
        worst = subprocess.call(line) or worst
    return worst


def do_bench(rest: Sequence[str]) -> int:
    names = sorted(path.stem for path in (ROOT / "tests" / "bench").glob("[a-z]*.py"))
    if not rest or rest[0] not in names:
        stop("Which one? There is: {}.".format(", ".join(names) or "none yet"))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    hand_over([str(VENV_PYTHON), "-m", "tests.bench." + rest[0]], rest[1:])


WORDS = {"setup": do_setup, "run": do_run, "test": do_test, "lint": do_lint, "bench": do_bench}


def main(words: Sequence[str]) -> int:
    if list(words) == ["--fits"]:
        return 0 if is_supported_here() else 1
    if not words or words[0] not in WORDS:
        say(USAGE)
        return 0 if list(words) in (["--help"], ["-h"], ["help"]) else 2
    bits = 64 if sys.maxsize > 2**32 else 32
    reason = refusal(sys.platform, platform.machine(), bits, glibc_here(), has_avx())
    if reason:
        stop(reason)
    os.chdir(str(ROOT))
    os.environ.update(ORT_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_TELEMETRY="1")
    os.environ.update(PYTHONNOUSERSITE="1", PIP_USER="0")
    for name in ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"):
        os.environ.pop(name, None)
    find_python(words)
    prepare(words[0], words)
    return WORDS[words[0]](words[1:])


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("\nStopped. The same command goes on from here.")
        raise SystemExit(130) from None
    except OSError as exc:
        stop(f"That did not work on this computer: {exc}")
