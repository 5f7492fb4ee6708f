"""The step `captions`: the heard words become caption files for the video that viewers get, checked before they go."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vodstudio.captions.check import CHECK_JSON, CheckSetting, Report, check
from vodstudio.captions.check_html import report_html
from vodstudio.captions.cue import Cue
from vodstudio.captions.cut import heard_in_video
from vodstudio.captions.edits import later
from vodstudio.captions.formats import CaptionSet, Options
from vodstudio.captions.lint import LINTS
from vodstudio.captions.making import cues_of, files_of
from vodstudio.captions.night import needs_look, stop_what_is_wrong
from vodstudio.captions.profile import BROADCAST_32, VERSION, Profile, profile_named
from vodstudio.captions.timecode import timebase_for
from vodstudio.captions.transcript import Transcript, read_transcript
from vodstudio.captions.versions import read_version
from vodstudio.captions.video import Video, setting_for, video_of
from vodstudio.core.crash import crash_point
from vodstudio.core.errors import BadMedia, Locked
from vodstudio.core.files import remove_leftovers, write_atomically
from vodstudio.core.jobs import Inputs, Json, Output, StepKind, StepResult
from vodstudio.core.measured import of_model
from vodstudio.core.ports import Context
from vodstudio.core.station import Preset
from vodstudio.core.transcripts import SPEECH, TranscriptVersion

# What an earlier number made of the same words is made again: 3 waits for line 21 in every format.
MAKING = "captions 3"
NOTHING_SAID = "no speech found"
NO_SCC = "no SCC, which ends at 24 hours: the other files are whole"
CHECK_HTML = "check.html"
KEPT_FINDINGS = 200
_NO_FILES = CaptionSet(files={}, missing={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Everything that is written, not yet written, and what was found in it."""

    cues: tuple[Cue, ...]
    files: CaptionSet
    report: Report


def make_captions(context: Context, inputs: Inputs) -> StepResult:
    """All files, named like the video, and the check report; none where nobody speaks. Twice gives the same."""
    profile = profile_named(inputs.preset.caption_profile)
    remove_leftovers(context.work_folder)
    context.progress(0.0)
    words = inputs.words
    if words is None:
        raise BadMedia(
            "There are no words to make captions of",
            hint="The recording is not changed. Import it again: it is heard once more.",
            code="VS-WORDS-AWAY",
        )
    chosen = inputs.transcript
    # A step alone knows no versions: the file that it is given is what counts.
    transcript = read_version(chosen) if chosen is not None else read_transcript(words)
    probed = inputs.facts.get(StepKind.PROBE, {})
    video = video_of(inputs.recording, inputs.plan, inputs.outputs, probed, transcript.duration)
    context.check()
    made = captions_of(transcript, inputs.preset, video, context.check, inputs.transcript)
    measured = of_model(inputs.measured, transcript.model)
    made = dataclasses.replace(made, report=dataclasses.replace(made.report, measured=measured))
    context.progress(0.7)
    context.check()
    is_silent = not made.cues and not made.report.stops
    outputs = () if is_silent else _write_all(context, made, video)
    stop_what_is_wrong(made.report, str(context.work_folder / CHECK_HTML))
    context.progress(1.0)
    if is_silent:
        return StepResult(facts={"cues": 0, "characters": 0, "late_frames": 0}, note=NOTHING_SAID)
    return StepResult(outputs=outputs, facts=_facts(made, profile), note=_sentence(made))


def captions_of(
    transcript: Transcript,
    preset: Preset,
    video: Video,
    stop: Callable[[], None] = lambda: None,
    version: TranscriptVersion | None = None,
) -> Made:
    """Words to files, each read back and compared with the cues it was made of, and the report on them."""
    stop()
    profile = profile_named(preset.caption_profile)
    setting = setting_for(video, transcript.language, preset)
    segmented = cues_of(transcript, profile, setting, in_point_s=video.in_point_s)
    cues = segmented.cues
    stop()
    # Line 21 has 32 columns: a wider profile is broken again for it, from the same words.
    line21 = cues
    if not profile.is_line21:
        line21 = cues_of(transcript, BROADCAST_32, setting, in_point_s=video.in_point_s).cues
    stop()
    base = timebase_for(video.fps, counting=preset.scc, first_label=preset.scc_first_label)
    options = Options(language=transcript.language, base=base)
    files = files_of(cues, options, line21=line21, check=stop) if cues else _NO_FILES
    found = [*segmented.findings, *files.findings]
    for name, file in files.files.items():
        stop()
        found += LINTS[name](file.data.decode("utf-8")) if name in LINTS else ()
    stop()
    report = check(
        cues,
        heard_in_video(transcript, video.in_point_s, video.duration_s),
        None,
        dataclasses.replace(
            _limits(transcript, profile, video, preset.vocabulary, version), spelled=segmented.spelled
        ),
        found,
    )
    names = {f"{video.base}.{file.ending}": _sha256(file.data) for file in files.files.values()}
    return Made(cues=cues, files=files, report=dataclasses.replace(report, files=names))


