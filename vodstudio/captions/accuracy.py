"""How right the words are, measured: a person corrects three minutes, and the difference is counted, nothing guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vodstudio.captions.mask import Region, mask_of
from vodstudio.captions.repetition import plain
from vodstudio.captions.transcript import Word
from vodstudio.core.errors import BadMedia

SAMPLES, SAMPLE_S = 3, 60.0
_STEP_S = 5.0
_FEWEST_WORDS = 100
# The score of 95 in 100 for a share that was counted in a sample (Wilson).
_SCORE = 1.96
_HEADING = re.compile(r"\[(\d+):(\d\d):(\d\d)(?:\.(\d))? to (\d+):(\d\d):(\d\d)(?:\.(\d))?\]")


def sample_minutes(regions: Sequence[Region], duration_s: float) -> tuple[Region, ...]:
    """Three minutes of ordinary speech, one from each third of what is said; the same recording gives the same."""
    voice = mask_of(regions)
    if duration_s <= SAMPLES * SAMPLE_S or voice.total_s <= SAMPLES * SAMPLE_S / 2:
        return ((0.0, duration_s),) if voice.total_s > 0 else ()
    chosen: list[Region] = []
    starts = [at * _STEP_S for at in range(int((duration_s - SAMPLE_S) / _STEP_S) + 1)]
    for third in range(SAMPLES):
        low_s, high_s = (voice.total_s * share / SAMPLES for share in (third, third + 1))
        inside = [
            start
            for start in starts
            if low_s <= voice.seconds_before(start + SAMPLE_S / 2) < high_s
            and (not chosen or start >= chosen[-1][1])
        ]
        # The fullest minute is somebody reading aloud; the middle one is how the meeting is.
        inside.sort(key=lambda start: (voice.covered_s(start, start + SAMPLE_S), start))
        spoken = [
            start for start in inside if voice.covered_s(start, start + SAMPLE_S) >= SAMPLE_S / 2
        ] or inside
        if spoken:
            start_s = spoken[len(spoken) // 2]
            chosen.append((start_s, start_s + SAMPLE_S))
    return tuple(chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Words of the sample that a person had to change, add or take away, of all that were said."""

    words: int
    changed: int
    missing: int
    invented: int

    @property
    def errors(self) -> int:
        """All three."""
        return self.changed + self.missing + self.invented

    @property
    def error_percent(self) -> float:
        """The word error rate of the sample; more than 100 where more was invented than said."""
        return 100.0 * self.errors / self.words if self.words else (100.0 if self.errors else 0.0)

    @property
    def range_percent(self) -> Region:
        """Where the rate of the whole recording lies, 95 times in 100, if the sample is like the rest of it."""
        if not self.words:
            return 0.0, 100.0
        share = min(1.0, self.errors / self.words)
        spread = _SCORE**2 / self.words
        middle = (share + spread / 2) / (1 + spread)
        half = _SCORE * math.sqrt(share * (1 - share) / self.words + spread / (4 * self.words)) / (1 + spread)
        return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)

    @property
    def sentence(self) -> str:
        """What was measured, on how much, and how sure that is."""
        if self.words < _FEWEST_WORDS:
            return f"{self.errors} of {self.words} words differ: too few words to say more"
        low, high = self.range_percent
        return (
            f"{self.errors} of {self.words} words that were checked differ ({self.error_percent:.1f} %);"
            f" for the whole recording that means {low:.1f} to {high:.1f} %"
        )


def accuracy_of(heard: Sequence[Word], corrected: Sequence[Word], minutes: Sequence[Region]) -> Accuracy:
    """Compare what was heard in these minutes with what a person has made of it: case and signs do not count."""
    return together([_compared(_said(corrected, *minute), _said(heard, *minute)) for minute in minutes])


def together(found: Sequence[Accuracy]) -> Accuracy:
    """All of them as one sample."""
    return Accuracy(
        words=sum(each.words for each in found),
        changed=sum(each.changed for each in found),
        missing=sum(each.missing for each in found),
        invented=sum(each.invented for each in found),
    )


