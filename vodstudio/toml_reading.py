"""TOML tables into dataclasses; a wrong value names file, table, key and line and what was expected."""

from __future__ import annotations

import dataclasses
import math
import re
import tomllib
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType

from vodstudio.core.errors import NeedsUser, NoAccess, NotFound

PRIVATE = frozenset({"secret", "url"})
LARGEST_BYTES = 4 * 1024 * 1024
DEEPEST = 12
_KEY = r"(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')"
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"^\s*\[\[?\s*({_KEYS})\s*\]\]?")
_ASSIGNED = re.compile(rf"^\s*({_KEYS})\s*=")
_TYPE_WORDS: Mapping[object, str] = {
    str: 'text in quotes, like "this"',
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Path: "a path in quotes",
}

Rule = Callable[[object], str | None]
"""Gives what was expected when a value of the right type still cannot be."""
Rules = Mapping[tuple[type, str], Rule]


class Expected(ValueError):
    """A value is not what it should be; its text says what was expected."""


@dataclass(slots=True)
class TomlFile:
    """The text of one file: it knows the line of each key and collects what is odd but not wrong."""

    path: Path
    text: str
    body: dict[str, object]
    warnings: list[str] = field(default_factory=list)

    def wrong(self, table: tuple[str, ...], key: str, problem: str) -> NeedsUser:
        """The error for one value."""
        line = line_of(self.text, (*table, key))
        where = f"{self.path.name}, line {line}" if line else self.path.name
        name = f"[{'.'.join(table)}] {key}" if table else key
        return NeedsUser(
            f"{where}: {name}: {problem}",
            hint=f"Correct this line in {self.path}. Nothing was changed, and all jobs are safe.",
            detail=f"file={self.path} table={'.'.join(table)} key={key} line={line}",
            code="VS-CONFIG-VALUE",
        )

    def unknown(self, table: tuple[str, ...], key: str, known: Iterable[str]) -> None:
        """A key that nobody reads is a warning, with the likely meaning."""
        line = line_of(self.text, (*table, key))
        name = f"[{'.'.join(table)}] {key}" if table else key
        where = f"{self.path.name}, line {line}" if line else self.path.name
        self.warnings.append(f"{where}: {name} is not known{did_you_mean(key, known)}")

    def table(self, outer: tuple[str, ...], key: str, inside: Mapping[str, object]) -> Mapping[str, object]:
        """The table under this key; nothing there is an empty one."""
        found = inside.get(key, {})
        if not isinstance(found, dict):
            raise self.wrong(
                outer, key, f"expected a table [{'.'.join((*outer, key))}], found {shown(found)}"
            )
        return found


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` or nothing."""
    import difflib

    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""


def shown(value: object) -> str:
    """A value as a person wrote it, never long."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = "".join(c if c.isprintable() else " " for c in text)
    text = text.lower() if isinstance(value, bool) else text
    return text if len(text) <= 60 else text[:57] + "..."


def read_toml(path: Path) -> TomlFile:
    """Read and parse one file."""
    try:
        raw = path.read_bytes()[: LARGEST_BYTES + 1]
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as exc:
        raise NotFound(f"{path} does not exist", detail=str(exc), code="VS-CONFIG-MISSING") from exc
    except UnicodeDecodeError as exc:
        raise _broken(path, "it is not UTF-8 text", exc) from exc
    except OSError as exc:
        raise NoAccess(
            f"{path} cannot be read",
            hint="Give your user permission to read this file. Nothing was changed.",
            detail=str(exc),
            code="VS-CONFIG-NO-ACCESS",
        ) from exc
    if len(raw) > LARGEST_BYTES:
        raise _broken(path, "it is far too large for a configuration file", None)
    return parse_toml(path, text)


def parse_toml(path: Path, text: str) -> TomlFile:
    """Parse text that is, or will be, the content of this file."""
    try:
        body = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise _broken(path, str(exc) or "it is nested too deeply", exc) from exc
    if _depth(body) > DEEPEST:
        raise _broken(path, "it is nested too deeply", None)
    return TomlFile(path=path, text=text, body=body)


def _broken(path: Path, why: str, exc: Exception | None) -> NeedsUser:
    previous = path.with_name(path.name + ".previous")
    other = f", or put its backup ({previous.name}) in its place" if previous.exists() else ""
    return NeedsUser(
        f"{path.name} cannot be understood: {why}",
        hint=f"Correct {path}{other}. Nothing was changed, and all jobs are safe.",
        detail=f"file={path} {exc!r}",
        code="VS-CONFIG-SYNTAX",
    )


def _depth(value: object, deep: int = 0) -> int:
    if deep > DEEPEST or not isinstance(value, dict | list):
        return deep
    inner = value.values() if isinstance(value, dict) else value
    return max((_depth(each, deep + 1) for each in inner), default=deep + 1)


def line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """The line on which this key stands; else that of its table, or of the nearest table around it."""
    places = _places(text)
    for length in range(len(keys), 0, -1):
        if keys[:length] in places:
            return places[keys[:length]]
    return None


def _places(text: str) -> dict[tuple[str, ...], int]:
    places: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    quote = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if quote:
            quote = "" if line.count(quote) % 2 else quote
            continue
        header = _HEADER.match(line)
        assigned = None if header else _ASSIGNED.match(line)
        if header:
            table = _split(header[1])
            for length in range(1, len(table) + 1):
                places.setdefault(table[:length], number)
        elif assigned:
            keys = table + _split(assigned[1])
            for length in range(len(table) + 1, len(keys) + 1):
                places.setdefault(keys[:length], number)
        quote = next((q for q in ('"""', "'''") if line.count(q) % 2), "")
    return places


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(_KEY, dotted))


def convert(value: object, wanted: object) -> object:
    """The value as this type, or Expected."""
    if typing.get_origin(wanted) in (typing.Union, UnionType):
        inner = next(a for a in typing.get_args(wanted) if a is not NoneType)
        return convert(value, inner)
    wanted = getattr(wanted, "__supertype__", wanted)
    if typing.get_origin(wanted) is tuple:
        return _texts(value, typing.get_args(wanted)[0])
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return _choice(value, wanted)
    return _simple(value, wanted)


def _texts(value: object, inner: object) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise Expected('a list, like ["one", "two"]')
    return tuple(convert(each, inner) for each in value)


def _choice(value: object, wanted: type[Enum]) -> Enum:
    try:
        return wanted(value)
    except ValueError as exc:
        raise Expected("one of " + ", ".join(f'"{each.value}"' for each in wanted)) from exc


def _simple(value: object, wanted: object) -> object:
    if wanted is Path and isinstance(value, str) and value.strip() and "\0" not in value:
        try:
            return Path(value).expanduser()
        except RuntimeError as exc:
            raise Expected("a path whose ~ names a user of this computer") from exc
    if wanted is float and isinstance(value, int | float) and not isinstance(value, bool):
        if math.isfinite(value):
            return float(value)
        raise Expected("a number that is finite")
    if wanted is int and isinstance(value, bool):
        raise Expected(_TYPE_WORDS[int])
    if wanted in (str, int, bool) and isinstance(value, typing.cast("type", wanted)):
        return value
    raise Expected(_TYPE_WORDS.get(wanted, str(wanted)))


def fields_of(cls: type) -> dict[str, object]:
    """Names and types of a dataclass's fields."""
    hints = typing.get_type_hints(cls)
    return {each.name: hints[each.name] for each in dataclasses.fields(cls)}


def read_fields(
    file: TomlFile, table: tuple[str, ...], body: Mapping[str, object], cls: type, rules: Rules
) -> dict[str, object]:
    """The values of a table for the constructor of `cls`; tables within it are left to the caller."""
    values: dict[str, object] = {}
    hints = fields_of(cls)
    for key, value in body.items():
        if key not in hints or key == "id":
            file.unknown(table, key, hints)
        elif not dataclasses.is_dataclass(hints[key]):
            values[key] = _value(file, table, key, value, cls, rules)
    return values


def _value(
    file: TomlFile, table: tuple[str, ...], key: str, value: object, cls: type, rules: Rules
) -> object:
    try:
        return converted_field(cls, key, value, rules)
    except Expected as exc:
        # What stands there may be a password: it must not reach a screen, a log or a report.
        found = "something else" if key in PRIVATE else shown(value)
        raise file.wrong(table, key, f"expected {exc}, found {found}") from exc


def converted_field(cls: type, key: str, value: object, rules: Rules) -> object:
    """The value for this field of `cls`, or Expected."""
    converted = convert(value, fields_of(cls)[key])
    expected = rules[cls, key](converted) if (cls, key) in rules else None
    if expected:
        raise Expected(expected)
    return converted
