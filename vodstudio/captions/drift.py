"""H11: do the words stand where the voice is, or do they run away from it?"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression, median

from vodstudio.captions.mask import Mask, Region, mask_of
from vodstudio.captions.transcript import Mark, Word

MOST_OFFSET_S = 0.25
MOST_DRIFT_S_PER_HOUR = 0.3
# From here on a viewer sees it: words that begin a stretch of speech are often heard a little early.
DISPLACED_S = 0.5
_CHUNK_S = 600.0
_NEAR_S = 1.5
_QUIET_S = 0.5
_FEWEST_ONSETS = 10
_FEWEST_CHUNKS = 3
# Less than three pictures in all is the noise of the measurement, whatever it would be in an hour.
_LEAST_DRIFT_S = 0.1
_FAR_S = 30.0
_BINS_PER_S = 10
_WELL_PLACED = 0.8
_FEW_OUTSIDE = 0.05
_MUCH_BETTER = 1.15
_FEWER = 4
USUAL_PAD_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How late the words are (early: below zero), and how that grows: what a person shifts and stretches by."""

    offset_s: float
    per_hour_s: float
    span_s: float
    start_s: float
    end_s: float

    @property
    def is_offset(self) -> bool:
        """Whether all words stand too far from the voice."""
        return abs(self.offset_s) > MOST_OFFSET_S

    @property
    def is_growing(self) -> bool:
        """Whether the words run away from the voice."""
        grown_s = abs(self.per_hour_s) * self.span_s / 3600
        return abs(self.per_hour_s) > MOST_DRIFT_S_PER_HOUR and grown_s > _LEAST_DRIFT_S

    @property
    def is_displaced(self) -> bool:
        """Whether the words stand where a viewer would miss them, if not everywhere then at one of the ends."""
        grown_s = abs(self.per_hour_s) * self.span_s / 3600 if self.is_growing else 0.0
        return abs(self.offset_s) + grown_s / 2 >= DISPLACED_S


def pad_of(settings: Mapping[str, object]) -> float:
    """How much earlier than the voice its region begins: the listening step writes it beside its words."""
    return _listened(settings, "speech_pad_ms", USUAL_PAD_S)


def pause_of(settings: Mapping[str, object]) -> float:
    """How long nobody must speak before a region ends, with the quiet around both regions."""
    return _listened(settings, "min_silence_duration_ms", _QUIET_S) + 2 * pad_of(settings)


def _listened(settings: Mapping[str, object], name: str, usual_s: float) -> float:
    vad = settings.get("vad")
    value_ms = vad.get(name) if isinstance(vad, Mapping) else None
    return value_ms / 1000 if isinstance(value_ms, int | float) else usual_s


def drift_of(words: Sequence[Word], regions: Sequence[Region], pad_s: float = USUAL_PAD_S) -> Drift | None:
    """What was measured, or None where there are too few beginnings of speech to say anything."""
    mask = mask_of(regions)
    onsets = _after_quiet(((start + pad_s, end - pad_s) for start, end in mask.stretches), _QUIET_S)
    begins = _after_quiet(((word.start, word.end) for word in words), _QUIET_S)
    starts = [word.start for word in words]
    points: list[tuple[float, float]] = []
    everything: list[float] = []
    centre_s = 0.0
    for chunk_s, chunk in _chunks(onsets):
        first, last = bisect_left(starts, chunk_s), bisect_left(starts, chunk_s + _CHUNK_S)
        centre_s = _coarse(words[first:last], mask, chunk_s, centre_s)
        lags = list(_lags(chunk, begins, centre_s))
        if len(lags) >= _FEWEST_ONSETS:
            centre_s = median(lags)
            points.append((chunk_s / 3600, centre_s))
            everything += lags
    if not points:
        return None
    slope = linear_regression(*zip(*points, strict=True)).slope if len(points) >= _FEWEST_CHUNKS else 0.0
    return Drift(
        offset_s=median(everything),
        per_hour_s=slope,
        span_s=(points[-1][0] - points[0][0]) * 3600,
        start_s=points[0][0] * 3600,
        end_s=points[-1][0] * 3600 + _CHUNK_S,
    )


