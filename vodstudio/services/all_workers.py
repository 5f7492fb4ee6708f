"""The lanes of threads and the remote lane as one, for whoever wakes or stops work."""

from __future__ import annotations

import asyncio

from vodstudio.core.jobs import JobId, StopReason
from vodstudio.core.ports import Workers
from vodstudio.services.remote import RemoteLane


class AllWorkers:
    """The lanes and the remote lane as one: `core.ports.Workers`. Before they open, nobody is woken."""

    def __init__(self) -> None:
        self._pool: Workers | None = None
        self._remote: RemoteLane | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def join(self, pool: Workers, remote: RemoteLane) -> None:
        """From now on there is somebody to wake; called on the loop."""
        self._pool, self._remote, self._loop = pool, remote, asyncio.get_running_loop()

    def wake(self) -> None:
        """There may be something to do."""
        if self._pool is not None and self._remote is not None:
            self._pool.wake()
            self._remote.wake()

    def stop(self, job_id: JobId, reason: StopReason) -> None:
        """Ask the running steps of a job to stop."""
        if self._pool is not None and self._remote is not None and self._loop is not None:
            self._pool.stop(job_id, reason)
            self._loop.call_soon_threadsafe(self._remote.stop, job_id, reason)
