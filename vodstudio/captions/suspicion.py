"""What in heard words may be invented, missing or displaced (H1 to H11): told to people, never deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from vodstudio.captions.cue import Cue
from vodstudio.captions.drift import drift_marks, drift_of, pad_of
from vodstudio.captions.mask import Mask, Region, mask_of, without
from vodstudio.captions.phrases import PAUSE_S, Phrase, phrase, phrases_of
from vodstudio.captions.repetition import MOST_COMPRESSED, ROLL_CALL, loops, plain, same_texts, too_even
from vodstudio.captions.tokens import WITHOUT_SPACES
from vodstudio.captions.tongue import foreign_script, other_tongue
from vodstudio.captions.transcript import Mark, Transcript, Word

# A doubt is kept in words.json as it was found: a mark.
Doubt = Mark

_NO_SPEECH, _UNLIKELY = 0.6, -1.0
_LEEWAY_S = 0.3
_OUTSIDE = 0.5
_FEW_WORDS, _ANOMALY = 8, 3.0
_SHORTEST_S = 0.133
# Somebody who speaks Spanish fast says ten words with 34 letters a second; English stays below 28.
_FAST_RUN, _FASTEST_CPS, _SLOWEST_CPS, _SLOW_FROM_S = 10, 36.0, 2.0, 3.0
MISSING_S = 3.0
_WORD_LEEWAY_S = 0.5
_CHUNK_S, _CHUNK_SPEECH_S, _FEWEST_WPM = 30.0, 10.0, 40.0
_AFTER_END_S = 0.05
_QUOTED = 60
_NOTES = re.compile(r"[♪♫♬\s]*[♪♫♬][♪♫♬\s]*")
# What models say into silence, since the films and broadcasts they learned from end so.
_STOCK_PHRASES: dict[str, tuple[str, ...]] = {
    "en": (
        "thanks for watching",
        "thank you for watching",
        "thank you so much for watching",
        "please subscribe",
        "subscribe to",
        "like and subscribe",
        "see you in the next video",
        "see you next time",
        "subtitles by",
        "subtitled by",
        "captions by",
        "transcribed by",
        "transcription by",
        "translated by",
        "amara.org",
        "all rights reserved",
    ),
    "es": ("gracias por ver", "suscríbete", "subtítulos", "nos vemos en el próximo"),
    "fr": ("sous-titr", "merci d'avoir regardé", "abonnez-vous"),
    "de": ("untertitel", "fürs zuschauen", "abonnier"),
    "pt": ("obrigado por assistir", "legendas pela", "inscreva-se"),
    "it": ("sottotitoli", "grazie per aver guardato", "iscriviti"),
    "nl": ("ondertitel", "bedankt voor het kijken"),
    "pl": ("napisy stworzone", "dziękuję za oglądanie"),
    "ru": ("субтитры", "спасибо за просмотр", "подписывайтесь"),
    "ja": ("ご視聴ありがとうございました", "チャンネル登録", "字幕"),
    "ko": ("시청해주셔서 감사합니다", "구독"),
    "zh": ("字幕", "请不吝点赞", "订阅", "謝謝觀看", "谢谢观看"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardStretch:
    """One window as the speech model heard it, with what it says about itself, where it says it."""

    start: float
    end: float
    words: tuple[Word, ...]
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    compression_ratio: float | None = None


def doubts_of_stretch(
    stretch: HeardStretch, regions: Sequence[tuple[float, float]], language: str
) -> tuple[Doubt, ...]:
    """What may be wrong in one window, while it can still be heard again. No regions: nobody looked for a voice."""
    found = list(_of_words(stretch.words, phrases_of(stretch.words), regions, language))
    found += _of_model(stretch, already=any(doubt.rule == "H2" for doubt in found))
    voiced = mask_of(regions).within(stretch.start, stretch.end)
    found += _missing(stretch.words, voiced, stretch.start, stretch.end, language)
    return _in_order(found)


def doubts(transcript: Transcript, cues: Sequence[Cue] = ()) -> tuple[Doubt, ...]:
    """What may be wrong in a whole recording; with cues (of the same clock) their texts and times are judged too."""
    words, regions = transcript.words, transcript.regions
    spoken = _spoken_by_cue(words, cues) if cues else phrases_of(words)
    found = list(_of_words(words, spoken, regions, transcript.language))
    found += same_texts([(cue.start_s, cue.end_s, cue.text) for cue in cues])
    end_s = transcript.duration or max((end for _, end in regions), default=0.0)
    voiced = voice_of(transcript).stretches
    found += _missing(words, voiced, 0.0, end_s, transcript.language)
    shown = [(cue.start_s, cue.end_s, cue.text) for cue in cues] or [
        (each.start, each.end, each.text) for each in spoken
    ]
    found += _after_the_end(shown, transcript.duration)
    found += drift_marks(drift_of(words, regions, pad_of(transcript.settings)))
    return _in_order(found)


def voice_of(transcript: Transcript) -> Mask:
    """Where somebody speaks, without the bit of quiet that the listening step leaves around each region."""
    return mask_of(transcript.regions, pad_s=-pad_of(transcript.settings))


def _in_order(found: Sequence[Doubt]) -> tuple[Doubt, ...]:
    return tuple(sorted(found, key=lambda doubt: (doubt.start, int(doubt.rule[1:]), doubt.end)))


def _of_words(
    words: Sequence[Word], spoken: Sequence[Phrase], regions: Sequence[Region], language: str
) -> Iterator[Doubt]:
    plains = [plain(word.text) for word in words]
    yield from loops(words, plains)
    yield from too_even(words, plains)
    yield from _outside_speech(words, spoken, regions, language)
    yield from _anomalies(words, spoken)
    yield from _odd_speeds(words)
    yield from _other_scripts(spoken, language)
    yield from other_tongue(words, plains, language)


def _of_model(stretch: HeardStretch, *, already: bool) -> Iterator[Doubt]:
    """H2 and H3 as the model itself measured them."""
    is_roll_call = any(plain(word.text) in ROLL_CALL for word in stretch.words)
    ratio = stretch.compression_ratio or 0.0
    if ratio > MOST_COMPRESSED and stretch.words and not (already or is_roll_call):
        text = f"The words pack to 1/{ratio:.1f}: they repeat themselves more than speech does"
        yield Doubt(rule="H2", start=stretch.start, end=stretch.end, text=text)
    if stretch.no_speech_prob is None or stretch.avg_logprob is None or not stretch.words:
        return
    if stretch.no_speech_prob > _NO_SPEECH and stretch.avg_logprob < _UNLIKELY:
        text = "The speech model itself thinks that nobody speaks here, and is not sure of its words"
        yield Doubt(rule="H3", start=stretch.start, end=stretch.end, text=text)


def _spoken_by_cue(words: Sequence[Word], cues: Sequence[Cue]) -> list[Phrase]:
    """The words of each cue: what is shown stays longer than what is said, so that its own times say little."""
    found: list[Phrase] = []
    first = 0
    for number in range(len(cues)):
        until_s = cues[number + 1].start_s - _AFTER_END_S if number + 1 < len(cues) else float("inf")
        last = first
        while last < len(words) and words[last].start < until_s:
            last += 1
        if last > first:
            found.append(phrase(words, first, last))
        first = last
    return found


def _outside_speech(
    words: Sequence[Word], spoken: Sequence[Phrase], regions: Sequence[Region], language: str
) -> Iterator[Doubt]:
    """H4: at least half of it where no voice is. H5: and it is one of the phrases that models invent there."""
    if not regions:
        return
    voice = mask_of(regions, pad_s=_LEEWAY_S)
    for each in spoken:
        lengths = [(word.start, word.end) for word in words[each.first : each.last]]
        whole_s = sum(end - start for start, end in lengths)
        inside_s = sum(voice.covered_s(start, end) for start, end in lengths)
        if whole_s <= 0 or inside_s > (1 - _OUTSIDE) * whole_s:
            continue
        text = f"“{_quoted(each.text)}” stands where no voice was found"
        yield Doubt(rule="H4", start=each.start, end=each.end, text=text)
        if _is_stock(each.text, language):
            text = f"“{_quoted(each.text)}” is what speech models say into silence; probably nobody said it"
            yield Doubt(rule="H5", start=each.start, end=each.end, text=text)


def _is_stock(text: str, language: str) -> bool:
    lowered = text.lower().replace("’", "'")  # noqa: RUF001 - the typographic apostrophe
    lists = {"en", language.split("-")[0].lower()}
    said = any(stock in lowered for name in lists for stock in _STOCK_PHRASES.get(name, ()))
    return said or _NOTES.fullmatch(text) is not None


def _quoted(text: str) -> str:
    return text if len(text) <= _QUOTED else text[: _QUOTED - 3].rstrip() + "..."


def _anomalies(words: Sequence[Word], spoken: Sequence[Phrase]) -> Iterator[Doubt]:
    """H6: the first words are too unlikely, too short or too long, by the measure of the first Whisper."""
    for each in spoken:
        heard = [word for word in words[each.first : each.last] if plain(word.text)]
        if not heard or all(word.probability is None for word in heard):
            continue
        scores = map(_anomaly_of, heard[:_FEW_WORDS], _lengths(heard[: _FEW_WORDS + 1]))
        score = sum(scores)
        if score >= _ANOMALY or score + 0.01 >= len(heard):
            text = f"“{_quoted(each.text)}” was heard with little certainty or in an impossible time"
            yield Doubt(rule="H6", start=each.start, end=each.end, text=text)


def _lengths(heard: Sequence[Word]) -> list[float]:
    """A word without a length beside a long one is a slip of the alignment: such two share their time."""
    lengths = [word.end - word.start for word in heard]
    for place, (short_s, following_s) in enumerate(pairwise(lengths)):
        if short_s < _SHORTEST_S and heard[place + 1].start - heard[place].end < _SHORTEST_S:
            lengths[place] = lengths[place + 1] = (short_s + following_s) / 2
    return lengths


def _anomaly_of(word: Word, lasts_s: float) -> float:
    is_unlikely = word.probability is not None and word.probability < 0.15
    return is_unlikely + max(0.0, _SHORTEST_S - lasts_s) * 15 + max(0.0, lasts_s - 2.0)


def _odd_speeds(words: Sequence[Word]) -> Iterator[Doubt]:
    """H7: ten words in a row faster than anybody speaks, or a run of words that hardly moves."""
    letters = [0, *accumulate(len(word.text) for word in words)]
    after = 0
    for last in range(_FAST_RUN, len(words) + 1):
        first = last - _FAST_RUN
        lasts_s = max(words[last - 1].end - words[first].start, 0.001)
        if first >= after and (letters[last] - letters[first]) / lasts_s > _FASTEST_CPS:
            after = last
            text = "More words than anybody can say in this time"
            yield Doubt(rule="H7", start=words[first].start, end=words[last - 1].end, text=text)
    first = 0
    for place, word in enumerate(words):
        if place + 1 == len(words) or words[place + 1].start - word.end >= PAUSE_S:
            lasts_s = word.end - words[first].start
            said = letters[place + 1] - letters[first]
            if lasts_s >= _SLOW_FROM_S and said / lasts_s < _SLOWEST_CPS:
                text = "Hardly a letter a second: the times of these words cannot be right"
                yield Doubt(rule="H7", start=words[first].start, end=word.end, text=text)
            first = place + 1


def _other_scripts(spoken: Sequence[Phrase], language: str) -> Iterator[Doubt]:
    """H8: letters that this language is not written with."""
    for each in spoken:
        script = foreign_script(each.text, language)
        if script:
            text = f"“{_quoted(each.text)}” is written in {script.capitalize()} letters"
            yield Doubt(rule="H8", start=each.start, end=each.end, text=text)


def _missing(
    words: Sequence[Word], voiced: Sequence[Region], start_s: float, end_s: float, language: str
) -> Iterator[Doubt]:
    """H9: three seconds of voice without a word, or half a minute with far too few."""
    said = mask_of(((word.start, word.end) for word in words), pad_s=_WORD_LEEWAY_S)
    voice = mask_of(voiced)
    silent = [gap for gap in without(voice.stretches, said) if gap[1] - gap[0] >= MISSING_S]
    for start, end in silent:
        text = f"A voice is heard for {end - start:.0f} s, and there is no word"
        yield Doubt(rule="H9", start=start, end=end, text=text)
    if language.split("-")[0].lower() not in WITHOUT_SPACES:
        yield from _sparse(words, voice, mask_of(silent), (start_s, end_s))


def _sparse(words: Sequence[Word], voice: Mask, told: Mask, span: Region) -> Iterator[Doubt]:
    """Stretches of half a minute in which a voice speaks and hardly a word was heard; each is told once."""
    counts: dict[int, int] = {}
    for word in words:
        number = int((word.start - span[0]) // _CHUNK_S)
        counts[number] = counts.get(number, 0) + 1
    for number in range(int((span[1] - span[0]) // _CHUNK_S) + 1):
        start = span[0] + number * _CHUNK_S
        end = min(start + _CHUNK_S, span[1])
        speech_s = voice.covered_s(start, end) - told.covered_s(start, end)
        if speech_s >= _CHUNK_SPEECH_S and counts.get(number, 0) * 60 / speech_s < _FEWEST_WPM:
            text = f"{speech_s:.0f} s of voice gave {counts.get(number, 0)} words only"
            yield Doubt(rule="H9", start=start, end=end, text=text)


def _after_the_end(shown: Sequence[tuple[float, float, str]], duration_s: float) -> Iterator[Doubt]:
    """H10: what would be shown when the recording is over."""
    for start, end, text in shown:
        if duration_s > 0 and end > duration_s + _AFTER_END_S:
            told = f"“{_quoted(text)}” goes on after the recording has ended"
            yield Doubt(rule="H10", start=start, end=end, text=told)
