"""How much memory a graphics card has free, and how many pieces of speech go into it at once."""

from __future__ import annotations

import ctypes
import sys

MOST_PIECES = 16
UNKNOWN_PIECES = 4
_SMALLEST_PIECE = 64 * 1024 * 1024
_SHARE_OF_MODEL = 0.15
_SHARE_OF_FREE = 0.7


class _Memory(ctypes.Structure):
    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


def free_bytes(index: int) -> int | None:
    """What the driver says of this card; None where it says nothing."""
    try:
        library = ctypes.CDLL("nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1")
        if library.nvmlInit_v2() != 0:
            return None
        handle, memory = ctypes.c_void_p(), _Memory()
        found = library.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(index), ctypes.byref(handle))
        found = found or library.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory))
        library.nvmlShutdown()
    except (OSError, AttributeError):
        return None
    return int(memory.free) if found == 0 else None


def pieces_for(free: int | None, model_bytes: int) -> int:
    """How many pieces of 30 seconds are heard at once beside a model that is loaded already."""
    if free is None:
        return UNKNOWN_PIECES
    piece = max(_SMALLEST_PIECE, int(model_bytes * _SHARE_OF_MODEL))
    return max(1, min(MOST_PIECES, int(free * _SHARE_OF_FREE) // piece))
