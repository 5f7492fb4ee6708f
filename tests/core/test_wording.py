"""Steps, numbers and lengths as people read them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vodstudio.core.errors import is_patience
from vodstudio.core.jobs import StepKind
from vodstudio.core.wording import STEP_NAMES, duration, many


def test_each_step_has_one_short_name() -> None:
    assert set(STEP_NAMES) == set(StepKind)
    assert len(set(STEP_NAMES.values())) == len(StepKind)


def test_a_length_is_said_in_one_way() -> None:
    assert [duration(seconds) for seconds in (0, 38, 123.5, 5064, 90_000)] == [
        "0:00",
        "0:38",
        "2:04",
        "1:24:24",
        "25:00:00",
    ]


@given(st.integers(0, 10**6))
def test_law_a_length_can_be_read_back(seconds: int) -> None:
    parts = [int(part) for part in duration(seconds).split(":")]
    assert sum(part * 60**place for place, part in enumerate(reversed(parts))) == seconds
    assert all(part < 60 for part in parts[1:])


def test_one_is_not_many() -> None:
    assert [many(count, "city", "cities") for count in (0, 1, 2)] == ["0 cities", "1 city", "2 cities"]
    assert many(1204, "recording") == "1,204 recordings"


def test_who_waits_for_others_is_known_by_its_condition() -> None:
    assert is_patience("wait:vod:main:1")
    assert not is_patience("storage:flex3")
