"""How each member city stands: its newest meetings, its storages, and how much of it is captioned."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from vodstudio.core.errors import NotFound
from vodstudio.core.jobs import JobState
from vodstudio.core.ports import Clock, Drives, Store, Unit
from vodstudio.core.rows import CityCard, StorageView
from vodstudio.core.station import City, CityId, Numbers, Station, StorageId

MONTHS_SHOWN = 4
RECENT_SHOWN = 3
CARE_NOT_ABOVE = 200


def check_city(station: Station, city_id: CityId, hint: str) -> None:
    """NotFound for a city that the station does not have; `hint` may name `{known}` ones."""
    if station.city(city_id) is None:
        known = ", ".join(city.id for city in station.cities) or "none"
        raise NotFound(
            f"There is no city “{city_id}” in the station file",
            hint=hint.format(known=known),
            code="VS-UNKNOWN-CITY",
        )


class Styles(Protocol):
    """How the captions of each city are written; each call touches the disk."""

    def numbers(self) -> dict[CityId, Numbers | None]:
        """As the station file says now."""
        ...

    def set_numbers(self, city_id: CityId, numbers: Numbers | None) -> None:
        """For recordings that come; None is that of its preset."""
        ...


class Cities:
    """The cards of the Cities tab."""

    def __init__(self, station: Station, store: Store, clock: Clock, drives: Drives, styles: Styles) -> None:
        self._station = station
        self._store = store
        self._clock = clock
        self._drives = drives
        self._styles = styles

    def known(self, text: str) -> CityId | None:
        """The city with this id; nothing for no text, NotFound for one that the station does not have."""
        if text:
            check_city(self._station, CityId(text), "Known: {known}. Nothing was changed.")
        return CityId(text) if text else None

    async def cards(self) -> tuple[CityCard, ...]:
        """All cities from the store at once, without asking any storage."""
        now = self._clock.now()
        numbers = await asyncio.to_thread(self._styles.numbers)
        cards = await self._store.look(
            lambda unit: tuple(self._card(unit, city, now) for city in self._station.cities)
        )
        return tuple(replace(card, numbers=numbers.get(card.city_id)) for card in cards)

    async def set_numbers(self, city_id: CityId, numbers: Numbers | None) -> None:
        """How the captions of this city write numbers, for recordings that are added from now on."""
        check_city(self._station, city_id, "Known: {known}. Nothing was changed.")
        await asyncio.to_thread(self._styles.set_numbers, city_id, numbers)

    async def storages(self) -> dict[StorageId, StorageView]:
        """Every storage, looked at side by side; one that hangs delays no other."""
        views = await asyncio.gather(*(self._drives.look(storage) for storage in self._station.storages))
        return {
            view.id: replace(view, shared=len(storage.cities) != 1)
            for view, storage in zip(views, self._station.storages, strict=True)
        }

    def _card(self, unit: Unit, city: City, now: datetime) -> CityCard:
        rows = unit.jobs.of_city(city.id, CARE_NOT_ABOVE)
        months = [self._share(unit, city, now - timedelta(days=30 * n)) for n in range(MONTHS_SHOWN, 0, -1)]
        return CityCard(
            city_id=city.id,
            name=city.name,
            storages=tuple(
                StorageView(id=storage.id, is_present=True, shared=len(storage.cities) > 1)
                for storage in self._station.storages
                if city.id in storage.cities
            ),
            latest=rows[0] if rows else None,
            recent=tuple(rows[1 : 1 + RECENT_SHOWN]),
            captioned_share=self._share(unit, city, datetime.min.replace(tzinfo=now.tzinfo)),
            captioned_by_month=tuple(share for share in months if share is not None),
            needs_a_look=sum(row.state in (JobState.NEEDS_A_LOOK, JobState.FAILED) for row in rows),
            held=sum(row.state is JobState.HELD for row in rows),
            measured=unit.samples.measured(city.id),
        )

    @staticmethod
    def _share(unit: Unit, city: City, since: datetime) -> float | None:
        captioned, ended = unit.jobs.captioned_share(city.id, since)
        return captioned / ended if ended else None
