"""Words into cues: dynamic programming over the places between words, the same cues every time, no word lost."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from vodstudio.captions.breaks import NEVER_SPLIT, break_costs, ends_sentence
from vodstudio.captions.cea608 import columns, row_columns
from vodstudio.captions.cue import Cue, Finding, Level, clean_line
from vodstudio.captions.profile import Profile
from vodstudio.captions.sending import LATEST_S, least_frames
from vodstudio.captions.timecode import RATE
from vodstudio.captions.timing import Span, off_the_shots, time_cues
from vodstudio.captions.tokens import Join, Token, tokens_of
from vodstudio.captions.transcript import Word
from vodstudio.core.station import Numbers

SPEAKER = ">>"
NTSC = Fraction(30000, 1001)
_LINE_SHARE = 0.6
_UNEVEN_FROM = 12
_ORPHAN_CHARACTERS = 8
_ALONE_S = 1.0
_ROW_WORDS = 4
_STRADDLE = 9.0
_WAIT = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the words are said in: the video's length and frames, the language, and what a person has decided.

    `locked_breaks` are numbers of words before which a cue must begin; those in `whole` stay one cue until the next
    locked break. `time_overrides` are seconds from and to when the cue that begins with a word is shown. A word that
    begins with `>>` is another speaker: a cue begins there, with the city's own mark. A cue stands at the top where
    `is_top`, unless `placements` says otherwise of its first word. `shots` are the seconds at which
    the picture changes, where anybody knows them.
    """

    duration_s: float
    fps: Fraction = NTSC
    language: str = "en"
    locked_breaks: frozenset[int] = field(default_factory=frozenset)
    whole: frozenset[int] = field(default_factory=frozenset)
    time_overrides: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    speaker_mark: str = SPEAKER
    is_top: bool = False
    placements: Mapping[int, bool] = field(default_factory=dict)
    numbers: Numbers = Numbers.AS_HEARD
    shots: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmented:
    """The cues, the number of the word that each begins with, and what could not be done well.

    `spelled` are the words as the cues write them, where the style of numbers makes them other ones.
    """

    cues: tuple[Cue, ...]
    findings: tuple[Finding, ...]
    first_words: tuple[int, ...] = ()
    spelled: tuple[Word, ...] | None = None


def segment(words: Sequence[Word], profile: Profile, setting: Setting) -> Segmented:
    """Cues for words whose times are possible (see `repair`); every letter of every word is in exactly one cue."""
    tokens = tokens_of(words, language=setting.language, max_width=profile.max_columns)
    if not tokens:
        return Segmented(cues=(), findings=())
    layout = _Layout(tokens, profile, setting)
    bounds = [0]
    for first, last in itertools.pairwise(_groups(tokens, profile, setting)):
        bounds += [last] if _is_whole(tokens, first, setting) else layout.solve(first, last)
    pieces = list(itertools.pairwise(bounds))
    lines = [layout.lines(first, last) for first, last in pieces]
    begins = [first for first, _ in pieces]
    frames = map(layout.frames_of, pieces, lines, [0, *begins])
    spans = [layout.span(*piece, needed) for piece, needed in zip(pieces, frames, strict=True)]
    first_words = tuple(tokens[first].word for first, _ in pieces)
    fixed = {
        number: setting.time_overrides[word]
        for number, word in enumerate(first_words)
        if word in setting.time_overrides
    }
    times = time_cues(spans, profile, setting.fps, setting.duration_s, fixed)
    times = off_the_shots(times, setting.shots, profile, setting.fps, fixed)
    cues = tuple(
        Cue(
            start_s=start,
            end_s=end,
            lines=rows,
            is_top=setting.placements.get(tokens[first].word, setting.is_top),
        )
        for (first, _), rows, (start, end) in zip(pieces, lines, times, strict=True)
    )
    return Segmented(cues=cues, findings=tuple(_cut_words(tokens)), first_words=first_words)


def _groups(tokens: Sequence[Token], profile: Profile, setting: Setting) -> list[int]:
    """Places where a cue must end: locked breaks; long pauses and other speakers in what a person has not joined."""
    places = [0]
    is_whole = _is_whole(tokens, 0, setting)
    for place in range(1, len(tokens)):
        before, after = tokens[place - 1], tokens[place]
        if after.word != before.word and after.word in setting.locked_breaks:
            places.append(place)
            is_whole = _is_whole(tokens, place, setting)
        elif not is_whole and (
            after.text.startswith(SPEAKER) or after.start_s - before.end_s >= profile.hard_pause_s
        ):
            places.append(place)
    return [*places, len(tokens)]


