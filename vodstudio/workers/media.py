"""The parent's side of the media child: asks, waits, passes on progress and errors, and keeps one child warm."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from vodstudio.core.errors import ChildCrashed
from vodstudio.workers.limits import MEDIA_CHILD_BYTES, STALLED_AFTER_S
from vodstudio.workers.process import Child, Children, Command, child_command
from vodstudio.workers.wire import error_of_wire, said_by

WARM = 1


def _nothing(_done: float) -> None:
    return


class Media:
    """Requests about media files; safe to use from several workers at once."""

    def __init__(
        self, children: Children, command: tuple[str, ...] = (), stalled_s: float = STALLED_AFTER_S
    ) -> None:
        self._children = children
        self._command = Command(
            argv=command or child_command("media"),
            is_ours=True,
            has_input=True,
            memory_bytes=MEDIA_CHILD_BYTES,
        )
        self._stalled_s = stalled_s
        self._lock = threading.Lock()
        self._idle: list[Child] = []

    def ask(
        self,
        request: Mapping[str, object],
        check: Callable[[], None],
        tell: Callable[[float], None] = _nothing,
    ) -> object:
        """The answer to one request; raises what the child raised, or that it crashed or hung."""
        warm = self._take_warm()
        try:
            answer = self._asked(warm or self._children.start(self._command), request, check, tell)
        except ChildCrashed as error:
            if warm is None or error.code == "VS-CHILD-HUNG":
                raise
            # It may have ended because it was idle, just as we asked; a file that crashes it does so again.
            answer = self._asked(self._children.start(self._command), request, check, tell)
        if "error" in answer:
            raise error_of_wire(answer["error"])
        return answer["result"]

    def _asked(
        self,
        child: Child,
        request: Mapping[str, object],
        check: Callable[[], None],
        tell: Callable[[float], None],
    ) -> Mapping[str, Any]:
        try:
            child.send(json.dumps(request))
            answer = self._wait(child, check, tell)
        except BaseException:
            child.end(0.0)
            raise
        self._give_back(child)
        return answer

    @property
    def idle(self) -> tuple[Child, ...]:
        """The children that wait for work."""
        with self._lock:
            return tuple(self._idle)

    def close(self) -> None:
        """End the warm children."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end(0.0)

    def _take_warm(self) -> Child | None:
        with self._lock:
            child = self._idle.pop() if self._idle else None
        if child is None or child.is_alive:
            return child
        child.end(0.0)
        return None

    def _give_back(self, child: Child) -> None:
        with self._lock:
            if len(self._idle) < WARM and child.is_alive:
                self._idle.append(child)
                return
        child.end(0.0)

    def _wait(
        self, child: Child, check: Callable[[], None], tell: Callable[[float], None]
    ) -> Mapping[str, Any]:
        try:
            for answer in said_by(child, check, self._stalled_s):
                if "progress" not in answer:
                    return answer
                tell(float(str(answer["progress"])))
        except TimeoutError:
            raise _crash(child, "The part that reads media files does not answer", "VS-CHILD-HUNG") from None
        raise _crash(child, "The part that reads media files ended by itself", "VS-CHILD-CRASHED")


def _crash(child: Child, title: str, code: str) -> ChildCrashed:
    child.end(0.0)
    return ChildCrashed(
        title, hint="It is tried once more. The recording was not changed.", detail=child.errors(), code=code
    )
