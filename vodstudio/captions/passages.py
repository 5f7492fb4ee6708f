"""Words as paragraphs that people read: some seconds each, ended where a sentence or a pause ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vodstudio.captions.transcript import Mark, Word
from vodstudio.core.transcripts import Passage

LONGEST_S = 30.0
ENOUGH_S = 12.0
PAUSE_S = 1.5
_ENDS = (".", "?", "!")


def passages_of(words: Iterable[Word], marks: Sequence[Mark] = ()) -> tuple[Passage, ...]:
    """All words in their order, none twice and none left out."""
    passages: list[Passage] = []
    now: list[Word] = []
    for word in words:
        if now and _is_over(now, word):
            passages.append(_passage(now, marks))
            now = []
        now.append(word)
    if now:
        passages.append(_passage(now, marks))
    return tuple(passages)


def _is_over(now: Sequence[Word], word: Word) -> bool:
    """Whether the next word begins a new paragraph."""
    length_s = word.start - now[0].start
    if length_s >= LONGEST_S:
        return True
    is_pause = word.start - now[-1].end >= PAUSE_S
    return length_s >= ENOUGH_S and (is_pause or now[-1].text.rstrip().endswith(_ENDS))


def _passage(words: Sequence[Word], marks: Sequence[Mark]) -> Passage:
    start_s, end_s = words[0].start, max(word.end for word in words)
    doubts = [mark.text for mark in marks if mark.start < end_s and mark.end > start_s]
    return Passage(
        start_s=start_s,
        end_s=end_s,
        text=" ".join("".join(word.text for word in words).split()),
        doubts=tuple(dict.fromkeys(doubts)),
    )


def words_in(body: Mapping[str, object]) -> tuple[Word, ...]:
    """The words that a checkpoint of the speech step carries; any other carries none."""
    told = body.get("words")
    return tuple(word for each in told if (word := _word(each))) if isinstance(told, list) else ()


def marks_in(body: Mapping[str, object]) -> tuple[Mark, ...]:
    """What was doubted in the window of such a checkpoint."""
    told = body.get("marks")
    return tuple(mark for each in told if (mark := _mark(each))) if isinstance(told, list) else ()


def _mark(body: object) -> Mark | None:
    match body:
        case {
            "rule": str(rule),
            "start": int() | float() as start,
            "end": int() | float() as end,
            "text": str(text),
        }:
            return Mark(rule=rule, start=start, end=end, text=text)
        case _:
            return None


def _word(body: object) -> Word | None:
    match body:
        case {"text": str(text), "start": int() | float() as start, "end": int() | float() as end}:
            return Word(text=text, start=start, end=end)
        case _:
            return None
