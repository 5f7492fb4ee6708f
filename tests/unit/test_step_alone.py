"""What a step alone says where there is neither a queue nor a window."""

from __future__ import annotations

import pytest

from vodstudio.core.errors import BadMedia, ChildCrashed, NoModel, NoSpace, VodError
from vodstudio.step_alone import hint_alone


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            NoModel("No model", condition="model:x", hint="Copy it there. The job goes on by itself."),
            "Copy it there. Then run the same command again: it goes on from here.",
        ),
        (
            NoSpace(
                "Full",
                condition="disk:x",
                hint="Free some space. The work goes on by itself; nothing is lost.",
            ),
            "Free some space. Nothing is lost. Then run the same command again: it goes on from here.",
        ),
        (
            ChildCrashed("FFmpeg ended", hint="It is tried once more by itself."),
            "Then run the same command again: it goes on from here.",
        ),
        (
            BadMedia("Bad", hint="Copy the file again, then press Retry. It was not changed."),
            "Copy the file again, then run the same command again. It was not changed.",
        ),
    ],
)
def test_advice_names_the_command_and_no_button(error: VodError, said: str) -> None:
    assert hint_alone(error) == said
