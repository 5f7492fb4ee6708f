"""A city may want a person to look before anything of it is published: what the question and the yes are called."""

from __future__ import annotations

from vodstudio.core.errors import Problem

ASK_FIRST = "VS-ASK-FIRST"
APPROVED = "approved"


def waits_for_a_yes(problem: Problem | None) -> bool:
    """Whether this is no fault: somebody has to look, and approve."""
    return problem is not None and problem.code == ASK_FIRST
