"""Whether everything we depend on works: one question for each thing, asked side by side, each with its limit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from vodstudio.core.errors import Hold, VodError
from vodstudio.core.ports import Clock
from vodstudio.core.rows import Check, Verdict

LIMIT_S = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An answer: how it is, in a sentence, and what to do about it."""

    verdict: Verdict
    text: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to look at."""

    id: str
    name: str
    look: Callable[[], Awaitable[Finding]]
    limit_s: float = LIMIT_S


def good(text: str) -> Finding:
    """It works."""
    return Finding(verdict=Verdict.GOOD, text=text)


def care(text: str, fix: str) -> Finding:
    """It works, and somebody should look at it."""
    return Finding(verdict=Verdict.CARE, text=text, fix=fix)


def bad(text: str, fix: str) -> Finding:
    """It does not work."""
    return Finding(verdict=Verdict.BAD, text=text, fix=fix)


def off(text: str, fix: str = "") -> Finding:
    """It is not there, and nothing needs it."""
    return Finding(verdict=Verdict.OFF, text=text, fix=fix)


class Health:
    """Asks all questions at once; what hangs or fails is an answer too."""

    def __init__(self, questions: Sequence[Question], clock: Clock) -> None:
        self._questions = tuple(questions)
        self._clock = clock

    async def checks(self) -> tuple[Check, ...]:
        """One line for each thing, in the order of the questions."""
        return tuple(await asyncio.gather(*(self._ask(question) for question in self._questions)))

    async def _ask(self, question: Question) -> Check:
        try:
            finding = await asyncio.wait_for(question.look(), question.limit_s)
        except TimeoutError:
            finding = bad(
                f"did not answer within {question.limit_s:.0f} seconds", "Look whether it hangs or is away."
            )
        except Hold as error:
            finding = bad(error.title, error.hint)
        except VodError as error:
            log.info("doctor: %s: %s", question.id, error.detail)
            finding = bad(error.title, error.hint)
        check = Check(id=question.id, name=question.name, verdict=finding.verdict, text=finding.text)
        return replace(check, fix=finding.fix, at=self._clock.now())
