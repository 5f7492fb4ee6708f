"""A child that waits or works is alive without a word; one that does neither is dead, however awake its heart is."""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from tests.speech.fakes import MemoryContext
from vodstudio.core.errors import ChildCrashed
from vodstudio.workers.conversation import Conversation
from vodstudio.workers.heart import Heart
from vodstudio.workers.process import Children
from vodstudio.workers.silence import ALIVE, WORKING_TIMES, Silence

LIMIT_S = 1800.0
# Beats twenty times a second for a while, then says the word.
BEATS = """
import json, sys, time
sys.stdin.readline()
waits, step, beats = sys.argv[1] == "waits", float(sys.argv[2]), int(sys.argv[3])
for beat in range(beats):
    print(json.dumps({"event": "alive", "waits": waits, "worked_s": beat * step}), flush=True)
    time.sleep(0.05)
print(json.dumps({"event": "told"}), flush=True)
sys.stdin.readline()
"""


class Clock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def passes(silence: Silence, clock: Clock, seconds: int, *, is_strict: bool = False) -> bool:
    """Somebody looks every half second; whether it was over by the end."""
    for _ in range(seconds * 2):
        clock.now += 0.5
        silence.is_over(LIMIT_S, is_strict=is_strict)
    return silence.is_over(LIMIT_S, is_strict=is_strict)


def test_e18_a_night_asleep_is_no_silence() -> None:
    clock = Clock()
    silence = Silence(clock)
    assert not passes(silence, clock, 1700)
    clock.now += 9 * 3600
    assert not silence.is_over(LIMIT_S)
    clock.now -= 3600  # nobody's clock should, some do
    assert not silence.is_over(LIMIT_S)
    assert passes(silence, clock, 110)


def test_a_child_that_waits_for_us_may_wait_for_ever() -> None:
    clock = Clock()
    silence = Silence(clock)
    for _ in range(20):
        assert not passes(silence, clock, 1000)
        silence.felt({"waits": True, "worked_s": 1.0})


def test_a_child_that_works_has_four_times_as_long_and_a_trial_has_not() -> None:
    clock = Clock()
    silence = Silence(clock)
    for beat in range(1, WORKING_TIMES * 6):
        assert not passes(silence, clock, 300), beat
        silence.felt({"waits": False, "worked_s": 10.0 * beat})
    assert passes(silence, clock, 400), "a driver that hangs works too"
    silence.broken()
    assert passes(silence, clock, 1900, is_strict=True)


def test_a_heart_that_beats_over_an_idle_child_is_no_life() -> None:
    clock = Clock()
    silence = Silence(clock)
    for _ in range(5):
        assert not passes(silence, clock, 300)
        silence.felt({"waits": False, "worked_s": 2.0})
    silence.felt({"waits": False, "worked_s": 2.0})
    assert passes(silence, clock, 700)


def talking(
    children: Children, context: MemoryContext, waits: str, step_s: float, beats: int
) -> Conversation:
    command = (sys.executable, "-c", BEATS, waits, str(step_s), str(beats))
    return Conversation(children, {"verb": "hear"}, context.check, command)


@pytest.mark.parametrize(("waits", "step_s"), [("waits", 0.0), ("works", 1.0)])
def test_words_that_come_late_from_a_living_child_are_taken(
    children: Children, context: MemoryContext, waits: str, step_s: float
) -> None:
    with talking(children, context, waits, step_s, 24) as talk:
        assert [body["event"] for body in talk.answers("told", 0.6)] == ["told"]


def test_a_child_without_a_sign_of_life_is_ended_and_named(
    children: Children, context: MemoryContext
) -> None:
    with pytest.raises(ChildCrashed) as dead, talking(children, context, "stands", 0.0, 400) as talk:
        list(talk.answers("told", 0.4))
    assert "no sign of life" in dead.value.detail
    with pytest.raises(ChildCrashed), talking(children, context, "works", 1.0, 400) as talk:
        talk.wait_for("told", 0.4)


def test_a_listener_that_died_is_found_out_while_words_are_heard(
    children: Children, context: MemoryContext
) -> None:
    """In batches nobody waits for the child that listens: looking whether it said something has to be enough."""
    with talking(children, context, "stands", 0.0, 400) as talk, pytest.raises(ChildCrashed) as dead:
        any(list(talk.ready("told", 0.4)) for _ in itertools.count())
    assert "no sign of life" in dead.value.detail


def test_the_heart_tells_whether_it_is_our_turn_and_what_was_worked() -> None:
    told: list[Mapping[str, Any]] = []
    is_enough = threading.Event()

    def tell(body: Mapping[str, object]) -> None:
        told.append(body)
        if len(told) == 3:
            is_enough.set()

    with Heart(tell, lambda: len(told) > 0, every_s=0.001).beating():
        assert is_enough.wait(10.0)
    assert [body["waits"] for body in told[:3]] == [False, True, True]
    assert all(body["event"] == ALIVE and float(body["worked_s"]) > 0 for body in told)
    assert not [thread for thread in threading.enumerate() if thread.name == "heart"]
