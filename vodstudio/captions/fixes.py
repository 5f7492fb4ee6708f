"""Repairs that change no word: each takes cues and gives cues (the repairs that the rules Q01 to Q24 name)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from vodstudio.captions.cue import Cue
from vodstudio.captions.imported import words_of_cues
from vodstudio.captions.profile import Profile
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.sending import faster
from vodstudio.captions.shape import characters_of, speed_of, width_of

_LEAST_S = 0.001
_APART_S = 0.1
_ORPHAN_CHARACTERS = 8
# Slower than this nobody speaks for long: the caption was left standing.
_SLOW_CPS = 5.0
_PASSES = 10


def retime(cues: Sequence[Cue], profile: Profile) -> tuple[Cue, ...]:
    """Q05: in order, none while another is there, each with a length; of those that begin together one waits."""
    in_order = sorted(cues, key=lambda each: each.start_s)
    starts: list[float] = []
    for cue in in_order:
        soonest_s = starts[-1] + _APART_S if starts else cue.start_s
        starts.append(cue.start_s if cue.start_s >= soonest_s else starts[-1] + profile.hard_min_s)
    return tuple(
        replace(cue, start_s=start_s, end_s=min(_end(cue, start_s, profile), following_s))
        for cue, (start_s, following_s) in zip(in_order, pairwise([*starts, math.inf]), strict=True)
    )


def _end(cue: Cue, start_s: float, profile: Profile) -> float:
    return cue.end_s if cue.end_s > start_s + _LEAST_S else start_s + profile.hard_min_s


def rebreak(cues: Sequence[Cue], profile: Profile) -> tuple[Cue, ...]:
    """Q01, Q02, Q13: lines that are too long or too many are laid out again; what does not fit becomes two cues."""
    made: list[Cue] = []
    for cue in cues:
        fits = len(cue.lines) <= profile.max_lines and all(
            width_of(line, profile) <= profile.max_columns for line in cue.lines
        )
        made += [cue] if fits else _laid_out(cue, profile)
    return tuple(made)


def _laid_out(cue: Cue, profile: Profile, *, is_slow: bool = False) -> list[Cue]:
    """The text in as many cues as it needs, each for its share of the time; words said slowly take all of it."""
    words = words_of_cues([cue])
    if not words:
        return []
    if is_slow:
        stretch = (cue.end_s - cue.start_s) / (words[-1].end - cue.start_s)
        words = tuple(
            replace(
                word,
                start=cue.start_s + (word.start - cue.start_s) * stretch,
                end=cue.start_s + (word.end - cue.start_s) * stretch,
            )
            for word in words
        )
    parts = segment(words, profile, Setting(duration_s=0.0)).cues
    letters = [characters_of(part) for part in parts]
    share_s = (cue.end_s - cue.start_s) / sum(letters)
    at_s = cue.start_s
    laid: list[Cue] = []
    for part, size in zip(parts, letters, strict=True):
        laid.append(replace(part, start_s=at_s, end_s=at_s + share_s * size, is_top=cue.is_top))
        at_s = laid[-1].end_s
    laid[-1] = replace(laid[-1], end_s=cue.end_s)
    return laid


def shorten(cues: Sequence[Cue], profile: Profile) -> tuple[Cue, ...]:
    """Q04: what is said for longer than a cue may stay becomes several; what only stays after its words goes."""
    made: list[Cue] = []
    for cue in cues:
        if cue.end_s - cue.start_s <= profile.max_s + _LEAST_S:
            made.append(cue)
            continue
        parts = _laid_out(cue, profile, is_slow=True) if speed_of(cue) >= _SLOW_CPS else [cue]
        made += [replace(part, end_s=min(part.end_s, part.start_s + profile.max_s)) for part in parts]
    return tuple(made)


def join(cues: Sequence[Cue], profile: Profile) -> tuple[Cue, ...]:
    """Q14: a lone word goes to the neighbour that it fits, when that one follows without a pause."""
    made: list[Cue] = []
    for cue in cues:
        before = made[-1] if made else None
        if before is not None and (_is_lone(cue) or _is_lone(before)) and _is_near(before, cue, profile):
            both = _laid_out(replace(before, end_s=cue.end_s, lines=(before.text, cue.text)), profile)
            if len(both) == 1:
                made[-1] = both[0]
                continue
        made.append(cue)
    return tuple(made)


def _is_lone(cue: Cue) -> bool:
    return not cue.text.endswith((".", "?", "!")) and (
        len(cue.text.split()) == 1 or characters_of(cue) < _ORPHAN_CHARACTERS
    )


def _is_near(before: Cue, cue: Cue, profile: Profile) -> bool:
    gap_s = cue.start_s - before.end_s
    return gap_s < profile.soft_pause_s and cue.end_s - before.start_s <= profile.max_s


def extend(cues: Sequence[Cue], profile: Profile, fps: Fraction, duration_s: float = 0.0) -> tuple[Cue, ...]:
    """Q03, Q04: what is too short or too fast stays into the quiet after it, up to the next one.

    That is never long after its words: they take most of the time that it takes to read them.
    """
    gap_s = profile.min_gap_frames / float(fps)
    end_of_video_s = duration_s if duration_s > 0 else math.inf
    made: list[Cue] = []
    for number, cue in enumerate(cues):
        room_s = cues[number + 1].start_s - gap_s if number + 1 < len(cues) else end_of_video_s
        wanted_s = cue.end_s
        if cue.end_s - cue.start_s < profile.min_s:
            wanted_s = cue.start_s + profile.min_s
        if speed_of(cue) > profile.warn_cps:
            wanted_s = max(wanted_s, cue.start_s + characters_of(cue) / profile.target_cps)
        limit_s = min(room_s, cue.start_s + profile.max_s, end_of_video_s)
        made.append(replace(cue, end_s=max(cue.end_s, min(wanted_s, limit_s))))
    return tuple(made)


def bridge(cues: Sequence[Cue], profile: Profile, fps: Fraction) -> tuple[Cue, ...]:
    """Q06: a gap that would flicker becomes the smallest that is seen as a change."""
    if profile.close_gaps_s == 0:
        return tuple(cues)
    gap_s = profile.min_gap_frames / float(fps)
    made: list[Cue] = []
    for number, cue in enumerate(cues):
        room_s = cues[number + 1].start_s - cue.end_s if number + 1 < len(cues) else math.inf
        end_s = cue.end_s
        if 0 < room_s < profile.close_gaps_s - _LEAST_S:
            end_s = cues[number + 1].start_s - gap_s
        made.append(replace(cue, end_s=end_s) if end_s > cue.start_s else cue)
    return tuple(made)


def clip(cues: Sequence[Cue], duration_s: float) -> tuple[Cue, ...]:
    """Q24: nothing is shown when the video is over; what begins after that is in no file."""
    if duration_s <= 0:
        return tuple(cues)
    return tuple(
        replace(cue, end_s=min(cue.end_s, duration_s)) for cue in cues if cue.start_s < duration_s - _LEAST_S
    )


def moved(cues: Sequence[Cue], *, by_s: float = 0.0, scale: float = 1.0) -> tuple[Cue, ...]:
    """Q11: all times stretched and shifted; what would end before the beginning is left out."""
    placed = (
        replace(cue, start_s=max(0.0, cue.start_s * scale + by_s), end_s=cue.end_s * scale + by_s)
        for cue in cues
    )
    return tuple(cue for cue in placed if cue.end_s > cue.start_s)


def sent_faster(cues: Sequence[Cue], late: Sequence[int]) -> tuple[Cue, ...]:
    """Q18: captions that come late, and the ones before them, with signs that look alike and take less time."""
    slow = {number for place in late for number in (place - 1, place)}
    return tuple(
        replace(cue, lines=tuple(faster(line) for line in cue.lines)) if number in slow else cue
        for number, cue in enumerate(cues)
    )


def repaired(
    cues: Sequence[Cue], profile: Profile, fps: Fraction, duration_s: float = 0.0
) -> tuple[Cue, ...]:
    """All repairs that need nothing but the cues; every word stays, and doing it twice changes nothing more."""
    made: tuple[Cue, ...] = tuple(cues)
    before: tuple[Cue, ...] | None = None
    left = _PASSES
    # What stays longer may have become a neighbour that a lone word can join.
    while made != before and left:
        before, left = made, left - 1
        made = clip(retime(made, profile), duration_s)
        made = shorten(join(rebreak(made, profile), profile), profile)
        made = bridge(extend(made, profile, fps, duration_s), profile, fps)
    return made
