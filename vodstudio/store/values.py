"""How the values of the core are written in columns, and read back."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from vodstudio.core.errors import Problem, problem_from_json
from vodstudio.core.jobs import Json, StepKind, StepState
from vodstudio.core.recording import Fingerprint, Recording, RecordingId
from vodstudio.core.rows import Pip
from vodstudio.core.station import (
    CityId,
    EncodeSettings,
    Numbers,
    Preset,
    PresetId,
    SpeechSettings,
    StorageId,
)
from vodstudio.core.vocabulary import Alias

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RAW = "bytes:"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


def micros(at: datetime) -> int:
    """Microseconds since 1970 in UTC: exact, ordered, and the same everywhere."""
    return (at - _EPOCH) // _MICROSECOND


def micros_or_none(at: datetime | None) -> int | None:
    """The same for a time that may be missing."""
    return None if at is None else micros(at)


def moment(stored: int) -> datetime:
    """The reverse of `micros`."""
    return _EPOCH + timedelta(microseconds=stored)


def moment_or_none(stored: int | None) -> datetime | None:
    """The same for a time that may be missing."""
    return None if stored is None else moment(stored)


def day_or_none(stored: str | None) -> date | None:
    """A stored day."""
    return None if stored is None else date.fromisoformat(stored)


def path_text(path: Path) -> str:
    """A path as text; a name that is not UTF-8 is kept byte for byte."""
    plain = os.fspath(path)
    try:
        plain.encode()
    except UnicodeEncodeError:
        return _RAW + os.fsencode(plain).hex()
    return plain


def path_of(stored: str) -> Path:
    """The reverse of `path_text`."""
    if stored.startswith(_RAW):
        return Path(os.fsdecode(bytes.fromhex(stored.removeprefix(_RAW))))
    return Path(stored)


def clean(words: str) -> str:
    """Text that a database can hold; what a broken file name put into it becomes a question mark."""
    return words.encode(errors="replace").decode()


def one_line(words: str) -> str:
    """Words for people, on one line: a line end in a name must not look like another line of a list (I10)."""
    return _CONTROL.sub(" ", clean(words))


def city_text(city_id: CityId | None) -> str:
    """'' stands for `no city known`, so that an index orders it."""
    return city_id or ""


def city_of(stored: str) -> CityId | None:
    """The reverse of `city_text`."""
    return CityId(stored) if stored else None


def dump(body: Json) -> str:
    """JSON as it is stored: one form for one value. A measured infinity has no number in JSON and is left out."""
    try:
        return json.dumps(body, sort_keys=True, separators=(",", ":"), default=str, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(body), sort_keys=True, separators=(",", ":"), default=str)


def _finite(value: object) -> object:
    match value:
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {str(key): _finite(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_finite(inner) for inner in value]
        case _:
            return value


def load(stored: str) -> dict[str, object]:
    """The reverse of `dump`."""
    return cast("dict[str, object]", json.loads(stored)) if stored != "{}" else {}


def problem_text(problem: Problem | None) -> str | None:
    """A problem as JSON."""
    return None if problem is None else dump(dataclasses.asdict(problem))


def problem_of_text(stored: str | None) -> Problem | None:
    """The reverse of `problem_text`."""
    return None if stored is None else problem_from_json(load(stored))


def preset_text(preset: Preset) -> str:
    """The copy of a preset that a job carries."""
    return dump(dataclasses.asdict(preset))


@lru_cache(maxsize=256)
def preset_of(stored: str) -> Preset:
    """The reverse of `preset_text`; a field that this version does not know is left alone."""
    body = load(stored)
    destination = body.get("destination")
    return Preset(
        **{
            **_known(Preset, body),
            "id": PresetId(str(body["id"])),
            "encode": EncodeSettings(**_known(EncodeSettings, body.get("encode"))),
            "speech": SpeechSettings(**_known(SpeechSettings, body.get("speech"))),
            "numbers": Numbers(str(body.get("numbers") or Numbers.AS_HEARD)),
            "vocabulary": tuple(cast("list[str]", body.get("vocabulary") or [])),
            "aliases": tuple(
                Alias(**each) for each in cast("list[dict[str, str]]", body.get("aliases") or [])
            ),
            "destination": None if destination is None else StorageId(str(destination)),
        }
    )


def _known(kind: type, body: object) -> dict[str, Any]:
    """The fields of this kind; their types were checked when the preset was made."""
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: value for name, value in cast("Json", body or {}).items() if name in names}


RECORDING_COLUMNS = (
    "r.id, r.path, r.fingerprint, r.size_bytes, r.title, r.recorded_on, r.show_number, r.reel, r.duration_s"
)


def recording_of(row: tuple[object, ...]) -> Recording:
    """A recording from RECORDING_COLUMNS."""
    made = cast("tuple[str, str, str, int, str, str | None, int | None, int | None, float | None]", row)
    return Recording(
        id=RecordingId(made[0]),
        path=path_of(made[1]),
        fingerprint=Fingerprint(made[2]),
        size_bytes=made[3],
        title=made[4],
        recorded_on=day_or_none(made[5]),
        show_number=made[6],
        reel=made[7],
        duration_s=made[8],
    )


def pips_text(steps: list[tuple[StepKind, StepState, bool]]) -> str:
    """The marks of a row, small enough to be stored with the job."""
    return ",".join(f"{kind}={state}{'!' if needs_user else ''}" for kind, state, needs_user in steps)


@lru_cache(maxsize=4096)
def pips_of(stored: str) -> tuple[Pip, ...]:
    """The reverse of `pips_text`; few different ones exist, so ten thousand rows cost few."""
    pips = []
    for mark in stored.split(",") if stored else []:
        kind, _, state = mark.partition("=")
        pips.append(
            Pip(kind=StepKind(kind), state=StepState(state.rstrip("!")), needs_user=state.endswith("!"))
        )
    return tuple(pips)
