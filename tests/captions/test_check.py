"""The check report: each check finds its fault, says where and how bad, and is silent about good captions."""

# ruff: noqa: RUF001 - typographic signs are meant.

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captions.council import council_words
from vodstudio.captions.check import (
    CheckSetting,
    Report,
    change_findings,
    check,
    grade_of,
    name_findings,
)
from vodstudio.captions.check_html import clock, report_html
from vodstudio.captions.cue import Cue, Finding, Level
from vodstudio.captions.drift import Drift, pause_of
from vodstudio.captions.edits import Waiver
from vodstudio.captions.imported import spoken_times, transcript_of_cues, words_of_cues
from vodstudio.captions.mask import merged
from vodstudio.captions.profile import BROADCAST_32, LIVE_REPAIR, WEB_42
from vodstudio.captions.rules import RULES, Quality
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.transcript import Mark, Transcript, Word

SETTING = CheckSetting(duration_s=60.0)
PLAIN = CheckSetting(duration_s=60.0, profile=WEB_42)


def cue(start: float, end: float, *lines: str) -> Cue:
    return Cue(start_s=start, end_s=end, lines=lines or ("We will now vote on it.",))


def found(report: Report, rule: str = "") -> list[tuple[str, str, int | None]]:
    """Rule, level and number of the cue, of one rule or of all."""
    return [(each.rule, each.level.value, each.cue) for each in report.findings if rule in ("", each.rule)]


def meeting(seed: int = 3, cues: int = 40) -> tuple[Transcript, tuple[Cue, ...]]:
    words, duration_s = council_words(seed, cues)
    transcript = Transcript(
        language="en",
        duration=duration_s,
        words=tuple(words),
        regions=merged(((word.start - 0.2, word.end + 0.2) for word in words), 0.3),
        model="demo",
    )
    return transcript, segment(words, BROADCAST_32, Setting(duration_s=duration_s)).cues


def test_good_captions_have_no_error_and_say_what_was_measured() -> None:
    transcript, cues = meeting()
    report = check(cues, transcript, None, CheckSetting(duration_s=transcript.duration))
    assert report.errors == 0
    assert report.stops == ()
    figures = report.figures
    assert figures.cues == len(cues)
    assert figures.words == len(transcript.words)
    assert figures.longest_line <= 32
    assert figures.coverage_percent is not None
    assert figures.coverage_percent > 99
    assert figures.speech_min is not None
    assert 1 < figures.speech_min < transcript.duration / 60
    assert figures.median_cps is not None
    assert figures.high_cps is not None
    assert 8 < figures.median_cps <= figures.high_cps < 25
    assert figures.words_per_minute is not None
    assert 100 < figures.words_per_minute < 300
    assert report.profile == "BROADCAST-32 1"
    assert report.model == "demo"
    assert set(report.not_checked) == {"Q12", "Q15", "Q16", "Q26"}


@pytest.mark.parametrize(
    ("cues", "expected"),
    [
        ([cue(1, 3, "This line is much too long for thirty-two")], ("Q01", "error", 0)),
        ([cue(1, 5, "ΩΩΩ is a sign", "of its own")], ("Q17", "error", 0)),
        ([cue(1, 4, "One", "two", "and three")], ("Q02", "error", 0)),
        ([cue(1, 2, "Twenty-one letters yes")], ("Q03", "warning", 0)),
        ([cue(1, 2, "Twenty-six letters are yes")], ("Q03", "error", 0)),
        ([cue(1, 1.9, "Aye, aye.")], ("Q04", "warning", 0)),
        ([cue(1, 1.8, "Aye, aye.")], ("Q04", "error", 0)),
        ([cue(1, 8.5)], ("Q04", "error", 0)),
        ([cue(1, 1)], ("Q05", "error", 0)),
        ([cue(3, 1)], ("Q05", "error", 0)),
        ([cue(1, 3), cue(2, 5)], ("Q05", "error", 0)),
        ([cue(3, 5), cue(1, 4)], ("Q05", "error", 0)),
        ([cue(1, 3), cue(3.034, 5)], ("Q06", "warning", 0)),
        ([cue(1, 3), cue(3.3, 5)], ("Q06", "warning", 0)),
        ([cue(1, 3, "We will hear from Mayor", "Smith about the roads.")], ("Q13", "warning", 0)),
        ([cue(1, 3, "We will vote on the"), cue(3.1, 5, "water main tonight.")], ("Q13", "warning", 0)),
        ([cue(1, 3), cue(3.1, 4.2, "please"), cue(4.3, 6)], ("Q14", "warning", 1)),
        ([cue(1, 3, "½ of the façade", "Ω")], ("Q17", "error", 0)),
        ([cue(1, 3, "Über Łódź")], ("Q17", "warning", 0)),
        ([cue(1, 3), cue(59, 63)], ("Q24", "error", 1)),
        ([cue(1, 3, "ALL OF YOU SIT DOWN")], ("Q15", "warning", 0)),
    ],
)
def test_each_fault_of_a_cue_is_found(cues: list[Cue], expected: tuple[str, str, int]) -> None:
    report = check(cues, setting=SETTING)
    assert expected in found(report)
    assert all(RULES[each.rule].title for each in report.findings)


