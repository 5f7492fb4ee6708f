"""The rule of the original Whisper against words invented beside silence, as faster-whisper applies it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_NEAR_THE_EDGE_S = 2.0
_WINDOW_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where a window lies in the speech, in frames, and when somebody last spoke before it."""

    seek: int
    size: int
    last_speech_s: float
    per_second: int
    total_frames: int
    marks: str

    @property
    def offset_s(self) -> float:
        """Where the window begins."""
        return self.seek / self.per_second

    def without_inventions(
        self, segments: list[dict[str, Any]], seek: int, silence_s: float
    ) -> tuple[list[dict[str, Any]], int, bool]:
        """Segments that stay, the next position, and whether the window is read again after its silence."""
        first = first_with_words(segments)
        if first is not None and self._is_anomaly(first) and first["start"] - self.offset_s > silence_s:
            return [], self.seek + round((first["start"] - self.offset_s) * self.per_second), True
        before_s = self.last_speech_s
        for place, segment in enumerate(segments):
            if not segment["words"]:
                continue
            if self._is_anomaly(segment) and self._stands_alone(segments, place, before_s, silence_s):
                again = round(max(self.offset_s + 1, segment["start"]) * self.per_second)
                at_the_end = self.total_frames / self.per_second - segment["end"] < silence_s
                return segments[:place], self.total_frames if at_the_end else again, False
            before_s = segment["end"]
        return segments, seek, False

    def _stands_alone(
        self, segments: list[dict[str, Any]], place: int, before_s: float, silence_s: float
    ) -> bool:
        """Silence (or another doubtful segment) on both sides."""
        segment = segments[place]
        following = first_with_words(segments[place + 1 :])
        next_s = following["words"][0]["start"] if following else self.offset_s + self.size / self.per_second
        silent_before = (
            segment["start"] - before_s > silence_s
            or segment["start"] < silence_s
            or segment["start"] - self.offset_s < _NEAR_THE_EDGE_S
        )
        silent_after = (
            next_s - segment["end"] > silence_s
            or (following is not None and self._is_anomaly(following))
            or self.offset_s + _WINDOW_S - segment["end"] < _NEAR_THE_EDGE_S
        )
        return bool(silent_before and silent_after)

    def _is_anomaly(self, segment: dict[str, Any]) -> bool:
        """Whether its first eight words are too many that are unlikely, too short or too long."""
        words = [word for word in segment["words"] if word["word"] not in self.marks][:8]
        score = sum(_anomaly_of(word) for word in words)
        return bool(score >= 3 or score + 0.01 >= len(words))


def first_with_words(segments: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The first segment in which something was said."""
    return next((segment for segment in segments if segment["words"]), None)


def last_end(segments: Sequence[dict[str, Any]]) -> float | None:
    """When the last word ends, or the last segment that has none."""
    words = (word["end"] for segment in reversed(segments) for word in reversed(segment["words"]))
    return next(words, segments[-1]["end"] if segments else None)


def _anomaly_of(word: dict[str, Any]) -> float:
    lasts_s = word["end"] - word["start"]
    unlikely = 1.0 if word["probability"] < 0.15 else 0.0
    return float(unlikely + max(0.0, 0.133 - lasts_s) * 15 + max(0.0, lasts_s - 2.0))
