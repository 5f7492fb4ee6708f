"""How a speech child is started."""

from __future__ import annotations

import sys

import pytest

from tests.speech.fakes import MemoryContext
from vodstudio.workers.conversation import LARGE_BLOCKS_GO_BACK, ONE_THREAD_FOR_NUMPY, Conversation
from vodstudio.workers.process import Children

TELLS = (
    "import json, os, sys; sys.stdin.readline(); "
    "print(json.dumps({'event': 'told', **{name: os.environ.get(name) for name in sys.argv[1:]}}))"
)


@pytest.mark.parametrize(("verb", "goes_back"), [("listen", True), ("hear", False)])
def test_only_the_child_that_listens_gives_large_blocks_back(
    children: Children, context: MemoryContext, verb: str, goes_back: bool
) -> None:
    """The index of a long MP4 does not stay in its heap; the model's own blocks are asked for again and again."""
    wanted = {**ONE_THREAD_FOR_NUMPY, **dict.fromkeys(LARGE_BLOCKS_GO_BACK)}
    wanted |= LARGE_BLOCKS_GO_BACK if goes_back else {}
    command = (sys.executable, "-c", TELLS, *wanted)
    with Conversation(children, {"verb": verb}, context.check, command) as talk:
        assert talk.wait_for("told", 30.0) == {"event": "told", **wanted}
