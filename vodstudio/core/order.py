"""Who is next, fair between the cities, and why: choosing and explaining are one function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import assert_never

from vodstudio.core.jobs import JobId, Rank, StepId
from vodstudio.core.station import CityId


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A waiting step of one city in one rank. `place` orders a rank: lower goes first."""

    step_id: StepId
    job_id: JobId
    city_id: CityId | None
    rank: Rank
    place: float
    deadline: datetime | None = None
    is_started: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The step that goes next, and the sentence that says why."""

    candidate: Candidate
    why: str


def natural_place(
    recorded_on: date | None, added_at: datetime, rank: Rank, deadline: datetime | None
) -> float:
    """The place inside a rank: the earliest deadline first, else the newest recording first."""
    if rank is Rank.DEADLINE and deadline is not None:
        return deadline.timestamp()
    newest = datetime.combine(recorded_on, time(), added_at.tzinfo) if recorded_on else added_at
    return -newest.timestamp()


def choose(
    front: Sequence[Candidate], turns: Mapping[CityId | None, datetime], now: datetime
) -> Choice | None:
    """Pinned first, then by deadline, then the city that waited longest for a turn, then backlog.

    Within a city what has begun is finished before something new begins; a person's order and a deadline stand above.
    """
    return _best(front, turns, now) if front else None


def _best(front: Sequence[Candidate], turns: Mapping[CityId | None, datetime], now: datetime) -> Choice:
    rank = min(candidate.rank for candidate in front)
    same = [candidate for candidate in front if candidate.rank == rank]
    if rank in (Rank.PINNED, Rank.DEADLINE):
        best = min(same, key=_place_in_city)
    else:
        best = min(
            same,
            key=lambda c: (
                turns.get(c.city_id) or datetime.min.replace(tzinfo=now.tzinfo),
                _place_in_city(c),
            ),
        )
    return Choice(best, _why(best, turns))


def _place_in_city(waiting: Candidate) -> tuple[bool, float, StepId]:
    """Thousands of new recordings would otherwise be looked at before the last step of one that is nearly done."""
    is_fair = waiting.rank not in (Rank.PINNED, Rank.DEADLINE)
    return is_fair and not waiting.is_started, waiting.place, waiting.step_id


def _why(chosen: Candidate, turns: Mapping[CityId | None, datetime]) -> str:
    match chosen.rank:
        case Rank.PINNED:
            return "you moved it to the top"
        case Rank.DEADLINE:
            when = chosen.deadline
            return f"needed {when:%a %H:%M}" if when else "it has a deadline"
        case Rank.NORMAL:
            return "this city waited longest" if chosen.city_id in turns else "this city has had no turn yet"
        case Rank.BACKLOG:
            return "backlog: nothing newer is waiting"
        case never:
            assert_never(never)


def line_up(
    waiting: Sequence[Candidate], turns: Mapping[CityId | None, datetime], now: datetime, limit: int = 50
) -> list[Choice]:
    """The order in which the waiting steps would go if nothing new came: what the rows promise."""
    by_front: dict[tuple[CityId | None, Rank], list[Candidate]] = {}
    for candidate in sorted(waiting, key=_place_in_city, reverse=True):
        by_front.setdefault((candidate.city_id, candidate.rank), []).append(candidate)
    simulated = dict(turns)
    line: list[Choice] = []
    while by_front and len(line) < limit:
        choice = _best([candidates[-1] for candidates in by_front.values()], simulated, now)
        line.append(choice)
        group = (choice.candidate.city_id, choice.candidate.rank)
        by_front[group].pop()
        if not by_front[group]:
            del by_front[group]
        simulated[choice.candidate.city_id] = max([now, *simulated.values()]) + timedelta(microseconds=1)
    return line
