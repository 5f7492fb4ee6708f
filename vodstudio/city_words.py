"""The words of the cities as they stand in the station file now: what is taught counts without a new start."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from vodstudio.config import save_city, save_correction
from vodstudio.core.errors import VodError
from vodstudio.core.station import City, CityId, Numbers, Station
from vodstudio.core.vocabulary import Offer
from vodstudio.station_file import StationRead, read_station

Stamp = tuple[int, int, int]
log = logging.getLogger(__name__)


class CityWords:
    """Reads the file again when it has changed; the rest of it stays as the program began with it."""

    def __init__(
        self, path: Path, station: Station, read: Callable[[Path], StationRead] = read_station
    ) -> None:
        self._path = path
        self._station = station
        self._read = read
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        # Nobody knows whether the file is still the one that the program began with: the first look reads it.
        self._seen: Stamp | None = None
        self._now = station

    def city_name(self, city_id: CityId | None) -> str:
        """How people call it; empty where nobody knows the city."""
        city = self._station.city(city_id)
        return city.name if city else ""

    def city(self, city_id: CityId | None) -> City | None:
        """The city with the words that its table has now; touches the disk."""
        known = self._station.city(city_id)
        if known is None:
            return None
        with self._lock:
            self._look()
            now = self._now.city(city_id)
        return (
            replace(known, vocabulary=now.vocabulary, bodies=now.bodies, numbers=now.numbers)
            if now
            else known
        )

    def numbers(self) -> dict[CityId, Numbers | None]:
        """How each city writes numbers in its captions; touches the disk."""
        cities = [self.city(city.id) for city in self._station.cities]
        return {city.id: city.numbers for city in cities if city}

    def set_numbers(self, city_id: CityId, numbers: Numbers | None) -> None:
        """The style of this city for recordings that come; None is that of its preset."""
        with self._writing:
            save_city(self._path, city_id, {"numbers": numbers.value if numbers else None})

    def learn(self, city_id: CityId, offer: Offer) -> None:
        """A name of this city, and what is heard in its place."""
        with self._writing:  # read, changed and written: two at once would lose the words of one
            save_correction(self._path, city_id, heard=offer.heard, written=offer.written)

    def _look(self) -> None:
        """A file that cannot be used, as while somebody writes it, changes nothing; it is looked at when it changes."""
        stamp = self._stamp()
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            self._now = self._read(self._path).station
        except VodError as error:
            log.warning("the words of the cities stay as they were: %s %s", error.title, error.detail)

    def _stamp(self) -> Stamp | None:
        try:
            about = self._path.stat()
        except OSError:
            return None
        return about.st_mtime_ns, about.st_size, about.st_ino
