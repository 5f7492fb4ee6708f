"""Captions wait for line 21: none comes earlier than it can be sent, none waits longer than it may."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import SENTENCES, said
from vodstudio.captions.commands import edit_text
from vodstudio.captions.cue import Cue, check_cues
from vodstudio.captions.document import Document
from vodstudio.captions.edits import Edits
from vodstudio.captions.profile import BROADCAST_32, WEB_42, Profile
from vodstudio.captions.repair import repair_words
from vodstudio.captions.scc import write_scc
from vodstudio.captions.segment import NTSC, Setting, segment
from vodstudio.captions.sending import LATEST_S, faster, least_frames, sent_in_time
from vodstudio.captions.transcript import Transcript, Word

FRAMES = st.integers(0, 90)
FPS = st.sampled_from([Fraction(24), Fraction(25), NTSC, Fraction(30), Fraction(60)])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), min_size=2, max_size=6), st.integers(0, 40))
def test_captions_that_wait_as_long_as_is_said_are_sent_on_their_frame(texts: list[str], more: int) -> None:
    """The figure is exact: written by the scheduler with faster signs nothing is late, and no frame is too many."""
    lines = [tuple(map(faster, _rows(text))) for text in texts]
    begin, starts = 120, [120]
    for each in lines[1:]:
        begin += least_frames(each) + more
        starts.append(begin)
    cues = _cues(lines, starts)
    assert set(write_scc(cues).late_frames) == {0}
    if not more:
        closer = _cues(lines, [start - (number == 1) for number, start in enumerate(starts)])
        assert write_scc(closer).late_frames[1] == 1


def _rows(text: str) -> tuple[str, ...]:
    """The sentence as its first caption has it."""
    return segment(said(text), BROADCAST_32, Setting(duration_s=60)).cues[0].lines


def _cues(lines: list[tuple[str, ...]], starts: list[int]) -> list[Cue]:
    seconds = [float(start / NTSC) for start in [*starts, starts[-1] + 60]]
    return [
        Cue(start_s=start, end_s=end, lines=rows)
        for rows, (start, end) in zip(lines, pairwise(seconds), strict=True)
    ]


@given(
    st.lists(st.tuples(st.integers(1, 60), FRAMES), min_size=1, max_size=12), st.sets(st.integers(0, 11)), FPS
)
def test_none_comes_before_its_words_or_long_after_them(
    steps: list[tuple[int, int]], fixed: set[int], fps: Fraction
) -> None:
    starts = [sum(step for step, _ in steps[: number + 1]) for number in range(len(steps))]
    frames = [needed for _, needed in steps]
    placed = sent_in_time(starts, frames, fps, fixed, starts[-1] + 5)
    assert all(before < after for before, after in pairwise(placed))
    for number, (start, moved) in enumerate(zip(starts, placed, strict=True)):
        assert 0 <= moved - start <= LATEST_S * fps
        assert moved == start or number not in fixed
        assert moved <= starts[-1] + 5
    # Doing it twice changes nothing where no limit was met.
    if all(moved - start < LATEST_S * fps - 1 for start, moved in zip(starts, placed, strict=True)):
        again = sent_in_time(placed, frames, fps, fixed, placed[-1])
        assert again == placed


def test_sentences_without_any_length_wait_for_line_21_in_every_format() -> None:
    """Heard like this: the words of a sentence and a half at one moment, and the next ones a little later."""
    words = repair_words(_crowded(), 60.0).words
    cues = segment(words, BROADCAST_32, Setting(duration_s=60.0)).cues
    check_cues(cues)
    written = write_scc(cues)
    assert max(written.late_frames) == 0
    assert not written.findings
    assert max(cue.start_s - _spoken(cue, words) for cue in cues) < LATEST_S


def _crowded() -> list[Word]:
    crowd = said("We need a new parking permit in Lakeville.", start=20.0, each=0.001, pause=0.0)
    next_ones = said("The motion carries nine to six and the meeting is closed.", start=20.44, each=0.1)
    return [*said("The motion fails."), *crowd, *next_ones]


def _spoken(cue: Cue, words: Sequence[Word]) -> float:
    first = cue.lines[0].split()[0]
    return min(
        (word.start for word in words if word.text.strip() == first), key=lambda at: abs(at - cue.start_s)
    )


@pytest.mark.parametrize(("profile", "waits"), [(WEB_42, False), (BROADCAST_32, True)])
def test_only_what_is_made_for_line_21_waits_for_it(profile: Profile, waits: bool) -> None:
    words = said(">> Aye. >> Aye. >> Aye. >> Aye.", start=10.0, each=0.1)
    cues = segment(words, profile, Setting(duration_s=60.0)).cues
    starts = [round(word.start * NTSC) for word in words if word.text.strip() == ">>"]
    shown = [round(cue.start_s * NTSC) for cue in cues]
    assert len(shown) == len(starts) == 4
    assert (shown == starts) is not waits
    assert all(begin >= start for begin, start in zip(shown, starts, strict=True))
    assert (set(write_scc(cues).late_frames) == {0}) is waits


def test_what_a_person_has_timed_is_not_moved_and_not_covered() -> None:
    words = said(">> The motion carries. >> Nay. >> Aye.", start=10.0, each=0.1)
    first = next(number for number, word in enumerate(words) if "Nay" in word.text) - 1
    setting = Setting(duration_s=60.0, time_overrides={first: (10.4, 10.6)})
    cues = segment(words, BROADCAST_32, setting).cues
    assert (cues[1].start_s, cues[1].end_s) == pytest.approx((10.4, 10.6), abs=0.02)
    assert cues[2].start_s > 10.7
    check_cues(cues)


def _crowded_document() -> Document:
    """Twelve short captions that a person has parted, a third of a second apart: each waits for the one before."""
    words = said("Aye. Nay. " * 6, start=10.0, each=0.35, pause=0.02)
    edits = Edits(locked_breaks=frozenset(range(1, 12)))
    transcript = Transcript(language="en", duration=60.0, words=tuple(words), edits=edits)
    return Document(transcript, BROADCAST_32, Setting(duration_s=60.0))


@pytest.mark.parametrize("row", range(12))
def test_what_a_correction_makes_wait_or_come_sooner_is_derived_again(row: int) -> None:
    document = _crowded_document()
    before = document.cues
    change = edit_text(document, row, "I vote “no” on this one.")
    assert change is not None
    document.apply(change)
    anew = Document(document.transcript(run="r", author="a"), BROADCAST_32, Setting(duration_s=60.0))
    assert document.cues == anew.cues
    assert document.cues != before
    document.undo()
    assert document.cues == before
