"""Repairs: each mends its fault, no word is lost or changed, and doing it twice changes nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import council_words
from vodstudio.captions.check import CheckSetting, Figures, Report, check
from vodstudio.captions.cue import Cue, Finding, Level, check_cues
from vodstudio.captions.fixes import (
    bridge,
    clip,
    extend,
    join,
    moved,
    rebreak,
    repaired,
    retime,
    sent_faster,
    shorten,
)
from vodstudio.captions.imported import squeezed
from vodstudio.captions.night import needs_look, stop_what_is_wrong
from vodstudio.captions.profile import BROADCAST_32, LIVE_REPAIR, SLOW_READER, WEB_42, Profile
from vodstudio.captions.segment import Setting, segment
from vodstudio.core.errors import NeedsUser

FPS = Fraction(30000, 1001)


def cue(start: float, end: float, *lines: str) -> Cue:
    return Cue(start_s=start, end_s=end, lines=lines or ("We will vote.",))


def times(cues: Sequence[Cue]) -> list[tuple[float, float]]:
    return [(round(each.start_s, 3), round(each.end_s, 3)) for each in cues]


def rules(cues: Sequence[Cue], duration_s: float = 100.0) -> set[str]:
    return {found.rule for found in check(cues, setting=CheckSetting(duration_s=duration_s)).findings}


def test_q05_times_are_put_in_order() -> None:
    assert times(retime([cue(5, 7), cue(1, 3)], BROADCAST_32)) == [(1, 3), (5, 7)]
    assert times(retime([cue(1, 4), cue(3, 6)], BROADCAST_32)) == [(1, 3), (3, 6)]
    assert times(retime([cue(1, 1), cue(5, 4)], BROADCAST_32)) == [(1, 1.833), (5, 5.833)]
    assert times(retime([cue(1, 3), cue(1, 5)], BROADCAST_32)) == [(1, 1.833), (1.833, 5)]
    assert times(retime([cue(1, 9), cue(3, 4)], BROADCAST_32)) == [(1, 3), (3, 4)]


def test_q01_q02_what_does_not_fit_is_laid_out_again() -> None:
    wide = cue(1, 3, "The council will now open the public hearing")
    (one,) = rebreak([wide], BROADCAST_32)
    assert one.lines == ("The council will now", "open the public hearing")
    assert times([one]) == [(1, 3)]
    long = Cue(start_s=1, end_s=7, lines=(" ".join(["The council votes on it."] * 5),), is_top=True)
    parts = rebreak([long], BROADCAST_32)
    assert len(parts) > 1
    assert all(part.is_top for part in parts)
    assert (parts[0].start_s, parts[-1].end_s) == (1, 7)
    assert " ".join(part.text for part in parts) == long.text
    good = cue(1, 3, "We vote.")
    assert rebreak([good, cue(4, 5, "", "", "")], BROADCAST_32) == (good,)


def test_q04_what_stays_too_long_goes() -> None:
    assert times(shorten([cue(1, 20), cue(21, 23)], BROADCAST_32)) == [(1, 8), (21, 23)]


def test_q04_what_is_said_for_too_long_becomes_several() -> None:
    slow = cue(1, 13, "The city council of Lake Elmo will", "now come to order this evening.")
    parts = shorten([slow, cue(13, 15)], BROADCAST_32)
    assert [each.text for each in parts[:-1]] == [
        "The city council",
        "of Lake Elmo will now come",
        "to order this evening.",
    ]
    assert (parts[0].start_s, parts[2].end_s) == (1, 13)
    assert (parts[0].end_s, parts[1].end_s) == (parts[1].start_s, parts[2].start_s)
    assert all(each.end_s - each.start_s <= 7 for each in parts)
    assert shorten(parts, BROADCAST_32) == parts
    endless = cue(1, 9, "a" * 44)
    assert times(shorten([endless], BROADCAST_32))[-1][1] <= 9


def test_q14_a_lone_word_goes_to_its_neighbour() -> None:
    (one,) = join([cue(1, 2, "We will vote"), cue(2.1, 2.9, "tonight")], BROADCAST_32)
    assert (one.text, one.start_s, one.end_s) == ("We will vote tonight", 1, 2.9)
    (one,) = join([cue(1, 2, "Tonight"), cue(2.1, 2.9, "we will vote.")], BROADCAST_32)
    assert one.text == "Tonight we will vote."
    for apart in (
        [cue(1, 2, "We will vote"), cue(4, 5, "tonight")],
        [cue(1, 2, "We will vote."), cue(2.1, 2.9, "Aye.")],
        [cue(1, 2, "We will vote"), cue(2.1, 2.9, "tonight we will")],
        [cue(1, 3, "x" * 32, "y" * 32), cue(3.1, 3.9, "tonight")],
        [cue(1, 7, "We will vote"), cue(7.1, 8.9, "tonight")],
    ):
        assert join(apart, BROADCAST_32) == tuple(apart)


def test_q03_q04_what_is_too_fast_stays_longer_where_there_is_room() -> None:
    fast = cue(1, 2, "Thirty-two letters make one line")
    assert times(extend([fast], BROADCAST_32, FPS)) == [(1, 2.882)]
    assert times(extend([fast, cue(2.5, 4)], BROADCAST_32, FPS))[0] == (1, 2.433)
    assert times(extend([fast, cue(2.0, 4)], BROADCAST_32, FPS))[0] == (1, 2)
    assert times(extend([cue(1, 1.5, "Aye.")], BROADCAST_32, FPS)) == [(1, 2)]
    assert times(extend([cue(1, 1.5, "Aye.")], BROADCAST_32, FPS, 1.7)) == [(1, 1.7)]
    assert times(extend([cue(1, 1.1, "x" * 60)], SLOW_READER, FPS)) == [(1, 5.615)]
    assert times(extend([cue(1, 3)], BROADCAST_32, FPS)) == [(1, 3)]


def test_q06_flickering_gaps_are_closed() -> None:
    closed = bridge([cue(1, 3), cue(3.3, 5), cue(5.6, 7)], BROADCAST_32, FPS)
    assert times(closed) == [(1, 3.233), (3.3, 5), (5.6, 7)]
    assert times(bridge([cue(1, 3), cue(3.034, 5)], BROADCAST_32, FPS))[0] == (1, 2.967)
    live = (cue(1, 3), cue(3.3, 5))
    assert bridge(live, LIVE_REPAIR, FPS) == live
    brief = (cue(1, 1.03), cue(1.05, 3))
    assert bridge(brief, BROADCAST_32, FPS) == brief


def test_q24_nothing_goes_on_after_the_end() -> None:
    assert times(clip([cue(1, 3), cue(9, 12), cue(10, 12)], 10.0)) == [(1, 3), (9, 10)]
    assert clip([cue(1, 3)], 0.0) == (cue(1, 3),)


def test_q11_all_captions_are_shifted_and_stretched() -> None:
    """A file whose labels ran at 30 pictures a second is 3.6 s an hour too early."""
    assert times(moved([cue(3600, 3602)], scale=1.001, by_s=-1.0)) == [(3602.6, 3604.602)]
    assert times(moved([cue(1, 3), cue(4, 6)], by_s=-3.5)) == [(0.5, 2.5)]
    assert times(moved([cue(1, 3)], by_s=-2)) == [(0, 1)]


def test_q18_signs_that_are_sent_faster() -> None:
    cues = [cue(1, 2, "“Yes”"), cue(2, 3, "“No” — “so”"), cue(4, 5, "“ok”")]
    faster = sent_faster(cues, [1])
    assert [each.text for each in faster] == ['"Yes"', '"No" - "so"', "“ok”"]


CUES = st.lists(
    st.tuples(
        st.integers(0, 900).map(lambda tenths: tenths / 10),
        st.integers(-20, 120).map(lambda tenths: tenths / 10),
        st.lists(
            st.sampled_from(["We", "vote", "on", "the", "council.", "Ordinance", "x" * 40]),
            min_size=1,
            max_size=20,
        ),
        st.integers(1, 3),
    ),
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(CUES, st.sampled_from([BROADCAST_32, SLOW_READER, LIVE_REPAIR]))
def test_whatever_comes_is_made_whole_and_keeps_every_word(
    told: list[tuple[float, float, list[str], int]], profile: Profile
) -> None:
    cues = []
    for start, lasts, words, lines in told:
        size = -(-len(words) // lines)
        rows = [" ".join(words[at : at + size]) for at in range(0, len(words), size)]
        cues.append(cue(start, start + lasts, *rows))
    made = repaired(cues, profile, FPS)
    check_cues(made)
    in_order = sorted(cues, key=lambda each: each.start_s)
    assert squeezed("".join(each.text for each in made)) == squeezed("".join(each.text for each in in_order))
    report = check(made, setting=CheckSetting(profile=profile))
    assert not {found.rule for found in report.findings} & {"Q01", "Q02", "Q05"}

    again = repaired(made, profile, FPS)
    assert times(again) == times(made)
    assert [each.lines for each in again] == [each.lines for each in made]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([BROADCAST_32, SLOW_READER, WEB_42]))
def test_captions_made_of_words_need_no_repair(seed: int, profile: Profile) -> None:
    """What can be mended is mended while they are made: the night publishes nothing that a repair would change."""
    words, duration_s = council_words(seed, 20)
    cues = segment(words, profile, Setting(duration_s=duration_s)).cues
    mended = bridge(shorten(rebreak(clip(retime(cues, profile), duration_s), profile), profile), profile, FPS)
    for one, other in zip(mended, cues, strict=True):
        assert (one.start_s, one.end_s) == pytest.approx((other.start_s, other.end_s))
    assert [each.lines for each in mended] == [each.lines for each in cues]
    assert len(join(cues, profile)) == len(cues)
    longer = extend(cues, profile, FPS, duration_s)
    for cue_made, stays in zip(cues, longer, strict=True):
        assert (
            stays.end_s == pytest.approx(cue_made.end_s) or cue_made.end_s - cue_made.start_s >= profile.min_s
        )


def test_live_captions_become_good_ones() -> None:
    """Three lines that roll up in capitals, each too long, and each over the next."""
    live = [
        cue(1, 4, "THE COUNCIL WILL NOW OPEN THE PUBLIC HEARING ON THE STORM SEWER."),
        cue(3.9, 6.5, "ANYBODY MAY SPEAK", "FOR THREE"),
        cue(6.6, 7.3, "MINUTES."),
        cue(99, 104, "THANK YOU."),
    ]
    assert {"Q01", "Q05", "Q24"} <= rules(live)
    made = repaired(live, BROADCAST_32, FPS, 100.0)
    assert not rules(made) & {"Q01", "Q02", "Q04", "Q05", "Q06", "Q24"}
    assert repaired(made, BROADCAST_32, FPS, 100.0) == made


def report_of(*found: Finding) -> Report:
    figures = Figures(
        cues=1,
        words=1,
        speech_min=None,
        coverage_percent=None,
        median_cps=None,
        high_cps=None,
        words_per_minute=None,
        longest_line=1,
        bad_breaks_per_100=0.0,
        unsure_percent=None,
        offset_s=None,
        drift_s_per_hour=None,
    )
    return Report(
        findings=found,
        waived=(),
        figures=figures,
        not_checked={},
        unsure=(),
        language="en",
        model="",
        profile="",
    )


def fault(rule: str, at_s: float, text: str = "It is wrong", level: Level = Level.ERROR) -> Finding:
    return Finding(rule=rule, level=level, at_s=at_s, text=text)


def test_the_night_stops_what_is_wrong_and_says_where() -> None:
    report = report_of(
        fault("Q03", 1),
        fault("Q11", 3725.0, "The words stand 2.00 s too late"),
        fault("Q25", 9.0, "A.scc is"),
    )
    with pytest.raises(NeedsUser) as stopped:
        stop_what_is_wrong(report, "/reports/check.html")
    assert stopped.value.title == (
        "The captions are not right at 1:02:05: the words stand 2.00 s too late, and 1 more"
    )
    assert "/reports/check.html" in stopped.value.hint
    assert stopped.value.detail == "Q11 1:02:05 The words stand 2.00 s too late; Q25 0:00:09 A.scc is"
    with pytest.raises(NeedsUser, match="SCC is the file"):
        stop_what_is_wrong(report_of(fault("Q19", 0, "SCC is the file")), "")


def test_the_night_publishes_what_is_hard_to_read_and_says_so() -> None:
    hasty = report_of(
        fault("Q04", 9.0), fault("Q03", 20.0), fault("Q03", 30.0), fault("Q13", 1.0, level=Level.WARNING)
    )
    stop_what_is_wrong(hasty, "")
    assert needs_look(hasty) == (
        "needs a look: 2 too fast to read (first at 0:00:20), 1 shown too short or too long (first at 0:00:09)"
    )
    assert needs_look(report_of(fault("Q10", 1.0, level=Level.WARNING))) == ""
    many = report_of(*(fault(rule, 1.0) for rule in ("Q01", "Q02", "Q03", "X9")))
    assert needs_look(many).endswith(", and more")
    assert "1 x9 (first" in needs_look(report_of(fault("X9", 1.0)))
