"""The questions of the review window: opened, never blocking, awaited where the answer is needed."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from vodstudio.captions.lessons import Lesson
from vodstudio.ui.parts import button, label

STAY = ""
MOST_LESSONS = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer: what it is called here, and on its button."""

    name: str
    text: str


class Question(QDialog):
    """A sentence, what it means, and a button for each answer; Escape changes nothing."""

    def __init__(self, title: str, words: str, choices: Sequence[Choice], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(560)
        self._answer = STAY
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(26, 22, 26, 20)
        self.column.setSpacing(8)
        self.column.addWidget(label(title, "title", self))
        self.column.addWidget(label(words, "muted", self, wraps=True))
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self.column.addLayout(self.body)
        self.column.addSpacing(12)
        row = QHBoxLayout()
        for place, choice in enumerate(choices):
            made = button(choice.text, self, role="" if place else "primary")
            made.setDefault(place == 0)
            made.clicked.connect(partial(self._on_pressed, choice.name))
            row.addWidget(made)
        row.addStretch(1)
        self.column.addLayout(row)

    async def asked(self) -> str:
        """Open it; the name of the answer, or nothing."""
        answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.finished.connect(partial(_tell, self, answered))
        self.open()
        try:
            return await answered
        finally:  # its window may be gone by now, and it with that
            if isValid(self):
                self.hide()
                self.deleteLater()

    @property
    def answer(self) -> str:
        """What was pressed."""
        return self._answer

    def _on_pressed(self, name: str) -> None:
        self._answer = name
        if name == STAY:
            self.reject()
        else:
            self.accept()


class ReasonQuestion(Question):
    """Why a finding is left as it is: the reason is kept with the captions."""

    def __init__(self, finding: str, parent: QWidget) -> None:
        super().__init__(
            "Leave it as it is",
            f"{finding} The reason is kept with the captions and stands in their report.",
            (Choice("waive", "Leave it"), Choice(STAY, "Cancel")),
            parent,
        )
        self.reason = QLineEdit(self)
        self.reason.setPlaceholderText("Why? For example: a roll call, read fast on purpose")
        self.reason.setAccessibleName("Reason")
        self.body.addWidget(self.reason)
        self.reason.setFocus()


class LessonsQuestion(Question):
    """Which corrections help the meetings that come; all are meant until a person says otherwise."""

    def __init__(self, lessons: Sequence[Lesson], city: str, parent: QWidget) -> None:
        super().__init__(
            f"Add these to the words of {city}?",
            "The next meetings of this city expect these names, and what was heard wrongly is put right by itself. "
            "It counts from now on, for every recording of this city that was not heard yet.",
            (Choice("learn", "Add them"), Choice(STAY, "Not now")),
            parent,
        )
        self._boxes: list[tuple[QCheckBox, Lesson]] = []
        for lesson in lessons[:MOST_LESSONS]:
            box = QCheckBox(
                f"{lesson.offer.written}, heard as “{lesson.offer.heard}” (corrected "
                f"{'once' if lesson.count == 1 else f'{lesson.count:,} times'})",
                self,
            )
            box.setChecked(True)
            self.body.addWidget(box)
            self._boxes.append((box, lesson))

    @property
    def wanted(self) -> list[Lesson]:
        """Those that are ticked."""
        return [lesson for box, lesson in self._boxes if box.isChecked()]


class ShiftQuestion(Question):
    """How far, and which captions."""

    SCOPES = (
        ("one", "This caption alone"),
        ("from", "This caption and all after it"),
        ("all", "All captions"),
    )

    def __init__(self, parent: QWidget) -> None:
        super().__init__(
            "Shift captions",
            "Seconds later; with a minus, earlier.",
            (Choice("shift", "Shift"), Choice(STAY, "Cancel")),
            parent,
        )
        self.seconds = QLineEdit("0.5", self)
        self.seconds.setAccessibleName("Seconds")
        self.body.addWidget(self.seconds)
        self._scopes = QButtonGroup(self)
        for place, (_, text) in enumerate(self.SCOPES):
            made = QRadioButton(text, self)
            made.setChecked(place == 0)
            self._scopes.addButton(made, place)
            self.body.addWidget(made)
        self.seconds.selectAll()
        self.seconds.setFocus()

    @property
    def scope(self) -> str:
        """Which captions."""
        return self.SCOPES[self._scopes.checkedId()][0]

    @property
    def by_s(self) -> float | None:
        """How far; None when it is no number."""
        try:
            told = float(self.seconds.text().replace(",", ".").replace("\N{MINUS SIGN}", "-"))
        except ValueError:
            return None
        return told if math.isfinite(told) else None


def _tell(question: Question, answered: asyncio.Future[str], *_: object) -> None:
    if not answered.done():
        answered.set_result(question.answer)
