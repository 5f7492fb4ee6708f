"""Their JSON, read with care."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vodstudio.cablecast import schema
from vodstudio.cablecast.schema import Record
from vodstudio.core.errors import Refused
from vodstudio.core.shows import FileState, VodState
from vodstudio.demo.simulator_shapes import full

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def refusal(read: Callable[[], object]) -> Refused | None:
    """The typed error, if reading ends with one; any other ending is a fault of ours."""
    try:
        read()
    except Refused as error:
        return error
    return None


@given(field=st.sampled_from(sorted(full("show", {}))), value=ANYTHING)
def test_i07_no_value_of_any_field_breaks_a_show(field: str, value: Any) -> None:
    """A show is read, or refused with the name of the field; nothing else happens."""
    show = {**full("show", {}), "id": 7, field: value}
    error = refusal(lambda: schema.read_show(Record("shows/7", show), UTC, 1))
    assert error is None or (error.code == "VS-ANSWER-WRONG" and f"field '{field}'" in error.detail)


@given(field=st.sampled_from(sorted(full("vod", {}))), value=ANYTHING)
def test_i07_no_value_of_any_field_breaks_a_video(field: str, value: Any) -> None:
    vod = {**full("vod", {}), "id": 7, "show": 1, field: value}
    for read in (schema.read_vod, schema.read_vod_progress):
        error = refusal(lambda read=read: read(Record("vods/7", vod)))  # type: ignore[misc]
        assert error is None or f"field '{field}'" in error.detail


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        ({}, FileState.NONE),
        ({"hasInvalidFile": True}, FileState.INVALID),
        ({"hasValidFile": True, "hasInvalidFile": True}, FileState.VALID),
        ({"hasProcessingFile": True, "hasInvalidFile": True}, FileState.PROCESSING),
    ],
)
def test_flags_of_a_reel(flags: dict[str, bool], state: FileState) -> None:
    reel = full("reel", {"id": 1, "show": 2, **flags})
    assert schema.read_reel(Record("reels/1", reel)).file is state


def test_a_state_of_the_future_is_unknown() -> None:
    vod = full("vod", {"id": 1, "show": 2, "vodState": "dreaming"})
    assert schema.read_vod(Record("vods/1", vod)).state is VodState.UNKNOWN


@pytest.mark.parametrize("number", [540, "540"])
def test_public_pages_write_the_number_both_ways(number: object) -> None:
    page = {"showId": number, "title": "x", "hasClosedCaptions": True, "vodTranscripts": [{"url": "u"}, 5]}
    read = schema.read_public_show(Record("p", page))
    assert (read.id, read.has_captions, read.transcripts) == (540, True, ("u",))


@pytest.mark.parametrize("number", [None, "x", 5.0, True])
def test_public_pages_without_a_number(number: object) -> None:
    with pytest.raises(Refused):
        schema.read_public_show(Record("p", {"showId": number}))


def test_wrapped_and_bare() -> None:
    assert schema.unwrap("e", {"a": {"id": 1}}, "a").integer("id") == 1
    assert schema.unwrap("e", {"id": 1}, "a", may_be_bare=True).integer("id") == 1
    for body, may_be_bare in (({"id": 1}, False), ({"a": None}, True), ({"a": []}, True)):
        with pytest.raises(Refused):
            schema.unwrap("e", body, "a", may_be_bare=may_be_bare)
    with pytest.raises(Refused):
        schema.unwrap_list("e", {}, "rows")
    with pytest.raises(Refused):
        schema.unwrap_list("e", {"rows": 5}, "rows")
    assert schema.unwrap_list("e", {"rows": None}, "rows") == []


def test_an_old_server_is_known_by_its_name() -> None:
    facts = schema.read_server(Record("systeminfo", {"siteName": "Town TV"}), datetime.now(UTC))
    assert (facts.key, facts.is_practice) == ("Town TV", False)


def test_the_marker_is_text_in_the_field_that_is_ours() -> None:
    def marker(custom: list[dict[str, Any]]) -> str:
        show = full("show", {"id": 1, "customFields": custom})
        return schema.read_show(Record("s", show), UTC, 2).marker

    assert marker([{"showField": 1, "value": "tag"}, {"showField": 2, "value": "job"}]) == "job"
    assert marker([{"showField": 2, "value": 5}]) == ""
    assert marker([]) == ""
