"""Speech models in the window: offered where one is missed, brought with progress, removed after a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.ui.fakes import NOW, make_row
from tests.ui.stage import Stage
from vodstudio.core.errors import Problem, TryLater
from vodstudio.core.events import HoldsChanged, ModelProgressed
from vodstudio.core.jobs import JobState
from vodstudio.core.models import ModelName, Standing
from vodstudio.core.rows import HeldCondition
from vodstudio.ui.models.line import ONE_AT_A_TIME, ModelLine, progress_words
from vodstudio.ui.models.sheet import ModelSheet

Shown = Callable[[Callable[[], bool]], None]
BEST = "large-v3-turbo"


def _sheet(stage: Stage) -> ModelSheet:
    sheet = stage.workplace.models.sheet
    assert sheet is not None
    return sheet


def _line(stage: Stage, name: str) -> ModelLine:
    return _sheet(stage).lines[name]


def _about(line: ModelLine) -> str:
    return line._about.text()


@pytest.fixture
def opened(stage: Stage, shown: Shown) -> Stage:
    """The sheet, opened by its key."""
    QTest.keyClick(
        stage.window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    shown(lambda: stage.workplace.models.sheet is not None and len(_sheet(stage).lines) > 10)
    return stage


def test_the_recommended_model_is_first_and_has_the_focus(opened: Stage, shown: Shown) -> None:
    line = _line(opened, BEST)
    assert line.act.text() == "Get (1.6 GB)"
    assert "Recommended" in line.accessibleName()
    assert line.act.accessibleName() == f"Get (1.6 GB): {BEST}"
    shown(
        lambda: line.geometry().top() <= min(each.geometry().top() for each in _sheet(opened).lines.values())
    )
    assert _sheet(opened).focusWidget() is line.act
    assert not _line(opened, "demo-voice").act.isVisible()
    assert not _line(opened, "large-v3").act.isEnabled(), "what does not fit cannot be begun"
    assert "of memory" in _line(opened, "large-v3").act.toolTip()


def test_a_model_comes_with_progress_and_can_be_cancelled(opened: Stage, shown: Shown) -> None:
    line = _line(opened, BEST)
    QTest.keyClick(line.act, Qt.Key.Key_Return)
    shown(lambda: line.act.text() == "Cancel")
    assert line.bar.isVisible()
    assert not _line(opened, "small").act.isEnabled(), "one comes at a time"
    assert not _sheet(opened).folder.isEnabled()
    assert _line(opened, "small").act.toolTip() == _sheet(opened).folder.toolTip() == ONE_AT_A_TIME
    opened.models.progress(BEST, 800_000_000)
    shown(lambda: _about(line).startswith("800 MB of 1.6 GB"))
    assert 490 < line.bar.value() < 500
    opened.models.progress(BEST, 1_621_665_983, "checking")
    shown(lambda: _about(line) == "checking …")
    QTest.mouseClick(line.act, Qt.MouseButton.LeftButton)
    shown(lambda: line.act.text() == "Continue")
    assert _about(line).startswith("49 % has arrived")
    QTest.mouseClick(line.act, Qt.MouseButton.LeftButton)
    shown(lambda: line.act.text() == "Cancel")
    opened.models.finish()
    shown(lambda: line.act.text() == "Remove")
    shown(lambda: any(f"The speech model {BEST} is here" in news for news in opened.toasts()))
    assert "speed not measured yet" in _about(line)


def test_closing_the_sheet_stops_nothing(opened: Stage, shown: Shown) -> None:
    QTest.mouseClick(_line(opened, "small").act, Qt.MouseButton.LeftButton)
    shown(lambda: _line(opened, "small").act.text() == "Cancel")
    QTest.keyClick(_sheet(opened), Qt.Key.Key_Escape)
    shown(lambda: opened.workplace.models.sheet is None)
    opened.workplace.models.open()
    shown(lambda: bool(_sheet(opened).lines) and _line(opened, "small").act.text() == "Cancel")
    opened.models.finish()
    shown(lambda: _line(opened, "small").act.text() == "Remove")


def test_removing_asks_once(opened: Stage, shown: Shown) -> None:
    row = opened.models.held[ModelName("small")]
    opened.models.put(replace(row, standing=Standing.HERE, speed=6.1))
    line = _line(opened, "small")
    shown(lambda: line.act.text() == "Remove")
    assert "6.1\N{MULTIPLICATION SIGN} as fast as speech here" in _about(line)
    line.act.click()
    assert line.act.text() == "Really remove 486 MB?"
    assert opened.models.calls == []
    line.act.click()
    shown(lambda: line.act.text() == "Get (486 MB)")
    assert opened.models.calls == [("remove", "small")]


def test_e05_a_damaged_model_says_why_and_is_got_again(opened: Stage, shown: Shown) -> None:
    row = opened.models.held[ModelName("small")]
    opened.models.put(replace(row, standing=Standing.DAMAGED, why="model.bin is not what SHA256SUMS says"))
    line = _line(opened, "small")
    shown(lambda: line.act.text() == "Get it again")
    assert _about(line) == "It was put aside, because model.bin is not what SHA256SUMS says."
    opened.models.put(replace(row, standing=Standing.INCOMPLETE, why="config.json is missing or empty"))
    shown(lambda: "still being copied" in _about(line))
    line.act.click()
    shown(lambda: opened.models.calls == [("get", "small")])
    opened.models.finish()
    shown(lambda: line.act.text() == "Remove")


def test_a_model_comes_from_a_folder(opened: Stage, shown: Shown, tmp_path: Path) -> None:
    _sheet(opened).folder.click()
    dialog = _sheet(opened).findChild(QFileDialog)
    assert dialog is not None
    dialog.filesSelected.emit([str(tmp_path / "ours")])
    dialog.close()
    shown(lambda: "ours" in _sheet(opened).lines)
    assert opened.models.calls == [("bring", str(tmp_path / "ours"))]
    assert _line(opened, "ours").act.text() == "Remove"
    opened.models.held.pop(ModelName("ours"))
    opened.models.put(opened.models.held[ModelName("tiny")])
    shown(lambda: "ours" not in _sheet(opened).lines)


def test_e04_what_goes_wrong_is_told(opened: Stage, shown: Shown) -> None:
    opened.models.fault = TryLater(
        "huggingface.co cannot be reached", hint="Is this computer on the network?"
    )
    _line(opened, BEST).act.click()
    shown(lambda: any("cannot be reached" in news for news in opened.toasts()))
    assert _line(opened, BEST).act.text() == "Get (1.6 GB)"


def test_a_job_that_waits_offers_the_model_it_waits_for(stage: Stage, shown: Shown) -> None:
    problem = Problem(code="VS-NO-MODEL", title="No speech model", hint="Get one in Speech models.")
    row = make_row(40, "Parks Board", "grant", JobState.HELD, "dddhwww", problem=problem)
    stage.jobs.put(row)
    shown(lambda: stage.model.row_of(row.id) is not None)
    stage.choose(40)
    offer = stage.page.details.model_offer
    shown(offer.isVisible)
    assert offer.text() == "Get the speech model (1.6 GB)"
    QTest.keyClick(offer, Qt.Key.Key_Return)
    shown(lambda: stage.models.calls == [("get", BEST)])
    assert stage.workplace.models.sheet is not None
    shown(lambda: offer.text() == "The speech model is on its way…")
    stage.models.finish()
    shown(lambda: not offer.isVisible())
    stage.choose(1)
    shown(lambda: not offer.isVisible())


def test_a_hold_is_told_once_with_the_button_that_ends_it(stage: Stage, shown: Shown) -> None:
    held = HeldCondition(
        condition="model:small", steps=2, since=NOW, title="There is no speech model called small"
    )
    stage.bridge.post(HoldsChanged((held,)))
    shown(lambda: any("no speech model called small" in news for news in stage.toasts()))
    stage.bridge.post(HoldsChanged((held,)))
    stage.button("Get the speech model (486 MB)").click()
    shown(lambda: stage.models.calls == [("get", "small")])
    stage.models.finish()
    shown(lambda: stage.models.held[ModelName("small")].standing is Standing.HERE)
    assert not [news for news in stage.toasts() if "no speech model called" in news]


def test_a_model_of_ones_own_that_is_missing_opens_the_sheet(stage: Stage, shown: Shown) -> None:
    held = HeldCondition(condition="model:/mnt/models/ours", steps=1, since=NOW, title="")
    stage.bridge.post(HoldsChanged((held,)))
    shown(lambda: any("No speech model" in news for news in stage.toasts()))
    stage.button("Speech models…").click()
    shown(lambda: stage.workplace.models.sheet is not None)
    assert stage.models.calls == []


def test_an_empty_queue_offers_it_while_none_is_here(qapp: QApplication, stage: Stage, shown: Shown) -> None:
    for job_id in list(stage.jobs.held):
        del stage.jobs.held[job_id]
    stage.page.reload()
    shown(lambda: stage.model.count == 0)
    button = stage.button("Get the speech model (1.6 GB)")
    stage.models.put(replace(stage.models.held[ModelName("base")], standing=Standing.HERE))
    shown(lambda: not button.isVisible())


def test_progress_is_told_in_words() -> None:
    at = ModelProgressed(name="x", done_bytes=800_000_000, total_bytes=1_600_000_000)
    assert progress_words(at, 1.0, 0) == "800 MB of 1.6 GB"
    assert progress_words(at, 20.0, 400_000_000) == "800 MB of 1.6 GB · 20.0 MB/s · 40 s left"
    assert progress_words(replace(at, total_bytes=0), 1.0, 0) == "asking …"
    assert progress_words(replace(at, note="checking"), 1.0, 0) == "checking …"
