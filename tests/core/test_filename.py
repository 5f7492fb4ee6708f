"""File names as stations really write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vodstudio.core.filename import read_name

REAL = [
    (
        "14204-1-Birchwood Special Council Meeting (20190325)",
        14204,
        1,
        date(2019, 3, 25),
        "Birchwood Special Council Meeting",
    ),
    ("14013-Grant Special Meeting (20190129)", 14013, None, date(2019, 1, 29), "Grant Special Meeting"),
    ("13959-1-Grant City Council_(20190102)", 13959, 1, date(2019, 1, 2), "Grant City Council"),
    (
        "16380 - Lake Elmo Public Safety Comittee 11092020",
        16380,
        None,
        date(2020, 11, 9),
        "Lake Elmo Public Safety Comittee",
    ),
    ("21413-1-Birchwood Council Me", 21413, 1, None, "Birchwood Council Me"),
    ("Birchwood City Council 6_10_25", None, None, date(2025, 6, 10), "Birchwood City Council"),
    (
        "Birchwood City Council Meeting May 13, 2025",
        None,
        None,
        date(2025, 5, 13),
        "Birchwood City Council Meeting",
    ),
    (
        "Grant City Council Meeting - 01 07 2024_2025-06-11_08_47_36",
        None,
        None,
        date(2024, 1, 7),
        "Grant City Council Meeting",
    ),
    ("Lake Elmo City Council 06 17 2025", None, None, date(2025, 6, 17), "Lake Elmo City Council"),
    ("28-1-dn2020-0220-hd", None, None, None, "28-1-dn2020-0220-hd"),
    ("Budget 2026-02-30", None, None, None, "Budget 2026-02-30"),
]


@pytest.mark.parametrize(("stem", "show", "reel", "when", "title"), REAL)
def test_real_names(stem: str, show: int | None, reel: int | None, when: date | None, title: str) -> None:
    """What a person reads in the name is what we read."""
    parts = read_name(stem)
    assert (parts.show_number, parts.reel, parts.recorded_on, parts.title) == (show, reel, when, title)


@given(st.text(min_size=1))
def test_any_name_gives_a_title(stem: str) -> None:
    """No name is refused, and no title is empty."""
    assert read_name(stem).title
