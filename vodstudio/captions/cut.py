"""What was heard, with the clock of a video that shows a part of the recording."""

from __future__ import annotations

import math
from dataclasses import replace

from vodstudio.captions.making import words_within
from vodstudio.captions.mask import Region
from vodstudio.captions.repair import repair_words
from vodstudio.captions.transcript import Transcript


def heard_in_video(transcript: Transcript, in_point_s: float, duration_s: float) -> Transcript:
    """Words at times that can be, regions and marks of this part, counted from its beginning."""
    possible = with_possible_times(transcript)
    return replace(
        transcript,
        duration=duration_s,
        words=tuple(words_within(possible.words, in_point_s, duration_s)),
        regions=tuple(
            moved
            for start, end in transcript.regions
            if (moved := _within(start, end, in_point_s, duration_s))
        ),
        marks=tuple(
            replace(mark, start=moved[0], end=moved[1])
            for mark in transcript.marks
            if (moved := _within(mark.start, mark.end, in_point_s, duration_s))
        ),
    )


def with_possible_times(transcript: Transcript) -> Transcript:
    """The words as captions are made of them; what a person has corrected was repaired before."""
    if transcript.edits:
        return transcript
    return replace(
        transcript, words=repair_words(transcript.words, transcript.duration, transcript.regions).words
    )


def _within(start_s: float, end_s: float, in_point_s: float, duration_s: float) -> Region | None:
    """This stretch on the other clock; None where the video does not show it."""
    video_end_s = duration_s if duration_s > 0 else math.inf
    begin_s, stop_s = max(0.0, start_s - in_point_s), min(end_s - in_point_s, video_end_s)
    return (begin_s, stop_s) if begin_s < stop_s else None
