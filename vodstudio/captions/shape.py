"""What cues alone show, whatever was said: how long, how fast, how close, where their lines end (Q01 to Q06, Q13, Q14)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction

from vodstudio.captions.breaks import bare_word, ends_sentence, is_pair, is_spanish
from vodstudio.captions.cea608 import REPLACEMENT, map_text, row_columns
from vodstudio.captions.cue import Cue, Finding, Level, grapheme_count
from vodstudio.captions.profile import Profile
from vodstudio.captions.suggest import advice_for

# Cues lie on frames; what is less than half of one apart is the same.
_LEAST_S = 0.001
_ORPHAN_CHARACTERS = 8
_ALONE_S = 1.0
_MARKS = (">>", "-")


def characters_of(cue: Cue) -> int:
    """What there is to read: spaces and signs count, ends of lines do not."""
    return sum(map(grapheme_count, cue.lines))


def speed_of(cue: Cue) -> float:
    """Characters a second; a cue without a length cannot be read at all."""
    lasts_s = cue.end_s - cue.start_s
    return characters_of(cue) / lasts_s if lasts_s > 0 else float("inf")


def width_of(line: str, profile: Profile) -> int:
    """Columns in line 21, else characters."""
    return max(row_columns(line), grapheme_count(line)) if profile.is_line21 else grapheme_count(line)


def shape_findings(
    cues: Sequence[Cue], profile: Profile, fps: Fraction, duration_s: float = 0.0, language: str = "en"
) -> Iterator[Finding]:
    """Everything that can be said of these cues without knowing what they were made of."""
    for number, cue in enumerate(cues):
        following = cues[number + 1] if number + 1 < len(cues) else None
        yield from _size(number, cue, profile)
        is_cut_off = following is None and 0 < duration_s <= cue.end_s + float(1 / fps)
        yield from _time(number, cue, following, profile, is_cut_off)
        yield from _gap(number, cue, following, profile, float(fps))
    yield from _bad_breaks(cues, language)
    yield from _orphans(cues)
    if profile.is_line21:
        yield from _signs(cues)


def _size(number: int, cue: Cue, profile: Profile) -> Iterator[Finding]:
    width = max((width_of(line, profile) for line in cue.lines), default=0)
    if width > profile.max_columns:
        text = f"A line has {width} characters; {profile.max_columns} fit"
        yield _error("Q01", number, cue, text, can_fix=True)
    if len(cue.lines) > profile.max_lines:
        text = f"It has {len(cue.lines)} lines; {profile.max_lines} are allowed"
        yield _error("Q02", number, cue, text, can_fix=True)


def _time(
    number: int, cue: Cue, following: Cue | None, profile: Profile, is_cut_off: bool
) -> Iterator[Finding]:
    """Q03 to Q05; what the end of the video cuts off cannot stay longer, and nobody can mend it."""
    lasts_s = cue.end_s - cue.start_s
    if lasts_s < _LEAST_S:
        yield _error("Q05", number, cue, "It ends when it begins or before", can_fix=True)
        return
    if following is not None and following.start_s < cue.end_s - _LEAST_S:
        unsorted = following.start_s < cue.start_s - _LEAST_S
        text = "The next one begins before it" if unsorted else "The next one begins while it is still there"
        yield _error("Q05", number, cue, text, can_fix=True)
    room_s = (following.start_s if following else float("inf")) - cue.end_s
    cps = speed_of(cue)
    if cps > profile.warn_cps + _LEAST_S:
        told = _error if cps > profile.error_cps + _LEAST_S and not is_cut_off else _warning
        text = f"{cps:.0f} characters a second have to be read; {profile.warn_cps:.0f} can be"
        can_stay = room_s > profile.close_gaps_s and not is_cut_off
        yield told("Q03", number, cue, text, can_fix=can_stay)
    if lasts_s < profile.min_s - _LEAST_S:
        told = _error if lasts_s < profile.hard_min_s - _LEAST_S and not is_cut_off else _warning
        text = f"It is there for {lasts_s:.2f} s; {profile.min_s:.1f} s are needed to see it"
        can_stay = room_s > profile.close_gaps_s and not is_cut_off
        yield told("Q04", number, cue, text, can_fix=can_stay)
    if lasts_s > profile.max_s + _LEAST_S:
        text = f"It stays for {lasts_s:.1f} s; {profile.max_s:.0f} s are the most"
        yield _error("Q04", number, cue, text, can_fix=True)


def _gap(number: int, cue: Cue, following: Cue | None, profile: Profile, rate: float) -> Iterator[Finding]:
    if following is None or profile.close_gaps_s == 0:
        return
    gap_s = following.start_s - cue.end_s
    frames = round(gap_s * rate)
    if 0 < frames < profile.min_gap_frames or (
        frames > profile.min_gap_frames and gap_s < profile.close_gaps_s - _LEAST_S
    ):
        shown = "one frame" if frames == 1 else f"{frames} frames"
        yield _warning("Q06", number, cue, f"The screen is empty for {shown} after it", can_fix=True)


def bad_breaks(cues: Sequence[Cue], language: str = "en") -> Iterator[tuple[int, str, str]]:
    """Each place where a line ends between two words that belong together: the cue before it and the words."""
    for number, cue in enumerate(cues):
        lines = [line for line in cue.lines if line.split()]
        following = cues[number + 1] if number + 1 < len(cues) else None
        if following is not None and following.lines and following.start_s - cue.end_s < _ALONE_S:
            lines.append(following.lines[0])
        for upper, lower in itertools.pairwise(lines):
            left, right = upper.split()[-1], (lower.split() or [""])[0]
            if not right or right.startswith(_MARKS) or ends_sentence(left, right):
                continue
            bare = (bare_word(left), bare_word(right))
            if is_pair(left, right, bare, spanish=is_spanish(language)):
                yield number, left, right


def breaks_of(cues: Sequence[Cue]) -> int:
    """How many ends of lines there are, without the last."""
    return max(0, sum(len(cue.lines) for cue in cues) - 1)


def _bad_breaks(cues: Sequence[Cue], language: str) -> Iterator[Finding]:
    found = list(bad_breaks(cues, language))
    # One in a hundred is what good captions have: more is a fault of the whole.
    told = _warning if len(found) * 100 > breaks_of(cues) else _information
    for number, left, right in found:
        text = f"“{left}” and “{right}” belong together, and a line ends between them"
        yield told("Q13", number, cues[number], text, can_fix=True)


def _orphans(cues: Sequence[Cue]) -> Iterator[Finding]:
    for number, cue in enumerate(cues):
        text = cue.text
        if len(text.split()) > 1 and grapheme_count(text) >= _ORPHAN_CHARACTERS:
            continue
        before_s = cue.start_s - cues[number - 1].end_s if number else _ALONE_S
        after_s = cues[number + 1].start_s - cue.end_s if number + 1 < len(cues) else _ALONE_S
        is_sentence = ends_sentence(text) and (number == 0 or ends_sentence(cues[number - 1].text, text))
        if min(before_s, after_s) < _ALONE_S and not is_sentence:
            yield _warning("Q14", number, cue, f"“{text}” stands alone between others", can_fix=True)


def _signs(cues: Sequence[Cue]) -> Iterator[Finding]:
    """A sign that is shown as a like one is a repair; one that is lost makes the text false."""
    for number, cue in enumerate(cues):
        if cue.text.isascii():
            continue
        for line in cue.lines:
            for wanted, shown in map_text(line).replaced:
                is_lost = REPLACEMENT in shown
                told = _error if is_lost else _warning
                text = f"“{wanted}” does not exist in SCC; it is shown as “{shown}”"
                text += advice_for(wanted, shown)
                yield told("Q17", number, cue, text)


def _error(rule: str, number: int, cue: Cue, text: str, *, can_fix: bool = False) -> Finding:
    return _finding(rule, Level.ERROR, number, cue, text, can_fix)


def _warning(rule: str, number: int, cue: Cue, text: str, *, can_fix: bool = False) -> Finding:
    return _finding(rule, Level.WARNING, number, cue, text, can_fix)


def _information(rule: str, number: int, cue: Cue, text: str, *, can_fix: bool = False) -> Finding:
    return _finding(rule, Level.INFORMATION, number, cue, text, can_fix)


def _finding(rule: str, level: Level, number: int, cue: Cue, text: str, can_fix: bool) -> Finding:
    return Finding(rule=rule, level=level, at_s=cue.start_s, text=text, cue=number, can_fix=can_fix)
