"""A job carries the words of its meeting: its body's, those said lately in its city, then the city's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes import FakeStore
from tests.store.kit import add, finish, run_until
from vodstudio.core.jobs import StepKind, StepResult
from vodstudio.core.plan import parameters_of
from vodstudio.core.ports import Done
from vodstudio.core.station import City, CityId, Numbers, Preset, PresetId
from vodstudio.core.vocabulary import Alias, Roster
from vodstudio.services.vocabulary import said_lately, words_for
from vodstudio.store.values import preset_of, preset_text

OAKDALE = City(
    id=CityId("oakdale"),
    name="Oakdale",
    vocabulary=Roster(names=("Larson", "Schafer"), aliases=(Alias(heard="larsen", written="Larson"),)),
)
PRESET = Preset(id=PresetId("council"), name="Council", vocabulary=("Quorum",))


def test_what_was_said_in_the_last_meeting_goes_first(tmp_path: Path) -> None:
    store = FakeStore()
    add(store, 1, "oakdale")
    claimed = run_until(store, StepKind.SPEECH)
    finish(store, claimed, Done(StepResult(facts={"vocabulary_said": ["Schafer"]})))
    assert store.call(lambda unit: said_lately(unit, CityId("oakdale"))) == ("Schafer",)
    assert store.call(lambda unit: said_lately(unit, CityId("grant"))) == ()
    preset = store.call(lambda unit: words_for(unit, PRESET, OAKDALE, "City Council"))
    assert preset.vocabulary == ("Schafer", "Larson", "Quorum")
    assert preset.aliases == OAKDALE.vocabulary.aliases
    assert preset_of(preset_text(preset)) == preset


def test_a_city_without_words_costs_nothing() -> None:
    store = FakeStore()
    bare = City(id=CityId("grant"), name="Grant")
    for city in (None, bare):
        assert store.call(lambda unit, city=city: words_for(unit, PRESET, city, "x")) is PRESET  # type: ignore[misc]


@pytest.mark.parametrize("city", [OAKDALE, City(id=CityId("grant"), name="Grant")])
def test_a_city_has_its_own_way_of_writing_numbers(city: City) -> None:
    store, styled = FakeStore(), replace(PRESET, numbers=Numbers.DIGITS)
    own = replace(city, numbers=Numbers.WORDS_TO_TEN)
    wanted = store.call(lambda unit: words_for(unit, styled, own, "x"))
    assert wanted.numbers is Numbers.WORDS_TO_TEN
    assert store.call(lambda unit: words_for(unit, styled, city, "x")).numbers is Numbers.DIGITS
    assert preset_of(preset_text(wanted)) == wanted


def test_other_aliases_are_another_step() -> None:
    plain = parameters_of(StepKind.SPEECH, PRESET)
    assert "aliases" not in plain, "what was heard before this existed is still the same work"
    with_alias = Preset(
        id=PRESET.id, name="x", vocabulary=PRESET.vocabulary, aliases=OAKDALE.vocabulary.aliases
    )
    assert parameters_of(StepKind.SPEECH, with_alias)["aliases"] == [["larsen", "Larson"]]