@pytest.mark.parametrize(
    "cues",
    [
        [cue(1, 3), cue(3.0667, 5)],
        [cue(1, 3), cue(3.5, 5)],
        [cue(1, 3), cue(3, 5)],
        [cue(1, 2, "Exactly twenty signs")],
        [cue(1, 3), cue(3.067, 4.2, "Aye."), cue(4.267, 6)],
        [cue(1, 3), cue(4.5, 5.6, "second")],
        [cue(1, 3, "Is that the Mayor?", "Smith said so.")],
        [cue(1, 3, "We will hear from Mayor"), cue(9, 11, "Smith came later.")],
        [cue(1, 3, "We heard from the"), cue(3.067, 5, ">> Mayor, may I speak?")],
        [cue(1, 3, "THE END")],
        [cue(1, 3, "We go on", "")],
    ],
)
def test_what_is_right_is_not_found(cues: list[Cue]) -> None:
    assert found(check(cues, setting=SETTING)) == []


def test_no_captions_at_all_are_no_fault_where_nobody_speaks() -> None:
    report = check([], setting=SETTING)
    assert report.findings == ()
    assert report.figures.median_cps is None
    assert report.figures.longest_line == 0


def test_signs_are_no_matter_for_the_web_and_live_captions_may_touch() -> None:
    assert found(check([cue(1, 3, "Ωmega")], setting=PLAIN)) == []
    live = CheckSetting(duration_s=60.0, profile=LIVE_REPAIR)
    assert found(check([cue(1, 3), cue(3.2, 5)], setting=live)) == []


def test_a_bad_split_in_a_hundred_is_only_told() -> None:
    good = [cue(at * 3.0, at * 3.0 + 2, f"We vote on item {at}.") for at in range(120)]
    bad = cue(400, 402, "We hear Mayor", "Smith about it.")
    report = check([*good, bad], setting=CheckSetting(duration_s=500))
    assert found(report, "Q13") == [("Q13", "information", 120)]
    assert report.figures.bad_breaks_per_100 == pytest.approx(0.83)


def said(text: str, start: float, each: float = 0.4, probability: float | None = 0.9) -> list[Word]:
    return [
        Word(
            text=f" {part}",
            start=start + each * place,
            end=start + each * (place + 0.9),
            probability=probability,
        )
        for place, part in enumerate(text.split())
    ]


def heard(words: Sequence[Word], regions: Sequence[tuple[float, float]], **more: object) -> Transcript:
    return replace(
        Transcript(language="en", duration=60.0, words=tuple(words), regions=tuple(regions)),
        **more,  # type: ignore[arg-type]
    )


