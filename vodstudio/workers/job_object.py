"""On Windows, one job object holds all our children: when we die in whatever way, the system ends them."""

from __future__ import annotations

import subprocess
import sys


class JobObject:
    """A kill-on-close job object; does nothing elsewhere, where the parent-death signal does the same."""

    if sys.platform == "win32":

        def __init__(self) -> None:
            import ctypes

            self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            self._kernel.CreateJobObjectW.restype = ctypes.c_void_p
            self._job = self._kernel.CreateJobObjectW(None, None)
            limits = _limits()
            done = self._kernel.SetInformationJobObject(
                ctypes.c_void_p(self._job), 9, ctypes.byref(limits), ctypes.sizeof(limits)
            )
            if not self._job or not done:
                raise ctypes.WinError(ctypes.get_last_error())

        def add(self, popen: subprocess.Popen[bytes]) -> None:
            """Bind a child that was just started."""
            import ctypes

            handle = ctypes.c_void_p(int(vars(popen)["_handle"]))
            if not self._kernel.AssignProcessToJobObject(ctypes.c_void_p(self._job), handle):
                raise ctypes.WinError(ctypes.get_last_error())

        def close(self) -> None:
            """Close it: what is still in it ends."""
            import ctypes

            self._kernel.CloseHandle(ctypes.c_void_p(self._job))

    else:

        def add(self, popen: subprocess.Popen[bytes]) -> None:
            """Nothing to do here."""

        def close(self) -> None:
            """Nothing to do here."""


if sys.platform == "win32":
    import ctypes

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", ctypes.c_uint32),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", ctypes.c_uint32),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", ctypes.c_uint32),
            ("SchedulingClass", ctypes.c_uint32),
        )

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("BasicLimitInformation", _BasicLimits),
            ("IoInfo", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    def _limits() -> _ExtendedLimits:
        limits = _ExtendedLimits()
        limits.BasicLimitInformation.LimitFlags = 0x2000
        return limits
