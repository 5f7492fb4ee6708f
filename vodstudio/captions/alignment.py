"""New text for words that have times: what is unchanged keeps its times, what is new gets a share of the room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

from vodstudio.captions.cue import clean_line, graphemes
from vodstudio.captions.tokens import WITHOUT_SPACES
from vodstudio.captions.transcript import Word

HAND = "hand"
_LONGEST_S = 1.8
_LIKELY_S = 0.35
_LEAST_S = 0.06

Token = tuple[Word, ...]


def reworded(
    text: str,
    words: Sequence[Word],
    room: tuple[float, float],
    *,
    language: str = "en",
    shown: Sequence[Word] | None = None,
) -> list[Word]:
    """The words of `text`, said where `words` were; `room` is from the word before them to the word after them.

    `shown` are the words as a person reads them, where these are other ones: what is unchanged in them stays as heard.
    """
    is_spaced = language.split("-")[0].lower() not in WITHOUT_SPACES
    before: list[Token] = list(_tokens(words, shown or words) if is_spaced else _signs(words))
    read = [text_of(token) for token in (_tokens(shown, shown) if shown and is_spaced else before)]
    after = clean_line(text).split() if is_spaced else _pieces(clean_line(text))
    matcher = SequenceMatcher(None, read, after, autojunk=False)
    made: list[Word] = []
    for tag, first, last, begin, end in matcher.get_opcodes():
        if tag == "equal":
            made += [word for token in before[first:last] for word in token]
        elif tag == "replace":
            made += _replaced(before[first:last], after[begin:end], is_spaced=is_spaced)
        elif tag == "insert":
            fresh = [_fresh(each, is_spaced=is_spaced) for each in after[begin:end]]
            following = before[first] if first < len(before) else ()
            made, following = _inserted(made, fresh, following, room)
            before[first : first + 1] = [following] if following else []
    return made


def text_of(words: Sequence[Word]) -> str:
    """Words as one running text."""
    return clean_line("".join(word.text for word in words))


def _tokens(words: Sequence[Word], shown: Sequence[Word]) -> Iterator[Token]:
    """Words that are written together belong together; an empty one belongs to the number before it."""
    together: list[Word] = []
    is_spaced = False
    for word, read in zip(words, shown, strict=True):
        if together and (read.text[:1].isspace() or is_spaced):
            yield tuple(together)
            together = []
        together.append(word)
        is_spaced = read.text[-1:].isspace() if read.text else is_spaced
    if together:
        yield tuple(together)


def _signs(words: Sequence[Word]) -> Iterator[Token]:
    """Each sign with its share of the word's time, where no spaces tell words apart."""
    for word in words:
        signs = graphemes(clean_line(word.text))
        for sign, (start, end) in zip(signs, _shares(signs, word.start, word.end), strict=True):
            yield (word if len(signs) == 1 else replace(word, text=sign, start=start, end=end),)


def _pieces(text: str) -> list[str]:
    return [sign for sign in graphemes(text) if sign != " "]


def _fresh(text: str, *, is_spaced: bool) -> Word:
    return Word(text=f" {text}" if is_spaced else text, start=0.0, end=0.0, source=HAND)


def _replaced(before: Sequence[Token], after: Sequence[str], *, is_spaced: bool) -> list[Word]:
    """One for one keeps each one's time; otherwise the time of all is shared out by letters."""
    if len(before) == len(after):
        times = [(token[0].start, token[-1].end) for token in before]
    else:
        times = _shares(after, before[0][0].start, before[-1][-1].end)
    fresh = [_fresh(text, is_spaced=is_spaced) for text in after]
    return _timed(fresh, [(start, min(end, start + _LONGEST_S)) for start, end in times])


def _inserted(
    made: list[Word], fresh: list[Word], following: Token, room: tuple[float, float]
) -> tuple[list[Word], Token]:
    """Into the silence there is; where there is none, the word before or after gives a part of its time."""
    start_s = made[-1].end if made else room[0]
    end_s = following[0].start if following else room[1]
    texts = [word.text for word in fresh]
    if end_s - start_s >= _LEAST_S * len(fresh) or not (made or following):
        return [
            *made,
            *_timed(fresh, _shares(texts, start_s, min(end_s, start_s + _LIKELY_S * len(fresh)))),
        ], following
    if made:
        kept, *times = _shares([made[-1].text, *texts], made[-1].start, max(end_s, made[-1].end))
        return [*made[:-1], replace(made[-1], end=kept[1]), *_timed(fresh, times)], following
    giver, *others = following
    *times, kept = _shares([*texts, giver.text], giver.start, giver.end)
    return _timed(fresh, times), (replace(giver, start=kept[0]), *others)


def _timed(words: Sequence[Word], times: Sequence[tuple[float, float]]) -> list[Word]:
    return [replace(word, start=start, end=end) for word, (start, end) in zip(words, times, strict=True)]


def _shares(texts: Sequence[str], start_s: float, end_s: float) -> list[tuple[float, float]]:
    """The seconds from `start_s` to `end_s`, shared out by letters."""
    letters = [len(text.strip()) or 1 for text in texts]
    each_s = max(0.0, end_s - start_s) / sum(letters)
    marks = [start_s]
    for count in letters:
        marks.append(marks[-1] + each_s * count)
    return list(pairwise(marks))
