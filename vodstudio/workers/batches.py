"""Hearing several pieces of speech at once, as faster-whisper's batched pipeline does, batch after batch.

Regions of speech are put together to pieces of at most 30 seconds, each with features of its own, so nothing has to
be known of the rest of the recording: hearing may begin while the recording is still listened to.
A test compares it with `BatchedInferencePipeline.transcribe` of faster-whisper 1.2.1, word by word.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vodstudio.workers.hearing import Answer, Ear, HeardWindow, Position, Stretch, words_of
from vodstudio.workers.spoken_language import Language, spoken_in
from vodstudio.workers.windows import SAMPLE_RATE, Clock, Region, Speech

# Words may be placed up to a second behind the end of their piece: that much speech has to be known there.
_KNOWN_BEHIND = 2 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the speech, in samples of the speech."""

    start: int
    end: int


def chunks_of(regions: Sequence[Region], longest: int) -> list[Chunk]:
    """Regions in order put together as long as they fit; a region that is longer stays whole."""
    chunks: list[Chunk] = []
    start = end = 0
    for region in regions:
        length = region.end - region.start
        if end + length - start > longest and end > start:
            chunks.append(Chunk(start, end))
            start = end
        end += length
    return [*chunks, Chunk(start, end)] if end > start else chunks


class BatchedHearing:
    """One recording in front of one model, a batch of pieces after the other; the first batch is one piece."""

    def __init__(self, ear: Ear, spool: Path, batch_size: int) -> None:
        self._ear = ear
        self._options = dataclasses.replace(
            ear.options,
            temperatures=ear.options.temperatures[:1],
            without_timestamps=True,
            max_initial_timestamp=0.0,
            hallucination_silence_threshold=None,
        )
        self._spool = spool
        self._batch_size = batch_size
        self._longest = int(ear.model.feature_extractor.chunk_length) * SAMPLE_RATE
        self._regions: list[Region] = []
        self._chunks: list[Chunk] = []
        self._is_complete = False

    def know(self, regions: Sequence[Region], *, is_complete: bool) -> None:
        """More regions of speech were found; `is_complete` when there will be no others."""
        self._regions.extend(regions)
        self._is_complete = is_complete
        self._chunks = chunks_of(self._regions, self._longest)

    @property
    def regions(self) -> Sequence[Region]:
        """The regions that are known."""
        return self._regions

    @property
    def total_frames(self) -> int:
        """Frames of the speech that is known."""
        return self._frames(self._chunks[-1].end) if self._chunks else 0

    def is_over(self, at: Position) -> bool:
        """Whether nothing follows this position."""
        return self._is_complete and at.chunk >= len(self._chunks)

    def is_ready(self, at: Position) -> bool:
        """Whether the pieces of the window at this position are known to the last word."""
        if self._is_complete:
            return True
        known = self._chunks[-1].end if self._chunks else 0
        last = at.chunk + self._size(at) - 1
        return last < len(self._chunks) - 1 and self._chunks[last].end + _KNOWN_BEHIND <= known

    def window(self, at: Position) -> HeardWindow:
        """The words of the batch at this position."""
        chunks = self._chunks[at.chunk : at.chunk + self._size(at)]
        clock = Clock(self._regions)
        results, last_s, spoken = self._forward(chunks, at)
        stretches = tuple(
            self._stretch(chunk, result, clock, each)
            for chunk, result, each in zip(chunks, results, spoken, strict=True)
        )
        after = Position(
            index=at.index + 1,
            seek=self._frames(chunks[-1].end),
            last_speech_s=float(last_s),
            chunk=at.chunk + len(chunks),
        )
        return HeardWindow(index=at.index, stretches=stretches, after=after)

    def _size(self, at: Position) -> int:
        """One piece first, so that the first words come early."""
        return self._batch_size if at.chunk else 1

    def _frames(self, samples: int) -> int:
        return samples * self._ear.per_second // SAMPLE_RATE

    def _forward(
        self, chunks: Sequence[Chunk], at: Position
    ) -> tuple[list[Any], float, Sequence[Language | None]]:
        import numpy as np
        from faster_whisper import BatchedInferencePipeline
        from faster_whisper.audio import pad_or_trim

        ear, speech = self._ear, Speech(self._spool, self._regions)
        features = [
            ear.model.feature_extractor(speech.read(chunk.start, chunk.end))[..., :-1] for chunk in chunks
        ]
        places = [
            {"offset": chunk.start / SAMPLE_RATE, "duration": (chunk.end - chunk.start) / SAMPLE_RATE}
            for chunk in chunks
        ]
        pipeline = BatchedInferencePipeline(ear.model)
        pipeline.last_speech_timestamp = at.last_speech_s
        padded = np.stack([pad_or_trim(feature) for feature in features])
        encoded = _keep_encoded(pipeline)
        found = pipeline.forward(padded, ear.tokenizer, places, self._options)
        spoken: Sequence[Language | None] = spoken_in(ear.model, encoded[0]) or [None for _ in chunks]
        return found, pipeline.last_speech_timestamp, spoken

    def _stretch(
        self, chunk: Chunk, segments: list[dict[str, Any]], clock: Clock, spoken: Language | None
    ) -> Stretch:
        """All segments of a piece have the same measures of confidence."""
        frames = (self._frames(chunk.start), self._frames(chunk.end))
        answer = Answer(
            encoded=None,
            tokens=[],
            temperature=float(self._options.temperatures[0]),
            avg_logprob=segments[0]["avg_logprob"],
            compression_ratio=max(segment["compression_ratio"] for segment in segments),
            no_speech_prob=segments[0]["no_speech_prob"],
            spoken=spoken,
        )
        span_s = (clock.moment(chunk.start / SAMPLE_RATE), clock.moment(chunk.end / SAMPLE_RATE))
        return answer.stretch(frames, span_s, words_of(segments, clock.word))


def _keep_encoded(pipeline: Any) -> list[Any]:
    """What the pipeline's encoder gave, for whoever needs it too: it would cost as much again."""
    encoded: list[Any] = []
    generate = pipeline.generate_segment_batched

    def keeping(*arguments: Any) -> Any:
        found = generate(*arguments)
        encoded.append(found[0])
        return found

    pipeline.generate_segment_batched = keeping
    return encoded
