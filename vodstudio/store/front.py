"""Who may be next: the best waiting steps of each city in the first class of a lane, by index alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Connection

from vodstudio.core.jobs import JobId, Rank, StepId
from vodstudio.core.order import Candidate, Choice, choose, line_up
from vodstudio.core.station import CityId, Lane
from vodstudio.store.tables import CLAIMABLE, STARTED
from vodstudio.store.values import city_of, city_text, micros, moment, moment_or_none

Row = tuple[str, str, str, int, float, int | None, int]

_COLUMNS = "s.id, s.job_id, s.city_id, s.rank, s.place, j.deadline, s.is_started"


def _skip_scan(index: str, allowed: str, rank: str) -> str:
    """One seek for the class, then for each city one to find it and one or two for its best rows.

    The best are those of jobs that have begun, and those of all: `core.order` says which of them goes first.
    """
    inside = f"FROM steps INDEXED BY {index} WHERE {allowed} AND lane = :lane"
    in_class = f"{inside} AND rank = {rank}"
    sources = dict.fromkeys([("steps_front_started", STARTED), (index, allowed)])
    best = " UNION ALL ".join(_best(*source, rank) for source in sources)
    return f"""
WITH RECURSIVE
 class (rank) AS MATERIALIZED (SELECT rank {inside} ORDER BY rank LIMIT 1),
 cities (id) AS (
  SELECT * FROM (SELECT city_id {in_class} ORDER BY city_id LIMIT 1)
  UNION ALL
  SELECT (SELECT city_id {in_class} AND city_id > cities.id ORDER BY city_id LIMIT 1)
  FROM cities WHERE cities.id IS NOT NULL)
SELECT {_COLUMNS} FROM cities
 CROSS JOIN steps AS s ON s.id IN ({best})
 CROSS JOIN jobs AS j ON j.id = s.job_id
 WHERE cities.id IS NOT NULL"""


def _best(index: str, allowed: str, rank: str) -> str:
    """The first ones of a city; around it a SELECT, because a part of a UNION ALL has no order of its own."""
    return f"""
  SELECT id FROM (
   SELECT id FROM steps INDEXED BY {index} WHERE {allowed} AND lane = :lane AND rank = {rank}
   AND city_id = cities.id ORDER BY place, id LIMIT :most)"""


_FIRST_CLASS = "(SELECT rank FROM class)"
FRONT = _skip_scan("steps_front", CLAIMABLE, _FIRST_CLASS)
FRONT_STARTED = _skip_scan("steps_front_started", STARTED, _FIRST_CLASS)
WAITING = _skip_scan("steps_front", CLAIMABLE, ":rank")
PROMOTE = "UPDATE steps SET not_before = NULL WHERE state = 'ready' AND not_before <= ?"
NEXT_TIMED = "SELECT min(not_before) FROM steps WHERE state = 'ready' AND not_before > ?"
TURNS = "SELECT city_id, at FROM turns WHERE lane = ?"
TWINS = "SELECT job_id FROM steps WHERE waits_for_key IS NOT NULL LIMIT ?"
_SAME_WORK = "the same work is being done for another job; this one goes on when that has ended"
# Later than every other turn, whatever the clock says: who was served while it was ahead would starve.
TAKE_TURN = """
INSERT INTO turns (lane, city_id, at)
 VALUES (:lane, :city, max(:now, coalesce((SELECT max(at) + 1 FROM turns WHERE lane = :lane), 0)))
 ON CONFLICT DO UPDATE SET at = excluded.at"""


def promote(connection: Connection, now: datetime) -> None:
    """Steps whose time has come wait like all others."""
    connection.exec_driver_sql(PROMOTE, (micros(now),))


def choose_next(connection: Connection, lane: Lane, now: datetime, *, started_only: bool) -> Choice | None:
    """The step that goes next in this lane, and why."""
    statement = FRONT_STARTED if started_only else FRONT
    rows = connection.exec_driver_sql(statement, {"lane": lane.value, "most": 1}).fetchall()
    return choose(_candidates(rows), turns_of(connection, lane), now) if rows else None


def turns_of(connection: Connection, lane: Lane) -> dict[CityId | None, datetime]:
    """When each city was last served in this lane."""
    rows = connection.exec_driver_sql(TURNS, (lane.value,)).fetchall()
    return {city_of(city): moment(at) for city, at in rows}


def take_turn(connection: Connection, lane: Lane, city_id: CityId | None, now: datetime) -> None:
    """This city has just been served."""
    served = {"lane": lane.value, "city": city_text(city_id), "now": micros(now)}
    connection.exec_driver_sql(TAKE_TURN, served)


def reasons(connection: Connection, now: datetime, limit: int) -> dict[JobId, str]:
    """For the first jobs in line of any lane, their place and the reason for it."""
    best: dict[JobId, tuple[int, str]] = {}
    for lane in Lane:
        for place, choice in enumerate(_line(connection, lane, now, limit), start=1):
            job_id = choice.candidate.job_id
            if job_id not in best or place < best[job_id][0]:
                best[job_id] = (place, choice.why)
    first = sorted(best.items(), key=lambda item: item[1][0])[:limit]
    twins = connection.exec_driver_sql(TWINS, (limit,)).fetchall()
    told = {JobId(row[0]): _SAME_WORK for row in twins}
    return told | {job_id: f"{_ordinal(place)}: {why}" for job_id, (place, why) in first}


def _line(connection: Connection, lane: Lane, now: datetime, limit: int) -> list[Choice]:
    waiting: list[Candidate] = []
    for rank in Rank:
        wanted = {"lane": lane.value, "rank": rank.value, "most": limit}
        waiting += _candidates(connection.exec_driver_sql(WAITING, wanted).fetchall())
        if len(waiting) >= limit:
            break
    return line_up(waiting, turns_of(connection, lane), now, limit) if waiting else []


def _candidates(rows: Sequence[object]) -> list[Candidate]:
    return [
        Candidate(
            step_id=StepId(step_id),
            job_id=JobId(job_id),
            city_id=city_of(city),
            rank=Rank(rank),
            place=place,
            deadline=moment_or_none(deadline),
            is_started=bool(is_started),
        )
        for step_id, job_id, city, rank, place, deadline, is_started in cast("Sequence[Row]", rows)
    ]


def _ordinal(place: int) -> str:
    teens = range(11, 14)
    ending = "th" if place % 100 in teens else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"
