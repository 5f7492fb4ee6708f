"""Where a command of the command line works: the home, and the settings in it."""

from __future__ import annotations

import logging
import os
import sys

from vodstudio import paths
from vodstudio.config import Settings, read_settings
from vodstudio.core.errors import NeedsUser
from vodstudio.paths import Places

NEED_STATION = frozenset({"import", "work", "cities"})

log = logging.getLogger(__name__)


def places_made() -> Places:
    """The places of this home, which are there from now on."""
    where = paths.places(os.environ)
    paths.make(where)
    return where


def settings_for(where: Places, word: str, as_json: bool) -> Settings:
    """The settings, with what is odd about them told; a command that needs a station is refused without one."""
    settings = read_settings(where)
    logging.getLogger().setLevel(settings.preferences.log_level.upper())
    for warning in settings.warnings:
        log.info("%s", warning)
        if not as_json:
            sys.stderr.write(f"note: {warning}\n")
    if word in NEED_STATION and not settings.has_station:
        raise NeedsUser(
            "There is no station yet",
            hint=f"Write {where.station_file}, or try the sample station: vodstudio demo. Nothing was changed.",
            code="VS-NO-STATION",
        )
    return settings
