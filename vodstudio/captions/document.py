"""Captions while somebody corrects them: words and decisions, the cues derived from them piece by piece, undo."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from fractions import Fraction
from operator import attrgetter

from vodstudio.captions.alignment import text_of
from vodstudio.captions.borders import Borders
from vodstudio.captions.cue import Cue
from vodstudio.captions.edits import later, locked, numbered_from, sliced
from vodstudio.captions.history import Change, History
from vodstudio.captions.profile import Profile
from vodstudio.captions.repair import repair_words
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.spelling import Spelling
from vodstudio.captions.transcript import Transcript, Word

STRETCH_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Touched:
    """Rows that were replaced: from where, how many there were, how many there are."""

    first: int
    removed: int
    inserted: int


NOTHING = Touched(0, 0, 0)


def _nobody(_share: float) -> None:
    """Listens to how far it is."""


class Document:
    """The captions of one video, in the time of that video; words before its beginning are kept aside."""

    def __init__(
        self,
        transcript: Transcript,
        profile: Profile,
        setting: Setting,
        *,
        in_point_s: float = 0.0,
        told: Callable[[float], object] = _nobody,
    ) -> None:
        self.profile = profile
        self._setting = setting
        self._transcript = transcript
        self._in_point_s = in_point_s
        words = transcript.words
        if not transcript.edits:  # what a person has corrected was repaired before
            words = repair_words(words, transcript.duration, transcript.regions).words
        cut = sum(word.end <= in_point_s for word in words) if in_point_s > 0 else 0
        self._head = words[:cut]
        self.words = [_moved(word, -in_point_s) for word in words[cut:]] if in_point_s else list(words)
        self.edits = later(sliced(transcript.edits, cut, len(words)), -in_point_s)
        self._firsts: list[int] = []
        self._cues: list[Cue] = []
        self._history = History()
        self._look_at_borders()
        self.spelling = Spelling(self.words, self.edits.locked_breaks, setting.numbers, setting.language)
        self._lay_out(told)

    @property
    def language(self) -> str:
        """What is spoken."""
        return self._setting.language

    @property
    def duration_s(self) -> float:
        """How long the video is; 0 where nobody knows."""
        return self._setting.duration_s

    @property
    def fps(self) -> Fraction:
        """Pictures a second."""
        return self._setting.fps

    @property
    def is_usually_top(self) -> bool:
        """Whether captions of this city stand at the top where nobody decides otherwise."""
        return self._setting.is_top

    @property
    def frame_s(self) -> float:
        """How long one picture is shown."""
        return float(1 / self._setting.fps)

    @property
    def count(self) -> int:
        """How many captions there are."""
        return len(self._cues)

    @property
    def cues(self) -> tuple[Cue, ...]:
        """All of them."""
        return tuple(self._cues)

    @property
    def cues_inside(self) -> tuple[Cue, ...]:
        """Those that begin before the video ends: what the files hold."""
        return tuple(self._cues[: bisect_left(self._firsts, self._borders.inside)])

    @property
    def is_changed(self) -> bool:
        """Whether something would be lost that is not saved."""
        return self._history.is_changed

    @property
    def undo_change(self) -> Change | None:
        """What `undo` would do."""
        return self._history.back

    @property
    def redo_change(self) -> Change | None:
        """What `redo` would do."""
        return self._history.again

    @property
    def undo_name(self) -> str:
        """What would be taken back."""
        return change.name if (change := self._history.back) else ""

    @property
    def redo_name(self) -> str:
        """What would be done again."""
        return change.name if (change := self._history.again) else ""

    def cue(self, row: int) -> Cue:
        """One caption."""
        return self._cues[row]

    def span(self, row: int) -> tuple[int, int]:
        """The words of a caption, from and up to; a word that is cut in several belongs to all of them."""
        first = self._firsts[row]
        after = bisect_right(self._firsts, first)
        return first, self._firsts[after] if after < len(self._firsts) else len(self.words)

    def text(self, row: int) -> str:
        """Its words as one running text."""
        first, last = self.span(row)
        return text_of(self.spelling.words[first:last])

    def row_at(self, at_s: float) -> int:
        """The caption that is shown then, or the last one before; -1 when there is none."""
        return bisect_right(self._cues, at_s, key=attrgetter("start_s")) - 1

    def row_of_word(self, word: int) -> int:
        """The caption that a word is in."""
        return bisect_right(self._firsts, word) - 1

    def is_beyond(self, row: int) -> bool:
        """Whether it begins after the video has ended: such captions are in no file (F10)."""
        return self._firsts[row] >= self._borders.inside

    def apply(self, change: Change) -> Touched:
        """Do it; what was undone cannot be done again after it."""
        self._history.did(change)
        return self._put(change)

    def undo(self) -> Touched:
        """Take the last change back."""
        change = self._history.go_back()
        return self._put(change) if change else NOTHING

    def redo(self) -> Touched:
        """Do again what was taken back."""
        change = self._history.go_on()
        return self._put(change) if change else NOTHING

    def mark_saved(self) -> None:
        """What is there now is kept."""
        self._history.mark_saved()

    def apart(self) -> Document:
        """The same document a second time: what is done to the one is not seen in the other."""
        twin = copy(self)
        twin.words, twin._firsts, twin._cues = list(self.words), list(self._firsts), list(self._cues)
        twin.spelling = self.spelling.apart()
        twin._history = self._history.apart()
        twin._look_at_borders()
        return twin

    def become(self, twin: Document) -> None:
        """From now on this is what was done to the one that was `apart`, all at once."""
        vars(self).update(vars(twin.apart()))

    def heard(self) -> Transcript:
        """What is there now with the clock of the video, as checks compare it."""
        told = replace(self._transcript, duration=self.duration_s or self._transcript.duration)
        return _earlier(replace(told, words=tuple(self.words)), self._in_point_s)

    def transcript(self, *, run: str, author: str) -> Transcript:
        """The corrected version, a child of the one that was opened."""
        by_s, cut = self._in_point_s, len(self._head)
        words = tuple(_moved(word, by_s) for word in self.words) if by_s else tuple(self.words)
        # Decisions say that the words were repaired; where all are taken back, the first caption begins where it does.
        edits = numbered_from(later(self.edits or locked(self.edits, {0}), by_s), cut)
        told = replace(self._transcript, words=self._head + words, edits=edits)
        return replace(told, run=run, parent=self._transcript.run, author=author)

    def _put(self, change: Change) -> Touched:
        if change.reach is None:
            self.edits = change.after
            return NOTHING
        low, high = change.reach
        old = self._borders.block(low, high)
        self.words[change.first : change.first + len(change.removed)] = change.inserted
        self.edits = change.after
        self._look_at_borders()
        place = (change.first, len(change.removed), len(change.inserted))
        low, high = self.spelling.replaced(self.words, self.edits.locked_breaks, place, (low, high))
        new = self._borders.block(low, high + change.growth)
        return self._derive(min(old[0], new[0]), max(old[1] + change.growth, new[1]), change.growth)

    def _look_at_borders(self) -> None:
        self._borders = Borders(
            self.words, self.edits, duration_s=self.duration_s, hard_pause_s=self.profile.hard_pause_s
        )

    def _lay_out(self, told: Callable[[float], object]) -> None:
        """All captions for the first time, some minutes after the other; `told` hears which part is done."""
        borders, at = self._borders, 0
        while at < len(self.words):
            end = borders.after(at + STRETCH_WORDS)
            begin = self._context(at)
            made = [pair for pair in self._derived(begin, borders.after(end + 1)) if at <= pair[0] < end]
            self._firsts += [word for word, _ in made]
            self._cues += [cue for _, cue in made]
            told(end / len(self.words))
            at = end

    def _context(self, word: int) -> int:
        """From where on captions say when this word's caption begins: the block before, and those it waits for."""
        begin = self._borders.before(word - 1)
        while begin and begin not in self.edits.time_overrides and self._late_s(begin) > self.frame_s:
            begin = self._borders.before(begin - 1)
        return begin

    def _derive(self, low: int, high: int, growth: int) -> Touched:
        """Make the captions of these words again, with the block before and after, whose times look at them."""
        start, end = self._borders.before(low - 1), self._borders.after(high + 1)
        begin, stop = self._context(start), self._borders.after(end + 1)
        derived = list(self._derived(begin, stop))
        while end < len(self.words) and _starts(derived, end, stop) != self._starts(
            end - growth, stop - growth
        ):
            end, stop = stop, self._borders.after(stop + 1)
            derived = list(self._derived(begin, stop))
        first = bisect_left(self._firsts, start)
        last = bisect_left(self._firsts, end - growth) if end < len(self.words) else len(self._firsts)
        made = [pair for pair in derived if start <= pair[0] < end]
        self._firsts[first:] = [
            *(word for word, _ in made),
            *(word + growth for word in self._firsts[last:]),
        ]
        self._cues[first:last] = [cue for _, cue in made]
        return Touched(first, last - first, len(made))

    def _late_s(self, word: int) -> float:
        """How long the caption of this word waits, because line 21 is busy with those before."""
        row = bisect_left(self._firsts, word)
        return max((cue.start_s - self.words[word].start for cue in self._cues[row : row + 1]), default=0.0)

    def _starts(self, low: int, high: int) -> list[float]:
        first, last = bisect_left(self._firsts, low), bisect_left(self._firsts, high)
        return [cue.start_s for cue in self._cues[first:last]]

    def _derived(self, low: int, high: int) -> Iterator[tuple[int, Cue]]:
        """First word and caption; words after the end of the video are captions too, which no file will hold."""
        middle = min(max(self._borders.inside, low), high)
        for first, last, duration_s in ((low, middle, self.duration_s), (middle, high, 0.0)):
            decided = sliced(self.edits, first, last)
            setting = replace(
                self._setting,
                duration_s=duration_s,
                locked_breaks=decided.locked_breaks,
                whole=decided.whole,
                time_overrides=decided.time_overrides,
                placements=decided.placements,
            )
            found = segment(self.spelling.words[first:last], self.profile, setting)
            yield from zip((first + word for word in found.first_words), found.cues, strict=True)


def _starts(made: Iterable[tuple[int, Cue]], low: int, high: int) -> list[float]:
    """When the captions of these words begin."""
    return [cue.start_s for word, cue in made if low <= word < high]


def _earlier(told: Transcript, by_s: float) -> Transcript:
    """The same words; where voices are and what was marked, as much earlier as the video begins later."""
    return replace(
        told,
        regions=tuple((start - by_s, end - by_s) for start, end in told.regions if end - by_s > 0),
        marks=tuple(
            replace(mark, start=mark.start - by_s, end=mark.end - by_s)
            for mark in told.marks
            if mark.end - by_s > 0
        ),
    )


def _moved(word: Word, by_s: float) -> Word:
    return replace(word, start=max(0.0, word.start + by_s), end=max(0.0, word.end + by_s))