WORDS = said("We will now vote on it.", 10.0)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (cue(10.0, 12.4), []),
        (cue(10.4, 12.4), [("Q07", "warning", 0)]),
        (cue(9.6, 12.4), [("Q07", "warning", 0)]),
        (cue(11.2, 12.4), [("Q07", "error", 0)]),
        (cue(10.0, 14.2), [("Q07", "warning", 0)]),
    ],
)
def test_q07_captions_come_and_go_with_their_words(shown: Cue, expected: list[tuple[str, str, int]]) -> None:
    assert found(check([shown], heard(WORDS, [(9.8, 12.5)]), None, SETTING), "Q07") == expected


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (cue(10.0, 12.0), []),
        (cue(10.6, 12.0), [("Q07", "warning", 0)]),
        (cue(8.5, 12.0), [("Q07", "error", 0)]),
        (cue(10.0, 15.0), [("Q07", "warning", 0)]),
        (cue(30.0, 32.0), []),
    ],
)
def test_q07_a_foreign_file_is_compared_with_the_voice(
    shown: Cue, expected: list[tuple[str, str, int]]
) -> None:
    report = check([shown], None, [(9.8, 12.2), (50.0, 50.1)], SETTING)
    assert found(report, "Q07") == expected


def test_q07_a_caption_in_the_middle_of_speech_begins_after_the_one_before() -> None:
    cues = [cue(10, 12), cue(12.07, 14)]
    assert found(check(cues, None, [(9.8, 14.2)], SETTING), "Q07") == []
    assert found(check([cue(14, 16)], None, [(9.8, 16.2)], SETTING), "Q07") == []


def test_q07_other_words_than_were_heard_are_compared_with_the_voice() -> None:
    transcript = heard(said("Something else was said", 20.0), [(9.8, 12.2)])
    assert found(check([cue(10.0, 12.0)], transcript, None, SETTING), "Q07") == []
    assert spoken_times([cue(1, 2)], transcript.words) is None


def test_q08_speech_without_captions() -> None:
    whole = heard(WORDS, [(9.8, 12.5)])
    assert found(check([cue(10, 12.4)], whole, None, SETTING), "Q08") == []
    most = heard(WORDS, [(9.8, 12.5), (20.0, 23.0)])
    assert ("Q08", "warning", None) in found(check([cue(10, 12.4)], most, None, SETTING), "Q08")
    little = check([cue(10, 12.4)], heard(WORDS, [(9.8, 12.5), (20.0, 40.0)]), None, SETTING)
    assert found(little, "Q08")[0] == ("Q08", "error", None)
    assert [each.at_s for each in little.stops] == [0.0]
    assert "has captions; 98 % are expected" in little.stops[0].text


def test_q08_captions_that_were_never_made_miss_everything() -> None:
    report = check([], heard([], [(9.8, 40.0)]), None, SETTING)
    assert report.figures.coverage_percent == 0.0
    assert [each.rule for each in report.stops] == ["Q08"]


def test_q08_pauses_that_the_listening_takes_for_speech_are_nobodys_fault() -> None:
    words = [*said("We vote.", 10.0), *said("Now.", 12.9), *said("It passes.", 15.4)]
    shown = [cue(10, 11, "We vote."), cue(12.9, 13.9, "Now."), cue(15.4, 16.4, "It passes.")]
    vad = {"vad": {"min_silence_duration_ms": 2000, "speech_pad_ms": 400}}
    coarse = check(shown, heard(words, [(9.6, 16.6)], settings=vad), None, SETTING)
    assert coarse.figures.coverage_percent is not None
    assert coarse.figures.coverage_percent > 95
    fine = check(shown, heard(words, [(9.6, 16.6)]), None, SETTING)
    assert fine.figures.coverage_percent is not None
    assert fine.figures.coverage_percent < 60
    assert pause_of(vad) == pytest.approx(2.8)


def test_q09_text_in_silence() -> None:
    silence = [*WORDS, *said("Thanks for watching!", 30.0)]
    shown = [cue(10, 12.4), cue(30, 31.5, "Thanks for watching!")]
    report = check(shown, heard(silence, [(9.8, 12.5)]), None, SETTING)
    assert found(report, "Q09") == [("Q09", "error", 1)]
    (stopped,) = report.stops
    assert "speech models say into silence" in stopped.text
    short = [*WORDS, *said("Aye.", 30.0)]
    report = check([cue(10, 12.4), cue(30, 31, "Aye.")], heard(short, [(9.8, 12.5)]), None, SETTING)
    assert found(report, "Q09") == [("Q09", "warning", 1)]


