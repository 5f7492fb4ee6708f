"""Collects garbage on the main thread alone: a window that another thread collects is deleted where it may not be."""

from __future__ import annotations

import gc

MOST_NEW = 2_000
MOST_ROUNDS = 10


class Garbage:
    """From its making until `stop`, Python's collector runs only when `collect` is called."""

    def __init__(self) -> None:
        self._was_on = gc.isenabled()
        gc.disable()

    def collect(self, _event: object = None) -> None:
        """As much as Python would collect by itself; called with each event, so an idle program does nothing."""
        new, young, old = gc.get_count()
        if new > MOST_NEW:
            gc.collect(2 if old > MOST_ROUNDS else 1 if young > MOST_ROUNDS else 0)

    def stop(self) -> None:
        """Back to what it was."""
        if self._was_on:
            gc.enable()
