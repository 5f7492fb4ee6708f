"""The limits that captions are made by, as data with a version."""

from __future__ import annotations

from dataclasses import dataclass

from vodstudio.core.errors import NotFound

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How long a line may be, how fast one may have to read, and how long a caption stays."""

    name: str
    max_columns: int
    max_lines: int
    target_cps: float
    warn_cps: float
    error_cps: float
    warn_wpm: float
    min_s: float
    hard_min_s: float
    max_s: float
    min_gap_frames: int
    close_gaps_s: float
    soft_pause_s: float
    hard_pause_s: float
    hold_s: float
    max_hold_s: float
    is_line21: bool


BROADCAST_32 = Profile(
    name="BROADCAST-32",
    max_columns=32,
    max_lines=2,
    target_cps=17,
    warn_cps=20,
    error_cps=25,
    warn_wpm=200,
    min_s=1.0,
    hard_min_s=0.833,
    max_s=7.0,
    min_gap_frames=2,
    close_gaps_s=0.5,
    soft_pause_s=0.8,
    hard_pause_s=1.5,
    hold_s=0.4,
    max_hold_s=1.5,
    is_line21=True,
)
WEB_42 = Profile(
    name="WEB-42",
    max_columns=42,
    max_lines=2,
    target_cps=17,
    warn_cps=20,
    error_cps=25,
    warn_wpm=200,
    min_s=1.0,
    hard_min_s=0.833,
    max_s=7.0,
    min_gap_frames=2,
    close_gaps_s=0.5,
    soft_pause_s=0.8,
    hard_pause_s=1.5,
    hold_s=0.4,
    max_hold_s=1.5,
    is_line21=False,
)
SLOW_READER = Profile(
    name="SLOW-READER",
    max_columns=32,
    max_lines=2,
    target_cps=13,
    warn_cps=15,
    error_cps=17,
    warn_wpm=160,
    min_s=1.33,
    hard_min_s=0.833,
    max_s=7.0,
    min_gap_frames=2,
    close_gaps_s=0.5,
    soft_pause_s=0.8,
    hard_pause_s=1.5,
    hold_s=0.6,
    max_hold_s=1.5,
    is_line21=True,
)
LIVE_REPAIR = Profile(
    name="LIVE-REPAIR",
    max_columns=32,
    max_lines=3,
    target_cps=20,
    warn_cps=25,
    error_cps=30,
    warn_wpm=225,
    min_s=0.833,
    hard_min_s=0.833,
    max_s=8.0,
    min_gap_frames=0,
    close_gaps_s=0.0,
    soft_pause_s=1.5,
    hard_pause_s=3.0,
    hold_s=0.0,
    max_hold_s=1.5,
    is_line21=True,
)
PROFILES = {profile.name: profile for profile in (BROADCAST_32, WEB_42, SLOW_READER, LIVE_REPAIR)}


def profile_named(name: str) -> Profile:
    """The profile with this name."""
    profile = PROFILES.get(name.upper())
    if profile is None:
        raise NotFound(
            f"There is no caption profile called {name}",
            hint=f"Nothing was changed. In the preset, choose one of {', '.join(PROFILES)}.",
            code="VS-CAPTION-PROFILE",
        )
    return profile
