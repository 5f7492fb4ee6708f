"""Colours that can be read, icons that are there, words that are right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from vodstudio.core.jobs import JobState, PlanKind, StepKind, StepState
from vodstudio.paths import resource
from vodstudio.ui import icons, wording
from vodstudio.ui import theme as look
from vodstudio.ui.queue.actions import DEEDS
from vodstudio.ui.queue.face import TONE_OF

THEMES = (look.LIGHT, look.DARK)
ENOUGH = 4.5


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_all_text_can_be_read(theme: look.Theme) -> None:
    grounds = (theme.panel, theme.background, theme.row, theme.hover)
    pairs = [(ink, ground) for ink in (theme.text, theme.muted) for ground in grounds]
    pairs += [
        (theme.ink(tone), ground) for tone in look.Tone for ground in (theme.panel, theme.row, theme.hover)
    ]
    pairs += [(theme.ink(tone), theme.tint(tone)) for tone in look.Tone]
    pairs += [*theme.cities, (theme.on_accent, theme.accent), (theme.text, theme.accent_tint)]
    pairs += [(theme.panel, theme.text), (theme.text, theme.track), (theme.accent, theme.background)]
    pairs += [(theme.muted, theme.line)]
    weak = {f"{ink} on {ground}": round(look.contrast(ink, ground), 2) for ink, ground in pairs}
    assert not {pair: value for pair, value in weak.items() if value < ENOUGH}


def test_contrast_is_counted_as_the_guideline_does() -> None:
    assert look.contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert look.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_bundled_font_is_used(qapp: QApplication) -> None:
    look.load_fonts()
    assert "Inter" in QFontDatabase.families()
    made = look.font()
    assert (made.family(), made.pixelSize()) == ("Inter", 13)
    assert resource("fonts", "Inter-LICENCE.txt").read_text("utf8").count("SIL OPEN FONT LICENSE") == 1


def test_every_step_and_deed_has_its_icon(qapp: QApplication) -> None:
    for name in [*StepKind, *(deed.icon for deed in DEEDS), "app"]:
        image = icons.pixmap(name, "#ff0000", 16).toImage()
        inked = any(image.pixelColor(x, y).alpha() for x in range(16) for y in range(16))
        assert inked, name
    assert not icons.icon("add", "#000000", disabled="#cccccc").isNull()


def test_icons_take_the_colour_of_the_theme(qapp: QApplication) -> None:
    image = icons.pixmap("stop-after", "#00ff00", 16).toImage()
    assert image.pixelColor(6, 8).green() > 200
    assert image.pixelColor(6, 8).red() < 60


def test_the_desktop_decides_unless_the_person_does(qapp: QApplication) -> None:
    assert look.chosen(look.Choice.LIGHT, qapp) is look.LIGHT
    assert look.chosen(look.Choice.DARK, qapp) is look.DARK
    dark = qapp.styleHints().colorScheme() is Qt.ColorScheme.Dark
    assert look.chosen(look.Choice.SYSTEM, qapp) is (look.DARK if dark else look.LIGHT)


def test_nothing_has_no_words() -> None:
    assert set(wording.STEP_NAMES) == set(StepKind)
    assert set(wording.STATE_NAMES) == set(JobState) == set(TONE_OF)
    assert set(wording.STEP_STATE_NAMES) == set(StepState)
    assert set(wording.PLAN_NAMES) == set(PlanKind)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (wording.duration(9667), "2:41:07"),
        (wording.duration(38), "0:38"),
        (wording.duration(100_000), "27:46:40"),
        (wording.size(0), "0 bytes"),
        (wording.size(999), "999 bytes"),
        (wording.size(3_100_000), "3.1 MB"),
        (wording.size(8_400_000_000), "8.4 GB"),
        (wording.size(612_000_000_000), "612 GB"),
        (wording.size(2_500_000_000_000_000), "2,500 TB"),
        (wording.percent(0.999), "99 %"),
        (wording.percent(1.0), "100 %"),
        (wording.many(1, "job"), "1 job"),
        (wording.many(1204, "job"), "1,204 jobs"),
        (wording.span(timedelta(seconds=40)), "40 s"),
        (wording.span(timedelta(hours=5, minutes=10)), "5 h 10 min"),
        (wording.span(timedelta(days=3)), "3 days"),
        (wording.day(date(2026, 11, 8)), "8 Nov 2026"),
        (wording.times(120.0)[:3], "120"),
    ],
)
def test_numbers_are_said_as_people_say_them(told: str, said: str) -> None:
    assert told == said


def test_times_are_clock_times_with_the_day_when_it_is_another() -> None:
    now = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    assert len(wording.clock(now, now)) == 5
    assert (
        wording.clock(now + timedelta(days=1), now).split()[0]
        == f"{(now + timedelta(days=1)).astimezone():%a}"
    )
    assert wording.clock(now - timedelta(days=40), now).startswith("9 Oct")