def test_q10_doubts_of_the_hearing_are_told_once() -> None:
    loop = said("we are going to go " * 6, 10.0, 0.3)
    kept = (
        Mark(rule="H1", start=10.0, end=18.0, text="heard twice"),
        Mark(rule="H3", start=10.0, end=18.0, text="nobody speaks"),
        Mark(rule="LANGUAGE", start=0.5, end=9.0, text="not sure of the language"),
    )
    transcript = heard(loop, [(9.8, 19.0)], marks=kept)
    cues = segment(loop, BROADCAST_32, Setting(duration_s=60.0)).cues
    told = [each for each in check(cues, transcript, None, SETTING).findings if each.rule == "Q10"]
    assert sorted(each.text for each in told if each.at_s >= 9.9) == sorted(
        {each.text for each in told if each.at_s >= 9.9}
    )
    assert sum("again and again" in each.text or "heard twice" in each.text for each in told) == 1
    assert ("nobody speaks", 0) in [(each.text, each.cue) for each in told]
    assert ("not sure of the language", None) in [(each.text, each.cue) for each in told]


def test_q11_words_that_are_all_late_stop_the_captions() -> None:
    transcript, _ = meeting(4, 150)
    late = [replace(word, start=word.start + 2.0, end=word.end + 2.0) for word in transcript.words]
    moved = replace(transcript, words=tuple(late), duration=transcript.duration + 3)
    cues = segment(late, BROADCAST_32, Setting(duration_s=moved.duration)).cues
    report = check(cues, moved, None, CheckSetting(duration_s=moved.duration))
    assert "Q11" in [each.rule for each in report.stops]
    assert report.figures.offset_s == pytest.approx(2.0, abs=0.05)
    told = next(each for each in report.findings if each.rule == "Q11")
    assert told.can_fix


def test_q07_a_caption_may_stay_until_the_next_one_comes() -> None:
    """A second and a half after the words, and half a second more where the gap would only flicker."""
    words = [*said("We will vote.", 10.0, 0.3), *said("All in favor?", 12.88, 0.3)]
    transcript = heard(words, [(9.8, 11.1), (12.7, 14.0)])
    following = cue(12.88, 14.5, "All in favor?")
    closed = [cue(10, 12.81, "We will vote."), following]
    assert found(check(closed, transcript, None, SETTING), "Q07") == []
    hanging = [cue(10, 12.6, "We will vote."), cue(13.2, 14.5, "All in favor?")]
    later = heard([*words[:3], *said("All in favor?", 13.2, 0.3)], [(9.8, 11.1), (13.0, 14.4)])
    assert found(check(hanging, later, None, SETTING), "Q07") == [("Q07", "warning", 0)]


@pytest.mark.parametrize(("late_s", "level"), [(0.4, "warning"), (-0.4, "warning"), (0.6, "error")])
def test_q11_words_that_are_a_little_early_hold_nobody(late_s: float, level: str) -> None:
    transcript, _ = meeting(4, 150)
    moved_words = [
        replace(word, start=max(0.0, word.start + late_s), end=word.end + late_s) for word in transcript.words
    ]
    moved = replace(transcript, words=tuple(moved_words), duration=transcript.duration + 3)
    cues = segment(moved_words, BROADCAST_32, Setting(duration_s=moved.duration)).cues
    report = check(cues, moved, None, CheckSetting(duration_s=moved.duration))
    assert found(report, "Q11") == [("Q11", level, None)]
    assert bool(report.stops) is (level == "error")


def test_q11_words_that_run_away_stop_the_captions_where_it_adds_up() -> None:
    slow = Drift(offset_s=0.1, per_hour_s=0.4, span_s=3600, start_s=0, end_s=3600)
    assert (slow.is_growing, slow.is_displaced) == (True, False)
    assert replace(slow, span_s=4 * 3600).is_displaced
    assert not replace(slow, per_hour_s=0.2, span_s=4 * 3600).is_displaced