def _limits(
    transcript: Transcript,
    profile: Profile,
    video: Video,
    vocabulary: Sequence[str],
    version: TranscriptVersion | None,
) -> CheckSetting:
    """What this video allows, and who has read its words: the version says when that was kept."""
    author = transcript.author if transcript.author not in ("", SPEECH) else ""
    kept_at = version.made_at if version is not None and version.is_by_hand else None
    return CheckSetting(
        profile=profile,
        fps=video.fps,
        duration_s=video.duration_s,
        language=transcript.language,
        vocabulary=tuple(vocabulary),
        waivers=later(transcript.edits, -video.in_point_s).waivers,
        reviewed_by=author,
        reviewed_at=kept_at.isoformat(timespec="minutes") if author and kept_at else "",
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write_all(context: Context, made: Made, video: Video) -> tuple[Output, ...]:
    outputs: list[Output] = []
    for file in made.files.files.values():
        context.check()
        counts: dict[str, object] = {"cues": len(file.cues), "characters": _characters(made)}
        if file.late_frames:
            counts["late_frames"] = max(file.late_frames)
        outputs.append(_written(context, file.name, f"{video.base}.{file.ending}", file.data, counts))
    report = json.dumps(made.report.to_json(), ensure_ascii=True, allow_nan=False, indent=1) + "\n"
    page = report_html(made.report, video.base)
    outputs.append(_written(context, "check", CHECK_JSON, report.encode(), {}))
    outputs.append(_written(context, "check-page", CHECK_HTML, page.encode(), {}))
    return tuple(outputs)


def _written(context: Context, name: str, file_name: str, data: bytes, facts: Json) -> Output:
    path = context.work_folder / file_name
    write_atomically(path, data)
    crash_point("captions.written")
    if path.read_bytes() != data:
        raise Locked(
            f"{path.name} is not what was written",
            hint="It is tried again by itself. If it keeps failing, look at the disk.",
            detail=str(path),
            code="VS-WRITE-FAILED",
        )
    return Output(name=name, path=path, size_bytes=len(data), sha256=_sha256(data), facts=facts)


def _characters(made: Made) -> int:
    return sum(len(line) for cue in made.cues for line in cue.lines)


def _facts(made: Made, profile: Profile) -> Json:
    report = made.report
    late = made.files.files["scc"].late_frames if "scc" in made.files.files else ()
    return {
        "profile": f"{profile.name} {VERSION}",
        "cues": len(made.cues),
        "characters": _characters(made),
        "has_scc": bool(late),
        "late_frames": max(late, default=0),
        "late_cues": sum(frames > 0 for frames in late),
        "errors": report.errors,
        "warnings": report.warnings,
        "coverage_percent": report.figures.coverage_percent,
        "needs_look": needs_look(report),
        "findings_by_rule": dict(sorted(Counter(found.rule for found in report.findings).items())),
        "findings": [dataclasses.asdict(found) for found in report.findings[:KEPT_FINDINGS]],
    }


_SENTENCES: tuple[tuple[str, Callable[[int], str]], ...] = (
    ("Q17", lambda count: f"{count} signs are shown as others in SCC"),
    ("Q18", lambda count: f"{count} come late"),
)


def _sentence(made: Made) -> str:
    counts = Counter(found.rule for found in made.report.findings)
    parts = (tell(counts[rule]) for rule, tell in _SENTENCES if counts[rule])
    missing = [] if "scc" in made.files.files else [NO_SCC]
    look = needs_look(made.report)
    told = [f"{len(made.cues)} captions"]
    return "; ".join(itertools.chain(told, missing, parts, [look] if look else []))