def _is_whole(tokens: Sequence[Token], place: int, setting: Setting) -> bool:
    return tokens[place].word in setting.whole and (
        place == 0 or tokens[place - 1].word != tokens[place].word
    )


def _cut_words(tokens: Sequence[Token]) -> list[Finding]:
    return [
        Finding(
            rule="Q01",
            level=Level.ERROR,
            at_s=token.start_s,
            text=f"a word is longer than a line and was cut before “{token.text}”",
        )
        for token in tokens
        if token.join is Join.CUT
    ]


def _in_a_cue(cost: float) -> float:
    """What a line's end costs where a cue's end costs so much: less, but what belongs together is parted as badly."""
    parted = NEVER_SPLIT if cost >= NEVER_SPLIT else 0.0
    return parted + _LINE_SHARE * (cost - parted)


class _Layout:
    """The tokens with everything that a cost asks for, added up once."""

    def __init__(self, tokens: Sequence[Token], profile: Profile, setting: Setting) -> None:
        self.tokens = tokens
        self.profile = profile
        self.costs = break_costs(tokens, setting.language)
        self.line_costs = [_in_a_cue(cost) for cost in self.costs]
        self.spaces = [1 if token.join is Join.SPACE else 0 for token in tokens]
        self.starts = [token.start_s for token in tokens]
        self.ends = [token.end_s for token in tokens]
        self.tails = [row_columns(t.text) - columns(t.text) if profile.is_line21 else 0 for t in tokens]
        self.widths = [
            0,
            *itertools.accumulate(s + t.width for s, t in zip(self.spaces, tokens, strict=True)),
        ]
        self.letters = [
            0,
            *itertools.accumulate(s + t.characters for s, t in zip(self.spaces, tokens, strict=True)),
        ]
        self.loads = [0.0, *itertools.accumulate(t.load + 0.5 for t in tokens)]
        after = [*self.starts[1:], max(setting.duration_s, self.ends[-1])]
        self.pauses = [max(0.0, next_s - end) for end, next_s in zip(self.ends, after, strict=True)]
        self.waits = [0, *itertools.accumulate(int(pause >= profile.soft_pause_s) for pause in self.pauses)]
        followers = [*(token.text for token in tokens[1:]), ""]
        stops = [ends_sentence(t.text, following) for t, following in zip(tokens, followers, strict=True)]
        self.stops = [0, *itertools.accumulate(map(int, stops))]
        self.gap_s = profile.min_gap_frames / float(setting.fps)
        self.mark = setting.speaker_mark

    def solve(self, first: int, last: int) -> list[int]:
        """The places after each cue of one group, the cheapest way through."""
        size = last - first
        best = [0.0] + [math.inf] * size
        origin = [0] * (size + 1)
        for begin in range(size):
            for end in range(begin + 1, size + 1):
                cost = self._cue_cost(first + begin, first + end, first + origin[begin])
                if cost is None:
                    break
                if best[begin] + cost < best[end]:
                    best[end], origin[end] = best[begin] + cost, begin
        places = [size]
        while origin[places[-1]]:
            places.append(origin[places[-1]])
        return [first + place for place in reversed(places)]

    def _cue_cost(self, first: int, last: int, before: int) -> float | None:
        """The cost of one cue; None when it is too long, and so is every longer one. One token is always possible."""
        profile = self.profile
        shape = 0.0
        if last - first > 1:
            if self.ends[last - 1] - self.starts[first] > profile.max_s:
                return None
            if self._width(first, last) > profile.max_columns:
                shape = self._best_break(first, last, profile.max_lines)[0]
                if shape == math.inf:
                    return None
        pause_s = self.pauses[last - 1]
        cost = self.costs[last] if last < len(self.tokens) and pause_s < profile.hard_pause_s else 0.0
        cost += shape + self._speed_cost(first, last) - 3 * min(pause_s, 1.0)
        cost += _WAIT * (self.waits[last - 1] - self.waits[first])
        cost += self._orphan_cost(first, last) + self._straddle_cost(first, last)
        if profile.is_line21 and before < first:
            cost += self._load_cost(first, last, before)
        return cost

    def _speed_cost(self, first: int, last: int) -> float:
        profile = self.profile
        spoken_s = self.ends[last - 1] - self.starts[first]
        shown_s = max(spoken_s + min(self.pauses[last - 1] - self.gap_s, profile.max_hold_s), 0.02)
        cps = (self.letters[last] - self.letters[first] - self.spaces[first]) / shown_s
        cost = 10.0 if spoken_s < profile.min_s else 0.0
        if cps > profile.target_cps:
            cost += cps - profile.target_cps + 3 * max(0.0, cps - profile.warn_cps)
            cost += 50.0 if cps > profile.error_cps else 0.0
        return cost

    def _straddle_cost(self, first: int, last: int) -> float:
        """The end of one sentence with a part of another reads badly; whole sentences together do not."""
        has_stop_inside = self.stops[last - 1] > self.stops[first]
        is_whole = self.stops[last] > self.stops[last - 1] and (
            first == 0 or self.stops[first] > self.stops[first - 1]
        )
        return _STRADDLE if has_stop_inside and not is_whole else 0.0

    def _orphan_cost(self, first: int, last: int) -> float:
        letters = self.letters[last] - self.letters[first] - self.spaces[first]
        if last - first > 1 and letters >= _ORPHAN_CHARACTERS:
            return 0.0
        pause_before_s = self.pauses[first - 1] if first else _ALONE_S
        return 0.0 if min(pause_before_s, self.pauses[last - 1]) >= _ALONE_S else 8.0

    def _load_cost(self, first: int, last: int, before: int) -> float:
        """Line 21 sends one word a frame: a cue that cannot be sent after the one before was shown comes late."""
        frames_there = (self.starts[first] - self.starts[before]) * RATE
        return 100.0 if self._most_frames(first, last) > frames_there else 0.0

    def _most_frames(self, first: int, last: int) -> float:
        return 6 + self.profile.max_lines * _ROW_WORDS + self.loads[last] - self.loads[first]

    def frames_of(self, piece: tuple[int, int], lines: Sequence[str], before: int) -> int:
        """What line 21 needs to send a cue; counted only where the one before has begun shortly before it."""
        first, last = piece
        there_s = self.starts[first] - self.starts[before]
        if not self.profile.is_line21 or (there_s - LATEST_S) * RATE > self._most_frames(first, last) + 1:
            return 0
        return least_frames(lines)

    def _width(self, first: int, last: int) -> int:
        return self.widths[last] - self.widths[first] - self.spaces[first] + self.tails[last - 1]

    def _best_break(self, first: int, last: int, lines: int) -> tuple[float, int]:
        """Where the first line ends best, and what that costs: at a good place, the lower line the longer one."""
        best, chosen = math.inf, last
        if lines < 2 or self._width(first, last) > lines * (self.profile.max_columns + 1):
            return best, chosen
        for place in range(first + 1, last):
            upper = self._width(first, place)
            if upper > self.profile.max_columns:
                break
            lower = self._width(place, last)
            rest = 0.0 if lower <= self.profile.max_columns else self._best_break(place, last, lines - 1)[0]
            uneven = upper - lower if upper > lower else 0.5 * (lower - upper)
            cost = rest + self.line_costs[place] + 0.1 * uneven
            cost += 0.5 * max(0, abs(upper - lower) - _UNEVEN_FROM)
            if cost < best:
                best, chosen = cost, place
        return best, chosen

    def span(self, first: int, last: int, frames: int = 0) -> Span:
        """When these tokens are spoken, how much there is to read and to send."""
        return Span(
            start_s=self.starts[first],
            end_s=self.ends[last - 1],
            characters=self.letters[last] - self.letters[first] - self.spaces[first],
            frames=frames,
        )

    def lines(self, first: int, last: int) -> tuple[str, ...]:
        """The text of a cue as lines."""
        rows = self._rows(first, last)
        if self.mark != SPEAKER and rows[0].startswith(SPEAKER) and rows[0] != SPEAKER:
            return (self.mark + rows[0].removeprefix(SPEAKER).lstrip(), *rows[1:])
        return rows

    def _rows(self, first: int, last: int) -> tuple[str, ...]:
        lines: list[str] = []
        left = self.profile.max_lines
        while self._width(first, last) > self.profile.max_columns and last - first > 1:
            place = self._best_break(first, last, left)[1]
            if place == last:  # more than a cue holds: a person has made it one
                place = self._filled(first, last)
            lines.append(self._text(first, place))
            first, left = place, left - 1
        return (*lines, self._text(first, last))

    def _filled(self, first: int, last: int) -> int:
        """Where a line is full."""
        places = (
            place for place in range(first + 2, last) if self._width(first, place) > self.profile.max_columns
        )
        return next(places, last) - 1

    def _text(self, first: int, last: int) -> str:
        parts = [
            (" " if self.spaces[place] else "") + self.tokens[place].text for place in range(first, last)
        ]
        # Pieces that were composed one by one may compose further where they meet.
        return clean_line("".join(parts))
