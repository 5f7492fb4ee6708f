"""What the speech step says about itself, in words: where it ran, what it heard from, which places to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from vodstudio.captions.tongue import language_name
from vodstudio.core.events import StepProgressed
from vodstudio.core.jobs import Json, Step, StepState
from vodstudio.core.transcripts import Passage, TranscriptVersion
from vodstudio.ui.queue.face import SURE_FROM
from vodstudio.ui.wording import STEP_STATE_NAMES, clock, many, percent, times

_DEVICES = {"cpu": "Processor", "cuda": "Graphics card"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """Where the words were heard; `is_second_choice` when something else was wanted and failed."""

    text: str
    tip: str
    is_second_choice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A moment that a person may want to listen to, and why."""

    start_s: float
    text: str


def device_chip(facts: Json) -> Chip | None:
    """None while nobody knows."""
    name = _DEVICES.get(str(facts.get("device") or "").partition(":")[0], str(facts.get("device") or ""))
    why = str(facts.get("device_why") or "")
    failed = [reason for each in _listed(facts, "fallbacks") if (reason := _reason(each))]
    if failed:
        shown = " · ".join(part for part in (name, _lower(failed[-1])) if part)
        return Chip(text=shown, tip="\n".join((*failed, "No word was lost.")), is_second_choice=True)
    return Chip(text=name, tip=why[:1].upper() + why[1:]) if name else None


def may_try_card(facts: Json) -> bool:
    """Whether there is a graphics card that was given up: it may work again."""
    return bool(facts.get("has_lost_card") or _listed(facts, "fallbacks"))


def heard_from(facts: Json) -> str:
    """The sentence about track and channel; nothing where there was no choice."""
    told = facts.get("heard_from")
    return str(told.get("why") or "") if isinstance(told, Mapping) else str(told or "")


def places_of(facts: Json, passages: Iterable[Passage]) -> tuple[Place, ...]:
    """What was heard again and what was doubted, in the order of the recording, each once."""
    found = [
        Place(start_s=start_s, text=f"heard again: {_reasons(each.get('why'))}")
        for each in _listed(facts, "reheard")
        if isinstance(each, Mapping) and (start_s := _seconds(each.get("start"))) is not None
    ]
    before: tuple[str, ...] = ()
    for passage in passages:  # what goes on for minutes is one place: where it begins
        found += [
            Place(start_s=passage.start_s, text=doubt) for doubt in passage.doubts if doubt not in before
        ]
        before = passage.doubts
    return tuple(_one_for_each_second(sorted(found, key=lambda place: place.start_s)))


def _one_for_each_second(places: Sequence[Place]) -> Iterator[Place]:
    """What is doubted at one moment is one line; a reason that stands in another one is told once."""
    for _, group in groupby(places, key=lambda place: int(place.start_s)):
        here = list(group)
        texts = list(dict.fromkeys(place.text for place in here))
        told = [text for text in texts if not any(text in other for other in texts if other != text)]
        yield Place(start_s=here[0].start_s, text=" · ".join(told))


def progress_words(step: Step, live: StepProgressed | None, now: datetime) -> str:
    """How far the hearing is, how fast, and when it will be done as soon as anybody can know."""
    if step.state is not StepState.RUNNING:
        return step.problem.title if step.problem else STEP_STATE_NAMES[step.state]
    if live is None:
        return f"Hearing · {percent(step.progress)}"
    is_sure = live.remaining_s is not None and live.progress >= SURE_FROM
    parts = (
        f"Hearing · {percent(live.progress)}",
        f"{times(live.speed)} real time" if live.speed else "",
        f"done {clock(now + timedelta(seconds=live.remaining_s), now)}"
        if is_sure and live.remaining_s is not None
        else "",
    )
    return " · ".join(part for part in parts if part)


def whole_words(facts: Json, version: TranscriptVersion | None, now: datetime) -> str:
    """Of a finished transcript: how many words, by which model, and whether a person corrected it."""
    count = facts.get("words")
    corrected = (
        f"corrected {clock(version.made_at, now)}" if version is not None and version.is_by_hand else ""
    )
    parts = (
        many(count, "word") if isinstance(count, int) and not corrected else "",
        f"model {facts['model']}" if facts.get("model") else "",
        language_name(str(facts["language"])) if facts.get("language") else "",
        corrected,
    )
    return " · ".join(part for part in parts if part)


def _listed(facts: Json, key: str) -> list[object]:
    told = facts.get(key)
    return list(told) if isinstance(told, list | tuple) else []


def _reason(fallback: object) -> str:
    return str(fallback.get("why") or "") if isinstance(fallback, Mapping) else str(fallback)


def _reasons(why: object) -> str:
    told = [str(each) for each in why] if isinstance(why, list | tuple) else [str(why or "")]
    first, *others = dict.fromkeys(part for part in told if part) or ("it was in doubt",)
    return f"{first}, and {len(others)} more" if others else first


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _lower(sentence: str) -> str:
    """Within a line, and without what only a technician reads."""
    short = sentence.partition(" (")[0]
    return short[:1].lower() + short[1:]
