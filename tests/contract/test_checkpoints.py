"""Checkpoints as a contract: what a step may rely on in the queue holds for a step alone."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.store.kit import add, must_claim
from vodstudio.core.errors import Cancelled, Conflict, NoAccess
from vodstudio.core.events import Event, StepProgressed
from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import Output, StepKind, StepResult, StopReason
from vodstudio.core.ports import Context
from vodstudio.core.station import Lane
from vodstudio.store.store import SqliteStore
from vodstudio.workers.alone import FILE_NAME, AloneContext, Bench, own_children
from vodstudio.workers.context import StepContext, Stop, Surroundings
from vodstudio.workers.process import Command, end_leftovers

linux_only = pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are POSIX")


@dataclass(slots=True)
class HandClock:
    """A clock that moves when it is told to."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(1_800_000_000 + self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


@dataclass(slots=True, kw_only=True)
class Trial:
    """A step with its surroundings: it can be stopped, and begun again as after a restart."""

    context: Context
    stop: Callable[[], None]
    again: Callable[[], Context]
    clock: HandClock
    told: list[float] = field(default_factory=list)


def trial_alone(folder: Path) -> Iterator[Trial]:
    clock, stop, told = HandClock(), threading.Event(), list[float]()
    benches = [Bench(folder)]

    def context() -> Context:
        benches[-1].close()
        benches.append(Bench(folder))
        return AloneContext(
            benches[-1], StepKind.SPEECH, clock, stop, lambda done, _speed, _note: told.append(done)
        )

    yield Trial(context=context(), stop=stop.set, again=context, clock=clock, told=told)
    benches[-1].close()


def trial_in_store(folder: Path) -> Iterator[Trial]:
    folder.mkdir()
    store = SqliteStore(folder / "vodstudio.db")
    store.open()
    add(store, 1)
    claim = must_claim(store, Lane.LIGHT)
    clock, stop, told = HandClock(), Stop(), list[float]()

    def emit(event: Event) -> None:
        if isinstance(event, StepProgressed):
            told.append(event.progress)

    def context() -> Context:
        house = Surroundings(store=store, clock=clock, emit=emit, work=folder / "work")
        return StepContext(house, claim, stop)

    yield Trial(
        context=context(), stop=lambda: stop.ask(StopReason.CANCEL), again=context, clock=clock, told=told
    )
    store.close()


@pytest.fixture(params=[trial_alone, trial_in_store], ids=["alone", "store"])
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trial]:
    yield from request.param(tmp_path / "trial")


def bodies(context: Context) -> list[tuple[str, object]]:
    return [(each.key, each.body) for each in context.checkpoints()]


def test_what_was_kept_comes_back_in_order_after_a_restart(trial: Trial) -> None:
    trial.context.checkpoint("window:10", {"words": ["Grüße", "“yes”"], "at_s": 1.5, "none": None})
    trial.context.checkpoint("window:2", {"nested": {"deep": [1, True]}})
    expected = [
        ("window:10", {"words": ["Grüße", "“yes”"], "at_s": 1.5, "none": None}),
        ("window:2", {"nested": {"deep": [1, True]}}),
    ]
    assert bodies(trial.context) == expected
    assert bodies(trial.again()) == expected
    assert all(each.at.tzinfo is not None for each in trial.again().checkpoints())


def test_a_key_that_exists_is_kept_as_it_is(trial: Trial) -> None:
    trial.context.checkpoint("loudness", {"lufs": -20.5})
    trial.again().checkpoint("loudness", {"lufs": 0.0})
    assert bodies(trial.again()) == [("loudness", {"lufs": -20.5})]


def test_the_work_folder_is_there_and_stays(trial: Trial) -> None:
    (trial.context.work_folder / "made").write_text("x")
    assert (trial.again().work_folder / "made").read_text() == "x"


def test_a_stop_is_felt_at_the_next_check(trial: Trial) -> None:
    trial.context.check()
    trial.stop()
    with pytest.raises(Cancelled):
        trial.context.check()


