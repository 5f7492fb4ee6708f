"""The child that holds a model waits for the next job, and is let go when it is not the one that is wanted."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.speech.fakes import CHILD, MEETING, VOICE, MemoryContext, inputs_of, scripted
from vodstudio.core.errors import ChildCrashed, NeedsUser
from vodstudio.workers.conversation import Conversation
from vodstudio.workers.devices import cpu, engine_request
from vodstudio.workers.kept_model import KeptModels
from vodstudio.workers.models import DEMO_VOICE
from vodstudio.workers.process import Child, Children, Command
from vodstudio.workers.speech import SpeechTools, hear

_SCRIPTED = scripted("sure")


@pytest.fixture
def kept() -> Iterator[KeptModels]:
    made = KeptModels(60.0)
    yield made
    made.close()


def _nothing() -> None:
    return


def _request(**engine: Any) -> dict[str, Any]:
    told = {**engine_request(VOICE, cpu(""), "default"), **engine}
    return {"verb": "hear", "engine": told, "position": {"index": 3}, "batch_size": 1}


def _heard(children: Children, kept: KeptModels | None, request: dict[str, Any]) -> int:
    """One conversation with the scripted engine: the process that answered."""
    with Conversation(children, request, _nothing, _SCRIPTED, kept) as talk:
        for answer in talk.answers("heard"):
            if answer["event"] == "window":
                talk.send({"ack": answer["index"]})
        assert talk._child is not None
        return talk._child.pid


def test_the_next_job_is_heard_by_the_same_child(children: Children, kept: KeptModels) -> None:
    first = _heard(children, kept, _request())
    assert psutil.pid_exists(first)
    assert _heard(children, kept, _request()) == first
    kept.close()
    assert not psutil.pid_exists(first)


@pytest.mark.parametrize("other", [{"compute_type": "float32"}, {"folder": "/another"}, {"mark": "newer"}])
def test_another_model_makes_room_for_it(children: Children, kept: KeptModels, other: dict[str, str]) -> None:
    first = _heard(children, kept, _request())
    assert _heard(children, kept, _request(**other)) != first
    assert not psutil.pid_exists(first)


def test_each_card_keeps_its_own(children: Children, kept: KeptModels) -> None:
    first = _heard(children, kept, _request(device="cuda", index=0))
    second = _heard(children, kept, _request(device="cuda", index=1))
    assert first != second
    assert _heard(children, kept, _request(device="cuda", index=0)) == first


def test_a_second_one_for_the_same_place_is_let_go(children: Children, kept: KeptModels) -> None:
    request = _request()
    with Conversation(children, request, _nothing, _SCRIPTED, kept) as talk:
        second = _heard(children, kept, request)
        for answer in talk.answers("heard"):
            if answer["event"] == "window":
                talk.send({"ack": answer["index"]})
        assert talk._child is not None
        first = talk._child.pid
    assert psutil.pid_exists(first)
    assert not psutil.pid_exists(second)


def test_a_kept_child_that_was_killed_is_replaced_and_nobody_notices(
    children: Children, kept: KeptModels
) -> None:
    first = _heard(children, kept, _request())
    os.kill(first, signal.SIGKILL)
    assert _heard(children, kept, _request()) != first


def test_a_child_that_ends_as_it_is_asked_is_replaced(children: Children, kept: KeptModels) -> None:
    """Its idle time was over in the moment in which we asked: it was alive, and does not answer."""
    first = _heard(children, kept, _request())
    found = kept.take(_request()["engine"])
    assert found is not None
    waiting: Child = found

    class Late(KeptModels):
        def take(self, engine: Mapping[str, Any]) -> Child | None:
            os.kill(first, signal.SIGKILL)
            waiting.wait(20.0)
            return waiting

    assert _heard(children, Late(0.0), _request()) != first
    waiting.end(0.0)


@pytest.mark.parametrize("is_noticed", [True, False])
def test_what_was_said_to_a_child_that_never_answered_is_said_again(
    children: Children, is_noticed: bool
) -> None:
    """Speech that was found while the kept child went away: without it the next one would wait for ever."""
    told = "import json, sys; lines = [json.loads(sys.stdin.readline()) for _ in range(3)]; "
    echo = (sys.executable, "-c", told + "print(json.dumps({'event': 'heard', 'lines': lines}))")
    # Either its pipe is closed already, or what we write lands in a pipe that nobody will ever read.
    deaf = "import os; os.close(0)" if is_noticed else "import sys; sys.stdin.readline()"
    old = children.start(
        Command(argv=(sys.executable, "-c", deaf), is_ours=True, has_input=True, environment={})
    )
    if is_noticed:
        old.wait(20.0)

    class Late(KeptModels):
        def take(self, engine: Mapping[str, Any]) -> Child | None:
            return old

    more = [{"regions": [[0, 9]], "is_complete": False}, {"regions": [], "is_complete": True}]
    with Conversation(children, _request(), _nothing, echo, Late(0.0)) as talk:
        for each in more:
            talk.send(each)
        old.wait(20.0)
        (answer,) = talk.answers("heard")
    assert [line.get("is_complete") for line in answer["lines"]] == [None, False, True]
    assert answer["lines"][0]["verb"] == "hear"


def test_a_child_that_ends_before_it_reads_is_a_crash_and_leaves_nothing(
    children: Children, tmp_path: Path
) -> None:
    gone = (sys.executable, "-c", "import os; os.close(0)")
    with Conversation(children, _request(), _nothing, gone) as talk, pytest.raises(ChildCrashed):
        talk.wait_for("heard", 20.0)
    assert list((tmp_path / "run").glob("child-*.json")) == []


def test_with_no_minutes_nothing_is_kept(children: Children) -> None:
    assert not psutil.pid_exists(_heard(children, KeptModels(0.0), _request()))


def test_a_child_that_reported_an_error_is_not_kept(
    children: Children, kept: KeptModels, tmp_path: Path
) -> None:
    request = _request(folder=str(tmp_path))
    with (
        pytest.raises(NeedsUser),
        Conversation(children, request, _nothing, CHILD, kept) as talk,
    ):
        talk.wait_for("heard", 60.0)
    assert kept.take(request["engine"]) is None


def test_nobody_asks_so_the_child_ends_by_itself_and_is_no_zombie(
    tools: SpeechTools, context: MemoryContext
) -> None:
    """The real child with the real model; its patience is a fifth of a second."""
    kept = KeptModels(0.2)
    hear(dataclasses.replace(tools, kept=kept), context, inputs_of(MEETING, model=DEMO_VOICE))
    ((_, child),) = kept._waiting.values()
    child._threads[0].join(20.0)  # reads what it says to the end, then lets the PID go
    assert not psutil.pid_exists(child.pid)
    assert not child.is_alive
    kept.close()


def test_a_kept_model_gives_the_same_words(
    tools: SpeechTools, context: MemoryContext, kept: KeptModels, tmp_path: Path
) -> None:
    tools = dataclasses.replace(tools, kept=kept)
    first = hear(tools, context, inputs_of(MEETING, model=DEMO_VOICE)).outputs[0].path.read_bytes()
    (tmp_path / "again").mkdir()
    again = MemoryContext(work_folder=tmp_path / "again")
    assert hear(tools, again, inputs_of(MEETING, model=DEMO_VOICE)).outputs[0].path.read_bytes() == first


def test_room_is_made_for_the_trial_of_another_model(
    children: Children, kept: KeptModels, tmp_path: Path
) -> None:
    first = _heard(children, kept, _request())
    kept.make_room(VOICE)
    assert psutil.pid_exists(first)
    kept.make_room(tmp_path)
    assert not psutil.pid_exists(first)
