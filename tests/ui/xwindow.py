"""The main window on a real X server with real keys and clicks: `python -m tests.ui.xwindow FOLDER` (needs Xvfb, xdotool).

It works like an operator: approves, removes and takes back, goes round with Tab, looks at everything; and keeps pictures.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QApplication

from tests.ui.gallery import show_models, show_words
from tests.ui.stage import Stage
from tests.ui.xscreen import Person, on_a_screen
from vodstudio.core.approval import ASK_FIRST
from vodstudio.core.errors import Problem
from vodstudio.core.jobs import JobId
from vodstudio.ui import theme as look

LIMIT_S = 120.0


async def trial(app: QApplication, folder: Path, theme: look.Theme, size: QSize) -> None:
    """A morning: look at each kind of job, approve, remove and take it back, cities, health, models."""
    stage = Stage(theme, app)
    person = Person()

    def shoot(what: str) -> None:
        picture = stage.window.screen().grabWindow(0, 0, 0, size.width(), size.height())
        picture.save(str(folder / f"{what}-{theme.name}-{size.width()}.png"))

    try:
        stage.window.setGeometry(0, 0, size.width(), size.height())
        stage.window.show()
        stage.window.activateWindow()
        await stage.until(lambda: stage.model.count > 0 and stage.window.isActiveWindow())
        await _walk(stage, person, shoot)
    finally:
        await stage.close()


Shoot = Callable[[str], None]


async def _walk(stage: Stage, person: Person, shoot: Shoot) -> None:
    await _approve(stage, person, shoot)
    await _remove_and_undo(stage, person, shoot)
    await _go_round_by_keys(stage, person, shoot)
    await show_words(stage)
    shoot("words")
    await person.keys("F10")
    shoot("menu")
    await person.keys("Escape", "F1")
    shoot("keys")
    await person.keys("Escape", "ctrl+2")
    shoot("cities")
    await person.keys("ctrl+3")
    shoot("monitoring")
    await show_models(stage)
    shoot("models")
    await person.keys("Tab", "Escape")
    await stage.until(lambda: stage.workplace.models.sheet is None)


async def _approve(stage: Stage, person: Person, shoot: Shoot) -> None:
    asks = Problem(
        code=ASK_FIRST,
        title="Grant wants to see it first",
        hint="Read the captions, then Approve.",
        needs_user=True,
    )
    held = stage.model.row_of(JobId("job-000007"))
    assert held is not None
    stage.jobs.put(replace(held, problem=asks, revision=held.revision + 1))
    await person.click(stage.page.view.viewport(), _middle(stage, 7))
    shoot("asks")
    await person.click(stage.button("Approve", stage.page.details))
    await stage.until(lambda: bool(stage.toasts()))
    shoot("approved")


async def _remove_and_undo(stage: Stage, person: Person, shoot: Shoot) -> None:
    await person.click(stage.page.view.viewport(), _middle(stage, 8))
    shoot("failed")
    await person.keys("Delete")
    await stage.until(lambda: any("removed" in words for words in stage.toasts()))
    shoot("removed")
    await person.click(stage.button("Undo"))
    await stage.until(lambda: stage.model.row_of(JobId("job-000008")) is not None)


async def _go_round_by_keys(stage: Stage, person: Person, shoot: Shoot) -> None:
    """Tab comes to everything and back; where it is can be seen."""
    stage.page.view.setFocus()
    names = []
    for step in range(40):
        focus = stage.window.focusWidget()
        assert focus is not None
        names.append(focus.accessibleName() or str(getattr(focus, "text", str)()))
        if step and focus is stage.page.view:
            break
        if step in (1, 4, 8):
            shoot(f"focus-{step}")
        await person.keys("Tab")
    sys.stdout.write(f"Tab: {' > '.join(names)}\n")
    assert names[-1] == names[0], "Tab never comes back"


def _middle(stage: Stage, number: int) -> QPoint:
    index = stage.model.index_of(JobId(f"job-{number:06}"))
    stage.page.view.scrollTo(index)
    return stage.page.view.visualRect(index).center()


async def _empty(app: QApplication, folder: Path, theme: look.Theme) -> None:
    """The first morning: no recording, no model."""
    stage = Stage(theme, app, rows=())
    try:
        stage.window.setGeometry(0, 0, 1366, 768)
        stage.window.show()
        await stage.until(lambda: stage.page._empty.model_offer.isVisible())
        picture = stage.window.screen().grabWindow(0, 0, 0, 1366, 768)
        picture.save(str(folder / f"empty-{theme.name}-1366.png"))
    finally:
        await stage.close()


async def show(app: QApplication, folder: Path) -> None:
    """In both colours and sizes."""
    for theme in (look.LIGHT, look.DARK):
        for size in (QSize(1366, 768), QSize(1920, 1080)):
            await asyncio.wait_for(trial(app, folder, theme, size), LIMIT_S)
        await asyncio.wait_for(_empty(app, folder, theme), LIMIT_S)


def main() -> None:
    """Entry."""
    on_a_screen(show)
    sys.stdout.write("approved, removed, undone and looked round with real keys and clicks\n")


if __name__ == "__main__":
    main()
