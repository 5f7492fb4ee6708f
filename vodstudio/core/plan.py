"""Which steps a recording needs, what each waits for, and what makes two steps the same work."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vodstudio.core.filename import NameParts
from vodstudio.core.jobs import Output, PlanKind, StepKind
from vodstudio.core.recording import Fingerprint
from vodstudio.core.station import Preset, Station
from vodstudio.core.transcripts import TranscriptVersion

_DELIVER: Mapping[StepKind, tuple[StepKind, ...]] = {
    StepKind.PROBE: (),
    StepKind.ENCODE: (StepKind.PROBE,),
    StepKind.STILLS: (StepKind.PROBE,),
    StepKind.SPEECH: (StepKind.PROBE,),
    StepKind.CAPTIONS: (StepKind.SPEECH, StepKind.ENCODE),
    StepKind.PUBLISH: (StepKind.ENCODE, StepKind.CAPTIONS, StepKind.STILLS),
    StepKind.VERIFY: (StepKind.PUBLISH,),
}
_CAPTION_IN_PLACE: Mapping[StepKind, tuple[StepKind, ...]] = {
    StepKind.PROBE: (),
    StepKind.SPEECH: (StepKind.PROBE,),
    StepKind.CAPTIONS: (StepKind.SPEECH,),
    StepKind.PUBLISH: (StepKind.CAPTIONS,),
    StepKind.VERIFY: (StepKind.PUBLISH,),
}
_NEVER_REUSED = frozenset({StepKind.PUBLISH, StepKind.VERIFY})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step to be, and the kinds it waits for."""

    kind: StepKind
    needs: tuple[StepKind, ...]


def steps_for(plan: PlanKind) -> tuple[PlannedStep, ...]:
    """The steps of a plan in the order in which they are shown."""
    graph = _DELIVER if plan is PlanKind.DELIVER else _CAPTION_IN_PLACE
    return tuple(PlannedStep(kind=kind, needs=needs) for kind, needs in graph.items())


def needs_of(plan: PlanKind, kind: StepKind) -> frozenset[StepKind]:
    """All steps that must be done before this one, near and far: their outputs are its inputs."""
    graph = _DELIVER if plan is PlanKind.DELIVER else _CAPTION_IN_PLACE
    near = graph[kind]
    return frozenset(near).union(*(needs_of(plan, other) for other in near))


def followers_of(plan: PlanKind, kind: StepKind) -> frozenset[StepKind]:
    """All steps that wait for this one, near and far."""
    return frozenset(planned.kind for planned in steps_for(plan) if kind in needs_of(plan, planned.kind))


def plan_for(station: Station, path: Path, name: NameParts) -> PlanKind:
    """A file on a server's content drive whose name carries a show number is captioned where it lies."""
    storage = station.storage_of(path)
    on_content_drive = storage is not None and storage.content_drive_of is not None
    return PlanKind.CAPTION_IN_PLACE if on_content_drive and name.show_number else PlanKind.DELIVER


_USUAL_CAPTIONS = {
    "caption_place": "bottom",
    "speaker_mark": ">>",
    "numbers": "as-heard",
    "scc": "df",
    "scc_first_label": "00:00:00:00",
}


def parameters_of(kind: StepKind, preset: Preset) -> dict[str, object]:
    """The part of the preset that this kind of step uses: what else changes does not repeat the step."""
    match kind:
        case StepKind.ENCODE:
            return dataclasses.asdict(preset.encode)
        case StepKind.SPEECH:
            aliases = [[alias.heard, alias.written] for alias in preset.aliases]
            words = {"vocabulary": list(preset.vocabulary), **({"aliases": aliases} if aliases else {})}
            return {**dataclasses.asdict(preset.speech), **words}
        case StepKind.CAPTIONS:
            # Only what differs from the usual way: captions that were made before are still the same.
            wanted = {name: getattr(preset, name) for name in _USUAL_CAPTIONS}
            unusual = {name: value for name, value in wanted.items() if value != _USUAL_CAPTIONS[name]}
            return {"profile": preset.caption_profile, **unusual}
        case StepKind.STILLS:
            return {"count": preset.stills}
        case _:
            return {}


def words_parameter(chosen: TranscriptVersion | None) -> dict[str, object]:
    """Captions of another version of the words are other captions."""
    return {"transcript": chosen.sha256} if chosen else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepIdentity:
    """What makes two steps the same work."""

    kind: StepKind
    fingerprint: Fingerprint
    parameters: Mapping[str, object]
    tools: str
    inputs: tuple[Output, ...] = ()


def may_be_reused(kind: StepKind) -> bool:
    """Whether what was done for one job counts for another: what a server shows is looked at each time."""
    return kind not in _NEVER_REUSED


def step_key(identity: StepIdentity, job_id: str) -> str:
    """Equal keys never run at the same time, and mean equal results where results may be reused.

    A recording is published by one job at a time, whatever was made of it: the second one shall see
    the show of the first. Each job looks for itself at what viewers get.
    """
    if identity.kind is StepKind.PUBLISH:
        return _digest([identity.kind.value, identity.fingerprint])
    body = [
        identity.kind.value,
        identity.fingerprint,
        identity.parameters,
        identity.tools,
        sorted((output.name, output.sha256) for output in identity.inputs),
        "" if may_be_reused(identity.kind) else job_id,
    ]
    return _digest(body)


def _digest(body: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
