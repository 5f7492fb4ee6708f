"""The walls of the house: what is not checked here or by ruff and mypy is not a rule."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "vodstudio"
MODULES = sorted(HOUSE.rglob("*.py"))
TEXTS = {path: path.read_text(encoding="utf-8") for path in MODULES}
TREES = {path: ast.parse(text) for path, text in TEXTS.items()}
Function = ast.FunctionDef | ast.AsyncFunctionDef

# The outermost edges, the only places where anything at all is caught (house.md, Errors).
EDGES = {
    "__main__.py",  # last chance of a process
    "app.py",  # last chance of the window
    "ui/coroutines.py",  # a coroutine's outcome
    "workers/pool.py",  # a step's outcome on a thread
    "services/remote.py",  # a step's outcome on the loop
    "owner.py",  # a request of another process
    "vault.py",  # a foreign vault may fail in any way; the answer is the same: no vault
}
EDGE_PATTERNS = (r"cli(/|\.py|_\w+\.py)", r"workers/\w*child\.py", r"demo/simulator\w*\.py")
# The places whose work is to write on stdout.
TALKERS = (r"cli(/|\.py|_\w+\.py)", r"demo/", r"__main__\.py", r"workers/\w*child\.py")
# What the binding between Qt and Python loads for itself.
SHIBOKEN = {"shiboken6", "shibokensupport", "signature_bootstrap", "__feature__"}
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "handlers"}


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def nodes(kind: type[ast.AST] | tuple[type[ast.AST], ...]) -> Iterator[tuple[str, ast.AST]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield name_of(path), node


def lines_of(node: ast.AST) -> int:
    assert isinstance(node, Function | ast.ClassDef)
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_modules_functions_and_classes_stay_small() -> None:
    long = [name_of(path) for path, text in TEXTS.items() if len(text.splitlines()) > 500]
    for limit, kind in ((50, (ast.FunctionDef, ast.AsyncFunctionDef)), (250, ast.ClassDef)):
        long += [f"{where}:{node.lineno}" for where, node in nodes(kind) if lines_of(node) > limit]  # type: ignore[attr-defined]
    assert not long


def test_no_modal_loops() -> None:
    """One Qt loop may run before the real one begins: until the window was painted once (app.py)."""
    banned = ("processEvents", ".exec(", "waitForFinished", ".exec_(")
    found = [f"{name_of(path)}: {word}" for path, text in TEXTS.items() for word in banned if word in text]
    assert found == ["app.py: .exec("]
    assert TEXTS[HOUSE / "app.py"].count(".exec(") == 1


def test_packages_are_empty_and_modules_say_what_they_are_for() -> None:
    faults = []
    for path, tree in TREES.items():
        if path.name == "__init__.py":
            faults += [f"{name_of(path)} is not empty"] if TEXTS[path].strip() else []
            continue
        said = ast.get_docstring(tree) or ""
        if len(said.split()) < 3 or not re.search(r"[.:!?]", said):
            faults.append(f"{name_of(path)} does not begin with a sentence")
    assert not faults


def test_no_room_for_odds_and_ends() -> None:
    assert not [name_of(path) for path in MODULES if BANNED_NAMES & {*path.parent.parts, path.stem}]


def test_nothing_is_put_off_in_a_comment() -> None:
    banned = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert not [name_of(path) for path, text in TEXTS.items() if banned.search(text)]


def call_fault(call: ast.Call) -> str | None:
    """Calls that turn a file or an answer into code, or a check off (I04, I08)."""
    called = ast.unparse(call.func)
    switched = {word.arg: word.value.value for word in call.keywords if isinstance(word.value, ast.Constant)}
    if called in {"eval", "exec", "compile", "__import__", "os.system", "yaml.load", "marshal.loads"}:
        return called
    if switched.get("verify") is False:
        return "verify=False"
    return "shell=True" if switched.get("shell") is True else None


def test_i04_i08_nothing_from_outside_becomes_code_and_no_check_is_switched_off() -> None:
    faults = []
    for where, node in nodes((ast.Call, ast.Import, ast.ImportFrom)):
        if isinstance(node, ast.Call):
            fault = call_fault(node)
        else:
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]  # type: ignore[attr-defined]
            fault = "pickle" if {"pickle", "shelve", "marshal", "dill"} & set(names) else None
        faults += [f"{where}:{node.lineno} {fault}"] if fault else []  # type: ignore[attr-defined]
    assert not faults


def is_broad(handler: ast.ExceptHandler) -> bool:
    caught = "" if handler.type is None else ast.unparse(handler.type)
    return handler.type is None or bool(re.search(r"\b(Exception|BaseException)\b", caught))


def raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_broad_excepts_stand_only_at_the_edges() -> None:
    faults = []
    for where, node in nodes(ast.ExceptHandler):
        assert isinstance(node, ast.ExceptHandler)
        at_edge = where in EDGES or any(re.match(pattern, where) for pattern in EDGE_PATTERNS)
        if is_broad(node) and not at_edge and not raises_again(node):
            faults.append(f"{where}:{node.lineno}")
    assert not faults


def test_only_the_talkers_print() -> None:
    faults = [
        f"{where}:{node.lineno}"
        for where, node in nodes(ast.Call)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"print", "pprint.pprint"}
        and not any(re.match(pattern, where) for pattern in TALKERS)
    ]
    assert not faults


def test_failures_are_raised_not_returned() -> None:
    assert not [name_of(path) for path, text in TEXTS.items() if re.search(r"['\"]ok['\"]:\s*False", text)]


def waits_for_time(tree: ast.AST) -> list[int]:
    """Calls that let time pass; a sleep inside the text of a child program is the child's own affair."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [(call, ast.unparse(call.func)) for call in calls]
    return [
        call.lineno
        for call, name in named
        if name in {"time.sleep", "qtbot.wait"}
        or (name == "asyncio.sleep" and ast.unparse(call.args[0]) not in {"0", "0.0"})
    ]


