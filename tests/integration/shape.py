"""A small language for the shape of JSON: types, lists of one shape, objects with exactly these keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, get_args

Shape = Any


def faults(body: object, shape: Shape, where: str = "$") -> list[str]:
    """Each place where the body is not of this shape."""
    if isinstance(shape, Mapping):
        return _object(body, shape, where)
    if isinstance(shape, list):
        if not isinstance(body, list):
            return [f"{where} is not a list"]
        return [fault for n, each in enumerate(body) for fault in faults(each, shape[0], f"{where}[{n}]")]
    if isinstance(shape, tuple):
        tried = [faults(body, each, where) for each in shape]
        return [] if any(not each for each in tried) else tried[-1]
    if isinstance(shape, frozenset):
        return [] if body in shape else [f"{where} is {body!r}, not one of {sorted(shape)}"]
    return _simple(body, shape, where)


def _object(body: object, shape: Mapping[str, Shape], where: str) -> list[str]:
    if not isinstance(body, dict):
        return [f"{where} is not an object"]
    anything = shape.get("*")
    if anything is not None:
        return [fault for key, each in body.items() for fault in faults(each, anything, f"{where}.{key}")]
    if body.keys() != shape.keys():
        return [f"{where} has keys {sorted(body)}, not {sorted(shape)}"]
    return [fault for key, each in shape.items() for fault in faults(body[key], each, f"{where}.{key}")]


def _simple(body: object, shape: type | UnionType | None, where: str) -> list[str]:
    if shape is None:
        return [] if body is None else [f"{where} is {body!r}, not null"]
    kinds = get_args(shape) or (shape,)
    is_right = isinstance(body, kinds) and not (isinstance(body, bool) and bool not in kinds)
    return [] if is_right else [f"{where} is {body!r}, not {shape}"]
