"""How glibc keeps the memory of a speech child: what it does by itself costs a tenth of the CPU, or tens of MiB.

The defaults hand large blocks back to the system and fetch them again, page by page, for each window that is heard:
a quarter of the time of a small model. Elsewhere than on glibc these variables mean nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MIB = 2**20
_BACK_FROM, _KEPT, _ONE_HEAP = "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_ARENA_MAX"
# The index of a long MP4 is freed in large blocks; where glibc may move this limit, they stay in the heap for ever:
# 60 MiB at eight hours.
LISTENING = {_BACK_FROM: str(8 * _MIB)}
# One window of a tiny model asks for blocks of up to 54 MiB. With several pieces at once the largest go back, or each
# piece would cost 90 MiB instead of 75.
HEARING_ONE = {_BACK_FROM: str(64 * _MIB), _KEPT: str(64 * _MIB), _ONE_HEAP: "1"}
HEARING_SEVERAL = {_BACK_FROM: str(32 * _MIB), _KEPT: str(64 * _MIB), _ONE_HEAP: "1"}


def heap_for(request: Mapping[str, Any]) -> Mapping[str, str]:
    """The environment of the child that will do what is asked first."""
    if request["verb"] == "listen":
        return LISTENING
    return HEARING_SEVERAL if int(request.get("batch_size", 1)) > 1 else HEARING_ONE
