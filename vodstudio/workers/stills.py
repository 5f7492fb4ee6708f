"""The step `stills`: a few pictures of a recording, spread over it, none of them black if that can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import ChildCrashed
from vodstudio.core.files import adopt, remove_leftovers, sha256_of
from vodstudio.core.jobs import Inputs, Json, Output, StepKind, StepResult
from vodstudio.core.ports import Context
from vodstudio.workers.media import Media
from vodstudio.workers.probe import number
from vodstudio.workers.source import steady

JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"


def stills(media: Media, context: Context, inputs: Inputs) -> StepResult:
    """JPEG files `still-1.jpg` and so on; a recording without a picture has none."""
    facts = inputs.facts[StepKind.PROBE]
    context.progress(0.0)
    if not facts["has_video"] or inputs.preset.stills < 1:
        return StepResult(facts={"stills": 0}, note="no picture, so no stills")
    folder = context.work_folder
    remove_leftovers(folder)
    with steady(inputs.recording) as path:
        request = {
            "verb": "stills",
            "path": str(path.absolute()),
            "count": inputs.preset.stills,
            "duration_s": number(facts, "video_duration_s") or number(facts, "duration_s"),
            "folder": str(folder),
        }
        found = cast(Sequence[Json], media.ask(request, context.check))
        context.check()
    outputs = tuple(_keep(folder, place, still) for place, still in enumerate(found, start=1))
    context.progress(1.0)
    return StepResult(outputs=outputs, facts={"stills": len(outputs)}, note=f"{len(outputs)} stills")


def _keep(folder: Path, place: int, still: Mapping[str, object]) -> Output:
    temporary, final = Path(str(still["path"])), folder / f"still-{place}.jpg"
    data = temporary.read_bytes()
    if not (data.startswith(JPEG_START) and data.endswith(JPEG_END)):
        raise ChildCrashed("A still picture was not written whole", detail=f"{temporary}: {len(data)} bytes")
    crash_point("stills.written")
    adopt(temporary, final)
    return Output(
        name=f"still-{place}",
        path=final,
        size_bytes=len(data),
        sha256=sha256_of(final),
        facts={key: still[key] for key in ("at_s", "brightness", "width", "height")},
    )
