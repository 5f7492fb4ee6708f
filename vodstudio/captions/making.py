"""From the words of a recording to the cues of its video and their files: the one way, whoever asks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

from vodstudio.captions.cue import Cue
from vodstudio.captions.document import Document
from vodstudio.captions.fixes import sent_faster
from vodstudio.captions.formats import (
    SET,
    CaptionFile,
    CaptionSet,
    Options,
    format_named,
    write_one,
    write_set,
)
from vodstudio.captions.numerals import spelled
from vodstudio.captions.profile import Profile
from vodstudio.captions.repair import repair_words
from vodstudio.captions.schedule import ALLOWED_DELAY_FRAMES
from vodstudio.captions.segment import Segmented, Setting, segment
from vodstudio.captions.transcript import Transcript, Word


def cues_of(
    transcript: Transcript, profile: Profile, setting: Setting, *, in_point_s: float = 0.0
) -> Segmented:
    """The cues of a video that shows the recording from `in_point_s` on; corrected words as in the review window."""
    if transcript.edits:
        document = Document(transcript, profile, setting, in_point_s=in_point_s)
        return Segmented(cues=document.cues_inside, findings=(), spelled=document.spelling.anew)
    repaired = repair_words(transcript.words, transcript.duration, transcript.regions)
    words = words_within(repaired.words, in_point_s, setting.duration_s)
    shown = spelled(words, setting.numbers, setting.language)
    made = segment(shown, profile, setting)
    findings = (*repaired.findings, *made.findings)
    return dataclasses.replace(made, findings=findings, spelled=None if shown is words else tuple(shown))


def words_within(words: Sequence[Word], in_point_s: float, duration_s: float) -> list[Word]:
    """The words that are heard in the video, in its time; all after its beginning where nobody knows how long it is."""
    video_end_s = duration_s if duration_s > 0 else math.inf
    heard: list[Word] = []
    for word in words:
        start, end = word.start - in_point_s, word.end - in_point_s
        if end > 0 and start < video_end_s:
            heard.append(dataclasses.replace(word, start=max(0.0, start), end=min(end, video_end_s)))
    return heard


def files_of(
    cues: Sequence[Cue],
    options: Options,
    *,
    names: Sequence[str] = SET,
    line21: Sequence[Cue] | None = None,
    check: Callable[[], None] = lambda: None,
) -> CaptionSet:
    """Their files; captions that cannot be sent in time get signs that are sent faster (Q18), where that helps."""
    files = write_set(cues, options, names=names, line21=line21, check=check)
    scc = files.files.get("scc")
    late = _late_places(scc) if scc else []
    if scc is None or not late:
        return files
    faster = write_one(sent_faster(scc.cues, late), format_named("scc"), options)
    if len(_late_places(faster)) >= len(late):
        return files
    faster = dataclasses.replace(
        faster, findings=(*faster.findings, *(found for found in scc.findings if found.rule != "Q18"))
    )
    return dataclasses.replace(files, files={**files.files, "scc": faster})


def _late_places(scc: CaptionFile) -> list[int]:
    return [place for place, frames in enumerate(scc.late_frames) if frames > ALLOWED_DELAY_FRAMES]
