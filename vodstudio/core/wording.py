"""How steps, numbers and lengths are called wherever a person reads them: window, command line, log."""

from __future__ import annotations

from collections.abc import Mapping

from vodstudio.core.jobs import StepKind

STEP_NAMES: Mapping[StepKind, str] = {
    StepKind.PROBE: "Check",
    StepKind.ENCODE: "Encode",
    StepKind.STILLS: "Stills",
    StepKind.SPEECH: "Speech",
    StepKind.CAPTIONS: "Captions",
    StepKind.PUBLISH: "Publish",
    StepKind.VERIFY: "Verify",
}


def duration(seconds: float) -> str:
    """`2:41:07`, `0:38`; more than a day stays hours."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def many(count: int, one: str, more: str = "") -> str:
    """`1 recording`, `1,204 recordings`."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"