def test_q04_what_the_end_of_the_video_cuts_off_is_no_error() -> None:
    last = cue(59.3, 60.0, "We are here.")
    assert ("Q04", "warning", 0) in found(check([last], setting=SETTING))
    assert ("Q04", "error", 0) in found(check([last], setting=CheckSetting(duration_s=70.0)))
    fast = cue(59.1, 60.0, "We are here to talk about it.")
    assert found(check([fast], setting=SETTING), "Q03") == [("Q03", "warning", 0)]
    (told,) = [each for each in check([last], setting=SETTING).findings if each.rule == "Q04"]
    assert not told.can_fix


def test_q12_words_that_the_model_was_not_sure_of() -> None:
    unsure = [replace(word, probability=0.2 if "vote" in word.text else 0.9) for word in WORDS]
    report = check([cue(10, 12.4)], heard(unsure, [(9.8, 12.5)]), None, SETTING)
    assert found(report, "Q12") == [("Q12", "information", None)]
    assert [word.text for word in report.unsure] == [" vote"]
    assert report.figures.unsure_percent == 16.7
    assert "Q12" not in report.not_checked


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Welcome to Matomedi tonight.", "Mahtomedi"),
        ("Thank you, Mr. Okafore.", "Okafor"),
        ("The Birchwoods residents", None),
        ("Welcome to Mahtomedi’s hall.", None),
        ("MAHTOMEDI is here.", None),
        ("A Different word", None),
        ("Oak is short", None),
        ("matomedi in small letters", None),
    ],
)
def test_q15_almost_a_word_of_the_vocabulary(text: str, meant: str | None) -> None:
    setting = replace(SETTING, vocabulary=("Mahtomedi", "Birchwood Village", "Okafor", "Oaks"))
    report = check([cue(1, 3, text)], setting=setting)
    texts = [each.text for each in report.findings if each.rule == "Q15"]
    assert ([meant in each for each in texts] == [True]) if meant else texts == []
    assert "Q15" not in report.not_checked


def test_q16_another_speaker_without_a_mark() -> None:
    cues = [cue(1, 3), cue(4, 6, ">> Thank you, Mayor."), cue(7, 9, "No mark here.")]
    report = check(cues, setting=replace(SETTING, turns=(0.2, 4.0, 7.0, 20.0)))
    assert found(report, "Q16") == [("Q16", "warning", 2)]
    assert "Q16" not in report.not_checked


def test_q24_captions_that_begin_late_or_end_early() -> None:
    report = check(
        [cue(20, 22)], heard(said("We will now vote on it.", 20.0), [(5, 8), (19.8, 22.4), (40, 48)])
    )
    edges = [each.text for each in report.findings if each.rule == "Q24"]
    assert edges == [
        "The first caption comes 15 s after the first voice",
        "Somebody speaks for 26 s after the last caption",
    ]


def test_q25_q27_files_that_are_not_the_ones_that_belong_here() -> None:
    named = list(name_findings(["Grant 06-03.scc", "Grant.scc"], "Grant 06-03"))
    assert [(each.rule, each.text) for each in named] == [
        ("Q25", "Grant.scc is not called like its video, Grant 06-03")
    ]
    changed = list(change_findings({"a.scc": "1", "b.scc": "2"}, {"a.scc": "1", "b.scc": "3", "c.scc": "4"}))
    assert [(each.rule, each.text) for each in changed] == [("Q27", "b.scc was changed after it was checked")]


def test_what_a_file_found_is_told_with_the_rest_but_not_twice() -> None:
    late = Finding(rule="Q18", level=Level.ERROR, at_s=1.0, text="comes 9 frames late")
    sign = Finding(rule="Q17", level=Level.ERROR, at_s=1.0, text="“Ω” does not exist")
    report = check([cue(1, 3)], setting=SETTING, also=(late, sign))
    assert found(report) == [("Q18", "error", None)]
    assert [each.rule for each in report.stops] == ["Q18"]
    assert found(check([cue(1, 3)], setting=PLAIN, also=(sign,))) == [("Q17", "error", None)]


