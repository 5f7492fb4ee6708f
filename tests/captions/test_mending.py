"""Problems that are mended: fewer afterwards, every word in its place, and nothing done where nothing helps."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import council_words, said
from vodstudio.captions.commands import edit_text, merge, set_times, split
from vodstudio.captions.cue import Level
from vodstudio.captions.document import Document
from vodstudio.captions.edits import Edits
from vodstudio.captions.history import Change
from vodstudio.captions.mending import mend, mend_all
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.segment import Setting
from vodstudio.captions.shape import shape_findings
from vodstudio.captions.transcript import Transcript, Word
from vodstudio.core.errors import Conflict

LONG = "We thank the residents of the lake district for their patience during this season."
WEIGHT = {Level.ERROR: 10, Level.WARNING: 3, Level.INFORMATION: 1}


def opened(words: list[Word], edits: Edits | None = None) -> Document:
    duration = words[-1].end + 6
    transcript = Transcript(language="en", duration=duration, words=tuple(words), edits=edits or Edits())
    return Document(transcript, BROADCAST_32, Setting(duration_s=duration))


def amiss(document: Document) -> set[str]:
    found = shape_findings(document.cues, document.profile, document.fps, document.duration_s)
    return {each.rule for each in found if each.level is not Level.INFORMATION}


def weight(document: Document) -> int:
    found = shape_findings(document.cues, document.profile, document.fps, document.duration_s)
    return sum(WEIGHT[each.level] for each in found)


def test_more_lines_than_are_allowed_become_more_captions() -> None:
    words = said(LONG)
    document = opened(words, Edits(locked_breaks=frozenset({0}), whole=frozenset({0})))
    assert {"Q02"} <= amiss(document)
    change = mend(document, 0)
    assert change is not None
    document.apply(change)
    assert "Q02" not in amiss(document)
    assert document.words == words
    assert mend(document, 0) is None
    document.undo()
    assert "Q02" in amiss(document)


def test_what_was_too_short_stays_and_what_was_too_long_goes() -> None:
    document = opened(said("The motion carries and we move on. | | | | | | Aye to that."))
    cue = document.cue(0)
    for end_s in (cue.start_s + 0.15, cue.start_s + 9.0):
        document.apply(set_times(document, 0, cue.start_s, end_s))
        assert "Q04" in amiss(document)
        change = mend(document, 0)
        assert change is not None
        document.apply(change)
        assert "Q04" not in amiss(document)


def test_what_somebody_held_for_too_long_and_made_one_ends_in_time() -> None:
    document = opened(said("The motion carries and we move on. | | | | | | | Aye to that."))
    words = list(document.words)
    words[6] = replace(words[6], end=words[0].start + 9.0)
    held = opened(
        words, Edits(locked_breaks=frozenset({0, 7}), whole=frozenset({0}), time_overrides={0: (1.0, 10.5)})
    )
    assert "Q04" in amiss(held)
    change = mend(held, 0)
    assert change is not None
    held.apply(change)
    assert "Q04" not in amiss(held)
    assert held.words == words


def test_a_lone_word_is_joined_with_its_neighbour() -> None:
    document = opened(said("I move to approve the minutes. | Is there a second here?"))
    document.apply(split(document, 1, len("Is there a second")))
    assert "Q14" in amiss(document)
    row = document.count - 1
    change = mend(document, row)
    assert change is not None
    document.apply(change)
    assert "Q14" not in amiss(document)


def test_what_helps_no_one_is_left_alone() -> None:
    fast = [
        Word(text=f" {part}", start=number * 0.04, end=number * 0.04 + 0.04)
        for number, part in enumerate(["supercalifragilistic", "expialidocious", "words"])
    ]
    document = Document(
        Transcript(language="en", duration=0.13, words=tuple(fast)), BROADCAST_32, Setting(duration_s=0.13)
    )
    before = document.cues
    assert amiss(document)
    assert mend(document, 0) is None
    assert mend_all(document, [0]) == (None, 0)
    assert document.cues == before


def test_all_that_can_be_mended_is_one_change() -> None:
    document = opened(list(council_words(3, 40)[0]))
    for row in (30, 20, 10):
        cue = document.cue(row)
        document.apply(set_times(document, row, cue.start_s, cue.start_s + 0.2))
    wrong = [
        found.cue
        for found in shape_findings(document.cues, document.profile, document.fps, document.duration_s)
        if found.can_fix and found.cue is not None and found.rule == "Q04"
    ]
    before, words = weight(document), list(document.words)
    change, count = mend_all(document, wrong)
    assert change is not None
    assert count >= 3
    document.apply(change)
    assert weight(document) < before
    assert document.words == words
    assert document.undo_name == f"Mend {count} places"


def done(document: Document, row: int, deed: str) -> Change | None:
    cue = document.cue(row)
    match deed:
        case "short":
            return set_times(document, row, cue.start_s, cue.start_s + 0.2)
        case "split":
            return split(document, row, 4)
        case "merge":
            return merge(document, row)
        case _:
            return edit_text(document, row, f"{document.text(row)} indeed")


@settings(max_examples=8, deadline=None)
@given(st.data())
def test_whatever_was_done_mending_makes_nothing_worse_and_keeps_every_word(data: st.DataObject) -> None:
    document = opened(list(council_words(data.draw(st.integers(0, 5)), 12)[0]))
    for _ in range(data.draw(st.integers(0, 4))):
        row = data.draw(st.integers(0, document.count - 1))
        deed = data.draw(st.sampled_from(["short", "split", "merge", "text"]))
        try:
            change = done(document, row, deed)
        except Conflict:
            continue
        if change is not None:
            document.apply(change)
    words = [replace(word) for word in document.words]
    for row in range(document.count):
        if row < document.count and (mended := mend(document, row)):
            before = weight(document)
            document.apply(mended)
            assert weight(document) <= before + 4  # the share of bad breaks is one of the whole
    assert document.words == words
