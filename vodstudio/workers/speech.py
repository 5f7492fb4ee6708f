"""The step `speech`: every word of a recording with its time, kept window by window."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, cast

from vodstudio.captions import versions
from vodstudio.captions.rewording import replacements_of, reworded
from vodstudio.captions.transcript import Mark, Transcript, Word
from vodstudio.core.errors import ChildCrashed, VodError
from vodstudio.core.files import remove_leftovers, sha256_of
from vodstudio.core.jobs import Inputs, Json, Output, StepResult
from vodstudio.core.ports import Context
from vodstudio.core.transcripts import SPEECH
from vodstudio.core.vocabulary import said, tally
from vodstudio.workers.devices import Device
from vodstudio.workers.models import Model
from vodstudio.workers.sound_clock import SoundClock
from vodstudio.workers.speech_job import BATCHED, LISTENING_SHARE, SpeechJob, SpeechTools, job_of
from vodstudio.workers.spoken_language import SURE_ENOUGH, Language, Sounded, foreign_marks
from vodstudio.workers.transcribing import FRAMES_PER_S, Heard, heard
from vodstudio.workers.tuning import Tuned, in_use
from vodstudio.workers.walking import Walking
from vodstudio.workers.windows import SAMPLE_RATE
from vodstudio.workers.word_times import mended

UNSURE_LANGUAGE = "L1"

log = logging.getLogger(__name__)


def hear(tools: SpeechTools, context: Context, inputs: Inputs) -> StepResult:
    """Words of the recording in `words.<run>.json`; a run that was interrupted goes on after its last kept window."""
    asked = inputs.preset.speech
    model = tools.shelf.choose(asked, inputs.recording, context.check)
    with tools.shelf.staying(model, asked.model):
        return _hear(tools, context, inputs, model)


def _hear(tools: SpeechTools, context: Context, inputs: Inputs, model: Model) -> StepResult:
    remove_leftovers(context.work_folder)
    context.progress(0.0, note="listening")
    if tools.kept is not None:
        tools.kept.make_room(model.folder)
    device = tools.devices.choose(model.folder, inputs.preset.speech.compute_type, context.check)
    job = job_of(context, inputs, model, device, tools.folder_for(context, inputs))
    # Thirty seconds after thirty seconds: a card that runs out of memory has nothing to halve.
    device = device if job.way == BATCHED else replace(device, pieces=1)
    found: Heard | None = None
    with Walking(tools, job) as walking:
        if not job.hears_while_listening:
            walking.finish()
            context.progress(LISTENING_SHARE)
        if walking.regions or not walking.is_complete:
            found = heard(tools, job, _tuned(tools, job, device), walking)
        walking.finish()
        listened = walking.found
    result = _result(job, listened, found)
    _learn(tools, job, result, found)
    job.spool.unlink(missing_ok=True)
    return result


def _tuned(tools: SpeechTools, job: SpeechJob, device: Device) -> Device:
    """The device as it serves this model best; the first time that costs some seconds, too many for the demo voice."""
    if tools.tuning is None or job.model.is_demo_voice:
        return device
    job.context.progress(LISTENING_SHARE, note="measuring this computer")
    try:
        return in_use(device, tools.tuning.tune(job.model, device, job.compute_type, job.context.check))
    except ChildCrashed as error:
        # Hearing finds out by itself whether the device works, and has another one to go to.
        log.warning("the speed of %s could not be measured: %s", job.model.name, error.detail)
        return device


def _learn(tools: SpeechTools, job: SpeechJob, result: StepResult, found: Heard | None) -> None:
    """The next forecast goes by what this recording showed."""
    if tools.tuning is not None and found is not None and found.speed is not None:
        heard_s = cast(float, result.facts["duration_s"])
        used = Tuned(threads=found.device.threads, compute_type=found.compute_type, speed=found.speed)
        try:
            tools.tuning.learn(job.model, found.device, job.compute_type, used, heard_s)
        except (OSError, VodError) as error:
            # The model may be gone by now, or the disk full: a note is not worth the words of a meeting.
            log.info("the speed of %s was not noted: %s", job.model.name, error)


def _result(job: SpeechJob, listened: Json, found: Heard | None) -> StepResult:
    clock = SoundClock(cast(Sequence[Sequence[float]], listened["marks"]))
    duration_s = clock.moment(cast(int, listened["samples"]) / SAMPLE_RATE)
    # Batches are heard before anybody knows where the recording ends.
    windows = [mended(window, duration_s) for window in job.kept()] if found else []
    transcript = _transcript(job, listened, windows, clock, duration_s)
    path = versions.keep(job.folder, transcript)
    versions.show_heard(path)
    facts = _facts(job, transcript, listened, found, windows)
    output = Output(
        name="words", path=path, size_bytes=path.stat().st_size, sha256=sha256_of(path), facts=facts
    )
    note = f"{len(transcript.words)} words" if transcript.words else "no speech found"
    return StepResult(outputs=(output,), facts=facts, note=note)


def _transcript(
    job: SpeechJob, listened: Json, windows: Sequence[Json], clock: SoundClock, duration_s: float
) -> Transcript:
    state = cast(Mapping[str, Any], windows[-1]["state"]) if windows else {}
    words = tuple(
        Word(**word, window=cast(int, window["index"]), source=job.model.name)
        for window in windows
        for word in cast(Sequence[Mapping[str, Any]], window["words"])
    )
    marks = [
        Mark(**mark)
        for window in windows
        for mark in cast(Sequence[Mapping[str, Any]], window.get("marks", ()))
    ]
    language = str(state.get("language") or job.settings.language or "en")
    transcript = Transcript(
        language=language,
        duration=duration_s,
        words=words,
        regions=tuple(
            (clock.moment(start / SAMPLE_RATE), clock.moment(end / SAMPLE_RATE))
            for start, end in cast(Sequence[tuple[int, int]], listened["regions"])
        ),
        marks=(
            *_unsure(language, state, duration_s),
            *foreign_marks(_sounded(windows, clock), language),
            *marks,
        ),
        run=job.run,
        author=SPEECH,
        recording_fingerprint=job.inputs.recording.fingerprint,
        model=job.model.name,
        settings={**asdict(job.settings), "vad": asdict(job.vad)},
    )
    return reworded(transcript, job.inputs.preset.aliases)


def _sounded(windows: Sequence[Json], clock: SoundClock) -> list[Sounded]:
    """What each piece sounded like, in time of the recording; windows of an earlier program did not tell."""
    pieces = [
        piece
        for window in windows
        for piece in cast(Sequence[Mapping[str, Any]], window.get("stretches", ()))
        if piece.get("spoken")
    ]
    return [
        Sounded(
            start_s=clock.moment(piece["start_s"]),
            end_s=clock.moment(piece["end_s"]),
            speech_s=(piece["last"] - piece["first"]) / FRAMES_PER_S,
            spoken=Language(**piece["spoken"]),
        )
        for piece in pieces
    ]


def _unsure(language: str, state: Mapping[str, Any], duration_s: float) -> tuple[Mark, ...]:
    """E12: a language that was heard and is not certain is a question for a person."""
    probability = float(state.get("language_probability", 1.0))
    if probability >= SURE_ENOUGH:
        return ()
    text = f"The language may not be '{language}' ({probability:.0%} sure): set it in the preset if it is another"
    return (Mark(rule=UNSURE_LANGUAGE, start=0.0, end=duration_s, text=text),)


def _facts(
    job: SpeechJob, transcript: Transcript, listened: Json, found: Heard | None, windows: Sequence[Json]
) -> dict[str, object]:
    """What the job's page tells of this hearing."""
    heard_from = cast(Mapping[str, Any], listened["heard_from"])
    reheard = [
        {name: one[name] for name in ("start", "end", "why", "kept")}
        for window in windows
        for one in cast(Sequence[Mapping[str, Any]], window.get("reheard", ()))
    ]
    return {
        "model": job.model.name,
        "is_demo_voice": job.model.is_demo_voice,
        "language": transcript.language,
        "language_note": next((m.text for m in transcript.marks if m.rule == UNSURE_LANGUAGE), ""),
        "words": len(transcript.words),
        "windows": len(windows),
        "duration_s": transcript.duration,
        "heard_from": heard_from["why"],
        "engine": job.way,
        "device": found.device.name if found else "",
        "device_why": found.device.why if found else "",
        "has_lost_card": found.device.has_lost_card if found else False,
        "compute_type": found.compute_type if found else "",
        "speed": found.speed if found else None,
        "fallbacks": job.fallbacks(),
        "reheard": reheard,
        "marks": len(transcript.marks),
        "replaced": tally(replacements_of(transcript)),
        "vocabulary_said": list(said(job.inputs.preset.vocabulary, [word.text for word in transcript.words])),
    }


__all__ = ["SpeechTools", "hear"]
