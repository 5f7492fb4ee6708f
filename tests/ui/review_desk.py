"""A person at one review window: keys, fields, questions and what is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from tests.ui.review_kit import ReviewStage
from vodstudio.ui import theme as look
from vodstudio.ui.notices import Toast
from vodstudio.ui.review.asking import Question
from vodstudio.ui.review.model import Column
from vodstudio.ui.review.window import ReviewWindow

Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NONE = Qt.KeyboardModifier.NoModifier
Run = Callable[..., Any]
Build = Callable[..., ReviewStage]
# What the player says on a machine without sound or a screen card.
QUIET = pytest.mark.qt_log_ignore(
    r"qt\.multimedia", "PulseAudio", "QRhi", "No audio device", "Could not open media", extend=True
)


class Desk:
    """A person at one window."""

    def __init__(self, stage: ReviewStage, run: Run) -> None:
        self.stage = stage
        self._run = run
        self.window: ReviewWindow = run(stage.open())
        self.wait(self._has_looked)

    def wait(self, is_so: Callable[[], bool]) -> None:
        self._run(asyncio.wait_for(self.stage.until(is_so), 8.0))

    def _has_looked(self) -> bool:
        """The first check is over: later ones begin only after a change."""
        editor = self.window.editor
        return not (editor._check_soon.isActive() or editor._is_checking) and bool(self.window.sound._peaks)

    def press(self, key: Key, keys: Qt.KeyboardModifier = NONE, at: QWidget | None = None) -> None:
        QTest.keyClick(at or self.window.focusWidget() or self.window, key, keys)

    def act(self, name: str) -> None:
        """As its key does."""
        self.window.actions_[name].trigger()

    def texts(self) -> list[str]:
        model = self.window.model
        return [str(model.index(row, Column.TEXT).data()) for row in range(model.rowCount())]

    def field(self) -> QPlainTextEdit | QLineEdit:
        port = self.window.cues.viewport()
        words = [made for made in port.findChildren(QPlainTextEdit) if made.isVisible()]
        times = [made for made in port.findChildren(QLineEdit) if made.isVisible()]
        assert len(words) + len(times) == 1
        return words[0] if words else times[0]

    def type_over(self, text: str) -> QPlainTextEdit:
        """Open the text of the chosen caption and type this instead; the field stays open."""
        self.press(Key.Key_F2)
        field = self.field()
        assert isinstance(field, QPlainTextEdit)
        QTest.keyClick(field, Key.Key_A, CTRL)
        QTest.keyClicks(field, text)
        return field

    def question(self) -> Question:
        found = self._run(self.stage.asked(self.window))
        assert isinstance(found, Question)
        return found

    def answer(self, text: str) -> None:
        dialog = self.question()
        button = next(each for each in dialog.findChildren(QPushButton) if each.text() == text)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def toasts(self) -> str:
        return " ".join(each.accessibleName() for each in self.window.findChildren(Toast) if each.isVisible())

    def settle(self) -> None:
        self._run(self.stage.settled(self.window))


def spoken(question: QWidget) -> str:
    """Everything that a question says."""
    return " ".join(str(made.text()) for made in question.findChildren(QWidget) if hasattr(made, "text"))


def stages(qapp: QApplication, run: Run, tmp_path: Path) -> Iterator[Build]:
    """Stages with one job each; they are closed at the end."""
    look.load_fonts()
    made: list[ReviewStage] = []

    async def make(is_filled: bool, more: dict[str, Any]) -> ReviewStage:
        stage = ReviewStage(qapp, tmp_path / f"home-{len(made)}")
        made.append(stage)
        if is_filled:
            await stage.fill(**more)
        return stage

    def made_now(*, is_filled: bool = True, **more: Any) -> ReviewStage:
        stage: ReviewStage = run(make(is_filled, more))
        return stage

    yield made_now
    for stage in made:
        run(stage.close())
