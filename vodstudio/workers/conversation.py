"""Talking with a speech child: one request, its answers in order, and errors as our own."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vodstudio.core.errors import ChildCrashed, VodError
from vodstudio.workers.heap import heap_for
from vodstudio.workers.kept_model import KeptModels
from vodstudio.workers.process import Child, Children, Command, child_command
from vodstudio.workers.silence import ALIVE, Silence
from vodstudio.workers.wire import error_of_wire

LONGEST_SILENCE_S = 1800.0
GOODBYE_S = 5.0
# Small matrices on many threads cost a third more CPU for the same numbers; the engine has threads of its own.
ONE_THREAD_FOR_NUMPY = {"OPENBLAS_NUM_THREADS": "1"}
_LOOK_EVERY_S = 0.2


class Conversation:
    """A child of kind `speech` for the length of a block; `check` may raise at any time and ends it.

    With `kept`, a child that holds the model already is asked, and this one is kept for whoever comes next.
    """

    def __init__(
        self,
        children: Children,
        request: Mapping[str, Any],
        check: Callable[[], None],
        command: tuple[str, ...] = (),
        kept: KeptModels | None = None,
    ) -> None:
        self._children = children
        self._command = command or child_command("speech")
        self._request = request if kept is None else {**request, "keep_s": kept.keep_s}
        self._check = check
        self._kept = kept
        self._child: Child | None = None
        self._is_untried = False
        self._early: list[str] = []
        self._is_over = False
        self._has_failed = False
        self._silence = Silence()

    def __enter__(self) -> Conversation:
        self._child = self._kept.take(self._request["engine"]) if self._kept else None
        if self._child is None:
            self._start()
        else:
            self._is_untried = True
            self.send(self._request)
        return self

    def _start(self) -> None:
        """A fresh child, with the request and all that was said to one that never answered."""
        environment = {**ONE_THREAD_FOR_NUMPY, **heap_for(self._request)}
        command = Command(argv=self._command, is_ours=True, has_input=True, environment=environment)
        self._child = self._children.start(command)
        said, self._is_untried, self._early = self._early or [json.dumps(self._request)], False, []
        # One that is gone already is found out when it is asked for its answer.
        with contextlib.suppress(ChildCrashed):
            for line in said:
                self._child.send(line)

    def __exit__(self, *_: object) -> None:
        assert self._child is not None
        if self._kept and self._is_over and not self._has_failed:
            self._kept.give(self._request["engine"], self._child)
            return
        if self._is_over:
            with contextlib.suppress(ChildCrashed, subprocess.TimeoutExpired):
                self.send({"verb": "bye"})
                self._child.wait(GOODBYE_S)
        self._child.end(0.0)

    def send(self, body: Mapping[str, Any]) -> None:
        """One line to the child; what a kept one may never read is said again to the one that takes its place."""
        assert self._child is not None
        line = json.dumps(body)
        if not self._is_untried:
            self._child.send(line)
            return
        self._early.append(line)
        with contextlib.suppress(ChildCrashed):  # found out, and mended, when it is asked for its answer
            self._child.send(line)

    def answers(self, last: str, silence_s: float = LONGEST_SILENCE_S) -> Iterator[dict[str, Any]]:
        """Each event up to and with the one called `last`; an error of the child is raised as ours."""
        while not self._is_over:
            yield self._judged(self._answer(silence_s, is_strict=False), last)

    def ready(self, last: str, silence_s: float = LONGEST_SILENCE_S) -> Iterator[dict[str, Any]]:
        """The same, as far as events have come already; a child that has died meanwhile is found out here too."""
        while not self._is_over and (body := self._look(0.0)) is not None:
            yield self._judged(body, last)
        self._check_life(silence_s, is_strict=False)

    def wait_for(self, last: str, limit_s: float) -> dict[str, Any]:
        """The event called `last`, whatever comes before it; each has to come in this time, however hard it works."""
        body: dict[str, Any] = {}
        while not self._is_over:
            body = self._judged(self._answer(limit_s, is_strict=True), last)
        return body

    def _judged(self, body: dict[str, Any], last: str) -> dict[str, Any]:
        if body["event"] in ("error", "fault"):
            self._is_over = self._has_failed = True
            raise _error_of(body)
        self._is_over = body["event"] == last
        return body

    def _answer(self, silence_s: float, *, is_strict: bool) -> dict[str, Any]:
        while True:
            self._check()
            body = self._look(_LOOK_EVERY_S)
            if body is not None:
                return body
            self._check_life(silence_s, is_strict=is_strict)

    def _check_life(self, silence_s: float, *, is_strict: bool) -> None:
        if not self._is_over and self._silence.is_over(silence_s, is_strict=is_strict):
            raise self._crash(f"no sign of life for {silence_s:.0f} s")

    def _look(self, wait_s: float) -> dict[str, Any] | None:
        """The next message, if one comes in time; the end of the child is a crash, unless it had not begun."""
        assert self._child is not None
        try:
            line = self._child.line(wait_s)
        except queue.Empty:
            return None
        if line is None:
            status = self._child.end(1.0)
            if not self._is_untried:
                raise self._crash(f"exit status {status}")
            self._start()
            return None
        body = json.loads(line)
        if body["event"] == ALIVE:
            self._silence.felt(body)
            return self._look(0.0)
        self._silence.broken()
        self._is_untried, self._early = False, []
        return dict(body)

    def _crash(self, what: str) -> ChildCrashed:
        assert self._child is not None
        return ChildCrashed(
            "The part of the program that hears words ended by itself",
            hint="Words that were heard already are kept. It is tried once more from there.",
            detail=f"{what}\n{self._child.errors()}",
            code="VS-SPEECH-CRASHED",
        )


def _error_of(body: Mapping[str, Any]) -> VodError:
    if body["event"] == "fault":
        return ChildCrashed(
            "The speech engine reported a fault",
            hint="Words that were heard already are kept. It is tried once more from there.",
            detail=str(body.get("detail", "")),
            code="VS-SPEECH-FAULT",
        )
    return error_of_wire(body)
