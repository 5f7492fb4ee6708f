"""The check report: everything that the checks Q01 to Q27 find in captions, measured, graded, and what was waived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from statistics import median

from vodstudio.captions.cue import Cue, Finding, Level
from vodstudio.captions.drift import Drift, drift_of, pad_of, pause_of
from vodstudio.captions.edits import Waiver
from vodstudio.captions.fidelity import (
    coverage_findings,
    coverage_of,
    doubt_findings,
    edge_findings,
    speaker_findings,
    spelling_findings,
    time_findings,
    unsure_words,
)
from vodstudio.captions.imported import transcript_of_cues
from vodstudio.captions.mask import Mask, Region, mask_of
from vodstudio.captions.profile import BROADCAST_32, VERSION, Profile
from vodstudio.captions.rules import RULES, Quality
from vodstudio.captions.segment import NTSC
from vodstudio.captions.shape import bad_breaks, breaks_of, shape_findings, speed_of, width_of
from vodstudio.captions.suspicion import doubts, voice_of
from vodstudio.captions.transcript import Transcript, Word
from vodstudio.core.measured import Measured

SCHEMA = 1
# The report lies beside the files that it is about, under this name.
CHECK_JSON = "check.json"
KEPT_UNSURE = 200
_SAME_PLACE_S = 0.5
# What this list of checks finds by itself, where a file of captions would tell it again.
_OURS = frozenset({"Q01", "Q02", "Q17"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSetting:
    """What the captions are for: their limits, the video's frames and length, what is known about it.

    `turns` are the seconds at which another person begins to speak, where anybody knows them; `spelled` are the words
    as the captions write them, where the style of numbers makes them other ones than were heard.
    """

    profile: Profile = BROADCAST_32
    fps: Fraction = NTSC
    duration_s: float = 0.0
    language: str = "en"
    vocabulary: tuple[str, ...] = ()
    turns: tuple[float, ...] | None = None
    waivers: tuple[Waiver, ...] = ()
    spelled: tuple[Word, ...] | None = None
    reviewed_by: str = ""
    reviewed_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured. None where it could not be."""

    cues: int
    words: int
    speech_min: float | None
    coverage_percent: float | None
    median_cps: float | None
    high_cps: float | None
    words_per_minute: float | None
    longest_line: int
    bad_breaks_per_100: float
    unsure_percent: float | None
    offset_s: float | None
    drift_s_per_hour: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a person reads before captions go out, and what is kept to compare with."""

    findings: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...]
    figures: Figures
    not_checked: Mapping[str, str]
    unsure: tuple[Word, ...]
    language: str
    model: str
    profile: str
    reviewed_by: str = ""
    reviewed_at: str = ""
    measured: Measured | None = None
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """How many errors are open."""
        return sum(found.level is Level.ERROR for found in self.findings)

    @property
    def warnings(self) -> int:
        """How many warnings are open."""
        return sum(found.level is Level.WARNING for found in self.findings)

    @property
    def stops(self) -> tuple[Finding, ...]:
        """What makes the captions false, broken or displaced: nobody should see them like this."""
        return tuple(
            found
            for found in self.findings
            if found.level is Level.ERROR and found.rule in RULES and RULES[found.rule].stops
        )

    def of(self, quality: Quality) -> tuple[Finding, ...]:
        """What counts towards one of the FCC's words."""
        return tuple(found for found in self.findings if quality_of(found) is quality)

    def to_json(self) -> dict[str, object]:
        """The report as other programs read it; its shape changes only with its schema."""
        return {
            "schema": SCHEMA,
            "language": self.language,
            "model": self.model,
            "profile": self.profile,
            "reviewed_by": self.reviewed_by,
            "reviewed_at": self.reviewed_at,
            "measured": self.measured.to_json() if self.measured else None,
            "errors": self.errors,
            "warnings": self.warnings,
            "figures": asdict(self.figures),
            "grades": {
                quality.value: {
                    "grade": grade_of(self.of(quality)).value,
                    "errors": sum(found.level is Level.ERROR for found in self.of(quality)),
                    "warnings": sum(found.level is Level.WARNING for found in self.of(quality)),
                }
                for quality in Quality
            },
            "counts": dict(sorted(Counter(found.rule for found in self.findings).items())),
            "findings": [_finding_json(found) for found in self.findings],
            "waived": [{**_finding_json(found), "waiver": asdict(waiver)} for found, waiver in self.waived],
            "not_checked": dict(self.not_checked),
            "unsure": [
                {"at_s": word.start, "text": word.text.strip(), "probability": word.probability}
                for word in self.unsure
            ],
            "files": dict(self.files),
        }


