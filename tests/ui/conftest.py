"""What the tests of the window need: a stage, and a way to act and wait on the real loop."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.stage import Stage
from vodstudio.ui import theme as look

Run = Callable[..., Any]
Act = Callable[[Callable[[], object]], object]


@pytest.fixture
def stage(qapp: QApplication, run: Run) -> Iterator[Stage]:
    """The whole window on the fakes, shown, with its first rows."""
    look.load_fonts()

    async def build() -> Stage:
        made = Stage(look.LIGHT, qapp)
        made.window.show()
        await made.until(lambda: made.model.count > 0)
        return made

    made = run(build())
    yield made
    run(made.close())


@pytest.fixture
def shown(stage: Stage, run: Run) -> Callable[[Callable[[], bool]], None]:
    """Let the loop run until this is so."""

    def wait(is_so: Callable[[], bool]) -> None:
        work: Coroutine[Any, Any, None] = stage.until(is_so)
        run(asyncio.wait_for(work, 5.0))

    return wait


@pytest.fixture(autouse=True)
def no_old_window() -> Iterator[None]:
    """Windows and loops are collected here, on the thread they belong to, before another thread can do it."""
    gc.collect()
    yield
    gc.collect()
