"""The sample meeting goes through probe, encode and stills."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.media.kit import Steps
from vodstudio.core.station import EncodeSettings

MEETING = Path(__file__).resolve().parents[2] / "resources" / "demo" / "meeting.mp4"


def test_the_sample_meeting_is_probed_encoded_and_pictured(steps: Steps) -> None:
    facts = steps.probe(MEETING)
    assert (facts["width"], facts["height"], facts["fps"]) == (1280, 720, "30000/1001")
    assert facts["duration_s"] == pytest.approx(123.52, abs=0.05)
    result = steps.encode(
        MEETING,
        EncodeSettings(height=360, video_kbps=600, speed="ultrafast", out_point_s=20.0),
        "City Council",
    )
    video = result.outputs[0]
    assert video.path.name == "City Council.mp4"
    assert result.facts["loudness_mode"] in ("linear", "dynamic")
    assert result.facts["loudness_out"] == pytest.approx(-24.0, abs=1.0)
    after = steps.probe(video.path)
    assert (after["width"], after["height"]) == (640, 360)
    assert after["duration_s"] == pytest.approx(20.0, abs=0.1)
    pictures = steps.stills(MEETING)
    assert [output.name for output in pictures.outputs] == ["still-1", "still-2", "still-3"]
    assert all(output.path.read_bytes().startswith(b"\xff\xd8") for output in pictures.outputs)
