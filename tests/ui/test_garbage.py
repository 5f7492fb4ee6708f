"""Python's collector runs on the main thread alone while the window lives."""

from __future__ import annotations

import gc
import threading
import weakref

from vodstudio.ui.garbage import MOST_NEW, Garbage


class Knot:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


def test_no_other_thread_collects_and_the_main_thread_does() -> None:
    """A worker that makes much garbage frees nothing of ours; the next event does."""
    garbage = Garbage()
    try:
        assert not gc.isenabled()
        gc.collect()
        seen = weakref.ref(Knot())
        kept: list[list[int]] = []
        worker = threading.Thread(target=lambda: kept.extend([n] for n in range(5 * MOST_NEW)))
        worker.start()
        worker.join()
        assert seen() is not None
        garbage.collect()
        assert seen() is None
    finally:
        garbage.stop()
    assert gc.isenabled()


def test_little_garbage_is_left_where_it_is() -> None:
    """An event of an idle program costs nothing."""
    garbage = Garbage()
    gc.collect()
    seen = weakref.ref(Knot())
    garbage.collect()
    assert seen() is not None
    garbage.stop()
    gc.collect()
