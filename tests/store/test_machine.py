"""The job engine under any order of events: the store and its twin in memory never tell different stories."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from tests.fakes import FakeStore
from tests.store.kit import TOOLS, TROUBLE, after, new_job, recording, result_of
from vodstudio.core.errors import Conflict, Problem
from vodstudio.core.jobs import Checkpoint, Claim, JobId, JobState, PlanKind, Rank, StepState
from vodstudio.core.ports import Again, CancelledByUser, Done, Failed, Held, Outcome, PutBack, Unit
from vodstudio.core.recording import RecordingId
from vodstudio.core.rows import JobFilter, JobRow
from vodstudio.core.station import CityId, Lane
from vodstudio.store.store import SqliteStore

T = TypeVar("T")
BUG = Problem(code="VS-UNEXPECTED", title="Something unexpected happened")
AWAY = Problem(code="VS-STORAGE-AWAY", title="away")
CITIES = st.sampled_from([None, CityId("oakdale"), CityId("grant")])
CONDITIONS = st.sampled_from(["storage:flex3", "battery"])
PLACES = [(content, place) for content in (1, 2, 3) for place in ("drop", "drive")]
MEMORY = Path("/dev/shm")


class Engine(RuleBasedStateMachine):
    """Everything workers and people do, in any order."""

    jobs: Bundle[JobId] = Bundle("jobs")
    claims: Bundle[Claim] = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.mkdtemp(dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
        self._real = SqliteStore(Path(self._folder) / "vodstudio.db")
        self._twin = FakeStore()
        self._seconds = 0
        self._added = 0
        self._seen: dict[tuple[bool, JobId], tuple[JobRow, int]] = {}

    @initialize()
    def open(self) -> None:
        """A new queue."""
        self._real.open()

    def teardown(self) -> None:
        """Leave nothing behind."""
        self._real.close()
        shutil.rmtree(self._folder)

    def _now(self) -> datetime:
        self._seconds += 1
        return after(self._seconds)

    def _both(self, work: object) -> object:
        """The same on both; both answer the same, or refuse the same."""
        told = [_answer(store, work) for store in (self._real, self._twin)]
        assert told[0] == told[1]
        return told[0]

    @rule(
        target=jobs,
        city=CITIES,
        rank=st.sampled_from([Rank.NORMAL, Rank.NORMAL, Rank.BACKLOG, Rank.DEADLINE]),
        plan=st.sampled_from(PlanKind),
        content=st.sampled_from(PLACES),
    )
    def add(self, city: CityId | None, rank: Rank, plan: PlanKind, content: tuple[int, str]) -> JobId:
        """A recording comes, sometimes one that is known."""
        self._added += 1
        deadline = after(10_000 - self._added) if rank is Rank.DEADLINE else None
        number, place = content
        known = recording(number)
        made = RecordingId(f"{known.id} as {self._added}")
        wanted = recording(number, id=made, path=Path(f"/{place}/{known.path.name}"))
        changes = {"recording": wanted, "rank": rank, "plan": plan, "deadline": deadline}
        job = new_job(self._added, city, **changes, added_at=self._now())
        self._both(lambda unit: unit.jobs.add(job))
        return job.id

    @rule(target=claims, lane=st.sampled_from(Lane), started_only=st.booleans())
    def claim(self, lane: Lane, started_only: bool) -> Claim | MultipleResults[Claim]:
        """A worker asks for a step."""
        now = self._now()
        claimed = self._both(lambda unit: unit.queue.claim(lane, "one", now, TOOLS, started_only))
        return claimed if isinstance(claimed, Claim) else multiple()

    @rule(
        claimed=claims,
        outcome=st.one_of(
            st.just(Done),
            st.just(Done),
            st.just(Done),
            st.builds(Held, CONDITIONS, st.just(AWAY)),
            st.builds(Failed, st.sampled_from([TROUBLE, BUG])),
            st.builds(Again, st.integers(1, 60).map(after), st.just(AWAY)),
            st.just(PutBack()),
            st.just(CancelledByUser()),
        ),
        reuses=st.booleans(),
    )
    def finish(self, claimed: Claim, outcome: Outcome | type[Done], reuses: bool) -> None:
        """A step ends, perhaps told by a worker that no longer owns it."""
        now = self._now()
        if isinstance(outcome, type):
            made = result_of(claimed.kind, self._seconds)
            outcome = Done(claimed.reuse if claimed.reuse and reuses else made)
        ended = outcome
        self._both(lambda unit: unit.queue.finish(claimed.step_id, claimed.attempt, ended, now))

    @rule(claimed=claims, key=st.sampled_from("ab"))
    def checkpoint(self, claimed: Claim, key: str) -> None:
        """A piece of work is kept."""
        kept = Checkpoint(key=key, body={"at": self._seconds}, at=self._now())
        self._both(lambda unit: unit.queue.checkpoint(claimed.step_id, claimed.attempt, kept))
        self._both(lambda unit: unit.queue.checkpoints(claimed.step_id))

    @rule(claimed=claims, progress=st.sampled_from([0.25, 0.5, 0.75]))
    def heartbeat(self, claimed: Claim, progress: float) -> None:
        """A worker is alive."""
        now = self._now()
        self._both(lambda unit: unit.queue.heartbeat([(claimed.step_id, claimed.attempt, progress)], now))

    @rule(job=jobs, is_paused=st.booleans())
    def pause(self, job: JobId, is_paused: bool) -> None:
        """The operator's flag."""
        now = self._now()
        self._if_there(job, lambda unit: unit.jobs.pause(job, is_paused, now))

    @rule(job=jobs)
    def cancel(self, job: JobId) -> None:
        """The operator does not want it."""
        now = self._now()
        self._if_there(job, lambda unit: unit.jobs.cancel(job, now))

    @rule(job=jobs)
    def retry(self, job: JobId) -> None:
        """The operator wants it again."""
        now = self._now()
        self._if_there(job, lambda unit: unit.jobs.retry(job, now))

    @rule(job=jobs, rank=st.sampled_from(Rank), place=st.integers(-5, 5))
    def place(self, job: JobId, rank: Rank, place: int) -> None:
        """The operator changes the order."""
        where = place + self._seconds / 1000
        self._if_there(job, lambda unit: unit.jobs.place(job, rank, where))

    @rule(job=jobs, city=CITIES)
    def correct(self, job: JobId, city: CityId | None) -> None:
        """The operator knows the city better."""
        self._if_there(job, lambda unit: unit.jobs.set_city(job, city))

    @rule(job=jobs)
    def remove(self, job: JobId) -> None:
        """The operator removes it, if it does not run."""
        self._if_there(job, lambda unit: unit.jobs.remove(job))

    @rule(some=st.lists(jobs, max_size=3))
    def clean_up(self, some: list[JobId]) -> None:
        """The operator removes several, none when one of them runs."""
        self._both(lambda unit: unit.jobs.remove_all(some))

    @rule(job=jobs, place=st.sampled_from(["drop", "drive"]))
    def move(self, job: JobId, place: str) -> None:
        """Its recording is seen elsewhere, perhaps where it is known already."""
        row = self._real.call(lambda unit: unit.jobs.job(job))
        if row is not None:
            seen, path = row.recording.id, Path(f"/{place}/{row.recording.path.name}")
            self._both(lambda unit: unit.recordings.moved(seen, path))

    @rule(condition=CONDITIONS)
    def release(self, condition: str) -> None:
        """The world is ready again."""
        now = self._now()
        self._both(lambda unit: sorted(unit.queue.release(condition, now)))

    @rule()
    def restart(self) -> None:
        """The program ended, and starts again."""
        now = self._now()
        self._real.close()
        self._real = SqliteStore(Path(self._folder) / "vodstudio.db")
        self._real.open()
        self._both(lambda unit: sorted(unit.queue.recover(lambda _owner: False, now)))

    @invariant()
    def both_tell_the_same(self) -> None:
        """Rows, counts, holds, times and what runs."""
        now = after(self._seconds)
        rows, twins = (self._rows_of(store) for store in (self._real, self._twin))
        assert rows == twins
        self._both(lambda unit: unit.jobs.counts())
        self._both(lambda unit: unit.queue.held())
        self._both(lambda unit: unit.queue.next_retry(now))
        self._both(lambda unit: sorted(unit.jobs.running_steps()))
        self._both(lambda unit: unit.jobs.pinned())
        self._both(lambda unit: len(unit.notes.log_lines(1000)))

    def _rows_of(self, store: SqliteStore | FakeStore) -> list[JobRow]:
        """The rows without their revisions; a row that is not as it was has a higher one."""
        told = []
        for row in store.call(lambda unit: unit.jobs.rows(JobFilter(), 100)):
            plain = replace(row, revision=0)
            before, revision = self._seen.get((store is self._twin, row.id), (plain, row.revision))
            assert row.revision > revision or (plain == before and row.revision == revision)
            self._seen[store is self._twin, row.id] = (plain, row.revision)
            told.append(plain)
        return told

    @invariant()
    def what_a_job_is_follows_from_its_steps(self) -> None:
        """States are computed, work is not done twice, and what is done has all it needed."""
        for row in self._real.call(lambda unit: unit.jobs.rows(JobFilter(), 100)):
            job = self._real.call(lambda unit, i=row.id: unit.jobs.job(i))  # type: ignore[misc]
            assert job is not None
            assert job.state is row.state
            assert (row.ended_at is not None) == (
                row.state in {JobState.DONE, JobState.CANCELLED, JobState.FAILED, JobState.NEEDS_A_LOOK}
            )
            for step in job.steps:
                assert (step.state is StepState.HELD) == bool(step.condition)
                assert step.attempts >= 0

    def _if_there(self, job: JobId, work: object) -> None:
        if self._real.call(lambda unit: unit.jobs.row(job)) is not None:
            self._both(work)


def _answer(store: SqliteStore | FakeStore, work: object) -> object:
    def asked(unit: Unit) -> object:
        return work(unit)  # type: ignore[operator]

    try:
        return store.call(asked)
    except Conflict as refused:
        return refused.code


TestEngine = Engine.TestCase
TestEngine.settings = settings(
    max_examples=20,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