def test_progress_is_told_ten_times_a_second_and_at_both_ends(trial: Trial) -> None:
    for tick in range(1001):
        trial.clock.seconds = tick / 1000
        trial.context.progress(tick / 1000)
    assert trial.told[0] == 0.0
    assert trial.told[-1] == 1.0
    assert 10 <= len(trial.told) <= 12
    trial.context.progress(7.0)
    assert trial.told[-1] == 1.0


KEEPER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from vodstudio.core.jobs import Checkpoint, StepKind
from vodstudio.workers.alone import Bench
bench = Bench(Path(sys.argv[1]))
for number in range(1_000_000):
    bench.checkpoint(StepKind.SPEECH, Checkpoint(key=str(number), body={"n": number}, at=datetime.now(UTC)))
    print(number, flush=True)
"""


def keep_and_die(folder: Path, after: int) -> int:
    """A process that keeps checkpoints and is killed; gives the last one that it was told is kept."""
    child = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout
    for _ in range(after):
        last = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    told = [int(line) for line in child.communicate()[0].splitlines() if line.isdecimal()]
    return max([last, *told])


@linux_only
def test_a01_what_was_told_to_be_kept_survives_a_kill(tmp_path: Path) -> None:
    last = keep_and_die(tmp_path / "out", 20)
    with Bench(tmp_path / "out") as bench:
        kept = [each.body["n"] for each in bench.checkpoints(StepKind.SPEECH)]
    assert kept[: last + 1] == list(range(last + 1))


def result_in(folder: Path) -> StepResult:
    path = folder / "words.json"
    path.write_text("{}")
    output = Output(name="words", path=path, size_bytes=2, sha256=sha256_of(path), facts={"n": 1})
    return StepResult(outputs=(output,), facts={"language": "en"}, note="done")


def test_a_finished_step_alone_is_known_until_a_file_is_changed(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        assert bench.begin(StepKind.SPEECH, "key") is None
        result = result_in(tmp_path)
        bench.finish(StepKind.SPEECH, result)
    with Bench(tmp_path) as bench:
        assert bench.begin(StepKind.SPEECH, "key") == result
        (tmp_path / "words.json").write_text("[]")
        assert bench.begin(StepKind.SPEECH, "key") is None
        with pytest.raises(Conflict, match="another recording"):
            bench.begin(StepKind.SPEECH, "other")


def test_two_steps_in_one_folder_at_once_are_refused(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.begin(StepKind.PROBE, "key")
        with pytest.raises(Conflict, match="Another step is working"):
            Bench(tmp_path)


def test_a_folder_that_is_no_bench_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NoAccess):
        Bench(tmp_path / "file")
    (tmp_path / FILE_NAME).write_bytes(b"this is no database, it is a text" * 40)
    with pytest.raises(NoAccess):
        Bench(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        other.execute("PRAGMA application_id = 7")
    with pytest.raises(NoAccess, match="cannot be used"):
        Bench(tmp_path)


def test_a_failed_write_keeps_nothing_and_the_bench_goes_on(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        context = AloneContext(bench, StepKind.PROBE, HandClock(), threading.Event(), lambda *_: None)
        with pytest.raises(TypeError):
            context.checkpoint("bad", {"what": object()})
        context.checkpoint("good", {})
        assert [each.key for each in context.checkpoints()] == ["good"]


def test_an_owner_that_starts_ends_no_child_of_a_step_alone(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f"alone-{gone.pid}").mkdir()
    with own_children(tmp_path) as children:
        assert not (tmp_path / f"alone-{gone.pid}").exists()
        waiting = Command(argv=(sys.executable, "-c", "import sys; sys.stdin.read()"), has_input=True)
        with children.running(waiting, grace_s=0.5) as child:
            assert end_leftovers(tmp_path) == 0
            assert child.is_alive
    assert list(tmp_path.iterdir()) == []
