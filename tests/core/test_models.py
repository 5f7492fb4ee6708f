"""The list of speech models, and which one suits a machine."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vodstudio.core.models import (
    MODELS,
    Languages,
    Machine,
    ModelName,
    ModelRow,
    first_to_get,
    gigabytes,
    is_name,
    known,
    memory_needed,
    recommended,
    why_not,
)

GB = 10**9
LARGE = Machine(memory_bytes=32 * GB, cores=16, free_bytes=500 * GB)


def test_the_list_is_that_of_faster_whisper() -> None:
    from faster_whisper.utils import _MODELS

    for model in MODELS:
        assert _MODELS[model.name] == model.repository
    left_out = set(_MODELS) - {model.name for model in MODELS}
    assert left_out == {"large", "turbo", "large-v1", "distil-large-v2"}, (
        "other names, and what newer ones replace"
    )


def test_every_model_is_pinned() -> None:
    for model in MODELS:
        assert len(model.revision) == 40
        assert len(model.weights_sha256) == 64
        int(model.revision + model.weights_sha256, 16)
        assert model.size_bytes > 70_000_000
        assert model.about
    assert len({model.weights_sha256 for model in MODELS}) == len(MODELS)


def test_models_are_known_by_their_names() -> None:
    assert known("turbo") == known("large-v3-turbo") == known("mobiuslabsgmbh/faster-whisper-large-v3-turbo")
    other = known("acme/whisper-ct2")
    assert other is not None
    assert (other.name, other.repository, other.revision) == ("whisper-ct2", "acme/whisper-ct2", "main")
    for name in ("", "smal", "a/b/c", "../small", "acme/", "/x", "https://acme/x"):
        assert known(name) is None


def test_languages_are_told() -> None:
    english = {model.name for model in MODELS if model.languages is Languages.ENGLISH}
    assert english == {m.name for m in MODELS if m.name.endswith(".en") or m.name.startswith("distil")}


@pytest.mark.parametrize("name", ["small", "small.en", "large-v3.5", "my_model", "A1"])
def test_names_for_folders(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "-x", "a b", "a:b", "x.", "ü", "x" * 81])
def test_no_names_for_folders(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        (LARGE, "large-v3-turbo"),
        (dataclasses.replace(LARGE, cores=2), "small"),
        (dataclasses.replace(LARGE, cores=2, card_bytes=8 * GB), "large-v3-turbo"),
        (dataclasses.replace(LARGE, cores=2, card_bytes=2 * GB), "small"),
        (dataclasses.replace(LARGE, memory_bytes=4 * GB), "small"),
        (dataclasses.replace(LARGE, memory_bytes=2 * GB), "base"),
        (dataclasses.replace(LARGE, memory_bytes=1 * GB), "tiny"),
        (dataclasses.replace(LARGE, free_bytes=1 * GB), "small"),
        (dataclasses.replace(LARGE, free_bytes=0), "tiny"),
    ],
)
def test_the_recommended_model_suits_the_machine(machine: Machine, name: str) -> None:
    assert recommended(machine).name == name


def test_what_is_here_needs_no_disk() -> None:
    full = dataclasses.replace(LARGE, free_bytes=0)
    assert recommended(full, here=["large-v3-turbo"]).name == "large-v3-turbo"


def test_what_does_not_fit_is_said() -> None:
    small = Machine(memory_bytes=4 * GB, cores=4, free_bytes=2 * GB)
    assert why_not(3 * GB, small) == "needs 6.6 GB of memory; this computer has 4.0 GB"
    assert why_not(3 * GB, dataclasses.replace(small, card_bytes=6 * GB, free_bytes=9 * GB)) == ""
    assert why_not(1_600_000_000, LARGE) == ""
    assert (
        why_not(1_600_000_000, dataclasses.replace(LARGE, free_bytes=2 * GB))
        == "needs 2.1 GB on the disk; 2.0 GB are free"
    )
    assert why_not(1_600_000_000, dataclasses.replace(LARGE, free_bytes=2 * GB), is_here=True) == ""


@given(st.integers(0, 10**11), st.integers(0, 10**11), st.integers(1, 64), st.integers(0, 10**12))
def test_a_recommendation_fits_unless_nothing_does(memory: int, card: int, cores: int, free: int) -> None:
    machine = Machine(memory_bytes=memory, cores=cores, free_bytes=free, card_bytes=card or None)
    chosen = recommended(machine)
    assert chosen.name == "tiny" or not why_not(chosen.size_bytes, machine)


def test_memory_grows_with_the_model() -> None:
    assert memory_needed(2 * GB, on_card=True) < memory_needed(2 * GB, on_card=False)


def test_sizes_are_written_as_in_a_shop() -> None:
    turbo = known("turbo")
    assert turbo is not None
    assert gigabytes(turbo.size_bytes) == "1.6 GB"
    assert gigabytes(486_212_372) == "486 MB"


def _row(
    name: str, *, is_recommended: bool = False, is_listed: bool = True, is_demo_voice: bool = False
) -> ModelRow:
    return ModelRow(
        name=ModelName(name),
        size_bytes=1,
        is_recommended=is_recommended,
        is_listed=is_listed,
        is_demo_voice=is_demo_voice,
    )


def test_the_button_brings_what_is_waited_for() -> None:
    rows = [
        _row("small"),
        _row("large-v3-turbo", is_recommended=True),
        _row("ours", is_listed=False),
        _row("demo-voice", is_listed=False, is_demo_voice=True),
    ]
    for condition in ("", "model:any", "model:turbo"):
        assert first_to_get(rows, condition) == rows[1]
    assert first_to_get(rows, "model:small") == rows[0]
    for condition in ("model:ours", "model:/mnt/models/x", "model:demo-voice", "model:gone"):
        assert first_to_get(rows, condition) is None
    assert first_to_get(rows[:1]) is None
