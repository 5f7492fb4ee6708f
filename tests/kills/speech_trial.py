"""Kills the whole program while it hears a recording of the queue, and lets the next start finish.

The program is `vodstudio work` in a home of its own. `VS_CRASH_LIST` tells which named places it passes; it dies at
one of its own places by `VS_CRASH_AT`, and by SIGKILL from here at moments of its children.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vodstudio.demo.station import write_sample_station
from vodstudio.paths import HOME_VARIABLE, places, resource

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT_S = 300.0
HEARD, KEPT, TOLD, LISTENED = (
    f"speech.{name}" for name in ("window-heard", "window-kept", "window-told", "listened")
)
_LOOK_EVERY_S = 0.005
_BEGINS = "Speech begins"
_WORK = ("work", "--until-idle")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Where it dies: `place` at its visit `visit` to the letter, or `after_s` behind it where `place` is a child's."""

    what: str
    place: str
    visit: int = 1
    after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one kill led to. `again` counts windows that were heard a second time."""

    moment: Moment
    was_killed: bool
    kept_before: int
    again: int
    is_same: bool
    status: int


@dataclass(slots=True)
class SpeechTrial:
    """One folder: a home with one recording in its queue, kept as it was, and used again for every kill."""

    folder: Path
    expected: frozenset[tuple[str, str]] = frozenset()
    windows: int = 0

    @property
    def home(self) -> Path:
        """Where the program works."""
        return self.folder / "home"

    @property
    def _passed(self) -> Path:
        return self.folder / "passed.txt"

    def prepare(self) -> None:
        """A sample station whose queue holds the sample meeting, and the words that nobody disturbs."""
        where = places({HOME_VARIABLE: str(self.home)})
        sample = write_sample_station(where)
        voice = f'model = "{resource("demo", "model")}"'
        text = where.station_file.read_text("utf-8").replace('model = "demo-voice"', voice)
        where.station_file.write_text(text, "utf-8")
        assert self._run("import", str(sample.caption)) == 0
        shutil.copytree(self.home, self.folder / "fresh")
        assert self._run(*_WORK) == 0
        self.expected, self.windows = self.words(), self._visits()[HEARD]

    def words(self) -> frozenset[tuple[str, str]]:
        """Every version of the words by name and content."""
        found = (self.home / "transcripts").rglob("words*.json")
        return frozenset((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in found)

    def moments(self, count: int, seed: int) -> Iterator[Moment]:
        """Places in turn, their visits and moments by chance."""
        chance = random.Random(seed)
        for number in range(count):
            window = chance.randint(1, max(1, self.windows - 1))
            kinds = (
                Moment(what="in the listening pass", place=_BEGINS, after_s=chance.uniform(0.2, 1.6)),
                Moment(what="the recording is listened to", place=LISTENED),
                Moment(what="while the model loads", place=LISTENED, after_s=chance.uniform(0.05, 0.6)),
                Moment(what="inside a window", place=HEARD, visit=window, after_s=chance.uniform(0.05, 0.4)),
                Moment(what="before a window's commit", place="store.checkpoint.before", visit=window + 2),
                Moment(what="a window was told", place=TOLD, visit=window, after_s=0.0),
                Moment(what="between commit and ack", place=KEPT, visit=window),
            )
            yield kinds[number % len(kinds)]

    def kill(self, moment: Moment) -> Verdict:
        """From the fresh home: die at this moment, then the next start finishes."""
        shutil.rmtree(self.home)
        shutil.copytree(self.folder / "fresh", self.home)
        self._passed.unlink(missing_ok=True)
        was_killed = self._die(moment)
        kept_before = self._visits()[KEPT]
        status = self._run(*_WORK)
        heard = self._visits()[HEARD]
        return Verdict(
            moment=moment,
            was_killed=was_killed,
            kept_before=kept_before,
            again=heard - self.windows,
            is_same=self.words() == self.expected,
            status=status,
        )

    def _die(self, moment: Moment) -> bool:
        dies_itself = {} if moment.after_s is not None else {"VS_CRASH_AT": f"{moment.place}:{moment.visit}"}
        log = self.folder / "said.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                self._line(*_WORK),
                cwd=ROOT,
                env={**self._environment(), **dies_itself},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            if moment.after_s is not None and self._comes(process, moment, log):
                _let_pass(process, moment.after_s)
                process.send_signal(signal.SIGKILL)
            return process.wait(LIMIT_S) == -signal.SIGKILL
        finally:
            process.kill()
            process.wait()

    def _comes(self, process: subprocess.Popen[bytes], moment: Moment, log: Path) -> bool:
        """Whether it comes to this place before it ends."""
        while process.poll() is None:
            said = moment.place in log.read_text("utf-8", "replace")
            if said or self._visits()[moment.place] >= moment.visit:
                return True
            _let_pass(process, _LOOK_EVERY_S)
        return False

    def _visits(self) -> Counter[str]:
        """How often each place was passed, by the program and its children."""
        return Counter(self._passed.read_text("ascii").splitlines() if self._passed.exists() else ())

    def _run(self, *words: str) -> int:
        """To its end: the exit status; what it says is of interest when that is not 0."""
        line, environment = self._line(*words), self._environment()
        done = subprocess.run(
            line, cwd=ROOT, env=environment, capture_output=True, timeout=LIMIT_S, check=False
        )
        sys.stderr.buffer.write(done.stdout + done.stderr if done.returncode else b"")
        return done.returncode

    def _line(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "vodstudio", *words]

    def _environment(self) -> dict[str, str]:
        environment = {**os.environ, HOME_VARIABLE: str(self.home), "PYTHONUNBUFFERED": "1"}
        return {**environment, "VS_CRASH_LIST": str(self._passed)}


def _let_pass(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Time, or the end of the process."""
    until = time.monotonic() + seconds
    while process.poll() is None and (left := until - time.monotonic()) > 0:
        try:
            process.wait(left)
        except subprocess.TimeoutExpired:
            return
