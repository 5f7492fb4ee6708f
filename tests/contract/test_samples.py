"""Corrected minutes as a contract: kept, replaced, and summed up for a city and a model when they are whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tests.store.kit import START, Transactions, after
from vodstudio.core.measured import Measured, Sample, of_model
from vodstudio.core.recording import Fingerprint
from vodstudio.core.station import CityId

CITY, OTHER = CityId("grant"), CityId("oakdale")
FIRST = Sample(
    fingerprint=Fingerprint("aa"),
    model="small.en",
    city_id=CITY,
    start_s=600.5,
    end_s=660.5,
    samples=2,
    text="Good evening “all”.",
    words=150,
    changed=3,
    missing=1,
    invented=2,
    at=START,
)
SECOND = replace(FIRST, start_s=60.0, end_s=120.0, words=50, changed=0, missing=0, invented=0, at=after(60))


def keep(store: Transactions, *samples: Sample) -> None:
    for sample in samples:
        store.call(lambda unit, sample=sample: unit.samples.keep(sample))  # type: ignore[misc]


def measured(store: Transactions, city: CityId = CITY) -> tuple[Measured, ...]:
    return store.call(lambda unit: unit.samples.measured(city))


def test_minutes_are_told_in_their_order_and_by_model(store: Transactions) -> None:
    keep(store, FIRST, SECOND, replace(FIRST, model="tiny", city_id=None))
    assert store.call(lambda unit: unit.samples.of(FIRST.fingerprint, "small.en")) == [SECOND, FIRST]
    (tiny,) = store.call(lambda unit: unit.samples.of(FIRST.fingerprint, "tiny"))
    assert tiny.city_id is None
    assert store.call(lambda unit: unit.samples.of(Fingerprint("bb"), "small.en")) == []


def test_a_minute_that_is_corrected_again_is_replaced(store: Transactions) -> None:
    again = replace(FIRST, text="Good evening.", words=149, at=after(5))
    keep(store, FIRST, again)
    assert store.call(lambda unit: unit.samples.of(FIRST.fingerprint, "small.en")) == [again]


def test_half_a_measurement_is_none(store: Transactions) -> None:
    keep(store, FIRST)
    assert measured(store) == ()
    keep(store, SECOND)
    assert measured(store) == (
        Measured(model="small.en", words=200, errors=6, samples=2, recordings=1, at=after(60)),
    )
    assert measured(store, OTHER) == ()


def test_a_city_is_told_for_each_model_the_newest_first(store: Transactions) -> None:
    whole = replace(FIRST, fingerprint=Fingerprint("bb"), samples=1, at=after(10))
    tiny = replace(whole, model="tiny", words=100, changed=60, invented=60, at=after(90))
    keep(store, FIRST, SECOND, whole, tiny, replace(whole, city_id=OTHER, fingerprint=Fingerprint("cc")))
    found = measured(store)
    assert [(each.model, each.words, each.samples, each.recordings) for each in found] == [
        ("tiny", 100, 1, 1),
        ("small.en", 350, 3, 2),
    ]
    assert of_model(found, "small.en") == found[1]
    assert of_model(found, "large") is None


def test_a_figure_is_told_with_what_it_rests_on() -> None:
    at = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    one = Measured(model="small.en", words=1204, errors=46, samples=3, recordings=1, at=at)
    assert one.sentence == "96.2 % of 1,204 words in 3 samples, 2026-11-21"
    assert one.to_json() == {
        "model": "small.en",
        "right_percent": 96.2,
        "words": 1204,
        "errors": 46,
        "samples": 3,
        "recordings": 1,
        "on": "2026-11-21",
    }
    assert (
        replace(one, words=10, errors=20, samples=1).sentence == "0.0 % of 10 words in 1 sample, 2026-11-21"
    )
    assert replace(one, words=0, errors=2).right_percent == 0.0