def grade_of(found: Iterable[Finding]) -> Level:
    """The worst of them; information alone is as good as nothing."""
    levels = {each.level for each in found}
    return next((level for level in (Level.ERROR, Level.WARNING) if level in levels), Level.INFORMATION)


def quality_of(found: Finding) -> Quality:
    """Which of the FCC's words a finding counts towards."""
    return RULES[found.rule].quality if found.rule in RULES else Quality.ACCURATE


def _finding_json(found: Finding) -> dict[str, object]:
    rule = RULES.get(found.rule)
    return {
        "rule": found.rule,
        "title": rule.title if rule else "",
        "level": found.level.value,
        "at_s": round(found.at_s, 3),
        "cue": None if found.cue is None else found.cue + 1,
        "text": found.text,
        "fix": rule.fix if rule and found.can_fix else "",
        "can_waive": rule.can_waive if rule else True,
    }


def check(
    cues: Sequence[Cue],
    transcript: Transcript | None = None,
    mask: Sequence[Region] | None = None,
    setting: CheckSetting = CheckSetting(),
    also: Iterable[Finding] = (),
) -> Report:
    """Everything that can be said of these cues; the words and the voice have the clock of the cues.

    Without a transcript the cues are compared with the voice alone, without a voice with nothing but themselves.
    `also` is what making or reading their files found.
    """
    heard, voice = _compared_with(cues, transcript, mask, setting)
    words = heard.words if transcript is not None else ()
    drift = drift_of(heard.words, heard.regions, pad_of(heard.settings))
    late_s = drift.offset_s if drift and drift.is_offset else 0.0
    coverage = coverage_of(cues, voice, pause_of(heard.settings), late_s)
    own = _OURS if setting.profile.is_line21 else frozenset()
    found = [
        *shape_findings(cues, setting.profile, setting.fps, setting.duration_s, heard.language),
        *time_findings(cues, setting.spelled or words, voice),
        *coverage_findings(coverage, voice.total_s),
        *doubt_findings(doubts(heard, cues), transcript.marks if transcript else (), cues, drift),
        *edge_findings(cues, voice),
        *_unsure_finding(words),
        *spelling_findings(cues, setting.vocabulary),
        *speaker_findings(cues, setting.turns or ()),
        *(each for each in also if each.rule not in own),
    ]
    found.sort(key=lambda each: (each.at_s, each.rule))
    open_findings, waived = _waived(found, setting.waivers)
    return Report(
        findings=open_findings,
        waived=waived,
        figures=_figures(cues, heard, voice, coverage, drift, setting),
        not_checked=_not_checked(transcript, voice, setting),
        unsure=(unsure_words(words) or ())[:KEPT_UNSURE],
        language=heard.language,
        model=heard.model,
        profile=f"{setting.profile.name} {VERSION}",
        reviewed_by=setting.reviewed_by,
        reviewed_at=setting.reviewed_at,
    )


def name_findings(names: Iterable[str], base: str) -> Iterator[Finding]:
    """Q25: Cablecast finds a caption file by its name alone, which is the video's up to the ending."""
    for name in names:
        if name.rpartition(".")[0] != base:
            text = f"{name} is not called like its video, {base}"
            yield Finding(rule="Q25", level=Level.ERROR, at_s=0.0, text=text, can_fix=True)


