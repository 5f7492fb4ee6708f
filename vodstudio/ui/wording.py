"""How the screen says numbers, times and states."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from vodstudio.core.jobs import JobState, PlanKind, StepState
from vodstudio.core.wording import STEP_NAMES as STEP_NAMES
from vodstudio.core.wording import duration as duration
from vodstudio.core.wording import many as many

TIMES = "\N{MULTIPLICATION SIGN}"

STATE_NAMES: dict[JobState, str] = {
    JobState.WAITING: "Waiting",
    JobState.WORKING: "Working",
    JobState.PAUSED: "Paused by you",
    JobState.HELD: "Held",
    JobState.NEEDS_A_LOOK: "Needs a look",
    JobState.FAILED: "Failed",
    JobState.CANCELLED: "Cancelled",
    JobState.DONE: "Done",
}

STEP_STATE_NAMES: dict[StepState, str] = {
    StepState.WAITING: "waits for an earlier step",
    StepState.READY: "ready",
    StepState.RUNNING: "working",
    StepState.HELD: "held: waits by itself",
    StepState.FAILED: "failed",
    StepState.CANCELLED: "cancelled",
    StepState.DONE: "done",
}

PLAN_NAMES: dict[PlanKind, str] = {
    PlanKind.DELIVER: "Deliver: encode, caption, publish",
    PlanKind.CAPTION_IN_PLACE: "Caption in place",
}


def clock(at: datetime, now: datetime | None = None) -> str:
    """`14:20`, or with the day when it is another one: `Thu 19:00`, `18 Nov 19:00`."""
    local = at.astimezone()
    today = (now or at).astimezone().date()
    time = f"{local.hour:02}:{local.minute:02}"
    if local.date() == today:
        return time
    near = abs((local.date() - today).days) < 7
    return f"{local:%a} {time}" if near else f"{short_day(local.date())} {time}"


def day(on: date) -> str:
    """`18 Nov 2026`."""
    return f"{on.day} {on:%b %Y}"


def short_day(on: date) -> str:
    """`18 Nov`."""
    return f"{on.day} {on:%b}"


def span(length: timedelta) -> str:
    """`5 h 10 min`, `40 s`: for people."""
    seconds = round(length.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60} min" if hours < 48 else f"{hours // 24} days"


def size(size_bytes: int) -> str:
    """`8.4 GB`, in steps of a thousand as disks are sold."""
    value = float(size_bytes)
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if value < 999.5 or unit == "TB":
            break
        value /= 1000
    if unit == "bytes":
        return f"{size_bytes:,} bytes"
    return f"{value:.1f} {unit}" if value < 99.95 else f"{value:,.0f} {unit}"


def times(speed: float) -> str:
    """`6.1x` with the proper sign: how many times real time."""
    return f"{speed:.1f}{TIMES}" if speed < 99.95 else f"{speed:,.0f}{TIMES}"


def percent(share: float) -> str:
    """`43 %`; never 100 before it is all."""
    return f"{100 if share >= 1 else min(99, int(share * 100))} %"
