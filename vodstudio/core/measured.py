"""How right the heard words are, as far as somebody has counted it: corrected minutes, and their sum for a city and model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vodstudio.core.recording import Fingerprint
from vodstudio.core.station import CityId

NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One minute that a person has corrected: what they left in it, and what the speech model had wrong there.

    `samples` is how many of them its recording has; until all of them are there the recording is not measured.
    """

    fingerprint: Fingerprint
    model: str
    city_id: CityId | None
    start_s: float
    end_s: float
    samples: int
    text: str
    words: int
    changed: int
    missing: int
    invented: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What all measured recordings of one city say about one model; `at` is the newest."""

    model: str
    words: int
    errors: int
    samples: int
    recordings: int
    at: datetime

    @property
    def right_percent(self) -> float:
        """Of all words that were said; never less than nothing, though more may be invented than said."""
        return max(0.0, 100.0 * (self.words - self.errors) / self.words) if self.words else 0.0

    @property
    def sentence(self) -> str:
        """The figure with what it rests on; it says nothing about other words."""
        samples = "1 sample" if self.samples == 1 else f"{self.samples:,} samples"
        return f"{self.right_percent:.1f} % of {self.words:,} words in {samples}, {self.at:%Y-%m-%d}"

    def to_json(self) -> dict[str, object]:
        """As other programs read it."""
        return {
            "model": self.model,
            "right_percent": round(self.right_percent, 1),
            "words": self.words,
            "errors": self.errors,
            "samples": self.samples,
            "recordings": self.recordings,
            "on": f"{self.at:%Y-%m-%d}",
        }


def of_model(found: tuple[Measured, ...], model: str) -> Measured | None:
    """The one of this model."""
    return next((each for each in found if each.model == model), None)
