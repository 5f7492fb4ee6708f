"""The step graph, the two plans, and what makes two steps the same work."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from vodstudio.core.filename import read_name
from vodstudio.core.jobs import LANE_OF, Output, PlanKind, StepKind
from vodstudio.core.plan import (
    StepIdentity,
    may_be_reused,
    needs_of,
    parameters_of,
    plan_for,
    step_key,
    steps_for,
)
from vodstudio.core.recording import Fingerprint, fingerprint_of
from vodstudio.core.station import Numbers, Preset, PresetId, ServerId, Station, Storage, StorageId

DRIVE = Storage(id=StorageId("flex1"), path=Path("/mnt/flex-1"), content_drive_of=ServerId("main"))
DROP = Storage(id=StorageId("drop"), path=Path("/mnt/drop"))
STATION = Station(storages=(DRIVE, DROP))
PRESET = Preset(id=PresetId("council"), name="Council", vocabulary=("Rivera",))


def test_every_need_comes_before_the_step_that_needs_it() -> None:
    """The order in which steps are shown is an order in which they could run."""
    for plan in PlanKind:
        seen: set[StepKind] = set()
        for step in steps_for(plan):
            assert set(step.needs) <= seen
            seen.add(step.kind)
    assert set(LANE_OF) == set(StepKind)


def test_needs_reach_back_to_the_beginning() -> None:
    """What captions are given includes what probe found, and publish is given everything."""
    assert needs_of(PlanKind.DELIVER, StepKind.CAPTIONS) == {StepKind.SPEECH, StepKind.ENCODE, StepKind.PROBE}
    assert needs_of(PlanKind.CAPTION_IN_PLACE, StepKind.VERIFY) == {
        StepKind.PROBE,
        StepKind.SPEECH,
        StepKind.CAPTIONS,
        StepKind.PUBLISH,
    }


def test_the_place_and_the_show_number_choose_the_plan() -> None:
    """On a content drive and numbered: captions only; anything else is delivered."""

    def plan(path: str) -> PlanKind:
        return plan_for(STATION, Path(path), read_name(Path(path).stem))

    assert plan("/mnt/flex-1/21442-1-Oakdale Council Meet.mp4") is PlanKind.CAPTION_IN_PLACE
    assert plan("/mnt/flex-1/Oakdale Council.mp4") is PlanKind.DELIVER
    assert plan("/mnt/drop/21442-1-Oakdale Council Meet.mp4") is PlanKind.DELIVER
    assert plan("/home/21442-1-Oakdale Council Meet.mp4") is PlanKind.DELIVER


def test_only_what_a_step_uses_is_its_parameters() -> None:
    """Another vocabulary hears again; it does not encode again."""
    assert parameters_of(StepKind.SPEECH, PRESET)["vocabulary"] == ["Rivera"]
    assert "vocabulary" not in parameters_of(StepKind.ENCODE, PRESET)
    assert parameters_of(StepKind.CAPTIONS, PRESET) == {"profile": "BROADCAST-32"}
    undropped = dataclasses.replace(PRESET, scc="ndf")
    assert parameters_of(StepKind.CAPTIONS, undropped)["scc"] == "ndf"
    above = dataclasses.replace(PRESET, caption_place="top", speaker_mark="-", numbers=Numbers.DIGITS)
    assert parameters_of(StepKind.CAPTIONS, above) == {
        "profile": PRESET.caption_profile,
        "caption_place": "top",
        "speaker_mark": "-",
        "numbers": "digits",
    }
    assert parameters_of(StepKind.STILLS, PRESET) == {"count": 3}
    assert parameters_of(StepKind.PROBE, PRESET) == {}


def test_equal_work_has_equal_keys() -> None:
    """Inputs count by content, not by place or order; publishing and its proof are never reused."""

    def key(kind: StepKind, job: str, *outputs: Output) -> str:
        identity = StepIdentity(
            kind=kind, fingerprint=Fingerprint("1-a"), parameters={}, tools="1", inputs=tuple(outputs)
        )
        return step_key(identity, job)

    words = Output(name="words", path=Path("/a"), size_bytes=1, sha256="1")
    moved = Output(name="words", path=Path("/b"), size_bytes=1, sha256="1")
    video = Output(name="video", path=Path("/c"), size_bytes=1, sha256="2")
    assert key(StepKind.CAPTIONS, "j1", words, video) == key(StepKind.CAPTIONS, "j2", video, moved)
    assert key(StepKind.CAPTIONS, "j1", words) != key(StepKind.CAPTIONS, "j1", video)
    assert key(StepKind.PUBLISH, "j1", words) == key(StepKind.PUBLISH, "j2", video), "one at a time"
    assert key(StepKind.VERIFY, "j1") != key(StepKind.VERIFY, "j2")
    assert [kind for kind in StepKind if not may_be_reused(kind)] == [StepKind.PUBLISH, StepKind.VERIFY]


def test_the_fingerprint_is_the_content(tmp_path: Path) -> None:
    """A copy under another name is the same; one changed byte in the middle of a large file is not."""
    first, copy, other = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    body = bytearray(5 * 1024 * 1024)
    first.write_bytes(body)
    copy.write_bytes(body)
    body[len(body) // 2] = 1
    other.write_bytes(body)
    assert fingerprint_of(first) == fingerprint_of(copy)
    assert fingerprint_of(first) != fingerprint_of(other)
    small = tmp_path / "d"
    small.write_bytes(b"x")
    assert fingerprint_of(small).startswith("1-")
