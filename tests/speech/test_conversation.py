"""How a speech child is started."""

from __future__ import annotations

import sys

import pytest

from tests.speech.fakes import MemoryContext
from vodstudio.workers.conversation import ONE_THREAD_FOR_NUMPY, Conversation
from vodstudio.workers.heap import HEARING_ONE, HEARING_SEVERAL, LISTENING
from vodstudio.workers.process import Children

TELLS = (
    "import json, os, sys; sys.stdin.readline(); "
    "print(json.dumps({'event': 'told', **{name: os.environ.get(name) for name in sys.argv[1:]}}))"
)


@pytest.mark.parametrize(
    ("request_", "heap"),
    [
        ({"verb": "listen"}, LISTENING),
        ({"verb": "trial"}, HEARING_ONE),
        ({"verb": "hear"}, HEARING_ONE),
        ({"verb": "hear", "batch_size": 1}, HEARING_ONE),
        ({"verb": "hear", "batch_size": 8}, HEARING_SEVERAL),
    ],
)
def test_a_child_keeps_memory_as_its_work_needs_it(
    children: Children, context: MemoryContext, request_: dict[str, object], heap: dict[str, str]
) -> None:
    """The index of a long MP4 does not stay in its heap; the model's blocks are asked for again and again."""
    wanted = {**ONE_THREAD_FOR_NUMPY, **dict.fromkeys(HEARING_ONE), **heap}
    command = (sys.executable, "-c", TELLS, *wanted)
    with Conversation(children, request_, context.check, command) as talk:
        assert talk.wait_for("told", 30.0) == {"event": "told", **wanted}
