"""Words reach the screen as they are kept: in their order, ten times a second at most, and all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.store.kit import add, run_until
from vodstudio.core.errors import Cancelled
from vodstudio.core.events import Event, WordsHeard
from vodstudio.core.jobs import Claim, StepKind
from vodstudio.core.transcripts import Passage
from vodstudio.store.store import SqliteStore
from vodstudio.workers.context import StepContext, Stop, Surroundings


class HandClock:
    """A clock that goes on when the test says so."""

    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> datetime:
        return datetime(2026, 11, 18, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.at


def window(start: float, text: str) -> dict[str, object]:
    return {"index": 1, "words": [{"text": f" {text}", "start": start, "end": start + 1.0}]}


def heard(start: float, text: str) -> Passage:
    return Passage(start_s=start, end_s=start + 1.0, text=text)


@dataclass
class Trial:
    """A running speech step of a real store."""

    context: StepContext
    clock: HandClock
    told: list[Event]
    claim: Claim
    store: SqliteStore

    def words(self) -> list[tuple[Passage, ...]]:
        return [event.passages for event in self.told if isinstance(event, WordsHeard)]


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    store = SqliteStore(tmp_path / "vodstudio.db")
    store.open()
    add(store, 1)
    claim = run_until(store, StepKind.SPEECH)
    told: list[Event] = []
    clock = HandClock()
    house = Surroundings(store=store, clock=clock, emit=told.append, work=tmp_path / "work")
    yield Trial(StepContext(house, claim, Stop()), clock, told, claim, store)
    store.close()


def test_words_are_told_as_soon_as_they_are_kept(trial: Trial) -> None:
    trial.context.checkpoint("window:1", window(0.0, "Aye"))
    assert trial.told == [
        WordsHeard(
            job_id=trial.claim.inputs.job_id, step_id=trial.claim.step_id, passages=(heard(0.0, "Aye"),)
        )
    ]
    trial.context.checkpoint("listened", {"samples": 3, "words": 2})
    assert len(trial.told) == 1


def test_many_windows_in_a_moment_are_told_together_and_none_is_left_out(trial: Trial) -> None:
    for number in range(5):
        trial.context.checkpoint(f"window:{number}", window(float(number), str(number)))
        trial.clock.at += 0.03
    assert trial.words() == [(heard(0.0, "0"),), tuple(heard(float(n), str(n)) for n in range(1, 5))]
    trial.context.checkpoint("window:5", window(5.0, "5"))
    trial.context.progress(0.5)
    assert len(trial.words()) == 2
    trial.context.progress(1.0)
    assert trial.words()[2] == (heard(5.0, "5"),)


def test_the_device_that_heard_them_is_told_with_the_words(trial: Trial) -> None:
    for number, device in enumerate(("cuda", "cpu")):
        trial.context.checkpoint(f"window:{number}", {**window(float(number), "Aye"), "device": device})
        trial.clock.at += 1.0
    assert [event.device for event in trial.told if isinstance(event, WordsHeard)] == ["cuda", "cpu"]


def test_words_that_were_not_kept_are_not_told(trial: Trial) -> None:
    trial.store.call(lambda unit: unit.queue.recover(lambda _: False, datetime(2026, 11, 18, tzinfo=UTC)))
    with pytest.raises(Cancelled):
        trial.context.checkpoint("window:1", window(0.0, "Aye"))
    assert trial.told == []
