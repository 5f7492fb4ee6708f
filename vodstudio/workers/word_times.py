"""Word times that cannot be are mended before they are kept: not a number, before the start, backwards, or too late."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from vodstudio.captions.transcript import Mark

Json = Mapping[str, Any]
# The last word of a recording may end a frame of the model behind its last sample.
_TOLERANCE_S = 0.1
BAD_TIMES = "T1"


def mended(window: Json, duration_s: float) -> Json:
    """A window with times that can be, and a mark that says how many had to be changed."""
    start_s = nearest_moment(window["start_s"], duration_s)
    end_s = max(start_s, nearest_moment(window["end_s"], duration_s))
    words, changed = with_possible_times(window["words"], start_s, duration_s)
    marks = list(window.get("marks", ()))
    if changed:
        text = f"{changed} words had times that cannot be; they were moved to the nearest that can"
        marks.append(asdict(Mark(rule=BAD_TIMES, start=start_s, end=end_s, text=text)))
    return {**window, "start_s": start_s, "end_s": end_s, "words": words, "marks": marks}


def with_possible_times(words: Sequence[Json], begin_s: float, duration_s: float) -> tuple[list[Json], int]:
    """The words, and how many of them had to be changed.

    A time that is no number becomes that of the word before; everything ends inside the recording.
    """
    changed = 0
    kept: list[Json] = []
    before_s = begin_s
    for word in words:
        start, end = float(word["start"]), float(word["end"])
        times = _times(start, end, before_s, duration_s)
        changed += times != (start, end)
        kept.append({**word, "start": times[0], "end": times[1]})
        before_s = times[1]
    return kept, changed


def nearest_moment(value: float, duration_s: float) -> float:
    """The nearest moment inside the recording; its start for what is no number."""
    return min(max(float(value), 0.0), duration_s) if math.isfinite(value) else 0.0


def _times(start: float, end: float, before_s: float, duration_s: float) -> tuple[float, float]:
    latest_s = duration_s + _TOLERANCE_S
    start = start if math.isfinite(start) else before_s
    start = start if 0.0 <= start <= latest_s else nearest_moment(start, duration_s)
    end = end if math.isfinite(end) else start
    end = end if end <= latest_s else duration_s
    return start, max(start, end)
