"""Corrections of words that do not count any more: each is put where it belongs now, or left as it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from vodstudio.captions.left_behind import Correction, apply_here, is_here
from vodstudio.ui.parts import button, label
from vodstudio.ui.review.stamps import stamp
from vodstudio.ui.wording import many

if TYPE_CHECKING:
    from vodstudio.ui.review.window import ReviewWindow

MOST_SHOWN = 60
ABOUT = (
    "These corrections belong to words that do not count any more, for example because the recording was heard again. "
    "“Apply here” corrects the words that count now. Whatever you choose, the corrections stay noted on this computer."
)


class LeftBehind(QObject):
    """Looks for them when somebody asks: a meeting may have to be laid out for it."""

    def __init__(self, window: ReviewWindow) -> None:
        super().__init__(window)
        self._window = window
        self.shown: CorrectionList | None = None
        action = window.actions_["left_behind"]
        action.setEnabled(window.review.left_behind is not None)
        action.triggered.connect(self._on_chosen)

    def _on_chosen(self) -> None:
        self._window.coroutines.start(self._show(), group="left-behind")

    async def _show(self) -> None:
        window = self._window
        window.notices.say("The corrections of other words are looked for")
        found = await window.reviewing.left_corrections(window.review)
        left = [each for each in found if not is_here(window.review.document, each)]
        if not left:
            window.notices.say("Nothing is left behind", "All corrections of other words stand here already.")
            return
        if self.shown is not None:
            self.shown.close()
        self.shown = CorrectionList(left, window)
        self.shown.finished.connect(self._on_finished)
        self.shown.show()

    def _on_finished(self) -> None:
        self.shown = None


class CorrectionList(QDialog):
    """One line for each; the window behind it goes on."""

    def __init__(self, corrections: list[Correction], window: ReviewWindow) -> None:
        super().__init__(window)
        self.setWindowTitle("Corrections of other words")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 420)
        self._window = window
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        self.title = label("", "title", self)
        column.addWidget(self.title)
        column.addWidget(label(ABOUT, "muted", self, wraps=True))
        self._inside = inside = QWidget()
        self._lines = QVBoxLayout(inside)
        self._lines.setSpacing(6)
        self._lines.addStretch(1)
        self.lines = {each: self._line(each, inside) for each in corrections[:MOST_SHOWN]}
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        column.addWidget(area, 1)
        shut = button("Close", self)
        shut.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(shut)
        column.addLayout(row)
        self._rest = corrections[MOST_SHOWN:]
        self._tell()

    def _line(self, correction: Correction, parent: QWidget) -> QFrame:
        line = QFrame(parent)
        line.setProperty("role", "chip")
        row = QHBoxLayout(line)
        before, after = " ".join(correction.before), " ".join(correction.after) or "nothing"
        words = f"{stamp(correction.at_s)}   “{before}” became “{after}”"
        row.addWidget(label(words, "", line, wraps=True), 1)
        for text, slot in (("Apply here", self._apply), ("Leave", self._leave)):
            made = button(text, line, role="small")
            made.setAccessibleName(f"{text}: {words}")
            made.clicked.connect(partial(slot, correction))
            row.addWidget(made)
        self._lines.insertWidget(self._lines.count() - 1, line)
        return line

    def _apply(self, correction: Correction) -> None:
        window = self._window
        document = window.review.document
        window.cues.keep_typed()
        window.cues.choose(document.row_at(correction.at_s))
        if window.editor.attempt(partial(apply_here, document, correction)):
            self._leave(correction)

    def _leave(self, correction: Correction) -> None:
        line = self.lines.pop(correction)
        line.hide()
        line.deleteLater()
        if self._rest:
            following = self._rest.pop(0)
            self.lines[following] = self._line(following, self._inside)
        self._tell()
        if not self.lines:
            self.close()

    def _tell(self) -> None:
        self.title.setText(many(len(self.lines) + len(self._rest), "correction"))
