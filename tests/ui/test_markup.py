"""I09: what a file or a server is called is shown as it is, and opens nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.ui.stage import Stage
from vodstudio.core.errors import Problem

EVIL = '<img src="file:///etc/passwd"><b>Council</b>'


def test_i09_markup_in_a_name_is_shown_as_it_is(stage: Stage) -> None:
    """No label reads rich text out of words that came from outside."""
    stage.notices.say(EVIL, EVIL)
    stage.notices.show_problem(Problem(code="VS-X", title=EVIL, hint=EVIL))
    stage.notices.show_refused(EVIL, [(EVIL, Problem(code="VS-X", title=EVIL, hint=EVIL))])
    shown = [label for label in stage.window.findChildren(QLabel) if EVIL in label.text()]
    assert len(shown) >= 5
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in shown)
