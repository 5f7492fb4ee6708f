"""Captions as prose: paragraphs by pauses and speakers, with the time of each when that is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vodstudio.captions.cue import Cue, check_cues

PARAGRAPH_PAUSE_S = 2.0
_LONG_PAUSE_S = 5.0
_LONGEST_WORDS = 120
# Words without full stops are never a page without an end.
_MOST_WORDS = 300
_SENTENCE_END = re.compile(r"[.?!…][\"'\u201d\u2019)\]]*$")
_SPEAKER = re.compile(r">> ?|- ?\S")


def write_plain(cues: Sequence[Cue]) -> str:
    """Every word in order, a paragraph a line, an empty line between them."""
    return "\n\n".join(text for _, text in paragraphs(cues)) + ("\n" if cues else "")


def write_transcript(cues: Sequence[Cue]) -> str:
    """The same with the time at which each paragraph begins: `[0:12:34] text`."""
    return "\n\n".join(f"[{_clock(at_s)}] {text}" for at_s, text in paragraphs(cues)) + ("\n" if cues else "")


def paragraphs(cues: Sequence[Cue]) -> Iterator[tuple[float, str]]:
    """Where each begins in seconds, and its text."""
    check_cues(cues)
    held: list[Cue] = []
    words = 0
    for cue in cues:
        if held and _is_new(held[-1], words, cue):
            yield held[0].start_s, " ".join(one.text for one in held)
            held, words = [], 0
        held.append(cue)
        words += len(cue.text.split())
    if held:
        yield held[0].start_s, " ".join(one.text for one in held)


def _is_new(before: Cue, words: int, cue: Cue) -> bool:
    """Another speaker, a long pause, or a good place to end: after a sentence at a pause, or when it is long."""
    pause_s = cue.start_s - before.end_s
    if _SPEAKER.match(cue.text) or pause_s >= _LONG_PAUSE_S or words >= _MOST_WORDS:
        return True
    is_due = pause_s >= PARAGRAPH_PAUSE_S or words >= _LONGEST_WORDS
    return is_due and _SENTENCE_END.search(before.text) is not None


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
