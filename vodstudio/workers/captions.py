"""The step `captions`: the heard words become caption files for the video that viewers get."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vodstudio.captions.cue import Cue, Finding
from vodstudio.captions.profile import BROADCAST_32, VERSION, Profile, profile_named
from vodstudio.captions.repair import repair_words
from vodstudio.captions.scc import TOO_LONG, SccFile, parse_scc, write_scc
from vodstudio.captions.segment import NTSC, Setting, segment
from vodstudio.captions.srt import parse_srt, write_srt
from vodstudio.captions.transcript import Transcript, Word, read_transcript
from vodstudio.captions.vtt import parse_vtt, write_vtt
from vodstudio.core.crash import crash_point
from vodstudio.core.errors import BadMedia, Locked, NeedsUser
from vodstudio.core.files import remove_leftovers, sha256_of, write_atomically
from vodstudio.core.jobs import Inputs, Json, Output, PlanKind, StepKind, StepResult
from vodstudio.core.ports import Context

NOTHING_SAID = "no speech found"
NO_SCC = "no SCC, which ends at 24 hours: SRT and VTT are whole"
KEPT_FINDINGS = 200
_SLOWEST_FPS, _FASTEST_FPS = 10, 121


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """The video that is captioned: its name without ending, its pictures, and which part of the recording it is."""

    base: str
    fps: Fraction
    in_point_s: float
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Everything that is written, not yet written. A recording that goes on after 24 hours has no SCC."""

    cues: tuple[Cue, ...]
    srt: str
    vtt: str
    scc: SccFile | None
    findings: tuple[Finding, ...]


def make_captions(context: Context, inputs: Inputs) -> StepResult:
    """SRT, VTT and SCC named like the video; none where nobody speaks. Running it twice gives the same."""
    profile = profile_named(inputs.preset.caption_profile)
    remove_leftovers(context.work_folder)
    context.progress(0.0)
    words = inputs.words
    if words is None:
        raise BadMedia(
            "There are no words to make captions of",
            hint="The recording is not changed. Retry the speech step.",
            code="VS-WORDS-AWAY",
        )
    transcript = read_transcript(words)
    video = video_of(inputs, transcript)
    context.check()
    made = captions_of(transcript, profile, video, context.check)
    context.progress(0.7)
    context.check()
    if not made.cues:
        return StepResult(facts={"cues": 0, "characters": 0, "late_frames": 0}, note=NOTHING_SAID)
    outputs = _write_all(context, made, video)
    context.progress(1.0)
    return StepResult(outputs=outputs, facts=_facts(made, profile), note=_sentence(made))


def video_of(inputs: Inputs, transcript: Transcript) -> Video:
    """The encoded video, or the recording itself where it is captioned in place."""
    encoded = None if inputs.plan is PlanKind.CAPTION_IN_PLACE else inputs.outputs.get("video")
    probed = inputs.facts.get(StepKind.PROBE, {})
    facts: Json = encoded.facts if encoded else {}
    path = encoded.path if encoded else inputs.recording.path
    return Video(
        base=path.stem,
        fps=_rate(facts.get("fps") or probed.get("fps")),
        in_point_s=_seconds(facts, "in_point_s"),
        duration_s=_seconds(facts, "duration_s") or _seconds(probed, "duration_s") or transcript.duration,
    )


def _rate(value: object) -> Fraction:
    """Pictures a second as probe writes them; what no video has counts as the usual rate."""
    try:
        rate = Fraction(str(value)).limit_denominator(1001)
    except (ValueError, ZeroDivisionError):
        return NTSC
    return rate if _SLOWEST_FPS <= rate <= _FASTEST_FPS else NTSC


def _seconds(facts: Mapping[str, object], key: str) -> float:
    value = facts.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def captions_of(
    transcript: Transcript, profile: Profile, video: Video, check: Callable[[], None] = lambda: None
) -> Made:
    """Words to the texts of the files, each read back and compared with the cues it was made of."""
    repaired = repair_words(transcript.words, transcript.duration, transcript.regions)
    words = words_of_video(repaired.words, video)
    setting = Setting(duration_s=video.duration_s, fps=video.fps, language=transcript.language)
    check()
    segmented = segment(words, profile, setting)
    cues = segmented.cues
    check()
    # Line 21 has 32 columns: a wider profile is broken again for it, from the same words.
    line21 = cues if profile.is_line21 else segment(words, BROADCAST_32, setting).cues
    check()
    scc = _scc_of(line21)
    made = Made(
        cues=cues,
        srt=write_srt(cues),
        vtt=write_vtt(cues),
        scc=scc,
        findings=(*repaired.findings, *segmented.findings, *(scc.findings if scc else ())),
    )
    check()
    _prove(made)
    return made


