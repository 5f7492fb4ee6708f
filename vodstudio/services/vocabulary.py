"""The words of a meeting for its job: those of its body, those said lately in its city, those of the city."""

from __future__ import annotations

from dataclasses import replace

from vodstudio.core.jobs import Job, StepKind
from vodstudio.core.ports import Unit
from vodstudio.core.station import City, CityId, Preset, preset_for

MEETINGS = 5
SAID = "vocabulary_said"


def words_for(unit: Unit, preset: Preset, city: City | None, title: str) -> Preset:
    """The copy of the preset that the job carries."""
    if city is None:
        return preset
    if not (city.vocabulary.words or city.vocabulary.aliases or city.bodies):
        return preset if city.numbers is None else replace(preset, numbers=city.numbers)
    return preset_for(preset, city, title, said_lately(unit, city.id))


def said_lately(unit: Unit, city_id: CityId) -> tuple[str, ...]:
    """Which words of the vocabulary were heard in the newest meetings of a city, newest first."""
    rows = unit.jobs.of_city(city_id, MEETINGS)
    jobs = [job for row in rows if (job := unit.jobs.job(row.id)) is not None]
    return tuple(dict.fromkeys(word for job in jobs for word in _said(job)))


def _said(job: Job) -> list[str]:
    facts = next((step.facts for step in job.steps if step.kind is StepKind.SPEECH), {})
    told = facts.get(SAID)
    return [str(word) for word in told] if isinstance(told, list) else []
