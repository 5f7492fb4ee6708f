"""What is amiss with the chosen caption, in words, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from vodstudio.captions.cue import Finding, Level
from vodstudio.ui.parts import button, label
from vodstudio.ui.review.actions import ReviewActions

FEW = 3
RIGHT = "Nothing is amiss with this caption."
CHECKING = "It is being checked …"


class Worries(QFrame):
    """At most a few sentences; the list has the others."""

    def __init__(self, actions: ReviewActions, parent: QWidget) -> None:
        super().__init__(parent)
        self._may_write = True
        self.setProperty("role", "chip")
        self.setAccessibleName("Problems of the chosen caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(3)
        self._lines = [label("", "", self, wraps=True) for _ in range(FEW)]
        for line in self._lines:
            column.addWidget(line)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.previous = button("Previous", self, role="small", tip=actions.tip("previous_problem"))
        self.next = button("Next problem", self, role="small", tip=actions.tip("next_problem"))
        self.mend = button("Mend it", self, role="small", tip=actions.tip("mend"))
        self.waive = button("Leave it as it is…", self, role="small", tip=actions.tip("waive"))
        for made, key in (
            (self.previous, "previous_problem"),
            (self.next, "next_problem"),
            (self.mend, "mend"),
            (self.waive, "waive"),
        ):
            made.clicked.connect(actions[key].trigger)
            row.addWidget(made)
        row.addStretch(1)
        column.addLayout(row)
        self.show_findings(())

    def show_findings(self, found: Sequence[Finding], *, is_checked: bool = True) -> None:
        """These; nothing is called right that nobody has looked at since it was changed."""
        told = [(f"{each.rule}: {each.text}", _ROLES[each.level]) for each in found[:FEW]]
        if len(found) > FEW:
            told[-1] = (f"{told[-1][0]} … and {len(found) - FEW} more", told[-1][1])
        told = told or [(RIGHT if is_checked else CHECKING, "muted")]
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(told))
            words, role = told[place] if place < len(told) else ("", "muted")
            if line.text() != words:
                line.setText(words)
            if line.property("role") != role:
                line.setProperty("role", role)
                line.style().unpolish(line)
                line.style().polish(line)
        self.mend.setEnabled(self._may_write and any(each.can_fix for each in found))
        self.waive.setEnabled(self._may_write and bool(found))

    def allow_writing(self, is_allowed: bool) -> None:
        """In a read-only window one can only look."""
        self._may_write = is_allowed


_ROLES = {Level.ERROR: "bad", Level.WARNING: "care", Level.INFORMATION: "muted"}
