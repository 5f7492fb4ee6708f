"""Make requirements/run.txt and dev.txt from run.in and dev.in, and prove that every wheel exists.

    .venv/bin/python packaging/lock.py          make both lists, then prove them
    .venv/bin/python packaging/lock.py --prove  only prove

Needs `uv` (pip install uv), which nothing else here needs. One list serves every supported Python on Linux and Windows.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "requirements"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = ("x86_64-manylinux_2_34", "x86_64-pc-windows-msvc")
_ELSEWHERE = re.compile(r"sys_platform == '(darwin|emscripten)'")


def uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise SystemExit("uv is missing: .venv/bin/python -m pip install uv")
    return found


def make(kind: str, *constraints: str) -> None:
    """Resolve once for all systems; rows for systems that we do not support are dropped."""
    target = FOLDER / f"{kind}.txt"
    line = [
        uv(),
        "pip",
        "compile",
        f"{kind}.in",
        "--universal",
        "--python-version",
        PYTHONS[0],
        "--no-header",
    ]
    line += ["--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--generate-hashes", "-q"]
    line += [*constraints, "-o", target.name]
    subprocess.run(line, cwd=FOLDER, check=True)
    rows = re.split(r"\n(?=\S)", target.read_text(encoding="utf-8").rstrip("\n"))
    kept = [_plain(row) for row in rows if not _ELSEWHERE.search(row.split("\n")[0])]
    target.write_text("\n".join(kept) + "\n", encoding="utf-8")
    if "python_full_version" in target.read_text(encoding="utf-8"):
        raise SystemExit(
            f"{target.name} tells patch versions of Python apart: pin one version for all of them"
        )
    if "//" in target.read_text(encoding="utf-8"):
        raise SystemExit(f"{target.name} holds an address: it must name packages, versions and hashes alone")


def _plain(row: str) -> str:
    """Ubuntu 22.04 has 3.11.0rc1, and its pip finds no pre-release in a range of full versions."""
    return re.sub(r"python_full_version ([<>]=?) '(3\.\d+)'", r"python_version \1 '\2'", row)


def prove(kind: str) -> list[str]:
    """Which Python and system lack a wheel."""
    faults = []
    for python in PYTHONS:
        for system in PLATFORMS:
            with tempfile.TemporaryDirectory() as folder:
                line = [uv(), "pip", "install", "--dry-run", "--require-hashes", "--only-binary", ":all:"]
                line += ["--target", folder, "--python-version", python, "--python-platform", system]
                done = subprocess.run(
                    [*line, "-r", f"{kind}.txt"], cwd=FOLDER, capture_output=True, text=True, check=False
                )
            verdict = "every wheel is there" if done.returncode == 0 else done.stderr.strip()
            print(f"{kind:4} {python:5} {system:24} {verdict}")
            if done.returncode:
                faults.append(f"{kind} {python} {system}")
    return faults


def main() -> None:
    if "--prove" not in sys.argv:
        make("run")
        make("dev", "-c", "run.txt")
    faults = prove("run") + prove("dev")
    if faults:
        raise SystemExit("Not every wheel exists: " + ", ".join(faults))


if __name__ == "__main__":
    main()
