"""Fair between the cities, and it says why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vodstudio.core.jobs import JobId, Rank, StepId
from vodstudio.core.order import Candidate, choose, line_up, natural_place
from vodstudio.core.station import CityId

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)


def candidate(
    name: str, city: str, rank: Rank = Rank.NORMAL, place: float = 0.0, *, is_started: bool = False
) -> Candidate:
    return Candidate(
        step_id=StepId(name),
        job_id=JobId(name),
        city_id=CityId(city),
        rank=rank,
        place=place,
        deadline=NOW,
        is_started=is_started,
    )


def test_nothing_waits() -> None:
    """No front, no choice."""
    assert choose([], {}, NOW) is None


def test_pinned_goes_before_a_deadline_before_the_fair_order_before_backlog() -> None:
    """Each rank in turn, each with its reason."""
    line = line_up(
        [
            candidate("backlog", "oakdale", Rank.BACKLOG),
            candidate("fair", "oakdale"),
            candidate("late", "grant", Rank.DEADLINE, 9.0),
            candidate("soon", "oakdale", Rank.DEADLINE, 1.0),
            candidate("pinned", "grant", Rank.PINNED),
        ],
        {},
        NOW,
    )
    assert [choice.candidate.step_id for choice in line] == ["pinned", "soon", "late", "fair", "backlog"]
    assert [choice.why for choice in line] == [
        "you moved it to the top",
        "needed Sat 20:00",
        "needed Sat 20:00",
        "this city waited longest",
        "backlog: nothing newer is waiting",
    ]


def test_cities_take_turns_and_a_new_city_goes_first() -> None:
    """A city with forty recordings does not make the others wait."""
    many = [candidate(f"o{n}", "oakdale", place=float(n)) for n in range(40)]
    few = [candidate("g0", "grant"), candidate("b0", "birchwood")]
    turns: dict[CityId | None, datetime] = {
        CityId("oakdale"): NOW - timedelta(hours=1),
        CityId("grant"): NOW - timedelta(hours=2),
    }
    line = line_up([*many, *few], turns, NOW, limit=5)
    assert [choice.candidate.step_id for choice in line] == ["b0", "g0", "o0", "o1", "o2"]
    assert line[0].why == "this city has had no turn yet"


def test_what_has_begun_in_a_city_is_finished_before_something_new_begins() -> None:
    """The captions of a meeting that is nearly done go before the first look at a thousand new ones."""
    new = [candidate(f"new{n}", "oakdale", place=float(n)) for n in range(3)]
    begun = candidate("begun", "oakdale", place=9.0, is_started=True)
    elsewhere = candidate("elsewhere", "grant", place=9.0)
    line = line_up([*new, begun, elsewhere], {CityId("oakdale"): NOW}, NOW)
    assert [c.candidate.step_id for c in line] == ["elsewhere", "begun", "new0", "new1", "new2"]


def test_a_persons_order_and_a_deadline_stand_above_what_has_begun() -> None:
    """Somebody moved the new one to the top, or needs it sooner."""
    for rank in (Rank.PINNED, Rank.DEADLINE):
        begun = candidate("begun", "oakdale", rank, 2.0, is_started=True)
        new = candidate("new", "oakdale", rank, 1.0)
        assert [c.candidate.step_id for c in line_up([begun, new], {}, NOW)] == ["new", "begun"]


def test_the_newest_recording_has_the_lowest_place() -> None:
    """Within a city the newest meeting goes first; a deadline orders by itself."""
    newer = natural_place(date(2026, 11, 18), NOW, Rank.NORMAL, None)
    older = natural_place(date(2026, 11, 2), NOW, Rank.NORMAL, None)
    undated = natural_place(None, NOW, Rank.NORMAL, None)
    assert undated < newer < older
    assert natural_place(None, NOW, Rank.DEADLINE, NOW) == NOW.timestamp()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", "d"]),
            st.sampled_from(list(Rank)),
            st.integers(0, 50),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_law_everything_that_waits_gets_its_turn_once(
    found: list[tuple[str, Rank, int, bool]],
) -> None:
    """The line is a permutation, ranks never mix; within a city and rank what has begun, then the place decides."""
    waiting = [
        candidate(f"{n:03}", city, rank, float(place), is_started=begun)
        for n, (city, rank, place, begun) in enumerate(found)
    ]
    line = [choice.candidate for choice in line_up(waiting, {}, NOW, limit=1000)]
    assert sorted(c.step_id for c in line) == sorted(c.step_id for c in waiting)
    assert [c.rank for c in line] == sorted(c.rank for c in line)
    for city in "abcd":
        for rank in Rank:
            same = [c for c in line if (c.city_id, c.rank) == (city, rank)]
            is_fair = rank in (Rank.NORMAL, Rank.BACKLOG)
            places = [(is_fair and not c.is_started, c.place) for c in same]
            assert places == sorted(places)
