"""The step `encode`: one recording becomes one verified MP4 for the channel, at an even loudness."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from vodstudio.core.crash import crash_point
from vodstudio.core.errors import ChildCrashed, NoSpace
from vodstudio.core.files import adopt, remove_leftovers, sha256_of, temporary_beside
from vodstudio.core.jobs import Inputs, Json, Output, StepKind, StepResult
from vodstudio.core.names import safe_stem
from vodstudio.core.ports import Context
from vodstudio.core.room import room_condition
from vodstudio.core.station import EncodeSettings
from vodstudio.workers import loudness
from vodstudio.workers.ffmpeg import CRASHED_CODE, Ended, Ffmpeg, Run, need, run_ffmpeg
from vodstudio.workers.graph import (
    Shape,
    encode_arguments,
    measure_arguments,
    shape_of,
    size_estimate_bytes,
)
from vodstudio.workers.loudness import Measured
from vodstudio.workers.media import Media
from vodstudio.workers.probe import number, tolerance_s
from vodstudio.workers.process import Children
from vodstudio.workers.source import steady

MEASURE_SHARE = 0.1
ENCODE_SHARE = 0.98
LARGEST_RESERVE_BYTES = 10**9
ENCODER = "libx264"
# The checkpoint of an attempt in which FFmpeg was killed: the next one takes fewer threads.
CRASHED = "crashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What an encode needs besides its context."""

    children: Children
    media: Media
    ffmpeg: Callable[[], Ffmpeg]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    tools: Tools
    context: Context
    ffmpeg: Ffmpeg
    source: Path
    shape: Shape
    settings: EncodeSettings
    threads: int | None

    def run(self, arguments: list[str], target: Path, share: tuple[float, float], note: str) -> Ended:
        """One pass of FFmpeg that fills a share of the progress."""
        begin, end = share

        def tell(out_time_s: float, speed: float | None) -> None:
            done = min(1.0, out_time_s / self.shape.duration_s)
            self.context.progress(begin + (end - begin) * done, speed=speed, note=note)

        run = Run(
            check=self.context.check,
            tell=tell,
            source=self.source,
            target=target,
            log=self.context.work_folder / "ffmpeg.log",
        )
        return run_ffmpeg(self.tools.children, self.ffmpeg.path, arguments, run)


def encode(tools: Tools, context: Context, inputs: Inputs) -> StepResult:
    """Measure, encode, verify; the file has its name only when it is whole."""
    folder = context.work_folder
    final = folder / f"{safe_stem(inputs.recording.title)}.mp4"
    remove_leftovers(folder)
    kept = {checkpoint.key: checkpoint.body for checkpoint in context.checkpoints()}
    if "encoded" in kept and _is_whole(final, kept["encoded"], context):
        return _result(final, kept["encoded"])
    context.progress(0.0)
    settings = inputs.preset.encode
    shape = shape_of(inputs.facts[StepKind.PROBE], settings)
    refuse_full_disk(folder, size_estimate_bytes(shape, settings))
    ffmpeg = tools.ffmpeg()
    need(ffmpeg)
    with steady(inputs.recording) as path:
        work = _Work(
            tools=tools,
            context=context,
            ffmpeg=ffmpeg,
            source=path,
            shape=shape,
            settings=settings,
            threads=fewer_threads() if CRASHED in kept else None,
        )
        found = _loudness(work, kept.get("loudness"))
        temporary = temporary_beside(final)
        try:
            facts = _encode(work, temporary, found)
            crash_point("encode.written")
            context.check()
            body = {**_identity(temporary, context), "facts": facts}
        except BaseException as error:
            temporary.unlink(missing_ok=True)
            if isinstance(error, ChildCrashed) and error.code == CRASHED_CODE:
                context.checkpoint(CRASHED, {"code": error.code})
            raise
    adopt(temporary, final)
    crash_point("encode.adopted")
    context.checkpoint("encoded", body)
    context.progress(1.0)
    return _result(final, body)