WAIVER = Waiver(rule="Q08", at_s=0.0, reason="The band plays", by="Ada", when="2026-11-21T10:00:00+00:00")


def test_a_waived_finding_is_kept_with_its_reason() -> None:
    transcript = heard(WORDS, [(9.8, 12.5), (20.0, 40.0)])
    setting = replace(SETTING, waivers=(WAIVER,))
    report = check([cue(10, 12.4)], transcript, None, setting)
    assert report.stops == ()
    assert [(each.rule, waiver.reason) for each, waiver in report.waived] == [("Q08", "The band plays")]
    for waiver in (
        replace(WAIVER, reason=" "),
        replace(WAIVER, at_s=7.0),
        replace(WAIVER, rule="Q09"),
    ):
        again = check([cue(10, 12.4)], transcript, None, replace(SETTING, waivers=(waiver,)))
        assert again.waived == ()


def test_a_broken_time_cannot_be_waived() -> None:
    waiver = Waiver(rule="Q05", at_s=1.0, reason="I like it so")
    report = check([cue(1, 3), cue(2, 5)], setting=replace(SETTING, waivers=(waiver,)))
    assert report.waived == ()
    assert [each.rule for each in report.stops] == ["Q05"]


def bad_report() -> Report:
    transcript = heard(
        [replace(word, probability=0.3) for word in WORDS], [(9.8, 12.5), (20.0, 40.0)], model="small.en"
    )
    setting = replace(SETTING, waivers=(WAIVER,), reviewed_by="Ada <b>", reviewed_at="today")
    cues = [cue(10, 12.4, "We will now vote on it."), cue(13, 13.4, "<script>alert(1)</script> & Ω")]
    return replace(check(cues, transcript, None, setting), files={"a.scc": "0f" * 32})


def test_the_json_keeps_its_shape() -> None:
    """Other programs read it: a change of this shape is a new schema."""
    body = json.loads(json.dumps(bad_report().to_json()))
    assert list(body) == [
        "schema",
        "language",
        "model",
        "profile",
        "reviewed_by",
        "reviewed_at",
        "measured",
        "errors",
        "warnings",
        "figures",
        "grades",
        "counts",
        "findings",
        "waived",
        "not_checked",
        "unsure",
        "files",
    ]
    assert body["schema"] == 1
    assert list(body["grades"]) == ["accurate", "synchronous", "complete", "placed"]
    assert list(body["findings"][0]) == ["rule", "title", "level", "at_s", "cue", "text", "fix", "can_waive"]
    assert body["waived"][0]["waiver"]["reason"] == "The band plays"
    assert body["unsure"][0] == {"at_s": 10.0, "text": "We", "probability": 0.3}
    assert list(body["figures"]) == [
        "cues",
        "words",
        "speech_min",
        "coverage_percent",
        "median_cps",
        "high_cps",
        "words_per_minute",
        "longest_line",
        "bad_breaks_per_100",
        "unsure_percent",
        "offset_s",
        "drift_s_per_hour",
    ]
    assert body["errors"] == sum(each["level"] == "error" for each in body["findings"])
    assert sum(body["counts"].values()) == len(body["findings"])


