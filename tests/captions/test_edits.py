"""Captions corrected by hand: what a person decided stays, the rest is made of the words again."""

from __future__ import annotations

from vodstudio.captions.cue import Cue, check_cues
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.segment import Segmented, Setting, segment
from vodstudio.captions.transcript import Word


def said(text: str, *, start: float = 1.0, each: float = 0.3, pause: float = 0.02) -> list[Word]:
    """Each word takes the same time; `|` is a silence of two seconds."""
    words: list[Word] = []
    at = start
    for part in text.split():
        if part == "|":
            at += 2.0
            continue
        words.append(Word(text=f" {part}", start=at, end=at + each))
        at += each + pause
    return words


MEETING = (
    "I move to approve the minutes. | Is there a second? | All in favor say aye. Opposed? The motion carries."
)


def made(words: list[Word], **decided: object) -> Segmented:
    setting = Setting(duration_s=words[-1].end + 10, **decided)  # type: ignore[arg-type]
    return segment(words, BROADCAST_32, setting)


def texts(cues: tuple[Cue, ...]) -> list[str]:
    return [cue.text for cue in cues]


def test_each_cue_knows_the_word_it_begins_with() -> None:
    found = made(said(MEETING))
    words = MEETING.replace("| ", "").split()
    assert [cue.text.split()[0] for cue in found.cues] == [words[place] for place in found.first_words]


def test_what_a_person_made_one_cue_stays_one_across_a_silence() -> None:
    found = made(said(MEETING), locked_breaks=frozenset({10}), whole=frozenset({0}))
    assert texts(found.cues)[0] == "I move to approve the minutes. Is there a second?"
    assert found.first_words[:2] == (0, 10)


def test_a_cue_that_begins_at_a_whole_break_ends_at_the_next_locked_one() -> None:
    found = made(said(MEETING), locked_breaks=frozenset({6, 12}), whole=frozenset({6}))
    assert texts(found.cues)[1] == "Is there a second? All in"


def test_more_than_a_cue_holds_fills_line_after_line() -> None:
    found = made(said(MEETING.replace("| ", "")), whole=frozenset({0}))
    (cue,) = found.cues
    assert cue.lines == (
        "I move to approve the minutes.",
        "Is there a second? All in favor",
        "say aye. Opposed? The motion",
        "carries.",
    )


def test_times_set_by_a_person_are_kept_on_the_nearest_frame() -> None:
    found = made(
        said(MEETING), locked_breaks=frozenset({6, 10}), whole=frozenset({6}), time_overrides={6: (4.51, 5.6)}
    )
    check_cues(found.cues)
    cue = found.cues[1]
    assert abs(cue.start_s - 4.51) < 0.017
    assert abs(cue.end_s - 5.6) < 0.017


def test_times_set_by_a_person_never_run_into_the_next_cue() -> None:
    found = made(
        said(MEETING), locked_breaks=frozenset({6}), whole=frozenset({0}), time_overrides={0: (0.0, 99.0)}
    )
    check_cues(found.cues)
    assert found.cues[0].end_s == found.cues[1].start_s


def test_the_last_cue_may_stay_until_the_video_ends() -> None:
    words = said("Good evening.")
    found = made(words, whole=frozenset({0}), time_overrides={0: (1.0, 99.0)})
    assert abs(found.cues[0].end_s - (words[-1].end + 10)) < 0.034
