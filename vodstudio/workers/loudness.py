"""Loudness in two passes: what the first measured, and whether one even gain brings it to the target."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from vodstudio.core.errors import ChildCrashed
from vodstudio.core.jobs import Json

SILENT_BELOW_LUFS = -70.0
WIDEST_RANGE = 20.0
# loudnorm takes a range of exactly 0 (a short or even sound) for "not measured" and squeezes it.
SMALLEST_RANGE = 0.01
_BLOCK = re.compile(r"\{[^{}]*\"input_i\"[^{}]*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What FFmpeg's loudnorm says of a recording, in LUFS, dBTP and LU."""

    loudness_lufs: float
    true_peak_db: float
    range_lu: float
    threshold_lufs: float
    offset_lu: float

    @property
    def is_silent(self) -> bool:
        """So quiet that raising it would only raise noise."""
        return not math.isfinite(self.loudness_lufs) or self.loudness_lufs <= SILENT_BELOW_LUFS


def report_of(errors: str) -> Mapping[str, str]:
    """The last report of loudnorm on stderr."""
    blocks = _BLOCK.findall(errors)
    if not blocks:
        raise ChildCrashed(
            "FFmpeg did not say how loud the recording is",
            hint="It is tried once more. The recording was not changed.",
            detail=errors[-2000:],
            code="VS-NO-LOUDNESS",
        )
    report: Mapping[str, str] = json.loads(blocks[-1])
    return report


def measured(errors: str) -> Measured:
    """The result of the first pass."""
    report = report_of(errors)
    return Measured(
        loudness_lufs=_number(report["input_i"]),
        true_peak_db=_number(report["input_tp"]),
        range_lu=_number(report["input_lra"]),
        threshold_lufs=_number(report["input_thresh"]),
        offset_lu=_number(report["target_offset"]),
    )


def _number(text: str) -> float:
    """Silence is minus infinity, which JSON cannot carry; -99 is far below anything that can be heard."""
    value = float(text)
    return value if math.isfinite(value) else -99.0


def to_json(found: Measured) -> Json:
    """As a checkpoint keeps it."""
    return asdict(found)


def from_json(body: Json) -> Measured:
    """The reverse."""
    return Measured(**{key: float(str(value)) for key, value in body.items()})


def options(found: Measured | None, target_lufs: float, true_peak_db: float) -> dict[str, object]:
    """Options of loudnorm: without a measurement to measure, with one to apply it as one even gain."""
    base: dict[str, object] = {"I": target_lufs, "TP": true_peak_db, "print_format": "json"}
    if found is None:
        return base
    return {
        **base,
        "LRA": min(WIDEST_RANGE, max(7.0, math.ceil(found.range_lu))),
        "measured_I": found.loudness_lufs,
        "measured_TP": found.true_peak_db,
        "measured_LRA": max(SMALLEST_RANGE, found.range_lu),
        "measured_thresh": found.threshold_lufs,
        "offset": found.offset_lu,
        "linear": "true",
    }


def outcome(errors: str) -> Mapping[str, object]:
    """What the second pass reached, and whether it kept the dynamics (`linear`) or had to squeeze them."""
    report = report_of(errors)
    return {"loudness_out": _number(report["output_i"]), "loudness_mode": report["normalization_type"]}
