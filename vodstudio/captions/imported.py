"""Captions that were made elsewhere, as words with times: to be laid out again, or compared with the voice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vodstudio.captions.cue import Cue, clean_line
from vodstudio.captions.mask import Region
from vodstudio.captions.transcript import Transcript, Word

# Captions stay longer than their words: nobody speaks more slowly than this within one.
_SLOWEST_CPS = 12.0
_LEAST_S = 0.02
# Marks of another speaker, which each city writes as it likes; a hyphen may also begin a part of a word.
_MARKS = str.maketrans("", "", ">-")


def words_of_cues(cues: Sequence[Cue]) -> tuple[Word, ...]:
    """Every word of every cue in order; its time is shared out by letters, within the time that it takes to say."""
    return tuple(word for cue in cues for word in _words(cue))


def _words(cue: Cue) -> Iterator[Word]:
    texts = clean_line(" ".join(cue.lines)).split()
    letters = sum(len(text) + 1 for text in texts)
    lasts_s = max(_LEAST_S, min(cue.end_s - cue.start_s, letters / _SLOWEST_CPS))
    at_s = cue.start_s
    for text in texts:
        share_s = lasts_s * (len(text) + 1) / letters
        yield Word(text=f" {text}", start=at_s, end=at_s + share_s, source="captions")
        at_s += share_s


def transcript_of_cues(
    cues: Sequence[Cue], *, language: str, duration_s: float, regions: Sequence[Region] = ()
) -> Transcript:
    """The captions as if they had been heard; `regions` are where a voice was found, if anybody looked."""
    return Transcript(
        language=language,
        duration=duration_s,
        words=words_of_cues(cues),
        regions=tuple(regions),
        author="captions",
    )


def squeezed(text: str) -> str:
    """Text without its spaces: what captions and the words they are made of have in common."""
    return clean_line(text).replace(" ", "")


def _letters(text: str) -> str:
    return squeezed(text).translate(_MARKS)


def spoken_times(cues: Sequence[Cue], words: Sequence[Word]) -> list[Region] | None:
    """From the first word to the last of each cue; None where the cues do not say these words."""
    shown = [_letters("".join(cue.lines)) for cue in cues]
    said = [_letters(word.text) for word in words]
    if "".join(shown) != "".join(said):
        return None
    times: list[Region] = []
    place, left = -1, 0
    for text in shown:
        wanted, first = len(text), None
        while wanted > 0:
            if left == 0:
                place += 1
                left = len(said[place])
                continue
            first = place if first is None else first
            taken = min(left, wanted)
            left -= taken
            wanted -= taken
        begin = words[max(place, 0) if first is None else first]
        times.append((begin.start, words[max(place, 0)].end))
    return times
