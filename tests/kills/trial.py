"""Kills the whole program at some moment of the demo, looks at what is left, and lets the next start finish it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from vodstudio.core.files import is_temporary
from vodstudio.demo.simulator_objects import Objects

ROOT = Path(__file__).resolve().parent.parent.parent
MARK = "VODSTUDIO_KILL_TRIAL"
ORPHANS_END_WITHIN_S = 10.0
LIMIT_S = 600.0
_ONE_OF_EACH = ("show", "vod", "media", "reel", "asset", "file")
_JOB = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_NOT_AN_OUTPUT = frozenset({".log", ".s16"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A finished home: its outputs by name and content, and what the practice server holds."""

    outputs: frozenset[tuple[str, str]]
    shows: tuple[int, ...]
    objects: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class Trial:
    """One home, and the program in it."""

    home: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    lasted_s: float = 0.0

    @property
    def _log(self) -> Path:
        return self.home / "said.log"

    def prepare(self) -> None:
        """A home of its own; the program makes everything in it, also its folder of outputs."""
        self.home.mkdir(parents=True)

    def start(self) -> subprocess.Popen[bytes]:
        """`vodstudio demo --headless` in this home."""
        argv = [sys.executable, "-m", "vodstudio", "demo", "--headless", "--home", str(self.home)]
        environment = {**os.environ, MARK: self.mark, "PYTHONUNBUFFERED": "1"}
        with self._log.open("ab") as out:
            return subprocess.Popen(argv, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=environment)

    def finish(self) -> int:
        """Let it run to its end: the exit status."""
        began = time.monotonic()
        process = self.start()
        try:
            return process.wait(LIMIT_S)
        finally:
            process.kill()
            process.wait()
            self.lasted_s = time.monotonic() - began

    def kill_after(self, seconds: float) -> bool:
        """SIGKILL to the program alone, never to its children; False when it had ended before."""
        process = self.start()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL

    def kill_when(self, said: str) -> None:
        """SIGKILL to the program as soon as it has said this."""
        begin = self._log.stat().st_size if self._log.exists() else 0
        process = self.start()
        try:
            while said not in self._log.read_text("utf-8", "replace")[begin:]:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    raise AssertionError(f"it ended with {process.wait(0.05)} before it said {said!r}")
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def orphans(self) -> list[str]:
        """What still runs some seconds after the program is gone."""
        left = list(self._processes())
        _, alive = psutil.wait_procs(left, timeout=ORPHANS_END_WITHIN_S)
        return [" ".join(_command(process)) for process in [*alive, *self._processes()]]

    def _processes(self) -> Iterable[psutil.Process]:
        """Everything that was started from this trial carries its mark in the environment."""
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    yield process
            except psutil.Error:
                continue

    def files(self) -> dict[str, set[str]]:
        """Each file that is an output or was published: its name without the job's id, and its contents."""
        found: dict[str, set[str]] = {}
        for folder in ("work", "storages"):
            for path in sorted((self.home / folder).rglob("*")):
                if path.is_file() and path.suffix not in _NOT_AN_OUTPUT and not is_temporary(path):
                    name = _JOB.sub("JOB", str(path.relative_to(self.home)))
                    found.setdefault(name, set()).add(hashlib.sha256(path.read_bytes()).hexdigest())
        return found

    def temporaries(self) -> list[str]:
        """Files that only exist while they are written."""
        return [str(path) for path in self.home.rglob("*") if is_temporary(path)]

    def outcome(self) -> Outcome:
        """What is there when everything is finished."""
        objects = Objects(self.home / "simulator" / "main" / "cablecast.sqlite3")
        try:
            counts = Counter({kind: len(objects.all(kind)) for kind in _ONE_OF_EACH})
            shows = tuple(sorted(_number(body) for body in objects.all("show")))
        finally:
            objects.close()
        outputs = frozenset((name, digest) for name, digests in self.files().items() for digest in digests)
        return Outcome(outputs=outputs, shows=shows, objects=counts)

    def partial(self, expected: Outcome) -> list[str]:
        """Files under a final name whose content is not the final one."""
        # Both jobs make files of some names (the check report): each of them has its own final content.
        names = {name for name, _ in expected.outputs}
        return [
            name
            for name, digests in self.files().items()
            if name in names and any((name, digest) not in expected.outputs for digest in digests)
        ]

    def where(self) -> str:
        """What the program had said last before it was killed."""
        lines = self._log.read_text("utf-8", "replace").splitlines()
        return lines[-1].strip() if lines else "nothing yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one kill led to; everything in `wrong` is a fault of ours."""

    after_s: float
    was_killed: bool
    where: str
    wrong: tuple[str, ...]
    finish_s: float


def kill_and_finish(trial: Trial, expected: Outcome, after_s: float) -> Verdict:
    """Kill it at this moment, then let the next start finish, and compare with an undisturbed run."""
    was_killed = trial.kill_after(after_s)
    where = trial.where()
    wrong = [f"still running: {command}" for command in trial.orphans()]
    wrong += [f"partial file after the kill: {name}" for name in trial.partial(expected)]
    status = trial.finish()
    if status != 0:
        wrong.append(f"exit status {status}")
    wrong += [f"still running at the end: {command}" for command in trial.orphans()]
    wrong += [f"temporary file left: {path}" for path in trial.temporaries()]
    wrong += differences(expected, trial.outcome())
    return Verdict(
        after_s=after_s, was_killed=was_killed, where=where, wrong=tuple(wrong), finish_s=trial.lasted_s
    )


def differences(expected: Outcome, found: Outcome) -> list[str]:
    """What is not as in an undisturbed run."""
    wrong = [f"not as undisturbed: {name}" for name, _ in sorted(expected.outputs ^ found.outputs)]
    if found.shows != expected.shows:
        wrong.append(f"shows {found.shows} instead of {expected.shows}")
    wrong += [
        f"{found.objects[kind]} of kind {kind} instead of {count}"
        for kind, count in expected.objects.items()
        if found.objects[kind] != count
    ]
    return wrong


def _number(body: object) -> int:
    assert isinstance(body, dict)
    return int(body["id"])


def _command(process: psutil.Process) -> list[str]:
    try:
        return [str(process.pid), *process.cmdline()]
    except psutil.Error:
        return [str(process.pid)]
