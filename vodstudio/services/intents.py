"""Makes things on a server exactly once: the intent is kept before the request, a lost answer is looked up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from vodstudio.core.crash import crash_point
from vodstudio.core.jobs import Json
from vodstudio.core.ports import AsyncContext

LONGEST_BREAK = timedelta(minutes=10)
NOTED_EVERY = timedelta(minutes=1)

Find = Callable[[datetime], Awaitable[int | None]]
Make = Callable[[], Awaitable[int]]


class Intents:
    """What this step kept in this and in earlier attempts."""

    def __init__(self, context: AsyncContext, kept: Mapping[str, tuple[Json, datetime]]) -> None:
        self._context = context
        self._kept = dict(kept)

    @classmethod
    async def of(cls, context: AsyncContext) -> Intents:
        """Read what earlier attempts kept."""
        return cls(context, {one.key: (one.body, one.at) for one in await context.checkpoints()})

    def kept(self, key: str) -> Json | None:
        """What was kept under a key."""
        found = self._kept.get(key)
        return found[0] if found else None

    def was_answered(self, question: str, answers: str) -> bool:
        """Whether something whose key begins so was kept after this key."""
        keys = list(self._kept)
        return question in self._kept and any(
            key.startswith(answers) for key in keys[keys.index(question) + 1 :]
        )

    async def keep(self, key: str, body: Json, now: datetime) -> None:
        """Keep finished work; the first value of a key stays."""
        if key not in self._kept:
            await self._context.checkpoint(key, body)
            self._kept[key] = (body, now)

    async def waited(self, what: str, now: datetime) -> timedelta:
        """How long we have been looking at this without a break.

        While the server was away or this program was closed nobody looked, so that does not count;
        after `gave_up` and a person's Retry it begins anew.
        """
        looks = self._looks(what)
        began = now
        for at in reversed(looks):
            if abs(began - at) > LONGEST_BREAK:
                break
            began = at
        if not looks or abs(now - looks[-1]) >= NOTED_EVERY:
            await self._note_look(what, {}, now)
        return max(now - began, timedelta())

    async def gave_up(self, what: str, now: datetime) -> None:
        """A person is asked; what is waited for after that begins anew."""
        await self._note_look(what, {"gave_up": True}, now)

    def _looks(self, what: str) -> list[datetime]:
        looks: list[datetime] = []
        for key, (body, at) in self._kept.items():
            if key.startswith(f"look:{what}:"):
                looks = [] if body.get("gave_up") else [*looks, at]
        return looks

    async def _note_look(self, what: str, body: Json, now: datetime) -> None:
        count = sum(key.startswith(f"look:{what}:") for key in self._kept)
        await self.keep(f"look:{what}:{count}", body, now)

    async def once(self, kind: str, mark: str, *, server_time: datetime, find: Find, make: Make) -> int:
        """The number of the one object of this kind: kept, found after a lost answer, or made now."""
        done = self.kept(kind)
        if done is not None:
            return number_of(done)
        key = f"intent:{kind}:{mark}"
        intended = self.kept(key)
        number = await find(_moment(intended)) if intended is not None else None
        if number is None:
            self._context.check()
            await self.keep(key, {"at": server_time.isoformat()}, server_time)
            crash_point(f"publish.{kind}.intended")
            number = await make()
            crash_point(f"publish.{kind}.made")
        await self.keep(kind, {"id": number}, server_time)
        crash_point(f"publish.{kind}.kept")
        return number


def number_of(body: Json) -> int:
    """The number in a kept body."""
    number = body["id"]
    assert isinstance(number, int)
    return number


def _moment(body: Json) -> datetime:
    return datetime.fromisoformat(str(body["at"]))
