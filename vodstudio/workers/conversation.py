"""Talking with a speech child: one request, its answers in order, and errors as our own."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vodstudio.core import errors
from vodstudio.core.errors import ChildCrashed, Hold, VodError
from vodstudio.workers.process import Child, Children, Command, child_command

LONGEST_SILENCE_S = 1800.0
GOODBYE_S = 5.0
# Small matrices on many threads cost a third more CPU for the same numbers; the engine has threads of its own.
ONE_THREAD_FOR_NUMPY = {"OPENBLAS_NUM_THREADS": "1"}
_LOOK_EVERY_S = 0.2


class Conversation:
    """A child of kind `speech` for the length of a block; `check` may raise at any time and ends it."""

    def __init__(
        self,
        children: Children,
        request: Mapping[str, Any],
        check: Callable[[], None],
        command: tuple[str, ...] = (),
    ) -> None:
        self._children = children
        self._command = command or child_command("speech")
        self._request = request
        self._check = check
        self._child: Child | None = None
        self._is_over = False

    def __enter__(self) -> Conversation:
        command = Command(argv=self._command, is_ours=True, has_input=True, environment=ONE_THREAD_FOR_NUMPY)
        self._child = self._children.start(command)
        self.send(self._request)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._child is not None
        if self._is_over:
            with contextlib.suppress(ChildCrashed, subprocess.TimeoutExpired):
                self.send({"verb": "bye"})
                self._child.wait(GOODBYE_S)
        self._child.end(0.0)

    def send(self, body: Mapping[str, Any]) -> None:
        """One line to the child."""
        assert self._child is not None
        self._child.send(json.dumps(body))

    def answers(self, last: str, silence_s: float = LONGEST_SILENCE_S) -> Iterator[dict[str, Any]]:
        """Each event up to and with the one called `last`; an error of the child is raised as ours."""
        while True:
            body = self._answer(silence_s)
            if body["event"] in ("error", "fault"):
                self._is_over = True
                raise _error_of(body)
            self._is_over = body["event"] == last
            yield body
            if self._is_over:
                return

    def wait_for(self, last: str, limit_s: float) -> dict[str, Any]:
        """The event called `last`, whatever comes before it."""
        return list(self.answers(last, limit_s))[-1]

    def _answer(self, silence_s: float) -> dict[str, Any]:
        assert self._child is not None
        until = time.monotonic() + silence_s
        while True:
            self._check()
            try:
                line = self._child.line(_LOOK_EVERY_S)
            except queue.Empty:
                if time.monotonic() > until:
                    raise self._crash(f"no answer for {silence_s:.0f} s") from None
                continue
            if line is None:
                status = self._child.end(1.0)
                raise self._crash(f"exit status {status}")
            body = json.loads(line)
            if isinstance(body, dict):
                return body

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
    kind: type[VodError] = getattr(errors, str(body["kind"]), VodError)
    words = {name: str(body[name]) for name in ("detail", "hint", "code")}
    if issubclass(kind, Hold):
        return kind(str(body["title"]), condition=str(body["condition"]), **words)
    return kind(str(body["title"]), **words)
