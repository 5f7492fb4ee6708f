"""The window loop: one window after the other goes through the model, and each leaves a complete resume state.

It follows `WhisperModel.generate_segments` of faster-whisper 1.2.1 without text carried from window to window, on
the library's own parts, so that a run can stop after any window and go on with the same words.
A test compares it with the library, word by word; it fails when an upgrade changes the result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from inspect import signature
from pathlib import Path
from typing import Any

from vodstudio.core.errors import NeedsUser
from vodstudio.workers.windows import Clock, Features

_NEAR_THE_EDGE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingSettings:
    """How the model is asked."""

    language: str = "en"
    beam_size: int = 5
    hotwords: str = ""
    silence_before_invention_s: float | None = None
    seed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Everything that the next window needs to know of those before it."""

    index: int = 0
    seek: int = 0
    last_speech_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWord:
    """A word in time of the recording; its text begins with a space unless it belongs to the word before."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWindow:
    """What one window gave, and where the next one begins."""

    index: int
    start_s: float
    end_s: float
    words: tuple[HeardWord, ...]
    after: Position
    temperature: float
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Where the model lies and how it is loaded."""

    folder: Path
    device: str = "cpu"
    compute_type: str = "int8"
    threads: int = 1


class _SeededModel:
    """The engine, loaded anew with a seed before the first sampling of a window.

    WORKAROUND each thread of the engine takes the seed once in its life:
    https://github.com/OpenNMT/CTranslate2/issues/1757. Remove when a new seed is honoured.
    """

    def __init__(self, engine: Engine, model: Any) -> None:
        self._engine = engine
        self._seed: int | None = None
        self._model = model

    def _loaded(self) -> Any:
        import ctranslate2

        return ctranslate2.models.Whisper(
            str(self._engine.folder),
            device=self._engine.device,
            compute_type=self._engine.compute_type,
            intra_threads=self._engine.threads,
        )

    def begin_window(self, seed: int) -> None:
        """The seed for whatever this window samples."""
        self._seed = seed

    def generate(self, *arguments: Any, **options: Any) -> Any:
        """As the engine's; the first sampling after `begin_window` starts from its seed."""
        if options.get("sampling_temperature") and self._seed is not None:
            import ctranslate2

            ctranslate2.set_random_seed(self._seed)
            self._seed = None
            self._model = None
            self._model = self._loaded()
        return self._model.generate(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def load(engine: Engine) -> Any:
    """The library's model over an engine whose sampling can be repeated."""
    from faster_whisper import WhisperModel

    model = WhisperModel(
        str(engine.folder),
        device=engine.device,
        compute_type=engine.compute_type,
        cpu_threads=engine.threads,
        local_files_only=True,
    )
    model.model = _SeededModel(engine, model.model)
    return model


class Hearing:
    """One recording in front of one model."""

    def __init__(self, model: Any, features: Features, clock: Clock, settings: HearingSettings) -> None:
        self._model = model
        self._features = features
        self._clock = clock
        self._settings = settings
        self.language = _language(model, features, settings.language)
        self._tokenizer = _tokenizer(model, self.language)
        self._options = _options(self._tokenizer, settings)
        self._per_second = int(model.frames_per_second)

    @property
    def total_frames(self) -> int:
        """Frames of speech; a position beyond them is the end."""
        return self._features.content_frames

    def window(self, at: Position) -> HeardWindow:
        """The words of the window at this position."""
        size = min(int(self._model.feature_extractor.nb_max_frames), self.total_frames - at.seek)
        encoded = self._model.encode(self._padded(at.seek, size))
        self._model.model.begin_window(_seed(self._settings.seed, at.index))
        prompt = self._model.get_prompt(self._tokenizer, [], hotwords=self._options.hotwords)
        result, logprob, temperature, ratio = self._model.generate_with_fallback(
            encoded, prompt, self._tokenizer, self._options
        )
        if self._is_silence(result.no_speech_prob, logprob):
            segments: list[dict[str, Any]] = []
            after = Position(index=at.index + 1, seek=at.seek + size, last_speech_s=at.last_speech_s)
        else:
            segments, after = self._placed(at, size, encoded, result.sequences_ids[0])
        return HeardWindow(
            index=at.index,
            start_s=self._clock.moment(at.seek / self._per_second),
            end_s=self._clock.moment(min(after.seek, self.total_frames) / self._per_second),
            words=self._words(segments),
            after=after,
            temperature=temperature,
            avg_logprob=round(float(logprob), 4),
            compression_ratio=round(float(ratio), 4),
            no_speech_prob=round(float(result.no_speech_prob), 4),
        )

    def _padded(self, seek: int, size: int) -> Any:
        from faster_whisper.audio import pad_or_trim

        return pad_or_trim(self._features.window(seek, size))

    def _is_silence(self, no_speech_prob: float, logprob: float) -> bool:
        options = self._options
        return bool(no_speech_prob > options.no_speech_threshold and logprob <= options.log_prob_threshold)

    def _placed(
        self, at: Position, size: int, encoded: Any, tokens: list[int]
    ) -> tuple[list[dict[str, Any]], Position]:
        """Segments with their words in time of the speech, and the next position."""
        offset_s = at.seek / self._per_second
        segments, seek, ends_alone = self._model._split_segments_by_timestamps(
            tokenizer=self._tokenizer,
            tokens=tokens,
            time_offset=at.seek * self._model.feature_extractor.time_per_frame,
            segment_size=size,
            segment_duration=size * self._model.feature_extractor.time_per_frame,
            seek=at.seek,
        )
        self._model.add_word_timestamps(
            [segments],
            self._tokenizer,
            encoded,
            size,
            self._options.prepend_punctuations,
            self._options.append_punctuations,
            last_speech_timestamp=at.last_speech_s,
        )
        end_s = _last_end(segments)
        if not ends_alone and end_s is not None and end_s > offset_s:
            seek = round(end_s * self._per_second)
        kept, is_read_again = segments, False
        silence_s = self._settings.silence_before_invention_s
        if silence_s is not None:
            marks = self._options.prepend_punctuations + self._options.append_punctuations
            window = _Window(at, size, self._per_second, self.total_frames, marks)
            kept, seek, is_read_again = window.without_inventions(segments, seek, silence_s)
        end_s = None if is_read_again else _last_end(kept)
        last_s = at.last_speech_s if end_s is None else end_s
        after = Position(index=at.index + 1, seek=max(seek, at.seek + 1), last_speech_s=float(last_s))
        return kept, after

    def _words(self, segments: Sequence[dict[str, Any]]) -> tuple[HeardWord, ...]:
        words = []
        for segment in segments:
            text = self._tokenizer.decode(segment["tokens"])
            if segment["start"] == segment["end"] or not text.strip():
                continue
            for word in segment["words"]:
                start, end = self._clock.word(float(word["start"]), float(word["end"]))
                words.append(
                    HeardWord(
                        text=word["word"],
                        start=start,
                        end=end,
                        probability=round(float(word["probability"]), 4),
                    )
                )
        return tuple(words)


@dataclass(frozen=True, slots=True)
class _Window:
    """The rule of the original Whisper against words invented beside silence."""

    at: Position
    size: int
    per_second: int
    total_frames: int
    marks: str

    def without_inventions(
        self, segments: list[dict[str, Any]], seek: int, silence_s: float
    ) -> tuple[list[dict[str, Any]], int, bool]:
        """Segments that stay, the next position, and whether the window is read again after its silence."""
        offset_s = self.at.seek / self.per_second
        first = _first_with_words(segments)
        if first is not None and self._is_anomaly(first) and first["start"] - offset_s > silence_s:
            return [], self.at.seek + round((first["start"] - offset_s) * self.per_second), True
        before_s = self.at.last_speech_s
        for place, segment in enumerate(segments):
            if not segment["words"]:
                continue
            if self._is_anomaly(segment) and self._stands_alone(segments, place, before_s, silence_s):
                again = round(max(offset_s + 1, segment["start"]) * self.per_second)
                at_the_end = self.total_frames / self.per_second - segment["end"] < silence_s
                return segments[:place], self.total_frames if at_the_end else again, False
            before_s = segment["end"]
        return segments, seek, False

    def _stands_alone(
        self, segments: list[dict[str, Any]], place: int, before_s: float, silence_s: float
    ) -> bool:
        """Silence (or another doubtful segment) on both sides."""
        segment = segments[place]
        following = _first_with_words(segments[place + 1 :])
        offset_s = self.at.seek / self.per_second
        full_end_s = offset_s + 30.0
        next_s = following["words"][0]["start"] if following else offset_s + self.size / self.per_second
        silent_before = (
            segment["start"] - before_s > silence_s
            or segment["start"] < silence_s
            or segment["start"] - offset_s < _NEAR_THE_EDGE_S
        )
        silent_after = (
            next_s - segment["end"] > silence_s
            or (following is not None and self._is_anomaly(following))
            or full_end_s - segment["end"] < _NEAR_THE_EDGE_S
        )
        return bool(silent_before and silent_after)

    def _is_anomaly(self, segment: dict[str, Any]) -> bool:
        """Whether its first eight words are too many that are unlikely, too short or too long."""
        words = [word for word in segment["words"] if word["word"] not in self.marks][:8]
        score = sum(_anomaly_of(word) for word in words)
        return bool(score >= 3 or score + 0.01 >= len(words))


def _first_with_words(segments: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    return next((segment for segment in segments if segment["words"]), None)


def _last_end(segments: Sequence[dict[str, Any]]) -> float | None:
    words = (word["end"] for segment in reversed(segments) for word in reversed(segment["words"]))
    return next(words, segments[-1]["end"] if segments else None)


def _anomaly_of(word: dict[str, Any]) -> float:
    lasts_s = word["end"] - word["start"]
    unlikely = 1.0 if word["probability"] < 0.15 else 0.0
    return float(unlikely + max(0.0, 0.133 - lasts_s) * 15 + max(0.0, lasts_s - 2.0))


def _seed(seed: str, index: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{index}".encode()).digest()[:4], "big")


def _language(model: Any, features: Features, wanted: str) -> str:
    """The language that was set, or the one that several windows of speech agree on."""
    if wanted and wanted not in model.supported_languages:
        raise NeedsUser(
            f"This speech model does not know the language '{wanted}'",
            hint="Choose another model or another language in the preset, then press Retry.",
            detail=f"it knows {', '.join(model.supported_languages)}",
            code="VS-MODEL-LANGUAGE",
        )
    if wanted or not model.model.is_multilingual:
        return wanted or "en"
    size = min(features.content_frames, 4 * 3_000)
    found = model.detect_language(features=features.window(0, size), language_detection_segments=4)
    return str(found[0])


def _tokenizer(model: Any, language: str) -> Any:
    from faster_whisper.tokenizer import Tokenizer

    return Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language)


def _options(tokenizer: Any, settings: HearingSettings) -> Any:
    """The library's own defaults for everything that we do not set."""
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import TranscriptionOptions, get_suppressed_tokens

    defaults = {name: p.default for name, p in signature(WhisperModel.transcribe).parameters.items()}
    values = {field.name: defaults.get(field.name) for field in fields(TranscriptionOptions)}
    values |= {
        "temperatures": defaults["temperature"],
        "suppress_tokens": get_suppressed_tokens(tokenizer, [-1]),
        "beam_size": settings.beam_size,
        "hotwords": settings.hotwords or None,
        "word_timestamps": True,
        "condition_on_previous_text": False,
        "hallucination_silence_threshold": settings.silence_before_invention_s,
    }
    return TranscriptionOptions(**values)
