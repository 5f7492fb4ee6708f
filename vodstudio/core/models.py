"""Speech models that can be had: what each is good for, what it needs, and which one suits a machine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

ModelName = NewType("ModelName", str)

ANY_MODEL = "any"
CONDITION = "model:"
MAIN = "main"
# The card keeps half precision; a processor opens it up to twice the size of the file.
_CARD_FACTOR, _PROCESSOR_FACTOR = 1.0, 2.0
_WORKING_BYTES = 600 * 1000**2
_KEPT_FOR_OTHERS = 0.75
_MARGIN_BYTES = 500 * 1000**2
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]{0,79}")


class Languages(StrEnum):
    """What a model understands."""

    MANY = "many"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A model on the hub, pinned: the revision is a commit, and the weights are known by their hash."""

    name: ModelName
    repository: str
    revision: str = MAIN
    weights_sha256: str = ""
    size_bytes: int = 0
    languages: Languages = Languages.MANY
    about: str = ""


def _listed(
    name: str, repository: str, revision: str, weights: str, size_bytes: int, about: str
) -> KnownModel:
    is_english = name.endswith(".en") or name.startswith("distil")
    return KnownModel(
        name=ModelName(name),
        repository=repository,
        revision=revision,
        weights_sha256=weights,
        size_bytes=size_bytes,
        languages=Languages.ENGLISH if is_english else Languages.MANY,
        about=about,
    )


