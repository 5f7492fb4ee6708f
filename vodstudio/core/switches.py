"""The switches of the whole queue: paused, or stopping after what has begun; kept in the store."""

from __future__ import annotations

from dataclasses import dataclass

from vodstudio.core.ports import Unit

PAUSED = "queue.paused"
STOP_AFTER_CURRENT = "queue.stop-after-current"


@dataclass(frozen=True, slots=True)
class Permission:
    """Which jobs may be worked on now."""

    any_job: bool
    started_jobs: bool


def is_on(unit: Unit, switch: str) -> bool:
    """Whether a switch is set."""
    return unit.notes.get(switch) == "on"


def turn(unit: Unit, switch: str, on: bool) -> None:
    """Set or clear a switch."""
    unit.notes.set(switch, "on" if on else "off")


def may_claim(unit: Unit) -> Permission:
    """What the switches allow."""
    if is_on(unit, PAUSED):
        return Permission(any_job=False, started_jobs=False)
    return Permission(any_job=not is_on(unit, STOP_AFTER_CURRENT), started_jobs=True)
