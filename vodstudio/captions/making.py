"""From the words of a recording to the cues of its video: the one way, whoever asks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from vodstudio.captions.document import Document
from vodstudio.captions.numerals import spelled
from vodstudio.captions.profile import Profile
from vodstudio.captions.repair import repair_words
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
    """The words that are heard in the video, in its time."""
    heard: list[Word] = []
    for word in words:
        start, end = word.start - in_point_s, word.end - in_point_s
        if end > 0 and start < duration_s:
            heard.append(dataclasses.replace(word, start=max(0.0, start), end=min(end, duration_s)))
    return heard
