"""The step `captions`: the heard words become caption files for the video that viewers get."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vodstudio.captions.cue import Cue, Finding
from vodstudio.captions.document import Document
from vodstudio.captions.profile import BROADCAST_32, VERSION, Profile, profile_named
from vodstudio.captions.repair import repair_words
from vodstudio.captions.scc import TOO_LONG, SccFile, parse_scc, write_scc
from vodstudio.captions.segment import Segmented, Setting, segment
from vodstudio.captions.srt import parse_srt, write_srt
from vodstudio.captions.transcript import Transcript, Word, read_transcript
from vodstudio.captions.video import Video, video_of
from vodstudio.captions.vtt import parse_vtt, write_vtt
from vodstudio.core.crash import crash_point
from vodstudio.core.errors import BadMedia, Locked, NeedsUser
from vodstudio.core.files import remove_leftovers, sha256_of, write_atomically
from vodstudio.core.jobs import Inputs, Json, Output, StepKind, StepResult
from vodstudio.core.ports import Context

NOTHING_SAID = "no speech found"
NO_SCC = "no SCC, which ends at 24 hours: SRT and VTT are whole"
KEPT_FINDINGS = 200


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
    probed = inputs.facts.get(StepKind.PROBE, {})
    video = video_of(inputs.recording, inputs.plan, inputs.outputs, probed, transcript.duration)
    context.check()
    made = captions_of(transcript, profile, video, context.check)
    context.progress(0.7)
    context.check()
    if not made.cues:
        return StepResult(facts={"cues": 0, "characters": 0, "late_frames": 0}, note=NOTHING_SAID)
    outputs = _write_all(context, made, video)
    context.progress(1.0)
    return StepResult(outputs=outputs, facts=_facts(made, profile), note=_sentence(made))


def captions_of(
    transcript: Transcript, profile: Profile, video: Video, check: Callable[[], None] = lambda: None
) -> Made:
    """Words to the texts of the files, each read back and compared with the cues it was made of."""
    check()
    segmented = _segmented(transcript, profile, video)
    cues = segmented.cues
    check()
    # Line 21 has 32 columns: a wider profile is broken again for it, from the same words.
    line21 = cues if profile.is_line21 else _segmented(transcript, BROADCAST_32, video).cues
    check()
    scc = _scc_of(line21)
    made = Made(
        cues=cues,
        srt=write_srt(cues),
        vtt=write_vtt(cues),
        scc=scc,
        findings=(*segmented.findings, *(scc.findings if scc else ())),
    )
    check()
    _prove(made)
    return made


def _segmented(transcript: Transcript, profile: Profile, video: Video) -> Segmented:
    """What a person has corrected becomes the same cues as in the review window."""
    setting = Setting(duration_s=video.duration_s, fps=video.fps, language=transcript.language)
    if transcript.edits:
        document = Document(transcript, profile, setting, in_point_s=video.in_point_s)
        return Segmented(cues=document.cues_inside, findings=())
    repaired = repair_words(transcript.words, transcript.duration, transcript.regions)
    made = segment(words_of_video(repaired.words, video), profile, setting)
    return dataclasses.replace(made, findings=(*repaired.findings, *made.findings))


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
