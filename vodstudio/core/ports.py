"""What the inner rooms need from the outer ones: protocols only. Those of one transaction stand in `core.unit`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from vodstudio.core.events import Event
from vodstudio.core.jobs import (
    Checkpoint,
    JobId,
    Json,
    StopReason,
)
from vodstudio.core.outcome import Again as Again
from vodstudio.core.outcome import CancelledByUser as CancelledByUser
from vodstudio.core.outcome import Done as Done
from vodstudio.core.outcome import Failed as Failed
from vodstudio.core.outcome import Held as Held
from vodstudio.core.outcome import Outcome as Outcome
from vodstudio.core.outcome import PutBack as PutBack
from vodstudio.core.rows import StorageView
from vodstudio.core.station import Storage
from vodstudio.core.unit import Jobs as Jobs
from vodstudio.core.unit import NewJob as NewJob
from vodstudio.core.unit import Notes as Notes
from vodstudio.core.unit import Queue as Queue
from vodstudio.core.unit import Recordings as Recordings
from vodstudio.core.unit import Samples as Samples
from vodstudio.core.unit import Store as Store
from vodstudio.core.unit import TakenOut as TakenOut
from vodstudio.core.unit import Transcripts as Transcripts
from vodstudio.core.unit import Unit as Unit

Emit = Callable[[Event], None]


class Clock(Protocol):
    """Wall time for people, monotonic seconds for durations."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump."""
        ...


class Context(Protocol):
    """What a step that runs on a worker is given."""

    @property
    def work_folder(self) -> Path:
        """A folder of this step alone; it exists, and a repeated attempt gets the same one."""
        ...

    def check(self) -> None:
        """Raise Cancelled when the step has to stop (cancel, pause, shutdown). Called in every loop."""
        ...

    def progress(
        self, done: float, *, speed: float | None = None, note: str = "", remaining_s: float | None = None
    ) -> None:
        """Tell how far we are (0..1), how many times real time, and what is left where the step knows better than
        the share that is done; limited to ten a second here."""
        ...

    def checkpoint(self, key: str, body: Json) -> None:
        """Keep a piece of finished work; returns after the commit. A key that exists already is kept as it is."""
        ...

    def checkpoints(self) -> Sequence[Checkpoint]:
        """What earlier attempts of this step kept, in the order in which it was kept."""
        ...


class AsyncContext(Protocol):
    """The same for steps of the remote lane, which live on the event loop."""

    @property
    def work_folder(self) -> Path:
        """A folder of this step alone."""
        ...

    def check(self) -> None:
        """Raise Cancelled when the step has to stop."""
        ...

    def progress(self, done: float, *, speed: float | None = None, note: str = "") -> None:
        """Tell how far we are (0..1)."""
        ...

    async def checkpoint(self, key: str, body: Json) -> None:
        """Keep an intent or a piece of finished work; returns after the commit."""
        ...

    async def checkpoints(self) -> Sequence[Checkpoint]:
        """What earlier attempts of this step kept."""
        ...


class Workers(Protocol):
    """Whoever runs steps: the lanes and the remote lane together."""

    def wake(self) -> None:
        """The doorbell: there may be something to do."""
        ...

    def stop(self, job_id: JobId, reason: StopReason) -> None:
        """Ask the running steps of a job to stop."""
        ...


class Drives(Protocol):
    """Looks at storages without ever hanging: in an expendable child, with a time limit."""

    async def look(self, storage: Storage, *, try_writing: bool = False) -> StorageView:
        """Whether it is there, is really it (marker), can be written, and how much is free."""
        ...

    async def is_there(self, path: Path) -> bool:
        """Whether a folder or file can be reached."""
        ...

    async def free_bytes(self, path: Path) -> int | None:
        """Free space of the disk that holds this path; None when it does not answer."""
        ...


class Secrets(Protocol):
    """Passwords by reference; a missing or locked one raises Hold with condition `vault:<reference>`."""

    def read(self, reference: str) -> str:
        """The secret itself; never logged, never stored."""
        ...