def _scc_of(cues: Sequence[Cue]) -> SccFile | None:
    """Its time labels end at 24 hours; the other two have no such limit and are made all the same."""
    try:
        return write_scc(cues)
    except NeedsUser as error:
        if error.code != TOO_LONG:
            raise
        return None


def words_of_video(words: Sequence[Word], video: Video) -> list[Word]:
    """The words that are heard in the video, in its time."""
    heard: list[Word] = []
    for word in words:
        start, end = word.start - video.in_point_s, word.end - video.in_point_s
        if end > 0 and start < video.duration_s:
            heard.append(dataclasses.replace(word, start=max(0.0, start), end=min(end, video.duration_s)))
    return heard


def _prove(made: Made) -> None:
    """A file that does not read back to its cues is a fault of ours, and is never written."""
    read = [("SRT", parse_srt(made.srt), made.cues), ("VTT", parse_vtt(made.vtt), made.cues)]
    if made.scc is not None:
        read.append(("SCC", parse_scc(made.scc.text), made.scc.cues))
    faults = [
        name for name, found, meant in read if [cue.lines for cue in found] != [cue.lines for cue in meant]
    ]
    if faults:
        raise AssertionError(f"read back differently: {faults}")


def _write_all(context: Context, made: Made, video: Video) -> tuple[Output, ...]:
    texts = {"srt": made.srt, "vtt": made.vtt}
    if made.scc is not None:
        texts["scc"] = made.scc.text
    outputs: list[Output] = []
    for name, text in texts.items():
        context.check()
        path = context.work_folder / f"{video.base}.{name}"
        data = text.encode("utf-8")
        write_atomically(path, data)
        crash_point("captions.written")
        outputs.append(_output(name, path, data, made))
    return tuple(outputs)


def _output(name: str, path: Path, data: bytes, made: Made) -> Output:
    if path.read_bytes() != data:
        raise Locked(
            f"{path.name} is not what was written",
            hint="It is tried again by itself. If it keeps failing, look at the disk.",
            detail=str(path),
            code="VS-WRITE-FAILED",
        )
    counts: dict[str, object] = {"cues": len(made.cues), "characters": _characters(made)}
    if name == "scc" and made.scc is not None:
        counts |= {"cues": len(made.scc.late_frames), "late_frames": max(made.scc.late_frames)}
    return Output(name=name, path=path, size_bytes=len(data), sha256=sha256_of(path), facts=counts)


def _characters(made: Made) -> int:
    return sum(len(line) for cue in made.cues for line in cue.lines)


def _facts(made: Made, profile: Profile) -> Json:
    late = made.scc.late_frames if made.scc else ()
    return {
        "profile": f"{profile.name} {VERSION}",
        "cues": len(made.cues),
        "characters": _characters(made),
        "has_scc": made.scc is not None,
        "late_frames": max(late, default=0),
        "late_cues": sum(frames > 0 for frames in late),
        "findings_by_rule": dict(sorted(Counter(finding.rule for finding in made.findings).items())),
        "findings": [dataclasses.asdict(finding) for finding in made.findings[:KEPT_FINDINGS]],
    }


_SENTENCES: tuple[tuple[str, Callable[[int], str]], ...] = (
    ("Q17", lambda count: f"{count} signs cannot be shown in SCC and are shown as others"),
    ("Q18", lambda count: f"{count} come late"),
    ("Q01", lambda count: f"{count} too wide"),
)


def _sentence(made: Made) -> str:
    counts = Counter(finding.rule for finding in made.findings)
    parts = (tell(counts[rule]) for rule, tell in _SENTENCES if counts[rule])
    missing = [] if made.scc else [NO_SCC]
    return "; ".join(itertools.chain([f"{len(made.cues)} captions"], missing, parts))