class Page(HTMLParser):
    """What a browser would make of it: tags that do not close, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> str:
    parser = Page()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    assert "script" not in parser.tags
    return "".join(parser.text)


def test_the_page_needs_nothing_and_says_everything() -> None:
    page = report_html(bad_report(), "Grant & Elmo <Council>")
    shown = read(page)
    assert "Grant & Elmo <Council>" in shown
    for word in ("Accurate", "Synchronous", "Complete", "Placed", "The band plays", "Ada <b>", "small.en"):
        assert word in shown
    assert "0f0f" in shown
    assert "has errors" in shown
    assert "http" not in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert "error" in read(page)


def test_a_good_report_is_short() -> None:
    transcript, cues = meeting()
    good = replace(check(cues, transcript, None, CheckSetting(duration_s=transcript.duration)), findings=())
    shown = read(report_html(replace(good, not_checked={}), "Grant"))
    assert "no errors, no warnings" in shown
    assert "Accurate: good · Synchronous: good · Complete: good · Placed: good" in shown
    assert shown.count(": good") == 8
    assert "not known" in shown
    assert "by nobody yet" in shown


@pytest.mark.parametrize(
    ("offset_s", "words"),
    [(0.3, "Later than the voice0.3 s"), (-0.3, "Earlier than the voice0.3 s"), (None, "voicenot known")],
)
def test_a_page_says_early_and_late_in_words(offset_s: float | None, words: str) -> None:
    report = bad_report()
    report = replace(report, figures=replace(report.figures, offset_s=offset_s))
    assert words in read(report_html(report, "Grant"))


def test_a_page_has_an_end() -> None:
    many = tuple(
        Finding(rule="Q06", level=Level.WARNING, at_s=float(at), text="The screen is empty", cue=at)
        for at in range(2500)
    )
    shown = read(report_html(replace(bad_report(), findings=many), "Grant"))
    assert "and 500 more" in shown


def test_a_rule_that_nobody_knows_is_told_too() -> None:
    strange = Finding(rule="X1", level=Level.ERROR, at_s=3725.0, text="Something")
    report = check([cue(1, 3)], setting=SETTING, also=(strange,))
    assert report.stops == ()
    assert report.of(Quality.ACCURATE) == (strange,)
    assert "1:02:05" in read(report_html(report, "Grant"))
    body = json.loads(json.dumps(report.to_json()))
    assert body["findings"][0]["title"] == ""
    waived = check(
        [cue(1, 3)],
        setting=replace(SETTING, waivers=(Waiver(rule="X1", at_s=3725.0, reason="known"),)),
        also=(strange,),
    )
    assert len(waived.waived) == 1


def test_grades_and_clock() -> None:
    assert grade_of([]) is Level.INFORMATION
    assert clock(36_000.4) == "10:00:00"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_words_of_cues_say_what_the_cues_say(seed: int) -> None:
    _, cues = meeting(seed, 10)
    words = words_of_cues(cues)
    assert "".join(word.text for word in words).split() == " ".join(each.text for each in cues).split()
    assert all(before.end <= after.start + 1e-9 for before, after in itertools.pairwise(words))
    times = spoken_times(cues, words)
    assert times is not None
    assert [start for start, _ in times] == [pytest.approx(each.start_s) for each in cues]
    assert transcript_of_cues(cues, language="en", duration_s=9.0).words == words


def test_spoken_times_of_a_word_in_two_captions() -> None:
    words = [Word(text=" twenty-four", start=1.0, end=2.0), Word(text=" votes", start=2.0, end=2.5)]
    cues = [cue(1, 1.5, "twenty-"), cue(1.5, 2, "four"), cue(2, 3, "votes")]
    assert spoken_times(cues, words) == [(1.0, 2.0), (1.0, 2.0), (2.0, 2.5)]


def test_a_word_in_two_parts_has_its_time() -> None:
    """Speech models hear “longer-term” as two words, of which the second begins with a hyphen."""
    words = [
        Word(text=" The", start=1.0, end=1.2),
        Word(text=" longer", start=1.2, end=1.6),
        Word(text="-term", start=1.6, end=2.0),
        Word(text=" -", start=2.0, end=2.1),
        Word(text=" question.", start=2.1, end=2.6),
    ]
    cues = [cue(1, 2, "The longer-term -"), cue(2.1, 3, "question.")]
    assert spoken_times(cues, words) == [(1.0, 2.0), (2.1, 2.6)]
    assert spoken_times([cue(1, 2, ">>")], [Word(text=" >>", start=1.0, end=1.1)]) == [(1.0, 1.1)]


def test_every_rule_is_told_in_the_report_and_has_a_source(tmp_path: Path) -> None:
    assert {f"Q{number:02d}" for number in range(1, 28)} <= set(RULES)
    assert {rule.id for rule in RULES.values() if rule.stops} == {
        "Q05",
        "Q08",
        "Q09",
        "Q11",
        *(f"Q{number}" for number in range(17, 26)),
        "Q27",
    }
    assert all(rule.source for rule in RULES.values())