def minute_accuracy(heard: Sequence[Word], text: str, minute: Region) -> Accuracy:
    """The same for one minute, and the text that a person has made of it."""
    return accuracy_of(heard, tuple(_spread(text.split(), minute)), [minute])


def _said(words: Sequence[Word], start_s: float, end_s: float) -> list[str]:
    inside = (word for word in words if start_s <= (word.start + word.end) / 2 < end_s)
    return [bare for word in inside for part in word.text.split() if (bare := plain(part))]


def _compared(meant: Sequence[str], heard: Sequence[str]) -> Accuracy:
    """The fewest changes that make one of the other: (errors, changed, missing, invented) for each prefix."""
    row = [(place, 0, 0, place) for place in range(len(heard) + 1)]
    for number, word in enumerate(meant, start=1):
        before, row[0] = row[0], (number, 0, number, 0)
        for place, other in enumerate(heard, start=1):
            above, left = row[place], row[place - 1]
            same = before if word == other else (before[0] + 1, before[1] + 1, before[2], before[3])
            missing = (above[0] + 1, above[1], above[2] + 1, above[3])
            invented = (left[0] + 1, left[1], left[2], left[3] + 1)
            before, row[place] = above, min(same, missing, invented)
    _, changed, missing_words, invented_words = row[-1]
    return Accuracy(words=len(meant), changed=changed, missing=missing_words, invented=invented_words)


def sample_text(words: Sequence[Word], minutes: Sequence[Region]) -> str:
    """What was heard in these minutes, each under its time: for a person to correct while listening."""
    return "\n".join(f"{_heading(minute)}\n{minute_text(words, minute)}\n" for minute in minutes)


def minute_text(words: Sequence[Word], minute: Region) -> str:
    """What was heard in this minute."""
    return " ".join(_texts(words, *minute))


def _texts(words: Sequence[Word], start_s: float, end_s: float) -> Iterator[str]:
    return (word.text.strip() for word in words if start_s <= (word.start + word.end) / 2 < end_s)


def _heading(minute: Region) -> str:
    return f"[{_label(minute[0])} to {_label(minute[1])}]"


def _label(at_s: float) -> str:
    tenths = round(at_s * 10)
    return f"{tenths // 36000}:{tenths // 600 % 60:02}:{tenths // 10 % 60:02}.{tenths % 10}"


def corrected_sample(text: str) -> tuple[tuple[Region, ...], tuple[Word, ...]]:
    """The minutes of such a text and the words that a person left in it, spread over their minute."""
    minutes: list[Region] = []
    words: list[Word] = []
    said: list[str] = []
    for line in (*text.splitlines(), "[end]"):
        match = _HEADING.fullmatch(line.strip())
        if match is None and line != "[end]":
            said += line.split()
            continue
        if minutes:
            words += _spread(said, minutes[-1])
        elif said:
            break
        said = []
        if match is not None:
            minutes.append((_seconds(*match.groups()[:4]), _seconds(*match.groups()[4:])))
    if not minutes or any(start_s >= end_s for start_s, end_s in minutes):
        raise BadMedia(
            "This is not a sample of minutes to correct",
            hint="Nothing was measured. Make one with: vodstudio captions accuracy words.json --sample sample.txt, "
            "correct the words in it, and leave the lines with times as they are.",
            code="VS-NO-SAMPLE",
        )
    return tuple(minutes), tuple(words)


def _seconds(hours: str, minutes: str, seconds: str, tenths: str | None) -> float:
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(tenths or 0) / 10


def _spread(said: Sequence[str], minute: Region) -> Iterator[Word]:
    start_s, end_s = minute
    each_s = (end_s - start_s) / max(1, len(said))
    for place, text in enumerate(said):
        yield Word(text=f" {text}", start=start_s + place * each_s, end=start_s + (place + 1) * each_s)
