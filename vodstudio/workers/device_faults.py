"""What went wrong with a device, read from the messages of CUDA and of the speech engine."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """Why a device could not go on."""

    MEMORY = "memory"
    LIBRARY = "library"
    DRIVER = "driver"
    UNKNOWN = "unknown"


# The words of CUDA, cuBLAS, cuDNN, CTranslate2 and the system; the first line that fits decides.
_MESSAGES = (
    ("out of memory", Cause.MEMORY),
    ("status_alloc_failed", Cause.MEMORY),
    ("memoryallocation", Cause.MEMORY),
    ("bad_alloc", Cause.MEMORY),
    ("memoryerror", Cause.MEMORY),
    ("unable to allocate", Cause.MEMORY),
    ("cublas", Cause.LIBRARY),
    ("cudnn", Cause.LIBRARY),
    ("cudart", Cause.LIBRARY),
    ("cuda driver version is insufficient", Cause.DRIVER),
    ("no cuda-capable device", Cause.DRIVER),
    ("cuda failed", Cause.DRIVER),
    ("nvidia", Cause.DRIVER),
)


def cause_of(detail: str) -> Cause:
    """The cause that a message names."""
    text = detail.lower()
    return next((cause for words, cause in _MESSAGES if words in text), Cause.UNKNOWN)
