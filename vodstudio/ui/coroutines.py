"""The one way from a slot to a coroutine: kept alive, replaced by a newer one of its group, errors shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from vodstudio.core.errors import Problem, problem_of

if TYPE_CHECKING:
    from asyncio import Task

_log = logging.getLogger(__name__)


class Coroutines:
    """Starts coroutines for widgets on the loop it was made in, and holds them until they end."""

    def __init__(self, show: Callable[[Problem], object]) -> None:
        import asyncio

        self._loop = asyncio.get_running_loop()
        self._show = show
        self._running: set[Task[None]] = set()
        self._groups: dict[str, Task[None]] = {}
        self._is_closed = False

    def start(self, coroutine: Coroutine[Any, Any, object], *, group: str = "") -> None:
        """Run it. In a group, the newer one replaces the older: for reading, never for changing things."""
        if self._is_closed:
            coroutine.close()
            return
        task = self._loop.create_task(self._watch(coroutine))
        self._running.add(task)
        task.add_done_callback(partial(self._on_task_ended, coroutine))
        if group:
            older = self._groups.get(group)
            if older is not None and not older.done():
                older.cancel()
            self._groups[group] = task

    def stop(self, group: str) -> None:
        """End what runs in this group."""
        task = self._groups.get(group)
        if task is not None:
            task.cancel()

    def _on_task_ended(self, coroutine: Coroutine[Any, Any, object], task: Task[None]) -> None:
        """One that was replaced before its first step never ran: close it, or Python complains."""
        self._running.discard(task)
        coroutine.close()

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs."""
        return not self._running

    async def close(self) -> None:
        """End what still runs; nothing new begins."""
        import asyncio

        self._is_closed = True
        here = asyncio.current_task()
        left = [task for task in self._running if task is not here]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _watch(self, coroutine: Coroutine[Any, Any, object]) -> None:
        try:
            await coroutine
        except Exception as error:  # noqa: BLE001 - a coroutine's outcome is one of the outermost edges
            problem = problem_of(error)
            if problem.code == "VS-UNEXPECTED":
                _log.error("a coroutine of the window failed", exc_info=error)
            self._show(problem)