def fewer_threads() -> int:
    """Half of what FFmpeg takes by itself: less memory, for a machine that has killed it once."""
    return max(1, (os.cpu_count() or 2) // 2)


def refuse_full_disk(folder: Path, estimate_bytes: int) -> None:
    """Hold before hours of work: a fifth more than the estimate, and as much again, at most 1 GB, for the rest."""
    needed = int(estimate_bytes * 1.2) + min(LARGEST_RESERVE_BYTES, estimate_bytes)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise NoSpace(
            f"There is not enough space to encode: {_gigabytes(needed)} needed, {_gigabytes(free)} free",
            condition=room_condition(folder, needed),
            hint="Free some space on that disk. The work starts by itself then; nothing is lost.",
            detail=f"{folder}: {needed} bytes needed, {free} free",
        )


def _gigabytes(size: int) -> str:
    return f"{size / 10**9:.1f} GB"


def _loudness(work: _Work, kept: Json | None) -> Measured | None:
    """The first pass, or what an earlier attempt kept of it; None when nothing is to be changed."""
    if work.settings.loudness_lufs is None or work.shape.track is None:
        return None
    if kept is not None:
        return loudness.from_json(kept)
    arguments = measure_arguments(work.source, work.shape, work.settings)
    ended = work.run(arguments, work.context.work_folder, (0.0, MEASURE_SHARE), "measuring loudness")
    found = loudness.measured(ended.errors)
    work.context.checkpoint("loudness", loudness.to_json(found))
    return found


def _encode(work: _Work, temporary: Path, found: Measured | None) -> Json:
    applied = None if found is None or found.is_silent else found
    arguments = encode_arguments(
        work.source,
        temporary,
        shape=work.shape,
        settings=work.settings,
        found=applied,
        threads=work.threads,
    )
    ended = work.run(arguments, temporary, (MEASURE_SHARE, ENCODE_SHARE), "encoding")
    work.context.progress(ENCODE_SHARE, note="verifying")
    duration_s = _verify(work, temporary)
    shape = work.shape
    return {
        "in_point_s": shape.in_point_s,
        "duration_s": duration_s,
        "width": shape.width,
        "height": shape.height,
        "fps": f"{shape.fps.numerator}/{shape.fps.denominator}",
        "ffmpeg": work.ffmpeg.version,
        "encoder": ENCODER,
        "damaged_places": ended.broken_lines,
        "has_audio": shape.track is not None,
        "black_picture": not shape.has_video,
        **_loudness_facts(found, applied, ended),
    }


def _loudness_facts(found: Measured | None, applied: Measured | None, ended: Ended) -> Json:
    if found is None:
        return {"loudness_mode": "unchanged"}
    if applied is None:
        return {"loudness_in": found.loudness_lufs, "loudness_mode": "silent"}
    return {"loudness_in": found.loudness_lufs, **loudness.outcome(ended.errors)}


def _verify(work: _Work, temporary: Path) -> float:
    """Exit status 0 proves nothing: look at the file as a stranger would."""
    facts = cast(Json, work.tools.media.ask({"verb": "probe", "path": str(temporary)}, work.context.check))
    shape, tracks = work.shape, cast(list[Json], facts["audio"])
    duration_s = number(facts, "duration_s")
    wrong = [
        text
        for is_wrong, text in (
            (not facts["has_video"] or facts.get("video_codec") != "h264", "no H.264 picture"),
            ((facts.get("width"), facts.get("height")) != (shape.width, shape.height), "wrong size"),
            (bool(tracks) != (shape.track is not None), "sound is missing"),
            (any((t["rate"], t["channels"]) != (48000, 2) for t in tracks), "sound is not 48 kHz stereo"),
            (
                abs(duration_s - shape.duration_s) > tolerance_s(shape.duration_s),
                f"{duration_s:.1f} s instead of {shape.duration_s:.1f} s",
            ),
        )
        if is_wrong
    ]
    if wrong:
        raise ChildCrashed(
            f"The encoded file is not right: {', '.join(wrong)}",
            hint="It was thrown away and is tried once more. The recording was not changed.",
            detail=f"{temporary}: {dict(facts)}",
            code="VS-OUTPUT-WRONG",
        )
    return duration_s


def _identity(path: Path, context: Context) -> Json:
    return {"size_bytes": path.stat().st_size, "sha256": sha256_of(path, context.check)}


def _is_whole(final: Path, kept: Json, context: Context) -> bool:
    """Whether an earlier attempt finished this very file."""
    try:
        identity = _identity(final, context)
    except FileNotFoundError:
        return False
    return all(identity[key] == kept[key] for key in identity)


def _result(final: Path, body: Json) -> StepResult:
    facts = cast(Json, body["facts"])
    output = Output(
        name="video",
        path=final,
        size_bytes=cast(int, body["size_bytes"]),
        sha256=str(body["sha256"]),
        facts=facts,
    )
    return StepResult(outputs=(output,), facts=facts, note=_sentence(facts))


def _sentence(facts: Json) -> str:
    parts = [f"{facts['width']} x {facts['height']}"]
    if "loudness_out" in facts:
        parts.append(
            f"loudness {number(facts, 'loudness_in'):.1f} to {number(facts, 'loudness_out'):.1f} LUFS"
            f" ({facts['loudness_mode']})"
        )
    elif facts["loudness_mode"] == "silent":
        parts.append("the sound is silent")
    if facts["black_picture"]:
        parts.append("no picture in the source: black was added")
    if not facts["has_audio"]:
        parts.append("no sound")
    return " · ".join(parts)
