"""The step `probe`: what a recording is, measured rather than believed, and whether it is whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from vodstudio.core.errors import BadMedia
from vodstudio.core.jobs import Inputs, Json, StepResult
from vodstudio.core.ports import Context
from vodstudio.core.wording import duration
from vodstudio.workers.media import Media
from vodstudio.workers.source import steady

SCAN_SHARE = 0.8


def probe(media: Media, context: Context, inputs: Inputs) -> StepResult:
    """Facts of the recording; a file that is no recording, or not a whole one, is refused here."""
    context.progress(0.0)
    with steady(inputs.recording) as path:
        request = {"verb": "probe", "path": str(path.absolute())}
        facts = _asked(
            media.ask(
                request, context.check, lambda done: context.progress(done * SCAN_SHARE, note="reading")
            )
        )
        refuse_incomplete(path, facts)
        context.progress(SCAN_SHARE, note="listening to samples")
        levels = media.ask(
            {"verb": "levels", "path": str(path.absolute()), "duration_s": facts["duration_s"]}, context.check
        )
        context.check()
    whole = with_levels(facts, cast(list[Json], levels))
    context.progress(1.0)
    return StepResult(facts=whole, note=sentence(whole))


def _asked(answer: object) -> Json:
    assert isinstance(answer, dict)
    return answer


def tolerance_s(duration_s: float) -> float:
    """How much two lengths of the same thing may differ."""
    return max(0.5, duration_s * 0.001)


def refuse_incomplete(path: Path, facts: Json) -> None:
    """Refuse a file with nothing in it, and one whose header promises more than there is."""
    measured_s, declared_s = number(facts, "duration_s"), number(facts, "promised_s")
    if measured_s <= 0.0:
        raise BadMedia(
            f"{path.name} holds no picture and no sound",
            hint="The recording may not have started, or is still copying. The file was not changed.",
            detail=f"{path}: {dict(facts)}",
            code="VS-NOTHING-IN-IT",
        )
    if facts["declares_length"] and measured_s < declared_s - tolerance_s(declared_s):
        raise BadMedia(
            f"{path.name} is incomplete: it ends at {measured_s:.1f} s of {declared_s:.1f} s",
            hint="It is still copying, or the copy was interrupted. Copy it again, then press Retry."
            " Nothing was published.",
            detail=f"{path}: measured {measured_s}, declared {declared_s}",
            code="VS-INCOMPLETE",
        )


def with_levels(facts: Json, levels: list[Json]) -> Json:
    """The facts with what was heard, and the sound track to use: the first in which anything was heard."""
    tracks = [
        {**track, **heard}
        for track, heard in zip(cast(list[Json], facts["audio"]), levels, strict=True)
        if number(track, "duration_s") > 0.0
    ]
    chosen = next((place for place, track in enumerate(tracks) if not track["silent"]), 0)
    return {
        **facts,
        "audio": tracks,
        "has_audio": bool(tracks),
        "audio_track": chosen if tracks else None,
        "levels_are": "three samples of ten seconds",
    }


def number(facts: Mapping[str, object], key: str) -> float:
    """A number among facts; what is not there counts as nothing."""
    value = facts.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def sentence(facts: Json) -> str:
    """What the operator reads."""
    parts = [duration(number(facts, "duration_s"))]
    parts.append(
        f"{facts['width']} x {facts['height']} {facts['video_codec']}" if facts["has_video"] else "no picture"
    )
    tracks = cast(list[Json], facts["audio"])
    if not tracks:
        parts.append("no sound")
    elif all(track["silent"] for track in tracks):
        parts.append("no sound heard in the samples")
    elif tracks[cast(int, facts["audio_track"])]["inverted"]:
        parts.append("the sound channels cancel each other")
    return " · ".join(parts)
