"""How a process is ended for certain, and how we know that a PID is still the process we started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

KILLED_WITHIN_S = 5.0


def end_group(popen: subprocess.Popen[bytes], grace_s: float) -> int | None:
    """Wait for a child that was asked to end, then kill it with everything it started, and reap it.

    None when even a kill does not end it: the system keeps a process that waits for a dead share.
    """
    if popen.poll() is None and grace_s > 0:
        with contextlib.suppress(subprocess.TimeoutExpired):
            popen.wait(grace_s)
    _kill_group(popen.pid)
    if popen.poll() is None:
        popen.kill()
    try:
        return popen.wait(KILLED_WITHIN_S)
    except subprocess.TimeoutExpired:
        return None


def reap(popen: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a child, end what it left behind while its PID is still its own, then let the PID go."""
    if sys.platform != "win32":
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOWAIT)
        _kill_group(popen.pid)
    popen.wait()


def _kill_group(pid: int) -> None:
    """What the child itself started may outlive it; its session is ours alone, so all of it goes."""
    if sys.platform == "win32":
        _kill_tree(pid)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _kill_tree(pid: int) -> None:
    import psutil

    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for other in [*process.children(recursive=True), process]:
            with contextlib.suppress(psutil.Error):
                other.kill()


def identity_of(pid: int) -> str:
    """A text that no other process with this PID will ever have; empty when it has ended."""
    if sys.platform.startswith("linux"):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return ""
        words = stat.rpartition(")")[2].split()
        return "" if words[0] in "ZX" else f"{boot}:{words[19]}"
    else:  # noqa: RET505  # so that the type checker knows that the other systems are meant
        import psutil

        try:
            return str(psutil.Process(pid).create_time())
        except psutil.Error:
            return ""


def ended_by_record(record: Path) -> int:
    """End the process that a record names, when it is still that very process; 1 when it was."""
    try:
        body = json.loads(record.read_text("utf-8"))
        pid, identity = int(body["pid"]), str(body["identity"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    if not identity or identity_of(pid) != identity:
        return 0
    _kill_group(pid)
    return 1
