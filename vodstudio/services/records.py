"""The records of one recording on a server: show, media, reel and video, adopted or made, each exactly once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vodstudio.core.errors import Conflict, NotFound, ServerBusy
from vodstudio.core.jobs import Inputs
from vodstudio.core.ports import Clock
from vodstudio.core.server import Catalogue
from vodstudio.core.shows import MediaId, NewShow, Reel, ReelId, ServerFacts, Show, ShowId
from vodstudio.services.destination import Destination, check_show
from vodstudio.services.intents import Intents, number_of
from vodstudio.services.notebook import Notebook

# A server that was asked to make something must have made it by then, or it never will.
SETTLED_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What one attempt of one step needs to find or make them."""

    inputs: Inputs
    there: Destination
    catalogue: Catalogue
    intents: Intents
    clock: Clock
    notebook: Notebook
    server: ServerFacts

    async def bind(self) -> None:
        """What was begun on one server goes on there alone: its numbers mean something else on any other."""
        here = {
            "server": self.there.server.id,
            "key": self.server.key,
            "location": self.there.location,
        }
        begun = self.intents.kept("server")
        if begun is None:
            await self.intents.keep("server", here, self.clock.now())
        elif dict(begun) != here:
            raise Conflict(
                "This recording was begun on another server, or for another location",
                hint=f"Nothing was sent to {self.there.server.name}. Set back what was changed, then press Retry; "
                "or cancel this job and add the recording again: that publishes it there.",
                detail=f"begun: {dict(begun)}, now: {here}",
                code="VS-BEGUN-ELSEWHERE",
            )

    async def show(self) -> ShowId:
        """The show that the file's name speaks of, else a new one."""
        kept = self.intents.kept("show")
        if kept is not None:
            return ShowId(number_of(kept))
        new = self._new_show()
        existing = await self._show_there_already(new)
        if existing is not None:
            await self.intents.keep("show", {"id": existing.id, "adopted": True}, self.clock.now())
            return existing.id
        await self._note_that_we_make_it()
        number = await self.intents.once(
            "show",
            self.inputs.job_id,
            server_time=self.server.time,
            find=lambda since: self._lost_show(new, since),
            make=lambda: self.catalogue.create_show(new),
        )
        return ShowId(number)

    async def remember(self, show_id: ShowId) -> None:
        """Another job of the same recording shall find this show."""
        for key, value in ((self._key("show"), str(show_id)), (self._key("making"), "")):
            if (await self.notebook.read(key) or "") != value:
                await self.notebook.write(key, value)

    def _new_show(self) -> NewShow:
        recording, city = self.inputs.recording, self.there.city
        return NewShow(
            title=recording.title[:250],
            location=self.there.location,
            marker=self.inputs.job_id,
            event_date=recording.recorded_on,
            project=city.project,
            producer=city.producer,
        )

    async def _show_there_already(self, new: NewShow) -> Show | None:
        """By the number in the file's name, else the one that another job of this recording has or was making."""
        noted = await self.notebook.read(self._key("show"))
        for number in (self.inputs.recording.show_number, int(noted) if noted else None):
            show = await self.existing_show(number)
            if show is not None:
                return show
        return await self.existing_show(await self._made_by_another_job(new))

    async def _made_by_another_job(self, new: NewShow) -> ShowId | None:
        """Its answer may have got lost: it is looked up by its mark before a second show is made."""
        noted = await self.notebook.read(self._key("making"))
        making = json.loads(noted) if noted else {}
        if not making or making["job"] == self.inputs.job_id:
            return None
        since = datetime.fromisoformat(making["at"])
        found = await self._lost_show(replace(new, marker=making["job"]), since)
        if found is None and self.server.time - since < SETTLED_AFTER:
            raise ServerBusy(
                f"{self.there.server.name} may still be making the show of this recording",
                hint="It is looked up again by itself in a minute, so that there are never two.",
                detail=f"asked for by job {making['job']} at {since}",
                wait_s=SETTLED_AFTER.total_seconds(),
            )
        return found

    async def _note_that_we_make_it(self) -> None:
        making = json.loads(await self.notebook.read(self._key("making")) or "{}")
        if making.get("job") != self.inputs.job_id:
            making = {"job": self.inputs.job_id, "at": self.server.time.isoformat()}
            await self.notebook.write(self._key("making"), json.dumps(making))

    def _key(self, what: str) -> str:
        """Numbers are known per machine: a server that was replaced under the same name has other shows."""
        place = f"{self.there.server.id}:{self.server.key}:{self.there.location}"
        return f"{what}:{place}:{self.inputs.recording.fingerprint}"

    async def existing_show(self, number: int | None) -> Show | None:
        """The show with this number, if the server has it."""
        if number is None:
            return None
        try:
            show = await self.catalogue.show(ShowId(number))
        except NotFound:
            return None
        check_show(show, self.there)
        return show

    async def _lost_show(self, new: NewShow, since: datetime) -> ShowId | None:
        """Our answer got lost: by our marker, or by title and date among the shows made since then."""
        shows = await self.catalogue.shows_changed_since(since, new.location)
        marked = [show for show in shows if show.marker == new.marker]
        if marked:
            return marked[0].id
        alike = [show for show in shows if _could_be(show, new, since)]
        if len(alike) > 1:
            raise Conflict(
                f"{self.there.server.name} has {len(alike)} new shows named {new.title}",
                hint="We cannot tell which is ours. Remove the superfluous one in Cablecast, then press Retry.",
                detail=", ".join(str(show.id) for show in alike),
                code="VS-WHICH-SHOW",
            )
        return alike[0].id if alike else None

    async def reel(self, show_id: ShowId, base: str, length_s: int) -> ReelId:
        """The reel of the show with our number; `base` names its media, so that a lost one is found again."""
        kept = self.intents.kept("reel")
        if kept is not None:
            return ReelId(number_of(kept))
        number = self.inputs.recording.reel or 1
        existing = await self._find_reel(show_id, number)
        if existing is not None:
            await self.intents.keep("reel", {"id": existing.id}, self.clock.now())
            return existing.id
        location = self.there.location

        async def lost_media(since: datetime) -> int | None:
            return next(iter(await self.catalogue.media_named(base, location)), None)

        media_id = await self.intents.once(
            "media",
            self.inputs.job_id,
            server_time=self.server.time,
            find=lost_media,
            make=lambda: self.catalogue.create_media(base, location),
        )

        async def lost_reel(since: datetime) -> int | None:
            found = await self._find_reel(show_id, number)
            return found.id if found else None

        reel_id = await self.intents.once(
            "reel",
            self.inputs.job_id,
            server_time=self.server.time,
            find=lost_reel,
            make=lambda: self.catalogue.create_reel(show_id, MediaId(media_id), number, length_s),
        )
        return ReelId(reel_id)

    async def _find_reel(self, show_id: ShowId, number: int) -> Reel | None:
        for reel_id in (await self.catalogue.show(show_id)).reels:
            reel = await self.catalogue.reel(reel_id)
            if reel.number == number:
                return reel
        return None

    async def vod(self, show_id: ShowId) -> int:
        """A show that has a video keeps it: no second one is asked for."""
        kept = self.intents.kept("vod")
        if kept is not None:
            return number_of(kept)

        async def existing(since: datetime) -> int | None:
            return next(reversed((await self.catalogue.show(show_id)).vods), None)

        there_already = await existing(self.server.time)
        if there_already is not None:
            await self.intents.keep("vod", {"id": there_already}, self.clock.now())
            return there_already
        return await self.intents.once(
            "vod",
            self.inputs.job_id,
            server_time=self.server.time,
            find=existing,
            make=lambda: self.catalogue.create_vod(show_id, self.there.location),
        )


def _could_be(show: Show, new: NewShow, since: datetime) -> bool:
    """Made after our intent, with our title, and still without anything in it."""
    is_new = show.created_at is None or show.created_at >= since - timedelta(seconds=2)
    return is_new and show.title == new.title and not show.marker and not show.reels and not show.vods
