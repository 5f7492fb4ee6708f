"""Captions corrected by hand: what a person decided stays, the rest is made of the words again."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import council_words, said
from vodstudio.captions.alignment import reworded, text_of
from vodstudio.captions.changes import change_from_json, change_to_json
from vodstudio.captions.commands import (
    delete,
    edit_text,
    find,
    insert,
    merge,
    place,
    replace_matches,
    set_times,
    shift,
    shift_from,
    split,
    waive,
)
from vodstudio.captions.cue import Cue, check_cues
from vodstudio.captions.document import Document, Touched
from vodstudio.captions.edits import Edits, Waiver, edits_from_json, edits_to_json
from vodstudio.captions.formats import FORMATS, Options, write_one
from vodstudio.captions.history import MOST_UNDO, Change
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.segment import Segmented, Setting, segment
from vodstudio.captions.transcript import Transcript, Word, transcript_from_json, transcript_to_json
from vodstudio.core.errors import BadMedia, Conflict

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


def opened(text: str = MEETING, *, beyond: bool = False, **more: object) -> Document:
    words = said(text)
    duration_s = words[-1].end - 2.0 if beyond else words[-1].end + 5
    transcript = Transcript(
        language="en",
        duration=words[-1].end + 5,
        words=tuple(words),
        run="heard",
        author="machine",
        **more,  # type: ignore[arg-type]
    )
    return Document(transcript, BROADCAST_32, Setting(duration_s=duration_s))


def shown(document: Document) -> list[str]:
    return texts(document.cues)


def changed(document: Document) -> bool:
    return document.is_changed


def do(document: Document, change: Change | None) -> Touched:
    assert change is not None
    return document.apply(change)


def again(document: Document) -> Document:
    """Saved, written, read and opened anew."""
    told = transcript_from_json(transcript_to_json(document.transcript(run="r2", author="clerk")))
    return Document(told, document.profile, document._setting, in_point_s=document._in_point_s)


def state(document: Document) -> tuple[object, ...]:
    return document.words, document.edits, document.cues, document._firsts


def test_a_word_is_corrected_and_keeps_its_time() -> None:
    document = opened()
    before = document.words[4]
    touched = do(document, edit_text(document, 0, "I move to approve those minutes."))
    assert document.words[4] == Word(text=" those", start=before.start, end=before.end, source="hand")
    assert document.words[3].source == ""
    assert shown(document)[0] == "I move to approve those minutes."
    assert touched.first == 0
    assert changed(document)
    assert document.undo_name == "Change the text"


def test_new_words_share_the_time_of_those_they_replace() -> None:
    document = opened()
    do(document, edit_text(document, 0, "I move to approve the corrected minutes of May."))
    words = document.words[:9]
    assert text_of(words) == "I move to approve the corrected minutes of May."
    assert all(a.end <= b.start + 1e-9 and b.start < b.end for a, b in pairwise(words))
    assert words[-1].end <= said(MEETING)[5].end + 1.9


def test_text_in_front_takes_time_from_the_word_it_stands_before() -> None:
    document = opened("Is there a second? There is.")
    assert document.count == 1 or document.count == 2
    row = document.count - 1
    do(document, edit_text(document, row, "Yes " + document.text(row)))
    starts = [word.start for word in document.words]
    assert starts == sorted(starts)
    assert len(set(starts)) == len(starts)


def test_an_unchanged_text_is_no_change() -> None:
    document = opened()
    assert edit_text(document, 0, "  I move to  approve the minutes. ") is None


def test_an_empty_text_deletes_the_caption() -> None:
    document = opened()
    count = document.count
    do(document, edit_text(document, 1, " "))
    assert document.count == count - 1
    assert "second" not in " ".join(shown(document))
    document.undo()
    assert shown(document)[1] == "Is there a second?"
    assert not changed(document)


def test_a_longer_text_lays_its_sentence_out_again_and_nothing_else() -> None:
    long = "The clerk has read the notice and the board has heard the report. " * 3
    document = opened(f"Good evening. | {long} | Thank you.")
    before = shown(document)
    do(document, edit_text(document, 2, f"{document.text(2)} with seven more words that need some room"))
    assert shown(document)[0] == before[0]
    assert shown(document)[-1] == before[-1]
    assert all(len(line) <= 32 for cue in document.cues for line in cue.lines)


def test_a_caption_made_whole_by_hand_stays_whole_when_its_text_changes() -> None:
    document = opened()
    do(document, split(document, 0, len("I move to ")))
    do(document, edit_text(document, 0, "I hereby move to"))
    assert shown(document)[:2] == ["I hereby move to", "approve the minutes."]


def test_times_are_set_and_set_back() -> None:
    document = opened()
    before = state(document)
    do(document, set_times(document, 1, 4.0, 5.5))
    assert (round(document.cue(1).start_s, 1), round(document.cue(1).end_s, 1)) == (4.0, 5.5)
    document.undo()
    assert state(document) == before
    document.redo()
    assert round(document.cue(1).end_s, 1) == 5.5
    assert document.undo_name == "Change the times"
    assert document.redo_name == ""


@pytest.mark.parametrize(
    ("start_s", "end_s", "title"),
    [
        (5.0, 4.0, "cannot end before"),
        (0.9, 5.0, "before the caption above"),
        (4.6, 99.0, "when the caption below it begins"),
        (98.0, 99.0, "after the video has ended"),
    ],
)
def test_times_that_cannot_be_are_refused_in_words(start_s: float, end_s: float, title: str) -> None:
    document = opened()
    with pytest.raises(Conflict, match=title) as refused:
        set_times(document, 1, start_s, end_s)
    assert refused.value.hint.startswith("Nothing was changed.")


def test_split_at_the_cursor_and_joined_again() -> None:
    document = opened()
    do(document, split(document, 0, len("I move to ap")))
    assert shown(document)[:2] == ["I move to", "approve the minutes."]
    do(document, merge(document, 0))
    assert shown(document)[0] == "I move to approve the minutes."
    with pytest.raises(Conflict, match="nothing before"):
        split(document, 0, 0)
    do(document, edit_text(document, 0, "Moved."))
    with pytest.raises(Conflict, match="only one word"):
        split(document, 0, 3)


def test_split_and_joined_captions_share_the_times_that_were_set() -> None:
    document = opened()
    do(document, set_times(document, 0, 0.5, 3.4))
    do(document, split(document, 0, len("I move to ")))
    first, second = document.cue(0), document.cue(1)
    assert round(first.start_s, 1) == 0.5
    assert round(second.end_s, 1) == 3.4
    assert abs(first.end_s - second.start_s) < 0.001
    do(document, merge(document, 0))
    assert (round(document.cue(0).start_s, 1), round(document.cue(0).end_s, 1)) == (0.5, 3.4)


def test_what_does_not_fit_is_not_joined() -> None:
    document = opened("The clerk has read the notice and the board has heard the report. | " * 2)
    with pytest.raises(Conflict, match=r"need [34] lines"):
        merge(document, 0)
    with pytest.raises(Conflict, match="no caption below"):
        merge(document, document.count - 1)


def test_one_caption_is_shifted() -> None:
    document = opened()
    before = document.cue(1)
    do(document, shift(document, 1, 0.25))
    assert abs(document.cue(1).start_s - before.start_s - 0.25) < 0.034
    assert document.undo_name == "Shift the caption"


def test_all_captions_from_here_on_are_shifted_with_their_words() -> None:
    document = opened()
    do(document, set_times(document, 2, document.cue(2).start_s, document.cue(2).start_s + 1.5))
    before = document.cues
    do(document, shift_from(document, 1, 2.0))
    assert document.cue(0) == before[0]
    for old, new in zip(before[1:], document.cues[1:], strict=True):
        assert abs(new.start_s - old.start_s - 2.0) < 0.034
    assert document.undo_name == "Shift from here on"
    do(document, shift_from(document, 0, -0.5))
    assert document.undo_name == "Shift all captions"


def test_captions_are_not_shifted_over_those_before_them() -> None:
    document = opened()
    with pytest.raises(Conflict, match=r"only room for 2\.\d\d seconds"):
        shift_from(document, 1, -3.0)
    close = opened("Aye. Aye.")
    do(close, split(close, 0, 5)) if close.count == 1 else None
    with pytest.raises(Conflict, match=r"room"):
        shift_from(close, 1, -3.0)
    with pytest.raises(Conflict, match=r"room for 1\.00"):
        shift_from(document, 0, -1.5)


def test_a_caption_is_added_where_nobody_was_heard() -> None:
    document = opened()
    at_s = document.cue(0).end_s + 0.1
    count = document.count
    do(document, insert(document, at_s, "[APPLAUSE]", 0.6))
    assert shown(document)[1] == "[APPLAUSE]"
    assert document.count == count + 1
    assert abs(document.cue(1).start_s - at_s) < 0.034
    with pytest.raises(Conflict, match="a caption here already"):
        insert(document, at_s + 0.2, "[MUSIC]")
    with pytest.raises(Conflict, match="no room"):
        insert(document, document.cue(2).start_s - 0.05, "[MUSIC]")


def test_captions_can_be_added_before_the_first_after_the_last_and_where_there_are_none() -> None:
    document = opened()
    do(document, insert(document, 0.0, "[MUSIC]", 0.9))
    do(document, insert(document, document.cues[-1].end_s + 1, "[GAVEL]"))
    assert shown(document)[0] == "[MUSIC]"
    assert shown(document)[-1] == "[GAVEL]"
    nothing = Document(Transcript(language="en", duration=9.0), BROADCAST_32, Setting(duration_s=0.0))
    assert nothing.row_at(3.0) == -1
    do(nothing, insert(nothing, 3.0, "[MUSIC]"))
    assert shown(nothing) == ["[MUSIC]"]
    nothing.undo()
    assert nothing.count == 0


def test_a_caption_added_before_one_with_its_own_times_leaves_them_alone() -> None:
    document = opened()
    do(document, set_times(document, 1, 5.0, 6.1))
    do(document, insert(document, document.cue(0).end_s + 0.2, "[APPLAUSE]", 1.0))
    assert shown(document)[2] == "Is there a second?"
    assert round(document.cue(2).start_s, 1) == 5.0


def test_find_and_replace_count_and_are_one_change() -> None:
    document = opened("Mayer Smith. | I thank the mayer. | The mayer's report is next. | Mayer, mayer.")
    before = state(document)
    matches = find(document, "mayer")
    assert len(matches) == 5
    assert len(find(document, "Mayer", is_case_told=True)) == 2
    do(document, replace_matches(document, matches, "Mayor"))
    assert document.undo_name == "Replace 5 places"
    assert "ayer" not in " ".join(shown(document))
    assert shown(document)[-1] == "Mayor, Mayor."
    document.undo()
    assert state(document) == before
    do(document, replace_matches(document, matches[1:2], "chair"))
    assert document.undo_name == "Replace 1 place"
    assert shown(document)[1] == "I thank the chair."


def test_borders_stay_between_the_same_words_however_much_the_captions_before_them_grow() -> None:
    words, duration_s = council_words(3, 60)
    transcript = Transcript(language="en", duration=duration_s, words=tuple(words), run="heard")
    document = Document(transcript, BROADCAST_32, Setting(duration_s=duration_s))
    starts = {*document._firsts, len(words)}
    found = find(document, " the ")
    assert len({match.row for match in found}) > 10
    do(document, replace_matches(document, found, " very very very the "))
    kept = [0]
    for word in document.words:
        kept.append(kept[-1] + (word.text.strip() != "very"))
    assert kept[-1] == len(words)
    assert {kept[border] for border in document.edits.locked_breaks} <= starts


def test_a_word_that_is_cut_in_several_captions_is_replaced_once() -> None:
    document = opened("We met. | " + "llanfair" * 12 + " | Good night.")
    spans = [document.span(row) for row in range(document.count)]
    assert len(set(spans)) < len(spans)
    do(document, replace_matches(document, find(document, "anf"), "ong"))
    assert text_of(document.words).split()[2] == "llongair" * 12


def test_replacing_with_nothing_takes_whole_captions_away() -> None:
    document = opened("Um. | I thank the mayor. | Um.")
    do(document, split(document, 1, 8))
    do(document, replace_matches(document, find(document, "um."), ""))
    assert shown(document) == ["I thank", "the mayor."]
    assert again(document).cues == document.cues


def test_replacing_inside_a_caption_that_was_made_whole() -> None:
    document = opened()
    do(document, split(document, 0, len("I move to ")))
    do(document, replace_matches(document, find(document, "minutes"), "corrected minutes"))
    assert shown(document)[:2] == ["I move to", "approve the corrected minutes."]


def test_nothing_found_or_nothing_changed_is_no_change() -> None:
    document = opened()
    assert find(document, "") == []
    assert replace_matches(document, [], "x") is None
    assert replace_matches(document, find(document, "aye"), "aye") is None


def test_letters_that_grow_when_folded_do_not_move_the_places() -> None:
    document = opened("Straße İstanbul minutes.")
    (match,) = find(document, "minutes")
    assert document.text(match.row)[match.start : match.end] == "minutes"


def test_a_waiver_is_kept_with_its_reason() -> None:
    document = opened()
    waiver = Waiver(rule="Q03", at_s=1.0, reason="roll call", by="clerk", when="2026-11-18T19:02:00+00:00")
    assert document.apply(waive(document, waiver)) == Touched(0, 0, 0)
    assert again(document).edits.waivers == (waiver,)
    document.undo()
    assert document.edits.waivers == ()
    assert document.undo() == Touched(0, 0, 0)


def tops(document: Document) -> list[bool]:
    return [cue.is_top for cue in document.cues]


def test_a_caption_is_shown_at_the_top_and_at_the_bottom_again() -> None:
    document = opened()
    before = state(document)
    assert do(document, place(document, 1)).inserted >= 1
    assert document.undo_name == "Show it at the top"
    assert tops(document)[:3] == [False, True, False]
    assert tuple(replace(cue, is_top=False) for cue in document.cues) == before[2]
    assert tops(again(document)) == tops(document)
    do(document, place(document, 1))
    assert document.undo_name == "Show it at the bottom"
    assert not document.edits
    document.undo()
    document.undo()
    assert state(document) == before


def test_where_captions_usually_stand_at_the_top_one_is_put_below() -> None:
    words = said(MEETING)
    transcript = Transcript(language="en", duration=60.0, words=tuple(words))
    document = Document(transcript, BROADCAST_32, Setting(duration_s=60.0, is_top=True))
    do(document, place(document, 0))
    assert tops(document)[:2] == [False, True]
    assert edits_to_json(document.edits)["placements"] == [[0, 6, "bottom"]]


def test_the_place_stays_with_what_is_said() -> None:
    document = opened()
    do(document, place(document, 1))
    do(document, edit_text(document, 1, "Is there anybody who seconds that?"))
    assert tops(document)[:3] == [False, True, False]
    do(document, split(document, 1, 10))
    assert tops(document)[:4] == [False, True, True, False]
    do(document, merge(document, 1))
    do(document, shift_from(document, 1, 0.5))
    do(document, replace_matches(document, find(document, "seconds"), "supports"))
    assert tops(document)[:3] == [False, True, False]
    do(document, delete(document, 1))
    assert not any(tops(document))


@pytest.mark.parametrize(
    ("name", "knows_places"), [("srt", False), ("vtt", True), ("scc", True), ("ttml", True)]
)
def test_the_place_is_in_every_file_that_knows_places(name: str, knows_places: bool) -> None:
    document = opened()
    do(document, place(document, 1))
    form = FORMATS[name]
    assert form.read is not None
    read = form.read(write_one(document.cues, form).data, Options()).cues
    assert [cue.is_top for cue in read] == (tops(document) if knows_places else [False] * document.count)


def test_f10_captions_after_the_end_of_the_video_are_shown_and_flagged() -> None:
    document = opened(MEETING + " | The meeting is adjourned.", beyond=True)
    assert shown(document)[-1] == "The meeting is adjourned."
    assert document.is_beyond(document.count - 1)
    assert not document.is_beyond(0)
    assert document.cues[-2].end_s <= document.duration_s + 0.001


@pytest.mark.parametrize("after", ["", " | Good night."])
def test_f10_a_caption_drawn_back_into_the_video_is_in_it_again(after: str) -> None:
    words = said(f"{MEETING} | The meeting is adjourned.{after}")
    first = next(place for place, word in enumerate(words) if word.text == " The" and word.start > 12)
    heard = Transcript(language="en", duration=words[-1].end, words=tuple(words), run="heard")
    document = Document(heard, BROADCAST_32, Setting(duration_s=words[first].start - 0.5))
    row = document.row_of_word(first)
    assert document.is_beyond(row)
    assert len(document.cues_inside) == row
    do(document, set_times(document, row, document.duration_s - 0.5, document.duration_s))
    assert shown(document)[row] == "The meeting is adjourned."
    assert not document.is_beyond(row)
    assert len(document.cues_inside) == row + 1
    assert document.cue(row).end_s == pytest.approx(document.duration_s, abs=0.04)
    check_cues(document.cues[: row + 1])
    assert again(document).cues == document.cues
    do(document, split(document, row, 4))
    do(document, merge(document, row))
    assert again(document).cues == document.cues
    assert len(document.cues_inside) == row + 1
    assert [document.is_beyond(other) for other in range(row + 1, document.count)] == [True] * bool(after)


def test_a_cut_of_the_beginning_keeps_what_was_decided() -> None:
    words = said(MEETING)
    transcript = Transcript(language="en", duration=words[-1].end + 5, words=tuple(words), run="heard")
    whole = Document(transcript, BROADCAST_32, Setting(duration_s=60.0))
    do(whole, set_times(whole, 1, 5.0, 6.0))
    do(whole, waive(whole, Waiver(rule="Q03", at_s=5.0, reason="roll call")))
    told = whole.transcript(run="r2", author="clerk")
    cut = Document(told, BROADCAST_32, Setting(duration_s=50.0), in_point_s=3.0)
    assert shown(cut)[0] == "Is there a second?"
    assert round(cut.cue(0).start_s, 1) == 2.0
    do(cut, edit_text(cut, 0, "Is there a motion?"))
    back = Document(cut.transcript(run="r3", author="clerk"), BROADCAST_32, Setting(duration_s=60.0))
    assert shown(back)[:2] == ["I move to approve the minutes.", "Is there a motion?"]
    assert round(back.cue(1).start_s, 1) == 5.0
    assert round(back.edits.waivers[0].at_s, 3) == 5.0
    assert cut.transcript(run="r3", author="clerk").parent == "r2"


def test_saved_is_what_is_there_now() -> None:
    document = opened()
    do(document, edit_text(document, 0, "I move."))
    document.mark_saved()
    assert not changed(document)
    document.undo()
    assert changed(document)
    assert document.redo_name == "Change the text"
    document.redo()
    assert not changed(document)
    assert document.redo() == Touched(0, 0, 0)


def test_no_more_than_so_many_changes_can_be_taken_back() -> None:
    document = opened()
    for number in range(MOST_UNDO + 5):
        do(document, edit_text(document, 0, f"I move {number}."))
    while document.undo_name:
        document.undo()
    assert shown(document)[0] == "I move 4."


def test_what_cannot_be_taken_back_any_more_is_not_forgotten() -> None:
    document = opened()
    for _ in range(MOST_UNDO + 1):
        document.apply(waive(document, Waiver(rule="Q03", at_s=0.0, reason="yes")))
    while document.undo_change is not None:
        document.undo()
    assert len(document.edits.waivers) == 1
    assert document.is_changed
    document.mark_saved()
    assert not document.is_changed


def test_one_that_is_apart_changes_nothing_before_it_is_taken() -> None:
    document = opened()
    before, twin = document.cues, document.apart()
    do(twin, shift_from(twin, 0, 1.0))
    assert document.cues == before
    assert not document.is_changed
    document.become(twin)
    assert document.cues == twin.cues
    assert document.undo_name == "Shift all captions"
    document.undo()
    assert document.cues == before
    assert twin.cues != before


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_moves_nothing(seconds: float) -> None:
    document = opened()
    with pytest.raises(Conflict, match="no time"):
        shift(document, 0, seconds)
    with pytest.raises(Conflict, match="no time"):
        shift_from(document, 0, seconds)


def test_captions_are_not_shifted_out_of_the_video_and_take_their_waivers_along() -> None:
    document = opened()
    with pytest.raises(Conflict, match="after the video"):
        shift_from(document, 0, 9999.0)
    for row in (0, 1):
        document.apply(waive(document, Waiver(rule="Q03", at_s=document.cue(row).start_s, reason="yes")))
    first, second = (each.at_s for each in document.edits.waivers)
    do(document, shift_from(document, 1, 1.5))
    assert [each.at_s for each in document.edits.waivers] == [first, second + 1.5]


def test_rows_are_found_by_time_and_by_word() -> None:
    document = opened()
    assert document.row_at(0.0) == -1
    assert document.row_at(document.cue(1).start_s) == 1
    assert document.row_of_word(6) == 1
    assert document.language == "en"
    assert 0.03 < document.frame_s < 0.04


def test_a_language_without_spaces_is_corrected_sign_by_sign() -> None:
    words = (Word(text="議会", start=1.0, end=1.8), Word(text="を", start=1.8, end=2.0))
    transcript = Transcript(language="ja", duration=9.0, words=words)
    document = Document(transcript, BROADCAST_32, Setting(duration_s=9.0, language="ja"))
    do(document, edit_text(document, 0, "議場を"))
    assert document.text(0) == "議場を"
    assert document.words[0] == Word(text="議", start=1.0, end=1.4)


def test_words_that_are_written_together_stay_together() -> None:
    words = [Word(text=" don", start=1.0, end=1.3), Word(text="'t", start=1.3, end=1.5)]
    made = reworded("I don't", words, (0.0, 9.0))
    assert [word.text for word in made] == [" I", " don", "'t"]
    assert made[1:] == words


def test_more_words_than_there_is_time_for_still_come_in_order() -> None:
    words = [Word(text=" aye", start=1.0, end=1.2), Word(text=" nay", start=1.2, end=1.4)]
    for text in ("no no no aye nay", "aye no no no nay", "aye nay no no no"):
        made = reworded(text, words, (1.0, 1.4))
        assert text_of(made) == text
        assert all(a.end <= b.start + 1e-9 and a.start < a.end for a, b in pairwise(made))
        assert made[-1].start < made[-1].end <= 1.4 + 1e-9


COMMAND = st.tuples(st.sampled_from(("text", "times", "split", "merge", "shift", "from", "insert", "replace", "place", "undo", "redo")),
    st.integers(0, 40), st.integers(0, 60), st.sampled_from(("", "aye", "the motion carries. All in favor", "no")))  # fmt: skip


def attempt(document: Document, command: tuple[str, int, int, str]) -> None:
    kind, row, number, text = command
    row = row % max(1, document.count)
    if kind in ("undo", "redo"):
        (document.undo if kind == "undo" else document.redo)()
        return
    if not document.count and kind != "insert":
        return
    try:
        change = _change_of(document, kind, row, number, text)
    except Conflict:
        return
    if change is not None:
        before = state(document)
        before = (list(document.words), *before[1:3], list(document._firsts))
        told = json.loads(json.dumps(change_to_json(change)))
        assert change_from_json(told, document) == change
        document.apply(change)
        after = (list(document.words), document.edits, document.cues, list(document._firsts))
        document.undo()
        assert state(document) == before
        document.redo()
        assert state(document) == after


def _change_of(document: Document, kind: str, row: int, number: int, text: str) -> Change | None:
    match kind:
        case "text":
            words = document.text(row).split()
            words[number % len(words)] = text
            return edit_text(document, row, " ".join(words))
        case "times":
            cue = document.cue(row)
            return set_times(document, row, cue.start_s - number / 100, cue.end_s + (number - 30) / 50)
        case "split":
            return split(document, row, number)
        case "merge":
            return merge(document, row)
        case "shift" | "from":
            by = shift if kind == "shift" else shift_from
            return by(document, row, (number - 30) / 20)
        case "insert":
            return insert(document, number / 2, text or "[MUSIC]")
        case "replace":
            return replace_matches(document, find(document, "the"), text)
        case _:
            return place(document, row)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.lists(COMMAND, max_size=8), st.booleans())
def test_whatever_was_done_the_cues_are_those_of_the_saved_words(
    seed: int, commands: list[tuple[str, int, int, str]], is_short: bool
) -> None:
    """Undo takes back exactly what was done; cues kept piece by piece equal those made of everything at once."""
    words, duration_s = council_words(seed, 6)
    transcript = Transcript(language="en", duration=duration_s, words=tuple(words), run="heard")
    document = Document(
        transcript, BROADCAST_32, Setting(duration_s=duration_s * 0.7 if is_short else duration_s)
    )
    for command in commands:
        attempt(document, command)
    fresh = again(document)
    assert [c.lines for c in fresh.cues] == [c.lines for c in document.cues]
    assert fresh.cues == document.cues
    check_cues(document.cues)
    assert "".join(shown(document)).replace(" ", "") == text_of(document.words).replace(" ", "")


def test_opened_and_not_touched_the_cues_are_those_of_the_files() -> None:
    words, duration_s = council_words(11, 60)
    transcript = Transcript(language="en", duration=duration_s, words=tuple(words))
    setting = Setting(duration_s=duration_s)
    assert Document(transcript, BROADCAST_32, setting).cues == segment(words, BROADCAST_32, setting).cues


def test_what_is_saved_after_all_was_taken_back_is_what_was_shown() -> None:
    """Words that were repaired are not repaired a second time, which may find another place for them."""
    crowd = [Word(text=f" {text}", start=1.0, end=1.0) for text in ("all", "in", "favor", "say")]
    rest = [Word(text=" aye", start=1.1, end=1.4), Word(text=" Mayor.", start=1.9, end=2.3)]
    heard = Transcript(language="en", duration=20.0, words=(*crowd, *rest))
    document = Document(heard, BROADCAST_32, Setting(duration_s=20.0))
    do(document, split(document, 0, 12))
    document.mark_saved()
    document.undo()
    assert changed(document)
    fresh = again(document)
    assert (fresh.words, fresh.cues) == (document.words, document.cues)


@pytest.mark.parametrize("seed", [4, 5])
def test_a_long_meeting_is_laid_out_stretch_by_stretch_as_if_at_once(seed: int) -> None:
    words, duration_s = council_words(seed, 900)
    transcript = Transcript(language="en", duration=duration_s, words=tuple(words))
    setting = Setting(duration_s=duration_s)
    shares: list[float] = []
    document = Document(transcript, BROADCAST_32, setting, told=shares.append)
    assert document.cues == segment(words, BROADCAST_32, setting).cues
    assert len(shares) > 2
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_taken_back_change_is_a_line_too() -> None:
    document = opened()
    waiver = Waiver(rule="Q03", at_s=1.0, reason="roll call")
    for change in (waive(document, waiver), set_times(document, 1, 4.0, 5.5), place(document, 0)):
        assert change_from_json(json.loads(json.dumps(change_to_json(change))), document) == change
        document.apply(change)
        back = change.undone()
        assert document.undo_change == back
        assert change_from_json(json.loads(json.dumps(change_to_json(back))), document) == back
        document.undo()
        assert document.redo_change == change


@pytest.mark.parametrize(
    "damage",
    [
        {"inserted": 3},
        {"inserted": [["a", 1.0]]},
        {"first": "x"},
        {"reach": "x"},
        {"added": []},
    ],
)
def test_a_damaged_line_is_no_change(damage: dict[str, object]) -> None:
    document = opened()
    told = change_to_json(set_times(document, 1, 4.0, 5.5))
    with pytest.raises(ValueError, match=r"."):
        change_from_json({**told, **damage}, document)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"locked_breaks": 3},
        {"whole": [-1]},
        {"whole": [True]},
        {"time_overrides": [[1, 2.0]]},
        {"time_overrides": [[1, 2.0, "x"]]},
        {"placements": [[1, 2, "left"]]},
        {"placements": [[1, 2]]},
        {"placements": [[1, -2, "top"]]},
        {"placements": [[0, 10**9, "top"]]},
        {"waivers": ["x"]},
        {"waivers": [{"at_s": float("inf")}]},
    ],
)
def test_decisions_that_cannot_be_are_refused(body: object) -> None:
    with pytest.raises(ValueError, match=r"is not|are not"):
        edits_from_json(body)


def test_words_json_with_broken_decisions_is_refused() -> None:
    with pytest.raises(BadMedia, match="cannot be used"):
        transcript_from_json('{"language": "en", "duration": 1, "words": [], "edits": {"whole": 1}}')


def test_decisions_survive_words_json() -> None:
    edits = Edits(
        locked_breaks=frozenset({4, 9}),
        whole=frozenset({4}),
        time_overrides={4: (1.0, 2.5)},
        placements={4: True, 5: True, 6: False, 9: True},
        waivers=(Waiver(rule="Q03", at_s=1.0, reason="why"),),
    )
    transcript = Transcript(language="en", duration=1.0, edits=edits)
    assert transcript_from_json(transcript_to_json(transcript)).edits == edits
    assert '"edits"' not in transcript_to_json(Transcript(language="en", duration=1.0))
