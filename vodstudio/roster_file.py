"""The words of cities and their bodies, as they stand in the station file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields

from vodstudio.core.vocabulary import LONGEST_PHRASE, Alias, Body, Roster
from vodstudio.toml_reading import Rules, TomlFile, read_fields, shown

LONGEST_ENTRY = 80
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_KINDS = tuple(field.name for field in fields(Roster) if field.name != "aliases")


def _entries(value: object) -> str | None:
    """Words that can be given to the model: one on each, no comma, because commas part them."""
    words = value if isinstance(value, tuple) else ()
    good = all(
        word.strip() and word.isprintable() and "," not in word and len(word) <= LONGEST_ENTRY
        for word in words
    )
    return None if good else f"names of 1 to {LONGEST_ENTRY} letters without commas"


RULES: Rules = {(Roster, kind): _entries for kind in _KINDS}


def read_bodies(file: TomlFile, table: tuple[str, ...], city: Mapping[str, object]) -> tuple[Body, ...]:
    """`[cities.grant.bodies.planning]`: its name, its patterns and its own words."""
    found = []
    bodies = file.table(table, "bodies", city)
    for name in bodies:
        inner = (*table, "bodies", name)
        body = file.table((*table, "bodies"), name, bodies)
        if not _ID.fullmatch(name):
            raise file.wrong((*table, "bodies"), name, "an id has only small letters, digits, - and _")
        if "name" not in body:
            raise file.wrong(inner, "name", "this is needed and is not there")
        known = {key: value for key, value in body.items() if key in ("name", "patterns")}
        words = {key: value for key, value in body.items() if key not in known}
        values = read_fields(file, inner, known, Body, {})
        found.append(Body(id=name, roster=read_roster(file, inner, words), **values))  # type: ignore[arg-type]
    return tuple(found)


def read_roster(file: TomlFile, table: tuple[str, ...], body: Mapping[str, object]) -> Roster:
    """Names, streets, acronyms and projects, and what is heard wrongly."""
    words = {key: value for key, value in body.items() if key != "aliases"}
    values = read_fields(file, table, words, Roster, RULES)
    return Roster(**values, aliases=read_aliases(file, table, body))  # type: ignore[arg-type]


def read_aliases(file: TomlFile, table: tuple[str, ...], body: Mapping[str, object]) -> tuple[Alias, ...]:
    """`"counsel woman smyth" = "Councilwoman Smith"`: what is heard, and what is written in its place."""
    inner = (*table, "aliases")
    found = []
    for heard, written in file.table(table, "aliases", body).items():
        words = heard.split()
        if not 1 <= len(words) <= LONGEST_PHRASE or not any(letter.isalnum() for letter in heard):
            raise file.wrong(inner, heard, f"what is heard has 1 to {LONGEST_PHRASE} words")
        if not isinstance(written, str) or not written.strip() or not written.isprintable():
            raise file.wrong(inner, heard, f"expected what is written in its place, found {shown(written)}")
        found.append(Alias(heard=" ".join(words), written=" ".join(written.split())))
    return tuple(found)
