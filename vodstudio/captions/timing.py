"""When each cue is shown: in with its first word, out after its last, long enough to read, never two at once."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from vodstudio.captions.profile import Profile
from vodstudio.captions.sending import sent_in_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a cue's words are spoken, how many characters there are to read, and the frames that line 21 needs."""

    start_s: float
    end_s: float
    characters: int
    frames: int = 0


_NEAR_FRAMES = 12
_NOTHING: Mapping[int, tuple[float, float]] = {}


def time_cues(
    spans: Sequence[Span],
    profile: Profile,
    fps: Fraction,
    duration_s: float,
    fixed: Mapping[int, tuple[float, float]] = _NOTHING,
) -> list[tuple[float, float]]:
    """In and out of each cue in seconds, on whole frames of the video; `fixed` are those that a person has set."""
    rate = float(fps)
    # The small part keeps the last frame of a video whose length is a whole number of frames.
    video_end = math.floor(duration_s * rate + 0.001) if duration_s > 0 else math.inf
    ins: list[int] = []
    for index, span in enumerate(spans):
        start_s = fixed[index][0] if index in fixed else span.start_s
        first = min(_nearest(start_s * rate), video_end - 1)
        ins.append(int(max(first, ins[-1] + 1 if ins else 0)))
    ins = sent_in_time(ins, [span.frames for span in spans], fps, fixed.keys(), video_end - 1)
    times: list[tuple[float, float]] = []
    for index, span in enumerate(spans):
        following = ins[index + 1] if index + 1 < len(spans) else None
        if index in fixed:
            out = min(float(_nearest(fixed[index][1] * rate)), math.inf if following is None else following)
        else:
            out = _out(span, ins[index], following, profile, rate)
        times.append((float(ins[index] / fps), float(max(ins[index] + 1, min(out, video_end)) / fps)))
    return times


def off_the_shots(
    times: list[tuple[float, float]],
    shots: Sequence[float],
    profile: Profile,
    fps: Fraction,
    fixed: Mapping[int, tuple[float, float]] = _NOTHING,
) -> list[tuple[float, float]]:
    """R12: a cue that would go within half a second of a new picture goes with it, where it stays long enough."""
    near_s, gap_s = float(_NEAR_FRAMES / fps), float(profile.min_gap_frames / fps)
    moved: list[tuple[float, float]] = []
    for number, (start_s, end_s) in enumerate(times):
        room_s = times[number + 1][0] - gap_s if number + 1 < len(times) else math.inf
        place = bisect_left(shots, end_s - near_s)
        if shots and number not in fixed and place < len(shots):
            cut_s = float(_nearest(float(shots[place] * fps)) / fps)
            if cut_s < end_s + near_s and start_s + profile.min_s <= cut_s <= min(
                room_s, start_s + profile.max_s
            ):
                end_s = cut_s
        moved.append((start_s, end_s))
    return moved


def _out(span: Span, first: int, following: int | None, profile: Profile, rate: float) -> float:
    """The frame on which the cue goes; `following` is the first frame of the next one."""
    reading_s = max(profile.min_s, span.characters / profile.target_cps)
    wanted_s = max(
        span.end_s + profile.hold_s, min(first / rate + reading_s, span.end_s + profile.max_hold_s)
    )
    wanted = _nearest(wanted_s * rate)
    if following is not None and following - wanted < max(
        profile.min_gap_frames, profile.close_gaps_s * rate
    ):
        wanted = following - profile.min_gap_frames
    return min(wanted, first + math.floor(profile.max_s * rate))


def _nearest(frame: float) -> int:
    return math.floor(frame + 0.5)
