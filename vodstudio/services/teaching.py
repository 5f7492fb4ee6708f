"""Names that a person corrected become words of the city, and count for every recording that nobody has heard yet."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Sequence
from typing import Protocol

from vodstudio.core.ports import Store, Unit
from vodstudio.core.station import City, CityId, taught
from vodstudio.core.vocabulary import Offer


class Words(Protocol):
    """The words of the cities, as somebody keeps them."""

    def city_name(self, city_id: CityId | None) -> str:
        """How people call it; empty where nobody knows the city."""
        ...

    def city(self, city_id: CityId | None) -> City | None:
        """The city with its words as they are now; touches the disk."""
        ...

    def learn(self, city_id: CityId, offer: Offer) -> None:
        """Keep a name of this city, and what is heard in its place; touches the disk."""
        ...


class Teaching:
    """Nothing is learnt by itself: a person says so."""

    def __init__(self, store: Store, words: Words) -> None:
        self._store = store
        self._words = words

    def city_name(self, city_id: CityId | None) -> str:
        """How people call it; empty where nobody knows the city."""
        return self._words.city_name(city_id)

    async def learn(self, city_id: CityId, offers: Sequence[Offer]) -> int:
        """Keep them; how many recordings that wait already will be heard with them too.

        What is heard already, or has begun to be, keeps the words that it began with: it could not go on otherwise.
        """
        for offer in offers:
            await to_thread(self._words.learn, city_id, offer)

        def write(unit: Unit) -> int:
            waiting = unit.jobs.unheard(city_id)
            for job_id, preset in waiting:
                unit.jobs.set_preset(job_id, taught(preset, offers))
            return len(waiting)

        return await self._store.run(write)
