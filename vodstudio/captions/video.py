"""The video that captions are for: which file, its pictures a second, and which part of the recording it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vodstudio.captions.segment import NTSC, Setting
from vodstudio.core.jobs import Json, Output, PlanKind
from vodstudio.core.recording import Recording
from vodstudio.core.station import Preset

_SLOWEST_FPS, _FASTEST_FPS = 10, 121


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """The video that is captioned, and the part of the recording that it shows."""

    path: Path
    fps: Fraction
    in_point_s: float
    duration_s: float

    @property
    def base(self) -> str:
        """Its name without ending, which every caption file has too."""
        return self.path.stem


def video_of(
    recording: Recording, plan: PlanKind, outputs: Mapping[str, Output], probed: Json, heard_s: float
) -> Video:
    """The encoded video, or the recording itself where it is captioned in place; `heard_s` is the last resort."""
    encoded = None if plan is PlanKind.CAPTION_IN_PLACE else outputs.get("video")
    facts: Json = encoded.facts if encoded else {}
    return Video(
        path=encoded.path if encoded else recording.path,
        fps=_rate(facts.get("fps") or probed.get("fps")),
        in_point_s=_seconds(facts, "in_point_s"),
        duration_s=_seconds(facts, "duration_s") or _seconds(probed, "duration_s") or heard_s,
    )


def setting_for(video: Video, language: str, preset: Preset) -> Setting:
    """What words are laid out for: this video, as the preset wants its captions."""
    return Setting(
        duration_s=video.duration_s,
        fps=video.fps,
        language=language,
        speaker_mark=preset.speaker_mark,
        is_top=preset.caption_place == "top",
        numbers=preset.numbers,
    )


def _rate(value: object) -> Fraction:
    """Pictures a second as probe writes them; what no video has counts as the usual rate."""
    try:
        rate = Fraction(str(value)).limit_denominator(1001)
    except (ValueError, ZeroDivisionError):
        return NTSC
    return rate if _SLOWEST_FPS <= rate <= _FASTEST_FPS else NTSC


def _seconds(facts: Mapping[str, object], key: str) -> float:
    value = facts.get(key)
    return float(value) if isinstance(value, int | float) else 0.0