def test_tests_wait_for_things_not_for_time() -> None:
    found = {
        str(path.relative_to(ROOT)): waits_for_time(ast.parse(path.read_text(encoding="utf-8")))
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    assert not {path: lines for path, lines in found.items() if lines}


def test_tests_patch_little() -> None:
    """Who needs a patch has found a missing port: at most 3 in 100 tests."""
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    del texts[Path(__file__).resolve()]
    count = sum(len(re.findall(r"^\s*(?:async )?def test_", text, re.M)) for text in texts.values())
    patches = re.compile(r"monkeypatch\.setattr|mock\.patch|MagicMock|\bmocker\b")
    found = {str(path.relative_to(ROOT)): len(patches.findall(text)) for path, text in texts.items()}
    assert sum(found.values()) <= 3 * count / 100, {path: n for path, n in found.items() if n}


def test_imports_point_inward(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from importlinter.application.use_cases import lint_imports
    from importlinter.configuration import configure

    monkeypatch.chdir(ROOT)
    configure()
    kept = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)
    assert kept, capsys.readouterr().out


_CLEAN_PROCESS = """
import importlib, json, os, signal, socket, sys, threading
import logging, asyncio

def look():
    fds = "/proc/self/fd"
    files = []
    for name in os.listdir(fds) if os.path.isdir(fds) else []:
        try:
            files.append(os.readlink(os.path.join(fds, name)))
        except OSError:
            pass
    children = []
    for task in os.listdir("/proc/self/task") if os.path.isdir("/proc/self/task") else []:
        try:
            with open(f"/proc/self/task/{task}/children") as text:
                children += text.read().split()
        except OSError:
            pass
    return {
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "environment": {**os.environ, "PYSIDE6_OPTION_PYTHON_ENUM": "PySide6 sets this one itself"},
        "files and sockets": sorted(file for file in files if not file.endswith("/fd")),
        "children": sorted(children),
        "excepthook": sys.excepthook is sys.__excepthook__,
        "signals": [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)],
        "log handlers": [str(handler) for handler in logging.getLogger().handlers],
        "folder": sorted(os.listdir(".")),
    }

before = look()
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
after = look()
changed = {what: [before[what], after[what]] for what in before if before[what] != after[what]}
tops = {name.partition(".")[0] for name in sys.modules}
print(json.dumps({"changed": changed, "tops": sorted(tops - set(sys.stdlib_module_names))}))
"""


def import_in_clean_process(names: list[str], folder: Path) -> dict[str, list[str]]:
    """Import modules in a process of their own; what changed, and which packages were loaded."""
    done = subprocess.run(
        [sys.executable, "-c", _CLEAN_PROCESS, json.dumps(names)],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, list[str]] = json.loads(done.stdout)
    return seen


def test_nothing_happens_at_import(tmp_path: Path) -> None:
    """The process entry is left out: its first lines switch telemetry off, before anything is loaded."""
    names = [module_of(path) for path in MODULES if path.name != "__main__.py"]
    alembic_scripts = [name for name in names if ".migrations." in name]
    seen = import_in_clean_process([name for name in names if name not in alembic_scripts], tmp_path)
    assert not seen["changed"]


def loaded_by(names: list[str], folder: Path) -> set[str]:
    """Packages beyond the standard library; names that begin with _ are compiled parts of an installed .pth."""
    ours = {"vodstudio", "__main__"}
    tops = set(import_in_clean_process(names, folder)["tops"])
    return tops - ours - set(import_in_clean_process([], folder)["tops"])


def test_the_core_loads_no_third_party_module(tmp_path: Path) -> None:
    rooms = [path for path in MODULES if name_of(path).startswith(("core/", "captions/"))]
    assert loaded_by(["vodstudio", *map(module_of, rooms)], tmp_path) == set()


@pytest.mark.parametrize(
    ("entry", "allowed"),
    [
        ("cli.py", set[str]()),
        ("app.py", {"PySide6", "qasync", *SHIBOKEN}),
    ],
)
def test_heavy_modules_are_loaded_where_they_are_used(entry: str, allowed: set[str], tmp_path: Path) -> None:
    assert HOUSE / entry in MODULES
    assert loaded_by([f"vodstudio.{entry.removesuffix('.py')}"], tmp_path) <= allowed


def test_the_glossary_stays_short() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| \*\*(.+?)\*\*", text, re.M)
    assert 10 <= len(words) <= 30