def _after_quiet(stretches: Iterable[Region], quiet_s: float) -> list[float]:
    """The beginnings before which nothing is for a while."""
    begins: list[float] = []
    before_s = -quiet_s
    for start, end in stretches:
        if start - before_s >= quiet_s:
            begins.append(start)
        before_s = max(before_s, end)
    return begins


def _chunks(onsets: Sequence[float]) -> Iterator[tuple[float, list[float]]]:
    chunks: dict[int, list[float]] = {}
    for onset in onsets:
        chunks.setdefault(int(onset // _CHUNK_S), []).append(onset)
    for number, chunk in chunks.items():
        yield number * _CHUNK_S, chunk


def _lags(onsets: Sequence[float], begins: Sequence[float], centre_s: float) -> Iterator[float]:
    """How much later than each beginning of the voice the nearest beginning of words is."""
    place = 0
    for onset in onsets:
        wanted = onset + centre_s
        while place + 1 < len(begins) and abs(begins[place + 1] - wanted) <= abs(begins[place] - wanted):
            place += 1
        if place < len(begins) and abs(begins[place] - wanted) <= _NEAR_S:
            yield begins[place] - onset


def _coarse(words: Sequence[Word], mask: Mask, chunk_s: float, centre_s: float) -> float:
    """Where words and voice fit together in these ten minutes, to a tenth of a second, when they do not here."""
    low_s, high_s = chunk_s - _FAR_S, chunk_s + _CHUNK_S + _FAR_S
    heard = _bits(mask.within(low_s, high_s), low_s)
    said = _bits(((word.start, word.end) for word in words), low_s)
    size = said.bit_count()
    here = (_moved(said, centre_s) & heard).bit_count()
    if size - here <= _FEW_OUTSIDE * size:
        return centre_s
    reach = int(_FAR_S * _BINS_PER_S)
    fits = {
        shift: (_moved(said, shift / _BINS_PER_S) & heard).bit_count() for shift in range(-reach, reach + 1)
    }
    most = max(fits.values())
    # Where people hardly pause most words lie on the voice at any distance: those outside tell.
    is_better = most >= _MUCH_BETTER * here or (size - most) * _FEWER <= size - here
    if not is_better or most < _WELL_PLACED * size:
        return centre_s
    best = [shift for shift, fit in fits.items() if fit == most]
    return median(best) / _BINS_PER_S


def _bits(stretches: Iterable[Region], zero_s: float) -> int:
    """The stretches as one number, a bit for each tenth of a second: two such numbers are compared at once."""
    bits = 0
    for start, end in stretches:
        first, last = round((start - zero_s) * _BINS_PER_S), round((end - zero_s) * _BINS_PER_S)
        bits |= ((1 << (last - first)) - 1) << first
    return bits


def _moved(bits: int, late_s: float) -> int:
    """The same words said earlier by this much: where they would be if they were on time."""
    shift = round(late_s * _BINS_PER_S)
    return bits >> shift if shift >= 0 else bits << -shift


def drift_marks(drift: Drift | None) -> Iterator[Mark]:
    """H11 in the operator's words."""
    if drift is None:
        return
    if drift.is_offset:
        word = "late" if drift.offset_s > 0 else "early"
        yield Mark(
            rule="H11",
            start=drift.start_s,
            end=drift.end_s,
            text=f"The words stand {abs(drift.offset_s):.2f} s too {word} for the voice",
        )
    if drift.is_growing:
        yield Mark(
            rule="H11",
            start=drift.start_s,
            end=drift.end_s,
            text=f"The words run away from the voice: {abs(drift.per_hour_s):.2f} s in an hour",
        )
