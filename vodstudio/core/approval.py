"""What only a person may allow: to publish for a city that wants to be asked, and to replace captions of others."""

from __future__ import annotations

from datetime import datetime

from vodstudio.core.errors import Problem

ASK_FIRST = "VS-ASK-FIRST"
HAS_CAPTIONS = "VS-HAS-CAPTIONS"
APPROVED = "approved"
# One yes for each time that is asked: it holds for the captions that were there when it was said, and for no others.
MAY_REPLACE = "may-replace:"


def waits_for_a_yes(problem: Problem | None) -> bool:
    """Whether this is no fault: somebody has to look, and approve."""
    return problem is not None and problem.code in (ASK_FIRST, HAS_CAPTIONS)


def key_of_yes(problem: Problem | None, now: datetime) -> str:
    """Under which key the publish step finds the yes to this question."""
    if problem is not None and problem.code == HAS_CAPTIONS:
        return f"{MAY_REPLACE}{now.isoformat()}"
    return APPROVED
