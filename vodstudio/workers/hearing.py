"""The window loop: one window after the other goes through the model, and each leaves a complete resume state.

It follows `WhisperModel.generate_segments` of faster-whisper 1.2.1 without text carried from window to window, on
the library's own parts, so that a run can stop after any window and go on with the same words.
A test compares it with the library, word by word; it fails when an upgrade changes the result.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from inspect import signature
from typing import Any

from vodstudio.core.vocabulary import hotwords
from vodstudio.workers.inventions import Surroundings, last_end
from vodstudio.workers.spoken_language import Language, spoken_in
from vodstudio.workers.windows import Clock, Features

Segments = list[dict[str, Any]]
PlaceWord = Callable[[float, float], tuple[float, float]]
# What the tokenizer writes for bytes that are no whole letter.
_HALF_A_LETTER = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingSettings:
    """How the model is asked.

    `gives_up_after` so many windows in a row that no temperature made sense of (another language, a crowd), each one
    after is asked once, until one makes sense again: such a minute would cost half an hour otherwise.
    """

    language: str = "en"
    beam_size: int = 5
    hotwords: str = ""
    silence_before_invention_s: float | None = None
    seed: str = ""
    gives_up_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Everything that the next window needs to know of those before it.

    `chunk` counts where speech is batched, `senseless` the windows in a row that made no sense.
    """

    index: int = 0
    seek: int = 0
    last_speech_s: float = 0.0
    chunk: int = 0
    senseless: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWord:
    """A word in time of the recording; its text begins with a space unless it belongs to the word before."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What the model said to one input, and how sure it was. `first` and `last` are frames of the speech.

    `spoken` is what it sounds like, whatever language the model was asked in; None where the model knows only one.
    """

    first: int
    last: int
    start_s: float
    end_s: float
    words: tuple[HeardWord, ...]
    temperature: float
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float
    spoken: Language | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWindow:
    """What one window gave (a batch gives several stretches), and where the next one begins."""

    index: int
    stretches: tuple[Stretch, ...]
    after: Position

    @property
    def words(self) -> tuple[HeardWord, ...]:
        """All its words."""
        return tuple(word for stretch in self.stretches for word in stretch.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The model's tokens for one input, and how sure it was."""

    encoded: Any
    tokens: list[int]
    temperature: float
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float
    spoken: Language | None = None

    def stretch(
        self, frames: tuple[int, int], span_s: tuple[float, float], words: tuple[HeardWord, ...]
    ) -> Stretch:
        """With its place and its words."""
        return Stretch(
            first=frames[0],
            last=frames[1],
            start_s=span_s[0],
            end_s=span_s[1],
            words=words,
            temperature=self.temperature,
            avg_logprob=round(float(self.avg_logprob), 4),
            compression_ratio=round(float(self.compression_ratio), 4),
            no_speech_prob=round(float(self.no_speech_prob), 4),
            spoken=self.spoken,
        )


class Ear:
    """A model that is asked in one language with one set of settings."""

    def __init__(self, model: Any, language: str, settings: HearingSettings) -> None:
        self.model = model
        self.language = language
        self.settings = settings
        self.tokenizer = _tokenizer(model, language)
        self.options = _options(self.tokenizer, settings, model.max_length)
        self.per_second = int(model.frames_per_second)
        self.longest_frames = int(model.feature_extractor.nb_max_frames)

    def ask(self, features: Any, number: int | str, options: Any) -> Answer:
        """What the model says to at most 30 seconds; whatever it samples follows from the window's number."""
        from faster_whisper.audio import pad_or_trim

        encoded = self.model.encode(pad_or_trim(features))
        spoken = spoken_in(self.model, encoded)
        self.model.model.begin_window(_seed(self.settings.seed, number))
        prompt = self.model.get_prompt(self.tokenizer, [], hotwords=options.hotwords)
        result, logprob, temperature, ratio = self.model.generate_with_fallback(
            encoded, prompt, self.tokenizer, options
        )
        return Answer(
            encoded=encoded,
            tokens=result.sequences_ids[0],
            temperature=temperature,
            avg_logprob=logprob,
            compression_ratio=ratio,
            no_speech_prob=result.no_speech_prob,
            spoken=spoken[0] if spoken else None,
        )

    def is_silence(self, answer: Answer) -> bool:
        """Whether the library would take this for silence."""
        options = self.options
        return bool(
            answer.no_speech_prob > options.no_speech_threshold
            and answer.avg_logprob <= options.log_prob_threshold
        )

    def is_sense(self, answer: Answer) -> bool:
        """Whether the library would not ask again at a higher temperature."""
        options = self.options
        return self.is_silence(answer) or bool(
            answer.avg_logprob >= options.log_prob_threshold
            and answer.compression_ratio <= options.compression_ratio_threshold
        )

    def placed(
        self, answer: Answer, seek: int, size: int, last_speech_s: float
    ) -> tuple[Segments, int, bool]:
        """Segments with their words in time of the speech, the next position, and whether the last ends alone."""
        extractor = self.model.feature_extractor
        segments, after, ends_alone = self.model._split_segments_by_timestamps(
            tokenizer=self.tokenizer,
            tokens=answer.tokens,
            time_offset=seek * extractor.time_per_frame,
            segment_size=size,
            segment_duration=size * extractor.time_per_frame,
            seek=seek,
        )
        self.model.add_word_timestamps(
            [segments],
            self.tokenizer,
            answer.encoded,
            size,
            self.options.prepend_punctuations,
            self.options.append_punctuations,
            last_speech_timestamp=last_speech_s,
        )
        return segments, after, ends_alone

    def words(self, segments: Sequence[dict[str, Any]], place: PlaceWord) -> tuple[HeardWord, ...]:
        """The words of the segments that say something."""
        said = [
            segment
            for segment in segments
            if segment["start"] != segment["end"] and self.tokenizer.decode(segment["tokens"]).strip()
        ]
        return words_of(said, place)


class Hearing:
    """One recording in front of one model, thirty seconds after thirty seconds."""

    def __init__(self, ear: Ear, features: Features, clock: Clock) -> None:
        self._ear = ear
        self._features = features
        self._clock = clock

    @property
    def total_frames(self) -> int:
        """Frames of speech; a position beyond them is the end."""
        return self._features.content_frames

    def is_over(self, at: Position) -> bool:
        """Whether nothing follows this position."""
        return at.seek >= self.total_frames

    def is_ready(self, at: Position) -> bool:
        """All speech was known before the first window: its loudest moment decides every feature."""
        return not self.is_over(at)

    def window(self, at: Position) -> HeardWindow:
        """The words of the window at this position."""
        ear = self._ear
        size = min(ear.longest_frames, self.total_frames - at.seek)
        gives_up = ear.settings.gives_up_after is not None and at.senseless >= ear.settings.gives_up_after
        options = dataclasses.replace(ear.options, temperatures=[0.0]) if gives_up else ear.options
        answer = ear.ask(self._features.window(at.seek, size), at.index, options)
        if ear.is_silence(answer):
            segments: Segments = []
            after = Position(index=at.index + 1, seek=at.seek + size, last_speech_s=at.last_speech_s)
        else:
            segments, after = self._kept(at, size, answer)
        if not ear.is_sense(answer):
            # What was asked once and has no words is not asked again second by second.
            seek = at.seek + size if gives_up and not segments else after.seek
            after = dataclasses.replace(after, seek=seek, senseless=at.senseless + 1)
        frames = (at.seek, min(after.seek, self.total_frames))
        span_s = (
            self._clock.moment(frames[0] / ear.per_second),
            self._clock.moment(frames[1] / ear.per_second),
        )
        stretch = answer.stretch(frames, span_s, ear.words(segments, self._clock.word))
        return HeardWindow(index=at.index, stretches=(stretch,), after=after)

    def _kept(self, at: Position, size: int, answer: Answer) -> tuple[Segments, Position]:
        """Segments that stay, and the next position."""
        ear = self._ear
        segments, seek, ends_alone = ear.placed(answer, at.seek, size, at.last_speech_s)
        end_s = last_end(segments)
        if not ends_alone and end_s is not None and end_s > at.seek / ear.per_second:
            seek = round(end_s * ear.per_second)
        kept, is_read_again = segments, False
        silence_s = ear.settings.silence_before_invention_s
        if silence_s is not None:
            around = Surroundings(
                seek=at.seek,
                size=size,
                last_speech_s=at.last_speech_s,
                per_second=ear.per_second,
                total_frames=self.total_frames,
                marks=ear.options.prepend_punctuations + ear.options.append_punctuations,
            )
            kept, seek, is_read_again = around.without_inventions(segments, seek, silence_s)
        end_s = None if is_read_again else last_end(kept)
        last_s = at.last_speech_s if end_s is None else end_s
        after = Position(index=at.index + 1, seek=max(seek, at.seek + 1), last_speech_s=float(last_s))
        return kept, after


def words_of(segments: Sequence[dict[str, Any]], place: PlaceWord) -> tuple[HeardWord, ...]:
    """Words in time of the recording; half a letter, as the last window of a recording may end in, is no text."""
    words = []
    for word in (word for segment in segments for word in segment["words"]):
        text = word["word"].replace(_HALF_A_LETTER, "")
        if not text.strip():
            continue
        start, end = place(float(word["start"]), float(word["end"]))
        probability = round(float(word["probability"]), 4)
        words.append(HeardWord(text=text, start=start, end=end, probability=probability))
    return tuple(words)


def _seed(seed: str, number: int | str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{number}".encode()).digest()[:4], "big")


def _tokenizer(model: Any, language: str) -> Any:
    from faster_whisper.tokenizer import Tokenizer

    return Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language)


def _fitted(tokenizer: Any, words: str, tokens: int) -> str | None:
    """As many words as the model takes; the library would cut the rest off in the middle of a name."""
    listed = [word for word in words.split(", ") if word]
    return hotwords(listed, lambda text: len(tokenizer.encode(f" {text}")), tokens)[0] or None


def _options(tokenizer: Any, settings: HearingSettings, longest: int) -> Any:
    """The library's own defaults for everything that we do not set."""
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import TranscriptionOptions, get_suppressed_tokens

    defaults = {name: p.default for name, p in signature(WhisperModel.transcribe).parameters.items()}
    values = {field.name: defaults.get(field.name) for field in fields(TranscriptionOptions)}
    values |= {
        "temperatures": defaults["temperature"],
        "suppress_tokens": get_suppressed_tokens(tokenizer, [-1]),
        "beam_size": settings.beam_size,
        "hotwords": _fitted(tokenizer, settings.hotwords, longest // 2 - 1),
        "word_timestamps": True,
        "condition_on_previous_text": False,
        "hallucination_silence_threshold": settings.silence_before_invention_s,
    }
    return TranscriptionOptions(**values)
