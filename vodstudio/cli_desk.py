"""How a command asks the desk: that of the process that owns the queue, or our own for as long as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from vodstudio import logs
from vodstudio.cli_home import settings_for
from vodstudio.config import Settings
from vodstudio.owner import Owner, ask, take_or_find
from vodstudio.paths import Places

LONGEST_CALL_S = 600.0


def asked(
    where: Places, call: str, arguments: Mapping[str, object], *, word: str, as_json: bool
) -> dict[str, Any]:
    """The answer to a call; `word` is the command that a person wrote."""
    found = take_or_find(where)
    if isinstance(found, Owner):
        answer = ask(found, call, arguments, LONGEST_CALL_S)
    else:
        with found:
            keeping = logs.start(where.logs)
            try:
                answer = _alone(settings_for(where, word, as_json), call, arguments)
            finally:
                keeping.stop()
    return dict(answer) if isinstance(answer, dict) else {}


def _alone(settings: Settings, call: str, arguments: Mapping[str, object]) -> object:
    from vodstudio.bootstrap import open_house

    async def answer() -> object:
        house = await open_house(settings, lambda event: None)
        try:
            return await house.desk.answer(call, arguments)
        finally:
            await house.stop()

    with asyncio.Runner() as runner:
        return runner.run(answer())