MODELS = (
    _listed(
        "tiny", "Systran/faster-whisper-tiny",
        "d90ca5fe260221311c53c58e660288d3deb8d356",
        "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1",
        78_203_619, "for a look; too many mistakes for captions",
    ),
    _listed(
        "tiny.en", "Systran/faster-whisper-tiny.en",
        "0d3d19a32d3338f10357c0889762bd8d64bbdeba",
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        78_090_594, "for a look; too many mistakes for captions",
    ),
    _listed(
        "base", "Systran/faster-whisper-base",
        "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        147_882_941, "a very small computer; names need much correction",
    ),
    _listed(
        "base.en", "Systran/faster-whisper-base.en",
        "3d3d5dee26484f91867d81cb899cfcf72b96be6c",
        "2a166925539a16005f14ff328359f9b9adb9dc4fb631bb3b227526862e93e2ef",
        147_769_510, "a very small computer; names need much correction",
    ),
    _listed(
        "small", "Systran/faster-whisper-small",
        "536b0662742c02347bc0e980a01041f333bce120",
        "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
        486_212_372, "good on a computer without a graphics card",
    ),
    _listed(
        "small.en", "Systran/faster-whisper-small.en",
        "d1d751a5f8271d482d14ca55d9e2deeebbae577f",
        "62b2a45b05ee59acb4a5341b33ee35e041395d378d418a18acfe4c9e768ee37a",
        486_098_798, "good on a computer without a graphics card",
    ),
    _listed(
        "medium", "Systran/faster-whisper-medium",
        "08e178d48790749d25932bbc082711ddcfdfbc4f",
        "9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae",
        1_530_571_735, "better with names; slow without a graphics card",
    ),
    _listed(
        "medium.en", "Systran/faster-whisper-medium.en",
        "a29b04bd15381511a9af671baec01072039215e3",
        "11b220779aea4c6f3ce9d2549c8a95ea869ed84066864b999531ef53e594fe5b",
        1_530_457_748, "better with names; slow without a graphics card",
    ),
    _listed(
        "large-v2", "Systran/faster-whisper-large-v2",
        "f0fe81560cb8b68660e564f55dd99207059c092e",
        "bf2a9746382e1aa7ffff6b3a0d137ed9edbd9670c3b87e5d35f5e85e70d0333a",
        3_089_578_858, "the older large one; some voices suit it better",
    ),
    _listed(
        "large-v3", "Systran/faster-whisper-large-v3",
        "edaa852ec7e145841d8ffdb056a99866b5f0a478",
        "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1",
        3_090_835_702, "the most exact; wants a graphics card",
    ),
    _listed(
        "large-v3-turbo", "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
        "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da",
        1_621_665_983, "nearly as exact as the largest, and many times faster",
    ),
    _listed(
        "distil-small.en", "Systran/faster-distil-whisper-small.en",
        "ef77d90526ccd62cde3808ee70626a01e5cf83e4",
        "1187de3982cdcf962a2fb8f797e429fb4651b875b18fe9ce50b58b52fc9072b7",
        335_542_354, "small and fast",
    ),
    _listed(
        "distil-medium.en", "Systran/faster-distil-whisper-medium.en",
        "80ddfce281f77766d8943d63109199fc8145dfa5",
        "d4cb75d823dcd2647191064da76f026774c06c036908f38456165368d0e2d66a",
        792_060_626, "between small and medium, fast",
    ),
    _listed(
        "distil-large-v3", "Systran/faster-distil-whisper-large-v3",
        "c3058b475261292e64a0412df1d2681c06260fab",
        "b79368e19b6623813609431a6e5ee309a71506701ebc49fd7820e692dec7c5f5",
        1_516_479_628, "near the largest, fast; hears long silences calmly",
    ),
    _listed(
        "distil-large-v3.5", "distil-whisper/distil-large-v3.5-ct2",
        "9793ccc07920e0f830e1dba0343efcdf0ef8c903",
        "c58b88b8585ffcd2135fddaaf421ce72cb223b32edea70d156aed1dea319a119",
        1_516_479_656, "the newer of the two",
    ),
)  # fmt: skip
OTHER_NAMES = {"turbo": "large-v3-turbo", "large": "large-v3"}
# From the best to the one that every machine can run.
_CHOICE = ("large-v3-turbo", "small", "base", "tiny")
_CORES_FOR_THE_BEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What of this computer decides which model suits it; `card_bytes` is None without a graphics card of use."""

    memory_bytes: int
    cores: int
    free_bytes: int
    card_bytes: int | None = None


def known(name: str) -> KnownModel | None:
    """The model of the list with this name, or one of the hub named as `owner/name`."""
    listed = next((model for model in MODELS if model.name == OTHER_NAMES.get(name, name)), None)
    if listed is not None:
        return listed
    by_repository = next((model for model in MODELS if model.repository == name), None)
    if by_repository is not None or not _REPOSITORY.fullmatch(name):
        return by_repository
    return KnownModel(name=ModelName(name.partition("/")[2]), repository=name, about=f"{name} on the hub")


def is_name(text: str) -> bool:
    """Whether a folder may be called so: one word that means the same on every system."""
    return bool(_NAME.fullmatch(text)) and not text.endswith(".")


def memory_needed(size_bytes: int, *, on_card: bool) -> int:
    """At most this much while it hears, in the memory of the card or of the computer."""
    return int(size_bytes * (_CARD_FACTOR if on_card else _PROCESSOR_FACTOR)) + _WORKING_BYTES


def why_not(size_bytes: int, machine: Machine, *, is_here: bool = False) -> str:
    """Why this machine should not have the model: a short sentence, or nothing when it fits."""
    fits_card = (
        machine.card_bytes is not None and memory_needed(size_bytes, on_card=True) <= machine.card_bytes
    )
    needed = memory_needed(size_bytes, on_card=False)
    if not fits_card and needed > machine.memory_bytes * _KEPT_FOR_OTHERS:
        return f"needs {gigabytes(needed)} of memory; this computer has {gigabytes(machine.memory_bytes)}"
    if not is_here and size_bytes + _MARGIN_BYTES > machine.free_bytes:
        return f"needs {gigabytes(size_bytes + _MARGIN_BYTES)} on the disk; {gigabytes(machine.free_bytes)} are free"
    return ""


def recommended(machine: Machine, here: Iterable[str] = ()) -> KnownModel:
    """The best model that this machine runs faster than people speak."""
    there = set(here)
    for name in _CHOICE[:-1]:
        model = _of_the_list(name)
        has_card = machine.card_bytes is not None and machine.card_bytes >= memory_needed(
            model.size_bytes, on_card=True
        )
        is_quick = name != _CHOICE[0] or has_card or machine.cores >= _CORES_FOR_THE_BEST
        if is_quick and not why_not(model.size_bytes, machine, is_here=name in there):
            return model
    return _of_the_list(_CHOICE[-1])


def _of_the_list(name: str) -> KnownModel:
    return next(model for model in MODELS if model.name == name)


def gigabytes(size_bytes: int) -> str:
    """`1.6 GB`, `486 MB`: as a shop would write it."""
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 10**9 else f"{size_bytes / 1e6:.0f} MB"


class Standing(StrEnum):
    """How a model stands on this computer."""

    HERE = "here"
    COMING = "coming"
    PARTLY = "partly here"
    ABSENT = "not here"
    INCOMPLETE = "incomplete"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """A model as the window and the command line show it.

    `size_bytes` is that of its files, `arrived_bytes` what is here of one that is not whole, `speed` how many times
    faster than people speak it was measured here, `why_not` why this machine should not have it.
    """

    name: ModelName
    size_bytes: int
    languages: Languages | None = None
    about: str = ""
    standing: Standing = Standing.ABSENT
    why: str = ""
    arrived_bytes: int = 0
    memory_bytes: int = 0
    why_not: str = ""
    speed: float | None = None
    is_recommended: bool = False
    is_listed: bool = True
    is_demo_voice: bool = False


def first_to_get(rows: Iterable[ModelRow], condition: str = "") -> ModelRow | None:
    """The model that a button should bring: the one a step waits for, else the recommended one."""
    rows = list(rows)
    name = condition.removeprefix(CONDITION)
    name = OTHER_NAMES.get(name, name)
    asked = next((row for row in rows if row.name == name and not row.is_demo_voice), None)
    if asked is not None or name not in ("", ANY_MODEL):
        return asked if asked is None or asked.is_listed else None
    return next((row for row in rows if row.is_recommended), None)
