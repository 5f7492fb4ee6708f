"""A change of captions as a line of JSON: small, whatever the length of the meeting, and read back exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from vodstudio.captions.document import Document
from vodstudio.captions.edits import Edits, Times, edits_from_json, edits_to_json, spliced
from vodstudio.captions.history import Change
from vodstudio.captions.transcript import Word

Json = dict[str, object]


def change_to_json(change: Change) -> Json:
    """What was replaced, and only what differs in the decisions."""
    base = spliced(change.before, change.first, len(change.removed), len(change.inserted))
    after = change.after
    times = {
        word: each for word, each in after.time_overrides.items() if base.time_overrides.get(word) != each
    }
    added = Edits(
        locked_breaks=after.locked_breaks - base.locked_breaks,
        whole=after.whole - base.whole,
        time_overrides=times,
        placements={
            word: each for word, each in after.placements.items() if base.placements.get(word) is not each
        },
        waivers=after.waivers if after.waivers != base.waivers else (),
    )
    return {
        "name": change.name,
        "first": change.first,
        "removed": len(change.removed),
        "inserted": [[w.text, w.start, w.end, w.probability, w.window, w.source] for w in change.inserted],
        "reach": None if change.reach is None else list(change.reach),
        "added": edits_to_json(added),
        "unlocked": sorted(base.locked_breaks - after.locked_breaks),
        "unwhole": sorted(base.whole - after.whole),
        "untimed": sorted(base.time_overrides.keys() - after.time_overrides.keys()),
        "unplaced": sorted(base.placements.keys() - after.placements.keys()),
        "waivers": len(after.waivers),
    }


def change_from_json(body: Mapping[str, object], document: Document) -> Change:
    """The change for a document that is as it was then; ValueError or KeyError when the line is damaged."""
    first, removed = _number(body["first"]), _number(body["removed"])
    inserted = tuple(_word(row) for row in _list(body["inserted"]))
    base = spliced(document.edits, first, removed, len(inserted))
    added = edits_from_json(body["added"])
    untimed = {_number(word) for word in _list(body["untimed"])}
    kept: dict[int, Times] = {w: times for w, times in base.time_overrides.items() if w not in untimed}
    unplaced = {_number(word) for word in _list(body.get("unplaced", []))}
    stands = {word: each for word, each in base.placements.items() if word not in unplaced}
    after = replace(
        base,
        locked_breaks=_set(base.locked_breaks, added.locked_breaks, body["unlocked"]),
        whole=_set(base.whole, added.whole, body["unwhole"]),
        time_overrides={**kept, **added.time_overrides},
        placements={**stands, **added.placements},
        waivers=added.waivers or base.waivers[: _number(body["waivers"])],
    )
    reach = None if body["reach"] is None else tuple(_number(word) for word in _list(body["reach"]))
    return Change(
        name=str(body["name"]),
        before=document.edits,
        after=after,
        first=first,
        removed=tuple(document.words[first : first + removed]),
        inserted=inserted,
        reach=cast("tuple[int, int] | None", reach),
    )


def _set(base: frozenset[int], added: frozenset[int], gone: object) -> frozenset[int]:
    return (base | added) - {_number(word) for word in _list(gone)}


def _word(row: object) -> Word:
    text, start, end, probability, window, source = _list(row)
    return Word(
        text=str(text),
        start=float(str(start)),
        end=float(str(end)),
        probability=None if probability is None else float(str(probability)),
        window=None if window is None else _number(window),
        source=str(source),
    )


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list")  # noqa: TRY004 - a damaged line is one kind of fault
    return value


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{value!r} is not a whole number")  # noqa: TRY004 - as above
    return value
