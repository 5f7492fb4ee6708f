"""What goes into a column comes out as it was."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.kit import add, after, job_id, recording
from vodstudio.core.jobs import StepKind, StepState
from vodstudio.core.rows import Pip
from vodstudio.core.station import EncodeSettings, Preset, PresetId, SpeechSettings, StorageId
from vodstudio.store.store import SqliteStore
from vodstudio.store.values import (
    clean,
    dump,
    load,
    micros,
    moment,
    path_of,
    path_text,
    pips_of,
    pips_text,
    preset_of,
    preset_text,
)

PRESETS = st.builds(
    Preset,
    id=st.text(min_size=1).map(PresetId),
    name=st.text(),
    encode=st.builds(EncodeSettings, height=st.integers(1, 4320), loudness_lufs=st.none() | st.just(-24.0)),
    speech=st.builds(SpeechSettings, model=st.text()),
    vocabulary=st.lists(st.text()).map(tuple),
    destination=st.none() | st.text(min_size=1).map(StorageId),
    stills=st.integers(0, 9),
)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_time_is_kept_to_the_microsecond(at: datetime) -> None:
    assert moment(micros(at)) == at
    assert micros(at.astimezone(timezone(timedelta(hours=-6)))) == micros(at)


@given(PRESETS)
def test_a_preset_is_kept(preset: Preset) -> None:
    assert preset_of(preset_text(preset)) == preset


def test_a_preset_of_another_version_keeps_what_is_known() -> None:
    preset = Preset(id=PresetId("council"), name="Council meeting")
    body = load(preset_text(preset))
    del body["stills"], body["encode"]
    body["from the future"] = {"x": 1}
    assert preset_of(dump(body)) == preset


@given(st.lists(st.tuples(st.sampled_from(StepKind), st.sampled_from(StepState), st.booleans())))
def test_the_marks_of_a_row_are_kept(marks: list[tuple[StepKind, StepState, bool]]) -> None:
    made = pips_of(pips_text(marks))
    assert made == tuple(Pip(kind=k, state=s, needs_user=n) for k, s, n in marks)


def test_json_has_no_infinity() -> None:
    measured = {"loudness": -math.inf, "peaks": (1.5, math.nan), "deep": {"x": [math.inf, "-inf"]}, "n": 3}
    assert load(dump(measured)) == {
        "loudness": None,
        "peaks": [1.5, None],
        "deep": {"x": [None, "-inf"]},
        "n": 3,
    }


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
def test_b33_a_name_that_is_not_utf_8_is_kept_byte_for_byte(tmp_path: Path) -> None:
    odd = Path("/media/drop/caf\udce9.mp4")
    assert path_of(path_text(odd)) == odd
    assert path_of(path_text(Path("/media/caf\u00e9.mp4"))) == Path("/media/caf\u00e9.mp4")
    assert clean("caf\udce9") == "caf?"
    store = SqliteStore(tmp_path / "vodstudio.db")
    store.open()
    add(store, 1, recording=replace(recording(1), path=odd, title="caf\udce9"), added_at=after(1))
    row = store.call(lambda unit: unit.jobs.row(job_id(1)))
    store.close()
    assert row is not None
    assert (row.path, row.title) == (odd, "caf?")
