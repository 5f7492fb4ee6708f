"""One step without queue and station: `vodstudio step KIND FILE --out DIR`, resumable with the same folder."""

from __future__ import annotations

import dataclasses
import os
import re
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from vodstudio.config import Settings
from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import BadMedia, Hold, NoAccess, NotFound, Refused, TryLater, VodError
from vodstudio.core.filename import read_name
from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import Inputs, JobId, Json, Output, PlanKind, StepId, StepKind, StepResult
from vodstudio.core.plan import StepIdentity, needs_of, parameters_of, step_key, steps_for
from vodstudio.core.recording import Fingerprint, Recording, RecordingId, fingerprint_of
from vodstudio.core.station import EncodeSettings, Preset, PresetId, SpeechSettings, city_of, preset_for
from vodstudio.station_file import RULES
from vodstudio.toml_reading import Expected, converted_field, did_you_mean, fields_of
from vodstudio.workers.alone import AloneContext, Bench, Tell, own_children
from vodstudio.workers.media import Media
from vodstudio.workers.models import Shelf
from vodstudio.workers.pool import StepType
from vodstudio.workers.steps import FfmpegFinder, Toolbox

WORDS_ENDING = ".json"
_GROUPS: Mapping[str, type] = {"": Preset, "encode": EncodeSettings, "speech": SpeechSettings}
_NOT_HERE = frozenset({"id", "name", "destination", "encode", "speech", "aliases"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRequest:
    """What was asked on the command line."""

    kind: StepKind
    file: Path
    out: Path
    changes: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class _Work:
    """What the steps of one folder share and gather."""

    recording: Recording
    preset: Preset
    plan: PlanKind
    bench: Bench
    stop: threading.Event
    tell: Tell
    outputs: dict[str, Output] = field(default_factory=dict)
    facts: dict[StepKind, Json] = field(default_factory=dict)

    def inputs(self) -> Inputs:
        """What the next step is given."""
        return Inputs(
            job_id=JobId("alone"),
            step_id=StepId("alone"),
            recording=self.recording,
            plan=self.plan,
            city_id=None,
            preset=self.preset,
            outputs=dict(self.outputs),
            facts=dict(self.facts),
        )


def run_step(settings: Settings, request: StepRequest, tell: Tell) -> dict[str, object]:
    """Do it, and first what it needs; gives the shape that `--json` prints. Raises Cancelled on Ctrl+C."""
    recording = _recording(request.file)
    city = city_of(settings.station, recording.path, recording.path.stem)
    meant = preset_for(settings.station.presets[0], city, recording.path.stem)
    preset = with_changes(meant, request.changes)
    with Bench(request.out.absolute()) as bench, _stopping() as stop, _toolbox(settings) as toolbox:
        work = _Work(
            recording=recording,
            preset=preset,
            plan=PlanKind.CAPTION_IN_PLACE if request.kind is StepKind.CAPTIONS else PlanKind.DELIVER,
            bench=bench,
            stop=stop,
            tell=tell,
        )
        steps = toolbox.steps()
        try:
            for kind in _chain(work, request):
                result, is_reused = _do(work, kind, steps[kind])
        except VodError as error:
            error.hint = hint_alone(error)
            raise
    return {
        "kind": request.kind.value,
        "state": "done",
        "note": result.note,
        "is_reused": is_reused,
        "facts": dict(result.facts),
        "outputs": {output.name: str(output.path) for output in result.outputs},
    }


def hint_alone(error: VodError) -> str:
    """The same advice where no queue goes on by itself, and no button is there to be pressed."""
    kept = [part for part in re.split(r"(?<=[.;]) ", error.hint) if "by itself" not in part]
    # What follows a sentence begins one: its own beginning may be among what was left out.
    told = re.sub(r"(?<=\. )[a-z]", lambda first: first[0].upper(), " ".join(kept))
    hint = told.replace("press Retry", "run the same command again")
    if isinstance(error, Hold | TryLater):
        hint = f"{hint} Then run the same command again: it goes on from here.".strip()
    return hint


def _chain(work: _Work, request: StepRequest) -> Sequence[StepKind]:
    """The step and what it needs, in order; captions may also be made of a file of words."""
    if request.kind is StepKind.CAPTIONS and request.file.suffix.lower() == WORDS_ENDING:
        path = request.file.absolute()
        work.outputs["words"] = Output(
            name="words", path=path, size_bytes=path.stat().st_size, sha256=sha256_of(path)
        )
        return [request.kind]
    needed = {*needs_of(work.plan, request.kind), request.kind}
    return [planned.kind for planned in steps_for(work.plan) if planned.kind in needed]


def _do(work: _Work, kind: StepKind, step: StepType) -> tuple[StepResult, bool]:
    identity = StepIdentity(
        kind=kind,
        fingerprint=work.recording.fingerprint,
        parameters=parameters_of(kind, work.preset),
        tools=step.tools,
        inputs=tuple(work.outputs.values()),
    )
    known = work.bench.begin(kind, step_key(identity, "alone"))
    if known is None:
        context = AloneContext(work.bench, kind, SystemClock(), work.stop, work.tell)
        result = step.run(context, work.inputs())
        work.bench.finish(kind, result)
    else:
        result = known
    work.outputs.update({output.name: output for output in result.outputs})
    work.facts[kind] = result.facts
    return result, known is not None


@contextmanager
def _toolbox(settings: Settings) -> Iterator[Toolbox]:
    with own_children(settings.places.run) as children:
        toolbox = Toolbox(
            children=children,
            media=Media(children),
            ffmpeg=FfmpegFinder(children, settings.preferences.ffmpeg),
            shelf=Shelf.at(settings.places.models),
        )
        try:
            yield toolbox
        finally:
            toolbox.close()


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Ctrl+C and the end of the session stop the step at its next check, so that its child ends too."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, was in before.items():
            signal.signal(number, was)


def _recording(path: Path) -> Recording:
    path = Path(os.path.realpath(path))
    try:
        if not path.is_file():
            raise NotFound(
                f"{path} is not there, or is not a file",
                hint="Name one recording, with its folder. Nothing was changed.",
                code="VS-NO-SUCH-FILE",
            )
        size_bytes = path.stat().st_size
        if size_bytes == 0:
            raise BadMedia(
                f"{path.name} is empty",
                hint="Maybe it is still being copied. Nothing was changed; try again when the copy is done.",
                code="VS-EMPTY-FILE",
            )
        fingerprint: Fingerprint = fingerprint_of(path)
    except OSError as exc:
        raise NoAccess(
            f"{path} cannot be read",
            hint="Give your user permission to read this file. Nothing was changed.",
            detail=str(exc),
            code="VS-MAY-NOT-READ",
        ) from exc
    name = read_name(path.stem)
    return Recording(
        id=RecordingId("alone"),
        path=path,
        fingerprint=fingerprint,
        size_bytes=size_bytes,
        title=name.title,
        recorded_on=name.recorded_on,
        show_number=name.show_number,
        reel=name.reel,
    )


def with_changes(preset: Preset, changes: Sequence[str]) -> Preset:
    """The preset with `--set key=value` applied: `encode.height=720`, or `model=DIR` where the name is clear."""
    preset = dataclasses.replace(preset, id=PresetId("alone"))
    for change in changes:
        key, is_set, text = change.partition("=")
        if not is_set:
            raise _bad_set(f"“{change}” is not of the form key=value")
        group, name = _field_of(key.strip())
        value = _value(group, name, text.strip())
        changed: dict[str, Any] = {name: value}
        if group:
            changed = {group: dataclasses.replace(getattr(preset, group), **changed)}
        preset = dataclasses.replace(preset, **changed)
    return preset


def _field_of(key: str) -> tuple[str, str]:
    known = {
        f"{group}.{name}" if group else name: (group, name)
        for group, cls in _GROUPS.items()
        for name in fields_of(cls)
        if group or name not in _NOT_HERE
    }
    if key in known:
        return known[key]
    short = [place for place in known.values() if place[1] == key]
    if len(short) == 1:
        return short[0]
    raise _bad_set(f"there is no value “{key}” in a preset{did_you_mean(key, known)}")


def _value(group: str, name: str, text: str) -> object:
    """Text as the type of the field, checked by the same rules as the station file."""
    cls = _GROUPS[group]
    wanted = str(fields_of(cls)[name])
    if text == "none" and "None" in wanted:
        return None
    try:
        return converted_field(cls, name, _typed(text, wanted), RULES)
    except (Expected, ValueError) as exc:
        expected = str(exc) if isinstance(exc, Expected) else "a number"
        raise _bad_set(f"{name} should be {expected}, found “{text}”") from exc


def _typed(text: str, wanted: str) -> object:
    if "tuple" in wanted:
        return [part.strip() for part in text.split(",") if part.strip()]
    if "int" in wanted:
        return int(text)
    return float(text) if "float" in wanted else text


def _bad_set(title: str) -> Refused:
    return Refused(
        f"--set: {title}", hint="Example: --set encode.height=720. Nothing was changed.", code="VS-SET"
    )