def change_findings(checked: Mapping[str, str], present: Mapping[str, str]) -> Iterator[Finding]:
    """Q27: files, by name and SHA-256, that are not the ones that were checked."""
    for name in sorted(present.keys() & checked.keys()):
        if present[name] != checked[name]:
            text = f"{name} was changed after it was checked"
            yield Finding(rule="Q27", level=Level.ERROR, at_s=0.0, text=text, can_fix=True)


def _compared_with(
    cues: Sequence[Cue], transcript: Transcript | None, mask: Sequence[Region] | None, setting: CheckSetting
) -> tuple[Transcript, Mask]:
    """The words, or what the cues would be as words, and where a voice is."""
    if transcript is None:
        heard = transcript_of_cues(
            cues, language=setting.language, duration_s=setting.duration_s, regions=mask or ()
        )
        return heard, mask_of(heard.regions, pad_s=-pad_of(heard.settings))
    return transcript, mask_of(mask) if mask is not None else voice_of(transcript)


def _unsure_finding(words: Sequence[Word]) -> Iterator[Finding]:
    unsure = unsure_words(words)
    if unsure:
        text = f"{len(unsure)} of {len(words)} words were heard with less than half certainty"
        yield Finding(rule="Q12", level=Level.INFORMATION, at_s=unsure[0].start, text=text)


def _figures(
    cues: Sequence[Cue],
    heard: Transcript,
    voice: Mask,
    coverage: float | None,
    drift: Drift | None,
    setting: CheckSetting,
) -> Figures:
    speeds = sorted(speed_of(cue) for cue in cues if cue.end_s > cue.start_s)
    minutes = voice.total_s / 60
    unsure = unsure_words(heard.words)
    words = sum(len(cue.text.split()) for cue in cues)
    return Figures(
        cues=len(cues),
        words=words,
        speech_min=round(minutes, 2) if minutes else None,
        coverage_percent=None if coverage is None else round(coverage, 1),
        median_cps=round(median(speeds), 1) if speeds else None,
        high_cps=round(speeds[(len(speeds) * 95 - 1) // 100], 1) if speeds else None,
        words_per_minute=round(words / minutes, 0) if minutes else None,
        longest_line=max((width_of(line, setting.profile) for cue in cues for line in cue.lines), default=0),
        bad_breaks_per_100=round(
            100 * sum(1 for _ in bad_breaks(cues, heard.language)) / max(1, breaks_of(cues)), 2
        ),
        unsure_percent=round(100 * len(unsure) / len(heard.words), 1) if unsure is not None else None,
        offset_s=round(drift.offset_s, 2) if drift else None,
        drift_s_per_hour=round(drift.per_hour_s, 2) if drift else None,
    )


def _not_checked(transcript: Transcript | None, voice: Mask, setting: CheckSetting) -> dict[str, str]:
    """What nobody could look at, and why: silence about it would be praise."""
    missing: dict[str, str] = {}
    if not voice.stretches:
        why = "nobody has looked where a voice is"
        missing |= dict.fromkeys(("Q08", "Q09", "Q11"), why)
    if transcript is None or unsure_words(transcript.words) is None:
        missing["Q12"] = "nobody knows how certain the words were"
    if not setting.vocabulary:
        missing["Q15"] = "there is no vocabulary for this recording"
    if setting.turns is None:
        missing["Q16"] = "nobody has told the speakers apart"
    missing["Q26"] = "nobody has looked at the picture"
    return missing


def _waived(
    found: Sequence[Finding], waivers: Sequence[Waiver]
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, Waiver], ...]]:
    """What is left, and what a person has looked at; a broken file cannot be waived."""
    left: list[Finding] = []
    waived: list[tuple[Finding, Waiver]] = []
    for each in found:
        waiver = next((one for one in waivers if _covers(one, each)), None)
        if waiver is None:
            left.append(each)
        else:
            waived.append((each, waiver))
    return tuple(left), tuple(waived)


def _covers(waiver: Waiver, found: Finding) -> bool:
    rule = RULES.get(found.rule)
    return (
        waiver.rule == found.rule
        and bool(waiver.reason.strip())
        and abs(waiver.at_s - found.at_s) <= _SAME_PLACE_S
        and (rule is None or rule.can_waive)
    )
